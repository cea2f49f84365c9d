"""What the platform keeps."""

from __future__ import annotations

from coproduce_web.models.assessing import Answer, Goal, GoalReview, Instrument, Respondent, Wave
from coproduce_web.models.commissioning import Ballot, BudgetProject, BudgetRound, Priority, Proposal
from coproduce_web.models.credits import Account, Transfer
from coproduce_web.models.deciding import Concern, ConcernNote, Decision, Judgement
from coproduce_web.models.delivering import (
    Claim,
    Contribution,
    Need,
    Offer,
    Opportunity,
    Place,
    Response,
    Session,
    SignUp,
)
from coproduce_web.models.designing import Blueprint, BlueprintStep, Idea, Prototype, PrototypeTest
from coproduce_web.models.evaluating import Allocation, Cost, Evaluation, Measure, OutcomeValue, Run, Unit
from coproduce_web.models.people import (
    Actor,
    ApiToken,
    Attempt,
    Demographics,
    Invitation,
    Membership,
    Organisation,
    Person,
)
from coproduce_web.models.services import (
    Activity,
    Comment,
    Initiative,
    Phase,
    PopulationCell,
    Service,
    Thread,
)
from coproduce_web.models.trail import SentForm, TrailEntry

__all__ = [
    "Account",
    "Activity",
    "Actor",
    "Allocation",
    "Answer",
    "ApiToken",
    "Attempt",
    "Ballot",
    "Blueprint",
    "BlueprintStep",
    "BudgetProject",
    "BudgetRound",
    "Claim",
    "Comment",
    "Concern",
    "ConcernNote",
    "Contribution",
    "Cost",
    "Decision",
    "Demographics",
    "Evaluation",
    "Goal",
    "GoalReview",
    "Idea",
    "Initiative",
    "Instrument",
    "Invitation",
    "Judgement",
    "Measure",
    "Membership",
    "Need",
    "Offer",
    "Opportunity",
    "Organisation",
    "OutcomeValue",
    "Person",
    "Phase",
    "Place",
    "PopulationCell",
    "Priority",
    "Proposal",
    "Prototype",
    "PrototypeTest",
    "Respondent",
    "Response",
    "Run",
    "SentForm",
    "Service",
    "Session",
    "SignUp",
    "Thread",
    "TrailEntry",
    "Transfer",
    "Unit",
    "Wave",
]
