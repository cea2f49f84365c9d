"""What is commissioned in the small world: a proposal with its decision, and a budget round that has not opened."""

from datetime import timedelta

from django.utils import timezone

from coproduce_web.actions import commissioning


def commission(world):
    """A proposal, its open decision, and a planned round with the proposal on its ballot."""
    proposal = commissioning.propose(
        by=world.by("citizen"), initiative=world.initiative, kind="project", title="A bench"
    )
    now = timezone.now()
    planned = commissioning.plan_round(
        by=world.by("coordinator"),
        initiative=world.initiative,
        title="Spring budget",
        budget=1000,
        binds="The town pays for what is chosen.",
        opens_at=now + timedelta(days=1),
        closes_at=now + timedelta(days=8),
    )
    commissioning.put_on_ballot(by=world.by("coordinator"), budget_round=planned, proposal=proposal, cost=600)
    return {
        "proposal": proposal.pk,
        "round_": planned.pk,
        "decision": proposal.decisions.get().pk,
    }
