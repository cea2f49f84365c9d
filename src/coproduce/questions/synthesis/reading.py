"""What a synthesis is made from: effects with their variances, read and refused with every fault at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import Fault, StudyError
from coproduce.questions.synthesis import own_findings
from coproduce.questions.synthesis.measures import effects_of, refuse_impossible
from coproduce.questions.synthesis.settings import SynthesisSettings
from coproduce.records.data import Data, Numbers, Reading, Texts, by_name, open_data, table_data
from coproduce.records.opening import Records
from coproduce.records.settings import FILE

LIKE_ERRORS = re.compile(r"(?i)se|sei|s\.e\.?|std\.?_?err(or)?|standard_?error|stderr")
LIKE_VARIANCES = re.compile(r"(?i)vi?|var|variance|sampling_?variance|s2|se2")
FEWEST = 2
SMALLEST = 1e-100
"""A variance (or standard error) below is nought but for rounding."""
Truths = NDArray[np.bool_]
LeftOut = tuple[str, str, str]
"""A study, what it was left out of, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Studies:
    """Effects that can be pooled, one a row, and what goes with each.

    `labels` are as the study column has them; where one repeats, a number tells them apart. `studies` are those of the
    column. Effects of one of the `clusters` hang together in ways unknown; those of one of the `nests` share a part.
    `moderators` are numbers or texts (None where not known), by column.
    """

    labels: tuple[str, ...]
    studies: Texts
    effect: Numbers
    variance: Numbers
    clusters: Texts | None
    nests: Texts | None
    moderators: Mapping[str, Numbers | Texts]
    subgroups: Mapping[str, Texts]
    order: Numbers | None
    people: Numbers
    grades: Texts
    corrected: Truths
    eventless: Truths
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]
    unit: str = ""
    better: Literal["up", "down"] | None = None

    def __len__(self) -> int:
        return len(self.effect)

    def taken(self, places: NDArray[np.intp]) -> Studies:
        """Some of the rows, in that order."""
        changed = {
            name: getattr(self, name)[places]
            for name in ("studies", "effect", "variance", "people", "grades", "corrected", "eventless")
        }
        return replace(
            self,
            **changed,
            labels=tuple(self.labels[place] for place in places),
            clusters=None if self.clusters is None else self.clusters[places],
            nests=None if self.nests is None else self.nests[places],
            order=None if self.order is None else self.order[places],
            moderators={name: values[places] for name, values in self.moderators.items()},
            subgroups={name: values[places] for name, values in self.subgroups.items()},
        )

    def kept(self, where: Truths) -> Studies:
        """Only some of the rows."""
        return self.taken(np.flatnonzero(where))


def load(records: Records, settings: SynthesisSettings, *, at: str) -> Studies:
    """Read the effects of a block from its file, the study's table `studies` or findings files.

    Parameters
    ----------
    records
        The study, its tables open.
    settings
        The block.
    at
        The block's dotted key.

    Returns
    -------
    Studies
        What can be pooled, and what was left out.

    Raises
    ------
    StudyError
        If settings name what is not there.
    RecordsError
        If a row cannot be; every fault at once.
    """
    data = _data(records, settings, at=at)
    reading = Reading(data if settings.findings else by_name(data, settings.study), at=at)
    reading.faults += _misnamed(settings, at=at)
    found = _read(reading, settings)
    reading.faults += _thin(found, settings, reading=reading)
    reading.done()
    return found


def _data(records: Records, settings: SynthesisSettings, *, at: str) -> Data:
    if settings.findings and settings.data is None:
        return own_findings.as_data(records, settings, at=at)
    if settings.findings:
        fault = Fault(
            file=FILE,
            place=f"{at}.findings",
            rule="one_source",
            found="findings beside data",
            wanted="either `data` or `findings` in one block",
            hint="Put the effects of other studies into a findings file, or our own into the table.",
        )
        raise StudyError(fault)
    if settings.data is not None:
        return open_data(
            records, settings.data, at=at, delimiter=settings.delimiter, encoding=settings.encoding
        )
    if not records.has("studies"):
        wanted = "`data` (a file of effects), [records.studies] or `findings` (findings.json files)"
        raise StudyError(Fault(file=FILE, place=at, rule="source", found="none of them", wanted=wanted))
    table = table_data(records, "studies")
    there = {*records.tables["studies"].columns, *records.tables["studies"].free}
    return replace(table, columns={name: cells for name, cells in table.columns.items() if name in there})


def _misnamed(settings: SynthesisSettings, *, at: str) -> Iterator[Fault]:
    """A standard error given as a variance, or the reverse, as far as names tell."""
    if settings.variance and LIKE_ERRORS.fullmatch(settings.variance):
        yield Fault(
            file=FILE,
            place=f"{at}.variance",
            rule="variance",
            found=settings.variance,
            wanted="a column of variances; this one is named like standard errors",
            hint=f'If it holds standard errors: se = "{settings.variance}". If not, rename the column.',
        )
    if settings.se and LIKE_VARIANCES.fullmatch(settings.se):
        yield Fault(
            file=FILE,
            place=f"{at}.se",
            rule="se",
            found=settings.se,
            wanted="a column of standard errors; this one is named like variances",
            hint=f'If it holds variances: variance = "{settings.se}". If not, rename the column.',
        )


def _read(reading: Reading, settings: SynthesisSettings) -> Studies:
    studies = reading.text(settings.study, key="study")
    reading.refuse(
        settings.study,
        [place for place, study in enumerate(studies) if study is None]
        if reading.has(settings.study)
        else [],
        wanted="the name of the study",
    )
    effect, variance, corrected, eventless = _effects(reading, settings)
    known = np.isfinite(effect) & np.isfinite(variance)
    keep = known & ~(eventless & (settings.eventless == "leave_out"))
    named = tuple(study or "(no name)" for study in studies)
    order = None if settings.order is None else reading.number(settings.order, key="order")
    found = Studies(
        labels=_told_apart(named),
        studies=studies,
        effect=effect,
        variance=variance,
        clusters=_together(reading, settings.cluster, key="cluster", studies=studies),
        nests=_together(reading, settings.levels and settings.levels[0], key="levels", studies=studies),
        moderators={
            name: reading.label(name, key="moderators")
            if name in settings.categories
            else _moderator(reading, name)
            for name in settings.moderators
        },
        subgroups={name: reading.label(name, key="subgroups") for name in settings.subgroups},
        order=order,
        people=_people(reading, settings),
        grades=reading.text("grade", key="grade") if settings.findings else np.full(len(studies), None),
        corrected=corrected,
        eventless=eventless,
        left_out=(),
        unit=_unit(reading, settings),
        better=own_findings.better_of(reading.data) if settings.findings else None,
        notes=(*own_findings.other_notes(reading.data), *reading.notes),
    )
    left_out = (
        *_not_known(found, known),
        *_eventless(found, known & ~keep),
        *own_findings.left_out(reading.data),
    )
    return replace(found.kept(keep), left_out=left_out)


def _effects(reading: Reading, settings: SynthesisSettings) -> tuple[Numbers, Numbers, Truths, Truths]:
    none = np.zeros(reading.data.rows, dtype=bool)
    if settings.ways():
        return _worked_out(reading, settings)
    effect = reading.number(settings.effect or "effect", key="effect")
    return effect, _variance(reading, settings), none, none


def _worked_out(reading: Reading, settings: SynthesisSettings) -> tuple[Numbers, Numbers, Truths, Truths]:
    """Effects from raw columns: each row by the first set of columns that is whole in it."""
    ways = settings.ways()
    keys = dict.fromkeys(key for way in ways for key in way)
    columns = {key: reading.number(getattr(settings, key), key=key) for key in keys}
    rows, before = reading.data.rows, len(reading.faults)
    refuse_impossible(reading, columns, settings=settings)
    effect, variance = np.full(rows, np.nan), np.full(rows, np.nan)
    corrected, eventless = np.zeros(rows, dtype=bool), np.zeros(rows, dtype=bool)
    for way in ways if len(reading.faults) == before else ():
        whole = np.isnan(effect) & np.all([np.isfinite(columns[key]) for key in way], axis=0)
        found = effects_of({key: columns[key][whole] for key in way}, settings)
        effect[whole], variance[whole] = found.effect, found.variance
        corrected[whole], eventless[whole] = found.corrected, found.eventless
        if way != ways[0] and whole.any():
            reading.notes.append(f"{whole.sum()} effects were worked out from {' '.join(way)} alone.")
    return effect, variance, corrected, eventless


def _variance(reading: Reading, settings: SynthesisSettings) -> Numbers:
    by_error = settings.se or (
        "se" if settings.variance is None and not _has_values(reading, "variance") else None
    )
    column = by_error or settings.variance or "variance"
    if by_error and settings.se is None and not reading.has("se"):
        column, by_error = "variance", None
    numbers = reading.number(column, key="se" if by_error else "variance")
    if reading.has(column):
        wanted = "a standard error above 0" if by_error else "a variance above 0"
        reading.refuse(column, np.flatnonzero(numbers < SMALLEST).tolist(), wanted=wanted)
    return numbers**2 if by_error else numbers


def _has_values(reading: Reading, column: str) -> bool:
    return reading.has(column) and any(cell is not None for cell in reading.data.columns[column])


def _people(reading: Reading, settings: SynthesisSettings) -> Numbers:
    """How many people each effect rests on; NaN where that is not known."""
    parts = [key for key in (*"abcd", "n1", "n2", "n") if getattr(settings, key)]
    columns = [getattr(settings, key) for key in parts] or (["n"] if reading.has("n") else [])
    found = [reading.number(column, key=column) for column in columns if reading.has(column)]
    return np.sum(found, axis=0) if found else np.full(reading.data.rows, np.nan)


def _unit(reading: Reading, settings: SynthesisSettings) -> str:
    """The unit that our own findings share."""
    if not settings.findings:
        return ""
    units = [unit for unit in reading.text("unit", key="unit") if unit]
    return units[0] if units else ""


def _together(reading: Reading, column: str | None, *, key: str, studies: Texts) -> Texts | None:
    """What each effect hangs together with; ``study`` is the column that names the study, whatever it is called."""
    if column is None:
        return None
    if column == "study" and not reading.has("study"):
        return studies
    labels = reading.label(column, key=key)
    if reading.has(column):
        wanted = "a label for each effect: which others it hangs together with"
        reading.refuse(column, [place for place, label in enumerate(labels) if label is None], wanted=wanted)
    return labels


def _moderator(reading: Reading, name: str) -> Numbers | Texts:
    """A moderator as numbers where every known value is one, else as labels."""
    labels = reading.label(name, key="moderators")
    try:
        numbers = np.array([np.nan if label is None else float(label) for label in labels])
    except ValueError:
        return labels
    return labels if np.isnan(numbers).all() else numbers


def _told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Names of which each is its own: the second of two alike is called (2)."""
    times, seen = Counter(names), Counter[str]()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if times[name] == 1 else f"{name} ({seen[name]})")
    return tuple(found)


def _not_known(found: Studies, known: Truths) -> Iterator[LeftOut]:
    for place in np.flatnonzero(~known):
        yield found.labels[place], "everything", "its effect, or the variance of it, is not known"


def _eventless(found: Studies, left_out: Truths) -> Iterator[LeftOut]:
    for place in np.flatnonzero(left_out):
        yield (
            found.labels[place],
            "everything",
            "in neither group did anything differ: all or none had the event",
        )


def _thin(found: Studies, settings: SynthesisSettings, *, reading: Reading) -> Iterator[Fault]:
    """Too few studies, no differences between them, moderators that cannot tell anything."""
    data = reading.data
    if len(found) < FEWEST and reading.faults:
        return  # the rows were lost to other faults
    if len(found) < FEWEST:
        yield Fault(
            file=data.file,
            rule="studies",
            found=f"{len(found)} {'effect' if len(found) == 1 else 'effects'} with a variance",
            wanted="two at least: a synthesis of one study is that study",
        )
        return
    if np.ptp(found.effect) == 0:
        wanted = f"effects that differ: all {len(found)} are the same. Was one value copied down?"
        yield Fault(
            file=data.file, place=settings.effect, rule="differ", found=f"{found.effect[0]:g}", wanted=wanted
        )
    if found.nests is not None and len(set(found.nests)) in {1, len(found)}:
        told = "one study" if len(set(found.nests)) == 1 else "one effect of each study"
        hint = "Leave `levels` out."
        wanted = "several studies, some of which give several effects"
        place = f"{reading.at}.levels"
        yield Fault(file=FILE, place=place, rule="levels", found=told, wanted=wanted, hint=hint)
    yield from _telling_nothing(found, data=data)


def _telling_nothing(found: Studies, *, data: Data) -> Iterator[Fault]:
    """Moderators and groupings that are the same in every study, or not known in any."""
    for name, values in (*found.moderators.items(), *found.subgroups.items()):
        known = {value for value in values.tolist() if value is not None and value == value}  # noqa: PLR0124 (NaN)
        if len(known) < 2 and name in data.columns:
            told = f"{_plainly(next(iter(known)))} in every study" if known else "no value at all"
            wanted = (
                "a moderator that differs between studies"
                if name in found.moderators
                else "two groups at least"
            )
            yield Fault(file=data.file, place=name, rule="moderator", found=told, wanted=wanted)


def _plainly(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
