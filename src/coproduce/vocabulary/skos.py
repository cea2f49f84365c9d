"""The vocabulary for other systems: SKOS, as Turtle and as JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from coproduce.vocabulary.facets import FACETS, PHASE_OF, Facet
from coproduce.vocabulary.implications import implications
from coproduce.vocabulary.rules import Rule, in_words
from coproduce.vocabulary.typologies import DEFINITIONS, TYPOLOGIES, Class, Source, Typology

NAMESPACE = "urn:coproduce:"
"""What every name of this vocabulary begins with; a URN, because a name need not pretend to be a page."""

PREFIXES = {
    "dcterms": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}
LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """A literal in English."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A resource: one of this vocabulary's, or a page."""

    iri: str


Object = Text | Name | str
"""A literal, a resource, or a term such as ``skos:Concept``."""

Triple = tuple[Name, str, Object]


def to_turtle() -> str:
    """The whole vocabulary as SKOS in Turtle; the same text every time.

    Examples
    --------
    >>> to_turtle().splitlines()[1]
    '@prefix skos: <http://www.w3.org/2004/02/skos/core#> .'
    """
    prefixes = [f"@prefix {prefix}: <{iri}> ." for prefix, iri in PREFIXES.items()]
    subjects = [
        _subject(name, list(told)) for name, told in groupby(_triples(), key=lambda triple: triple[0])
    ]
    return "\n".join([*prefixes, "", *subjects])


def _subject(name: Name, told: list[Triple]) -> str:
    lines = [f"    {_turtle(predicate)} {_turtle(value)}" for _, predicate, value in told]
    return f"{_turtle(name)}\n" + " ;\n".join(lines) + " .\n"


def _turtle(value: Object) -> str:
    if isinstance(value, Name):
        return f"<{value.iri}>"
    return f"{_quoted(value.text)}@{LANGUAGE}" if isinstance(value, Text) else value


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def to_json_ld() -> str:
    """The whole vocabulary as SKOS in JSON-LD; the same graph as `to_turtle`.

    Examples
    --------
    >>> json.loads(to_json_ld())["@context"]["skos"]
    'http://www.w3.org/2004/02/skos/core#'
    """
    graph = [_node(name, list(told)) for name, told in groupby(_triples(), key=lambda triple: triple[0])]
    return json.dumps({"@context": PREFIXES, "@graph": graph}, ensure_ascii=False, indent=1) + "\n"


def _node(name: Name, told: list[Triple]) -> dict[str, object]:
    node: dict[str, object] = {"@id": name.iri}
    for predicate, same in groupby(sorted(told, key=lambda triple: triple[1]), key=lambda triple: triple[1]):
        values = [_json(value) for _, _, value in same]
        if predicate == "a":
            node["@type"] = [value["@id"] for value in values]
        else:
            node[predicate] = values
    return node


def _json(value: Object) -> dict[str, str]:
    if isinstance(value, Text):
        return {"@value": value.text, "@language": LANGUAGE}
    return {"@id": value.iri if isinstance(value, Name) else value}


def _triples() -> Iterator[Triple]:
    yield from _scheme(_name("facets"), "Facets of a contribution", "What a contribution is described by.")
    for facet in FACETS.values():
        yield from _facet(facet)
    yield from _scheme(
        _name("definitions"), "Definitions of co-production", "What counts as co-production, and for whom."
    )
    for definition in DEFINITIONS.values():
        concept = _name("definition", definition.key)
        yield from _concept(concept, scheme=_name("definitions"), label=definition.label)
        yield (concept, "skos:topConceptOf", _name("definitions"))
        yield from _said(concept, definition.summary, rule=definition.requires, note=definition.note)
        yield from _sources(concept, definition.sources)
    for typology in TYPOLOGIES.values():
        yield from _typology(typology)


def _facet(facet: Facet) -> Iterator[Triple]:
    scheme, concept = _name("facets"), _name("facet", facet.name)
    yield from _concept(concept, scheme=scheme, label=facet.name)
    yield (concept, "skos:topConceptOf", scheme)
    yield (concept, "skos:definition", Text(facet.meaning))
    yield from ((concept, "skos:narrower", _name("facet", facet.name, value)) for value in facet.values)
    for value, meaning in facet.meanings.items():
        part = _name("facet", facet.name, value)
        yield from _concept(part, scheme=scheme, label=value)
        yield (part, "skos:definition", Text(meaning))
        yield (part, "skos:broader", concept)
        if facet.name == "activity":
            yield (part, "skos:broader", _name("facet", "phase", PHASE_OF[value]))
        if facet.name == "phase":
            mine = [activity for activity, phase in PHASE_OF.items() if phase == value]
            yield from ((part, "skos:narrower", _name("facet", "activity", activity)) for activity in mine)


def _typology(typology: Typology) -> Iterator[Triple]:
    scheme = _name("typology", typology.key)
    yield from _scheme(scheme, typology.label, typology.summary)
    if typology.note:
        yield (scheme, "skos:scopeNote", Text(typology.note))
    yield from _sources(scheme, typology.sources)
    for found in typology.classes:
        concept = _of(typology, found)
        yield from _concept(concept, scheme=scheme, label=found.label)
        yield from ((concept, "skos:altLabel", Text(label)) for label in found.also)
        yield from _said(concept, found.meaning, rule=found.when)
        yield from _tree(typology, found)
        yield from _matches(typology, found)
        yield from _sources(concept, typology.sources)


def _tree(typology: Typology, found: Class) -> Iterator[Triple]:
    concept = _of(typology, found)
    if found.broader is None:
        yield (concept, "skos:topConceptOf", _name("typology", typology.key))
    else:
        yield (concept, "skos:broader", _name("typology", typology.key, found.broader))
    parts = [part for part in typology.classes if part.broader == found.key]
    yield from ((concept, "skos:narrower", _of(typology, part)) for part in parts)


def _matches(typology: Typology, found: Class) -> Iterator[Triple]:
    """A close match wherever one rule implies the other; where only one way, which of the two is broader."""
    concept = _of(typology, found)
    for match in implications():
        if match.part is found:
            other = _of(match.other, match.whole)
            yield (concept, "skos:closeMatch", other)
            if not match.both_ways:
                yield (concept, "skos:broadMatch", other)
        elif match.whole is found:
            other = _of(match.typology, match.part)
            yield (concept, "skos:closeMatch", other)
            if not match.both_ways:
                yield (concept, "skos:narrowMatch", other)


def _scheme(scheme: Name, label: str, summary: str) -> Iterator[Triple]:
    yield (scheme, "a", "skos:ConceptScheme")
    yield (scheme, "skos:prefLabel", Text(label))
    yield (scheme, "dcterms:description", Text(summary))


def _concept(concept: Name, *, scheme: Name, label: str) -> Iterator[Triple]:
    yield (concept, "a", "skos:Concept")
    yield (concept, "skos:inScheme", scheme)
    yield (concept, "skos:prefLabel", Text(label))


def _said(concept: Name, meaning: str, *, rule: Rule, note: str | None = None) -> Iterator[Triple]:
    yield (concept, "skos:definition", Text(meaning))
    yield (concept, "skos:note", Text(f"Rule: {in_words(rule)}."))
    if note:
        yield (concept, "skos:scopeNote", Text(note))


def _sources(subject: Name, sources: Iterable[Source]) -> Iterator[Triple]:
    for source in sources:
        yield (subject, "dcterms:source", Text(str(source)))
        if source.doi:
            yield (subject, "dcterms:source", Name(f"https://doi.org/{source.doi}"))


def _name(*parts: str) -> Name:
    return Name(NAMESPACE + ":".join(parts))


def _of(typology: Typology, found: Class) -> Name:
    return _name("typology", typology.key, found.key)
