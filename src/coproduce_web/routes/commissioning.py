"""Addresses of proposals, budget rounds and the register of decisions."""

from __future__ import annotations

from coproduce_web.pages import commissioning, deciding
from coproduce_web.pages.access import Seen, form, page
from coproduce_web.permissions import Permission

HERE = "<slug:service>/<int:initiative>"
ROUND = f"{HERE}/rounds/<int:round_>"
DECISION = f"{HERE}/decisions/<int:decision>"

ROUTES = [
    page(f"{HERE}/proposals", commissioning.proposals, name="proposals", sees=Seen.EVERYONE),
    form(f"{HERE}/proposals/new", commissioning.new_proposal, name="new_proposal", may=Permission.PROPOSE),
    page(
        f"{HERE}/proposals/<int:proposal>",
        commissioning.proposal,
        name="proposal",
        sees=Seen.EVERYONE,
        does=Permission.PRIORITISE,
    ),
    form(
        f"{HERE}/proposals/<int:proposal>/withdraw",
        commissioning.withdraw_proposal,
        name="withdraw_proposal",
        may=Permission.PROPOSE,
    ),
    page(f"{HERE}/rounds", commissioning.rounds, name="rounds", sees=Seen.EVERYONE),
    form(f"{HERE}/rounds/new", commissioning.new_round, name="new_round", may=Permission.RUN_ROUND),
    form(f"{HERE}/rounds/bring", commissioning.bring_round, name="bring_round", may=Permission.RUN_ROUND),
    page(ROUND, commissioning.show_round, name="round", sees=Seen.EVERYONE),
    form(f"{ROUND}/settings", commissioning.change_round, name="change_round", may=Permission.RUN_ROUND),
    form(f"{ROUND}/ballot", commissioning.put_on_ballot, name="put_on_ballot", may=Permission.RUN_ROUND),
    form(f"{ROUND}/vote", commissioning.vote, name="vote", may=Permission.VOTE),
    form(f"{ROUND}/count", commissioning.count_round, name="count_round", may=Permission.RUN_ROUND),
    page(f"{ROUND}/ballots.pb", commissioning.round_file, name="round_file", sees=Seen.EVERYONE),
    page("<slug:service>/decisions", deciding.all_decisions, name="all_decisions", sees=Seen.EVERYONE),
    page(f"{HERE}/decisions", deciding.decisions, name="decisions", sees=Seen.EVERYONE),
    form(f"{HERE}/decisions/new", deciding.new_decision, name="new_decision", may=Permission.DECIDE),
    page(DECISION, deciding.decision, name="decision", sees=Seen.EVERYONE),
    form(f"{DECISION}/decide", deciding.decide, name="decide", may=Permission.DECIDE),
    form(f"{DECISION}/done", deciding.report_done, name="report_done", may=Permission.REPORT_DONE),
    form(f"{DECISION}/judge", deciding.judge, name="judge", may=Permission.JUDGE_DONE),
]
