"""Every figure of a finding, drawn from its tables and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from coproduce.findings import Finding
from coproduce.reports import (
    audit_charts,
    classify_charts,
    determinants_charts,
    determinants_charts_circles,
    effects_charts,
    effects_charts_courses,
    harms_charts,
    motives_charts,
    power_charts,
    synthesis_charts,
    synthesis_charts_arrivals,
    synthesis_charts_places,
    themes_charts,
    value_charts,
)
from coproduce.reports.figure import Figure, framed
from coproduce.reports.map_drawing import map_in_words, map_svg
from coproduce.reports.service_map import service_map
from coproduce.reports.swim_lanes import paths, paths_in_words, paths_svg

Drawer = Callable[[Finding], Iterable[Figure]]


def figures(finding: Finding) -> tuple[Figure, ...]:
    """Every figure of a finding; what its numbers do not allow is left out.

    Parameters
    ----------
    finding
        The finding; the figures read its tables and estimates.

    Returns
    -------
    tuple of Figure
        The figures in the order in which a report shows them.

    Examples
    --------
    >>> from coproduce.findings import Grade
    >>> grade = Grade(level="high", reasons=())
    >>> finding = Finding(
    ...     id="audit", question="audit", title="", answer="", verdict="descriptive", grade=grade
    ... )
    >>> figures(finding)
    ()
    """
    return tuple(figure for draw in DRAWERS.get(finding.question, ()) for figure in draw(finding))


def _map(finding: Finding) -> Iterable[Figure]:
    if drawing := service_map(finding):
        yield framed(
            map_svg(drawing),
            name="service_map",
            title="The service in two lanes: citizens above, the organisation below",
            description=map_in_words(drawing, finding),
            table="edges",
        )


def _paths(finding: Finding) -> Iterable[Figure]:
    if found := paths(finding):
        yield framed(
            paths_svg(found),
            name="variants",
            title="The commonest paths through the service",
            description=paths_in_words(found),
            table="variants",
        )


DRAWERS: Mapping[str, tuple[Drawer, ...]] = {
    "audit": (
        _map,
        audit_charts.necessity,
        audit_charts.waiting,
        audit_charts.burden,
        audit_charts.trend,
        _paths,
    ),
    "motives": (
        motives_charts.extent,
        motives_charts.gap,
        motives_charts.correlates,
        motives_charts.motives,
        motives_charts.barriers,
    ),
    "power": (
        power_charts.rungs,
        power_charts.results,
        power_charts.answers,
        power_charts.promises,
        power_charts.representation,
        power_charts.lorenz,
    ),
    "classify": (classify_charts.definitions, classify_charts.mix),
    "effects": (
        effects_charts.forest,
        effects_charts_courses.event_study,
        effects_charts_courses.series,
        effects_charts_courses.threshold,
        effects_charts.balance,
        effects_charts_courses.sensitivity,
    ),
    "harms": (
        harms_charts.board,
        harms_charts.worse_by,
        harms_charts.watching,
        harms_charts.evidence,
        harms_charts.concentration,
    ),
    "value": (
        value_charts.costs,
        value_charts.improvement_map,
        value_charts.acceptability,
        value_charts.hours_plane,
        value_charts.elasticity,
        value_charts.efficiency,
    ),
    "determinants": (
        determinants_charts_circles.configurations,
        determinants_charts.xy_plots,
        determinants_charts_circles.truth_tables,
        determinants_charts.robustness,
    ),
    "synthesis": (
        synthesis_charts.forest,
        synthesis_charts_places.orchard,
        synthesis_charts_places.bubble,
        synthesis_charts_arrivals.cumulative,
        synthesis_charts_places.funnel,
        synthesis_charts_places.baujat,
    ),
    "themes": (
        themes_charts.codes,
        themes_charts.cooccurrence,
        themes_charts.agreement,
        themes_charts.saturation,
    ),
}
