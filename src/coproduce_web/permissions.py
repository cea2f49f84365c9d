"""Who may do what: permissions an enum, roles as data.

Nobody may do anything that no role of theirs names. A role is held in one service, or (a steward's) on the whole
platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """One thing that a role may allow. Each names what is done, as the trail and the phases name it."""

    # people and the service
    OWN_ACCOUNT = "own_account"
    TELL = "tell"
    RUN_SERVICE = "run_service"
    GRANT_ROLES = "grant_roles"
    SEE_NAMES = "see_names"
    ASSIST = "assist"
    SEE_TRAIL = "see_trail"
    ERASE = "erase"
    START_INITIATIVE = "start_initiative"
    # commission
    PROPOSE = "propose"
    COMMENT = "comment"
    PRIORITISE = "prioritise"
    RUN_ROUND = "run_round"
    VOTE = "vote"
    # design
    DRAW_BLUEPRINT = "draw_blueprint"
    SHARE_IDEA = "share_idea"
    TEST_PROTOTYPE = "test_prototype"
    CONCLUDE_IDEA = "conclude_idea"
    # deliver
    RAISE_NEED = "raise_need"
    OFFER = "offer"
    POST_OPPORTUNITY = "post_opportunity"
    SIGN_UP = "sign_up"
    WITHDRAW = "withdraw"
    RECORD_ATTENDANCE = "record_attendance"
    CLAIM = "claim"
    RESPOND = "respond"
    REVERSE_CREDIT = "reverse_credit"
    # assess
    SEND_SURVEY = "send_survey"
    ANSWER_SURVEY = "answer_survey"
    SET_GOAL = "set_goal"
    REVIEW_GOAL = "review_goal"
    # decide
    DECIDE = "decide"
    REPORT_DONE = "report_done"
    JUDGE_DONE = "judge_done"
    # concerns
    RAISE_CONCERN = "raise_concern"
    HANDLE_CONCERN = "handle_concern"
    CLOSE_CONCERN = "close_concern"
    # evidence
    PLAN_EVALUATION = "plan_evaluation"
    ALLOCATE = "allocate"
    RECORD_OUTCOME = "record_outcome"
    RUN_EVALUATION = "run_evaluation"
    PUBLISH = "publish"
    EXPORT = "export"
    USE_API = "use_api"


P = Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A part that someone plays in a service: the sides that may play it and what it allows.

    `outside_team` says that nobody may hold it together with a role of the team that it watches.
    """

    key: str
    label: str | Promise
    meaning: str | Promise
    sides: frozenset[str]
    permissions: frozenset[Permission]
    outside_team: bool = False


_TOGETHER = frozenset(
    {
        P.PROPOSE,
        P.COMMENT,
        P.PRIORITISE,
        P.SHARE_IDEA,
        P.TEST_PROTOTYPE,
        P.RAISE_NEED,
        P.OFFER,
        P.SIGN_UP,
        P.WITHDRAW,
        P.CLAIM,
        P.RESPOND,
        P.ANSWER_SURVEY,
        P.RAISE_CONCERN,
    }
)
"""What both sides do: the same acts are open to citizens and to professionals."""

_TEAM = frozenset({"professional", "organisation"})
_ANY = frozenset({"citizen", "professional", "organisation"})

ROLES: Mapping[str, Role] = {
    role.key: role
    for role in (
        Role(
            key="citizen",
            label=_("Citizen"),
            meaning=_("uses the service or lives where it works, and makes it with others"),
            sides=frozenset({"citizen"}),
            permissions=_TOGETHER | {P.VOTE, P.SET_GOAL, P.REVIEW_GOAL, P.JUDGE_DONE},
        ),
        Role(
            key="professional",
            label=_("Professional"),
            meaning=_("works in the service for an organisation"),
            sides=_TEAM,
            permissions=_TOGETHER
            | {
                P.DRAW_BLUEPRINT,
                P.POST_OPPORTUNITY,
                P.RECORD_ATTENDANCE,
                P.SET_GOAL,
                P.REVIEW_GOAL,
                P.REPORT_DONE,
            },
        ),
        Role(
            key="coordinator",
            label=_("Coordinator"),
            meaning=_("runs the initiatives, and enters records for people who are not online"),
            sides=_ANY,
            permissions=_TOGETHER
            | {
                P.START_INITIATIVE,
                P.SEE_NAMES,
                P.ASSIST,
                P.RUN_ROUND,
                P.DRAW_BLUEPRINT,
                P.CONCLUDE_IDEA,
                P.POST_OPPORTUNITY,
                P.RECORD_ATTENDANCE,
                P.REVERSE_CREDIT,
                P.SEND_SURVEY,
                P.SET_GOAL,
                P.REVIEW_GOAL,
                P.DECIDE,
                P.REPORT_DONE,
                P.ALLOCATE,
                P.RECORD_OUTCOME,
            },
        ),
        Role(
            key="evaluator",
            label=_("Evaluator"),
            meaning=_("plans evaluations, runs them, publishes what they find, good and bad"),
            sides=_ANY,
            permissions=frozenset(
                {
                    P.COMMENT,
                    P.RAISE_CONCERN,
                    P.SEND_SURVEY,
                    P.PLAN_EVALUATION,
                    P.ALLOCATE,
                    P.RECORD_OUTCOME,
                    P.RUN_EVALUATION,
                    P.PUBLISH,
                    P.EXPORT,
                    P.USE_API,
                }
            ),
        ),
        Role(
            key="handler",
            label=_("Harm handler"),
            meaning=_("answers concerns, from outside the team"),
            sides=_ANY,
            permissions=frozenset({P.RAISE_CONCERN, P.HANDLE_CONCERN, P.CLOSE_CONCERN}),
            outside_team=True,
        ),
        Role(
            key="steward",
            label=_("Steward"),
            meaning=_("keeps the platform: services, roles, data protection"),
            sides=_ANY,
            permissions=frozenset(
                {
                    P.RUN_SERVICE,
                    P.GRANT_ROLES,
                    P.SEE_NAMES,
                    P.SEE_TRAIL,
                    P.ERASE,
                    P.START_INITIATIVE,
                    P.RAISE_CONCERN,
                    P.CLOSE_CONCERN,
                    P.EXPORT,
                    P.USE_API,
                }
            ),
        ),
    )
}

OWN_WORD = frozenset(
    {P.VOTE, P.PRIORITISE, P.RESPOND, P.JUDGE_DONE, P.SET_GOAL, P.REVIEW_GOAL, P.ANSWER_SURVEY}
)
"""Somebody's own word: typed by a coordinator only for who cannot sign in themselves."""

TEAM_ROLES = frozenset({"professional", "coordinator"})
"""Those whose work a harm handler judges."""

PHASES: Mapping[str, tuple[Permission, ...]] = {
    "commission": (P.PROPOSE, P.PRIORITISE, P.RUN_ROUND, P.VOTE, P.SET_GOAL),
    "design": (P.DRAW_BLUEPRINT, P.SHARE_IDEA, P.TEST_PROTOTYPE, P.CONCLUDE_IDEA),
    "deliver": (P.RAISE_NEED, P.OFFER, P.POST_OPPORTUNITY, P.SIGN_UP, P.CLAIM, P.SET_GOAL),
    "assess": (P.SEND_SURVEY, P.ANSWER_SURVEY, P.SET_GOAL, P.REVIEW_GOAL),
}
"""What each phase opens unless the initiative says otherwise. What no phase names (comments, answers to a claim,
attendance, decisions, promises, concerns, evidence) is always open."""

BOUND_TO_PHASE = frozenset(permission for named in PHASES.values() for permission in named)


def allowed(roles: Iterable[str]) -> frozenset[Permission]:
    """Everything that holding these roles allows.

    Examples
    --------
    >>> Permission.VOTE in allowed(["professional"])
    False
    >>> sorted(allowed(["handler"]))[0].value
    'close_concern'
    """
    return frozenset().union(*(ROLES[role].permissions for role in roles))
