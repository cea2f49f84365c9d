"""Numbers as people read them: rounded for display, never with more digits than their interval allows."""

from __future__ import annotations

import math
from collections.abc import Sequence

MOST_DECIMALS = 3
HOURS = 24
MINUS = "\N{MINUS SIGN}"


def number(value: float, *, decimals: int | None = None) -> str:
    """A plain number with thousands separated; two or three leading digits where nothing else is asked.

    Examples
    --------
    >>> number(1234.5), number(87.3), number(4.24), number(0.0421), number(-3)
    ('1,234', '87', '4.2', '0.04', '−3')
    """
    text = f"{value:,.{_usual(value) if decimals is None else decimals}f}"
    return text.replace("-", MINUS) if float(text.replace(",", "")) else text.lstrip("-")


def _usual(value: float) -> int:
    size = abs(value)
    if float(value).is_integer() or size >= 10:
        return 0
    return 1 if size >= 1 else 2


def _decimals(value: float, limits: Sequence[float]) -> int:
    """So many decimals that the width of the interval keeps one digit or two."""
    width = max(limits) - min(limits) if limits else 0.0
    if width <= 0:
        return _usual(value)
    return min(max(0, -math.floor(math.log10(width))), MOST_DECIMALS)


def percent(share: float, *, decimals: int | None = None) -> str:
    """A share in percent; one decimal only where nought or all would mislead.

    Examples
    --------
    >>> percent(0.4626), percent(0.004), percent(0.0001), percent(0.9995), percent(1)
    ('46%', '0.4%', 'under 0.1%', 'over 99.9%', '100%')
    """
    if decimals is None:
        decimals = 1 if 0 < abs(share) < 0.01 or 0.99 < abs(share) < 1 else 0
    text = f"{number(100 * share, decimals=decimals)}%"
    if decimals and 0 < share < 0.0005:
        return "under 0.1%"
    return "over 99.9%" if decimals and 0.9995 <= share < 1 else text


def _percents(values: Sequence[float]) -> list[str]:
    """A share and its limits to the same digits, one decimal at most."""
    decimals = min(1, _decimals(100 * values[0], [100 * limit for limit in values[1:]]))
    plain = any(0 < abs(value) < 0.01 or 0.99 < abs(value) < 1 for value in values)
    return [percent(value, decimals=0 if value in {0, 1} else max(decimals, int(plain))) for value in values]


def _scale(values: Sequence[float], unit: str) -> tuple[float, str]:
    """What to multiply by, and the unit to say, so that days do not read 0.01."""
    most = max(abs(value) for value in values)
    if unit.startswith("day") and 0 < most < 2:
        return HOURS, unit.replace("days", "hours", 1)
    if unit.startswith("minute") and most >= 600:
        return 1 / 60, unit.replace("minutes", "hours", 1)
    return 1, unit


def quantity(values: Sequence[float], unit: str) -> tuple[list[str], str]:
    """A value (and, behind it, its limits) to the same honest digits, and the words of the unit.

    Parameters
    ----------
    values
        The value alone, or the value and the two limits of its interval.
    unit
        The unit as the finding names it: ``proportion``, ``count``, ``days``, ``minutes``, ``per case``, …

    Examples
    --------
    >>> quantity([0.4626, 0.4528, 0.4724], "proportion")
    (['46%', '45%', '47%'], '')
    >>> quantity([87.31, 80.2, 94.9], "days")
    (['87', '80', '95'], 'days')
    >>> quantity([0.25], "days")
    (['6'], 'hours')
    >>> quantity([10000], "count")
    (['10,000'], '')
    """
    if unit in {"proportion", "share"}:
        return _percents(values), ""
    factor, word = _scale(values, unit)
    scaled = [factor * value for value in values]
    if unit == "count":
        return [number(value, decimals=0 if len(values) == 1 else None) for value in scaled], ""
    decimals = _decimals(scaled[0], scaled[1:])
    return [number(value, decimals=decimals) for value in scaled], word


def told(value: float, unit: str) -> str:
    """One value with its unit, as in a sentence.

    Examples
    --------
    >>> told(87.3, "days"), told(0.46, "proportion"), told(1, "days")
    ('87 days', '46%', '24 hours')
    """
    [text], word = quantity([value], unit)
    return f"{text} {word}".rstrip()
