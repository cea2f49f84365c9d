"""Studies that are missing or were worked on, by design: how often the tests of bias see it, and cry wolf."""

import numpy as np
from tests.checked import Simulation, repeated
from tests.truth.answers import ALPHA, Answers, generators

from coproduce.methods.synthesis.bias import egger, p_curve, pet_peese, rank_correlation, vote_of_signs
from coproduce.methods.synthesis.effect_sizes import (
    Counts,
    Means,
    fisher_z,
    odds_ratio,
    risk_difference,
    risk_ratio,
    standardised_mean_difference,
)
from coproduce.methods.synthesis.selection import selection_model

MEAN = 0.2


def _studies(rng, *, k, tau2, shown, mean=MEAN):
    """Effects with their variances; of those that are not significant only a share is shown."""
    effect, variance = np.empty(0), np.empty(0)
    while len(effect) < k:
        spread = rng.uniform(0.01, 0.2, 4 * k)
        found = mean + rng.normal(0, np.sqrt(tau2), 4 * k) + np.sqrt(spread) * rng.normal(size=4 * k)
        kept = (found / np.sqrt(spread) > 1.96) | (rng.random(4 * k) < shown)
        effect, variance = np.append(effect, found[kept]), np.append(variance, spread[kept])
    return effect[:k], variance[:k]


FUNNEL = Simulation(
    question="synthesis",
    design="funnel asymmetry",
    made=f"20 studies of a mean effect of {MEAN:g}, variance 0.02; all shown, or 1 in 20 of those not significant",
)


def test_asymmetry_of_the_funnel(checked):
    runs = repeated(400)
    tests = {"Egger's regression": egger, "rank correlation": rank_correlation}
    for name, test in tests.items():
        alarms, found = (
            sum(
                test(*_studies(rng, k=20, tau2=0.02, shown=shown)).p <= ALPHA
                for rng in generators(100, place, runs=runs)
            )
            for place, shown in enumerate((1.0, 0.05))
        )
        # Egger's line takes what effects differ by for a factor of their errors, and is somewhat too sure.
        known = 0.08 if test is egger else None
        checked.false_alarms(FUNNEL, name, alarms=int(alarms), runs=runs, known=known)
        checked.power(FUNNEL, f"one in twenty of the others shown: {name}", found=int(found), runs=runs)


ONE_EFFECT = Simulation(
    question="synthesis",
    design="PET-PEESE",
    made="30 studies of one true effect, all shown",
)


def test_the_effect_of_a_study_without_error(checked):
    runs = repeated(400)
    pet, alarms = Answers(), 0
    for rng in generators(101, runs=runs):
        line = pet_peese(*_studies(rng, k=30, tau2=0.0, shown=1.0)).pet
        pet.value.append(line.limit)
        pet.low.append(line.limit_low)
        pet.high.append(line.limit_high)
        none = pet_peese(*_studies(rng, k=30, tau2=0.0, shown=1.0, mean=0.0)).pet
        alarms += not none.limit_low <= 0 <= none.limit_high
    pet.are_right(checked, ONE_EFFECT, "effect at no error (PET)", truth=MEAN)
    checked.false_alarms(ONE_EFFECT, "no effect (PET)", alarms=alarms, runs=runs)


SELECTED = Simulation(
    question="synthesis",
    design="selection model",
    made="80 studies, of effects that differ with variance 0.05; of what is not significant a third is shown, or all",
)


def test_the_selection_model_where_selection_is_as_it_says(checked):
    runs = repeated(40)
    whole = Answers.of(
        lambda rng: selection_model(*_studies(rng, k=80, tau2=0.05, shown=1 / 3)), 102, runs=runs
    )
    whole.are_right(checked, SELECTED, "mean effect, selection undone", truth=MEAN)
    for place, shown in enumerate((1.0, 1 / 3)):
        seen = sum(
            selection_model(*_studies(rng, k=80, tau2=0.05, shown=shown)).p_selection <= ALPHA
            for rng in generators(103, place, runs=runs)
        )
        if shown == 1:
            checked.false_alarms(SELECTED, "selection, all shown", alarms=int(seen), runs=runs)
        else:
            checked.power(SELECTED, "selection, a third shown", found=int(seen), runs=runs)


CURVE = Simulation(
    question="synthesis",
    design="p-curve and signs",
    made="60 studies of which only the significant ones are looked at (or all, for signs); no effect, or 0.3",
)


def test_the_curve_of_p_and_the_vote_of_signs(checked):
    runs = repeated(500)
    counts = np.zeros((2, 2), dtype=int)
    for rng in generators(104, runs=runs):
        for place, mean in enumerate((0.0, 0.3)):
            variance = rng.uniform(0.01, 0.1, 60)
            effect = mean + np.sqrt(variance) * rng.normal(size=60)
            counts[0, place] += p_curve(effect, variance).p_right_skew <= ALPHA
            counts[1, place] += vote_of_signs(effect[:15]).p <= ALPHA
    for (alarms, found), name in zip(counts, ("p-curve's right skew", "sign test of 15"), strict=True):
        checked.false_alarms(CURVE, name, alarms=int(alarms), runs=runs)
        checked.power(CURVE, f"an effect of 0.3: {name}", found=int(found), runs=runs)


SIZES = Simulation(
    question="synthesis",
    design="effect sizes of single studies",
    made="40 people a group: a difference of half a deviation, 40 or 20 %; 30 pairs that correlate by 0.4",
)


def _held(checked, name, found, *, truth):
    near = np.abs(found.effect - truth) <= 1.959964 * np.sqrt(found.variance)
    checked.coverage(SIZES, name, hits=int(near.sum()), runs=len(near))


def test_effect_sizes_and_their_variances(checked):
    runs, rng = repeated(2000), np.random.default_rng(105)
    one, other = rng.normal(0.5, 1, (runs, 40)), rng.normal(0, 1, (runs, 40))
    n = np.full(runs, 40.0)
    sides = [(group.mean(axis=1), group.std(axis=1, ddof=1)) for group in (one, other)]
    means = Means(n1=n, mean1=sides[0][0], sd1=sides[0][1], n2=n, mean2=sides[1][0], sd2=sides[1][1])
    g = standardised_mean_difference(means)
    checked.bias(SIZES, "standardised mean difference (Hedges' g)", estimates=g.effect, truth=0.5)
    _held(checked, "standardised mean difference (Hedges' g)", g, truth=0.5)
    a, c = (rng.binomial(40, share, runs).astype(float) for share in (0.4, 0.2))
    counts = Counts(a=a, b=40 - a, c=c, d=40 - c)
    _held(checked, "log odds ratio", odds_ratio(counts), truth=np.log((0.4 / 0.6) / (0.2 / 0.8)))
    _held(checked, "log risk ratio", risk_ratio(counts), truth=np.log(2))
    differences = risk_difference(counts)
    checked.bias(SIZES, "risk difference", estimates=differences.effect, truth=0.2)
    _held(checked, "risk difference", differences, truth=0.2)
    x = rng.normal(size=(runs, 30))
    y = 0.4 * x + np.sqrt(1 - 0.16) * rng.normal(size=(runs, 30))
    away = [each - each.mean(axis=1, keepdims=True) for each in (x, y)]
    r = (away[0] * away[1]).sum(axis=1) / np.sqrt((away[0] ** 2).sum(axis=1) * (away[1] ** 2).sum(axis=1))
    _held(checked, "correlation (Fisher's z)", fisher_z(r, np.full(runs, 30.0)), truth=np.arctanh(0.4))
