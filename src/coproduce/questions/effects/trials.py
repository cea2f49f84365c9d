"""The randomised design: every outcome, arm and subgroup, their families, and what may have gone wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from coproduce.errors import EstimationError
from coproduce.findings import Estimate
from coproduce.methods.effects.contrast import Worry
from coproduce.methods.effects.families import (
    Joint,
    all_equal,
    benjamini_hochberg,
    holm,
    joint,
    simultaneous,
)
from coproduce.methods.effects.randomisation import Randomised, randomisation
from coproduce.methods.effects.randomised import Difference, Trial, difference, ratio
from coproduce.questions.effects import arms
from coproduce.questions.effects.indices import indices
from coproduce.questions.effects.loading import Loaded, Outcome
from coproduce.questions.effects.result import Analysis, Effect
from coproduce.questions.effects.settings import EffectsSettings
from coproduce.records.engine import Progress

REFERENCES = (
    "Lin, W. (2013). Agnostic notes on regression adjustments to experimental data. Annals of Applied Statistics 7(1), "
    "295-318.",
    "Bell, R. M. and McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression with multi-stage "
    "samples. Survey Methodology 28(2), 169-181.",
    "Pustejovsky, J. E. and Tipton, E. (2018). Small-sample methods for cluster-robust variance estimation. Journal of "
    "Business & Economic Statistics 36(4), 672-683.",
    "Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics "
    "6(2), 65-70.",
    "Hothorn, T., Bretz, F. and Westfall, P. (2008). Simultaneous inference in general parametric models. Biometrical "
    "Journal 50(3), 346-363.",
    "Bloom, H. S. (1995). Minimum detectable effects. Evaluation Review 19(5), 547-556.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """One arm against the control on one outcome (in one subgroup)."""

    outcome: Outcome
    arm: str
    trial: Trial
    found: Difference
    group: tuple[str, str] | None = None


def randomised(loaded: Loaded, settings: EffectsSettings, *, tell: Progress) -> Analysis:
    """The effects of each arm against the control.

    Raises
    ------
    EstimationError
        If an arm has one unit or cluster, or an outcome does not vary.
    """
    pairs = [
        _pair(loaded, outcome, arm=arm, settings=settings)
        for outcome in loaded.outcomes
        for arm in loaded.arms
    ]
    effects = _family(pairs, settings)
    if settings.permutations:
        tell("assigning arms again as chance did")
        effects = _assigned_again(effects, pairs, settings=settings)
    split, caveats = _split(loaded, pairs, settings=settings) if loaded.groups else ([], [])
    subgroups, interactions = _subgroups(split, pairs, settings=settings)
    attrition = arms.attrition(loaded, level=settings.level)
    balance, unlike = arms.balance(loaded)
    return Analysis(
        effects=tuple(effects),
        subgroups=tuple(subgroups),
        worries=(
            *(worry for pair in pairs for worry in pair.found.contrast.worries),
            *attrition,
            *unlike,
            *_by_chance(effects),
        ),
        estimates=(*interactions, *_indices(pairs, loaded, settings=settings)),
        tables={"arms": arms.table(loaded), **({"balance": balance} if balance.rows else {})},
        caveats=tuple(caveats),
        references=REFERENCES,
    )


def _pair(loaded: Loaded, outcome: Outcome, *, arm: str, settings: EffectsSettings) -> _Pair:
    trial = arms.trial_of(loaded, outcome.values, arm=arm)
    try:
        found = difference(trial, level=settings.level)
    except EstimationError as error:
        seen = f"{outcome.name}, arm '{arm}': {error.seen}"
        raise EstimationError(error.method, seen=seen, may_help=error.may_help) from None
    return _Pair(outcome=outcome, arm=arm, trial=trial, found=found)


def _family(pairs: Sequence[_Pair], settings: EffectsSettings) -> list[Effect]:
    """The whole-sample effects, adjusted for how many outcomes and arms there are."""
    found = [pair.found.contrast for pair in pairs]
    adjust = holm if settings.adjust == "holm" else benjamini_hochberg
    adjusted = adjust([contrast.p for contrast in found])
    bands = simultaneous(
        joint([pair.found.model for pair in pairs]),
        rng=np.random.default_rng(settings.seed),
        level=settings.level,
    )
    if len(pairs) == 1 or settings.adjust != "holm":
        limits = [(contrast.low, contrast.high) for contrast in found]
    else:
        limits = list(zip(bands.low.tolist(), bands.high.tolist(), strict=True))
    return [
        _effect(pair, limits=both, p=p, plain=_plain(pair, settings))
        for pair, both, p in zip(pairs, limits, adjusted, strict=True)
    ]


def _plain(pair: _Pair, settings: EffectsSettings) -> Difference | None:
    """Without the covariates, where there are some."""
    if pair.trial.covariates is None:
        return None
    return difference(replace(pair.trial, covariates=None), level=settings.level)


def _effect(pair: _Pair, *, limits: tuple[float, float], p: float, plain: Difference | None = None) -> Effect:
    found = pair.found
    return Effect(
        outcome=pair.outcome,
        contrast=found.contrast,
        arm=pair.arm,
        group=pair.group,
        band_low=limits[0],
        band_high=limits[1],
        p_adjusted=p,
        sd=found.contrast.sd,
        means=(found.treated_mean, found.comparison_mean),
        unadjusted=None if plain is None else plain.contrast,
        ratio=ratio(found) if pair.outcome.binary else None,
    )


def _assigned_again(
    effects: Sequence[Effect], pairs: Sequence[_Pair], *, settings: EffectsSettings
) -> list[Effect]:
    def test(place: int) -> Randomised:
        return randomisation(
            pairs[place].trial,
            permutations=settings.permutations,
            rng=np.random.default_rng([settings.seed, place]),
            level=settings.level,
        )

    return [replace(effect, randomised=test(place)) for place, effect in enumerate(effects)]


def _by_chance(effects: Sequence[Effect]) -> Iterator[Worry]:
    """Whether randomisation inference and the interval agree."""
    for effect in effects:
        if effect.randomised is not None:
            alpha = 1 - effect.contrast.level
            agree = (effect.randomised.p <= alpha) == (effect.contrast.p <= alpha)
            how = "all possible assignments" if effect.randomised.exact else "random assignments"
            yield Worry(
                name="randomisation_inference",
                value=effect.randomised.p,
                ok=agree,
                meaning=f"{effect.randomised.draws:,} {how} give p = {effect.randomised.p:.2g}, which "
                f"{'agrees' if agree else 'does not agree'} with the interval.",
            )


def _split(
    loaded: Loaded, pairs: Sequence[_Pair], *, settings: EffectsSettings
) -> tuple[list[_Pair], list[str]]:
    """Each pair in each subgroup; those that cannot be compared are named."""
    found, caveats = [], []
    for pair in pairs:
        inside = arms.rows_of(loaded, arm=pair.arm)
        for name, labels in loaded.groups.items():
            there = sorted({str(label) for label in labels[inside] if label is not None})
            for label in there:
                part = pair.trial.taken(labels[inside] == label)
                try:
                    made = difference(part, level=settings.level)
                    found.append(replace(pair, trial=part, found=made, group=(name, label)))
                except EstimationError as error:
                    caveats.append(
                        f"No effect for {name}: {label} ({pair.outcome.name}, {pair.arm}): {error.seen}."
                    )
    return found, caveats


def _subgroups(
    split: Sequence[_Pair], pairs: Sequence[_Pair], *, settings: EffectsSettings
) -> tuple[list[Effect], list[Estimate]]:
    """Effects in subgroups with intervals that hold together, and whether the effect differs between them."""
    effects: list[Effect] = []
    interactions: list[Estimate] = []
    for pair in pairs:
        own = [one for one in split if (one.outcome.name, one.arm) == (pair.outcome.name, pair.arm)]
        if not own:
            continue
        models = [one.found.model for one in own]
        bands = simultaneous(joint(models), rng=np.random.default_rng(settings.seed), level=settings.level)
        effects += [
            replace(
                _effect(
                    one, limits=(float(bands.low[place]), float(bands.high[place])), p=float(bands.p[place])
                ),
                sd=pair.found.contrast.sd,
            )
            for place, one in enumerate(own)
        ]
        interactions += _interactions(own, pair=pair, several=len(pairs) > 1)
    adjusted = holm([one.p for one in interactions if one.p is not None]) if interactions else ()
    return effects, [one.model_copy(update={"p": p}) for one, p in zip(interactions, adjusted, strict=True)]


def _interactions(own: Sequence[_Pair], *, pair: _Pair, several: bool) -> Iterator[Estimate]:
    for name in dict.fromkeys(one.group[0] for one in own if one.group is not None):
        models = [one.found.model for one in own if one.group is not None and one.group[0] == name]
        if len(models) < 2:
            continue
        test = all_equal(models)
        if math.isfinite(test.p):
            parts = [pair.outcome.name, pair.arm] if several else []
            yield Estimate(
                name="interaction",
                label=f"Does the effect differ by {name}? (F of {test.df} and {test.df_error:.1f} degrees of freedom)",
                value=test.f,
                p=test.p,
                unit="F",
                group=" · ".join([*parts, name]),
            )


def _indices(pairs: Sequence[_Pair], loaded: Loaded, *, settings: EffectsSettings) -> Iterator[Estimate]:
    """Whose outcomes moved: for each arm the outcomes weighted by citizens and by the organisation."""
    for arm in loaded.arms:
        own = [pair for pair in pairs if pair.arm == arm]
        together: Joint = joint([pair.found.model for pair in own])
        yield from indices(
            [pair.outcome.measure for pair in own],
            together,
            sds=[pair.found.contrast.sd or math.nan for pair in own],
            level=settings.level,
            group=arm if len(loaded.arms) > 1 else None,
        )
