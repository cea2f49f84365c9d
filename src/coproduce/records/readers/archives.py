"""ZIP archives from outside: nothing is unpacked to disk, and what can be wrong with one is a fault of it."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from coproduce.errors import Fault, RecordsError

PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""How members may be packed; the others are rare, and some ask for gigabytes before they give a byte."""


@contextmanager
def faults_of_archives(name: str, *, rule: str, wanted: str) -> Iterator[None]:
    """Turn what can be wrong with an archive into a fault of it.

    Parameters
    ----------
    name, rule
        What a message calls the file, and the kind of file that it is to be.
    wanted
        What would be right.

    Examples
    --------
    >>> with faults_of_archives("form.xlsx", rule="xlsx", wanted="an .xlsx workbook"):
    ...     raise zipfile.BadZipFile("File is not a zip file")
    Traceback (most recent call last):
    ...
    coproduce.errors.RecordsError: form.xlsx: found 'File is not a zip file', wanted an .xlsx workbook. It seems ...
    """
    try:
        yield
    except (PermissionError, IsADirectoryError):
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
    ) as error:
        hint = "It seems to be cut off, damaged or locked: save it again."
        found = str(error) or type(error).__name__
        raise RecordsError(Fault(file=name, rule=rule, found=found, wanted=wanted, hint=hint)) from None


@contextmanager
def opened_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[BinaryIO]:
    """A member of an archive as a stream.

    Raises
    ------
    zipfile.BadZipFile
        If it is packed in a way that is not read.
    """
    if entry.compress_type not in PACKINGS:
        raise zipfile.BadZipFile(f"{entry.filename} is packed in an unusual way")
    with archive.open(entry) as stream:
        yield cast(BinaryIO, stream)
