"""What both sides' hours produce together: whether one makes the other worth more, or can replace it."""

from __future__ import annotations

from functools import partial

import numpy as np

from coproduce.errors import EstimationError
from coproduce.findings import Diagnostic, Estimate, Table
from coproduce.findings.part import Part, estimate, joined
from coproduce.methods.intervals import Interval
from coproduce.methods.production.ces import Ces, ces
from coproduce.methods.production.isoquants import isoquant
from coproduce.methods.production.translog import Translog, translog
from coproduce.questions.value.efficiency import Array, Production, efficient
from coproduce.questions.value.section import Section
from coproduce.questions.value.settings import CITIZEN_SHARE, ValueSettings
from coproduce.records.engine import quoted
from coproduce.records.opening import Records

FEW = 20
POINTS = 40
NAME = "Production"
CHOSEN = (
    "hours were chosen by services and citizens, not by chance: units that expected to produce more may have put in "
    "more (endogenous inputs)"
)


def produced(records: Records, settings: ValueSettings) -> Section:
    """What the inputs say.

    Parameters
    ----------
    records
        A study whose inputs are open.
    settings
        The settings of the question.
    """
    production, left_out, names = _read(records, settings)
    counted = _counted(production, left_out)
    if not len(production.output):
        return Section(name=NAME, part=counted, lacks=("rows in inputs with hours of both sides",))
    try:
        fitted = _fitted(production, settings)
    except EstimationError as error:
        told = f"{error.method}: {error.seen}".rstrip(".")
        return Section(name=NAME, part=counted, lacks=(f"{told}. {error.may_help}",))
    second, refused = _second(production, settings)
    of_units = efficient(production, settings, names=names)
    parts = (
        _of_ces(fitted, settings),
        _intervals(fitted, second),
        _plane(production, fitted),
        refused,
        of_units,
        counted,
    )
    worries = [worry.meaning for worry in fitted.worries if not worry.ok and worry.lowers]
    reasons = [CHOSEN, *worries]
    if fitted.units < FEW and "few_units" not in {worry.name for worry in fitted.worries if not worry.ok}:
        reasons.append(f"only {fitted.units} units")
    return Section(
        name=NAME, part=joined(parts), sentences=(_reading(fitted),), doubts=tuple(dict.fromkeys(reasons))
    )


def _read(records: Records, settings: ValueSettings) -> tuple[Production, int, tuple[str, ...]]:
    """The rows with hours of both sides, how many others there are, and the names of what may explain inefficiency."""
    names = settings.efficiency_by
    own = list(dict.fromkeys((*settings.other_inputs, *(name for name in names if name != CITIZEN_SHARE))))
    selected = "".join(f", CAST({quoted(name)} AS DOUBLE) AS own_{place}" for place, name in enumerate(own))
    rows = records.engine.columns(
        f"SELECT unit, period, citizen_hours, professional_hours, output{selected} "  # noqa: S608 (quoted)
        "FROM inputs ORDER BY unit, period"
    )
    further = {name: rows[f"own_{place}"].astype(float) for place, name in enumerate(own)}
    citizen, professional = rows["citizen_hours"].astype(float), rows["professional_hours"].astype(float)
    inputs = np.column_stack([citizen, professional, *(further[name] for name in settings.other_inputs)])
    both = (inputs > 0).all(axis=1)
    with np.errstate(invalid="ignore"):
        further[CITIZEN_SHARE] = citizen / (citizen + professional)
    chosen = [further[name] for name in names]
    production = Production(
        units=rows["unit"][both],
        periods=rows["period"][both].astype(float),
        inputs=inputs[both],
        output=rows["output"][both].astype(float),
        determinants=np.column_stack(chosen)[both] if chosen else np.empty((int(both.sum()), 0)),
    )
    return production, int((~both).sum()), names


def _counted(production: Production, left_out: int) -> Part:
    number = len(production.output)
    meaning = (
        f"{left_out:,} of {number + left_out:,} rows have no hours of one side (or nothing of another input): what "
        "they produce says nothing of how hours go together, and they are left out."
        if left_out
        else f"All {number:,} rows have hours of both sides."
    )
    return Part(
        diagnostics=(
            Diagnostic(
                name="zero_hours", value=left_out, ok=left_out <= 0.05 * (number + left_out), meaning=meaning
            ),
        )
    )


def _fitted(production: Production, settings: ValueSettings) -> Ces:
    return ces(
        production.output,
        production.inputs,
        generator=np.random.default_rng(settings.seed),
        units=production.units,
        time=production.periods if production.several_periods else None,
        resamples=min(settings.resamples, 999),
        level=settings.level,
    )


def _second(production: Production, settings: ValueSettings) -> tuple[Translog | None, Part]:
    """The translog beside it, where it can be fitted."""
    try:
        found = translog(
            production.output,
            production.inputs,
            units=production.units,
            time=production.periods if production.several_periods else None,
            level=settings.level,
        )
    except EstimationError as error:
        return None, Part(caveats=(f"{error.method}: {error.seen}. {error.may_help}.".replace("..", "."),))
    checks = (
        Diagnostic(
            name="translog_monotone",
            value=found.monotone_share,
            ok=found.monotone_share >= 0.9,
            meaning=f"In the translog, more of an input means more output in {found.monotone_share:.0%} of rows.",
        ),
        Diagnostic(
            name="translog_cobb_douglas",
            value=found.test_cobb_douglas.p,
            ok=True,
            meaning="The translog's test of Cobb-Douglas (an elasticity of 1): "
            f"p = {found.test_cobb_douglas.p:.2g}.",
        ),
    )
    return found, Part(diagnostics=checks)


def _of_ces(found: Ces, settings: ValueSettings) -> Part:
    make = partial(estimate, level=settings.level, n=found.units)
    sigma = make(
        "elasticity_of_substitution",
        "Elasticity of substitution of both sides' hours (under 1 complements, over 1 substitutes)",
        found=found.elasticity,
        unit="index",
    )
    told = {"p": found.test_lr.p} | ({} if _is_told(found) else {"value": None, "interval": None, "se": None})
    estimates = [
        sigma.model_copy(update=told),
        make(
            "citizen_share_parameter",
            "Share parameter of citizens' hours",
            found=found.shares[0],
            unit="index",
        ),
        make("returns_to_scale", "Returns to scale", found=found.returns_to_scale, unit="index"),
        _output_elasticity(found, 0, who="citizens", settings=settings),
        _output_elasticity(found, 1, who="professionals", settings=settings),
    ]
    checks = tuple(
        Diagnostic(name=f"ces_{worry.name}", value=worry.value, ok=worry.ok, meaning=worry.meaning)
        for worry in found.worries
    )
    return Part(estimates=tuple(estimates), diagnostics=checks)


def _output_elasticity(found: Ces, place: int, *, who: str, settings: ValueSettings) -> Estimate:
    """How much output a hundredth more hours bring, at the usual hours; its interval is the share's alone."""
    share, returns = found.shares_at_means[place], found.returns_to_scale.value
    one = Interval(value=share.value * returns, low=share.low * returns, high=share.high * returns)
    label = f"What 1 % more of {who}' hours adds to output at the usual hours, in percent"
    return estimate(
        f"output_elasticity_{who}", label, found=one, level=settings.level, unit="index", n=found.units
    )


def _intervals(found: Ces, second: Translog | None) -> Part:
    """The elasticity by every way of telling it."""
    ways = {
        "delta method, log scale": found.elasticity,
        "bootstrap over units": found.elasticity_bootstrap,
        "profile likelihood": found.elasticity_profile,
        "translog, at the geometric means": None if second is None else second.elasticity_of_substitution,
    }
    rows = tuple((way, one.value, one.low, one.high) for way, one in ways.items() if one is not None)
    tested = (
        ("likelihood ratio", found.test_lr.statistic, found.test_lr.p),
        ("robust Wald", found.test_wald.statistic, found.test_wald.p),
    )
    tables = {
        "elasticity": Table(
            caption="The elasticity of substitution, by each way of telling it",
            columns=("way", "value", "low", "high"),
            rows=rows,
        ),
        "elasticity_tests": Table(
            caption="Tests of an elasticity of 1 (neither complements nor substitutes)",
            columns=("test", "statistic", "p"),
            rows=tested,
        ),
    }
    return Part(tables=tables)


def _plane(production: Production, found: Ces) -> Part:
    """Each unit's mean hours and output, and the hours that the fitted function says give the same output."""
    units, means = production.by_unit(np.column_stack([production.inputs[:, :2], production.output]))
    points = Table(
        caption="Mean hours and output of each unit",
        columns=("unit", "citizen_hours", "professional_hours", "output"),
        rows=tuple((unit, *row) for unit, row in zip(units, means.tolist(), strict=True)),
    )
    tables = {"hours_plane": points}
    if production.inputs.shape[1] == 2 and _is_told(found):
        tables["isoquants"] = _isoquants(means, production, found=found)
    return Part(tables=tables)


def _isoquants(means: Array, production: Production, *, found: Ces) -> Table:
    drift = 0.0 if found.trend is None else found.trend.value * float(production.periods.mean())
    grid = np.geomspace(means[:, 1].min(), means[:, 1].max(), POINTS)
    limits = means[:, 0].min() / 1.5, means[:, 0].max() * 1.5
    rows = []
    for output in np.quantile(means[:, 2], [0.1, 0.5, 0.9]).tolist():
        needed = isoquant(
            output,
            grid,
            scale=found.scale.value * float(np.exp(drift)),
            share=found.shares[1].value,
            rho=found.rho.value,
            returns=found.returns_to_scale.value,
        )
        shown = np.isfinite(needed) & (needed >= limits[0]) & (needed <= limits[1])
        rows += [(output, *pair) for pair in zip(grid[shown].tolist(), needed[shown].tolist(), strict=True)]
    return Table(
        caption="Hours of both sides that the fitted function says give the same output",
        columns=("output", "professional_hours", "citizen_hours"),
        rows=tuple(rows),
    )


def _is_told(found: Ces) -> bool:
    """Whether the records bound the elasticity; at the end of the search it is no estimate."""
    return bool(np.isfinite(found.elasticity.low) and np.isfinite(found.elasticity.high))


def _reading(found: Ces) -> str:
    """Complements, substitutes, or cannot say, with the number."""
    one = found.elasticity
    if not _is_told(found):
        return (
            "Whether citizens' hours complement or replace professionals' cannot be said: the records do not bound the "
            "elasticity of substitution."
        )
    told = f"elasticity of substitution {one.value:.2f}, {one.low:.2f} to {one.high:.2f}"
    if found.reading == "complements":
        return (
            f"Citizens' and professionals' hours are complements ({told}): each makes the other's worth more, and "
            "neither can well be left out."
        )
    if found.reading == "substitutes":
        return (
            f"Citizens' and professionals' hours are substitutes ({told}): citizens' unpaid hours can stand in for "
            "professionals', so a gain may be free labour and not synergy."
        )
    return (
        f"Whether citizens' hours complement or replace professionals' cannot be said ({told}): the records do "
        "not tell it from 1."
    )
