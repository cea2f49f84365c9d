"""The definitions and typologies: well formed, every class within reach, and each apart from the others."""

import itertools
import re

import pytest

from coproduce.vocabulary import DEFINITIONS, FACETS, TYPOLOGIES, classify_typology, judge
from coproduce.vocabulary.implications import everything, implications, where, with_value
from coproduce.vocabulary.rules import each, facets_of, met

RULES = {
    **{(key, ""): definition.requires for key, definition in DEFINITIONS.items()},
    **{(key, found.key): found.when for key, typology in TYPOLOGIES.items() for found in typology.classes},
}
NUMBER_OF_LEAVES = {
    "four_cos": 8,
    "nabatchi_2017": 12,
    "brudney_england_1983": 3,
    "bovaird_2007": 9,
    "brandsen_honingh_2016": 4,
    "osborne_2016": 4,
    "osborne_strokosch_2013": 3,
    "brandsen_pestoff_2006": 3,
    "voorberg_2015": 3,
    "whitaker_1980": 3,
    "linders_2012": 3,
    "alford_2014": 6,
    "voice_or_action": 2,
    "intrinsic_or_active": 2,
}
COVERS_ALL = {
    "four_cos",
    "nabatchi_2017",
    "brudney_england_1983",
    "bovaird_2007",
    "osborne_2016",
    "linders_2012",
    "voice_or_action",
}


def full(facets):
    """Every way in which a contribution can have all these facets."""
    known = {name: FACETS[name].values for name in (*facets, *(("phase",) if "activity" in facets else ()))}
    return each(known, facets)


def test_all_seven_definitions_and_fourteen_typologies_are_there():
    assert list(DEFINITIONS) == [
        "ostrom_1996",
        "parks_1981",
        "bovaird_2007",
        "alford_2009",
        "bovaird_loeffler_2013",
        "brandsen_honingh_2016",
        "nabatchi_2017",
    ]
    assert {key: len(typology.leaves) for key, typology in TYPOLOGIES.items()} == NUMBER_OF_LEAVES


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: "")
def test_rules_name_facets_and_values_that_exist(rule):
    for requirement in rule:
        for facet, values in requirement.any.items():
            assert set(values) < set(FACETS[facet].values)


@pytest.mark.parametrize(
    "published", [*DEFINITIONS.values(), *TYPOLOGIES.values()], ids=lambda each: each.key
)
def test_every_source_has_what_a_reader_needs_to_find_it(published):
    assert published.sources
    for source in published.sources:
        assert source.authors
        assert source.title
        assert source.where
        assert 1980 <= source.year <= 2021
        assert source.doi is None or re.fullmatch(r"10\.\d{4,}/\S+", source.doi)


@pytest.mark.parametrize(("key", "name"), RULES, ids=lambda part: part)
def test_every_definition_and_every_class_has_a_witness(key, name):
    rule = RULES[key, name]
    witnesses = [one for one in full(facets_of([rule])) if met(rule, one)]
    assert witnesses
    if name:
        assert name in {found.key for found in classify_typology(key, witnesses[0]).classes} | {
            found.broader for found in classify_typology(key, witnesses[0]).classes
        }
    else:
        assert judge(key, witnesses[0]).counts == "yes"


@pytest.mark.parametrize("key", DEFINITIONS)
def test_every_definition_can_say_yes_and_no_and_that_it_cannot_say(key):
    answers = {judge(key, one).counts for one in full(facets_of([DEFINITIONS[key].requires]))}
    assert answers == {"yes", "no"}
    assert judge(key, {}).counts == "cannot_say"


@pytest.mark.parametrize("key", TYPOLOGIES)
def test_classes_of_one_axis_exclude_each_other(key):
    for one, other in itertools.combinations(TYPOLOGIES[key].leaves, 2):
        if one.axis == other.axis:
            assert where(one.when) & where(other.when) == 0, (one.key, other.key)


@pytest.mark.parametrize("key", TYPOLOGIES)
def test_a_part_lies_within_its_whole_and_the_parts_make_it_up(key):
    typology = TYPOLOGIES[key]
    for whole in typology.classes:
        parts = [where(found.when) for found in typology.classes if found.broader == whole.key]
        if parts:
            union = 0
            for part in parts:
                union |= part
            assert union == where(whole.when)


@pytest.mark.parametrize("key", TYPOLOGIES)
def test_what_a_typology_covers(key):
    union = 0
    for found in TYPOLOGIES[key].leaves:
        union |= where(found.when)
    assert (union == everything()) is (key in COVERS_ALL | {"alford_2014"})


def test_the_sets_of_contributions_are_what_trying_them_one_by_one_gives():
    ways = full(("activity", "planned_by", "delivered_by", "obligation"))
    rule = DEFINITIONS["nabatchi_2017"].requires
    counted = sum(bool(met(rule, one)) for one in ways)
    assert where(rule).bit_count() * len(ways) == counted * everything().bit_count()
    assert with_value("phase", "deliver").bit_count() * 10 == 2 * everything().bit_count()


def test_implications_are_what_trying_them_one_by_one_gives():
    classes = [(key, found) for key, typology in TYPOLOGIES.items() for found in typology.classes]
    tried = {
        (key, one.key, other_key, other.key)
        for (key, one), (other_key, other) in itertools.permutations(classes, 2)
        if key != other_key and implied(one.when, other.when)
    }
    told = {(i.typology.key, i.part.key, i.other.key, i.whole.key) for i in implications()}
    told |= {(i.other.key, i.whole.key, i.typology.key, i.part.key) for i in implications() if i.both_ways}
    assert told == tried


def implied(rule, other):
    return all(met(other, one) for one in full(facets_of([rule, other])) if met(rule, one))


def test_what_every_scholar_expects_of_the_definitions():
    for key in set(DEFINITIONS) - {"alford_2009"}:
        assert where(DEFINITIONS[key].requires) & ~where(DEFINITIONS["ostrom_1996"].requires) == 0
