"""The tables of a synthesis: every number that a figure or a reader needs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from coproduce.findings import Cell, Table
from coproduce.methods.intervals import critical
from coproduce.methods.synthesis.coefficients import quantile
from coproduce.questions.synthesis import bias_tests
from coproduce.questions.synthesis.estimates import shown
from coproduce.questions.synthesis.fitting import Fitted
from coproduce.questions.synthesis.model import Model
from coproduce.questions.synthesis.parts import Arrivals, Grouping, Moderation
from coproduce.questions.synthesis.settings import SynthesisSettings
from coproduce.records.data import Numbers

FUNNEL_STEPS, LINE_STEPS = 21, 41
CONTOURS = (0.90, 0.95, 0.99)


def tables(fitted: Fitted, settings: SynthesisSettings) -> dict[str, Table]:
    """Every table of the block that has rows."""
    found = {
        "studies": _studies(fitted, settings),
        "subgroups": _subgroups(fitted),
        "leave_one_out": _leave_one_out(fitted),
        "influence": _influence(fitted),
        "moderators": _moderators(fitted),
        "coefficients": _coefficients(fitted),
        "bubble": _bubble(fitted, settings),
        "levels": _levels(fitted),
        "cumulative": _cumulative(fitted),
        "bias": Table(
            caption="Do studies seem to be missing by what they found?",
            columns=bias_tests.COLUMNS,
            rows=bias_tests.rows(fitted.missing, settings),
        ),
        "funnel": _funnel(fitted),
        "filled": _filled(fitted),
        "left_out": Table(
            caption="What was left out, of what, and why",
            columns=("study", "left_out_of", "why"),
            rows=fitted.left_out,
        ),
    }
    return {name: table for name, table in found.items() if table.rows or name == "left_out"}


def _studies(fitted: Fitted, settings: SynthesisSettings) -> Table:
    studies = fitted.studies
    half = critical(settings.level)
    extra = {
        **({"order": studies.order} if studies.order is not None else {}),
        **({"n": studies.people} if np.isfinite(studies.people).any() else {}),
        **{f"group_{place}": values for place, values in enumerate(studies.subgroups.values(), start=1)},
        **({"cluster": studies.clusters} if studies.clusters is not None else {}),
        **({"nest": studies.nests} if studies.nests is not None else {}),
        **{f"moderator_{place}": values for place, values in enumerate(studies.moderators.values(), start=1)},
    }
    in_words = ("shown", "shown_low", "shown_high") if settings.shown_as else ()
    rows = []
    for place, label in enumerate(studies.labels):
        effect, se = float(studies.effect[place]), math.sqrt(studies.variance[place])
        limits = (effect, effect - half * se, effect + half * se)
        read = tuple(shown(value, settings) for value in limits) if in_words else ()
        weight = float(fitted.model.weights[place])
        rows.append((label, *limits, *read, se, weight, *(_cell(values[place]) for values in extra.values())))
    return Table(
        caption="Every effect, with its interval and its weight in percent",
        columns=("study", "effect", "low", "high", *in_words, "se", "weight", *extra),
        rows=tuple(rows),
        counts={"n": ()} if "n" in extra else {},
    )


def _cell(value: object) -> Cell:
    if isinstance(value, float | np.floating):
        return None if math.isnan(value) else int(value) if float(value).is_integer() else float(value)
    return None if value is None else str(value)


def _subgroups(fitted: Fitted) -> Table:
    rows = tuple(row for grouping in fitted.groupings for row in _groups(grouping))
    return Table(
        caption="Subgroups, each pooled alone; the wider interval holds for all groups of a column together",
        columns=(
            *("column", "value", "studies", "pooled", "low", "high", "se"),
            *("together", "together_low", "together_high", "tau2", "I2", "prediction_low", "prediction_high"),
            "differ_p",
        ),
        rows=rows,
    )


def _groups(grouping: Grouping) -> Iterator[tuple[Cell, ...]]:
    differ = None if isinstance(grouping.test, str) else grouping.test.omnibus.p
    for group in grouping.groups:
        pooled = group.pooled
        spread: tuple[Cell, ...] = (None,) * 4
        if pooled is not None:
            spread = (pooled.tau2, pooled.I2, pooled.prediction_low, pooled.prediction_high)
        together = (group.effect, group.together_low, group.together_high)
        told = (group.effect, group.low, group.high, group.se)
        yield group.column, group.value, group.studies, *told, *together, *spread, differ


def _leave_one_out(fitted: Fitted) -> Table:
    found = fitted.without
    rows: tuple[tuple[Cell, ...], ...] = ()
    if not isinstance(found, str):
        columns = (found.coefficients[:, 0], found.low[:, 0], found.high[:, 0], found.se[:, 0], found.tau2)
        rows = _beside(fitted.studies.labels, columns)
    return Table(
        caption="The pooled effect without each study",
        columns=("study", "pooled", "low", "high", "se", "tau2"),
        rows=rows,
    )


def _influence(fitted: Fitted) -> Table:
    found, pull = fitted.without, fitted.pull
    rows: tuple[tuple[Cell, ...], ...] = ()
    if not isinstance(found, str) and pull is not None:
        columns = (pull.contribution, pull.influence, found.cook, found.dffits, found.rstudent, found.hat)
        marked = zip(_beside(fitted.studies.labels, columns), found.influential.tolist(), strict=True)
        rows = tuple((*row, influential) for row, influential in marked)
    return Table(
        caption="How much each study moves the whole, and how much it adds to the differences",
        columns=("study", "contribution", "influence", "cook", "dffits", "rstudent", "hat", "influential"),
        rows=rows,
    )


def _beside(labels: Sequence[str], columns: Sequence[Numbers]) -> tuple[tuple[Cell, ...], ...]:
    """Numbers by column as rows behind their labels."""
    return tuple((label, *row) for label, row in zip(labels, np.column_stack(columns).tolist(), strict=True))


def _moderators(fitted: Fitted) -> Table:
    found = fitted.moderation
    rows: list[tuple[Cell, ...]] = []
    if isinstance(found, Moderation):
        rows.append(_test("all together", found.fit, len(found.used)))
        for name, fit in found.alone.items():
            rows.append(
                (name, None, None, None, None, None, None, fit)
                if isinstance(fit, str)
                else _test(f"{name} alone", fit, fit.studies)
            )
    return Table(
        caption="Do effects go with what is known of the studies? (omnibus tests)",
        columns=("moderators", "studies", "statistic", "df", "df2", "p", "R2", "note"),
        rows=tuple(rows),
    )


def _test(name: str, fit: Model, studies: int) -> tuple[Cell, ...]:
    test = fit.omnibus
    return name, studies, test.statistic, test.df, test.df2, test.p, fit.R2, None


def _coefficients(fitted: Fitted) -> Table:
    found = fitted.moderation
    rows: list[tuple[Cell, ...]] = []
    if isinstance(found, Moderation):
        told = found.fit.inference
        rows = [
            (name, *map(float, (found.fit.coefficients[i], told.low[i], told.high[i], told.se[i], told.p[i])))
            for i, name in enumerate(found.fit.names)
        ]
    return Table(
        caption="Meta-regression: by how much the effect differs with each moderator, the others held",
        columns=("term", "coefficient", "low", "high", "se", "p"),
        rows=tuple(rows),
    )


def _bubble(fitted: Fitted, settings: SynthesisSettings) -> Table:
    """The line of each moderator that is a number, alone, over its range."""
    found = fitted.moderation
    rows: list[tuple[Cell, ...]] = []
    if isinstance(found, Moderation):
        for place, (name, fit) in enumerate(found.alone.items(), start=1):
            values = fitted.studies.moderators[name]
            if isinstance(fit, str) or values.dtype.kind != "f":
                continue
            x = np.linspace(np.nanmin(values.astype(float)), np.nanmax(values.astype(float)), LINE_STEPS)
            design = np.column_stack([np.ones(LINE_STEPS), x])
            middle = design @ fit.coefficients
            half = float(quantile(settings.level, float(fit.df.min()))) * np.sqrt(
                np.einsum("ij,jk,ik->i", design, fit.covariance, design)
            )
            lines = np.column_stack([x, middle, middle - half, middle + half]).tolist()
            rows += [(name, f"moderator_{place}", *line) for line in lines]
    return Table(
        caption="The effect that the meta-regression on each number alone expects",
        columns=("moderator", "column", "at", "expected", "low", "high"),
        rows=tuple(rows),
    )


def _levels(fitted: Fitted) -> Table:
    rows = tuple((name, value, fitted.model.shares.get(name)) for name, value in fitted.model.levels.items())
    return Table(
        caption="Where effects differ: between studies, and within them",
        columns=("level", "variance", "percent_of_spread"),
        rows=rows,
    )


def _cumulative(fitted: Fitted) -> Table:
    found = fitted.arrivals
    rows: list[tuple[Cell, ...]] = []
    if isinstance(found, Arrivals):
        held = found.living
        for place, (look, pooled) in enumerate(zip(found.looks, found.pooled, strict=True)):
            rows.append(
                (
                    found.ordered.labels[look - 1],
                    _cell(found.when[look - 1]),
                    look,
                    *((None,) * 3 if pooled is None else (pooled.estimate, pooled.low, pooled.high)),
                    float(held.low[place]),
                    float(held.high[place]),
                    float(held.e_value[place]),
                )
            )
    return Table(
        caption="The pooled effect as studies arrived: the ordinary interval, and the one that holds at every look",
        columns=(
            "study",
            "order",
            "studies",
            "pooled",
            "low",
            "high",
            "living_low",
            "living_high",
            "e_value",
        ),
        rows=tuple(rows),
    )


def _funnel(fitted: Fitted) -> Table:
    """Where effects would not differ from nought (at three levels), by standard error."""
    widest = math.sqrt(float(fitted.studies.variance.max()))
    rows = []
    for se in np.linspace(0, 1.05 * widest, FUNNEL_STEPS).tolist():
        limits = [sign * critical(level) * se for level in CONTOURS for sign in (-1, 1)]
        around = critical(0.95) * se
        rows.append((se, *limits, fitted.centre.value - around, fitted.centre.value + around))
    named = [f"nought_{level:.0%}_{side}".replace("%", "") for level in CONTOURS for side in ("low", "high")]
    return Table(
        caption="The funnel: between which effects a study does not differ from nought, by its standard error",
        columns=("se", *named, "pooled_low", "pooled_high"),
        rows=tuple(rows),
    )


def _filled(fitted: Fitted) -> Table:
    found = fitted.missing.filled
    rows: Sequence[tuple[Cell, ...]] = ()
    if not isinstance(found, str):
        there = len(fitted.studies)
        rows = np.column_stack([found.effect[there:], np.sqrt(found.variance[there:])]).tolist()
    return Table(
        caption="Where trim and fill puts the studies that seem to be missing",
        columns=("effect", "se"),
        rows=tuple(tuple(row) for row in rows),
    )
