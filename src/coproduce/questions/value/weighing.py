"""What co-production changes at once in cost, hours and outcome, and whether that is worth it, to whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coproduce.findings import Cell, Diagnostic, Estimate, Table
from coproduce.findings.part import Part, estimate
from coproduce.methods.intervals import Interval
from coproduce.methods.worth.contrasts import Contrasts, contrasts
from coproduce.methods.worth.decision import (
    QUADRANTS,
    Acceptability,
    Quadrant,
    acceptability,
    leading_quadrant,
    quadrant_shares,
)
from coproduce.methods.worth.ratio import Ratio, fieller, wedge
from coproduce.methods.worth.resampling import units_of_chance
from coproduce.questions.value.gathering import COSTS, EFFECT, HOURS, Compared
from coproduce.questions.value.settings import ValueSettings

Array = NDArray[np.float64]
ENOUGH = 10
"""Units of chance in an arm from which the value before is taken into account."""
SHOWN_DRAWS, THRESHOLDS = 300, 41
PERSPECTIVES = {
    "public": "the public purse",
    "society": "society, citizens' hours at their value",
    "society_hours_at_zero": "society, citizens' hours at nought",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """One initiative from one perspective: the change of its cost and of the outcome, and draws of both."""

    perspective: str
    cost: Interval
    effect: Interval
    cost_draws: Array
    effect_draws: Array
    ratio: Ratio
    rays: Ratio

    @property
    def shares(self) -> dict[Quadrant, float]:
        """The share of the draws in each quadrant."""
        return quadrant_shares(self.cost_draws, self.effect_draws)

    def price(self) -> tuple[Cell, ...]:
        """The ratio, its set and its limits by both ways; nothing where it is negative, and so no price."""
        if not self.ratio.value > 0:
            return None, "no_price", None, None, None, None
        return (
            self.ratio.value,
            self.ratio.kind,
            self.ratio.low,
            self.ratio.high,
            self.rays.low,
            self.rays.high,
        )

    @property
    def quadrant(self) -> Quadrant | None:
        """The quadrant that holds most; None where none does."""
        return leading_quadrant(self.shares)


class Weighed:
    """The comparison of all initiatives with the usual service, from every perspective."""

    def __init__(self, compared: Compared, settings: ValueSettings) -> None:
        self.compared, self.settings = compared, settings
        self.names = tuple(compared.values)
        self.initiatives = compared.arms[1:]

    @cached_property
    def found(self) -> Contrasts:
        """The contrasts of all quantities."""
        compared, settings = self.compared, self.settings
        drawn = units_of_chance(compared.arm, clusters=compared.clusters, blocks=compared.blocks)
        chances = min(len(np.unique(drawn.label[compared.arm == arm])) for arm in range(len(compared.arms)))
        before = np.column_stack([compared.before[name] for name in self.names])
        return contrasts(
            np.column_stack([compared.values[name] for name in self.names]),
            compared.arm,
            drawn=drawn,
            resamples=settings.resamples,
            generator=np.random.default_rng(settings.seed),
            before=before if chances >= ENOUGH else None,
            weights=compared.weights,
        )

    @property
    def perspectives(self) -> tuple[str, ...]:
        """Those that the records allow: without hours, citizens' time has no value."""
        valued = self.compared.has_hours and self.settings.hour_value is not None
        return tuple(name for name in PERSPECTIVES if name != "society" or valued)

    def weights(self, **wanted: float) -> Array:
        """A weighted sum of quantities, as weights."""
        return np.array([wanted.get(name, 0.0) for name in self.names])

    def cost_weights(self, perspective: str) -> Array:
        """What counts as a cost from that perspective."""
        if perspective == "public":
            return self.weights(cost_organisation=1.0)
        hour = self.settings.hour_value if perspective == "society" else 0.0
        return self.weights(**dict.fromkeys(COSTS, 1.0), citizen_hours=hour or 0.0)

    def change(self, weights: Array, arm: int) -> Interval:
        """The change of a weighted sum, with its interval."""
        return self.found.interval(weights, arm=arm, level=self.settings.level)

    def cloud(self, perspective: str, arm: int) -> Cloud:
        """One initiative from one perspective."""
        cost, effect = self.cost_weights(perspective), self.weights(effect=1.0)
        both = np.stack([cost, effect])
        draws = self.found.draws[:, arm] @ both.T
        changes = self.change(cost, arm), self.change(effect, arm)
        at = changes[0].value, changes[1].value
        level = self.settings.level
        covariance = both @ self.found.covariance[arm] @ both.T
        return Cloud(
            perspective=perspective,
            cost=changes[0],
            effect=changes[1],
            cost_draws=draws[:, 0],
            effect_draws=draws[:, 1],
            ratio=fieller(*at, covariance=covariance, df=self.found.df, level=level),
            rays=wedge(draws[:, 0], draws[:, 1], at=at, level=level),
        )

    def decided(self, perspective: str, thresholds: Array) -> Acceptability:
        """All options against each other; the comparison is the first."""
        costs = self.found.draws @ self.cost_weights(perspective)
        effects = self.found.draws @ self.weights(effect=1.0)
        nought = np.zeros((len(costs), 1))
        return acceptability(np.hstack([nought, costs]), np.hstack([nought, effects]), thresholds=thresholds)

    def thresholds(self) -> Array:
        """What a unit of outcome may be worth: as set, or up to three times the largest ratio or what is paid."""
        low, high = self.settings.thresholds or (0.0, 0.0)
        if not high:
            ratios = [
                abs(self.cloud(perspective, arm).ratio.value)
                for perspective in self.perspectives
                for arm in range(len(self.initiatives))
            ]
            known = [ratio for ratio in ratios if np.isfinite(ratio)]
            high = max(3 * max(known, default=1.0), 1.5 * (self.settings.willingness_to_pay or 0.0)) or 1.0
        return np.linspace(low, high, THRESHOLDS)

    def units(self, arm: int) -> int:
        """How many units an initiative is compared on."""
        return int(np.isin(self.compared.arm, (0, arm + 1)).sum())


def weighed(compared: Compared, settings: ValueSettings) -> tuple[Part, Weighed]:
    """The map, the ratios, the curves, and the estimates of each initiative.

    Parameters
    ----------
    compared
        One row a unit.
    settings
        The settings of the question.
    """
    whole = Weighed(compared, settings)
    estimates = [one for arm in range(len(whole.initiatives)) for one in _estimates(whole, arm)]
    tables = {
        "map": _map(whole),
        "cloud": _clouds(whole),
        "ratios": _ratios(whole),
        "acceptability": _curves(whole),
    }
    checks = (
        Diagnostic(
            name="drawn_again",
            value=whole.found.said,
            ok=whole.found.df >= 2 * ENOUGH,
            meaning=f"The cloud comes from drawing {whole.found.said} again; {whole.found.df} degrees of freedom.",
        ),
        _adjusted(whole),
    )
    return Part(estimates=tuple(estimates), tables=tables, diagnostics=checks), whole


def _adjusted(whole: Weighed) -> Diagnostic:
    names = [
        name.replace("_", " ") for name, is_so in zip(whole.names, whole.found.adjusted, strict=True) if is_so
    ]
    told = ", ".join(names)
    meaning = (
        f"What was before co-production is taken into account: {told}."
        if names
        else "Nothing from before co-production is taken into account: arms that differed already would still differ."
    )
    return Diagnostic(name="before", value=len(names), ok=bool(names), meaning=meaning)


CHANGES = {
    "change_citizen_hours": (HOURS[0], "Change of citizens' hours a unit"),
    "change_public_cost": ("cost_organisation", "Change of the public purse's cost a unit"),
    "change_outcome": (EFFECT, "Change of the outcome a unit (above 0: better)"),
    "change_citizen_cost": ("cost_citizen", "Change of what citizens pay a unit"),
    "change_other_cost": ("cost_other", "Change of what others pay a unit"),
    "change_professional_hours": (HOURS[1], "Change of professionals' hours a unit"),
}


def _estimates(whole: Weighed, arm: int) -> Iterator[Estimate]:
    settings, n = whole.settings, whole.units(arm)
    group = None if len(whole.initiatives) == 1 else whole.initiatives[arm]
    money = settings.currency or "currency"

    def made(name: str, label: str, found: Interval, unit: str) -> Estimate:
        return estimate(name, label, found=found, level=settings.level, unit=unit, n=n, group=group)

    for name, (quantity, label) in CHANGES.items():
        if quantity in whole.names and whole.compared.values[quantity].any():
            unit = "hours" if quantity in HOURS else "outcome units" if quantity == EFFECT else money
            yield made(name, label, whole.change(whole.weights(**{quantity: 1.0}), arm), unit)
    for perspective in whole.perspectives:
        yield from _of_ratio(
            whole.cloud(perspective, arm), money=money, n=n, group=group, level=settings.level
        )
    if settings.willingness_to_pay is not None:
        yield from _of_decision(whole, arm, group=group)


def _of_ratio(cloud: Cloud, *, money: str, n: int, group: str | None, level: float) -> Iterator[Estimate]:
    """A price where it is better at a price, a saving where it is cheaper and worse; else a ratio would mislead."""
    better = cloud.effect.value > 0 and cloud.cost.value > 0
    worse = cloud.effect.value < 0 and cloud.cost.value < 0
    name, label = "icer", "Cost of one unit of improvement"
    if worse:
        name, label = "saving_per_unit_lost", "Saved for one unit of outcome that is lost"
    bounded = cloud.ratio.kind == "bounded" and (better or worse)
    yield Estimate(
        name=f"{name}_{cloud.perspective}",
        label=f"{label}, {PERSPECTIVES[cloud.perspective]}",
        value=cloud.ratio.value if bounded else None,
        interval=(cloud.ratio.low, cloud.ratio.high) if bounded else None,
        level=level,
        unit=f"{money} per unit",
        n=n,
        group=group,
    )


PROBABILITY = {
    "public": "probability_worth_it_public",
    "society": "probability_worth_it",
    "society_hours_at_zero": "probability_worth_it_hours_at_zero",
}


def _of_decision(whole: Weighed, arm: int, *, group: str | None) -> Iterator[Estimate]:
    settings = whole.settings
    worth = np.array([settings.willingness_to_pay or 0.0])
    money = settings.currency or "currency"
    for perspective in whole.perspectives:
        told = PERSPECTIVES[perspective]
        benefit = worth[0] * whole.weights(effect=1.0) - whole.cost_weights(perspective)
        found = whole.change(benefit, arm)
        yield estimate(
            f"net_benefit_{perspective}",
            f"Net benefit a unit, {told}",
            found=found,
            level=settings.level,
            unit=money,
            n=whole.units(arm),
            group=group,
        )
        drawn = whole.found.draws[:, arm] @ benefit
        yield Estimate(
            name=PROBABILITY[perspective],
            label=f"Probability that it is worth it, {told}",
            value=float((drawn > 0).mean()),
            unit="proportion",
            n=whole.units(arm),
            group=group,
        )
        if arm == 0:
            yield from _of_information(whole, perspective, worth)


def _of_information(whole: Weighed, perspective: str, worth: Array) -> Iterator[Estimate]:
    information = float(whole.decided(perspective, worth).perfect_information[0])
    money = whole.settings.currency or "currency"
    for name, label, factor in (
        ("value_of_information", "a unit", 1),
        (
            "value_of_information_population",
            "for all units that the decision is about",
            whole.settings.population,
        ),
    ):
        if factor is not None:
            yield Estimate(
                name=f"{name}_{perspective}",
                label=f"What knowing the truth would be worth {label}, {PERSPECTIVES[perspective]}",
                value=information * factor,
                unit=money,
            )


def _map(whole: Weighed) -> Table:
    changes = {
        "change_public_cost": whole.cost_weights("public"),
        "change_outcome": whole.weights(effect=1.0),
        "change_citizen_hours": whole.weights(citizen_hours=1.0) if whole.compared.has_hours else None,
    }
    rows = []
    for arm, initiative in enumerate(whole.initiatives):
        found = [None if weights is None else whole.change(weights, arm) for weights in changes.values()]
        cells = [(one.value, one.low, one.high) if one else (None,) * 3 for one in found]
        cloud = whole.cloud("public", arm)
        shares = [cloud.shares[name] for name in QUADRANTS]
        rows.append(
            (
                initiative,
                *(cell[0] for cell in cells),
                cloud.quadrant or "cannot_say",
                *shares,
                *(limit for cell in cells for limit in cell[1:]),
            )
        )
    limits = tuple(f"{name}_{end}" for name in changes for end in ("low", "high"))
    return Table(
        caption="Improvement and substitution: each initiative by what it changes, and the share of its cloud in each "
        "quadrant",
        columns=("initiative", *changes, "quadrant", *QUADRANTS, *limits),
        rows=tuple(rows),
    )


def _clouds(whole: Weighed) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for arm, initiative in enumerate(whole.initiatives):
        draws = whole.found.draws[:SHOWN_DRAWS, arm]
        columns = [draws @ whole.cost_weights("public"), draws @ whole.weights(effect=1.0)]
        hours = draws @ whole.weights(citizen_hours=1.0)
        columns.append(hours if whole.compared.has_hours else np.full(len(draws), np.nan))
        rows += [(initiative, *cells) for cells in np.column_stack(columns).tolist()]
    return Table(
        caption="The cloud: what the changes would have been with other units of the same kind",
        columns=("initiative", "change_public_cost", "change_outcome", "change_citizen_hours"),
        rows=tuple(rows),
    )


def _ratios(whole: Weighed) -> Table:
    rows = []
    for arm, initiative in enumerate(whole.initiatives):
        for perspective in whole.perspectives:
            one = whole.cloud(perspective, arm)
            rows.append(
                (
                    initiative,
                    perspective,
                    *(one.cost.value, one.cost.low, one.cost.high),
                    *(one.effect.value, one.effect.low, one.effect.high),
                    one.quadrant or "cannot_say",
                    *one.price(),
                )
            )
    return Table(
        caption="Change of cost over change of outcome, by perspective: a price, or a saving for what is lost",
        columns=(
            *("initiative", "perspective", "change_cost", "cost_low", "cost_high"),
            *("change_outcome", "outcome_low", "outcome_high", "quadrant"),
            *("ratio", "set", "low", "high", "bootstrap_low", "bootstrap_high"),
        ),
        rows=tuple(rows),
    )


def _curves(whole: Weighed) -> Table:
    thresholds = whole.thresholds()
    rows: list[tuple[Cell, ...]] = []
    for perspective in whole.perspectives:
        found = whole.decided(perspective, thresholds)
        for option, name in enumerate(whole.compared.arms):
            cells = np.column_stack(
                [
                    thresholds,
                    found.probability[:, option],
                    found.expected[:, option],
                    found.perfect_information,
                ]
            )
            rows += [(perspective, name, *row) for row in cells.tolist()]
    return Table(
        caption="The probability that an option is the best buy, by what a unit of outcome is worth, and what knowing "
        "the truth would be worth a unit",
        columns=("perspective", "option", "threshold", "probability", "net_benefit", "perfect_information"),
        rows=tuple(rows),
    )
