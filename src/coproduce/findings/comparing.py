"""Two findings number by number: the same to the last digit, but for rounding, or another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from coproduce.findings.finding import Cell, Diagnostic, Estimate, Finding, Model, Table

ROUNDING = 1e-9
"""How far apart numbers may lie, as a share of the largest that stands with them, to be one number but for rounding."""

NUMBER = re.compile(r"[-−+]?\d[\d,]*\.?\d*(?:[eE][-+]?\d+)?")
HEADS = ("verdict", "answer", "grade")
"""What is told first where it is another."""

Likeness = Literal["same", "rounding", "hidden", "other"]


class Difference(Model):
    """One thing that is another than it was: where it stands, what it was, what it is, and how far that is apart."""

    place: str
    then: Cell
    now: Cell
    apart: float | None = None


class Comparison(Model):
    """A finding beside the same finding made again.

    `differences` are those beyond rounding. `largest_apart` is the largest relative difference within rounding, and
    `hidden` counts the numbers that the first one does not show, which are not compared.
    """

    differences: tuple[Difference, ...] = ()
    largest_apart: float = 0.0
    hidden: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One value of a finding; `scale` is the largest number that stands with it."""

    value: Cell
    scale: float = 0.0


def compared(then: Finding, now: Finding) -> Comparison:
    """Compare a finding with the same one made again.

    Parameters
    ----------
    then
        The finding as it was published.
    now
        The finding as it was made again.

    Returns
    -------
    Comparison
        What differs, verdict and answer first. What the published finding does not show is not compared, so that
        nothing hidden can be told from it.

    Examples
    --------
    >>> from coproduce.findings import Grade
    >>> one = Finding(
    ...     id="audit",
    ...     question="audit",
    ...     title="",
    ...     answer="A third.",
    ...     verdict="descriptive",
    ...     estimates=(Estimate(name="share", label="Share", value=1 / 3, unit="proportion"),),
    ...     grade=Grade(level="low", reasons=()),
    ... )
    >>> other = one.model_copy(update={"answer": "Half."})
    >>> compared(one, other).differences
    (Difference(place='answer', then='A third.', now='Half.', apart=None),)
    """
    before, after = _by_place(_leaves(then)), _by_place(_leaves(now))
    numbers, texts = list[Difference](), list[Difference]()
    largest, hidden = 0.0, 0
    for place in dict.fromkeys((*before, *after)):
        pair = before.get(place, Leaf(value="(not there)")), after.get(place, Leaf(value="(not there)"))
        apart = _apart(*pair)
        difference = Difference(place=place, then=pair[0].value, now=pair[1].value, apart=apart)
        match _likeness(*pair, apart=apart):
            case "other":
                numbers.append(difference)
            case "rounding" if apart is None:
                texts.append(difference)
            case "rounding":
                largest = max(largest, apart or 0.0)
            case "hidden":
                hidden += 1
            case _:
                pass
    differ = [*numbers, *(texts if numbers or not largest else ())]
    differ.sort(key=lambda one: not one.place.startswith(HEADS))
    return Comparison(differences=tuple(differ), largest_apart=largest, hidden=hidden)


def _likeness(then: Leaf, now: Leaf, *, apart: float | None) -> Likeness:
    if then.value == now.value and isinstance(then.value, bool) == isinstance(now.value, bool):
        return "same"
    if then.value is None:
        return "hidden"
    if apart is not None:
        counted = isinstance(then.value, int) and isinstance(now.value, int)
        return "rounding" if apart <= ROUNDING and not counted else "other"
    both = isinstance(then.value, str) and isinstance(now.value, str)
    return "rounding" if both and _turned_over(str(then.value), str(now.value)) else "other"


def _apart(then: Leaf, now: Leaf) -> float | None:
    """How far two numbers are apart as a share of the largest that stands with them; None where one is no number."""
    if not (_is_number(then.value) and _is_number(now.value)):
        return None
    one, other = float(then.value or 0), float(now.value or 0)
    scale = max(then.scale, now.scale, abs(one), abs(other))
    return abs(one / scale - other / scale) if scale else 0.0


def _is_number(value: Cell) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _turned_over(then: str, now: str) -> bool:
    """Whether two sentences differ by one in the last digits of their numbers: a rounded one turns over by nothing."""
    if NUMBER.sub("#", then) != NUMBER.sub("#", now):
        return False
    return all(_is_next(*pair) for pair in zip(NUMBER.findall(then), NUMBER.findall(now), strict=True))


def _is_next(one: str, other: str) -> bool:
    numbers = [Decimal(text.replace(",", "").replace("\N{MINUS SIGN}", "-")) for text in (one, other)]
    last = max(int(number.as_tuple().exponent) for number in numbers)
    return abs(numbers[0] - numbers[1]) <= Decimal((0, (1,), last))


def _by_place(leaves: Iterable[tuple[str, Leaf]]) -> dict[str, Leaf]:
    """Values by their places, each a place of its own: the second of two alike is called (2)."""
    found, times = dict[str, Leaf](), Counter[str]()
    for place, leaf in leaves:
        times[place] += 1
        found[place if times[place] == 1 else f"{place} ({times[place]})"] = leaf
    return found


def _leaves(finding: Finding) -> Iterator[tuple[str, Leaf]]:
    """Every value of a finding, by the words that say where it stands."""
    for name in ("verdict", "answer", "title"):
        yield name, Leaf(value=getattr(finding, name))
    yield "grade", Leaf(value=finding.grade.level)
    listed = {
        "grade: reason": finding.grade.reasons,
        "caveat": finding.caveats,
        "reference": finding.references,
    }
    for name, texts in listed.items():
        yield from ((f"{name} {number}", Leaf(value=text)) for number, text in enumerate(texts, start=1))
    yield from _of_estimates(finding.estimates)
    for name, table in finding.tables.items():
        yield from _of_table(name, table)
    yield from _of_diagnostics(finding.diagnostics)


def _of_estimates(estimates: Iterable[Estimate]) -> Iterator[tuple[str, Leaf]]:
    for estimate in estimates:
        at = f"estimate {estimate.name}" + ("" if estimate.group is None else f" of {estimate.group}")
        low, high = estimate.interval or (None, None)
        alike = {
            "value": estimate.value,
            "standard error": estimate.se,
            "lower limit": low,
            "upper limit": high,
        }
        scale = _largest(alike.values())
        yield from ((f"{at}: {part}", Leaf(value=value, scale=scale)) for part, value in alike.items())
        yield f"{at}: p", Leaf(value=estimate.p, scale=1.0)
        for part in ("label", "unit", "level", "n", "count"):
            yield f"{at}: {part}", Leaf(value=getattr(estimate, part))


def _of_table(name: str, table: Table) -> Iterator[tuple[str, Leaf]]:
    at = f"table {name}"
    yield f"{at}: caption", Leaf(value=table.caption)
    yield f"{at}: number of rows", Leaf(value=len(table.rows))
    scales = {column: _largest(table.column(column)) for column in table.columns}
    for number, row in enumerate(table.records(), start=1):
        first = next(iter(row.values()), None)
        told = f" ({first})" if isinstance(first, str) else ""
        for column, value in row.items():
            yield f"{at}, row {number}{told}: {column}", Leaf(value=value, scale=scales[column])


def _of_diagnostics(diagnostics: Iterable[Diagnostic]) -> Iterator[tuple[str, Leaf]]:
    for check in diagnostics:
        parts: Mapping[str, Cell] = {"value": check.value, "well": check.ok, "meaning": check.meaning}
        yield from ((f"check {check.name}: {part}", Leaf(value=value)) for part, value in parts.items())


def _largest(values: Iterable[Cell]) -> float:
    return max(
        (abs(float(value)) for value in values if _is_number(value) and value is not None), default=0.0
    )
