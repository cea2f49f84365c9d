"""CSV: text in rows, read in one stream. What it is written in is told where it can be, and asked for where not."""

from __future__ import annotations

import codecs
import io
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from coproduce.errors import RecordsError
from coproduce.records.engine import Engine
from coproduce.records.readers import csv_faults
from coproduce.records.readers.csv_layout import Layout, layout, must_be_text
from coproduce.records.readers.streams import PIECE, Fingerprinted, faults_of_files, unpacked
from coproduce.records.settings import TableSettings
from coproduce.records.staging import Staged, staged

BLOCK = 16 * PIECE


def read_csv(file: Path, engine: Engine, *, name: str, settings: TableSettings) -> Staged:
    """Read a CSV file, also one packed with gzip.

    Raises
    ------
    RecordsError
        With what is wrong with the file as text: its encoding, delimiter, header, rows of another length.
    """
    with faults_of_files(name):
        written = layout(file, name=name, settings=settings)
        parquet = Path(tempfile.mkdtemp(dir=engine.scratch)) / "rows.parquet"
        ragged = csv_faults.Rows()
        with Text(file, written=written, name=name) as text:
            try:
                rows = _convert(text, parquet, written=written, ragged=ragged)
            except (pa.ArrowInvalid, UnicodeError) as error:
                faults = csv_faults.found(file, layout=written, name=name, error=str(error))
                raise RecordsError(*faults) from None
        if ragged.count:
            raise RecordsError(csv_faults.ragged_fault(ragged, file=name, cells=len(written.header)))
        if text.may_hide_rows(rows):
            csv_faults.must_be_closed(file, layout=written, name=name, rows=rows)
    return staged(
        [parquet], engine, names=written.header, first_row=2, sha256=text.sha256, notes=written.notes
    )


def _convert(text: Text, parquet: Path, *, written: Layout, ragged: csv_faults.Rows) -> int:
    """Write the rows to Parquet, each cell as text and an empty one as missing; the number of rows."""
    names = [f"c{place}" for place in range(1, len(written.header) + 1)]
    schema = pa.schema([(name, pa.string()) for name in names])

    def skip(row: Any) -> str:
        ragged.add(row.number, f"{row.actual_columns} cells")
        return "skip"

    reader = arrow_csv.open_csv(
        io.BufferedReader(text, BLOCK),  # whole blocks, so that only a cell larger than one can straddle two
        # Only one thread numbers the rows that it refuses.
        read_options=arrow_csv.ReadOptions(
            use_threads=False, block_size=BLOCK, column_names=names, skip_rows_after_names=1
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=written.delimiter, newlines_in_values=True, invalid_row_handler=skip
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=schema, strings_can_be_null=True, null_values=[""], check_utf8=False
        ),
    )
    with pq.ParquetWriter(parquet, schema) as writer:
        rows = 0
        for batch in reader:
            rows += batch.num_rows
            writer.write_batch(batch)
    return rows


class Text(io.RawIOBase):
    """The text of a file as UTF-8, fingerprinted and counted on the way."""

    def __init__(self, file: Path, *, written: Layout, name: str) -> None:
        self._raw = Fingerprinted(file)
        self._stream = unpacked(self._raw)
        self._name = name
        self._is_utf_8 = written.encoding == "utf-8"
        self._decoder = codecs.getincrementaldecoder(written.encoding)()
        self._left = memoryview(b"")
        self._lines = self._quotes = 0
        self._ended = False
        self.sha256 = ""

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer."""
        while not self._left and not self._ended:
            self._left = memoryview(self._piece())
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def _piece(self) -> bytes:
        raw = self._stream.read(PIECE)
        self._ended = not raw
        # Decoded in any case: Arrow has to be given UTF-8, and would not look at the header.
        text = self._decoder.decode(raw, final=not raw)
        piece = raw if self._is_utf_8 else text.encode()
        must_be_text(piece, name=self._name)
        self._quotes += piece.count(b'"')
        self._lines += piece.count(b"\n") + piece.count(b"\r") - piece.count(b"\r\n")
        if self._ended:
            self.sha256 = self._raw.sha256()
            piece += b"\n"  # a header alone would not end
        return piece

    def may_hide_rows(self, rows: int) -> bool:
        """Whether a quote that is never closed could have swallowed rows: a cell seems to run over several lines."""
        return self._quotes > 0 and self._lines > rows + 1

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        self._raw.close()
        super().close()
