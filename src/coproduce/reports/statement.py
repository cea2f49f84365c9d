"""The statement of a verification, for whoever it concerns: in a terminal, as Markdown, as a page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from coproduce.errors import Fault, StudyError
from coproduce.findings import Findings
from coproduce.findings.comparing import ROUNDING, Difference
from coproduce.findings.statement import Held, InputPair, Statement
from coproduce.reports.lettering import legal
from coproduce.reports.palette import DARK, LIGHT, custom_properties
from coproduce.reports.rounding import number

OUTCOMES = {
    "same": "Holds",
    "rounding": "Holds, but for rounding",
    "differs": "Differs",
    "cannot": "Cannot be made again here",
}
MEANING = (
    "A finding holds if the same question, asked of these records with the settings and seeds that the file records, "
    "gives it again: verdict, answer, grade, every estimate with its interval, every table, every check and every "
    "caveat, to the last digit. It holds but for rounding if no number moved by more than "
    f"{ROUNDING:g} of the largest that stands with it (of 1, for a p-value), as happens between versions of libraries, "
    "kinds of machines and engines.",
    "It differs if it was made from the same records by the same version of Coproduce and is another. Where records, "
    "version, frozen plan or what is hidden are not as they were, another finding says nothing against the first: it "
    "then cannot be made again here, and the reasons are given. What other records say is not told.",
    "What holds was computed from these records as it was said to be. Whether the records are true, and the question "
    "the right one, no computation can tell.",
)
LONGEST = 300
MOST_SETTINGS = 50
MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A small table; `marks` says of each row how it looks: an outcome, or nothing."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the statement: its heading, sentences, a list, and a table."""

    heading: str
    sentences: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    table: Rows | None = None


def told(statement: Statement, *, by: str | None = None) -> tuple[Section, ...]:
    """A statement in plain words.

    Parameters
    ----------
    statement
        What came of making the findings again.
    by
        Who states it; the programs alone where left out.
    """
    return (
        Section(heading="To whom it may concern", sentences=tuple(_opening(statement, by=by))),
        Section(heading="Each finding", table=_each(statement), sentences=tuple(_beside(statement))),
        *(_differences(held) for held in statement.findings if held.differences),
        Section(heading="The records", table=_records(statement)),
        Section(heading="How it was made, then and now", table=_made(statement)),
        *_settings(statement),
        Section(heading="What this means", sentences=MEANING),
    )


def in_short(statement: Statement) -> str:
    """How many findings hold, in a sentence.

    Examples
    --------
    >>> from coproduce.findings import StudyLabel
    >>> some = Findings(coproduce="0.1.0", study=StudyLabel(title="Care", service="care"))
    >>> held = Held(id="audit", title="Audit", outcome="same")
    >>> in_short(
    ...     Statement(
    ...         **dict(
    ...             holds=True, file="findings.json", sha256="", checked_at="2026-01-01", then=some, now=some
    ...         ),
    ...         **dict(inputs={}, changed=(), findings=(held,), left_out=()),
    ...     )
    ... )
    'The one finding holds.'
    """
    counted = dict.fromkeys(OUTCOMES, 0)
    for held in statement.findings:
        counted[held.outcome] += 1
    whole, good = len(statement.findings), counted["same"] + counted["rounding"]
    if good == whole:
        return "The one finding holds." if whole == 1 else f"All {whole} findings hold."
    rest = {"differs": ("differs", "differ"), "cannot": ("cannot be made again here",) * 2}
    parts = [f"{counted[name]} {words[counted[name] != 1]}" for name, words in rest.items() if counted[name]]
    found, hold = "finding" if whole == 1 else "findings", "holds" if good == 1 else "hold"
    return f"Of {whole} {found}, {good} {hold}; {'; '.join(parts)}."


def _opening(statement: Statement, *, by: str | None) -> Iterator[str]:
    study = statement.then.study
    yield (
        f"On {statement.checked_at[:10]} at {statement.checked_at[11:16]} UTC the findings of “{study.title}” "
        f"({study.service}) were made again from its records{f' by {by}' if by else ''}, with Coproduce "
        f"{statement.now.coproduce}, and compared with those of the file {statement.file} (SHA-256 {statement.sha256})."
    )
    yield in_short(statement)
    if study.simulated or statement.now.study.simulated:
        yield "These records are simulated: they describe no real service."


def _beside(statement: Statement) -> Iterator[str]:
    """What the table does not tell."""
    if statement.then.only is not None:
        yield f"Only this was asked: {', '.join(statement.then.only)}."
    if statement.left_out:
        yield f"These records also give findings that the file does not have: {', '.join(statement.left_out)}."


def _each(statement: Statement) -> Rows:
    return Rows(
        columns=("Finding", "Holds?", "In words"),
        rows=tuple(
            (f"{held.title} ({held.id})", OUTCOMES[held.outcome], _in_words(held))
            for held in statement.findings
        ),
        marks=tuple(held.outcome for held in statement.findings),
    )


def _in_words(held: Held) -> str:
    hidden = (
        f" {number(held.hidden)} {'value' if held.hidden == 1 else 'values'} that the file does not show "
        f"{'was' if held.hidden == 1 else 'were'} not compared."
        if held.hidden
        else ""
    )
    match held.outcome:
        case "same":
            return f"The same to the last digit.{hidden}"
        case "rounding":
            return f"The same but for rounding: the largest relative difference is {held.largest_apart:.1e}.{hidden}"
        case "differs":
            values = "1 value differs" if held.differing == 1 else f"{number(held.differing)} values differ"
            return f"From the same records, {values}: see below.{hidden}"
        case _:
            return ". ".join(f"{reason[:1].upper()}{reason[1:]}" for reason in held.reasons) + "."


def _differences(held: Held) -> Section:
    shown = len(held.differences)
    more = f"The first {shown} of {number(held.differing)}." if held.differing > shown else ""
    return Section(
        heading=f"What differs in {held.id}",
        sentences=(more,) if more else (),
        table=Rows(
            columns=("Where", "In the file", "Made again", "Apart"),
            rows=tuple(
                (one.place, _shown(one.then), _shown(one.now), _apart(one)) for one in held.differences
            ),
        ),
    )


def _shown(value: object) -> str:
    if value is None:
        return "hidden or not known"
    text = str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _apart(one: Difference) -> str:
    return "" if one.apart is None else f"{one.apart:.1e}"


def _records(statement: Statement) -> Rows:
    return Rows(
        columns=("Read", "Rows then", "Rows now", "The same file?", "SHA-256 now"),
        rows=tuple(
            (
                name,
                _count(pair, "then"),
                _count(pair, "now"),
                _is_same(pair),
                (pair.now and pair.now.sha256) or "–",
            )
            for name, pair in statement.inputs.items()
        ),
        marks=tuple("" if pair.is_same else "other" for pair in statement.inputs.values()),
    )


def _settings(statement: Statement) -> Iterator[Section]:
    """What ``study.toml`` says otherwise than the file, where it does."""
    if statement.changed:
        yield Section(
            heading="What study.toml says otherwise today",
            sentences=("The settings of the file were used. Where tables lie was read from study.toml.",),
            items=statement.changed[:MOST_SETTINGS],
        )


def _count(pair: InputPair, when: str) -> str:
    file = pair.then if when == "then" else pair.now
    return "–" if file is None else number(file.rows)


def _is_same(pair: InputPair) -> str:
    if pair.then is None or pair.now is None:
        return "it was not read then" if pair.then is None else "it is not there now"
    if None in (pair.then.sha256, pair.now.sha256):
        return "cannot be told: no file"
    return "yes" if pair.is_same else "no"


def _made(statement: Statement) -> Rows:
    then, now = (_programs(findings) for findings in (statement.then, statement.now))
    names = dict.fromkeys((*then, *now))
    return Rows(
        columns=("", "Then", "Now"),
        rows=tuple((name, then.get(name, "–"), now.get(name, "–")) for name in names),
        marks=tuple("" if then.get(name) == now.get(name) else "other" for name in names),
    )


def _programs(findings: Findings) -> dict[str, str]:
    plan = (
        f"frozen at {findings.plan.frozen_at}, SHA-256 {findings.plan.sha256}"
        if findings.plan.frozen
        else "not frozen"
    )
    hidden = f"below {findings.study.small_numbers}" if findings.study.small_numbers else "none"
    return {"Coproduce": findings.coproduce, **findings.made_with, "plan": plan, "counts hidden": hidden}


def as_markdown(statement: Statement, *, by: str | None = None) -> str:
    """The statement as Markdown."""
    lines = list[str]()
    for place, section in enumerate(told(statement, by=by)):
        lines += [f"{'#' if place == 0 else '##'} {_plain(section.heading)}", ""]
        for sentence in section.sentences:
            bold = sentence == in_short(statement)
            lines += [f"**{_plain(sentence)}**" if bold else _plain(sentence), ""]
        if section.table is not None:
            lines += [*_markdown_rows(section.table), ""]
        if section.items:
            lines += [*(f"- {_plain(item)}" for item in section.items), ""]
    return "\n".join(lines)


def _plain(text: str) -> str:
    return MARKDOWN.sub(r"\\\1", legal(text))


def _markdown_rows(table: Rows) -> Iterator[str]:
    for cells in (table.columns, tuple("---" for _ in table.columns), *table.rows):
        yield f"| {' | '.join(cell if cell == '---' else _plain(cell) for cell in cells)} |"


def as_html(statement: Statement, *, by: str | None = None) -> str:
    """The statement as one page that needs nothing else, light and dark, printable."""
    style = (resources.files("coproduce.reports") / "templates" / "statement.css").read_text(encoding="utf-8")
    light, dark = custom_properties(LIGHT), custom_properties(DARK)
    themes = f":root {{ {light} }} @media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    body = "".join(
        _html_section(section, place, statement) for place, section in enumerate(told(statement, by=by))
    )
    title = escape(legal(f"Verification: {statement.then.study.title}"))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>\n{themes}{style}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _html_section(section: Section, place: int, statement: Statement) -> str:
    level = 1 if place == 0 else 2
    parts = [f"<h{level}>{_safe(section.heading)}</h{level}>\n"]
    for sentence in section.sentences:
        verdict = (
            f' class="verdict {"good" if statement.holds else "bad"}"'
            if sentence == in_short(statement)
            else ""
        )
        parts.append(f"<p{verdict}>{_safe(sentence)}</p>\n")
    if section.table is not None:
        parts.append(_html_rows(section.table, label=section.heading))
    if section.items:
        parts.append("<ul>\n" + "".join(f"<li>{_safe(item)}</li>\n" for item in section.items) + "</ul>\n")
    return f"<section>\n{''.join(parts)}</section>\n"


def _html_rows(table: Rows, *, label: str) -> str:
    head = "".join(f'<th scope="col">{_safe(column)}</th>' for column in table.columns)
    marks = table.marks or ("",) * len(table.rows)
    body = "".join(
        f'<tr class="{mark}"><th scope="row">{_safe(first)}</th>'
        + "".join(f"<td>{_safe(cell)}</td>" for cell in rest)
        + "</tr>\n"
        for mark, (first, *rest) in zip(marks, table.rows, strict=True)
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{_safe(label)}">\n<table>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n</div>\n"
    )


def _safe(text: str) -> str:
    return escape(legal(text))


class Writer(Protocol):
    """Writes a statement as a text."""

    def __call__(self, statement: Statement, /, *, by: str | None) -> str:
        """The text."""


WRITERS: Mapping[str, Writer] = {".html": as_html, ".htm": as_html, ".md": as_markdown}


def written_as(file: Path) -> Writer:
    """How the statement is written into a file of that name.

    Raises
    ------
    StudyError
        If its name ends in nothing that is known, or there is no such folder.

    Examples
    --------
    >>> written_as(Path("statement.md")).__name__
    'as_markdown'
    """
    end = file.suffix.lower()
    if end not in WRITERS:
        wanted = "a file whose name ends in .html or .md"
        raise StudyError(Fault(file="--out", rule="kind", found=file.name, wanted=wanted))
    if not file.parent.is_dir() or file.is_dir():
        wanted = "a file in a folder that is there"
        raise StudyError(Fault(file="--out", rule="exists", found=str(file), wanted=wanted))
    return WRITERS[end]


STYLES = {"same": "green", "rounding": "green", "differs": "red", "cannot": "yellow"}


def show(statement: Statement, *, console: Console, by: str | None = None) -> None:
    """Print the statement: whether each finding holds, and what does not."""
    opening, each, *rest = told(statement, by=by)
    for sentence in opening.sentences:
        console.print(Text(legal(sentence), style="bold" if sentence == in_short(statement) else ""))
    _print_rows(each.table, console)
    for section in (each, *(one for one in rest if one.heading.startswith("What differs"))):
        if section is not each:
            console.print(Text(f"\n{legal(section.heading)}", style="bold"))
        for sentence in section.sentences:
            console.print(Text(legal(sentence)))
        if section is not each:
            _print_rows(section.table, console)


def _print_rows(table: Rows | None, console: Console) -> None:
    if table is None:
        return
    grid = Grid(*table.columns, box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    marks: Sequence[str] = table.marks or ("",) * len(table.rows)
    for mark, cells in zip(marks, table.rows, strict=True):
        grid.add_row(
            *(
                Text(legal(cell), style=STYLES.get(mark, "") if place == 1 else "")
                for place, cell in enumerate(cells)
            )
        )
    console.print(Padding(grid, (1, 0, 1, 2)), highlight=False)
