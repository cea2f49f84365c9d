"""Three-valued logic: an answer never changes as more is known, and what is asked for is what is needed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduce.vocabulary import DEFINITIONS, FACETS, TYPOLOGIES, classify_typology, judge
from coproduce.vocabulary.facets import ACTIVITIES, PHASE_OF
from coproduce.vocabulary.implications import everything, where, with_value
from coproduce.vocabulary.rules import possible


@st.composite
def contributions(draw):
    """A whole description of one contribution."""
    drawn = {name: draw(st.sampled_from(facet.values)) for name, facet in FACETS.items()}
    return {**drawn, "phase": PHASE_OF[drawn["activity"]]}


@st.composite
def partly_known(draw):
    """A whole description, and the part of it that is known."""
    whole = draw(contributions())
    return whole, {name: whole[name] for name in draw(st.sets(st.sampled_from(tuple(FACETS))))}


@st.composite
def initiatives(draw):
    """What an initiative intends: some facets with several values."""
    several = {}
    for name in draw(st.sets(st.sampled_from(tuple(FACETS)), max_size=6)):
        most = 3 if FACETS[name].several else 1
        several[name] = draw(
            st.lists(st.sampled_from(FACETS[name].values), min_size=1, max_size=most, unique=True)
        )
    if {"phase", "activity"} <= set(several):
        del several["activity"]
    return several


@settings(deadline=None)
@given(partly_known())
def test_more_knowledge_never_changes_an_answer(described):
    whole, known = described
    for key in DEFINITIONS:
        before, after = judge(key, known).counts, judge(key, whole).counts
        assert after in ("yes", "no")
        assert before in (after, "cannot_say")


@settings(deadline=None)
@given(partly_known())
def test_more_knowledge_only_makes_a_class_finer(described):
    whole, known = described
    for key, typology in TYPOLOGIES.items():
        after = classify_typology(key, whole)
        within = {found.key for found in after.classes} | {found.broader for found in after.classes}
        assert not after.needs
        before = classify_typology(key, known)
        assert {found.key for found in before.classes} <= within
        if not before.needs:
            assert before.classes == after.classes
        assert before.typology is typology


@settings(deadline=None)
@given(partly_known())
def test_what_can_be_said_is_said(described):
    """Against the set of all contributions that could be meant, a set that owes nothing to the three-valued logic."""
    _, known = described
    meant = everything()
    for name, value in known.items():
        if name != "relation":
            meant &= with_value(name, value)
    for key, definition in DEFINITIONS.items():
        counted = meant & where(definition.requires)
        assert judge(key, known).counts == (
            "yes" if counted == meant else "no" if not counted else "cannot_say"
        )
    for key, typology in TYPOLOGIES.items():
        sure = {found.key for found in typology.classes if meant & where(found.when) == meant}
        wholes = {found.broader for found in typology.classes if found.key in sure}
        assert {found.key for found in classify_typology(key, known).classes} == sure - wholes


def fillings(known, names):
    """What is known, with every possible value of the names."""
    if not names:
        yield known
        return
    for value in possible(names[0], known):
        implied = {"phase": PHASE_OF[value]} if names[0] == "activity" else {}
        yield from fillings({**known, **implied, names[0]: value}, names[1:])


@settings(deadline=None)
@given(partly_known())
def test_what_is_needed_decides_and_nothing_of_it_can_be_left_out(described):
    _, known = described
    for key in DEFINITIONS:
        needs = judge(key, known).needs
        assert not set(needs) & set(known)
        assert all(judge(key, filled).counts != "cannot_say" for filled in fillings(known, needs))
        for name in needs:
            others = tuple(other for other in needs if other != name)
            assert any(judge(key, filled).counts == "cannot_say" for filled in fillings(known, others))


@settings(deadline=None)
@given(partly_known())
def test_what_a_typology_needs_places_it(described):
    _, known = described
    for key in TYPOLOGIES:
        needs = classify_typology(key, known).needs
        assert not any(classify_typology(key, filled).needs for filled in fillings(known, needs))


@settings(deadline=None)
@given(initiatives())
def test_an_initiative_is_what_its_combinations_are(intended):
    ones = [{}]
    for name, values in intended.items():
        ones = [{**one, name: value} for one in ones for value in values]
    for key in DEFINITIONS:
        answers = {judge(key, one).counts for one in ones}
        judged = judge(key, intended)
        assert judged.counts == next(said for said in ("yes", "cannot_say", "no") if said in answers)
        assert judged.in_part is ("yes" in answers and len(answers) > 1)
    for key in TYPOLOGIES:
        found = [classify_typology(key, one) for one in ones]
        classified = classify_typology(key, intended)
        keys = {each.key for each in classified.classes}
        assert keys == {each.key for one in found for each in one.classes}
        assert set(classified.needs) == {name for one in found for name in one.needs}


@pytest.mark.parametrize("phase", ACTIVITIES)
def test_an_activity_tells_its_phase(phase):
    for activity in ACTIVITIES[phase]:
        assert classify_typology("four_cos", {"activity": activity}) == classify_typology(
            "four_cos", {"activity": activity, "phase": phase}
        )
