"""Evaluations: planned, frozen, allocated by lot, measured, answered and published, whatever is found."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions.acting import By, NotNow, Trail, acting, locked
from coproduce_web.actions.concerns import raise_concern
from coproduce_web.allocation import arm_at
from coproduce_web.export.plan import planned
from coproduce_web.models import (
    Allocation,
    Concern,
    Evaluation,
    Initiative,
    Measure,
    OutcomeValue,
    Run,
    Service,
    Unit,
)
from coproduce_web.permissions import Permission

GRAVE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value of one measure for one unit in one period; empty where it was not observed."""

    unit: str
    measure: str
    period: int
    value: float | None


def choose_measure(*, by: By, initiative: Initiative, **fields: Any) -> Measure:
    """Say what is measured, which way is better, what difference matters, and who chose it."""
    with acting(by, Permission.PLAN_EVALUATION, initiative=initiative) as trail:
        return trail.add(Measure(initiative=initiative, **fields))


def plan(*, by: By, initiative: Initiative, measures: Iterable[Measure], **fields: Any) -> Evaluation:
    """Put a question to an initiative: design, arms, outcomes, groups, what difference matters."""
    with acting(by, Permission.PLAN_EVALUATION, initiative=initiative) as trail:
        made = trail.add(Evaluation(initiative=initiative, planned_by=by.known, **_whole(fields)))
        made.measures.set(measures)
        return made


def change_plan(*, by: By, evaluation: Evaluation, measures: Iterable[Measure], **fields: Any) -> Evaluation:
    """Change a plan that is not frozen."""
    with acting(by, Permission.PLAN_EVALUATION, initiative=evaluation.initiative) as trail:
        now = locked(evaluation)
        if now.frozen_at:
            raise NotNow(_("The plan is frozen: what differs from it is told as such, and it stays."))
        trail.change(now, **_whole(fields))
        now.measures.set(measures)
        return now


def _whole(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a plan, refused where a draw could not be made from them."""
    arms: Sequence[str] = fields["arms"]
    if len(set(arms)) < max(2, len(arms)):
        raise NotNow(_("Name two arms or steps at least, each once."))
    staggered = fields["design"] == Evaluation.Design.STAGGERED
    if staggered and not all(arm == "never" or (arm.isdigit() and int(arm) > 0) for arm in arms):
        raise NotNow(_("Steps are the numbers of the periods in which they begin, from 1 on, or “never”."))
    return fields


def freeze(*, by: By, evaluation: Evaluation) -> Evaluation:
    """Freeze the plan: from then on it has a fingerprint that everybody sees, and units can be enrolled."""
    with acting(by, Permission.PLAN_EVALUATION, initiative=evaluation.initiative) as trail:
        now = locked(evaluation)
        if now.frozen_at:
            raise NotNow(_("The plan is frozen already."))
        if not now.measures.exists():
            raise NotNow(_("Say first what is measured."))
        held = planned(now)
        return trail.change(
            now,
            plan=held,
            plan_sha256=held["sha256"],
            seed=secrets.token_hex(32),
            frozen_at=timezone.now(),
        )


def name_units(*, by: By, initiative: Initiative, units: Sequence[Mapping[str, Any]]) -> list[Unit]:
    """Name units of analysis, with their stratum, cluster and groups; those known by name are left as they are."""
    with acting(by, Permission.ALLOCATE, initiative=initiative) as trail:
        known = set(Unit.objects.filter(initiative=initiative).values_list("name", flat=True))
        new = {unit["name"]: unit for unit in units if unit["name"] not in known}
        return trail.add_all([Unit(initiative=initiative, **unit) for unit in new.values()])


def enrol(*, by: By, evaluation: Evaluation, unit: Unit) -> Allocation:
    """Enrol a unit for good: only now its arm is worked out, and shown.

    Raises
    ------
    NotNow
        If the plan is not frozen, the evaluation is published, or the unit is enrolled or of elsewhere.
    """
    case = f"evaluation {evaluation.pk}"
    with acting(by, Permission.ALLOCATE, initiative=evaluation.initiative, case=case) as trail:
        now = locked(evaluation)  # one after the other: places are handed out in turn
        if not now.frozen_at or now.published_at:
            raise NotNow(_("Units are enrolled once the plan is frozen, and until it is published."))
        if unit.initiative_id != now.initiative_id or now.allocations.filter(unit=unit).exists():
            raise NotNow(_("This unit is enrolled already, or belongs to another initiative."))
        position = now.allocations.filter(stratum=unit.stratum).count() + 1
        arm = arm_at(
            position, arms=now.arms, secret=now.seed, plan_sha256=now.plan_sha256, stratum=unit.stratum
        )
        return trail.add(
            Allocation(
                evaluation=now,
                stratum=unit.stratum,
                position=position,
                arm=arm,
                unit=unit,
                enrolled_by=by.known,
                enrolled_at=timezone.now(),
            )
        )


def record_values(*, by: By, initiative: Initiative, values: Sequence[Value]) -> int:
    """Write values of outcomes, whole or not at all; a value that is there already is replaced.

    Returns
    -------
    int
        How many were written.

    Raises
    ------
    NotNow
        If a unit or measure is not known, or a value lies outside the bounds of its measure.
    """
    with acting(by, Permission.RECORD_OUTCOME, initiative=initiative) as trail:
        units = {unit.name: unit for unit in Unit.objects.filter(initiative=initiative)}
        measures = {one.name: one for one in Measure.objects.filter(initiative=initiative)}
        _refuse_values(values, units=units, measures=measures)
        held = {
            (row.unit_id, row.measure_id, row.period): row
            for row in OutcomeValue.objects.filter(unit__initiative=initiative)
        }
        new: dict[tuple[int, int, int], OutcomeValue] = {}
        for one in values:
            unit, measure = units[one.unit], measures[one.measure]
            key = (unit.pk, measure.pk, one.period)
            new[key] = OutcomeValue(unit=unit, measure=measure, period=one.period, value=one.value)
        _write_values(trail, new=new, held=held)
        return len(new)


def _write_values(trail: Trail, *, new: Mapping[Any, OutcomeValue], held: Mapping[Any, OutcomeValue]) -> None:
    for key, value in new.items():
        if key in held and held[key].value != value.value:
            trail.change(held[key], value=value.value)
    trail.add_all([value for key, value in new.items() if key not in held])


def _refuse_values(
    values: Iterable[Value], *, units: Mapping[str, Unit], measures: Mapping[str, Measure]
) -> None:
    faults = []
    for one in values:
        measure = measures.get(one.measure)
        if one.unit not in units or measure is None:
            faults.append(
                _("%(unit)s or %(measure)s is not known.") % {"unit": one.unit, "measure": one.measure}
            )
        elif one.value is not None and not _within(one.value, measure):
            faults.append(
                _("%(value)s lies outside the bounds of %(measure)s.")
                % {"value": one.value, "measure": one.measure}
            )
    if faults:
        raise NotNow(" ".join(faults[:10]))


def _within(value: float, measure: Measure) -> bool:
    low = float("-inf") if measure.low is None else measure.low
    return low <= value <= (float("inf") if measure.high is None else measure.high)


def publish(*, by: By, evaluation: Evaluation) -> Evaluation:
    """Publish what an evaluation found, good and bad, with the secret that its draw came from."""
    from coproduce_web.tasks import tell_of_findings  # the tasks stand on these actions

    case = f"evaluation {evaluation.pk}"
    with acting(by, Permission.PUBLISH, initiative=evaluation.initiative, case=case) as trail:
        now = locked(evaluation)
        if now.published_at:
            raise NotNow(_("It is published already."))
        if not now.runs.filter(state=Run.State.DONE).exists():
            raise NotNow(_("Ask the engine first: there is nothing to publish."))
        published = trail.change(now, published_at=timezone.now())
        tell_of_findings.enqueue(now.pk)
        return published


def raise_alarms(*, by: By, service: Service, evils: Iterable[Mapping[str, Any]]) -> list[Concern]:
    """Open a concern for each evil in alarm, for the handler, unless one that an alarm raised is open already."""
    with acting(by, Permission.RAISE_CONCERN, service=service):
        open_now = set(
            Concern.objects.filter(service=service, raised_by_alarm=True)
            .exclude(status=Concern.Status.CLOSED)
            .values_list("evil", flat=True)
        )
        return [
            raise_concern(
                by=by,
                service=service,
                evil=evil["evil"],
                severity=GRAVE,
                by_alarm=True,
                text=_("The weekly watch over harm is in alarm. What it saw: %(sign)s")
                % {"sign": evil["sign"]},
            )
            for evil in evils
            if evil["status"] == "alarm" and evil["evil"] not in open_now
        ]
