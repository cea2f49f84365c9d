"""The demo's proposals, budget rounds, decisions and promises."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from coproduce_web.actions import commissioning, deciding, services
from coproduce_web.choices import Result
from coproduce_web.demo.cast import Cast
from coproduce_web.demo.then import at
from coproduce_web.models import BudgetRound, Decision, Initiative, Proposal

PROJECTS = {
    "Benches along the river path": 4000,
    "A shelf for borrowed tools": 2500,
    "Lights at the underpass": 9000,
    "Lunch table on Wednesdays": 6000,
    "A ramp for the library": 12000,
    "Flower beds at the square": 3000,
    "Repair café, twice a month": 3500,
    "A warm room in winter": 8000,
}
WISHES = {
    "Nobody is alone for a whole week": "outcome",
    "Older people can stay at home": "outcome",
    "Somebody answers the telephone in the evening": "priority",
    "Fewer forms": "priority",
}
SAID = (
    "I would help with this.",
    "This has been asked for years.",
    "Who looks after it later?",
    "Yes, please.",
)


def commission(cast: Cast, *, start: datetime) -> Initiative:
    """A round that was counted, one that is open, and a register with promises kept and not kept."""
    coordinator = cast.by("coordinator")
    with at(start):
        initiative = services.start_initiative(
            by=coordinator,
            service=cast.service,
            title="The neighbourhood's budget",
            summary="Citizens propose what a part of the budget is spent on, and decide it by vote.",
            started_on=start.date(),
        )
        services.open_phase(by=coordinator, initiative=initiative, name="commission", opens_at=start)
    projects = [
        _proposed(cast, initiative, title=title, kind="project", day=start + timedelta(days=place))
        for place, title in enumerate(PROJECTS)
    ]
    wishes = [
        _proposed(cast, initiative, title=title, kind=kind, day=start + timedelta(days=10 + place))
        for place, (title, kind) in enumerate(WISHES.items())
    ]
    _spring(cast, initiative, projects=projects, opens=start + timedelta(days=30))
    _autumn(cast, initiative)
    _answers(cast, wishes, day=start + timedelta(days=40))
    _promises(cast, initiative, day=start + timedelta(days=70))
    return initiative


def _proposed(cast: Cast, initiative: Initiative, *, title: str, kind: str, day: datetime) -> Proposal:
    (by,) = cast.some(1)
    with at(day):
        proposal = commissioning.propose(by=by, initiative=initiative, kind=kind, title=title)
    with at(day + timedelta(days=2)):
        for other in cast.some(cast.chance.randint(6, 14)):
            commissioning.prioritise(by=other, proposal=proposal, weight=cast.chance.choice((2, 3, 4, 5, 5)))
        for other in cast.some(cast.chance.randint(0, 2)):
            services.comment(by=other, thread=proposal.thread, text=cast.chance.choice(SAID))
    return proposal


def _spring(cast: Cast, initiative: Initiative, *, projects: list[Proposal], opens: datetime) -> BudgetRound:
    """A round with 45 votes, counted when it closed."""
    coordinator = cast.by("coordinator")
    with at(opens - timedelta(days=5)):
        planned = commissioning.plan_round(
            by=coordinator,
            initiative=initiative,
            title="Spring round",
            budget=20000,
            most=4,
            binds="The council pays for what is chosen, and builds it within half a year.",
            opens_at=opens,
            closes_at=opens + timedelta(days=14),
        )
        for proposal in projects:
            commissioning.put_on_ballot(
                by=coordinator, budget_round=planned, proposal=proposal, cost=PROJECTS[proposal.title]
            )
    listed = list(planned.projects.order_by("pk"))
    for place, by in enumerate(cast.some(45)):
        with at(opens + timedelta(hours=7 * place)):
            liked = cast.chance.sample(listed[:5] if place % 3 else listed[3:], 3)
            commissioning.vote(
                by=by, budget_round=planned, points=dict.fromkeys((each.pk for each in liked), 1)
            )
    with at(opens + timedelta(days=15)):
        return commissioning.count_round(by=coordinator, budget_round=planned)


def _autumn(cast: Cast, initiative: Initiative) -> None:
    """A round that is open now, on what spring did not pay for; some have voted."""
    coordinator, now = cast.by("coordinator"), timezone.now()
    left = Proposal.objects.filter(
        initiative=initiative, kind="project", decisions__result=Result.REJECTED
    ).order_by("pk")
    with at(now - timedelta(days=6)):
        planned = commissioning.plan_round(
            by=coordinator,
            initiative=initiative,
            title="Autumn round",
            budget=15000,
            most=3,
            binds="The council pays for what is chosen, and builds it by summer.",
            opens_at=now - timedelta(days=5),
            closes_at=now + timedelta(days=9),
        )
        for proposal in left:
            commissioning.put_on_ballot(
                by=coordinator, budget_round=planned, proposal=proposal, cost=PROJECTS[proposal.title]
            )
    listed = list(planned.projects.order_by("pk"))
    for by in cast.some(20):
        liked = cast.chance.sample(listed, min(2, len(listed)))
        with at(now - timedelta(days=4)):
            commissioning.vote(
                by=by, budget_round=planned, points=dict.fromkeys((each.pk for each in liked), 1)
            )


def _answers(cast: Cast, wishes: list[Proposal], *, day: datetime) -> None:
    """Some wishes are answered, one waits."""
    answers = (
        ("accepted", "jointly", "jointly_decided", "Both sides want it."),
        ("accepted", "organisation", "consulted", "It is what the service is for."),
        ("rejected", "organisation", "informed", "There is nobody to sit by the telephone."),
    )
    for proposal, (result, decided_by, rung, reason) in zip(wishes, answers, strict=False):
        with at(day):
            deciding.decide(
                by=cast.by("coordinator"),
                decision=proposal.decisions.get(),
                result=result,
                decided_by=decided_by,
                rung=rung,
                reason=reason,
                promise="A plan by summer." if result == "accepted" else "",
                owner=cast.staff["coordinator"].actor if result == "accepted" else None,
                due_on=(day + timedelta(days=60)).date() if result == "accepted" else None,
            )


def _promises(cast: Cast, initiative: Initiative, *, day: datetime) -> None:
    """What was chosen is called done, of some of it rightly."""
    promised = Decision.objects.filter(initiative=initiative, result="accepted").order_by("pk")
    for place, decision in enumerate(promised):
        if place % 4 == 3:
            continue
        with at(day + timedelta(days=5 * place)):
            deciding.report_done(by=cast.by("coordinator"), decision=decision)
        decision.refresh_from_db()
        with at(day + timedelta(days=5 * place + 6)):
            doubt = 0.6 if place % 3 == 1 else 0.15
            for by in cast.some(8):
                says = "done" if cast.chance.random() > doubt else cast.chance.choice(("partly", "not_done"))
                deciding.judge(by=by, decision=decision, says=says)
