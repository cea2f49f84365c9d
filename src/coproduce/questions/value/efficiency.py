"""How near each unit comes to the best that others do with as much: the frontier, and data envelopment beside it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError
from coproduce.findings import Diagnostic, Estimate, Table
from coproduce.findings.part import Part, estimate
from coproduce.methods.effects.contrast import Worry
from coproduce.methods.production.dea import dea
from coproduce.methods.production.dea_bootstrap import dea_bootstrap
from coproduce.methods.production.frontier import Frontier, frontier
from coproduce.questions.value.settings import ValueSettings

Array = NDArray[np.float64]
MANY_UNITS = 1000
FEWEST_FRONTIERS, MOST_PROGRAMMES = 200, 120_000
"""How many frontiers the bootstrap of envelopment draws at least, and how many units it envelops in all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Production:
    """What went in and came out, row by row: one unit and period each, all hours above 0.

    `inputs` has the citizens' hours first, then the professionals', then others.
    """

    units: NDArray[np.object_]
    periods: Array
    inputs: Array
    output: Array
    determinants: Array = field(default_factory=lambda: np.empty((0, 0)))

    @property
    def several_periods(self) -> bool:
        """Whether there is a time to tell apart."""
        return len(np.unique(self.periods)) > 1

    def by_unit(self, values: Array) -> tuple[list[str], Array]:
        """The units, and the mean of their rows."""
        names, place = np.unique(self.units.astype(str), return_inverse=True)
        counts = np.bincount(place)
        columns = values.reshape(len(values), -1).T
        found = np.column_stack([np.bincount(place, weights=column) / counts for column in columns])
        return names.tolist(), found


def efficient(production: Production, settings: ValueSettings, *, names: tuple[str, ...]) -> Part:
    """Efficiency by unit, and what goes with inefficiency.

    Parameters
    ----------
    production
        What went in and came out.
    settings
        The settings of the question.
    names
        Of the determinants.
    """
    caveats: list[str] = []
    fitted = _frontier(production, settings, names=names, caveats=caveats)
    enveloped = _enveloped(production, settings, caveats=caveats)
    estimates: list[Estimate] = []
    checks: list[Diagnostic] = []
    tables: dict[str, Table] = {}
    if fitted is not None:
        explained, frontier_of = fitted
        estimates += _of_frontier(frontier_of, names=names if explained else (), settings=settings)
        tables["frontier"] = _coefficients(frontier_of, names=names if explained else ())
        checks += [_told(worry, "frontier") for worry in frontier_of.worries]
        caveats += [f"Frontier: {w.meaning}" for w in frontier_of.worries if not w.ok and w.lowers]
    if enveloped is not None:
        checks += [_told(worry, "dea") for worry in enveloped.worries]
        caveats += [f"Envelopment: {w.meaning}" for w in enveloped.worries if not w.ok and w.lowers]
    if fitted is not None or enveloped is not None:
        tables["efficiency"] = _by_unit(production, None if fitted is None else fitted[1], enveloped)
    return Part(estimates=tuple(estimates), tables=tables, diagnostics=tuple(checks), caveats=tuple(caveats))


def _told(worry: object, method: str) -> Diagnostic:
    name, value, ok, meaning = (getattr(worry, key) for key in ("name", "value", "ok", "meaning"))
    return Diagnostic(name=f"{method}_{name}", value=value, ok=ok, meaning=meaning)


def _frontier(
    production: Production, settings: ValueSettings, *, names: tuple[str, ...], caveats: list[str]
) -> tuple[bool, Frontier] | None:
    """The frontier with what may explain inefficiency, or without where that cannot be told."""
    time = production.periods if production.several_periods else None
    for explained in (True, False) if names else (False,):
        try:
            found = frontier(
                production.output,
                production.inputs,
                determinants=production.determinants if explained else None,
                distribution="truncated_normal" if explained else "half_normal",
                time=time,
                units=production.units,
                level=settings.level,
            )
        except EstimationError as error:
            caveats.append(f"{error.method}: {error.seen}. {error.may_help}.".replace("..", "."))
            continue
        if not explained or all(np.isfinite(slope.low) for slope in found.determinants):
            return explained, found
        caveats.append(f"What explains inefficiency ({', '.join(names)}) is not told by these records.")
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enveloped:
    """Data envelopment of each unit: (units, 4) efficiency, corrected, low, high; NaN where it was not drawn again."""

    cells: Array
    worries: tuple[Worry, ...]


def _enveloped(production: Production, settings: ValueSettings, *, caveats: list[str]) -> Enveloped | None:
    """Data envelopment on each unit's means, with its bias taken off where units are few enough for that to matter."""
    _, inputs = production.by_unit(production.inputs)
    _, output = production.by_unit(production.output)
    try:
        if len(output) > MANY_UNITS:
            plain = dea(inputs, output, returns=settings.returns, orientation=settings.orientation)
            caveats.append(
                f"Envelopment of more than {MANY_UNITS:,} units is told without its bias taken off."
            )
            gaps = np.full((len(output), 3), np.nan)
            return Enveloped(cells=np.column_stack([plain.efficiency, gaps]), worries=plain.worries)
        drawn = dea_bootstrap(
            inputs,
            output,
            generator=np.random.default_rng(settings.seed),
            returns=settings.returns,
            orientation=settings.orientation,
            resamples=min(settings.resamples, max(FEWEST_FRONTIERS, MOST_PROGRAMMES // len(output))),
            level=settings.level,
        )
    except EstimationError as error:
        caveats.append(f"{error.method}: {error.seen}. {error.may_help}.".replace("..", "."))
        return None
    cells = np.column_stack([drawn.efficiency, drawn.corrected, drawn.low, drawn.high])
    return Enveloped(cells=cells, worries=drawn.worries)


def _of_frontier(found: Frontier, *, names: tuple[str, ...], settings: ValueSettings) -> list[Estimate]:
    estimates = [
        estimate(
            "inefficiency_share",
            "Share of what the function leaves open that is inefficiency's, not chance's",
            found=found.gamma,
            level=settings.level,
            n=found.units,
        )
    ]
    if np.isfinite(found.mean_efficiency):
        label = "Output as a share of the best that others do with as much (frontier), mean of the units"
        estimates.append(
            Estimate(
                name="mean_efficiency",
                label=label,
                value=found.mean_efficiency,
                unit="proportion",
                n=found.units,
            )
        )
    for name, slope in zip(names, found.determinants[1:], strict=False):
        label = f"What {name.replace('_', ' ')} adds to the mean of inefficiency (above 0: less efficient)"
        estimates.append(
            estimate(
                f"inefficiency_by.{name}",
                label,
                found=slope,
                level=settings.level,
                unit="log points",
                n=found.units,
            )
        )
    return estimates


def _coefficients(found: Frontier, *, names: tuple[str, ...]) -> Table:
    known = {"log_1": "log citizens' hours", "log_2": "log professionals' hours"}
    inputs = [known.get(name, name) for name in found.names]
    explained = [f"inefficiency: {name}" for name in ("constant", *names)][: len(found.determinants)]
    rows = zip((*inputs, *explained), (*found.coefficients, *found.determinants), strict=True)
    return Table(
        caption="The stochastic frontier: what each input adds to log output, and what goes with inefficiency",
        columns=("term", "estimate", "se", "low", "high"),
        rows=tuple((name, one.value, one.se, one.low, one.high) for name, one in rows),
    )


def _by_unit(production: Production, found: Frontier | None, enveloped: Enveloped | None) -> Table:
    nothing = np.full((len(production.output), 3), np.nan)
    rows = (
        nothing
        if found is None
        else np.column_stack([found.efficiency, found.efficiency_low, found.efficiency_high])
    )
    units, frontier_of = production.by_unit(rows)
    blank = np.full((len(units), 4), np.nan)
    dea_of = blank if enveloped is None else enveloped.cells
    columns = ("unit", "sfa", "sfa_low", "sfa_high", "dea", "dea_corrected", "dea_low", "dea_high")
    cells = np.column_stack([frontier_of, dea_of]).tolist()
    return Table(
        caption="Efficiency by unit: 1 is the best that others do with as much (frontier, and data envelopment)",
        columns=columns,
        rows=tuple((unit, *row) for unit, row in zip(units, cells, strict=True)),
    )
