"""Read the cases and calibrate them, or refuse with everything that is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError, Fault
from coproduce.methods.qca.calibrate import classes, direct, indirect, quantile_anchors
from coproduce.methods.qca.sets import Sets
from coproduce.questions.determinants.settings import Calibration, DeterminantsSettings
from coproduce.records.data import Data, Reading, by_name, open_data, table_data
from coproduce.records.opening import Records
from coproduce.records.settings import FILE

Numbers = NDArray[np.float64]
MEMBERSHIP = "a membership from 0 to 1, or a calibration of this column under `calibrate`"
MOST_LEVEL = 20
FENCE = (
    "a membership that is not exactly 0.5: such a case is in no row of the truth table; decide on which side of the "
    "set it lies, or move the crossover"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The cases as sets. `raw` holds each column as it was before its calibration, `left_out` the cases kept out."""

    cases: tuple[str, ...]
    sets: Sets
    outcome: Numbers
    raw: Mapping[str, Numbers]
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


def load(records: Records, settings: DeterminantsSettings, *, at: str) -> Loaded:
    """Read and calibrate the cases of a block.

    Raises
    ------
    StudyError
        If a setting names a column that is not there, or anchors that do not suit their column.
    RecordsError
        If the cases are wrong; every fault at once.
    """
    data = _data(records, settings, at=at)
    reading = Reading(data, at=at)
    names = reading.text(settings.case_id, key="case_id")
    columns = {
        name: reading.number(name, key="outcome" if name == settings.outcome else "conditions")
        for name in (settings.outcome, *settings.conditions)
    }
    there = not reading.faults
    kept = _kept(reading, columns, settings=settings, names=names)
    if there:
        _refuse_doubles(reading, settings.case_id, names=names)
    raw = {name: column[kept] for name, column in columns.items()}
    found = {
        name: _calibrated(reading, name, raw=column, how=settings.calibrate.get(name), at=at, kept=kept)
        for name, column in raw.items()
        if there and len(column)
    }
    for name in settings.conditions if found else ():
        how = settings.calibrate.get(name)
        if how is None or how.method not in {"levels", "multi_value"}:
            reading.refuse(name, kept[found[name] == 0.5].tolist(), wanted=FENCE, rule="half")
    if there:
        _refuse_constant(reading, settings.outcome, found.get(settings.outcome))
    levels = {
        name: _levels(column, settings.calibrate.get(name))
        for name, column in found.items()
        if name != settings.outcome
    }
    _refuse_expectations(reading, settings, levels=levels, at=at)
    reading.done()
    return Loaded(
        cases=tuple(str(name) for name in names[kept]),
        sets=Sets(
            values=np.column_stack([found[name] for name in settings.conditions]),
            levels=tuple(levels[name] for name in settings.conditions),
        ),
        outcome=found[settings.outcome],
        raw=raw,
        left_out=tuple(str(name) for name in np.delete(names, kept)),
        notes=(*data.notes, *reading.notes),
    )


def _data(records: Records, settings: DeterminantsSettings, *, at: str) -> Data:
    """The cases by their names."""
    if settings.data is None:
        found = table_data(records, "cases")
    else:
        found = open_data(
            records, settings.data, at=at, delimiter=settings.delimiter, encoding=settings.encoding
        )
    return by_name(found, settings.case_id)


def _kept(
    reading: Reading,
    columns: Mapping[str, Numbers],
    *,
    settings: DeterminantsSettings,
    names: NDArray[np.object_],
) -> NDArray[np.int64]:
    """The places of the complete cases; the others are a fault unless the settings leave them out."""
    unnamed = np.array([name is None for name in names])
    missing = {name: np.isnan(column) for name, column in columns.items()}
    incomplete = np.logical_or.reduce(list(missing.values()))
    if reading.faults:
        return np.flatnonzero(~incomplete)
    reading.refuse(settings.case_id, np.flatnonzero(unnamed).tolist(), wanted="a name", rule="required")
    if settings.missing == "refuse":
        for name, gaps in missing.items():
            named = ", ".join(str(case) for case in names[gaps][:10])
            wanted = f'a value for every case (missing: {named}), or `missing = "leave_out"` to go without these cases'
            reading.refuse(name, np.flatnonzero(gaps).tolist(), wanted=wanted, rule="required")
    if incomplete.all():
        found = f"{len(incomplete)} cases, none of them complete"
        wanted = "cases with an outcome and every condition"
        reading.faults.append(Fault(file=reading.data.file, rule="cases", found=found, wanted=wanted))
    return np.flatnonzero(~incomplete)


def _refuse_doubles(reading: Reading, column: str, *, names: NDArray[np.object_]) -> None:
    times = Counter(name for name in names if name is not None)
    doubles = [place for place, name in enumerate(names) if times.get(name, 0) > 1]
    reading.refuse(column, doubles, wanted="each case once", rule="unique")


def _refuse_constant(reading: Reading, column: str, outcome: Numbers | None) -> None:
    if outcome is not None and len(outcome) and np.ptp(outcome) == 0:
        reading.faults.append(
            Fault(
                file=reading.data.file,
                place=column,
                rule="varies",
                found=f"{outcome[0]:g} for every case",
                wanted="an outcome that differs between cases: what is always there has no determinants",
            )
        )


def _calibrated(
    reading: Reading,
    name: str,
    *,
    raw: Numbers,
    how: Calibration | None,
    at: str,
    kept: NDArray[np.int64],
) -> Numbers:
    """A column as memberships or levels; what is wrong with it is noted."""
    if how is None:
        outside = (raw < 0) | (raw > 1)
        reading.refuse(name, kept[outside].tolist(), wanted=MEMBERSHIP, rule="membership")
        found = raw
    elif how.method == "levels":
        broken = (raw < 0) | (raw > MOST_LEVEL) | (raw != np.round(raw))
        wanted = f"a level: a whole number from 0 to {MOST_LEVEL}"
        reading.refuse(name, kept[broken].tolist(), wanted=wanted, rule="levels")
        return np.where(broken, 0.0, raw)
    else:
        try:
            found = calibrated(raw, how)
        except EstimationError as error:
            wanted = error.may_help
            place = f"{at}.calibrate.{name}"
            reading.faults.append(
                Fault(file=FILE, place=place, rule="anchors", found=error.seen, wanted=wanted)
            )
            return raw
    return found


def calibrated(raw: Numbers, how: Calibration) -> Numbers:
    """Numbers as memberships or levels."""
    match how.method:
        case "crisp" | "multi_value":
            return classes(raw, how.anchors).astype(float)
        case "indirect":
            return indirect(raw, classes(raw, how.anchors) / len(how.anchors))
        case "quantiles":
            return direct(raw, quantiles(raw, how), degree=how.degree)
        case "levels":
            return raw
        case _:
            return direct(raw, how.anchors, degree=how.degree)


def quantiles(raw: Numbers, how: Calibration) -> tuple[float, ...]:
    """The anchors that shares of cases give."""
    return quantile_anchors(raw, how.anchors) if how.anchors else quantile_anchors(raw)


def _levels(found: Numbers, how: Calibration | None) -> int:
    if how is not None and how.method == "multi_value":
        return len(how.anchors) + 1
    return max(2, int(found.max()) + 1) if how is not None and how.method == "levels" else 2


def expected_levels(settings: DeterminantsSettings, name: str) -> frozenset[int]:
    """The levels of a condition that should help the outcome; none where nothing is expected."""
    words = {"present": 1, "absent": 0}
    return frozenset(
        words[one] if isinstance(one, str) else one for one in settings.expectations.get(name, ())
    )


def _refuse_expectations(
    reading: Reading, settings: DeterminantsSettings, *, levels: Mapping[str, int], at: str
) -> None:
    for name, count in levels.items():
        written = settings.expectations.get(name, ())
        strange = not expected_levels(settings, name) <= set(range(count))
        if strange or (count > 2 and any(isinstance(one, str) for one in written)):
            wanted = (
                "present or absent" if count == 2 else f"levels from 0 to {count - 1}, such as [{count - 1}]"
            )
            reading.faults.append(
                Fault(
                    file=FILE,
                    place=f"{at}.expectations.{name}",
                    rule="expectation",
                    found=", ".join(map(str, written)),
                    wanted=wanted,
                )
            )


def from_tables(records: Records) -> dict[str, dict[str, object]]:
    """One block of all conditions, where the table `cases` holds nothing but memberships."""
    if not records.has("cases"):
        return {}
    columns = [name for name in records.tables["cases"].free if name not in records.tables["cases"].groups]
    if not columns:
        return {}
    reading = Reading(table_data(records, "cases"))
    values = np.column_stack([reading.number(name, key=name) for name in (*columns, "outcome")])
    memberships = not reading.faults and bool(np.all((values >= 0) & (values <= 1)))
    return {"cases": {"conditions": columns}} if memberships else {}
