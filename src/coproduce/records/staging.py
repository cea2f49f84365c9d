"""What every reader leaves behind: Parquet files with the source's own columns, and what is known about them."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from coproduce.errors import Fault, RecordsError
from coproduce.records.engine import Engine, literal

ROWS_AT_ONCE = 50_000
CELLS_AT_ONCE = 2_000_000
LETTERS_AT_ONCE = 1 << 26
MOST_COLUMNS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RawColumn:
    """A column as the source has it: its name there, and the name and type by which the engine reaches it."""

    name: str
    sql: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A source after reading.

    Parameters
    ----------
    scan
        What stands after FROM: the raw columns c1, c2, … and ``row_number``, from 1 in the source's order.
    columns
        The raw columns, in the source's order.
    rows
        How many rows there are.
    first_row
        The number that a person gives the first of them: 2 in a CSV, whose header is row 1.
    sha256
        The fingerprint of the file; None for what is not a file.
    notes
        What a reader decided, in plain sentences.
    parts
        The Parquet files in order, each with the number of its rows.
    """

    scan: str
    columns: tuple[RawColumn, ...]
    rows: int
    first_row: int = 1
    sha256: str | None = None
    notes: tuple[str, ...] = ()
    parts: tuple[tuple[Path, int], ...] = ()


def staged(
    files: Sequence[Path],
    engine: Engine,
    *,
    names: Sequence[str] = (),
    first_row: int = 1,
    sha256: str | None = None,
    notes: Iterable[str] = (),
) -> Staged:
    """Parquet files, one after the other, as one source.

    They must hold the same columns; `names` are what the source calls these, where the files call them otherwise.
    """
    schema = pq.read_schema(files[0])
    names = names or schema.names
    counts = [pq.read_metadata(file).num_rows for file in files]
    scan = _scan(files, names=names, before=[sum(counts[:place]) for place in range(len(counts))])
    types = [
        _type(row[1], field)
        for row, field in zip(engine.rows(f"DESCRIBE SELECT * FROM {scan}"), schema, strict=False)
    ]
    return Staged(
        scan=scan,
        columns=tuple(
            RawColumn(name=name, sql=f"c{place}", type=type_)
            for place, (name, type_) in enumerate(zip(names, types, strict=False), start=1)
        ),
        rows=sum(counts),
        first_row=first_row,
        sha256=sha256,
        notes=tuple(notes),
        parts=tuple(zip(files, counts, strict=True)),
    )


def _type(sql_type: str, field: pa.Field) -> str:
    """The engine's type of a column, which for a length of time would be a bare number."""
    return "INTERVAL" if pa.types.is_duration(field.type) else sql_type


def _scan(files: Sequence[Path], *, names: Sequence[str], before: Sequence[int]) -> str:
    """SQL that reads Parquet files with columns named by their place, and numbers their rows on."""
    listed = ", ".join(literal(_without_patterns(file)) for file in files)
    columns = [f"c{place}" for place in range(1, len(names) + 1)]
    number = f"[{', '.join(map(str, before))}][file_index::BIGINT + 1] + file_row_number + 1 AS row_number"
    source = f"read_parquet([{listed}], hive_partitioning = false) AS files({', '.join(columns)})"
    return f"(SELECT {', '.join([*columns, number])} FROM {source})"


def _without_patterns(file: Path) -> str:
    """A path in which the engine sees no pattern, whatever letters are in its name."""
    return "".join(f"[{letter}]" if letter in "[*?" else letter for letter in str(file.absolute()))


def sha256_of(file: Path) -> str:
    """The fingerprint of a file, read piece by piece."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


class TextWriter:
    """Writes rows of text to Parquet, row group by row group; the columns need not be known beforehand.

    Parameters
    ----------
    engine
        Whose scratch folder the file lies in.
    name
        What a message calls the source.
    columns
        The columns that are known beforehand; others are added as rows bring them.

    Examples
    --------
    >>> with Engine() as engine, TextWriter(engine) as writer:
    ...     writer.write({"case": "A", "step": "Ask"})
    ...     writer.write({"case": "B", "late": "x"})
    ...     source = writer.finish()
    ...     print([column.name for column in source.columns])
    ...     engine.rows(f"SELECT row_number, c1, c2, c3 FROM {source.scan} ORDER BY ALL")
    ['case', 'step', 'late']
    [(1, 'A', 'Ask', None), (2, 'B', None, 'x')]
    """

    def __init__(self, engine: Engine, *, name: str = "", columns: Iterable[str] = ()) -> None:
        self._engine, self._name = engine, name
        self._folder = Path(tempfile.mkdtemp(dir=engine.scratch))
        self._names = dict.fromkeys(columns)
        self._waiting: list[Mapping[str, str | None]] = []
        self._letters = 0
        self._parts: list[Path] = []
        self._part: pq.ParquetWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def write(self, row: Mapping[str, str | None]) -> None:
        """Add a row.

        Raises
        ------
        RecordsError
            If the rows bring more columns than any table has.
        """
        self._waiting.append(row)
        self._letters += sum(map(len, filter(None, row.values())))
        if len(self._waiting) == ROWS_AT_ONCE or self._letters > LETTERS_AT_ONCE:
            self._flush()

    def finish(self, *, sha256: str | None = None, notes: Iterable[str] = ()) -> Staged:
        """End the file, and give it as a source."""
        self._flush()
        self._close()
        whole = self._parts[0] if len(self._parts) == 1 else self._united()
        return staged([whole], self._engine, names=tuple(self._names), sha256=sha256, notes=notes)

    def _flush(self) -> None:
        """Write what waits; new columns begin a new part."""
        known = len(self._names)
        for row in self._waiting:
            self._names.update(dict.fromkeys(row))
            if len(self._names) > MOST_COLUMNS:
                found, wanted = f"more than {MOST_COLUMNS:,} columns", f"at most {MOST_COLUMNS:,} columns"
                raise RecordsError(Fault(file=self._name, rule="columns", found=found, wanted=wanted))
        at_once = max(1, CELLS_AT_ONCE // max(1, len(self._names)))
        for start in range(0, max(1, len(self._waiting)), at_once):
            self._write_rows(
                self._waiting[start : start + at_once], anew=start == 0 and len(self._names) > known
            )
        self._waiting.clear()
        self._letters = 0

    def _write_rows(self, rows: Sequence[Mapping[str, str | None]], *, anew: bool) -> None:
        """Write rows to the part that is open, or to a new one."""
        cells = [pa.array([row.get(name) for row in rows], pa.string()) for name in self._names]
        table = pa.table(cells, names=[f"c{place}" for place in range(1, len(cells) + 1)])
        if self._part is None or anew:
            self._close()
            self._parts.append(self._folder / f"part-{len(self._parts)}.parquet")
            self._part = pq.ParquetWriter(self._parts[-1], table.schema)
        self._part.write_table(table)

    def _close(self) -> None:
        if self._part is not None:
            self._part.close()
            self._part = None

    def _united(self) -> Path:
        """The parts as one file: a column that came late is empty in the rows before it."""
        whole = self._folder / "whole.parquet"
        listed = ", ".join(literal(str(part)) for part in self._parts)
        parts = f"SELECT * FROM read_parquet([{listed}], union_by_name = true)"
        self._engine.run(f"COPY ({parts}) TO {literal(str(whole))} (FORMAT parquet)")
        return whole
