"""Addresses of what is learned, of evaluations, and of what leaves."""

from __future__ import annotations

from coproduce_web.pages import costs, evaluations, exports, learning
from coproduce_web.pages.access import Seen, form, page
from coproduce_web.permissions import P

LEARN = "<slug:service>/learn"
ALL = "<slug:service>/<int:initiative>/evaluations"
ONE = f"{ALL}/<int:evaluation>"

LEARNING = [
    page(LEARN, learning.learn, name="learn", sees=Seen.EVERYONE),
    form(f"{LEARN}/ask", learning.ask_engine, name="ask_engine", may=P.RUN_EVALUATION),
    page(f"{LEARN}/runs/<int:run>", learning.show_run, name="run", sees=P.RUN_EVALUATION),
    page(f"{LEARN}/<int:run>/<str:finding>", learning.finding, name="finding", sees=Seen.EVERYONE),
    page(
        f"{LEARN}/<int:run>/<str:finding>/<str:figure>.svg",
        learning.figure,
        name="figure",
        sees=Seen.EVERYONE,
    ),
]

EVALUATIONS = [
    page(ALL, evaluations.evaluations, name="evaluations", sees=Seen.EVERYONE),
    form(f"{ALL}/new", evaluations.new_evaluation, name="new_evaluation", may=P.PLAN_EVALUATION),
    page(ONE, evaluations.show_evaluation, name="evaluation", sees=Seen.EVERYONE),
    form(f"{ONE}/change", evaluations.change_evaluation, name="change_evaluation", may=P.PLAN_EVALUATION),
    form(f"{ONE}/freeze", evaluations.freeze_evaluation, name="freeze_evaluation", may=P.PLAN_EVALUATION),
    form(f"{ONE}/enrol", evaluations.enrol, name="enrol", may=P.ALLOCATE),
    form(f"{ONE}/ask", evaluations.ask_evaluation, name="ask_evaluation", may=P.RUN_EVALUATION),
    form(f"{ONE}/publish", evaluations.publish, name="publish", may=P.PUBLISH),
    form(
        "<slug:service>/<int:initiative>/measures/new",
        evaluations.new_measure,
        name="new_measure",
        may=P.PLAN_EVALUATION,
    ),
    form("<slug:service>/<int:initiative>/units", evaluations.units, name="units", may=P.ALLOCATE),
    form("<slug:service>/<int:initiative>/values", evaluations.values, name="values", may=P.RECORD_OUTCOME),
]

COSTS = [
    page("<slug:service>/<int:initiative>/costs", costs.costs, name="costs", sees=Seen.EVERYONE),
    form("<slug:service>/<int:initiative>/costs/new", costs.new_cost, name="new_cost", may=P.RECORD_OUTCOME),
    form(
        "<slug:service>/<int:initiative>/costs/<int:cost>/strike",
        costs.strike_cost,
        name="strike_cost",
        may=P.RECORD_OUTCOME,
    ),
]

EXPORTS = [
    form("<slug:service>/export", exports.export, name="export", may=P.EXPORT),
    page("<slug:service>/open-data/<str:table>.csv", exports.open_data, name="open_data", sees=Seen.EVERYONE),
    form("<slug:service>/keys", exports.tokens, name="tokens", may=P.USE_API),
    form("<slug:service>/keys/<int:key>", exports.revoke_token, name="revoke_token", may=P.USE_API),
]

ROUTES = [*LEARNING, *EVALUATIONS, *COSTS, *EXPORTS]
