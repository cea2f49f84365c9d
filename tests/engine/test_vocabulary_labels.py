"""The labels that get used as if they were one thing."""

import pytest

from coproduce.vocabulary import DEFINITIONS, LABELS, TYPOLOGIES, resolve

SEVEN = {
    "co-commissioning": {"four_cos", "nabatchi_2017"},
    "co-governance": {"brandsen_pestoff_2006"},
    "co-construction": {"osborne_2016"},
    "co-design": {"four_cos", "nabatchi_2017", "osborne_2016"},
    "co-delivery": {"four_cos", "nabatchi_2017"},
    "co-management": {"four_cos", "brandsen_pestoff_2006"},
    "co-assessment": {"four_cos", "nabatchi_2017"},
}


@pytest.mark.parametrize(("label", "users"), SEVEN.items())
def test_each_of_the_seven_labels_resolves(label, users):
    meanings = resolve(label)
    assert {meaning.typology for meaning in meanings} == users
    for meaning in meanings:
        assert meaning.rule
        assert meaning.meaning
        assert "(" in meaning.source


def test_two_uses_of_one_label_differ_by_their_rules():
    rules = [meaning.rule for meaning in resolve("co-management")]
    assert len(set(rules)) == len(rules) == 2


def test_co_production_has_every_definition_and_the_classes_of_that_name():
    users = [meaning.typology for meaning in resolve("Co production")]
    assert set(users) >= set(DEFINITIONS) | {"osborne_2016", "brandsen_pestoff_2006", "bovaird_2007"}


@pytest.mark.parametrize("written", ["cogovernance", "Co-Governance", " co governance "])
def test_how_a_label_is_written_does_not_matter(written):
    assert resolve(written) == resolve("co-governance")


def test_an_unknown_label_has_no_meaning():
    assert resolve("co-everything") == ()
    assert resolve("") == ()


def test_every_label_resolves_and_every_class_has_one():
    assert all(resolve(label) for label in LABELS)
    assert {found.label for typology in TYPOLOGIES.values() for found in typology.classes} <= set(LABELS)
