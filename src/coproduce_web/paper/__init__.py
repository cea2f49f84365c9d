"""Forms on paper, as PDF: blank but for what they are about. Nothing about a person is printed on them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import typst

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something to be filled in: on lines, or by ticking a choice; or, `given`, already said."""

    label: str
    hint: str = ""
    lines: int = 1
    choices: tuple[str, ...] = ()
    given: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table to be filled in, and how wide it is beside the others."""

    label: str
    width: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A form: its words, what is to be filled in, and who will see it."""

    language: str
    service: str
    title: str
    lead: tuple[str, ...] = ()
    fields: tuple[Line, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: int = 0
    seen_by: str = ""
    foot: str = ""


def pdf(sheet: Sheet) -> bytes:
    """The form as PDF.

    Its words reach Typst as data, never as its language: nothing in them is run.
    """
    data = json.dumps(asdict(sheet), ensure_ascii=False)
    return typst.compile(str(HERE / "form.typ"), root=str(HERE), format="pdf", sys_inputs={"data": data})
