"""What a comparison reads: the study's tables or one file, as arrays, with every fault at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import Fault, RecordsError, nearest
from coproduce.questions.effects.gathering import TABLE_NAMES, Measure, gathered, measures_of
from coproduce.questions.effects.grading import Reason, reasons_of_plan
from coproduce.questions.effects.settings import EffectsSettings
from coproduce.records.data import Reading, Texts, open_data
from coproduce.records.opening import Records
from coproduce.records.settings import FILE

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

USUAL_CONTROLS = ("control", "comparison", "0")
MANY_LABELS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One outcome: what is known of its measure, and its value in each row (NaN where it is not known)."""

    measure: Measure
    values: Array

    @property
    def name(self) -> str:
        """Its column or measure."""
        return self.measure.name

    @property
    def binary(self) -> bool:
        """Whether it is 0 or 1 wherever it is known."""
        known = self.values[~np.isnan(self.values)]
        return bool(np.isin(known, (0.0, 1.0)).all())

    @property
    def unit(self) -> str:
        """What its values are counted in."""
        return self.measure.measured_in or ("proportion" if self.binary else "points")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """One row a unit (or a unit in a period). What a design does not read is None or empty."""

    outcomes: tuple[Outcome, ...]
    rows: int
    arm: Texts | None = None
    control: str | None = None
    arms: tuple[str, ...] = ()
    units: Texts | None = None
    periods: Array | None = None
    since: Array | None = None
    running: Array | None = None
    clusters: Codes | None = None
    blocks: Codes | None = None
    weights: Array | None = None
    covariates: Array | None = None
    covariate_names: tuple[str, ...] = ()
    groups: Mapping[str, Texts] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    small_numbers: int = 0
    of_plan: tuple[Reason, ...] = ()

    def unit_codes(self) -> Codes:
        """Who each row is; each row its own where no unit is named."""
        return np.arange(self.rows) if self.units is None else codes(self.units)


def codes(labels: Texts) -> Codes:
    """Labels as whole numbers from 0.

    Examples
    --------
    >>> codes(np.array(["b", "a", "b"], dtype=object)).tolist()
    [1, 0, 1]
    """
    return np.asarray(np.unique(labels.astype(str), return_inverse=True)[1], dtype=np.int64)


def load(records: Records, settings: EffectsSettings, *, at: str) -> Loaded:
    """Read what one block compares.

    Parameters
    ----------
    records
        The study.
    settings
        The settings of the block.
    at
        Its dotted key.

    Raises
    ------
    StudyError
        If a setting names what is not there.
    RecordsError
        If the tables or the file are wrong; every fault at once.
    """
    known = measures_of(records, settings)
    if not known:
        file = records.tables["outcomes"].file
        raise RecordsError(Fault(file=file, rule="empty", found="no rows", wanted="an outcome at least"))
    if settings.data is None:
        data, own = gathered(records, known=known), TABLE_NAMES
    else:
        data = open_data(
            records, settings.data, at=at, delimiter=settings.delimiter, encoding=settings.encoding
        )
        own = {}
    reading = Reading(data, at=at)
    loaded = _Reader(reading=reading, settings=settings, own=own).read(known)
    reading.done()
    keys = (at,) if settings.data is not None else (at, "records")
    return replace(
        loaded,
        small_numbers=records.study.head.small_numbers,
        of_plan=reasons_of_plan(records.study.plan(), keys=keys),
    )


@dataclass(slots=True)
class _Reader:
    """Reads the columns that settings name; `own` are the names that the study's own tables give."""

    reading: Reading
    settings: EffectsSettings
    own: Mapping[str, str]
    notes: list[str] = field(default_factory=list)

    def read(self, known: Sequence[Measure]) -> Loaded:
        settings, reading = self.settings, self.reading
        several = settings.outcomes is not None
        outcomes = tuple(
            Outcome(measure=one, values=reading.number(one.name, key="outcomes" if several else "outcome"))
            for one in known
        )
        arm = self.labels("arm")
        control, arms = self._arms(arm)
        units, periods = self.texts("unit"), self.numbers("period")
        since = self._since(arm, units, arms=arms)
        matrix, names = self._covariates()
        self._once(units, periods)
        inside = np.ones(reading.data.rows, dtype=bool) if arm is None else arm.astype(bool)
        self._told(inside)
        self._named(units, inside)
        self._of_known(known)
        groups = {name: self._group(name, inside) for name in settings.groups}
        whole = taken(
            Loaded(
                outcomes=outcomes,
                rows=reading.data.rows,
                arm=arm,
                control=control,
                arms=arms,
                units=units,
                periods=periods,
                since=since,
                running=self.numbers("running"),
                clusters=self._codes("cluster", inside),
                blocks=self._codes("block", inside),
                weights=self._weights(),
                covariates=matrix,
                covariate_names=names,
                groups=groups,
                notes=(*reading.data.notes, *reading.notes, *self.notes),
            ),
            inside,
        )
        return self._followed_up(whole) if settings.design in ("randomised", "matched") else whole

    def _followed_up(self, loaded: Loaded) -> Loaded:
        """Units that are seen again and again: what was seen before treatment is no outcome but a covariate."""
        units, periods, starts = loaded.units, loaded.periods, self.settings.starts
        if units is None or periods is None or len(np.unique(units.astype(str))) == loaded.rows:
            return loaded
        after = np.asarray(periods >= starts) if starts is not None else np.zeros(loaded.rows, dtype=bool)
        if not after.any():
            told = f"{np.nanmin(periods):g} to {np.nanmax(periods):g}"
            found = f"periods {told}" if starts is None else f"{starts:g}, and periods {told}"
            wanted = "the first treated period: what was seen before it is no outcome"
            self.fault("starts", found=found, wanted=wanted)
            return loaded
        if after.all():
            return loaded
        earlier = [_means_of_units(one.values, units, rows=~after) for one in loaded.outcomes]
        columns = [] if loaded.covariates is None else [loaded.covariates]
        return taken(
            replace(
                loaded,
                covariates=np.column_stack([*columns, *earlier]),
                covariate_names=(*loaded.covariate_names, *(f"{one.name} before" for one in loaded.outcomes)),
            ),
            after,
        )

    def name(self, key: str) -> str | None:
        """The column that a key names."""
        written: str | None = getattr(self.settings, key)
        return written if written is not None else self.own.get(key)

    def _there(self, key: str) -> str | None:
        """The column, where settings name it or the study's own table has it."""
        name = self.name(key)
        written = getattr(self.settings, key) is not None
        return name if name is not None and (written or self._holds(name)) else None

    def _holds(self, name: str) -> bool:
        if not self.reading.has(name):
            return False
        cells = self.reading.data.columns[name]
        if cells.dtype.kind == "f":
            return bool(np.isfinite(cells).any())
        return any(cell is not None and cell is not np.ma.masked for cell in cells)

    def texts(self, key: str) -> Texts | None:
        name = self._there(key)
        return None if name is None else self.reading.text(name, key=key)

    def labels(self, key: str) -> Texts | None:
        name = self._there(key)
        return None if name is None else self.reading.label(name, key=key)

    def numbers(self, key: str) -> Array | None:
        name = self._there(key)
        return None if name is None else self.reading.number(name, key=key)

    def fault(self, key: str, *, found: str, wanted: str, known: Sequence[str] = ()) -> None:
        """Note a fault of a setting."""
        at = f"{self.reading.at}.{key}"
        hint = nearest(found, known)
        self.reading.faults.append(
            Fault(file=FILE, place=at, rule="value", found=found, wanted=wanted, hint=hint)
        )

    def _arms(self, arm: Texts | None) -> tuple[str | None, tuple[str, ...]]:
        """The comparison arm, and the others in the order of their names."""
        if arm is None:
            return None, ()
        labels = sorted({str(label) for label in arm if label is not None})
        wanted = self.settings.control
        usual = [label for label in labels if label.casefold() in USUAL_CONTROLS]
        control = wanted if wanted is not None else usual[0] if len(usual) == 1 else None
        listed = "one of the arms: " + ", ".join(labels[:MANY_LABELS])
        if control is None or control not in labels:
            if labels:
                self.fault("control", found=wanted or "nothing", wanted=listed, known=labels)
            return control, ()
        others = tuple(label for label in labels if label != control)
        if not others:
            self.fault("arm", found=f"only the arm {control}", wanted="a column with two arms at least")
        if len(others) > MANY_LABELS:
            self.fault(
                "arm", found=f"{len(labels):,} different labels", wanted="a column of arms, with few labels"
            )
        return control, others

    def _since(self, arm: Texts | None, units: Texts | None, *, arms: Sequence[str]) -> Array | None:
        """The first treated period of each row's unit, NaN where it is never."""
        settings = self.settings
        if settings.starts is None or settings.design in ("time_series", "before_after"):
            return self.numbers("since") if settings.starts is None else None
        if settings.treated is not None and units is not None:
            known = {str(label) for label in units if label is not None}
            for label in settings.treated:
                if label not in known:
                    wanted = f"a unit that is in {self.reading.data.file}"
                    self.fault("treated", found=label, wanted=wanted, known=sorted(known))
            return np.where(np.isin(units.astype(str), settings.treated), settings.starts, np.nan)
        if arm is None:
            return None
        return np.where(np.isin(arm.astype(str), arms), settings.starts, np.nan)

    def _covariates(self) -> tuple[Array | None, tuple[str, ...]]:
        """Numbers as they are; labels as one column for each but the first."""
        columns: list[Array] = []
        names: list[str] = []
        for name in self.settings.covariates:
            for told, column in _columns(self.reading, name):
                names.append(told)
                columns.append(column)
        return (np.column_stack(columns) if columns else None), tuple(names)

    def _codes(self, key: str, inside: NDArray[np.bool_]) -> Codes | None:
        name = self._there(key)
        if name is None:
            return None
        labels = self.reading.text(name, key=key)
        empty = [place for place in range(len(labels)) if inside[place] and labels[place] is None]
        if self.reading.has(name):
            self.reading.refuse(name, empty, wanted=f"a {key} in every row", rule="required")
        return codes(labels)

    def _group(self, name: str, inside: NDArray[np.bool_]) -> Texts:
        labels = self.reading.label(name, key="groups")
        there = {label for label in labels[inside] if label is not None}
        if len(there) > MANY_LABELS:
            self.fault("groups", found=f"{len(there):,} labels of {name}", wanted="columns with few labels")
        without = sum(label is None for label in labels[inside])
        if without and self.reading.has(name):
            self.notes.append(
                f"{without:,} {'row has' if without == 1 else 'rows have'} no {name}: in no subgroup."
            )
        return labels

    def _weights(self) -> Array | None:
        weights, name = self.numbers("weight"), self.name("weight")
        if weights is None or name is None:
            return None
        if self.reading.has(name):
            wrong = np.flatnonzero(~(weights >= 0))
            self.reading.refuse(
                name, wrong.tolist(), wanted="a weight of at least 0 in every row", rule="value"
            )
        return weights

    def _once(self, units: Texts | None, periods: Array | None) -> None:
        """A unit has one row a period; without periods, one row."""
        name = self.name("unit")
        if units is None or name is None or periods is None or not self.reading.has(name):
            return
        seen: set[tuple[object, object]] = set()
        twice = []
        for place, row in enumerate(zip(units, periods, strict=True)):
            if row in seen:
                twice.append(place)
            seen.add(row)
        self.reading.refuse(name, twice, wanted="each unit once in a period", rule="unique")

    def _named(self, units: Texts | None, inside: NDArray[np.bool_]) -> None:
        """Every row that takes part says whose it is."""
        name = self.name("unit")
        if units is not None and name is not None and self.reading.has(name):
            nobody = [place for place, unit in enumerate(units) if unit is None and inside[place]]
            self.reading.refuse(name, nobody, wanted="a unit in every row", rule="required")

    def _of_known(self, known: Sequence[Measure]) -> None:
        """What settings say of single outcomes is of outcomes that are compared."""
        names = [one.name for one in known]
        for key in ("better", "important_difference", "weight_citizen", "weight_organisation"):
            said = getattr(self.settings, key)
            for name in said if isinstance(said, Mapping) else ():
                if name not in names:
                    wanted = "an outcome of this block: " + ", ".join(names[:MANY_LABELS])
                    self.fault(key, found=name, wanted=wanted, known=names)

    def _told(self, inside: NDArray[np.bool_]) -> None:
        if out := int((~inside).sum()):
            rows = "row has" if out == 1 else "rows have"
            self.notes.append(f"{out:,} {rows} no arm and take no part in the comparison.")


def _means_of_units(values: Array, units: Texts, *, rows: NDArray[np.bool_]) -> Array:
    """The mean of each row's unit over the chosen rows; NaN where nothing is known."""
    _, place = np.unique(units.astype(str), return_inverse=True)
    known = rows & ~np.isnan(values)
    number = np.bincount(place[known], minlength=place.max() + 1)
    total = np.bincount(place[known], weights=values[known], minlength=place.max() + 1)
    means = np.divide(total, number, out=np.full(len(total), np.nan), where=number > 0)
    return np.asarray(means[place], dtype=np.float64)


def _columns(reading: Reading, name: str) -> list[tuple[str, Array]]:
    if not reading.has(name):
        reading.number(name, key="covariates")  # notes the fault, with the nearest name
        return []
    trial = Reading(reading.data, at=reading.at)
    numbers = trial.number(name, key="covariates")
    if not trial.faults:
        reading.notes += [note for note in trial.notes if note not in reading.notes]
        return [(name, numbers)]
    labels = reading.label(name, key="covariates")
    known = sorted({str(label) for label in labels if label is not None})
    if len(known) > MANY_LABELS:
        reading.faults += trial.faults
        return []
    gaps = np.array([label is None for label in labels])
    return [
        (f"{name}: {label}", np.where(gaps, np.nan, (labels == label).astype(float))) for label in known[1:]
    ]


def taken(loaded: Loaded, rows: NDArray[np.bool_]) -> Loaded:
    """The rows that take part."""
    return loaded if rows.all() else _picked(loaded, np.flatnonzero(rows))


def in_order(loaded: Loaded) -> Loaded:
    """The rows in an order that what they hold decides: sums are then rounded alike however a file was sorted."""
    held = [value for one in fields(loaded) if isinstance(value := getattr(loaded, one.name), np.ndarray)]
    held += [*(one.values for one in loaded.outcomes), *loaded.groups.values()]
    keys = [codes(value) if value.dtype == object else value for value in held if value.ndim == 1]
    keys += [column for value in held if value.ndim == 2 for column in value.T]
    return _picked(loaded, np.lexsort(keys)) if keys else loaded


def _picked(loaded: Loaded, rows: NDArray[np.intp]) -> Loaded:
    cut: dict[str, Any] = {
        one.name: value[rows]
        for one in fields(loaded)
        if isinstance(value := getattr(loaded, one.name), np.ndarray)
    }
    return replace(
        loaded,
        **cut,
        rows=len(rows),
        outcomes=tuple(replace(one, values=one.values[rows]) for one in loaded.outcomes),
        groups={name: labels[rows] for name, labels in loaded.groups.items()},
    )
