"""The demo's evaluation, from its frozen plan to what it found, and an answer from everything that was recorded."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from coproduce_web.actions import costing, evaluating, runs
from coproduce_web.actions.acting import CLOCK
from coproduce_web.demo.cast import Cast
from coproduce_web.demo.then import at
from coproduce_web.models import Allocation, Evaluation, Initiative, Measure, Unit

HOUSEHOLDS = 80
HELPS = 0.7
"""How much more well-being a visit brings in this simulated world, on a scale of 0 to 10."""
COSTS = (
    ("weekly visit", "finding and training visitors", 1900, "organisation"),
    ("weekly visit", "fares and small presents of visitors", 640, "citizen"),
    ("waiting list", "calls of the day centre", 720, "organisation"),
)
"""Arm, what for, how much, borne by whom."""


def evaluate(cast: Cast, initiative: Initiative, *, start: datetime) -> Evaluation:
    """A randomised evaluation: planned, frozen, drawn, measured, answered by the engine, published."""
    evaluator = cast.by("evaluator")
    with at(start):
        evaluation = _planned(cast, initiative)
        evaluating.freeze(by=evaluator, evaluation=evaluation)
        units = evaluating.name_units(
            by=cast.by("coordinator"), initiative=initiative, units=[_household(n) for n in range(HOUSEHOLDS)]
        )
    with at(start + timedelta(days=3)):
        for unit in units:
            evaluating.enrol(by=cast.by("coordinator"), evaluation=evaluation, unit=unit)
    with at(start + timedelta(days=100)):
        _measured(cast, evaluation)
        for arm, item, amount, borne_by in COSTS:
            costing.record_cost(
                by=evaluator,
                initiative=initiative,
                item=item,
                amount=Decimal(amount),
                borne_by=borne_by,
                arm=arm,
                period=1,
            )
    run = runs.ask(by=evaluator, service=cast.service, evaluation=evaluation)
    runs.carry_out(by=CLOCK, key=run.pk)
    return evaluating.publish(by=evaluator, evaluation=evaluation)


def learn(cast: Cast) -> None:
    """What all records say, for the pages that everyone reads."""
    run = runs.ask(by=cast.by("evaluator"), service=cast.service)
    runs.carry_out(by=CLOCK, key=run.pk)


def _planned(cast: Cast, initiative: Initiative) -> Evaluation:
    evaluator = cast.by("evaluator")
    measure = evaluating.choose_measure(
        by=evaluator,
        initiative=initiative,
        name="wellbeing",
        label="Well-being, 0 to 10",
        better="up",
        low=0,
        high=10,
        important_difference=0.5,
        set_by="jointly",
    )
    return evaluating.plan(
        by=evaluator,
        initiative=initiative,
        measures=[measure],
        title="Are people better off with a visit each week?",
        question="Does a weekly visit raise the well-being of older people who live alone?",
        design="randomised",
        arms=["waiting list", "weekly visit"],
        groups=[],
        important_difference=0.5,
    )


def _household(number: int) -> dict[str, object]:
    return {"name": f"Household {number + 1}", "stratum": ("north", "south")[number % 2]}


def _measured(cast: Cast, evaluation: Evaluation) -> None:
    """Well-being before and after: what visits bring, and much that has nothing to do with them."""
    arms = dict(Allocation.objects.filter(evaluation=evaluation).values_list("unit", "arm"))
    (name,) = Measure.objects.filter(evaluations=evaluation).values_list("name", flat=True)
    values = []
    for unit in Unit.objects.filter(initiative=evaluation.initiative).order_by("pk"):
        before = cast.chance.gauss(5, 1.2)
        after = before + cast.chance.gauss(0.1, 0.8) + HELPS * (arms.get(unit.pk) == "weekly visit")
        values += [
            evaluating.Value(
                unit=unit.name, measure=name, period=period, value=min(10.0, max(0.0, round(level, 1)))
            )
            for period, level in enumerate((before, after))
        ]
    evaluating.record_values(by=cast.by("evaluator"), initiative=evaluation.initiative, values=values)
