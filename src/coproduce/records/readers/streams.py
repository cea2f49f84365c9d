"""Files read as streams: fingerprinted and unpacked on the way, never whole in memory."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from coproduce.errors import Fault, RecordsError

PIECE = 1 << 20
LONGEST_CELL = 1 << 24
"""The most letters of one cell, and the most bytes of one value in XML."""


class Fingerprinted(io.RawIOBase):
    """A file that remembers the SHA-256 of what was read of it."""

    def __init__(self, file: Path) -> None:
        self._raw = file.open("rb", buffering=0)
        self._digest = hashlib.sha256()

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer."""
        count = self._raw.readinto(buffer)
        self._digest.update(memoryview(buffer)[:count])
        return count

    def sha256(self) -> str:
        """The fingerprint of the whole file; reads what is left."""
        while piece := self._raw.read(PIECE):
            self._digest.update(piece)
        return self._digest.hexdigest()

    def close(self) -> None:
        """Close the file."""
        self._raw.close()
        super().close()


def unpacked(raw: io.RawIOBase) -> BinaryIO:
    """A stream of the bytes in a file; a gzip file is known by its first two bytes, whatever its name."""
    buffered = io.BufferedReader(raw, PIECE)
    return gzip.GzipFile(fileobj=buffered) if buffered.peek(2)[:2] == b"\x1f\x8b" else buffered  # type: ignore[return-value]


@contextmanager
def faults_of_files(file: str) -> Iterator[None]:
    """Turn what can be wrong with a file itself into a fault of it.

    Examples
    --------
    >>> with faults_of_files("log.csv.gz"):
    ...     raise EOFError("Compressed file ended before the end-of-stream marker was reached")
    Traceback (most recent call last):
    ...
    coproduce.errors.RecordsError: log.csv.gz: found 'a gzip file that is cut off or damaged', wanted a whole file...
    """
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise RecordsError(
            Fault(
                file=file,
                rule="whole",
                found="a gzip file that is cut off or damaged",
                wanted="a whole file",
                hint="Copy or download it again.",
            )
        ) from None
    except IsADirectoryError:
        raise RecordsError(Fault(file=file, rule="file", found="a folder", wanted="a file")) from None
    except PermissionError:
        raise RecordsError(
            Fault(
                file=file, rule="readable", found="no permission to read it", wanted="a file that can be read"
            )
        ) from None
