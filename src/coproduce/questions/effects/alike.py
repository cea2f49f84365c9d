"""The designs that compare units which chance did not part, because they look alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError
from coproduce.findings import Estimate, Table
from coproduce.methods.effects.matched import Matched, matched_effects
from coproduce.methods.effects.threshold import Threshold, threshold_effects
from coproduce.questions.effects import arms
from coproduce.questions.effects.loading import Loaded, Outcome
from coproduce.questions.effects.result import Analysis, alone
from coproduce.questions.effects.settings import EffectsSettings

Rows = NDArray[np.bool_]


def matched(loaded: Loaded, settings: EffectsSettings, *, outcome: Outcome) -> Analysis:
    """Each arm against units of the control that look like its own."""
    found = {
        arm: _matched(loaded, outcome, arm=arm, settings=settings, rows=arms.rows_of(loaded, arm=arm))
        for arm in loaded.arms
    }
    return Analysis(
        effects=tuple(
            replace(alone(outcome, made.contrast, arm=arm), means=made.means) for arm, made in found.items()
        ),
        worries=(
            *(worry for made in found.values() for worry in made.contrast.worries),
            *arms.attrition(loaded, level=settings.level),
        ),
        estimates=tuple(_strengths(found)),
        tables={"arms": arms.table(loaded), "balance": _balance(loaded, found)},
        references=(
            "Robins, J. M., Rotnitzky, A. and Zhao, L. P. (1994). Estimation of regression coefficients when some "
            "regressors are not always observed. Journal of the American Statistical Association 89(427), 846-866.",
            "VanderWeele, T. J. and Ding, P. (2017). Sensitivity analysis in observational research: introducing the "
            "E-value. Annals of Internal Medicine 167(4), 268-274.",
        ),
    )


def _matched(loaded: Loaded, outcome: Outcome, *, arm: str, settings: EffectsSettings, rows: Rows) -> Matched:
    if loaded.covariates is None:
        raise EstimationError(
            "the comparison of units alike",
            seen="no covariates",
            may_help="Name those known before treatment.",
        )
    labels = loaded.unit_codes() if loaded.clusters is None else loaded.clusters
    clustered = loaded.clusters is not None or loaded.units is not None
    return matched_effects(
        outcome.values[rows],
        np.asarray(loaded.arm == arm, dtype=bool)[rows],
        covariates=loaded.covariates[rows],
        cluster=labels[rows] if clustered else None,
        rng=np.random.default_rng(settings.seed),
        level=settings.level,
    )


def _balance(loaded: Loaded, found: dict[str, Matched]) -> Table:
    rows = tuple(
        (loaded.covariate_names[one.place], one.after, one.before, one.after, arm)
        for arm, made in found.items()
        for one in made.balance
    )
    return Table(
        caption="Balance: how far the sides are apart, in standard deviations, before weighting and after",
        columns=("covariate", "smd", "smd_before", "smd_after", "arm"),
        rows=rows,
    )


def _strengths(found: dict[str, Matched]) -> Iterator[Estimate]:
    """How strong something unseen would have to be to explain an effect away."""
    for arm, made in found.items():
        group = arm if len(found) > 1 else None
        yield Estimate(
            name="e_value", label="E-value of the estimate", value=made.e_value, unit="ratio", group=group
        )
        yield Estimate(
            name="e_value_limit",
            label="E-value of the limit nearer to nought (1: the interval holds nought)",
            value=made.e_value_limit,
            unit="ratio",
            group=group,
        )


def threshold(loaded: Loaded, settings: EffectsSettings, *, outcome: Outcome) -> Analysis:
    """Those just on one side of a threshold against those just on the other."""
    if loaded.running is None or settings.cutoff is None:
        raise EstimationError("the threshold", seen="no running variable", may_help="Name it and its cutoff.")
    found = threshold_effects(
        outcome.values,
        loaded.running,
        cutoff=settings.cutoff,
        treated_when=settings.treated_when,
        bandwidth=settings.bandwidth,
        covariates=loaded.covariates,
        cluster=loaded.clusters,
        level=settings.level,
    )
    return Analysis(
        effects=(alone(outcome, found.contrast),),
        worries=found.contrast.worries,
        estimates=(
            Estimate(
                name="cutoff", label="The threshold", value=settings.cutoff, unit=settings.running or ""
            ),
            Estimate(
                name="bandwidth", label="How near to the threshold", value=found.bandwidth, unit="distance"
            ),
            Estimate(
                name="effect_conventional",
                label="Effect by the local line, its bias not corrected",
                value=found.conventional[0],
                se=found.conventional[1],
                unit=outcome.unit,
            ),
        ),
        tables=_threshold_tables(loaded, found),
        caveats=("The effect is that on those at the threshold; far from it, it may be another.",),
        references=(
            "Calonico, S., Cattaneo, M. D. and Titiunik, R. (2014). Robust nonparametric confidence intervals for "
            "regression-discontinuity designs. Econometrica 82(6), 2295-2326.",
        ),
    )


def _threshold_tables(loaded: Loaded, found: Threshold) -> dict[str, Table]:
    numbers = ("bandwidth", "donut", "estimate", "se", "low", "high")
    tables = {
        "bins": Table(
            caption="Mean outcome of neighbours on each side of the threshold, and the line there",
            columns=("running", "mean", "fitted", "treated", "units"),
            rows=tuple((one.running, one.mean, one.fitted, one.treated, one.n) for one in found.bins),
            counts={"units": ("mean",)},
        ),
        "choices": Table(
            caption="The same estimate with other bandwidths, and with a hole around the threshold",
            columns=("bandwidth", "donut", "effect", "se", "low", "high", "units"),
            rows=tuple(
                (*(getattr(one, name) for name in numbers), one.n)
                for one in (*found.bandwidths, *found.donuts)
            ),
            counts={"units": ("effect", "se", "low", "high")},
        ),
        "jumps": Table(
            caption="What each covariate does at the threshold, where it should not jump",
            columns=("covariate", "jump", "se", "p"),
            rows=tuple(
                (loaded.covariate_names[one.place], one.estimate, one.se, one.p) for one in found.covariates
            ),
        ),
    }
    return {name: table for name, table in tables.items() if table.rows}
