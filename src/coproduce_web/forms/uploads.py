"""The one gate for files that people send: how large, of which kind by name, and of which kind by what is in them.

What is sent is read and let go: it is never kept as a file, and never served.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

MEGABYTE = 2**20
_LOOKED_AT = 64 * 1024
_TEXT_CONTROLS = frozenset("\t\n\r\f")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of file: how its name ends, how the browser calls it, and how it is known by what is in it."""

    ending: str
    media_type: str
    holds: Callable[[IO[bytes]], bool]


def _is_text(file: IO[bytes]) -> bool:
    """UTF-8 without control characters, as far as is looked at."""
    head = file.read(_LOOKED_AT)
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(head) < _LOOKED_AT or error.start < len(head) - 4:  # else a letter was cut in two
            return False
        text = head[: error.start].decode("utf-8-sig")
    return not any(ord(letter) < 32 and letter not in _TEXT_CONTROLS for letter in text)


def _is_workbook(file: IO[bytes]) -> bool:
    """A ZIP archive with the parts that every workbook has."""
    try:
        with zipfile.ZipFile(file) as archive:
            return {"[Content_Types].xml", "xl/workbook.xml"} <= set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


KINDS: Mapping[str, Kind] = {
    kind.ending: kind
    for kind in (
        Kind(ending=".csv", media_type="text/csv", holds=_is_text),
        Kind(ending=".pb", media_type="text/plain", holds=_is_text),
        Kind(
            ending=".xlsx",
            media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            holds=_is_workbook,
        ),
    )
}
"""The kinds that may be sent at all."""


class Upload(forms.FileField):
    """A file of one of the kinds named, no larger than `most_bytes`. What it holds is read from its beginning.

    Parameters
    ----------
    endings
        The kinds, by how their names end, such as ``(".csv",)``.
    most_bytes
        The largest size, in bytes.
    """

    def __init__(self, *, endings: tuple[str, ...], most_bytes: int, **more: Any) -> None:
        self.endings, self.most_bytes = endings, most_bytes
        accepted = ",".join(f"{ending},{KINDS[ending].media_type}" for ending in endings)
        super().__init__(widget=forms.FileInput(attrs={"accept": accepted}), max_length=255, **more)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The file, if it is what its name says."""
        file = super().clean(data, initial)
        if isinstance(file, UploadedFile):
            self._refuse_wrong(file)
            file.seek(0)
        return file

    def _refuse_wrong(self, file: UploadedFile[Any]) -> None:
        if (file.size or 0) > self.most_bytes:
            raise ValidationError(
                _("The file is larger than %(most)s MB."), params={"most": f"{self.most_bytes / MEGABYTE:g}"}
            )
        ending = PurePath(file.name or "").suffix.lower()
        if ending not in self.endings:
            raise ValidationError(
                _("Found a file whose name ends in “%(found)s”. Wanted: %(wanted)s."),
                params={"found": ending[:20], "wanted": ", ".join(self.endings)},
            )
        if not KINDS[ending].holds(file):
            raise ValidationError(
                _("What is in the file is not what its name says (%(wanted)s)."), params={"wanted": ending}
            )
