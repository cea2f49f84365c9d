"""Goals: levels agreed by both sides beforehand, reviewed by whose goal it is, told in public only as means."""

import math
import random

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from tests.web.assess import LEVELS, goal

from coproduce_web.actions import goals, people
from coproduce_web.actions.acting import By, NotNow
from coproduce_web.attainment import RHO, t_score
from coproduce_web.models import Goal, GoalReview


def page(world, name, *parts):
    return reverse(name, args=[world.service.slug, world.initiative.pk, *parts])


def agreed(world, **more):
    made = goal(world, **more)
    return goals.agree(by=world.by("professional"), goal=made)


def brute_force(levels, weights):
    """The weighted sum over its standard deviation, from the whole matrix of covariances (variances 1, else rho)."""
    variance = sum(
        one * other * (1 if place == there else RHO)
        for place, one in enumerate(weights)
        for there, other in enumerate(weights)
    )
    reached = sum(weight * level for weight, level in zip(weights, levels, strict=True))
    return 50 + 10 * reached / math.sqrt(variance)


def test_the_score_is_that_of_the_whole_matrix_of_covariances():
    chance = random.Random(3)
    for _ in range(500):
        number = chance.randint(1, 8)
        levels = [chance.randint(-2, 2) for _ in range(number)]
        weights = [chance.randint(1, 3) for _ in range(number)]
        assert t_score(levels, weights) == pytest.approx(brute_force(levels, weights), abs=1e-10)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([2], 70),
        ([-2], 30),
        ([0, 0, 0], 50),
        ([1, 1], 50 + 20 / math.sqrt(2.6)),
        ([1, 0, 0], 50 + 10 / math.sqrt(4.8)),
    ],
)
def test_the_score_at_places_known_by_hand(levels, expected):
    assert t_score(levels, [1] * len(levels)) == pytest.approx(expected, abs=1e-10)


def test_weights_of_one_goal_say_nothing_and_no_goal_has_no_score():
    assert t_score([1], [1]) == t_score([1], [3]) == 60
    assert t_score([], []) is None


def test_a_goal_is_reviewed_only_once_the_other_side_agreed(world):
    made = goal(world)
    with pytest.raises(NotNow):
        goals.review(by=world.by("citizen"), goal=made, level=1)
    goals.agree(by=world.by("professional"), goal=made)
    goals.review(by=world.by("citizen"), goal=made, level=1, note="out every other day")
    assert Goal.objects.get().partner == world.people["professional"].actor
    with pytest.raises(NotNow):
        goals.agree(by=world.by("coordinator"), goal=made)


def test_no_side_agrees_to_its_own_goal(world):
    made = goal(world)
    for role in ("citizen", "other_citizen"):
        with pytest.raises(PermissionDenied):
            goals.agree(by=world.by(role), goal=made)
    theirs = goal(
        world, by=world.by("professional"), set_by="organisation", citizen=world.people["citizen"].actor
    )
    for role in ("professional", "coordinator", "other_citizen"):
        with pytest.raises(PermissionDenied):
            goals.agree(by=world.by(role), goal=theirs)
    assert goals.agree(by=world.by("citizen"), goal=theirs).agreed_at


@pytest.fixture
def offline(world):
    """A citizen without an address, for whom a coordinator types."""
    person = people.add_person(
        by=world.by("coordinator"),
        service=world.service,
        role="citizen",
        side="citizen",
        name="Olga Offline",
        email=None,
    )
    return By(actor=person.actor, typed_by=world.people["coordinator"].actor)


def test_no_hand_agrees_to_what_it_typed(world, offline):
    typed = goal(world, by=offline)
    with pytest.raises(PermissionDenied):
        goals.agree(by=world.by("coordinator"), goal=typed)
    assert goals.agree(by=world.by("professional"), goal=typed).agreed_at
    theirs = goal(world, by=world.by("coordinator"), set_by="organisation", citizen=offline.actor)
    with pytest.raises(PermissionDenied):
        goals.agree(by=offline, goal=theirs)


def test_nobody_types_a_goal_for_somebody_who_can_sign_in(world):
    typing = By(actor=world.people["citizen"].actor, typed_by=world.people["coordinator"].actor)
    with pytest.raises(PermissionDenied):
        goal(world, by=typing)


@pytest.mark.parametrize(
    ("set_by", "may"),
    [("citizen", {"citizen"}), ("organisation", {"professional"}), ("jointly", {"citizen", "professional"})],
)
def test_only_who_set_a_goal_reviews_it(world, set_by, may):
    if set_by == "organisation":
        citizen = world.people["citizen"].actor
        made = goal(world, by=world.by("professional"), set_by=set_by, citizen=citizen)
        goals.agree(by=world.by("citizen"), goal=made)
    else:
        made = agreed(world, set_by=set_by)
    for role in ("citizen", "other_citizen", "professional", "coordinator", "evaluator", "steward"):
        if role in may:
            goals.review(by=world.by(role), goal=made, level=0)
        else:
            with pytest.raises(PermissionDenied):
                goals.review(by=world.by(role), goal=made, level=0)


def test_of_a_joint_goal_both_words_are_kept(world):
    made = agreed(world, set_by="jointly")
    goals.review(by=world.by("citizen"), goal=made, level=-1)
    goals.review(by=world.by("professional"), goal=made, level=2)
    goals.review(by=world.by("citizen"), goal=made, level=0)
    assert list(GoalReview.objects.values_list("by_citizen", "level")) == [(True, -1), (False, 2), (True, 0)]


@pytest.mark.parametrize(("role", "set_by"), [("citizen", "organisation"), ("professional", "citizen")])
def test_nobody_sets_a_goal_in_the_others_name(world, role, set_by):
    with pytest.raises(NotNow):
        goal(world, by=world.by(role), set_by=set_by, citizen=world.people["citizen"].actor)


@pytest.mark.parametrize("role", [None, "professional", "outsider"])
def test_a_goal_is_a_citizens_of_the_service(world, role):
    whose = world.people[role].actor if role else None
    with pytest.raises(NotNow):
        goal(world, by=world.by("professional"), set_by="organisation", citizen=whose)


def test_levels_are_changed_only_by_the_writer_and_only_before_both_agree(world):
    made = goal(world)
    with pytest.raises(PermissionDenied):
        goals.change_goal(by=world.by("professional"), goal=made, hoped="less work for us")
    goals.change_goal(by=world.by("citizen"), goal=made, hoped="twice a week")
    with pytest.raises(NotNow):
        goals.change_goal(by=world.by("citizen"), goal=made, set_by="organisation")
    goals.agree(by=world.by("professional"), goal=made)
    with pytest.raises(NotNow):
        goals.change_goal(by=world.by("citizen"), goal=made, hoped="once a month")
    assert Goal.objects.get().hoped == "twice a week"


@pytest.mark.parametrize(
    "fields",
    [
        {"baseline": 3},
        {"importance": 4},
        {"set_by": "organisation"},
        {"written_by_citizen": False},
    ],
)
def test_the_database_holds_what_a_goal_is(world, fields):
    made = goal(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Goal.objects.filter(pk=made.pk).update(**fields)


def test_the_form_sets_agrees_and_reviews(world, signed_in):
    told = {"title": "Out", "set_by": "citizen", "importance": "2", "baseline": "-1", **LEVELS}
    signed_in("citizen").post(page(world, "new_goal"), told)
    made = Goal.objects.get(title="Out")
    signed_in("professional").post(page(world, "agree_goal", made.pk), {})
    shown = signed_in("citizen").get(page(world, "review_goal", made.pk)).content.decode()
    assert "once a week to the shop" in shown
    signed_in("citizen").post(page(world, "review_goal", made.pk), {"level": "1"})
    assert GoalReview.objects.get().level == 1


def test_two_levels_that_say_the_same_are_refused(world, signed_in):
    told = {"title": "Out", "set_by": "citizen", "importance": "2", "baseline": "-1", **LEVELS}
    shown = signed_in("citizen").post(page(world, "new_goal"), {**told, "more": " Once a week to the shop"})
    assert "say the same" in shown.content.decode()
    assert not Goal.objects.exists()


def test_a_goal_is_seen_by_those_whom_it_concerns_alone(world, signed_in):
    made = goal(world)
    place = page(world, "goal", made.pk)
    seen = {role: signed_in(role).get(place).status_code for role in world.people}
    assert {role for role, status in seen.items() if status == 200} == {
        "citizen",
        "professional",
        "coordinator",
    }
    goals.agree(by=world.by("professional"), goal=made)
    seen = {role: signed_in(role).get(place).status_code for role in world.people}
    assert {role for role, status in seen.items() if status == 200} == {"citizen", "professional"}
    public = signed_in("visitor").get(page(world, "goals")).content.decode()
    assert made.title not in public


def many(world, number):
    """So many citizens with a reviewed goal each, a level better than at the start."""
    for place in range(number):
        person = people.add_person(
            by=world.by("steward"),
            service=world.service,
            role="citizen",
            side="citizen",
            name=f"Somebody {place}",
            email=f"some{place}@example.org",
        )
        made = agreed(world, by=By(actor=person.actor), baseline=-1)
        goals.review(by=By(actor=person.actor), goal=made, level=0)


@pytest.mark.parametrize(("number", "shown"), [(4, False), (6, True)])
def test_in_public_there_are_only_means_over_enough_people(world, signed_in, number, shown):
    many(world, number)
    text = signed_in("visitor").get(page(world, "goals")).content.decode()
    assert ("40.0" in text and "50.0" in text) is shown
    assert "As you say" not in text


def test_ones_own_score_is_seen_by_oneself(world, signed_in):
    made = agreed(world)
    goals.review(by=world.by("citizen"), goal=made, level=1)
    assert "60.0" in signed_in("citizen").get(page(world, "goals")).content.decode()
    for role in ("other_citizen", "professional", "coordinator", "steward", "visitor"):
        assert "60.0" not in signed_in(role).get(page(world, "goals")).content.decode()
