"""Rows of the tables of evidence: units, what they were given, outcomes, inputs, costs, and answers to surveys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import ExtractMonth, ExtractYear

from coproduce.records.readers.xlsform import item_rows
from coproduce.records.schema import TABLES
from coproduce_web.choices import ClaimStatus
from coproduce_web.disclosure import single
from coproduce_web.export.records import Row, streamed
from coproduce_web.export.scope import Scope
from coproduce_web.models import (
    Allocation,
    Answer,
    Contribution,
    Cost,
    Evaluation,
    Instrument,
    Measure,
    OutcomeValue,
    Respondent,
    Unit,
    Wave,
)
from coproduce_web.questionnaires import form_of

OUTPUT = "output"
"""The measure that says what was produced: its periods are months such as 202611, and hours are set against it."""

NEVER = "never"
"""The arm of those whose turn never comes, in a staggered evaluation."""


def chosen(scope: Scope) -> Evaluation | None:
    """The evaluation that says who was given what: the scope's own, or the last one that has somebody enrolled."""
    if scope.evaluation is not None:
        return scope.evaluation
    frozen = Evaluation.objects.filter(
        scope.within(), frozen_at__isnull=False, allocations__unit__isnull=False
    )
    return frozen.order_by("-frozen_at", "-pk").first()


def _units(scope: Scope, path: str) -> Q:
    """The condition that a unit is in the scope: those enrolled in its evaluation, or all."""
    if scope.evaluation is not None:
        return Q(**{f"{path}allocations__evaluation": scope.evaluation})
    return scope.within(f"{path}initiative")


def _measures(scope: Scope) -> QuerySet[Measure]:
    """The measures of the scope; of several initiatives those of one name are one."""
    if scope.evaluation is not None:
        return scope.evaluation.measures.order_by("pk")
    return Measure.objects.filter(scope.within()).order_by("pk")


def units(scope: Scope) -> Iterator[Row]:
    """One unit of analysis; a unit's own name may be somebody's, so that it is told by number."""
    columns = group_columns(scope)
    rows = Unit.objects.filter(_units(scope, "")).order_by("pk")
    held = rows.values_list("pk", "groups")
    kept = scope.kept({pk: tuple(str(groups.get(name, "")) for name in columns) for pk, groups in held})
    for pk, cluster, stratum in streamed(rows.values_list("pk", "cluster", "stratum")):
        yield f"u{pk}", scope.words(cluster), scope.words(stratum), *kept.get(pk, ("",) * len(columns))


def group_columns(scope: Scope) -> tuple[str, ...]:
    """The groups of units that evaluations look at."""
    own = [scope.evaluation] if scope.evaluation else Evaluation.objects.filter(scope.within()).order_by("pk")
    return tuple(dict.fromkeys(name for one in own for name in one.groups))


def exposure(scope: Scope) -> Iterator[Row]:
    """What each enrolled unit was given; who is not enrolled is not told, not even that there is a place."""
    evaluation = chosen(scope)
    rows = Allocation.objects.filter(evaluation=evaluation, unit__isnull=False).order_by("unit")
    staggered = evaluation is not None and evaluation.design == Evaluation.Design.STAGGERED
    for unit, arm in streamed(rows.values_list("unit", "arm")):
        since = arm if staggered and arm != NEVER else ""
        yield f"u{unit}", "" if staggered else arm, since


def measures(scope: Scope) -> Iterator[Row]:
    """One outcome measure."""
    seen: set[str] = set()
    for one in _measures(scope):
        if one.name not in seen:
            seen.add(one.name)
            limits = [
                "" if limit is None else limit for limit in (one.low, one.high, one.important_difference)
            ]
            yield one.name, scope.words(one.label), one.better, *limits, one.set_by


def outcomes(scope: Scope) -> Iterator[Row]:
    """One value of one measure."""
    rows = OutcomeValue.objects.filter(_units(scope, "unit__"), measure__in=_measures(scope)).order_by("pk")
    for unit, period, measure, value in streamed(
        rows.values_list("unit", "period", "measure__name", "value")
    ):
        yield f"u{unit}", period, measure, "" if value is None else repr(value)


def inputs(scope: Scope) -> Iterator[Row]:
    """Both sides' confirmed hours in an initiative and month that has an output."""
    made = OutcomeValue.objects.filter(scope.within("unit__initiative"), measure__name=OUTPUT)
    output = {
        (initiative, period): total
        for initiative, period, total in made.values_list("unit__initiative", "period").annotate(Sum("value"))
    }
    hours: Counter[tuple[int, int, bool]] = Counter()
    given = Contribution.objects.filter(scope.within(), status=ClaimStatus.CONFIRMED)
    for initiative, year, month, side, minutes in streamed(
        given.annotate(year=ExtractYear("given_on"), month=ExtractMonth("given_on"))
        .values_list("initiative", "year", "month", "side")
        .annotate(Sum("minutes"))
        .order_by()
    ):
        hours[initiative, 100 * year + month, side == "citizen"] += minutes
    for (initiative, period), total in sorted(output.items()):
        theirs, ours = (hours[initiative, period, citizen] / 60 for citizen in (True, False))
        yield f"i{initiative}", period, ours, theirs, total or 0


def costs(scope: Scope) -> Iterator[Row]:
    """One cost; one that falls in no unit and no arm falls in its initiative.

    Where an evaluation says who was given what, costs are set against it: only those of its arms and units are there.
    """
    rows = Cost.objects.filter(scope.within())
    evaluation = chosen(scope)
    if evaluation is not None:
        enrolled = evaluation.allocations.filter(unit__isnull=False).values("unit")
        rows = rows.filter(Q(arm__in=evaluation.arms) | Q(unit__in=enrolled))
    for one in streamed(rows.order_by("pk")):
        unit = f"u{one.unit_id}" if one.unit_id else "" if one.arm else f"i{one.initiative_id}"
        period = "" if one.period is None else one.period
        yield unit, one.arm, period, scope.words(one.item), one.amount, one.borne_by, scope.service.currency


def items(scope: Scope) -> Iterator[Row]:
    """One question of the service's questionnaires that are under way; of one name, the newest."""
    seen: set[str] = set()
    for instrument in _instruments(scope):
        for row in item_rows(form_of(instrument)):
            if row["item"] not in seen:
                seen.add(str(row["item"]))
                told = {**row, "label": scope.words(row.get("label"))}
                yield tuple(told.get(name) or "" for name in TABLES["items"].names)


def _instruments(scope: Scope) -> QuerySet[Instrument]:
    return (
        Instrument.objects.filter(
            service=scope.service, waves__in=_waves(scope), about=Instrument.About.MOTIVES
        )
        .distinct()
        .order_by("-pk")
    )


def _waves(scope: Scope) -> QuerySet[Wave]:
    return Wave.objects.filter(scope.within())


def respondents(scope: Scope) -> Iterator[Row]:
    """Someone who was asked, under a number of the wave only, with the groups kept for it."""
    rows = Respondent.objects.filter(_answered(scope, "")).order_by("pk")
    held = rows.values_list("pk", "groups")
    groups = {pk: tuple(str(told.get(name, "")) for name in scope.columns) for pk, told in held}
    kept = scope.kept(groups)
    for pk in groups:
        yield f"r{pk}", *kept.get(pk, ("",) * len(scope.columns))


def responses(scope: Scope) -> Iterator[Row]:
    """One answer to one question."""
    asked = {
        row["item"] for one in _instruments(scope) for row in item_rows(form_of(one)) if row["kind"] != "text"
    }
    rows = Answer.objects.filter(_answered(scope, "respondent__")).order_by("pk")
    for respondent, item, value, wave in streamed(
        rows.values_list("respondent", "item", "value", "respondent__wave")
    ):
        if item in asked:  # words of one's own do not leave the wave
            yield f"r{respondent}", item, scope.words(value), f"w{wave}"


def asked(scope: Scope) -> int | None:
    """How many were asked; None where an open link asked anyone, or where it would tell how few did not answer."""
    rows = Respondent.objects.filter(wave__in=_waves(scope), wave__instrument__about=Instrument.About.MOTIVES)
    everyone, silent = rows.count(), rows.filter(answered_at=None).count()
    if rows.filter(came_openly=True).exists():
        return None
    return None if single(silent, small_numbers=scope.service.small_numbers) is None else everyone


def _answered(scope: Scope, path: str) -> Q:
    about = Q(**{f"{path}wave__instrument__about": Instrument.About.MOTIVES})
    return scope.within(f"{path}wave__initiative") & about & Q(**{f"{path}answered_at__isnull": False})
