"""The survey in memory: who was asked, how they were drawn, and what each answer counts as; every fault at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import SHOWN_ROWS, Fault, nearest
from coproduce.questions.motives.items import BARRIER_SIDES, Item, read_items
from coproduce.questions.motives.settings import MotivesSettings
from coproduce.records.opening import Records
from coproduce.records.settings import FILE

Numbers = NDArray[np.float64]
Texts = NDArray[np.object_]
Mask = NDArray[np.bool_]
SQL = files("coproduce.questions.motives")
ONLY = ""
"""What the one round of a survey without rounds is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """Respondents, one a row, and their answers as numbers, NaN where there is none.

    Parameters
    ----------
    items
        The scored items, in an order of their own.
    scores
        Wave -> item -> what each respondent's answer counts as (n), a high one meaning much.
    wave, waves
        The round that is answered from, and all of them in order of their names.
    weight, stratum, unit
        How respondents were drawn (n); None where the table does not say.
    side
        The side of each respondent; citizens where the table does not say.
    groups
        Group column -> its values (n).
    population
        Group column -> value -> how many people have it.
    """

    items: tuple[Item, ...]
    scores: Mapping[str, Mapping[str, Numbers]]
    wave: str
    waves: tuple[str, ...]
    weight: Numbers | None
    stratum: Texts | None
    unit: Texts | None
    side: Texts
    groups: Mapping[str, Texts]
    population: Mapping[str, Mapping[str, float]]

    @property
    def n(self) -> int:
        """How many respondents there are."""
        return len(self.side)

    def answered(self, wave: str | None = None) -> Mask:
        """Who has an answer in a wave (the one that is answered from, where left out), and stands for anybody."""
        columns = list(self.scores[self.wave if wave is None else wave].values())
        found = np.isfinite(np.array([np.full(self.n, np.nan), *columns])).any(axis=0)
        return np.asarray(found if self.weight is None else found & (self.weight > 0))

    def only(self, kept: Mask) -> Surveyed:
        """Some of the respondents."""
        cut: Callable[[Any], Any] = lambda column: None if column is None else column[kept]  # noqa: E731
        return replace(
            self,
            scores={
                wave: {item: cut(column) for item, column in columns.items()}
                for wave, columns in self.scores.items()
            },
            weight=cut(self.weight),
            stratum=cut(self.stratum),
            unit=cut(self.unit),
            side=self.side[kept],
            groups={name: cut(column) for name, column in self.groups.items()},
        )

    def constructs(self, first: str) -> dict[str, tuple[Item, ...]]:
        """The constructs whose name begins with that word, each with its items."""
        found: dict[str, tuple[Item, ...]] = {}
        for item in self.items:
            if item.construct.split(".")[0] == first:
                found[item.construct] = (*found.get(item.construct, ()), item)
        return found

    def matrix(self, items: Sequence[Item], *, wave: str | None = None) -> Numbers:
        """The answers to several items (n x items)."""
        scores = self.scores[self.wave if wave is None else wave]
        return np.column_stack([scores[item.name] for item in items])

    def mean_of(self, items: Sequence[Item]) -> Numbers:
        """Each respondent's mean over the items that were answered; NaN where none was."""
        answers = self.matrix(items)
        count = np.isfinite(answers).sum(axis=1)
        total = np.nansum(answers, axis=1)
        return np.asarray(np.divide(total, count, out=np.full(self.n, np.nan), where=count > 0))


def read_survey(records: Records, settings: MotivesSettings) -> tuple[Surveyed, list[Fault]]:
    """Read a survey, and every fault of its tables and of what settings say of them."""
    reader = _Reader(records, settings)
    return reader.read(), reader.faults


class _Reader:
    """Reads the tables and collects every fault on the way."""

    def __init__(self, records: Records, settings: MotivesSettings) -> None:
        self.records, self.settings = records, settings
        self.faults: list[Fault] = []
        self.people = self._columns("respondents")

    def _columns(self, table: str) -> Mapping[str, NDArray[Any]]:
        return self.records.engine.columns((SQL / f"{table}.sql").read_text(encoding="utf-8"))

    def read(self) -> Surveyed:
        opened = self.records.tables["items"]
        items, faults = read_items(self._columns("items"), file=opened.file, first_row=opened.first_row)
        self.faults += faults
        scores = self._scores({item.name: item for item in items})
        waves = tuple(sorted(scores))
        groups = {
            name: self.people[f"group_{place}"]
            for place, name in enumerate(self.records.tables["respondents"].groups, start=1)
        }
        side = self._side()
        return Surveyed(
            items=items,
            scores=scores,
            wave=self._wave(waves),
            waves=waves,
            **self._drawn(),
            side=side,
            groups=groups,
            population=self._population(groups, citizens=side == "citizen"),
        )

    def _scores(self, items: Mapping[str, Item]) -> dict[str, dict[str, Numbers]]:
        rows = self._columns("responses")
        place = {name: number for number, name in enumerate(self.people["respondent"].tolist())}
        waves = sorted({_text(wave) or ONLY for wave in rows["wave"].tolist()}) or [ONLY]
        n = len(place)
        scores = {wave: {item: np.full(n, np.nan) for item in items} for wave in waves}
        outside: dict[str, list[tuple[int, str]]] = defaultdict(list)
        columns = (rows[name].tolist() for name in ("row_number", "respondent", "item", "value", "wave"))
        for number, respondent, item, value, wave in zip(*columns, strict=True):
            given = _text(value)
            if item not in items or given is None:
                continue
            score = items[item].score(given)
            if score is None:
                outside[item].append((number, given))
            else:
                scores[_text(wave) or ONLY][item][place[respondent]] = score
        for item, found in outside.items():
            hint = nearest(found[0][1], items[item].counts) if items[item].counts else None
            self._refuse("responses", "value", found, wanted=items[item].wanted(), hint=hint)
        return scores

    def _refuse(
        self,
        table: str,
        column: str,
        found: Sequence[tuple[int, str | None]],
        *,
        wanted: str,
        hint: str | None = None,
    ) -> None:
        """A fault of some rows of a table."""
        if not found:
            return
        opened = self.records.tables[table]
        rows = tuple(
            (int(number) + opened.first_row - 1, cell)
            for number, cell in sorted(found, key=lambda row: int(row[0]))[:SHOWN_ROWS]
        )
        self.faults.append(
            Fault(
                file=opened.file,
                place=column,
                rule="survey",
                wanted=wanted,
                count=len(found),
                rows=rows,
                hint=hint,
            )
        )

    def _rows(self, column: str, wrong: Iterable[bool]) -> list[tuple[int, str | None]]:
        """The respondents of whom that is wrong: their row, and what stands in the column."""
        cells = zip(self.people["row_number"].tolist(), self.people[column].tolist(), wrong, strict=True)
        return [(number, _text(cell)) for number, cell, bad in cells if bad]

    def _drawn(self) -> dict[str, Any]:
        """How respondents were drawn: what there is of weights, strata and primary sampling units."""
        there = self.records.tables["respondents"].columns
        found: dict[str, Any] = {"weight": None, "stratum": None, "unit": None}
        for column in ("weight", "stratum", "psu"):
            if column in there:
                cells = self.people[column]
                empty = [_text(cell) is None for cell in cells.tolist()]
                wanted = "a value for every respondent, or no such column"
                self._refuse("respondents", column, self._rows(column, empty), wanted=wanted)
                found["unit" if column == "psu" else column] = (
                    np.asarray(cells, dtype=np.float64) if column == "weight" else cells.astype(str)
                )
        if found["weight"] is not None and not np.nansum(found["weight"]) > 0:
            all_nought = self._rows("weight", [True] * len(self.people["weight"]))
            self._refuse("respondents", "weight", all_nought, wanted="weights that are not all 0")
        self._two_strata(found)
        return found

    def _two_strata(self, drawn: Mapping[str, Any]) -> None:
        if drawn["stratum"] is None or drawn["unit"] is None or self.settings.nested:
            return
        first: dict[str, str] = {}
        pairs = zip(drawn["unit"].tolist(), drawn["stratum"].tolist(), strict=True)
        wrong = [first.setdefault(unit, stratum) != stratum for unit, stratum in pairs]
        hint = "Where names are used again in other strata, say `nested = true` under [questions.motives]."
        wanted = "a primary sampling unit that lies in one stratum"
        self._refuse("respondents", "psu", self._rows("psu", wrong), wanted=wanted, hint=hint)

    def _side(self) -> Texts:
        """The side of each respondent, from the column `side` if there is one; else all are citizens."""
        if "side" not in self.people:
            return np.full(len(self.people["respondent"]), "citizen", dtype=object)
        cells = [_text(cell) or "citizen" for cell in self.people["side"].tolist()]
        wrong = [cell not in BARRIER_SIDES for cell in cells]
        found = [
            (int(number), cell)
            for number, cell, bad in zip(self.people["row_number"].tolist(), cells, wrong, strict=True)
            if bad
        ]
        hint = nearest(found[0][1], BARRIER_SIDES) if found else None
        self._refuse("respondents", "side", found, wanted=f"one of {', '.join(BARRIER_SIDES)}", hint=hint)
        return np.array(cells, dtype=object)

    def _wave(self, waves: Sequence[str]) -> str:
        wave = self.settings.wave
        if wave is None or wave in waves:
            return waves[-1] if wave is None else wave
        self._setting("wave", wave, known=waves)
        return waves[-1]

    def _setting(self, key: str, found: str, *, known: Sequence[str]) -> None:
        self.faults.append(
            Fault(
                file=FILE,
                place=f"questions.motives.{key}",
                rule="known",
                found=found,
                wanted=f"one of {', '.join(known)}"
                if any(known)
                else f"no such setting: the tables know no {key}",
                hint=nearest(found, known),
            )
        )

    def _population(self, groups: Mapping[str, Texts], *, citizens: Mask) -> dict[str, dict[str, float]]:
        """The margins that weights are fitted to; faults where a value is on one side only."""
        if not self.records.has("population"):
            return {}
        opened = self.records.tables["population"]
        known = [name for name in opened.groups if name in groups]
        wanted = known if self.settings.margins is None else list(self.settings.margins)
        for name in (name for name in wanted if name not in known):
            self._setting("margins", name, known=known)
        script = (SQL / "population.sql").read_text(encoding="utf-8")
        found = {}
        for name in (name for name in wanted if name in known):
            place = f"group_{opened.groups.index(name) + 1}"
            rows = self.records.engine.rows(script.replace("group_1", place))
            found[name] = {str(value): float(persons) for value, persons in rows if persons > 0}
            self._unmatched(name, found[name], groups[name], citizens=citizens)
        return found

    def _unmatched(self, name: str, known: Mapping[str, float], values: Texts, *, citizens: Mask) -> None:
        cells = [_text(cell) for cell in values.tolist()]
        numbers = self.people["row_number"].tolist()
        wrong = [
            (number, cell)
            for number, cell, own in zip(numbers, cells, citizens, strict=True)
            if own and cell not in known
        ]
        named = next((cell for _, cell in wrong if cell), None)
        hint = (nearest(named, known) if named else None) or "Or leave it out of `margins`."
        wanted = f"a value that `population` has: {', '.join(known)}"
        self._refuse("respondents", name, wrong, wanted=wanted, hint=hint)
        seen = {cell for cell, own in zip(cells, citizens, strict=True) if own and cell}
        self.faults += [
            Fault(
                file=self.records.tables["population"].file,
                place=name,
                rule="observed",
                found=value,
                wanted="a value that some respondent has: " + ", ".join(sorted(seen)),
                hint=nearest(value, seen - set(known))
                or "Join it with one like it, or leave it out of `margins`.",
            )
            for value in known
            if value not in seen
        ]


def _text(cell: object) -> str | None:
    """A cell as text; None where it is empty."""
    if cell is None or cell != cell:  # noqa: PLR0124 (NaN is not itself)
        return None
    text = str(cell).strip()
    return text or None


def values_of(column: Texts) -> Iterator[str]:
    """The values of a group column, in order of their names."""
    yield from sorted({str(cell) for cell in column.tolist() if _text(cell) is not None})
