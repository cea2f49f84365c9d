"""The report: one HTML file that works without a network, on a screen, on paper and by ear."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader
from markupsafe import Markup, escape

from coproduce.findings import Estimate, Finding, Findings, Table
from coproduce.findings.grade import LEVELS
from coproduce.reports.charts import figures
from coproduce.reports.figure import Figure
from coproduce.reports.lettering import harmless, said, short
from coproduce.reports.minute import minute
from coproduce.reports.page_tables import PageTable, between, crossed, page_table
from coproduce.reports.palette import DARK, LIGHT, custom_properties, themed
from coproduce.reports.rounding import number, quantity
from coproduce.reports.telling import Telling, Told
from coproduce.reports.told import TOLD
from coproduce.reports.wording import GRADES, asked, not_known, of_estimate, plan_in_words

FACES = (
    "--sans: ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', "
    "'Liberation Sans', Arial, sans-serif; "
    "--serif: 'Iowan Old Style', 'Palatino Linotype', Palatino, Charter, Georgia, 'Noto Serif', "
    "'Liberation Serif', serif; "
    "--mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace;"
)
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;)]")
MOST_TILES = 9
PAPER_WIDTH, OVERLAP = 1000.0, 30.0
SVG_SIZE = re.compile(r'\bwidth="([0-9.]+)" height="([0-9.]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """Where a share and its interval lie between nought and all, in the units of a small picture of width 200."""

    mark: str
    range: tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One key number."""

    label: str
    value: str
    unit: str
    interval: str
    gauge: Gauge | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A figure in the page: its picture in the theme's colours, and the parts it is printed in if it is wide."""

    anchor: str
    title: str
    description: str
    svg: Markup
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a finding's story, with what it shows."""

    anchor: str
    title: str
    lead: str
    figures: tuple[Drawn, ...]
    open: tuple[PageTable, ...]
    folded: tuple[PageTable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One finding as it is told."""

    finding: Finding
    anchor: str
    title: str
    asked: str
    grade: str
    steps: int
    tiles: tuple[Tile, ...]
    counts: str
    sections: tuple[Section, ...]
    checks: PageTable | None
    estimates: PageTable | None


def report_html(findings: Findings, *, drawn: Mapping[str, Sequence[Figure]] | None = None) -> str:
    """The report as one HTML file: no network, no script needed, every text escaped.

    Parameters
    ----------
    findings
        What a run found.
    drawn
        Finding's id -> its figures, from `charts.figures`, where they have been drawn already.

    Returns
    -------
    str
        The page; the same findings give the same text.

    Examples
    --------
    >>> from coproduce.findings import StudyLabel
    >>> page = report_html(Findings(coproduce="0.1.0", study=StudyLabel(title="<Care>", service="care")))
    >>> "<h1>&lt;Care&gt;</h1>" in page
    True
    """
    css, js = _css(), _resource("report.js")
    titles = Counter(finding.title for finding in findings.findings)
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_fingerprint(css)}'",
            f"script-src '{_fingerprint(js)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return (
        _templates()
        .get_template("report.html.jinja")
        .render(
            findings=findings,
            study=findings.study,
            small_numbers=findings.study.small_numbers,
            pages=tuple(
                _page(
                    finding,
                    title=_title(finding, titles),
                    drawn=figures(finding) if drawn is None else drawn[finding.id],
                    small_numbers=findings.study.small_numbers,
                )
                for finding in findings.findings
            ),
            minute=minute(findings),
            anchors={finding.id: _anchor(finding) for finding in findings.findings},
            plan=plan_in_words(findings),
            inputs=_inputs(findings),
            css=Markup(css),  # noqa: S704 (our own files, not a user's)
            js=Markup(js),  # noqa: S704
            policy=Markup(policy),  # noqa: S704
        )
    )


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("coproduce.reports"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["said"] = said
    environment.globals.update(asks=asked, not_known=not_known, linked=_linked)
    return environment


def _shown(value: object) -> object:
    """What an expression of a template shows: text from outside without what could disguise it."""
    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _resource(name: str) -> str:
    return (resources.files("coproduce.reports") / "templates" / name).read_text(encoding="utf-8")


def _css() -> str:
    light, dark = custom_properties(LIGHT), custom_properties(DARK)
    themes = f":root {{ {light} {FACES} }}\n@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    return "\n" + themes + _resource("report.css")


def _fingerprint(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _linked(reference: str) -> Markup:
    """A reference with its web addresses made into links."""
    linked, end = Markup(), 0
    for found in WEB_ADDRESS.finditer(reference):
        linked += escape(reference[end : found.start()])
        linked += Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(found[0])
        end = found.end()
    return linked + escape(reference[end:])


def _inputs(findings: Findings) -> PageTable:
    rows = tuple((name, read.rows, read.sha256) for name, read in findings.inputs.items())
    return page_table(Table(caption="The records", columns=("table", "rows", "sha256"), rows=rows))


def _title(finding: Finding, titles: Mapping[str, int]) -> str:
    """A finding's title; with the name of its block where another finding has the same title."""
    return finding.title if titles[finding.title] == 1 else f"{finding.title} ({finding.id.split('.')[-1]})"


def _page(finding: Finding, *, title: str, drawn: Sequence[Figure], small_numbers: int) -> Page:
    anchor = _anchor(finding)
    whole = [estimate for estimate in finding.estimates if estimate.group is None]
    key = [estimate for estimate in whole if estimate.unit != "count" and _is_measured(estimate)][:MOST_TILES]
    return Page(
        finding=finding,
        anchor=anchor,
        title=title,
        asked=asked(finding.question),
        grade=GRADES[finding.grade.level],
        steps=1 + LEVELS.index(finding.grade.level),
        tiles=tuple(_tile(estimate, small_numbers) for estimate in key),
        counts=_counts([estimate for estimate in whole if estimate.unit == "count"]),
        sections=tuple(_sections(finding, drawn, anchor=anchor)),
        checks=_checks(finding),
        estimates=_estimates(finding),
    )


def _anchor(finding: Finding) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", finding.id)


def _is_measured(estimate: Estimate) -> bool:
    """Whether a number is worth a tile: a nought without an interval only says that there was nothing to measure."""
    return estimate.value is None or _known_limits(estimate) != []


def _counts(estimates: Sequence[Estimate]) -> str:
    known = [
        f"{number(e.value)} {e.label[:1].lower()}{e.label[1:]}" for e in estimates if e.value is not None
    ]
    return ", ".join(known[:-1]) + (" and " if known[1:] else "") + "".join(known[-1:])


def _tile(estimate: Estimate, small_numbers: int) -> Tile:
    value, limits = estimate.value, _known_limits(estimate)
    if value is None:
        hidden = small_numbers and estimate.n is None
        why = "hidden: it rests on a small number" if hidden else "the records do not tell"
        return Tile(label=estimate.label, value="–", unit="", interval=why, gauge=None)
    texts, unit = quantity(*of_estimate(estimate))
    level = f"{100 * (estimate.level or 0.95):.4g}%"
    return Tile(
        label=estimate.label,
        value=texts[0],
        unit=unit,
        interval=f"{between(texts[1], texts[2])} ({level} interval)" if limits else "",
        gauge=_gauge(value, limits) if of_estimate(estimate)[1] == "proportion" else None,
    )


def _known_limits(estimate: Estimate) -> list[float]:
    limits = [limit for limit in estimate.interval or () if limit is not None]
    return limits if len(limits) == 2 else []


def _gauge(value: float, limits: Sequence[float]) -> Gauge:
    at = [200 * min(1.0, max(0.0, limit)) for limit in limits]
    return Gauge(
        mark=short(min(197.5, max(0.0, 200 * value - 1.25))),
        range=(short(at[0]), short(at[1] - at[0])) if at else None,
    )


def _sections(finding: Finding, figured: Sequence[Figure], *, anchor: str) -> Iterator[Section]:
    drawn = {figure.name: _drawn(figure, anchor=anchor) for figure in figured}
    told = TOLD.get(finding.question) or Told(asks="", tellings=())
    left = {
        name: _shaped(table, told.crossed.get(name))
        for name, table in finding.tables.items()
        if name not in told.untold
    }
    for place, telling in enumerate(told.tellings, start=1):
        section = _section(telling, drawn, left=left, named=(f"{anchor}-{place}", told.columns))
        if section:
            yield section
    if drawn or left:
        yield Section(
            anchor=f"{anchor}-more",
            title="More" if told.tellings else "Figures and tables",
            lead="",
            figures=tuple(drawn.values()),
            open=tuple(page_table(table, words=told.columns) for table in left.values()),
            folded=(),
        )


def _section(
    telling: Telling,
    drawn: dict[str, Drawn],
    *,
    left: dict[str, Table],
    named: tuple[str, Mapping[str, str]],
) -> Section | None:
    """One part of the story; what it shows is taken out of what is left."""
    anchor, words = named
    own = tuple(drawn.pop(name) for name in list(drawn) if name.startswith(telling.figures or ("\0",)))
    shown, folded = (_taken(wanted, left, words=words) for wanted in (telling.open, telling.folded))
    if not (own or shown or folded or telling.without):
        return None
    if telling.figures and not own:
        shown, folded = (*shown, *folded), ()
    said = telling.without if telling.without and not own else telling.lead
    return Section(anchor=anchor, title=telling.title, lead=said, figures=own, open=shown, folded=folded)


def _taken(
    wanted: Mapping[str, Sequence[str]] | None, left: dict[str, Table], *, words: Mapping[str, str]
) -> tuple[PageTable, ...]:
    found = [(left.pop(name), only) for name, only in (wanted or {}).items() if name in left]
    return tuple(page_table(table, only=only, words=words) for table, only in found if table.rows)


def _shaped(table: Table, cross: tuple[str, str, str] | None) -> Table:
    """A table as it is, or as a matrix of its rows, columns and cells."""
    if cross is None:
        return table
    rows, columns, cells = cross
    return crossed(table, rows=rows, columns=columns, cells=cells)


def _drawn(figure: Figure, *, anchor: str) -> Drawn:
    """A figure with ids of its own, its body named so that paper can show it in parts."""
    own = f"{anchor}-{figure.name}"
    svg = themed(figure.svg).replace(f'"{figure.name}-', f'"{own}-').replace(f" {figure.name}-", f" {own}-")
    svg = svg.replace(f"(#{figure.name}-", f"(#{own}-")
    head, body = svg.split("</desc>", 1)
    named = f'{head}</desc><g id="{own}-body">{body.removesuffix("</svg>")}</g></svg>'
    return Drawn(
        anchor=own,
        title=figure.title,
        description=figure.description,
        svg=Markup(named),  # noqa: S704 (drawn by us, its texts escaped where they were drawn)
        parts=_parts(figure.svg),
    )


def _parts(svg: str) -> tuple[str, ...]:
    """The view boxes in which a wide picture is printed, each overlapping the next a little."""
    found = SVG_SIZE.search(svg)
    width, height = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
    count = -int(-width // PAPER_WIDTH)
    if count < 2:
        return ()
    step = (width - OVERLAP) / count
    return tuple(f"{short(place * step)} 0 {short(step + OVERLAP)} {short(height)}" for place in range(count))


def _checks(finding: Finding) -> PageTable | None:
    rows = tuple(
        (
            said(check.meaning),
            "✓ fine" if check.ok else "!\N{NO-BREAK SPACE}keep\N{NO-BREAK SPACE}in\N{NO-BREAK SPACE}mind",
        )
        for check in finding.diagnostics
    )
    if not rows:
        return None
    return page_table(Table(caption="What was looked at", columns=("what was seen", "result"), rows=rows))


def _estimates(finding: Finding) -> PageTable | None:
    if not finding.estimates:
        return None
    rows = tuple(
        (
            e.label,
            e.group,
            e.value,
            *(e.interval or (None, None)),
            "" if e.unit in {"proportion", "count"} else e.unit,
            e.n,
        )
        for e in finding.estimates
    )
    columns = ("number", "group", "value", "low", "high", "unit", "n")
    shown = Table(caption="Every number, with its interval", columns=columns, rows=rows)
    return page_table(_with_shares(shown, finding))


def _with_shares(table: Table, finding: Finding) -> Table:
    """Shares and plain numbers in one table: the unit says which is which."""
    place = table.columns.index("unit")
    rows = tuple(
        (*row[:place], estimate.unit, *row[place + 1 :])
        for row, estimate in zip(table.rows, finding.estimates, strict=True)
    )
    return table.model_copy(update={"rows": rows})
