"""The blueprint from version to version, and ideas from first thought to the register of decisions."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from tests.web.design import blueprint

from coproduce_web import blueprints
from coproduce_web.actions import designing, services
from coproduce_web.actions.acting import NotNow
from coproduce_web.models import Blueprint, BlueprintStep, Decision, Idea, PrototypeTest


def page(world, name, *parts):
    return reverse(name, args=[world.service.slug, world.initiative.pk, *parts])


@pytest.fixture
def shown(world):
    return blueprint(world)


def draw(world):
    return designing.draw_version(by=world.by("professional"), initiative=world.initiative)


def test_a_new_version_starts_with_the_steps_of_the_one_before_and_their_comments(world, shown):
    step = shown.steps.get(title="Ask")
    services.comment(by=world.by("citizen"), thread=step.thread, text="By phone, please")
    drawn = draw(world)
    assert (shown.version, drawn.version) == (1, 2)
    copied = drawn.steps.get(title="Ask")
    assert copied.pk != step.pk
    assert copied.thread == step.thread
    assert copied.thread.comments.get().text == "By phone, please"


def test_a_version_that_was_shown_is_never_changed(world, shown):
    by, step = world.by("professional"), shown.steps.first()
    for act in (
        lambda: designing.add_step(by=by, blueprint=shown, lane="citizens", title="More"),
        lambda: designing.change_step(by=by, step=step, title="Other"),
        lambda: designing.remove_step(by=by, step=step),
        lambda: designing.show_version(by=by, blueprint=shown, note="again"),
        lambda: designing.drop_version(by=by, blueprint=shown),
    ):
        with pytest.raises(NotNow):
            act()
    assert [each.title for each in shown.steps.all()] == ["Ask", "Listen", "Plan the rounds"]


def test_one_version_is_drawn_at_a_time_and_may_be_given_up(world, shown):
    drawn = draw(world)
    with pytest.raises(NotNow):
        draw(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Blueprint.objects.create(
            initiative=world.initiative, version=9, drawn_by=world.people["professional"].actor
        )
    designing.drop_version(by=world.by("professional"), blueprint=drawn)
    assert list(Blueprint.objects.values_list("version", flat=True)) == [1]


def test_a_version_without_a_step_is_not_shown(world):
    with pytest.raises(NotNow):
        designing.show_version(by=world.by("professional"), blueprint=draw(world), note="nothing")


def test_what_is_being_drawn_is_seen_by_those_who_may_draw(world, shown, signed_in):
    drawn = draw(world)
    step = designing.add_step(
        by=world.by("professional"), blueprint=drawn, lane="citizens", title="Not yet for all"
    )
    for role, status in (("professional", 200), ("citizen", 404), ("visitor", 404)):
        assert signed_in(role).get(page(world, "blueprint_version", 2)).status_code == status
        assert signed_in(role).get(page(world, "step", step.pk)).status_code == status
        assert signed_in(role).get(page(world, "compare_versions", 1, 2)).status_code == status
    assert "Not yet for all" not in signed_in("citizen").get(page(world, "blueprint")).content.decode()


def test_the_lanes_are_a_table_with_both_lines(world, shown, signed_in):
    text = signed_in("visitor").get(page(world, "blueprint")).content.decode()
    order = [
        text.index(words)
        for words in (
            "Citizens",
            "Line of interaction",
            "Organisation, seen by",
            "Line of visibility",
            "Organisation, behind",
        )
    ]
    assert order == sorted(order)
    assert '<th scope="row"' in text


def test_steps_stand_in_their_lane_at_their_moment():
    steps = [
        BlueprintStep(position=place, lane=lane, title=title)
        for place, lane, title in ((1, "citizens", "a"), (4, "organisation", "b"), (4, "citizens", "c"))
    ]
    lanes = {
        lane.key: [[step.title for step in moment] for moment in lane.moments]
        for lane in blueprints.lanes(steps)
    }
    assert lanes == {"citizens": [["a"], ["c"]], "organisation": [[], ["b"]], "backstage": [[], []]}


def test_two_versions_are_compared_step_by_step(world, shown, signed_in):
    by, drawn = world.by("professional"), draw(world)
    designing.change_step(by=by, step=drawn.steps.get(title="Ask"), title="Ask by phone", lane="organisation")
    designing.remove_step(by=by, step=drawn.steps.get(title="Listen"))
    designing.add_step(by=by, blueprint=drawn, lane="citizens", title="Answer", position=2)
    found = blueprints.changes(shown.steps.all(), drawn.steps.all())
    assert [(each.kind, each.step.title, each.fields) for each in found] == [
        ("changed", "Ask by phone", ("title", "lane")),
        ("new", "Answer", ()),
        ("same", "Plan the rounds", ()),
        ("gone", "Listen", ()),
    ]
    designing.show_version(by=by, blueprint=drawn, note="By phone now")
    text = signed_in("visitor").get(page(world, "compare_versions", 1, 2)).content.decode()
    assert "<del>Ask</del> <ins>Ask by phone</ins>" in text
    assert "1 step stayed" in text


def test_a_step_is_moved_only_where_its_order_among_the_others_changes():
    def steps(*order):
        return [
            BlueprintStep(position=place, lane="citizens", title=str(thread), thread_id=thread)
            for place, thread in order
        ]

    same = blueprints.changes(steps((1, 7), (2, 8)), steps((1, 9), (2, 7), (3, 8)))
    assert [each.kind for each in same] == ["new", "same", "same"]
    swapped = blueprints.changes(steps((1, 7), (2, 8)), steps((1, 8), (2, 7)))
    assert [each.fields for each in swapped] == [("position",), ("position",)]


def test_the_blueprint_is_drawn_by_its_pages(world, signed_in):
    browser = signed_in("coordinator")
    browser.post(page(world, "new_version"))
    browser.post(
        page(world, "new_step"), {"title": "Ring", "lane": "citizens", "position": "1", "text": "<b>"}
    )
    step = BlueprintStep.objects.get()
    browser.post(
        page(world, "change_step", step.pk), {"title": "Ring us", "lane": "citizens", "position": "2"}
    )
    browser.post(page(world, "show_version"), {"note": "First"})
    assert Blueprint.objects.get().shown_at
    assert "Ring us" in signed_in("visitor").get(page(world, "blueprint")).content.decode()


@pytest.mark.parametrize("role", ["citizen", "evaluator", "handler", "steward"])
def test_only_the_team_draws(world, role):
    with pytest.raises(PermissionDenied):
        designing.draw_version(by=world.by(role), initiative=world.initiative)


@pytest.fixture
def idea(world):
    return designing.share_idea(
        by=world.by("citizen"), initiative=world.initiative, title="At night", text="Visits at night"
    )


def tried(world, idea):
    prototype = designing.make_prototype(by=world.by("other_citizen"), idea=idea, title="One night")
    return designing.record_test(
        by=world.by("professional"),
        prototype=prototype,
        tested_on=timezone.localdate(),
        with_citizens=3,
        with_professionals=1,
        worked="People slept",
        failed="Too few came",
    )


def conclude(world, idea, conclusion, **more):
    told = {"reason": "It helps", "decided_by": "jointly", "rung": "jointly_decided"} | more
    return designing.conclude(by=world.by("coordinator"), idea=idea, conclusion=conclusion, **told)


@pytest.mark.parametrize(
    ("conclusion", "result"), [("adopt", "accepted"), ("adapt", "amended"), ("abandon", "rejected")]
)
def test_a_conclusion_stands_in_the_register(world, idea, conclusion, result):
    tried(world, idea)
    owner = world.people["professional"].actor
    due = timezone.localdate() + timedelta(days=30)
    conclude(
        world, idea, conclusion, following="Late evenings", promise="From May on", owner=owner, due_on=due
    )
    decision = Decision.objects.get(idea=idea)
    assert (decision.result, decision.proposer, decision.proposed_by) == (result, idea.shared_by, "citizen")
    assert (decision.reason, decision.decided_by, decision.rung) == ("It helps", "jointly", "jointly_decided")
    adopted = conclusion == "adopt"
    assert bool(decision.promise) == bool(decision.owner) == bool(decision.due_on) == adopted
    followed = list(Idea.objects.filter(follows=idea).values_list("title", flat=True))
    assert followed == (["Late evenings"] if conclusion == "adapt" else [])


def test_what_was_not_tried_is_not_adopted(world, idea):
    with pytest.raises(NotNow):
        conclude(world, idea, "adopt")
    designing.make_prototype(by=world.by("citizen"), idea=idea, title="One night")
    with pytest.raises(NotNow):
        conclude(world, idea, "adopt")
    assert conclude(world, idea, "abandon").result == "rejected"


@pytest.mark.parametrize(
    "more",
    [
        {"following": " "},
        {"following": "x", "decided_by": "citizens"},
        {"following": "x", "due_on": timezone.localdate()},
    ],
)
def test_a_conclusion_that_does_not_fit_together_is_refused_whole(world, idea, more):
    with pytest.raises(NotNow):
        conclude(world, idea, "adapt", **more)
    assert not Decision.objects.filter(idea=idea).exists()
    assert Idea.objects.get(pk=idea.pk).conclusion == ""


def test_a_concluded_idea_is_closed(world, idea):
    prototype = tried(world, idea).prototype
    conclude(world, idea, "adopt")
    by = world.by("citizen")
    for act in (
        lambda: conclude(world, idea, "abandon"),
        lambda: designing.make_prototype(by=by, idea=idea, title="Another"),
        lambda: designing.record_test(
            by=by,
            prototype=prototype,
            tested_on=timezone.localdate(),
            with_citizens=1,
            with_professionals=0,
            worked="x",
        ),
    ):
        with pytest.raises(NotNow):
            act()


@pytest.mark.parametrize(
    "more",
    [
        {"tested_on": timezone.localdate() + timedelta(days=1)},
        {"worked": ""},
        {"with_citizens": 0},
    ],
)
def test_a_test_says_what_was_seen_by_whom_and_when(world, idea, more):
    prototype = designing.make_prototype(by=world.by("citizen"), idea=idea, title="One night")
    told = {"tested_on": timezone.localdate(), "with_citizens": 2, "with_professionals": 0, "worked": "all"}
    with pytest.raises(NotNow):
        designing.record_test(by=world.by("citizen"), prototype=prototype, **(told | more))
    assert not PrototypeTest.objects.exists()


def test_an_idea_goes_its_way_by_its_pages(world, signed_in):
    citizen, coordinator = signed_in("citizen"), signed_in("coordinator")
    citizen.post(page(world, "new_idea"), {"title": "At night", "text": "<script>alert(1)</script>"})
    idea = Idea.objects.get()
    citizen.post(page(world, "new_prototype", idea.pk), {"title": "One night"})
    prototype = idea.prototypes.get()
    today = timezone.localdate().isoformat()
    tested = {"tested_on": today, "with_citizens": "2", "with_professionals": "0", "worked": "yes"}
    citizen.post(page(world, "new_test", idea.pk, prototype.pk), tested)
    concluded = {"conclusion": "adopt", "reason": "good", "decided_by": "organisation", "rung": "consulted"}
    refused = coordinator.post(page(world, "conclude_idea", idea.pk), concluded | {"rung": "delegated"})
    assert "does not go together" in refused.content.decode()
    coordinator.post(page(world, "conclude_idea", idea.pk), concluded)
    text = signed_in("visitor").get(page(world, "idea", idea.pk)).content.decode()
    assert "Adopted" in text
    assert "fewer than 5" in text  # how many tried it
    assert "<script>alert" not in text


def test_only_who_may_concludes(world, idea):
    for role in ("citizen", "professional", "evaluator"):
        with pytest.raises(PermissionDenied):
            designing.conclude(
                by=world.by(role),
                idea=idea,
                conclusion="abandon",
                reason="no",
                decided_by="organisation",
                rung="informed",
            )
