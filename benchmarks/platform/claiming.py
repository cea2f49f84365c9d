"""Claims and contributions, what the other side answered, what was credited for it, and the trail of all.

What the platform would check is true by construction (sides, dates, who answers), and `checking.py` looks afterwards.
The trail has an entry for every row that the actions would have written of a claim, its answer and its credit.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from numbering import Sizes, ago, chance, some, written

from coproduce_web import models as m

ACTIVITIES = 5  # of an initiative
OPPORTUNITIES = 12  # of an activity
SESSIONS = 4  # of an opportunity
TO_CONFIRM = 60  # for each who visits
NOW = timezone.now()


class Members:
    """Who is a member of which service, as SQL; citizens come first among all who act, then professionals."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        self.all_citizens = sizes.services * sizes.citizens
        self.actors = self.all_citizens + sizes.services * sizes.professionals

    def service_of(self, initiative: str) -> str:
        return f"(1 + ({initiative} - 1) % {self.sizes.services})"

    def citizen(self, service: str, *, seed: int, number: str = "i") -> str:
        """A citizen of a service, some far more active than others."""
        chosen = some(self.sizes.citizens, seed=seed, number=number, power=2)
        return f"({service} + {self.sizes.services} * {chosen})"

    def professional(self, service: str, *, seed: int, number: str = "i") -> str:
        chosen = some(self.sizes.professionals, seed=seed, number=number)
        return f"({self.all_citizens} + {service} + {self.sizes.services} * {chosen})"


class Claimed:
    """Who and what a claim is of, as SQL over its number."""

    def __init__(self, members: Members) -> None:
        self.members = members

    def activity(self, claim: str) -> str:
        return f"(1 + {some(self.members.sizes.initiatives * ACTIVITIES, seed=30, number=claim, power=2)})"

    def initiative(self, claim: str) -> str:
        return f"(1 + ({self.activity(claim)} - 1) / {ACTIVITIES})"

    def service(self, claim: str) -> str:
        return self.members.service_of(self.initiative(claim))

    def session(self, claim: str) -> str:
        each = OPPORTUNITIES * SESSIONS
        held = f"({each} * ({self.activity(claim)} - 1) + 1 + {some(each, seed=31, number=claim)})"
        return f"CASE WHEN {chance(32, claim)} < 0.3 THEN {held} END"

    def professional(self, claim: str) -> str:
        return self.members.professional(self.service(claim), seed=33, number=claim)

    def citizen(self, contribution: str, claim: str) -> str:
        return self.members.citizen(self.service(claim), seed=34, number=contribution)


class Claiming:
    """Fills the tables of claims."""

    def __init__(self, members: Members) -> None:
        self.members, self.sizes = members, members.sizes

    def claims(self) -> None:
        """Claims of two contributions: a professional's for two citizens, or a citizen's for both sides."""
        number = self.sizes.contributions
        one = Claimed(self.members)
        written(
            m.Claim(),
            number // 2,
            id="i",
            initiative=one.initiative("i"),
            activity=one.activity("i"),
            session=one.session("i"),
            claimed_by=f"CASE WHEN i % 2 = 1 THEN {one.professional('i')} ELSE {one.citizen('(2 * i - 1)', 'i')} END",
            claimed_side="CASE WHEN i % 2 = 1 THEN 'professional' ELSE 'citizen' END",
            claimed_at=ago(23),
        )
        written(
            m.Contribution(form="action", input="time", level="individual", minutes=1, answer_by=NOW),
            self._numbered(number),
            id="i",
            claim="c",
            initiative=one.initiative("c"),
            activity=one.activity("c"),
            actor=f"CASE WHEN team THEN {one.professional('c')} ELSE {one.citizen('i', 'c')} END",
            side="CASE WHEN team THEN 'professional' ELSE 'citizen' END",
            capacity="CASE WHEN team THEN '' ELSE 'volunteer' END",
            given_on=f"({ago(23, 'c')} - interval '1 day')::date",
            minutes=f"15 * (1 + {some(16, seed=24, power=2)})",
            status="status",
            answer_by="CASE WHEN status IN ('proposed', 'amended') "
            f"THEN now() + interval '1 day' * (5 + 20 * {chance(25)}) "
            f"ELSE {ago(23, 'c')} + interval '30 days' END",
            confirmed_by="CASE WHEN status = 'confirmed' THEN CASE WHEN c % 2 = 1 THEN "
            f"{one.citizen('i', 'c')} ELSE {one.professional('c')} END END",
            settled_at=f"CASE WHEN status NOT IN ('proposed', 'amended') THEN {ago(23, 'c')} + interval '1 day' END",
            need=f"CASE WHEN {chance(26)} < 0.2 AND {number // 20} > 0 THEN 1 + {some(number // 20, seed=27)} END",
        )

    def _numbered(self, number: int) -> str:
        drawn = chance(28)
        return (
            f"(SELECT i, (i + 1) / 2 AS c, i % 4 = 0 AS team, CASE WHEN {drawn} < 0.92 THEN 'confirmed' "  # noqa: S608
            f"WHEN {drawn} < 0.95 THEN 'expired' WHEN {drawn} < 0.97 THEN 'disputed' "
            f"WHEN {drawn} < 0.98 THEN 'amended' ELSE 'proposed' END AS status "
            f"FROM generate_series(1, {number}) AS numbers(i)) AS drawn"
        )

    def waiting(self) -> None:
        """What those who visit confirm: a professional's claims for each citizen, citizens' for the coordinators."""
        number = self.sizes.users * TO_CONFIRM
        claim, contribution = self.sizes.contributions // 2, self.sizes.contributions
        own = f"(i > {number})"  # a citizen's own, answered by coordinators
        who = f"(1 + {self.sizes.services} * ((i - 1) / {TO_CONFIRM}))"
        written(
            m.Claim(initiative_id=1, activity_id=1),
            number + 2 * TO_CONFIRM,
            id=f"{claim} + i",
            claimed_by=f"CASE WHEN {own} THEN {who} ELSE {self.members.all_citizens + 1} END",
            claimed_side=f"CASE WHEN {own} THEN 'citizen' ELSE 'professional' END",
        )
        written(
            m.Contribution(
                initiative_id=1,
                activity_id=1,
                side="citizen",
                capacity="volunteer",
                minutes=30,
                given_on=NOW.date() - timedelta(days=3),
                answer_by=NOW + timedelta(days=20),
            ),
            number + 2 * TO_CONFIRM,
            id=f"{contribution} + i",
            claim=f"{claim} + i",
            actor=who,
        )

    def answers(self) -> None:
        """What the other side answered, what was credited for it, and the trail of all."""
        settled = "status IN ('confirmed', 'disputed', 'amended')"
        source = f"platform_contribution AS one JOIN platform_claim AS claim ON claim.id = claim_id WHERE {settled}"
        other = "CASE WHEN claimed_side = 'citizen' THEN 'professional' ELSE 'citizen' END"
        written(
            m.Response(minutes_before=1),
            source,
            contribution="one.id",
            answered_by="coalesce(confirmed_by_id, actor_id)",
            answered_side=other,
            answer="CASE status WHEN 'confirmed' THEN 'confirm' WHEN 'disputed' THEN 'dispute' ELSE 'amend' END",
            minutes_before="one.minutes",
            minutes="CASE WHEN status = 'amended' THEN one.minutes + 15 END",
            reason="CASE WHEN status = 'disputed' THEN 'It was another day.' ELSE '' END",
            answered_at="coalesce(settled_at, now())",
        )
        services = self.sizes.services
        written(
            m.Transfer(minutes=1),
            "platform_contribution WHERE status = 'confirmed' AND side = 'citizen'",
            service=self.members.service_of("initiative_id"),
            out_of=self.members.service_of("initiative_id"),
            into=f"{services} + actor_id",
            minutes="minutes",
            contribution="id",
            made_at="settled_at",
        )
        self.trail()

    def trail(self) -> None:
        """An entry for every row that the actions would have written of a claim, its answer and its credit."""
        of = "c.initiative_id FROM {} AS t JOIN platform_contribution AS c ON c.id = contribution_id"
        answered = f"(SELECT t.*, {of.format('platform_response')}) AS row"
        credited = f"(SELECT t.*, c.confirmed_by_id, {of.format('platform_transfer')}) AS row"
        given, settled = "platform_contribution AS row", "coalesce(settled_at, answer_by)"
        self.entries("claim", "platform_claim AS row", at="claimed_at", who="claimed_by_id", act="id")
        self.entries("contribution", given, at="answer_by", who="actor_id", act="claim_id")
        self.entries("response", answered, at="answered_at", who="answered_by_id", act="contribution_id")
        self.entries("transfer", credited, at="made_at", who="confirmed_by_id", act="contribution_id")
        self.entries(
            "contribution", f"{given} WHERE status <> 'proposed'", at=settled, who="actor_id", act="id"
        )

    def entries(self, kind: str, source: str, *, at: str, who: str, act: str) -> None:
        """Entries of one kind; of a claim's rows they tell what is new, of a settled contribution what changed."""
        changes = source.endswith("'proposed'")
        action = "respond" if act == "contribution_id" or changes else "claim"
        change = "jsonb_build_object('status', {}, 'settled_at', {})"
        written(
            m.TrailEntry(action=action, kind=kind, side="citizen", key=0, act="0" * 32),
            source,
            act=f"md5('{action} ' || {act})::uuid",
            at=at,
            pseudonym=f"'person-' || {who}",
            key="id",
            case=f"'claim ' || {act}" if action == "claim" else f"'contribution ' || {act}",
            before=change.format("'proposed'", "NULL") if changes else "NULL",
            after=change.format("status", "settled_at") if changes else "to_jsonb(row)",
            service=self.members.service_of("initiative_id"),
            initiative="initiative_id",
        )
