"""Beside the service: initiatives, what is given to them, and the streets where one was tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coproduce.simulate.process import DEPRIVATION

Shares = Mapping[str, float]


def _only(word: str) -> Shares:
    return {word: 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """One initiative: its share of all contributions, the citizens' share of its own, and the shares of each facet.

    `capacity` is the citizens' alone: of a professional's contribution it is empty.
    """

    initiative: str
    share: float
    citizens: float
    minutes: tuple[int, int]
    facets: Mapping[str, Shares]


EFFORTS = (
    Effort(
        initiative="Neighbour visitors",
        share=0.3,
        citizens=0.85,
        minutes=(30, 150),
        facets={
            "phase": _only("deliver"),
            "activity": _only("perform"),
            "level": _only("group"),
            "capacity": _only("volunteer"),
            "beneficiary": _only("similar_others"),
            "obligation": _only("voluntary"),
            "form": _only("action"),
            "input": {"time": 0.8, "knowledge": 0.2},
            "task": _only("core"),
            "planned_by": _only("both"),
            "delivered_by": _only("both"),
            "initiated_by": _only("organisation"),
            "scope": _only("own_service"),
            "relation": _only("unknown"),
        },
    ),
    Effort(
        initiative="Carers' circle",
        share=0.2,
        citizens=0.95,
        minutes=(60, 240),
        facets={
            "phase": _only("deliver"),
            "activity": _only("perform"),
            "level": _only("individual"),
            "capacity": _only("carer"),
            "beneficiary": _only("self"),
            "obligation": _only("voluntary"),
            "form": _only("action"),
            "input": {"time": 0.7, "behaviour": 0.3},
            "task": _only("core"),
            "planned_by": _only("both"),
            "delivered_by": _only("both"),
            "initiated_by": _only("organisation"),
            "scope": _only("own_service"),
            "relation": _only("unknown"),
        },
    ),
    Effort(
        initiative="Residents' budget panel",
        share=0.15,
        citizens=0.7,
        minutes=(60, 180),
        facets={
            "phase": _only("commission"),
            "activity": {"prioritise": 0.6, "finance": 0.4},
            "level": _only("collective"),
            "capacity": _only("community_member"),
            "beneficiary": _only("community"),
            "obligation": _only("voluntary"),
            "form": _only("voice"),
            "input": {"knowledge": 0.7, "time": 0.3},
            "task": _only("core"),
            "planned_by": _only("both"),
            "delivered_by": _only("professionals"),
            "initiated_by": _only("organisation"),
            "scope": _only("service_system"),
            "relation": _only("unknown"),
        },
    ),
    Effort(
        initiative="Intake redesign",
        share=0.15,
        citizens=0.6,
        minutes=(30, 120),
        facets={
            "phase": _only("design"),
            "activity": {"ideate": 0.5, "prototype": 0.5},
            "level": _only("group"),
            "capacity": {"user": 0.6, "carer": 0.4},
            "beneficiary": _only("similar_others"),
            "obligation": _only("voluntary"),
            "form": {"voice": 0.7, "action": 0.3},
            "input": _only("knowledge"),
            "task": _only("complementary"),
            "planned_by": _only("both"),
            "delivered_by": _only("professionals"),
            "initiated_by": _only("citizens"),
            "scope": _only("own_service"),
            "relation": _only("unknown"),
        },
    ),
    Effort(
        initiative="Residents' check",
        share=0.2,
        citizens=0.9,
        minutes=(15, 60),
        facets={
            "phase": _only("assess"),
            "activity": {"monitor": 0.5, "evaluate": 0.5},
            "level": _only("group"),
            "capacity": _only("community_member"),
            "beneficiary": _only("community"),
            "obligation": _only("voluntary"),
            "form": _only("voice"),
            "input": {"time": 0.5, "knowledge": 0.5},
            "task": _only("complementary"),
            "planned_by": _only("professionals"),
            "delivered_by": _only("professionals"),
            "initiated_by": _only("organisation"),
            "scope": _only("service_system"),
            "relation": _only("unknown"),
        },
    ),
)

STATUS: Shares = {"confirmed": 0.72, "proposed": 0.1, "amended": 0.06, "disputed": 0.02, "expired": 0.1}
AGREED = ("confirmed", "amended")
UNMEASURED = 0.1
"""The share of contributions whose minutes nobody wrote down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One outcome: what it is in the streets before, how streets and years differ, and what visitors change where."""

    measure: str
    label: str
    better: str
    low: float | None
    high: float | None
    important_difference: float
    set_by: str
    weight_citizen: float
    weight_organisation: float
    mean: float
    between_streets: float
    within_streets: float
    later: float
    effects: Mapping[str, float]

    @property
    def effect(self) -> float:
        """The mean effect over all streets."""
        return sum(DEPRIVATION[place] * effect for place, effect in self.effects.items())


MEASURES = (
    Measure(
        measure="loneliness",
        label="Mean loneliness of the street, 0 to 10",
        better="down",
        low=0,
        high=10,
        important_difference=0.5,
        set_by="citizen",
        weight_citizen=3,
        weight_organisation=1,
        mean=5.5,
        between_streets=0.8,
        within_streets=0.4,
        later=0.1,
        effects={"most deprived": -0.8, "middle": -0.8, "least deprived": -0.8},
    ),
    Measure(
        measure="home_days",
        label="Days at home of 100 older people in a week",
        better="up",
        low=0,
        high=700,
        important_difference=5,
        set_by="organisation",
        weight_citizen=1,
        weight_organisation=2,
        mean=640,
        between_streets=8,
        within_streets=5,
        later=-1,
        effects={"most deprived": -8, "middle": 5, "least deprived": 5},
    ),
)
EVILS: Shares = {
    "rejection_of_responsibility": 0.1,
    "failing_accountability": 0.25,
    "rising_transaction_costs": 0.1,
    "loss_of_democracy": 0.1,
    "reinforced_inequalities": 0.1,
    "implicit_demands": 0.3,
    "co_destruction": 0.05,
}
"""How often a concern is about each evil."""
STREETS = 120
VISITORS, USUAL = "visitors", "usual service"
