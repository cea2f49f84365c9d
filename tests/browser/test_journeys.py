"""The ten journeys that matter, from beginning to end, as the people of a service make them in a browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.browser.site import Journey
from tests.web import assess, records_of

from coproduce_web.actions import commissioning, goals, runs, surveys
from coproduce_web.actions.acting import CLOCK, By
from coproduce_web.models import (
    BudgetRound,
    Claim,
    Concern,
    Contribution,
    Evaluation,
    Idea,
    Person,
    Respondent,
    Run,
    Session,
    SignUp,
    Unit,
)
from coproduce_web.survey_links import secret_of

TODAY = "%Y-%m-%d"


@pytest.fixture
def journey(site, world, root):
    """Opens the platform as somebody, by the role's name; begins at an address, or in the initiative."""
    here = f"/{world.service.slug}/{world.initiative.pk}"

    def begin(role, place=""):
        at = here + place if place.startswith("/") or not place else f"/{place}"
        return Journey(
            site=site, person=world.people.get(role), at=at, here=here, folder=root / "build" / "screenshots"
        )

    return begin


def test_a_citizen_joins_offers_and_gives_time_a_professional_amends_it_and_both_agree(journey, world):
    citizen = journey("nobody", f"{world.service.slug}/")
    citizen.picture("service")
    citizen.follow("Take part")
    citizen.fill(name="Nora New", email="nora@example.org", password="a walk by the river")
    citizen.press()
    citizen.go("/offers/new")
    citizen.fill(title="A walk on Sundays", skill="company")
    citizen.press()
    citizen.go("/contributions/new")
    citizen.fill(
        activity=world.activity.pk, given_on=timezone.localdate().strftime(TODAY), minutes=90,
        other=world.people["professional"].actor.pk, other_minutes=90,
    )  # fmt: skip
    citizen.press()
    given = Contribution.objects.get(actor__person__email="nora@example.org")
    assert given.status == "proposed"
    professional = journey("professional", f"{world.service.slug}/")
    professional.follow("2 contributions wait for your answer")
    professional.page.locator(f"main a[href$='/{given.pk}/answer']").click()
    professional.fill(answer="amend", minutes=60, reason="We left at four.")
    professional.picture("answer")
    professional.press()
    citizen.go(f"//{world.service.slug}/")
    citizen.follow("1 contribution waits for your answer")
    citizen.follow("Visit somebody")
    citizen.reads("We left at four.")
    citizen.fill(answer="confirm")
    citizen.press()
    given.refresh_from_db()
    assert (given.status, given.minutes) == ("confirmed", 60)


def test_a_budget_goes_from_proposals_to_a_result_that_is_explained(journey, world):
    citizen, coordinator = journey("citizen", "/proposals/new"), journey("coordinator", "/rounds/new")
    for title in ("A bench", "A warm room"):
        citizen.go("/proposals/new")
        citizen.fill(kind="project", title=title, text="We need it.")
        citizen.press()
    now = timezone.localtime()
    moment = "%Y-%m-%dT%H:%M"
    coordinator.fill(
        title="Spring round", budget=1000, binds="The town pays.",
        opens_at=(now + timedelta(hours=1)).strftime(moment), closes_at=(now + timedelta(days=2)).strftime(moment),
    )  # fmt: skip
    coordinator.press()
    budget = BudgetRound.objects.get()
    for proposal, cost in zip(world.initiative.proposals.order_by("pk"), (600, 700), strict=True):
        coordinator.go(f"/rounds/{budget.pk}/ballot")
        coordinator.fill(proposal=proposal.pk, cost=cost)
        coordinator.press()
    BudgetRound.objects.update(opens_at=now - timedelta(hours=1))
    for role in ("citizen", "other_citizen"):
        voter = journey(role, f"{world.service.slug}/")
        voter.follow("Vote: Spring round")
        voter.page.get_by_label("A bench").check()
        voter.picture("vote")
        voter.press()
    budget.refresh_from_db()
    bench = budget.projects.order_by("pk")[0]
    for actor in records_of.citizens(world, 5):
        commissioning.vote(by=By(actor=actor), budget_round=budget, points={bench.pk: 1})
    BudgetRound.objects.update(opens_at=now - timedelta(days=2), closes_at=now - timedelta(hours=1))
    coordinator.go(f"/rounds/{budget.pk}")
    coordinator.follow("Count the votes")
    coordinator.press()
    visitor = journey("nobody", f"/rounds/{budget.pk}")
    visitor.reads("How it was counted, step by step")
    visitor.reads("Why the others were not chosen")
    visitor.picture("result")
    budget.refresh_from_db()
    assert budget.counted_at
    visitor.go("/decisions")
    visitor.reads("A bench")


def test_a_concern_is_raised_unnamed_answered_from_outside_and_closed_by_two(journey, world):
    raiser = journey("nobody", f"{world.service.slug}/")
    raiser.follow("Raise a concern")
    raiser.fill(evil="implicit_demands", text="It is always me.", severity=2)
    raiser.press()
    raiser.picture("concern-raised")
    secret = raiser.page.locator(".co-secret a").get_attribute("href")
    concern = Concern.objects.get()
    assert concern.raised_by is None
    handler = journey("handler", f"{world.service.slug}/")
    handler.follow("1 concern waits for an answer")
    handler.page.locator(f"main a[href$='/{concern.pk}']").first.click()
    handler.follow("Take it")
    handler.press()
    handler.fill(text="From now on two share it.")
    handler.press()
    handler.follow("Ask to close it")
    handler.press()
    concern.refresh_from_db()
    assert concern.status == "answered"
    raiser.page.goto(raiser.page.url.split("/care")[0] + secret)
    raiser.reads("From now on two share it.")
    steward = journey("steward")
    steward.page.goto(handler.page.url)
    steward.follow("Agree to close it")
    steward.press()
    concern.refresh_from_db()
    assert (concern.status, concern.closed_by) == ("closed", world.people["steward"].actor)


def test_an_evaluation_is_frozen_drawn_answered_and_published(journey, world):
    measure, units = records_of.measured(world)
    evaluator = journey("evaluator", "/evaluations/new")
    evaluator.fill(
        title="Does it help?", question="Are people better off?", design="randomised", arms="as before\nanew"
    )
    evaluator.page.locator(f"main [name=measures][value='{measure.pk}']").check()
    evaluator.press()
    held = Evaluation.objects.get()
    evaluator.go(f"/evaluations/{held.pk}/freeze")
    evaluator.press()
    held.refresh_from_db()
    evaluator.reads(held.plan_sha256[:8])
    coordinator = journey("coordinator", f"/evaluations/{held.pk}/enrol")
    for unit in units:
        coordinator.fill(unit=unit.pk)
        coordinator.press()
    assert held.allocations.count() == len(units) == Unit.objects.count()
    evaluator.go(f"/evaluations/{held.pk}/ask")
    evaluator.press()
    run = Run.objects.get()
    if run.state != Run.State.DONE:
        assert runs.carry_out(by=CLOCK, key=run.pk)
    evaluator.go(f"/evaluations/{held.pk}/publish")
    evaluator.press()
    visitor = journey("nobody", f"{world.service.slug}/learn")
    visitor.follow("Does it help?")
    visitor.reads("Are people better off?")
    visitor.picture("evaluation")


def test_a_citizen_asks_to_be_erased_and_is(journey, world):
    citizen = journey("citizen", "account/data")
    citizen.picture("my-data")
    citizen.go("//account/erase")
    citizen.follow("Ask the stewards")
    citizen.fill(words="In the comments too.")
    citizen.press()
    steward = journey("steward", "erasures")
    steward.follow(world.people["citizen"].actor.pseudonym)
    steward.fill(erased="yes")
    steward.press()
    assert not Person.objects.filter(email="citizen@example.org").exists()
    assert world.people["citizen"].actor.pseudonym


def test_an_idea_is_shared_tried_and_adopted_with_a_reason(journey, world):
    citizen = journey("citizen", "/ideas/new")
    citizen.fill(title="Visits at night", text="For those who cannot sleep.")
    citizen.press()
    idea = Idea.objects.get()
    citizen.go(f"/ideas/{idea.pk}/prototypes/new")
    citizen.fill(title="One night")
    citizen.press()
    professional = journey(
        "professional", f"/ideas/{idea.pk}/prototypes/{idea.prototypes.get().pk}/tests/new"
    )
    professional.fill(
        tested_on=timezone.localdate().strftime(TODAY),
        with_citizens=5,
        with_professionals=1,
        worked="They slept.",
    )
    professional.press()
    coordinator = journey("coordinator", f"/ideas/{idea.pk}/conclude")
    coordinator.fill(conclusion="adopt", reason="They slept.", decided_by="jointly", rung="jointly_decided")
    coordinator.press()
    idea.refresh_from_db()
    assert idea.conclusion == "adopt"
    citizen.go(f"/ideas/{idea.pk}")
    citizen.reads("They slept.")
    citizen.picture("idea")


def test_a_survey_is_answered_by_its_link_and_nothing_leads_back(journey, world):
    wave = assess.wave(world)
    surveys.ask(by=world.by("coordinator"), wave=wave, whom="citizens", base="http://127.0.0.1")
    asked = Respondent.objects.get(wave=wave, actor=world.people["citizen"].actor)
    citizen = journey("citizen", f"{world.service.slug}/")
    citizen.follow(wave.title)
    assert secret_of(wave.pk, asked.code) in citizen.page.url
    citizen.picture("survey")
    while citizen.page.locator("main input[type=radio]").count():
        for item in {
            each.get_attribute("name") for each in citizen.page.locator("main input[type=radio]").all()
        }:
            citizen.page.locator(f"main input[name='{item}'][value=agree]").check()
        citizen.press()
    asked.refresh_from_db()
    assert asked.answers.exists()
    surveys.close_wave(by=world.by("coordinator"), wave=wave)
    assert not Respondent.objects.filter(wave=wave, actor__isnull=False).exists()


def test_a_goal_is_set_by_a_citizen_agreed_by_the_other_side_and_reviewed_by_whose_it_is(journey, world):
    citizen = journey("citizen", "/goals/new")
    citizen.fill(title="Out again", set_by="citizen", importance=2, baseline=-1, **assess.LEVELS)
    citizen.press()
    goal = world.initiative.goals.get()
    professional = journey("professional", f"/goals/{goal.pk}/agree")
    professional.press()
    citizen.go(f"/goals/{goal.pk}/review")
    citizen.fill(level=1)
    citizen.press()
    assert goal.reviews.get().level == 1
    citizen.go(f"/goals/{goal.pk}")
    citizen.picture("goal")
    assert not goals.may_review(goal, by=world.by("professional"))


def test_somebody_signs_up_comes_and_their_time_is_claimed_and_agreed(journey, world):
    session = world.more["session"]
    place = session.opportunity.places.create(role="Walker", places=2)
    citizen = journey("citizen", f"{world.service.slug}/")
    citizen.follow("Come along: Walks")
    citizen.go(f"/sessions/{session.pk}/sign-up")
    citizen.fill(place=place.pk)
    citizen.press()
    citizen.picture("session")
    past = timezone.now() - timedelta(hours=3)
    Session.objects.filter(pk=session.pk).update(starts_at=past, ends_at=past + timedelta(hours=1))
    professional = journey("professional", f"/sessions/{session.pk}/attendance")
    professional.fill(came=SignUp.objects.get().pk)
    professional.press()
    assert SignUp.objects.get().state == "came"
    professional.go(f"/sessions/{session.pk}/time")
    for field in professional.page.locator("main input[type=number]").all():
        field.fill("60")
    professional.press()
    assert Claim.objects.get().contributions.count() >= 1
    citizen.go(f"//{world.service.slug}/waiting")
    citizen.follow("Visit somebody")
    citizen.fill(answer="confirm")
    citizen.press()
    assert Contribution.objects.filter(actor=world.people["citizen"].actor, status="confirmed").exists()


def test_a_coordinator_types_for_somebody_who_is_not_online_and_it_is_said(journey, world):
    coordinator = journey("coordinator", f"{world.service.slug}/members/new")
    coordinator.fill(name="Olga Offline", language="de")
    coordinator.press()
    olga = Person.objects.get(name="Olga Offline").actor
    coordinator.go(f"//{world.service.slug}/members/{olga.pk}/assist")
    coordinator.press()
    coordinator.go("/needs/new")
    assert "You type for Olga Offline" in coordinator.page.locator(".co-assisting").inner_text()
    coordinator.picture("typing-for-somebody")
    coordinator.fill(title="Company at lunch")
    coordinator.press()
    assert world.initiative.needs.get(title="Company at lunch").raised_by == olga
