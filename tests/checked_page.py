"""The page `docs/checked.md` and its picture, from what the tests told (`make checked`)."""

from __future__ import annotations

import ast
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.checked import SUBJECTS, Agreement, Checked, Kept

from coproduce import __version__

PICTURE = "images/checked-promises.svg"
WORDS = (
    "Every simulation's coverage and false alarms beside what was promised: a mark for each, a line for each question; "
    "those that are said to be short of their promise have a colour of their own"
)
INTRODUCTION = """\
# What was checked

Every figure below stands in a test: ours is computed anew, held against theirs, and the run fails where they are
further apart than allowed. Nothing on this page is typed by hand; `make checked` runs the tests and writes it.

- **Published figures**, as printed in an article, a book or a manual, met to every printed digit unless said otherwise.
- **Programs and formulas**: what other programs answer on the same numbers, or what a closed form or slow and plain
  code gives.
- **Simulations**: records that were made up so that the truth is known. *Bias* is the mean of the estimates less the
  truth; *coverage* is how often an interval holds the truth; *false alarms* are findings where there is nothing to
  find; *power* is how often what is there is found. In brackets: what chance leaves open, 95 %. A test fails where
  what was found would come less than once in 5,000 times from a procedure that keeps its promise.
"""
BRUTE = """\
## Properties and brute force

These hold on random input, new each time, against the definition spelled out, an exhaustive search or another library.

| test | what holds |
|---|---|
"""


def page(told: Sequence[Agreement | Kept], *, root: Path) -> str:
    """The whole page, in Markdown."""
    figures = [one for one in told if isinstance(one, Agreement)]
    promises = [one for one in told if isinstance(one, Kept)]
    subjects = [name for name in SUBJECTS if any(_subject(one) == name for one in told)]
    parts = [
        INTRODUCTION,
        _run(),
        _table(
            ("", "published figures", "numbers of programs and formulas", "simulations", "records simulated"),
            [_counted(name, figures, promises) for name in subjects],
        ),
        f"![{WORDS}]({PICTURE})\n",
        *(_section(name, figures, promises) for name in subjects),
        BRUTE + "\n".join(_properties(root)),
    ]
    return "\n".join(parts) + "\n"


def keys(text: str) -> set[tuple[str, ...]]:
    """The rows of a page, each as its subject, whose figures they are or what was simulated, and its cells."""
    found, subject, group = set(), "", ""
    for line in text.splitlines():
        if line.startswith("## "):
            subject = line[3:]
        elif line.startswith("**"):
            group = line.split("**")[1]
        elif line.startswith("| "):
            found.add((subject, group, *(cell.strip() for cell in line.strip("|").split(" | "))))
    return found


def is_on(rows: set[tuple[str, ...]], one: Agreement | Kept) -> bool:
    """Whether a page has the row of this check."""
    subject, group, *cells = map(_cell, one.key)
    return any(row[:2] == (subject, group) and set(cells) <= set(row[2:]) for row in rows)


def picture(told: Iterable[Agreement | Kept]) -> str:
    """Every simulation's coverage and false alarms beside what was promised, a line for each question, as SVG."""
    import altair as alt

    from coproduce.reports.palette import LIGHT
    from coproduce.reports.vega import data, drawn_chart

    rows = [
        {"question": one.simulation.question, "measure": one.measure, "found": one.found}
        | {"promised": one.promised, "said": "said to be short" if one.short else "kept"}
        for one in told
        if isinstance(one, Kept) and one.measure in {"coverage", "false alarms"}
    ]
    hue = alt.Color(
        "said:N",
        title=None,
        scale=alt.Scale(domain=["kept", "said to be short"], range=[LIGHT["citizen"], LIGHT["organisation"]]),
    )

    def panel(measure: str, *, promised: float, low: float, high: float) -> alt.LayerChart:
        mine = [row for row in rows if row["measure"] == measure and row["promised"] == promised]
        scale = alt.Scale(domain=[low, high], clamp=True)
        found = alt.X("found:Q", title="found", scale=scale, axis=alt.Axis(format="%"))
        rule = alt.Chart(data([{"at": promised}])).mark_rule(color=LIGHT["ink"], strokeDash=[4, 3])
        dots = alt.Chart(data(mine)).mark_tick(thickness=2, size=16, opacity=0.65)
        return alt.layer(
            rule.encode(x=alt.X("at:Q", scale=scale)),
            dots.encode(x=found, y=alt.Y("question:N", title=None, sort=list(SUBJECTS)), color=hue),
        ).properties(width=300, height=alt.Step(24), title=f"{measure.capitalize()}, {promised:.0%} promised")

    panels = [
        panel("coverage", promised=0.95, low=0.7, high=1.0),
        panel("false alarms", promised=0.05, low=0.0, high=0.3),
    ]
    svg, _ = drawn_chart(alt.hconcat(*panels, spacing=40))
    return svg


def write(checked: Iterable[Checked], path: Path, *, root: Path) -> None:
    """Write the page and its picture."""
    told = sorted((one for test in checked for one in test.told), key=lambda one: one.key)
    path.write_text(page(told, root=root), encoding="utf-8")
    beside = path.parent / PICTURE
    beside.parent.mkdir(exist_ok=True)
    beside.write_text(picture(told), encoding="utf-8")


def _run() -> str:
    names = ("numpy", "scipy", "statsmodels", "duckdb")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    return (
        f"Coproduce {__version__}, {datetime.now(UTC):%Y-%m-%d}; Python {platform.python_version()}, {versions}; "
        f"{platform.system()}, {platform.machine()}.\n"
    )


def _subject(one: Agreement | Kept) -> str:
    return one.source.question if isinstance(one, Agreement) else one.simulation.question


def _counted(name: str, figures: Sequence[Agreement], promises: Sequence[Kept]) -> tuple[str, ...]:
    mine = [one for one in figures if one.source.question == name]
    kept = [one for one in promises if one.simulation.question == name]
    published = sum(one.numbers for one in mine if one.source.kind == "published")
    others = sum(one.numbers for one in mine if one.source.kind != "published")
    runs = {(one.test, one.simulation, one.runs) for one in kept}
    return (
        f"[{name}](#{name})",
        f"{published:,}",
        f"{others:,}",
        f"{len(kept):,}",
        f"{sum(run[2] for run in runs):,}",
    )


def _section(name: str, figures: Sequence[Agreement], promises: Sequence[Kept]) -> str:
    mine = [one for one in figures if one.source.question == name]
    kept = [one for one in promises if one.simulation.question == name]
    beside = ("what", "theirs", "ours", "apart", "allowed")
    simulated = ("measure", "of what", "promised", "found", "records")
    parts = [f"## {name}\n"]
    for title, header, rows in (
        ("Published figures", beside, [one for one in mine if one.source.kind == "published"]),
        ("Programs and formulas", beside, [one for one in mine if one.source.kind != "published"]),
        ("Simulations", simulated, kept),
    ):
        if rows:
            parts += [f"### {title}: {name}\n", *_groups(header, rows)]
    return "\n".join(parts)


def _groups(header: Sequence[str], rows: Sequence[Agreement | Kept]) -> Iterable[str]:
    """A table for each source or simulation."""
    groups: dict[tuple[str, str], list[Agreement | Kept]] = {}
    for row in rows:
        groups.setdefault((row.key[1], _file(row.test)), []).append(row)
    for (group, file), those in groups.items():
        yield f"**{_cell(group)}** ({file})\n"
        yield _table(header, [_figure(row) if isinstance(row, Agreement) else _promise(row) for row in those])


def _figure(one: Agreement) -> tuple[str, ...]:
    apart = f"{one.apart:.1g}" if one.apart else "0"
    allowed = f"{one.allowed:.1g}" if one.allowed else "0"
    return (one.what, one.theirs, one.ours, apart, f"{allowed} of theirs" if one.relative else allowed)


def _promise(one: Kept) -> tuple[str, ...]:
    if one.measure == "bias":
        found = f"{one.found:+.2g} ({one.low:+.2g} to {one.high:+.2g})"
    else:
        found = f"{100 * one.found:.1f} % ({100 * one.low:.1f} to {100 * one.high:.1f})"
    promised = "0" if one.measure == "bias" else "" if one.promised is None else f"{100 * one.promised:.3g} %"
    if one.short:
        promised = f"{promised}: {one.short}"
    return (one.measure, one.what, promised, found, f"{one.runs:,}")


def _file(test: str) -> str:
    return f"`{test.partition('::')[0].removeprefix('tests/')}`"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *([_cell(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _properties(root: Path) -> Iterable[str]:
    for file in sorted((root / "tests" / "properties").glob("test_*.py")):
        told = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        yield f"| `properties/{file.name}` | {_cell(told.partition(chr(10) * 2)[0])} |"
