"""Our own findings files as studies: what enters, and what is left out and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np
from pydantic import ValidationError

from coproduce.errors import Fault, RecordsError, StudyError
from coproduce.findings import Estimate, Finding, Findings
from coproduce.findings.files import findings_from_json
from coproduce.questions.synthesis.settings import SynthesisSettings
from coproduce.records.data import Data
from coproduce.records.opening import Records
from coproduce.records.staging import sha256_of

COLUMNS = ("study", "effect", "se", "finding", "grade", "verdict", "unit", "n")
LEFT_OUT = " was left out: "
Row = Mapping[str, Any]


def as_data(records: Records, settings: SynthesisSettings, *, at: str) -> Data:
    """Every effect of the findings files, one a row; the notes tell what was left out.

    Parameters
    ----------
    records
        The study whose folder the files lie in.
    settings
        The block, which names them.
    at
        The block's dotted key.

    Raises
    ------
    StudyError
        If a file is not there, or lies outside the folder.
    RecordsError
        If a file holds no findings, or findings point in different directions.
    """
    rows: list[Row] = []
    left_out: list[str] = []
    faults: list[Fault] = []
    for path in settings.findings:
        try:
            file = _read(records, path, at=at)
        except (StudyError, RecordsError) as error:
            faults += error.faults
            continue
        _note_as_read(records, path, found=file, at=at)
        if file.study.simulated and not records.study.head.simulated:
            left_out.append(f"{file.study.title}{LEFT_OUT}its records are simulated")
            continue
        for finding in file.findings:
            found = _entering(finding, settings)
            if isinstance(found, str):
                left_out.append(f"{file.study.title}: {finding.id}{LEFT_OUT}{found}")
            else:
                rows.append(_row(file, finding, found, settings=settings))
    faults += _of_two_directions(rows, file=", ".join(settings.findings))
    if faults:
        kind = (
            StudyError
            if all(fault.rule in {"exists", "inside", "path"} for fault in faults)
            else RecordsError
        )
        raise kind(*faults)
    columns = {name: _cells([row[name] for row in rows]) for name in COLUMNS}
    return Data(
        file=", ".join(settings.findings),
        columns=columns,
        rows=len(rows),
        row_numbers=np.arange(1, len(rows) + 1),
        notes=tuple(left_out),
    )


def left_out(data: Data) -> Iterator[tuple[str, str, str]]:
    """What the notes of findings files say was left out: the study, what of, and why."""
    for note in data.notes:
        name, found, why = note.partition(LEFT_OUT)
        if found:
            yield name, "everything", why


def other_notes(data: Data) -> Iterator[str]:
    """The notes that tell something else."""
    yield from (note for note in data.notes if LEFT_OUT not in note)


def _read(records: Records, path: str, *, at: str) -> Findings:
    file = records.study.file(path, key=f"{at}.findings")
    try:
        return findings_from_json(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        found = error.strerror or "what cannot be read"
    except UnicodeDecodeError:
        found = "text that is not in UTF-8"
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(map(str, first["loc"]))
        found = f"{at}: {first['msg']}" if at else first["msg"]
    wanted = "a findings.json that `coproduce run` wrote, of this version"
    raise RecordsError(Fault(file=path, rule="findings", found=found, wanted=wanted))


def _note_as_read(records: Records, path: str, *, found: Findings, at: str) -> None:
    """The file is told among what was read; a row of it is a finding."""
    sha256 = sha256_of(records.study.file(path, key=f"{at}.findings"))
    numbers = np.arange(1, len(found.findings) + 1)
    records.data[f"findings of {path}"] = Data(
        file=path, columns={}, rows=len(numbers), row_numbers=numbers, sha256=sha256
    )


def _entering(finding: Finding, settings: SynthesisSettings) -> Estimate | str:
    """The estimate of a finding that enters, or why none does. Its verdict and its grade never matter."""
    if finding.question != "effects":
        return f"it answers {finding.question}, which estimates no effect"
    try:
        found = finding.estimate(settings.findings_as)
    except KeyError:
        return f"it has no estimate {settings.findings_as} of the whole sample"
    if found.value is None or found.se is None:
        return f"its {settings.findings_as} has no value or no standard error (perhaps too few people)"
    if found.se <= 0:
        return f"the standard error of its {settings.findings_as} is not above 0"
    return found


def _row(file: Findings, finding: Finding, found: Estimate, *, settings: SynthesisSettings) -> Row:
    turned = finding.id in settings.reverse or file.study.title in settings.reverse
    value = found.value if found.value is not None else float("nan")
    return {
        "study": file.study.title,
        "effect": -value if turned else value,
        "se": found.se,
        "finding": finding.id,
        "grade": finding.grade.level,
        "verdict": finding.verdict,
        "unit": found.unit,
        "n": found.n,
    }


def better_of(data: Data) -> Literal["up", "down"] | None:
    """Which way is an improvement, as far as the verdicts of findings tell; None of other data."""
    if not {"verdict", "finding"} <= set(data.columns):
        return None
    pairs = zip(data.columns["verdict"], data.columns["effect"], strict=True)
    signs = {_better(str(verdict), float(effect)) for verdict, effect in pairs} - {0}
    return None if len(signs) != 1 else "up" if signs == {1} else "down"


def _better(verdict: str, effect: float) -> int:
    """1 where the verdict and the sign say that more is better, -1 where less is, 0 where they do not tell."""
    sign = (effect > 0) - (effect < 0)
    return {"improves": sign, "harms": -sign}.get(verdict, 0)


def _of_two_directions(rows: list[Row], *, file: str) -> Iterator[Fault]:
    """Improvements above nought beside improvements below it: more is better in some findings and worse in others."""
    up = [row for row in rows if _better(row["verdict"], row["effect"]) > 0]
    down = [row for row in rows if _better(row["verdict"], row["effect"]) < 0]
    if up and down:
        fewer = min(up, down, key=len)
        named = ", ".join(f"{row['finding']} of {row['study']}" for row in fewer)
        yield Fault(
            file=file,
            place="verdict",
            rule="direction",
            found=named,
            wanted="findings in which above nought means the same: in these, less of the outcome is better, in the "
            "others more (or the reverse)",
            hint=f"Turn their signs: reverse = {[row['finding'] for row in fewer]}.",
        )
    units = sorted({str(row["unit"]) for row in rows})
    if len(units) > 1:
        yield Fault(
            file=file,
            place="unit",
            rule="unit",
            found=", ".join(units),
            wanted="effects of one unit",
            hint='Standardised effects have one: findings_as = "effect_standardised".',
        )


def _cells(values: list[Any]) -> np.ndarray[Any, np.dtype[np.object_]]:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found
