"""The citation is valid by the Citation File Format 1.2.0, whole, and rests on sources that the methods note tells."""

import re

import jsonschema
import pytest
import yaml

from coproduce import __version__

TEXT = {"type": "string", "minLength": 1}
PERSON = {
    "type": "object",
    "properties": {"family-names": TEXT, "given-names": TEXT},
    "required": ["family-names", "given-names"],
    "additionalProperties": False,
}
ENTITY = {
    "type": "object",
    "properties": {"name": TEXT},
    "required": ["name"],
    "additionalProperties": False,
}
AUTHORS = {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"anyOf": [PERSON, ENTITY]}}
# The pattern is the format's own (definitions.doi of its schema).
DOI = {"type": "string", "pattern": r"^10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-\.\(\)\[\]\\]+$"}
SOURCE = {
    "type": "object",
    "properties": {
        "type": {"enum": ["article", "book"]},
        "scope": TEXT,
        "authors": AUTHORS,
        "title": TEXT,
        "year": {"type": "integer", "minimum": 1900, "maximum": 2026},
        "journal": TEXT,
        "volume": {"type": "integer"},
        "issue": TEXT,
        "start": TEXT,
        "end": TEXT,
        "doi": DOI,
        "edition": TEXT,
        "publisher": ENTITY,
    },
    "required": ["type", "scope", "authors", "title", "year"],
    "anyOf": [{"required": ["journal", "volume", "start", "end"]}, {"required": ["publisher"]}],
    "additionalProperties": False,
}
# What we use of the format, stricter than it: what stands in no property here has been mistyped.
CITATION = {
    "type": "object",
    "properties": {
        "cff-version": {"const": "1.2.0"},
        "message": TEXT,
        "title": {"const": "Coproduce"},
        "abstract": TEXT,
        "type": {"const": "software"},
        "version": {"const": __version__},
        "license": {"const": "AGPL-3.0-or-later"},
        "authors": AUTHORS,
        "keywords": {"type": "array", "minItems": 1, "uniqueItems": True, "items": TEXT},
        "references": {"type": "array", "minItems": 1, "uniqueItems": True, "items": SOURCE},
    },
    "required": ["cff-version", "message", "title", "type", "version", "license", "authors", "references"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def citation(root):
    return yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))


def test_the_citation_is_valid_and_whole(citation):
    faults = jsonschema.Draft202012Validator(CITATION).iter_errors(citation)
    assert not [f"{fault.json_path}: {fault.message}" for fault in faults]


def test_every_source_of_the_citation_stands_in_the_methods_note(root, citation):
    note = " ".join((root / "docs/explanation/methods-note.md").read_text(encoding="utf-8").split())
    listed = note.partition("## References")[2].partition("## Appendix")[0]
    for source in citation["references"]:
        assert source["title"] in listed.replace("*", ""), f"not among the references: {source['title']}"
        if "doi" in source:
            assert re.search(rf"doi:{re.escape(source['doi'])}(\s|$)", listed), source["doi"]
