"""The field's words as choices. Keys are the engine's; a test holds them against its schema and facets."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Side(TextChoices):
    """Who acts, seen from the line of interaction."""

    CITIZEN = "citizen", _("citizen")
    PROFESSIONAL = "professional", _("professional")
    ORGANISATION = "organisation", _("organisation")


class PhaseName(TextChoices):
    """The Four Co's."""

    COMMISSION = "commission", _("Commission")
    DESIGN = "design", _("Design")
    DELIVER = "deliver", _("Deliver")
    ASSESS = "assess", _("Assess")


class ActivityName(TextChoices):
    """What is done within a phase."""

    PRIORITISE = "prioritise", _("prioritise")
    FINANCE = "finance", _("finance")
    PLAN = "plan", _("plan")
    IDEATE = "ideate", _("find ideas")
    PROTOTYPE = "prototype", _("make and try a first version")
    CUSTOMISE = "customise", _("fit the service to a person or place")
    PERFORM = "perform", _("do the work of the service")
    MANAGE = "manage", _("run the service")
    MONITOR = "monitor", _("watch while it goes on")
    EVALUATE = "evaluate", _("judge what came of it")


class Level(TextChoices):
    """Who takes part and who benefits."""

    INDIVIDUAL = "individual", _("one person, for themselves")
    GROUP = "group", _("a group, for those who take part")
    COLLECTIVE = "collective", _("open to the whole community")


class Capacity(TextChoices):
    """As what someone gives."""

    USER = "user", _("user of the service")
    CARER = "carer", _("carer")
    VOLUNTEER = "volunteer", _("volunteer")
    COMMUNITY_MEMBER = "community_member", _("member of the community")
    SELF_ORGANISED_GROUP = "self_organised_group", _("self-organised group")


class Beneficiary(TextChoices):
    """Who benefits."""

    SELF = "self", _("the giver")
    SIMILAR_OTHERS = "similar_others", _("others in the same position")
    COMMUNITY = "community", _("the community")


class Obligation(TextChoices):
    """Whether one could do otherwise."""

    INHERENT = "inherent", _("no service without it")
    VOLUNTARY = "voluntary", _("voluntary")
    COMPELLED = "compelled", _("required, with a sanction behind it")


class Form(TextChoices):
    """Words or work."""

    VOICE = "voice", _("voice: information, opinion, decision")
    ACTION = "action", _("action: work, behaviour, resources")


class Input(TextChoices):
    """What is given."""

    TIME = "time", _("time")
    KNOWLEDGE = "knowledge", _("knowledge")
    MONEY = "money", _("money")
    ASSETS = "assets", _("things or places")
    BEHAVIOUR = "behaviour", _("behaviour")


class Task(TextChoices):
    """To the organisation's primary task."""

    CORE = "core", _("core")
    COMPLEMENTARY = "complementary", _("complementary")


class Who(TextChoices):
    """Who plans or delivers something."""

    PROFESSIONALS = "professionals", _("professionals alone")
    BOTH = "both", _("professionals and citizens together")
    CITIZENS = "citizens", _("citizens alone")


class Status(TextChoices):
    """Where an initiative stands."""

    PLANNED = "planned", _("planned")
    RUNNING = "running", _("running")
    ENDED = "ended", _("ended")
    ABANDONED = "abandoned", _("abandoned")


class ClaimStatus(TextChoices):
    """How far the other side has agreed to the record of a contribution."""

    PROPOSED = "proposed", _("waiting for the other side")
    CONFIRMED = "confirmed", _("confirmed")
    AMENDED = "amended", _("amended, waiting for who claimed it")
    DISPUTED = "disputed", _("disputed")
    EXPIRED = "expired", _("expired without an answer")


class Evil(TextChoices):
    """The seven evils of co-production (Steen, Brandsen and Verschuere 2018)."""

    REJECTION_OF_RESPONSIBILITY = (
        "rejection_of_responsibility",
        _("The organisation leaves its work to citizens"),
    )
    FAILING_ACCOUNTABILITY = "failing_accountability", _("Nobody answers for what was decided or promised")
    RISING_TRANSACTION_COSTS = "rising_transaction_costs", _("Meetings and forms eat up the time")
    LOSS_OF_DEMOCRACY = "loss_of_democracy", _("A few people decide for everybody")
    REINFORCED_INEQUALITIES = "reinforced_inequalities", _("Those who have less get less")
    IMPLICIT_DEMANDS = "implicit_demands", _("More and more is expected of people, unpaid")
    CO_DESTRUCTION = "co_destruction", _("Something was made worse or unsafe")


class Severity(IntegerChoices):
    """How grave a worry is."""

    SLIGHT = 1, _("slight")
    SERIOUS = 2, _("serious")
    GRAVE = 3, _("grave")


class DecidedBy(TextChoices):
    """Who decided."""

    ORGANISATION = "organisation", _("the organisation")
    JOINTLY = "jointly", _("both sides together")
    CITIZENS = "citizens", _("citizens")


class Result(TextChoices):
    """What came of a proposal."""

    ACCEPTED = "accepted", _("accepted")
    AMENDED = "amended", _("accepted with changes")
    REJECTED = "rejected", _("rejected")
    DEFERRED = "deferred", _("put off")


class Says(TextChoices):
    """What citizens say of what the organisation calls done."""

    DONE = "done", _("done")
    PARTLY = "partly", _("partly done")
    NOT_DONE = "not_done", _("not done")


class SetBy(TextChoices):
    """Whose goal or measure it is."""

    CITIZEN = "citizen", _("the citizen")
    ORGANISATION = "organisation", _("the organisation")
    JOINTLY = "jointly", _("both together")


class BorneBy(TextChoices):
    """Who bears a cost."""

    ORGANISATION = "organisation", _("the organisation")
    CITIZEN = "citizen", _("citizens")
    OTHER = "other", _("others")
