"""The tables of the simulated study, each from a stream of chance of its own."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from itertools import accumulate
from statistics import NormalDist

from coproduce.simulate import accounts, answering, elsewhere, governing, producing
from coproduce.simulate.efforts import (
    AGREED,
    EFFORTS,
    MEASURES,
    STATUS,
    STREETS,
    UNMEASURED,
    USUAL,
    VISITORS,
    Effort,
    Measure,
)
from coproduce.simulate.process import (
    AGE_BAND,
    DAY,
    DEPRIVATION,
    LOCAL,
    STEPS,
    Case,
    Chance,
    Happening,
    draw_cases,
)

Cell = str | int | float | None
GROUPS = ("deprivation", "age_band")
WORKERS = 14
PERSONS_SERVED = 12_000
FIRST_DAY = datetime(2024, 1, 1, 9, tzinfo=LOCAL)
DAYS = 730


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table as rows of cells; an empty cell is None."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def as_csv(self) -> str:
        """The table as CSV text."""
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return text.getvalue()


def sheets(seed: int, *, cases: int) -> dict[str, Sheet]:
    """Every table of the simulated study, by its name.

    Examples
    --------
    >>> sorted(sheets(1, cases=2))[:3]
    ['cases', 'concerns', 'contributions']
    """
    drawn = draw_cases(seed, cases=cases)
    contributions = _contributions(seed, count=max(20, cases // 2))
    streets = _streets(seed)
    arms = {str(unit): str(arm) for unit, arm in streets["exposure"].rows}
    given = producing.inputs(seed, arms=arms)
    around = {
        "decisions": governing.decisions(seed),
        "concerns": governing.concerns(seed),
        "inputs": given,
        "costs": producing.costs(seed, arms=arms, given=given[1]),
        "cases": elsewhere.cases(seed),
        "studies": elsewhere.studies(seed),
        "segments": accounts.segments(seed),
        **answering.survey(seed),
    }
    return {
        "events": event_sheet(seed, drawn),
        "contributions": contributions,
        "people": _people(seed, drawn, contributions=contributions),
        "population": _population(),
        "initiatives": _initiatives(),
        **streets,
        **{name: Sheet(columns=columns, rows=rows) for name, (columns, rows) in around.items()},
    }


def event_sheet(seed: int, cases: Sequence[Case]) -> Sheet:
    """Every step of those cases, in order of time."""
    chance = Chance(seed, stream="actors")
    rows = [row for case in cases for row in _steps(case, chance=chance)]
    rows.sort(key=lambda row: (row[2], row[0], row[3]))
    columns = ("case_id", "activity", "occurred_at", "sequence", "actor", "side", "minutes", *GROUPS)
    return Sheet(columns=columns, rows=tuple(rows))


def _steps(case: Case, *, chance: Chance) -> Iterable[tuple[Cell, ...]]:
    key_worker = _worker(chance)
    for place, happening in enumerate(case.steps, start=1):
        step = STEPS[happening.state]
        actor = _actor(case, happening, key_worker=key_worker)
        yield (
            f"C{case.number:06}",
            step.activity,
            _time(happening.at),
            place,
            actor,
            step.side,
            happening.minutes,
            case.cell.deprivation,
            case.age_band,
        )


def _worker(chance: Chance) -> str:
    return f"W{chance.whole(1, WORKERS):02}"


def _actor(case: Case, happening: Happening, *, key_worker: str) -> str:
    if happening.state == "carer":
        return f"K{case.number:06}"
    return {"citizen": f"P{case.number:06}", "system": "SYSTEM", "organisation": "OFFICE"}.get(
        STEPS[happening.state].side, key_worker
    )


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _contributions(seed: int, *, count: int) -> Sheet:
    chance = Chance(seed, stream="contributions")
    days = sorted(chance.whole(0, DAYS - 1) for _ in range(count))
    residents = max(10, count // 8)
    given = [_contribution(FIRST_DAY + timedelta(days=day), residents, chance=chance) for day in days]
    rows = [(f"G{number:05}", *row.values()) for number, row in enumerate(given, start=1)]
    return Sheet(columns=("contribution", *given[0]), rows=tuple(rows))


def _contribution(day: datetime, residents: int, *, chance: Chance) -> dict[str, Cell]:
    """What a resident or a professional gave; the other side confirms it, or does not."""
    effort = _effort(chance)
    by_citizen = chance.uniform() < effort.citizens
    citizen, worker = f"R{chance.whole(1, residents):04}", _worker(chance)
    actor, other = (citizen, worker) if by_citizen else (worker, citizen)
    status, minutes = chance.pick(STATUS), chance.whole(*effort.minutes)
    facets: dict[str, Cell] = {facet: chance.pick(shares) for facet, shares in effort.facets.items()}
    return {
        "initiative": effort.initiative,
        "actor": actor,
        "side": "citizen" if by_citizen else "professional",
        "given_on": _time(day + timedelta(minutes=chance.whole(0, DAY // 3))),
        "minutes": None if chance.uniform() < UNMEASURED else minutes,
        **facets,
        "capacity": facets["capacity"] if by_citizen else None,
        "status": status,
        "confirmed_by": other if status in AGREED else None,
    }


def _effort(chance: Chance) -> Effort:
    name = chance.pick({effort.initiative: effort.share for effort in EFFORTS})
    return next(effort for effort in EFFORTS if effort.initiative == name)


def _people(seed: int, cases: Sequence[Case], *, contributions: Sheet) -> Sheet:
    """Those who were cared for, their carers, residents who gave to an initiative, and the professionals."""
    rows: list[tuple[Cell, ...]] = []
    for case in cases:
        groups = (case.cell.deprivation, case.age_band)
        rows.append((f"P{case.number:06}", "citizen", _time(case.steps[0].at), *groups))
        tasks = [step.at for step in case.steps if step.state == "carer"]
        rows += [(f"K{case.number:06}", "citizen", _time(at), *groups) for at in tasks]
    # Residents' places and ages are drawn as those of the people served are: no group gives more than another.
    chance = Chance(seed, stream="residents")
    for resident, since in _residents(contributions).items():
        rows.append((resident, "citizen", since, chance.pick(DEPRIVATION), chance.pick(AGE_BAND)))
    rows += [
        (f"W{number:02}", "professional", _time(FIRST_DAY), None, None) for number in range(1, WORKERS + 1)
    ]
    return Sheet(columns=("actor", "side", "joined_on", *GROUPS), rows=tuple(rows))


def _residents(contributions: Sheet) -> Mapping[str, Cell]:
    """Each resident who gave, with the time of the first contribution."""
    actor, given_on = (contributions.columns.index(name) for name in ("actor", "given_on"))
    first: dict[str, Cell] = {}
    for row in sorted(contributions.rows, key=lambda row: str(row[given_on])):
        if str(row[actor]).startswith("R"):
            first.setdefault(str(row[actor]), row[given_on])
    return dict(sorted(first.items()))


def _population() -> Sheet:
    rows = [
        (place, band, round(PERSONS_SERVED * share * part))
        for place, share in DEPRIVATION.items()
        for band, part in AGE_BAND.items()
    ]
    return Sheet(columns=(*GROUPS, "persons"), rows=tuple(rows))


def _initiatives() -> Sheet:
    """Each initiative with the facets that are the same for all that is given to it."""
    facets = tuple(EFFORTS[0].facets)
    rows = [
        (
            effort.initiative,
            "neighbourhood care",
            _time(FIRST_DAY),
            *(
                next(iter(effort.facets[facet])) if len(effort.facets[facet]) == 1 else None
                for facet in facets
            ),
            "running",
        )
        for effort in EFFORTS
    ]
    return Sheet(columns=("initiative", "service", "started_on", *facets, "status"), rows=tuple(rows))


def _streets(seed: int) -> Mapping[str, Sheet]:
    """Streets in pairs alike before; chance gave visitors to one of each pair; outcomes before and after."""
    chance = Chance(seed, stream="streets")
    units, exposure, outcomes = [], [], []
    for pair in range(1, STREETS // 2 + 1):
        place = _place(pair)
        two = (f"S{2 * pair - 1:03}", f"S{2 * pair:03}")
        visited = two[chance.whole(0, 1)]
        common = {measure.measure: _normal(chance, measure.between_streets) for measure in MEASURES}
        for unit in two:
            units.append((unit, f"B{pair:02}", place))
            exposure.append((unit, VISITORS if unit == visited else USUAL))
            for measure in MEASURES:
                outcomes += _values(
                    unit,
                    measure,
                    start=measure.mean + common[measure.measure],
                    effect=measure.effects[place] if unit == visited else 0.0,
                    chance=chance,
                )
    fields = (
        "measure",
        "label",
        "better",
        "low",
        "high",
        "important_difference",
        "set_by",
        "weight_citizen",
        "weight_organisation",
    )
    return {
        "units": Sheet(columns=("unit", "block", "deprivation"), rows=tuple(units)),
        "exposure": Sheet(columns=("unit", "arm"), rows=tuple(exposure)),
        "measures": Sheet(
            columns=fields, rows=tuple(tuple(getattr(m, field) for field in fields) for m in MEASURES)
        ),
        "outcomes": Sheet(columns=("unit", "period", "measure", "value"), rows=tuple(outcomes)),
    }


def _place(pair: int) -> str:
    """Where a pair of streets lies: as many pairs in each place as its share says."""
    ends = accumulate(DEPRIVATION.values())
    return next(
        (place for place, end in zip(DEPRIVATION, ends, strict=True) if pair <= end * STREETS / 2 + 1e-9),
        next(reversed(DEPRIVATION)),
    )


def _values(
    unit: str, measure: Measure, *, start: float, effect: float, chance: Chance
) -> list[tuple[Cell, ...]]:
    before = start + _normal(chance, measure.within_streets)
    after = start + _normal(chance, measure.within_streets) + measure.later + effect
    return [(unit, 0, measure.measure, round(before, 2)), (unit, 1, measure.measure, round(after, 2))]


def _normal(chance: Chance, spread: float) -> float:
    return NormalDist().inv_cdf(max(chance.uniform(), 1e-12)) * spread
