"""Commands about words: what something counts as, who uses a label, what the tables and files hold."""

from __future__ import annotations

import sys
from dataclasses import asdict, make_dataclass
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.padding import Padding

from coproduce._version import __version__
from coproduce.cli.output import Json, print_json, show
from coproduce.errors import Fault, StudyError, nearest
from coproduce.vocabulary import FACETS

FacetOptions: Any = make_dataclass(
    "FacetOptions",
    [
        (name, Annotated[str | None, Parameter(help=f"{facet.meaning}: {', '.join(facet.values)}.")], None)
        for name, facet in FACETS.items()
    ],
    frozen=True,
    namespace={"__module__": __name__},  # else the command line takes it for a class of the standard library
)


def classify(
    *,
    facets: Annotated[FacetOptions | None, Parameter(name="*")] = None,
    label: str | None = None,
    skos: Literal["turtle", "json-ld"] | None = None,
    json_: Json = False,
) -> int:
    """Say under whose definition something counts as co-production, and what each author would call it.

    Parameters
    ----------
    facets
        What is known of the contribution.
    label
        A word of the field, such as co-governance: who uses it, for what.
    skos
        Print the whole vocabulary for exchange with other systems.

    Examples
    --------
    `coproduce classify --phase deliver --activity perform --level individual --obligation voluntary`

    `coproduce classify --label co-governance`

    `coproduce classify --skos turtle > coproduce.ttl`
    """
    if skos is not None:
        from coproduce.vocabulary import to_json_ld, to_turtle

        sys.stdout.write(to_turtle() if skos == "turtle" else to_json_ld())
        return 0
    if label is not None:
        return _label(label, as_json=json_)
    from coproduce.findings import Findings, StudyLabel
    from coproduce.questions.classify import classify_facets

    known = (
        {} if facets is None else {name: value for name, value in asdict(facets).items() if value is not None}
    )
    finding = classify_facets(known)
    study = StudyLabel(title="One contribution", service="as described")
    return show(Findings(coproduce=__version__, study=study, findings=(finding,)), out=None, as_json=json_)


def _label(label: str, *, as_json: bool) -> int:
    from coproduce.vocabulary import LABELS, resolve

    meanings = resolve(label)
    if not meanings:
        wanted = f"a word of the field, such as co-design (there are {len(LABELS)})"
        raise StudyError(
            Fault(file="--label", rule="known", found=label, wanted=wanted, hint=nearest(label, LABELS))
        )
    if as_json:
        print_json([asdict(meaning) for meaning in meanings])
        return 0
    console = Console()
    for meaning in meanings:
        console.print(f"[bold]{escape(meaning.label)}[/] · {escape(meaning.typology_label)}", highlight=False)
        for line in (meaning.meaning, f"When: {meaning.rule}", meaning.source):
            console.print(Padding(escape(line), (0, 0, 0, 2)), highlight=False)
        console.print()
    return 0


def schema(name: str | None = None, *, json_: Json = False) -> int:
    """Show the tables of a study, one table, or the JSON Schema of findings.json or study.toml.

    Parameters
    ----------
    name
        A table such as events, or `findings`, or `study`; a list of the tables where left out.

    Examples
    --------
    `coproduce schema events`

    `coproduce schema findings > findings.schema.json`
    """
    if name in ("findings", "study"):
        from coproduce.findings.files import findings_schema
        from coproduce.records.settings import study_schema

        print_json(findings_schema() if name == "findings" else study_schema())
        return 0
    from coproduce.records.schema import TABLES
    from coproduce.records.tables_page import tables_as_markdown

    if name is not None and name not in TABLES:
        known = (*TABLES, "findings", "study")
        wanted = "one of: " + ", ".join(known)
        raise StudyError(
            Fault(file="schema", rule="known", found=name, wanted=wanted, hint=nearest(name, known))
        )
    chosen = {name: TABLES[name]} if name else TABLES
    if json_:
        print_json({table: asdict(chosen[table]) for table in chosen})
    else:
        Console().print(Markdown(tables_as_markdown(tuple(chosen.values()))))
    return 0
