"""Addresses of proposals, budget rounds and the register of decisions."""

from __future__ import annotations

from coproduce_web.pages import commissioning, deciding
from coproduce_web.pages.access import Seen, page
from coproduce_web.permissions import Permission

HERE = "<slug:service>/<int:initiative>"
ROUND = f"{HERE}/rounds/<int:round_>"
DECISION = f"{HERE}/decisions/<int:decision>"

ROUTES = [
    page(f"{HERE}/proposals", commissioning.proposals, name="proposals", sees=Seen.EVERYONE),
    page(
        f"{HERE}/proposals/new",
        commissioning.new_proposal,
        name="new_proposal",
        sees=Permission.PROPOSE,
        does=Permission.PROPOSE,
    ),
    page(
        f"{HERE}/proposals/<int:proposal>",
        commissioning.proposal,
        name="proposal",
        sees=Seen.EVERYONE,
        does=Permission.PRIORITISE,
    ),
    page(
        f"{HERE}/proposals/<int:proposal>/withdraw",
        commissioning.withdraw_proposal,
        name="withdraw_proposal",
        sees=Permission.PROPOSE,
        does=Permission.PROPOSE,
    ),
    page(f"{HERE}/rounds", commissioning.rounds, name="rounds", sees=Seen.EVERYONE),
    page(
        f"{HERE}/rounds/new",
        commissioning.new_round,
        name="new_round",
        sees=Permission.RUN_ROUND,
        does=Permission.RUN_ROUND,
    ),
    page(
        f"{HERE}/rounds/bring",
        commissioning.bring_round,
        name="bring_round",
        sees=Permission.RUN_ROUND,
        does=Permission.RUN_ROUND,
    ),
    page(ROUND, commissioning.show_round, name="round", sees=Seen.EVERYONE),
    page(
        f"{ROUND}/settings",
        commissioning.change_round,
        name="change_round",
        sees=Permission.RUN_ROUND,
        does=Permission.RUN_ROUND,
    ),
    page(
        f"{ROUND}/ballot",
        commissioning.put_on_ballot,
        name="put_on_ballot",
        sees=Permission.RUN_ROUND,
        does=Permission.RUN_ROUND,
    ),
    page(f"{ROUND}/vote", commissioning.vote, name="vote", sees=Permission.VOTE, does=Permission.VOTE),
    page(
        f"{ROUND}/count",
        commissioning.count_round,
        name="count_round",
        sees=Permission.RUN_ROUND,
        does=Permission.RUN_ROUND,
    ),
    page(f"{ROUND}/ballots.pb", commissioning.round_file, name="round_file", sees=Seen.EVERYONE),
    page("<slug:service>/decisions", deciding.all_decisions, name="all_decisions", sees=Seen.EVERYONE),
    page(f"{HERE}/decisions", deciding.decisions, name="decisions", sees=Seen.EVERYONE),
    page(
        f"{HERE}/decisions/new",
        deciding.new_decision,
        name="new_decision",
        sees=Permission.DECIDE,
        does=Permission.DECIDE,
    ),
    page(DECISION, deciding.decision, name="decision", sees=Seen.EVERYONE),
    page(
        f"{DECISION}/decide", deciding.decide, name="decide", sees=Permission.DECIDE, does=Permission.DECIDE
    ),
    page(
        f"{DECISION}/done",
        deciding.report_done,
        name="report_done",
        sees=Permission.REPORT_DONE,
        does=Permission.REPORT_DONE,
    ),
    page(
        f"{DECISION}/judge",
        deciding.judge,
        name="judge",
        sees=Permission.JUDGE_DONE,
        does=Permission.JUDGE_DONE,
    ),
]
