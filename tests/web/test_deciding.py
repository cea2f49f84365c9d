"""The register of decisions: who decided on which rung, why, and both sides' word on promises."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from coproduce_web.actions import commissioning
from coproduce_web.actions import deciding as actions
from coproduce_web.actions.acting import NotNow
from coproduce_web.models import Decision

YES = {"result": "accepted", "decided_by": "jointly", "rung": "jointly_decided", "reason": "All agreed."}


@pytest.fixture
def open_decision(world):
    """A citizen's proposal that waits for its answer."""
    proposal = commissioning.propose(
        by=world.by("citizen"), initiative=world.initiative, kind="project", title="A bench"
    )
    return proposal.decisions.get()


@pytest.mark.parametrize(
    ("who", "rung"),
    [
        ("citizens", "informed"),
        ("organisation", "delegated"),
        ("jointly", "consulted"),
        ("citizens", "jointly_decided"),
    ],
)
def test_who_decided_and_the_rung_go_together(world, open_decision, who, rung):
    with pytest.raises(NotNow):
        actions.decide(
            by=world.by("coordinator"), decision=open_decision, **YES | {"decided_by": who, "rung": rung}
        )


def test_a_result_has_a_reason_by_the_database_itself(open_decision):
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=open_decision.pk).update(
            result="accepted", decided_by="jointly", reason=""
        )


def test_what_is_due_has_an_owner(world, open_decision):
    with pytest.raises(NotNow):
        actions.decide(by=world.by("coordinator"), decision=open_decision, **YES, due_on=timezone.localdate())


def test_a_decision_is_not_changed_only_overridden_with_a_reason(world, open_decision):
    coordinator = world.by("coordinator")
    actions.decide(by=coordinator, decision=open_decision, **YES)
    with pytest.raises(NotNow):
        actions.decide(by=coordinator, decision=open_decision, **YES)
    later = actions.override(
        by=coordinator, decision=open_decision, **YES | {"result": "rejected", "reason": "No money."}
    )
    open_decision.refresh_from_db()
    assert (open_decision.result, later.result, later.overrides) == ("accepted", "rejected", open_decision)
    with pytest.raises(NotNow):
        actions.override(by=coordinator, decision=open_decision, **YES)


def test_what_was_put_off_is_decided_later(world, open_decision):
    actions.decide(by=world.by("coordinator"), decision=open_decision, **YES | {"result": "deferred"})
    assert actions.decide(by=world.by("coordinator"), decision=open_decision, **YES).result == "accepted"


def test_closing_is_the_citizens_right_too(world, open_decision, signed_in):
    with pytest.raises(NotNow):
        actions.report_done(by=world.by("professional"), decision=open_decision)
    actions.decide(by=world.by("coordinator"), decision=open_decision, **YES, promise="A bench by May.")
    with pytest.raises(NotNow):
        actions.judge(by=world.by("citizen"), decision=open_decision, says="done")
    actions.report_done(by=world.by("professional"), decision=open_decision)
    open_decision.refresh_from_db()
    with pytest.raises(PermissionDenied):
        actions.judge(by=world.by("professional"), decision=open_decision, says="done")
    for says in ("done", "not_done"):
        actions.judge(by=world.by("citizen"), decision=open_decision, says=says)
    actions.judge(by=world.by("other_citizen"), decision=open_decision, says="done")
    assert sorted(open_decision.judgements.values_list("says", flat=True)) == ["done", "not_done"]
    assert open_decision.done_at is not None
    register = signed_in("visitor").get(reverse("decisions", args=["care", world.initiative.pk]))
    assert "1 / 1" in register.content.decode()  # one decision judged, one that somebody calls not done
    page = signed_in("visitor").get(reverse("decision", args=["care", world.initiative.pk, open_decision.pk]))
    assert "Too few have answered to show it." in page.content.decode()


def test_the_register_shows_what_is_overdue(world, open_decision, signed_in):
    actions.decide(
        by=world.by("coordinator"),
        decision=open_decision,
        **YES,
        owner=world.people["coordinator"].actor,
        due_on=timezone.localdate() - timedelta(days=1),
    )
    text = signed_in("visitor").get(reverse("all_decisions", args=["care"])).content.decode()
    assert "overdue" in text


def test_a_decision_is_taken_and_overridden_by_its_form(world, open_decision, signed_in):
    place = reverse("decide", args=["care", world.initiative.pk, open_decision.pk])
    assert signed_in("coordinator").post(place, YES | {"reason": ""}).status_code == 200
    assert signed_in("coordinator").post(place, YES).status_code == 302
    assert signed_in("coordinator").post(place, YES | {"result": "rejected"}).status_code == 302
    assert sorted(Decision.objects.values_list("result", flat=True)) == ["accepted", "rejected"]


def test_the_same_form_sent_twice_is_written_once(world, signed_in):
    place = reverse("new_proposal", args=["care", world.initiative.pk])
    typed = {"kind": "project", "title": "Once", "text": "", "once": "a-token"}
    first, second = (signed_in("citizen").post(place, typed) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert Decision.objects.filter(topic="Once").count() == 1
