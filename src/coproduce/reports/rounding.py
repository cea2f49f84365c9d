"""Numbers as people read them: rounded for display, never with more digits than their interval allows."""

from __future__ import annotations

import math
from collections.abc import Sequence

MOST_DECIMALS = 3
MINUS = "\N{MINUS SIGN}"


def number(value: float, *, decimals: int | None = None) -> str:
    """A plain number with thousands separated; two or three leading digits where nothing else is asked.

    Examples
    --------
    >>> number(1234.5), number(87.3), number(4.24), number(0.0421), number(0.001), number(-3)
    ('1,234', '87', '4.2', '0.04', '0.001', '−3')
    """
    text = f"{value:,.{_usual(value) if decimals is None else decimals}f}"
    return text.replace("-", MINUS) if float(text.replace(",", "")) else text.lstrip("-")


def _usual(value: float) -> int:
    size = abs(value)
    if float(value).is_integer() or size >= 10:
        return 0
    if size >= 1:
        return 1
    return 2 if size >= 0.005 else MOST_DECIMALS


def p_value(p: float) -> str:
    """The p-value of a test: three decimals where it is small, and never a bare nought.

    Examples
    --------
    >>> p_value(0.000002), p_value(0.017), p_value(0.49), p_value(1)
    ('under 0.001', '0.017', '0.49', '1.00')
    """
    return "under 0.001" if p < 0.001 else number(p, decimals=3 if p < 0.1 else 2)


def _decimals(value: float, limits: Sequence[float], *, steps: int = 10) -> int:
    """So many decimals that the interval is some steps of the last digit wide, and that only nought reads nought."""
    width = max(limits) - min(limits) if limits else 0.0
    if width <= 0:
        return _usual(value)
    decimals = min(max(0, -math.floor(math.log10(width / steps))), MOST_DECIMALS)
    while decimals < MOST_DECIMALS and any(each and not round(each, decimals) for each in (value, *limits)):
        decimals += 1
    return decimals


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
    decimals = min(1, _decimals(100 * values[0], [100 * limit for limit in values[1:]], steps=1))
    plain = any(0 < abs(value) < 0.01 or 0.99 < abs(value) < 1 for value in values)
    return [percent(value, decimals=0 if value in {0, 1} else max(decimals, int(plain))) for value in values]


LENGTHS = (("days", 1.0), ("hours", 24.0), ("minutes", 24.0 * 60), ("seconds", 24.0 * 3600))


def scaled(values: Sequence[float], unit: str) -> tuple[float, str]:
    """What to multiply by, and the unit to say, so that nobody reads 0.01 days or 600 minutes.

    Examples
    --------
    >>> (
    ...     scaled([0.01, 0.5], "days"),
    ...     scaled([0.001], "days per case"),
    ...     scaled([1200], "minutes"),
    ...     scaled([2], "cases"),
    ... )
    ((24.0, 'hours'), (86400.0, 'seconds per case'), (0.0166..., 'hours'), (1.0, 'cases'))
    """
    most = max(abs(value) for value in values)
    if unit.startswith("minutes") and most >= 600:
        return 1 / 60, unit.replace("minutes", "hours", 1)
    if not unit.startswith("days") or most == 0:
        return 1.0, unit
    word, factor = next((length for length in LENGTHS if most * length[1] >= 2), LENGTHS[-1])
    return factor, unit.replace("days", word, 1)


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
    >>> quantity([-0.343, -0.411, -0.276], "points")
    (['−0.34', '−0.41', '−0.28'], 'points')
    >>> quantity([35.2, 0, 66.4], "percent")
    (['35%', '0%', '66%'], '')
    """
    if unit in {"proportion", "share"}:
        return _percents(values), ""
    if unit == "percent":
        return [f"{number(value, decimals=_decimals(value, values[1:], steps=1))}%" for value in values], ""
    factor, word = scaled(values, unit)
    sized = [factor * value for value in values]
    if unit == "count":
        return [number(value, decimals=0 if len(values) == 1 else None) for value in sized], ""
    decimals = _decimals(sized[0], sized[1:])
    return [number(value, decimals=decimals) for value in sized], word


def told(value: float, unit: str) -> str:
    """One value with its unit, as in a sentence.

    Examples
    --------
    >>> told(87.3, "days"), told(0.46, "proportion"), told(1, "days")
    ('87 days', '46%', '24 hours')
    """
    [text], word = quantity([value], unit)
    return f"{text} {_one(word) if text == '1' else word}".rstrip()


def _one(word: str) -> str:
    first, *rest = word.split(" ")
    return " ".join((first.removesuffix("s") if first in dict(LENGTHS) else first, *rest))
