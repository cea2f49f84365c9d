"""Suggestions between needs and offers: the best assignment, as a slow search over all of them finds it."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduce_web.matching import Wish, distance_km, fit, suggested

NOON = datetime(2026, 5, 5, 12, tzinfo=UTC)


def need(**more):
    return Wish(**{"key": 1, "person": 1} | more)


def offer(**more):
    return Wish(**{"key": 2, "person": 2} | more)


def test_a_fit_says_its_reasons_in_words():
    found = fit(
        need(skill="Gardening", weekdays=frozenset({1, 3}), at=(52.5, 13.4)),
        offer(skill=" gardening ", weekdays=frozenset({1, 5}), at=(52.5, 13.43), furthest_km=5),
    )
    assert found.reasons == ("same skill: Gardening", "both free on Tuesday", "about 2 km apart")


def test_a_place_is_told_no_finer_than_a_kilometre():
    found = fit(need(at=(52.5, 13.4)), offer(at=(52.501, 13.4)))
    assert found.reasons == ("less than 1 km apart",)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"person": 2}, {}),
        ({"skill": "gardening"}, {"skill": "cooking"}),
        ({"skill": "gardening"}, {}),
        ({"skill": "x", "weekdays": frozenset({0})}, {"skill": "x", "weekdays": frozenset({1})}),
        ({"skill": "x", "ends": NOON}, {"skill": "x", "begins": NOON}),
        ({"skill": "x", "begins": NOON}, {"skill": "x", "ends": NOON}),
        ({"skill": "x", "at": (52.5, 13.4)}, {"skill": "x", "at": (52.6, 13.4), "furthest_km": 11}),
        ({}, {}),
    ],
    ids=["same person", "skill", "skill not offered", "days", "too early", "too late", "too far", "nothing"],
)
def test_what_speaks_against_a_pair_rules_it_out(one, other):
    assert fit(need(**one), offer(**other)) is None


def test_times_that_overlap_count():
    found = fit(need(begins=NOON, ends=NOON + timedelta(hours=2)), offer(begins=NOON - timedelta(hours=1)))
    assert found.reasons == ("at the same time",)


def test_distance_as_published():
    """Vincenty's Paris to New York (great circle, mean radius): 5837 km."""
    assert distance_km((48.8566, 2.3522), (40.7128, -74.0060)) == pytest.approx(5837, abs=1)
    assert distance_km((0, 0), (0, 180)) == pytest.approx(20015.1, abs=0.1)  # half the earth's girth


wishes = st.builds(
    Wish,
    key=st.just(0),
    person=st.integers(1, 4),
    skill=st.sampled_from(["", "a", "b"]),
    weekdays=st.sets(st.integers(0, 2)).map(frozenset),
    at=st.none() | st.tuples(st.floats(52, 52.3), st.floats(13, 13.3)),
    furthest_km=st.none() | st.integers(1, 30),
)


def numbered(some):
    from dataclasses import replace

    return [replace(wish, key=number) for number, wish in enumerate(some)]


def best_total(needs, offers):
    """The most that any way of pairing reaches, found by trying all."""
    table = [[(found := fit(one, other)) and found.score for other in offers] for one in needs]
    columns = list(range(len(offers))) + [None] * len(needs)
    return max(
        sum(table[row][column] or 0 for row, column in enumerate(way) if column is not None)
        for way in set(permutations(columns, len(needs)))
    )


@settings(max_examples=80, deadline=None)
@given(st.lists(wishes, max_size=4).map(numbered), st.lists(wishes, max_size=4).map(numbered))
def test_the_assignment_is_the_best_of_all(needs, offers):
    found = suggested(needs, offers)
    assert len({one.need for one in found}) == len({one.offer for one in found}) == len(found)
    assert all(fit(needs[one.need], offers[one.offer]) == one for one in found)
    assert sum(one.score for one in found) == (best_total(needs, offers) if needs else 0)
