"""The vocabulary as a page for people, made from the same data as the answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from coproduce.vocabulary.facets import FACETS
from coproduce.vocabulary.rules import in_words
from coproduce.vocabulary.typologies import DEFINITIONS, TYPOLOGIES, Class, Definition, Source, Typology


def vocabulary_as_markdown() -> str:
    """Facets, definitions and typologies with their rules, notes and sources, as Markdown.

    Examples
    --------
    >>> vocabulary_as_markdown().splitlines()[0]
    '# Facets, definitions and typologies'
    """
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield from ("# Facets, definitions and typologies", "")
    yield "Every contribution is described by *facets*. Each definition and each typology is a rule over them: a list"
    yield "of requirements (parted by semicolons), all of which must be met. The sources' ideas are told in our words,"
    yield "and where a source leaves room, a note says how it was read."
    yield from ("", "## Facets", "", "| facet | what it asks | values |", "|---|---|---|")
    for facet in FACETS.values():
        values = "<br>".join(f"`{value}`: {meaning}" for value, meaning in facet.meanings.items())
        yield f"| `{facet.name}` | {facet.meaning} | {values} |"
    yield from ("", "## Definitions of co-production")
    for definition in DEFINITIONS.values():
        yield from _definition(definition)
    yield from ("", "## Typologies")
    for typology in TYPOLOGIES.values():
        yield from _typology(typology)


def _definition(definition: Definition) -> Iterator[str]:
    yield from ("", f"### {definition.label}", "", f"`{definition.key}`. {definition.summary}", "")
    yield from (f"- {_capital(needs.says)}: {in_words((needs,))}." for needs in definition.requires)
    if definition.beyond:
        yield from ("", f"No facet can tell {definition.beyond}: that is left to the reader.")
    yield from _note(definition.note)
    yield from _sources(definition.sources)


def _typology(typology: Typology) -> Iterator[str]:
    yield from ("", f"### {typology.label}", "", f"`{typology.key}`. {typology.summary}", "")
    yield from ("| class | meaning | when |", "|---|---|---|")
    yield from (_row(found) for found in typology.classes)
    yield from _note(typology.note)
    yield from _sources(typology.sources)


def _row(found: Class) -> str:
    label = f"part: {found.label}" if found.broader else found.label
    return f"| {label} | {found.meaning} | {found.rule} |"


def _note(note: str | None) -> Iterator[str]:
    if note:
        yield from ("", f"*How it was read.* {note}")


def _sources(sources: Iterable[Source]) -> Iterator[str]:
    yield ""
    yield "<br>".join(str(source) for source in sources)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
