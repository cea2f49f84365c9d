"""Addresses of what is learned, of evaluations, and of what leaves."""

from __future__ import annotations

from coproduce_web.pages import evaluations, exports, learning
from coproduce_web.pages.access import Seen, page
from coproduce_web.permissions import P

LEARN = "<slug:service>/learn"
ALL = "<slug:service>/<int:initiative>/evaluations"
ONE = f"{ALL}/<int:evaluation>"

LEARNING = [
    page(LEARN, learning.learn, name="learn", sees=Seen.EVERYONE),
    page(
        f"{LEARN}/ask", learning.ask_engine, name="ask_engine", sees=P.RUN_EVALUATION, does=P.RUN_EVALUATION
    ),
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
    page(
        f"{ALL}/new",
        evaluations.new_evaluation,
        name="new_evaluation",
        sees=P.PLAN_EVALUATION,
        does=P.PLAN_EVALUATION,
    ),
    page(ONE, evaluations.show_evaluation, name="evaluation", sees=Seen.EVERYONE),
    page(
        f"{ONE}/change",
        evaluations.change_evaluation,
        name="change_evaluation",
        sees=P.PLAN_EVALUATION,
        does=P.PLAN_EVALUATION,
    ),
    page(
        f"{ONE}/freeze",
        evaluations.freeze_evaluation,
        name="freeze_evaluation",
        sees=P.PLAN_EVALUATION,
        does=P.PLAN_EVALUATION,
    ),
    page(f"{ONE}/enrol", evaluations.enrol, name="enrol", sees=P.ALLOCATE, does=P.ALLOCATE),
    page(
        f"{ONE}/ask",
        evaluations.ask_evaluation,
        name="ask_evaluation",
        sees=P.RUN_EVALUATION,
        does=P.RUN_EVALUATION,
    ),
    page(f"{ONE}/publish", evaluations.publish, name="publish", sees=P.PUBLISH, does=P.PUBLISH),
    page(
        "<slug:service>/<int:initiative>/measures/new",
        evaluations.new_measure,
        name="new_measure",
        sees=P.PLAN_EVALUATION,
        does=P.PLAN_EVALUATION,
    ),
    page(
        "<slug:service>/<int:initiative>/units",
        evaluations.units,
        name="units",
        sees=P.ALLOCATE,
        does=P.ALLOCATE,
    ),
    page(
        "<slug:service>/<int:initiative>/values",
        evaluations.values,
        name="values",
        sees=P.RECORD_OUTCOME,
        does=P.RECORD_OUTCOME,
    ),
]

EXPORTS = [
    page("<slug:service>/export", exports.export, name="export", sees=P.EXPORT, does=P.EXPORT),
    page("<slug:service>/open-data/<str:table>.csv", exports.open_data, name="open_data", sees=Seen.EVERYONE),
    page("<slug:service>/keys", exports.tokens, name="tokens", sees=P.USE_API, does=P.USE_API),
    page(
        "<slug:service>/keys/<int:key>",
        exports.revoke_token,
        name="revoke_token",
        sees=P.USE_API,
        does=P.USE_API,
    ),
]

ROUTES = [*LEARNING, *EVALUATIONS, *EXPORTS]
