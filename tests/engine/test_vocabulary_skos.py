"""The export: two notations of one graph, and SKOS as its reference wants it (checked by rdflib)."""

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS, RDF, SKOS

from coproduce.vocabulary import DEFINITIONS, FACETS, TYPOLOGIES, to_json_ld, to_turtle
from coproduce.vocabulary.skos import NAMESPACE


@pytest.fixture(scope="module")
def graph():
    return Graph().parse(data=to_turtle(), format="turtle")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own, in its reader of JSON-LD
def test_turtle_and_json_ld_are_the_same_graph(graph):
    assert isomorphic(graph, Graph().parse(data=to_json_ld(), format="json-ld"))


def test_nothing_is_said_twice(graph):
    assert to_turtle().count(" ;\n") + to_turtle().count(" .\n") - 2 == len(graph)


def test_there_is_a_scheme_for_each_typology_and_one_for_facets_and_definitions(graph):
    schemes = set(graph.subjects(RDF.type, SKOS.ConceptScheme))
    assert len(schemes) == len(TYPOLOGIES) + 2


def test_every_class_facet_value_and_definition_is_a_concept(graph):
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    classes = sum(len(typology.classes) for typology in TYPOLOGIES.values())
    facets = len(FACETS) + sum(len(facet.values) for facet in FACETS.values())
    assert len(concepts) == classes + facets + len(DEFINITIONS)
    for concept in concepts:
        assert str(concept).startswith(NAMESPACE)
        assert graph.value(concept, SKOS.inScheme)
        assert len(list(graph.objects(concept, SKOS.prefLabel))) == 1
        assert graph.value(concept, SKOS.definition)


def test_classes_and_definitions_name_their_sources(graph):
    for concept in graph.subjects(RDF.type, SKOS.Concept):
        if ":facet:" not in concept:
            assert graph.value(concept, DCTERMS.source)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SKOS.broader, SKOS.narrower),
        (SKOS.closeMatch, SKOS.closeMatch),
        (SKOS.broadMatch, SKOS.narrowMatch),
    ],
)
def test_relations_are_said_from_both_ends(graph, one, other):
    assert set(graph.subject_objects(one)) == {(a, b) for b, a in graph.subject_objects(other)}


def test_a_match_joins_two_schemes(graph):
    for one, other in graph.subject_objects(SKOS.closeMatch):
        assert graph.value(one, SKOS.inScheme) != graph.value(other, SKOS.inScheme)


def test_a_one_way_match_is_never_broader_both_ways(graph):
    pairs = set(graph.subject_objects(SKOS.broadMatch))
    assert not {(b, a) for a, b in pairs} & pairs


def test_co_delivery_of_two_authors_is_a_close_match_and_neither_is_broader(graph):
    one, other = (
        next(concept for concept in graph.subjects() if str(concept) == f"{NAMESPACE}typology:{name}")
        for name in ("four_cos:co_delivery", "nabatchi_2017:co_delivery")
    )
    assert (one, SKOS.closeMatch, other) in graph
    assert (one, SKOS.broadMatch, other) not in graph
    assert (one, SKOS.narrowMatch, other) not in graph
