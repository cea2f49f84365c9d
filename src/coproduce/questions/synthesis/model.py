"""One model for the whole block: effects that are independent, nested in studies, or hang together in clusters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError
from coproduce.methods.robust_variance import Wald
from coproduce.methods.synthesis.coefficients import Inference, Omnibus, inference, moderating, omnibus
from coproduce.methods.synthesis.multilevel import Multilevel, multilevel
from coproduce.methods.synthesis.pooling import Pooled, pool
from coproduce.methods.synthesis.regression import Regression, regress
from coproduce.methods.synthesis.robust import robust
from coproduce.questions.synthesis.reading import Studies
from coproduce.questions.synthesis.settings import SynthesisSettings
from coproduce.records.data import Numbers

LEVELS = ("between studies", "within studies")
NO_TEST = Omnibus(statistic=math.nan, df=0, df2=math.nan, p=math.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The coefficients of a model with what is known of each, whichever kind of model it is.

    `df` has the degrees of freedom of each coefficient; `tau2` is the variance of true effects that is left, at all
    levels together; `levels` and `shares` (percent of the whole spread) tell the levels apart, where there are any.
    """

    names: tuple[str, ...]
    coefficients: Numbers
    inference: Inference
    covariance: Numbers
    df: Numbers
    omnibus: Omnibus
    tau2: float
    R2: float
    weights: Numbers
    studies: int
    clusters: int | None = None
    levels: Mapping[str, float] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)


def pooling(settings: SynthesisSettings, *, level: float | None = None) -> Mapping[str, Any]:
    """How the block pools independent effects, as the methods are asked."""
    return {
        "estimator": settings.estimator,
        "test": settings.test,
        "guard": settings.guard,
        "level": level or settings.level,
    }


def pool_of(studies: Studies, settings: SynthesisSettings, *, level: float | None = None) -> Pooled:
    """The pooled effect of some studies, taken as independent."""
    return pool(studies.effect, studies.variance, **pooling(settings, level=level))


def modelled(
    studies: Studies,
    settings: SynthesisSettings,
    *,
    moderators: Numbers | None = None,
    names: Sequence[str] = (),
    level: float | None = None,
) -> Model:
    """Fit the block's model to some studies, with moderators or without.

    Parameters
    ----------
    studies
        The effects.
    settings
        The block, which says what hangs together.
    moderators, names
        The columns of the design behind the intercept, and what they are called.
    level
        The coverage of the intervals; the block's where left out.

    Raises
    ------
    EstimationError
        If there are too few studies, or moderators that tell nothing.
    """
    columns = [np.ones(len(studies)), *(() if moderators is None else moderators.T)]
    design, titles = np.column_stack(columns), ("intercept", *names)
    if settings.levels is not None:
        nested = _nested(studies, settings, design=design, names=titles, level=level)
        return _robustly(_of_levels(nested), nested, studies)
    how = pooling(settings, level=level)
    fit = regress(studies.effect, studies.variance, design=design, names=titles, **how)
    return _robustly(_of_regression(fit), fit, studies)


def _nested(
    studies: Studies,
    settings: SynthesisSettings,
    *,
    design: Numbers,
    names: Sequence[str],
    level: float | None,
) -> Multilevel:
    return multilevel(
        studies.effect,
        studies.variance,
        levels=_levels(studies),
        level_names=LEVELS,
        design=design,
        names=names,
        estimator="ML" if settings.estimator == "ML" else "REML",
        test="t" if settings.test == "knapp_hartung" else "z",
        level=level or settings.level,
        intervals=False,
    )


def _levels(studies: Studies) -> list[NDArray[Any]]:
    return [np.asarray(studies.nests), np.arange(len(studies))]


def _robustly(model: Model, fit: Regression | Multilevel, studies: Studies) -> Model:
    """The model with errors that hold where effects of one cluster hang together, if clusters are named."""
    if studies.clusters is None:
        return model
    _refuse_lone(fit, studies)
    found = robust(
        fit,
        studies.effect,
        variances=studies.variance,
        clusters=studies.clusters,
        levels=_levels(studies) if isinstance(fit, Multilevel) else None,
    )
    return replace(
        model,
        inference=found.inference,
        covariance=found.covariance,
        df=found.df,
        omnibus=NO_TEST if found.QM is None else _omnibus(found.QM),
        clusters=found.clusters,
    )


def _refuse_lone(fit: Regression | Multilevel, studies: Studies) -> None:
    """A coefficient that one cluster alone tells has no error that clusters could tell."""
    lone = [
        name
        for name, column in zip(fit.names, fit.design.T, strict=True)
        if len(set(np.asarray(studies.clusters)[column != 0])) == 1
    ]
    if lone:
        raise EstimationError(
            "errors by cluster",
            seen=f"only one cluster has {', '.join(lone)}",
            may_help="Leave it out, or take its label together with another.",
        )


def _omnibus(test: Wald) -> Omnibus:
    return Omnibus(statistic=test.f, df=test.df, df2=test.df_error, p=test.p)


def _of_levels(fit: Multilevel) -> Model:
    """Student's t counts studies, not effects: with few studies, many effects of each add little."""
    df = float(max(1, fit.groups[0] - len(fit.names))) if fit.test == "t" else math.inf
    return Model(
        names=fit.names,
        coefficients=fit.coefficients,
        inference=inference(fit.coefficients, fit.covariance, df=df, level=fit.level),
        covariance=fit.covariance,
        df=np.full(len(fit.names), df),
        omnibus=omnibus(fit.coefficients, fit.covariance, which=moderating(fit.design), df=df),
        tau2=float(fit.sigma2.sum()),
        R2=math.nan,
        weights=fit.weights,
        studies=len(fit.fitted),
        levels=dict(zip(fit.levels, fit.sigma2.tolist(), strict=True)),
        shares=dict(zip(fit.levels, fit.I2.tolist(), strict=True)),
    )


def _of_regression(fit: Regression) -> Model:
    return Model(
        names=fit.names,
        coefficients=fit.coefficients,
        inference=fit.inference,
        covariance=fit.covariance,
        df=np.full(len(fit.names), fit.df),
        omnibus=fit.QM,
        tau2=fit.heterogeneity.tau2,
        R2=fit.R2,
        weights=fit.weights,
        studies=len(fit.fitted),
    )
