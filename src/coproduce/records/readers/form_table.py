"""One sheet of a form as a table: its header, its rows, and the faults that are found in them."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from coproduce.errors import SHOWN_ROWS, Fault, RecordsError, nearest
from coproduce.records.readers.sheets import Sheet

ALIASES = {
    "relevance": "relevant",
    "calculate": "calculation",
    "list": "list_name",
    "constraint_msg": "constraint_message",
}
TRANSLATED = frozenset({"label", "hint", "constraint_message", "required_message"})
NEAR = 0.8
MOST_FAULTS = 200
"""How many different faults are told before a workbook is given up: it is no form."""


@dataclass(slots=True)
class Faults:
    """Every fault of a workbook: those of one column that break one rule in one way are told as one."""

    file: str
    _found: dict[tuple[str | None, str, str, str | None], list[tuple[int, str | None]]] = field(
        default_factory=dict
    )
    _counts: Counter[tuple[str | None, str, str]] = field(default_factory=Counter)

    def add(
        self,
        place: str | None,
        *,
        rule: str,
        row: int,
        found: str | None,
        wanted: str,
        hint: str | None = None,
        near: Iterable[str] = (),
    ) -> None:
        """Add one: sheet and column, row, what was found, what would be right, and the names that may be meant.

        The nearest name is looked for in the first rows alone: there may be thousands of both.

        Raises
        ------
        RecordsError
            With all faults so far, where there is no end of them.
        """
        self._counts[place, rule, wanted] += 1
        if self._counts[place, rule, wanted] <= SHOWN_ROWS:
            hint = hint or nearest(found or "", near)
        self._found.setdefault((place, rule, wanted, hint), []).append((row, found))
        if len(self._found) >= MOST_FAULTS:
            raise RecordsError(*self.told())

    def told(self) -> tuple[Fault, ...]:
        """All of them."""
        return tuple(
            Fault(
                file=self.file,
                place=place,
                rule=rule,
                wanted=wanted,
                hint=hint,
                count=len(rows),
                rows=tuple(rows[:SHOWN_ROWS]),
            )
            for (place, rule, wanted, hint), rows in self._found.items()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """A row of a sheet: its number there, and its cells by the names of their columns."""

    number: int
    sheet: str
    cells: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    faults: Faults

    def get(self, column: str) -> str:
        """The text of a cell; empty where there is none."""
        return self.cells.get(column, "")

    def said(self, column: str) -> dict[str, str]:
        """Language -> text of a column that may be translated."""
        return dict(self.words.get(column, {}))

    def refuse(
        self,
        column: str,
        *,
        rule: str,
        wanted: str,
        found: str | None = None,
        hint: str | None = None,
        near: Iterable[str] = (),
    ) -> None:
        """Add a fault of a cell; what is found is the cell itself, where nothing else is said."""
        found = self.get(column) if found is None else found
        place = f"{self.sheet}.{column}"
        self.faults.add(place, rule=rule, row=self.number, found=found, wanted=wanted, hint=hint, near=near)


class FormTable:
    """A sheet whose first row that is not empty holds the names of the columns.

    Parameters
    ----------
    sheet
        The sheet.
    name
        What the sheet is called in a message.
    known
        The columns that are read.
    faults
        Where faults go.
    """

    def __init__(self, sheet: Sheet, *, name: str, known: Collection[str], faults: Faults) -> None:
        self.name = name
        self._sheet, self._known, self._faults = sheet, known, faults
        self._head = min(sheet.rows, default=0)
        self._columns: dict[int, tuple[str, str]] = {}
        for place, text in sheet.rows.get(self._head, {}).items():
            self._name(place, text)
        self._look_for_slips()

    @property
    def names(self) -> set[str]:
        """The names of its columns, without languages."""
        return {column for column, _ in self._columns.values()}

    def languages(self) -> list[str]:
        """The languages of its labels, in the order of the columns."""
        return [language for column, language in self._columns.values() if column == "label"]

    def needs(self, *columns: str) -> bool:
        """Whether these columns are there; a fault for each that is not."""
        missing = [column for column in columns if column not in self.names]
        for column in missing:
            wanted = f"a column `{column}`"
            self._faults.add(
                self.name, rule="column", row=self._head or 1, found="no such column", wanted=wanted
            )
        return not missing

    def lacks(self, found: str, *, wanted: str) -> None:
        """Add a fault of the sheet as a whole, where nothing else is wrong that would explain it."""
        if not self._faults.told():
            self._faults.add(self.name, rule="sheet", row=self._head or 1, found=found, wanted=wanted)

    def rows(self) -> Iterator[FormRow]:
        """Its rows, without those in which no column that is read has a text."""
        for number, texts in self._sheet.rows.items():
            cells: dict[str, str] = {}
            words: dict[str, dict[str, str]] = {}
            for place, text in texts.items():
                column, language = self._columns.get(place, ("", ""))
                if column in TRANSLATED:
                    words.setdefault(column, {})[language] = text
                elif column in self._known:
                    cells[column] = text
            if number > self._head and (cells or words):
                yield FormRow(number=number, sheet=self.name, cells=cells, words=words, faults=self._faults)

    def _name(self, place: int, text: str) -> None:
        base, _, language = text.partition("::")
        column = "_".join(base.lower().split())
        column = ALIASES.get(column, column)
        if language and column not in TRANSLATED:  # such as media::image::English (en), which is not read
            column, language = text.lower(), ""
        key = (column, language.strip())
        if key in self._columns.values():
            self._slip(text, rule="twice", wanted="each column once")
        self._columns[place] = key

    def _look_for_slips(self) -> None:
        """A column that is not read and is called almost like one that is not there is a slip of the pen."""
        absent = [column for column in self._known if column not in self.names]
        for column in sorted(self.names - set(self._known)):
            close = difflib.get_close_matches(column, absent, n=1, cutoff=NEAR)
            if close:
                wanted = "a column of XLSForm, or one whose name is not so near to one"
                self._slip(column, rule="column", wanted=wanted, hint=f"Did you mean '{close[0]}'?")

    def _slip(self, found: str, *, rule: str, wanted: str, hint: str | None = None) -> None:
        self._faults.add(self.name, rule=rule, row=self._head, found=found, wanted=wanted, hint=hint)
