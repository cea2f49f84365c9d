"""The facets, and what is told to somebody who describes a contribution wrongly."""

from coproduce.vocabulary import FACETS, check_facets
from coproduce.vocabulary.facets import ACTIVITIES, tidied

DOMAIN = {
    "phase": "commission design deliver assess",
    "activity": "prioritise finance plan ideate prototype customise perform manage monitor evaluate",
    "level": "individual group collective",
    "capacity": "user carer volunteer community_member self_organised_group",
    "beneficiary": "self similar_others community",
    "obligation": "inherent voluntary compelled",
    "form": "voice action",
    "input": "time knowledge money assets behaviour",
    "task": "core complementary",
    "planned_by": "professionals both citizens",
    "delivered_by": "professionals both citizens",
    "initiated_by": "organisation citizens",
    "scope": "own_service service_system",
    "relation": "substitute complement unknown",
}


def test_the_facets_are_those_of_the_domain():
    assert {name: " ".join(facet.values) for name, facet in FACETS.items()} == DOMAIN


def test_every_activity_has_one_phase():
    assert sorted(activity for found in ACTIVITIES.values() for activity in found) == sorted(
        FACETS["activity"].values
    )


def test_every_fault_is_told_at_once_with_the_nearest_name():
    faults = check_facets(
        {"fase": "deliver", "level": "indvidual", "phase": "deliver", "activity": "monitor", "task": "core"}
    )
    assert [(fault.facet, fault.found, fault.nearest) for fault in faults] == [
        ("fase", "fase", "phase"),
        ("level", "indvidual", "individual"),
        ("activity", "monitor", None),
    ]
    assert "perform, manage" in faults[2].wanted


def test_an_activity_goes_with_any_phase_that_is_named():
    assert check_facets({"phase": ["design", "deliver"], "activity": ["ideate", "perform"]}) == ()


def test_one_contribution_has_one_value():
    (fault,) = check_facets({"level": ["individual", "group"]}, several=False)
    assert fault.wanted == "one value"


def test_who_plans_is_one_value_even_of_an_initiative():
    (fault,) = check_facets({"planned_by": ["professionals", "citizens"]})
    assert (fault.facet, fault.found) == ("planned_by", "professionals, citizens")


def test_what_is_empty_is_not_known():
    assert tidied({"phase": None, "level": "", "form": []}) == {}
