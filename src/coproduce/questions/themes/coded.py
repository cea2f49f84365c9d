"""The coded passages in memory, numbered; and which settings name codes that are not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import Fault, StudyError, nearest
from coproduce.records.opening import Records
from coproduce.records.settings import FILE

Codes = NDArray[np.int64]
Texts = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """Every coded passage: its document, coder and code by number, and where it starts and has ended.

    Documents, coders and codes are numbered in the order of their names. `groups` holds
    what each passage says of whose words it is (its side, and the study's groups), None where it says nothing.
    """

    documents: tuple[str, ...]
    coders: tuple[str, ...]
    codes: tuple[str, ...]
    document: Codes
    coder: Codes
    code: Codes
    starts: Codes
    ends: Codes
    groups: Mapping[str, Texts]
    case: Texts

    def presence(self, among: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
        """(documents, codes): whether the document holds the code, in the passages that are asked for."""
        kept = slice(None) if among is None else among
        held = np.zeros((len(self.documents), len(self.codes)), dtype=bool)
        held[self.document[kept], self.code[kept]] = True
        return held


def read_coded(records: Records, *, named: Mapping[str, Sequence[str]]) -> Coded:
    """Read the segments.

    Parameters
    ----------
    records
        A study whose segments are open.
    named
        Setting -> the codes that it names; all of ``order`` must be there, and no code may be missing from it.

    Raises
    ------
    StudyError
        With every code that a setting names and nobody gave, or leaves out.
    """
    groups = records.tables["segments"].groups
    rows = records.engine.columns(f"SELECT * FROM segments ORDER BY {records.tables['segments'].order}")  # noqa: S608 (own names)
    documents = tuple(dict.fromkeys(rows["document"].tolist()))
    coders, coder = _numbered(rows["coder"])
    codes, code = _numbered(rows["code"])
    if faults := [*_faults(named, codes)]:
        raise StudyError(*faults)
    place = {name: number for number, name in enumerate(documents)}
    columns = {"side": rows["side"]} | {
        name: rows[f"group_{number}"] for number, name in enumerate(groups, start=1) if name != "side"
    }
    return Coded(
        documents=documents,
        coders=coders,
        codes=codes,
        document=np.array([place[name] for name in rows["document"]], dtype=np.int64),
        coder=coder,
        code=code,
        starts=rows["starts_at"].astype(np.int64),
        ends=rows["ends_at"].astype(np.int64),
        groups={name: column for name, column in columns.items() if any(map(_known, column))},
        case=rows["case_id"],
    )


def _known(value: object) -> bool:
    return isinstance(value, str)


def _numbered(column: NDArray[Any]) -> tuple[tuple[str, ...], Codes]:
    names, numbers = np.unique(column.astype(str), return_inverse=True)
    return tuple(names.tolist()), numbers.astype(np.int64)


def _faults(named: Mapping[str, Sequence[str]], codes: Sequence[str]) -> Iterator[Fault]:
    for setting, listed in named.items():
        place = f"questions.themes.{setting}"
        for name in dict.fromkeys(name for name in listed if name not in codes):
            wanted = f"one of the codes: {', '.join(codes)}"
            yield Fault(
                file=FILE, place=place, rule="known", found=name, wanted=wanted, hint=nearest(name, codes)
            )
        if len(set(listed)) < len(listed):
            yield Fault(file=FILE, place=place, rule="once", found="a code twice", wanted="each code once")
        left_out = [code for code in codes if code not in listed]
        if setting == "order" and listed and left_out:
            found = f"no place for {', '.join(left_out)}"
            wanted = "every code, from low to high"
            yield Fault(file=FILE, place=place, rule="all", found=found, wanted=wanted)
