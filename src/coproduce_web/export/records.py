"""Rows of the tables of what people did: events, contributions, people, initiatives, decisions, concerns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Case, F, Min, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from coproduce_web.export.scope import Scope
from coproduce_web.models import (
    Concern,
    Contribution,
    Decision,
    Initiative,
    Judgement,
    PopulationCell,
    Response,
    TrailEntry,
)
from coproduce_web.permissions import P

Row = tuple[Any, ...]
AT_ONCE = 500

STEPS: Mapping[str, str] = {
    P.PROPOSE: "Propose",
    P.COMMENT: "Comment",
    P.PRIORITISE: "Say how much it matters",
    P.RUN_ROUND: "Run the vote",
    P.VOTE: "Vote",
    P.DRAW_BLUEPRINT: "Draw the blueprint",
    P.SHARE_IDEA: "Share an idea",
    P.TEST_PROTOTYPE: "Try a first version",
    P.CONCLUDE_IDEA: "Conclude on an idea",
    P.RAISE_NEED: "Tell a need",
    P.OFFER: "Offer help",
    P.POST_OPPORTUNITY: "Invite",
    P.SIGN_UP: "Sign up",
    P.WITHDRAW: "Withdraw",
    P.RECORD_ATTENDANCE: "Record who came",
    P.CLAIM: "Record time given",
    P.RESPOND: "Answer a record of time",
    P.SET_GOAL: "Set a goal",
    P.REVIEW_GOAL: "Say how far a goal is reached",
    P.DECIDE: "Decide",
    P.REPORT_DONE: "Report as done",
    P.JUDGE_DONE: "Say whether it is done",
    P.RAISE_CONCERN: "Raise a concern",
    P.HANDLE_CONCERN: "Answer a concern",
    P.CLOSE_CONCERN: "Close a concern",
}
"""The acts that are steps of the service, as the event log names them; keeping accounts, roles and evidence is none."""

UNNAMED = frozenset({P.VOTE, P.RAISE_CONCERN})
"""Steps of which nobody's name is told, not even a pseudonym: votes are secret, and worries are told in trust."""


def streamed(rows: QuerySet[Any, Any]) -> Iterator[Any]:
    """Rows as the database hands them out, never all at once."""
    return rows.iterator(chunk_size=AT_ONCE)


def events(scope: Scope) -> Iterator[Row]:
    """One step a thing that an act touched first; its sequence is the order in which the trail was written."""
    steps = TrailEntry.objects.filter(service=scope.service.pk, action__in=[*STEPS])
    if scope.initiative is not None:
        steps = steps.filter(initiative=scope.initiative.pk)
    rows = (
        steps.exclude(case__startswith="thread ")
        .exclude(case__startswith="claim ")  # each contribution of a claim is a case of its own
        .values_list("case", "action", "pseudonym", "side", "act")
        .annotate(first=Min("at"), sequence=Min("pk"))
        .order_by("sequence")
    )
    for case, action, pseudonym, side, _, at, sequence in streamed(rows):
        actor = "" if action in UNNAMED else scope.name(pseudonym)
        yield case, STEPS[action], at.isoformat(), sequence, actor, side


def contributions(scope: Scope) -> Iterator[Row]:
    """One input by one actor; its phase is that of the activity.

    Who confirmed it is the other of the two who agree: where the giver's own word settled it, whoever claimed or
    amended it.
    """
    others = Response.objects.filter(contribution=OuterRef("pk")).exclude(answered_by=OuterRef("actor"))
    last = others.order_by("-answered_at", "-pk").values("answered_by__pseudonym")[:1]
    rows = (
        Contribution.objects.filter(scope.within())
        .annotate(
            other=Case(
                When(
                    confirmed_by=F("actor"), then=Coalesce(Subquery(last), F("claim__claimed_by__pseudonym"))
                ),
                default=F("confirmed_by__pseudonym"),
            )
        )
        .order_by("pk")
        .values_list(
            *("pk", "initiative", "actor__pseudonym", "side", "given_on", "minutes", "activity__phase__name"),
            *("activity_name", "level", "capacity", "beneficiary", "obligation", "form", "input", "task"),
            *("planned_by", "delivered_by", "initiative__initiated_by", "status", "other", "need", "offer"),
        )
    )
    for (
        pk,
        initiative,
        actor,
        side,
        given_on,
        minutes,
        *facets,
        status,
        confirmed_by,
        need,
        offer,
    ) in streamed(rows):
        settled = scope.name(confirmed_by)
        yield (
            *(f"c{pk}", f"i{initiative}", scope.name(actor), side, given_on.isoformat(), minutes, *facets),
            *(status, settled, f"n{need}" if need else "", f"o{offer}" if offer else ""),
        )


def people(scope: Scope) -> Iterator[Row]:
    """One actor: since when, until when, and what they told of themselves."""
    for pk, pseudonym, side, joined, left in streamed(
        scope.actors.order_by("pk").values_list("pk", "pseudonym", "side", "joined_at", "left_at")
    ):
        days = [at.date().isoformat() if at else "" for at in (joined, left)]
        yield scope.name(pseudonym), side, *days, *scope.grouped[pk]


def population(scope: Scope) -> Iterator[Row]:
    """One cell of the people served."""
    for values, persons in PopulationCell.objects.filter(service=scope.service).values_list(
        "values", "persons"
    ):
        yield persons, *(values.get(name, "") if name in scope.whole else "" for name in scope.columns)


def initiatives(scope: Scope) -> Iterator[Row]:
    """One deliberate effort."""
    rows = Initiative.objects.filter(service=scope.service).order_by("pk")
    if scope.initiative is not None:
        rows = rows.filter(pk=scope.initiative.pk)
    for one in rows:
        ended = one.ended_on.isoformat() if one.ended_on else ""
        yield (
            f"i{one.pk}",
            scope.service.slug,
            one.started_on.isoformat(),
            ended,
            one.initiated_by,
            one.status,
        )


def decisions(scope: Scope) -> Iterator[Row]:
    """One decision, with what citizens say of it together."""
    said: dict[int, Counter[str]] = {}
    judged = Judgement.objects.filter(scope.within("decision__initiative"))
    for decision, says in streamed(judged.values_list("decision", "says")):
        said.setdefault(decision, Counter())[says] += 1
    rows = Decision.objects.filter(scope.within()).select_related("proposer", "owner").order_by("pk")
    for one in streamed(rows):
        yield (
            *(f"d{one.pk}", _moment(one.proposed_at), _moment(one.decided_at), scope.words(one.topic)),
            *(one.proposed_by, scope.name(one.proposer.pseudonym), one.decided_by, one.result),
            *(scope.words(one.reason), scope.name(one.owner.pseudonym) if one.owner else ""),
            *(one.due_on.isoformat() if one.due_on else "", _moment(one.done_at)),
            *(citizens_say(said.get(one.pk, Counter())), one.rung, f"i{one.initiative_id}"),
        )


def citizens_say(said: Counter[str]) -> str:
    """What citizens say together: what more than half of them say, and "partly" where no word has so many.

    Examples
    --------
    >>> citizens_say(Counter(done=3, not_done=2)), citizens_say(Counter(done=1, not_done=1))
    ('done', 'partly')
    """
    if not said:
        return ""
    word, votes = said.most_common(1)[0]
    return word if 2 * votes > said.total() else "partly"


def concerns(scope: Scope) -> Iterator[Row]:
    """One worry about one of the seven evils; what was written in it, and by whom, is not told."""
    rows = Concern.objects.filter(service=scope.service).exclude(evil="").order_by("pk")
    if scope.initiative is not None:
        rows = rows.filter(initiative=scope.initiative)
    for pk, raised, evil, severity, status, closed in streamed(
        rows.values_list("pk", "raised_at", "evil", "severity", "status", "closed_at")
    ):
        days = [at.date().isoformat() if at else "" for at in (raised, closed)]
        yield f"k{pk}", days[0], evil, severity, status, days[1]


def _moment(at: Any) -> str:
    return at.isoformat() if at else ""
