"""Missing studies against R's metafor (`tools/synthesis_reference.R` made the values), and against slow likelihoods."""

from __future__ import annotations

import csv
import json
import math
from functools import partial

import numpy as np
import pytest
from scipy import stats
from tests.checked import Simulation, Source, repeated

from coproduce.errors import EstimationError
from coproduce.methods.synthesis import bias
from coproduce.methods.synthesis.baujat import baujat
from coproduce.methods.synthesis.influence import influence
from coproduce.methods.synthesis.pooling import pool
from coproduce.methods.synthesis.selection import selection_model

TOLD = 1e-9
BY_OPTIMISER = 1e-6
BY_METAFOR = Source(
    question="synthesis",
    kind="program",
    cite="metafor 3.8.1 (R 4.2.2; tools/synthesis_reference.R): 13 trials of BCG (Colditz et al. 1994, JAMA 271, "
    "698-702), 48 effects of Bangert-Drowns, Hurley and Wilkinson (2004)",
)
PLAIN = Source(question="synthesis", kind="formula", cite="The definition written out, on made-up studies")
TWO_FITS = Source(question="synthesis", kind="formula", cite="Two fits, with and without a study")
CALLED = {"bcg": "BCG", "bangertdrowns2004": "Bangert-Drowns"}
REML_INSIDE = 5e-5  # metafor's trimfill fits REML inside by its default threshold, 1e-5, whatever it is told


@pytest.fixture(scope="module")
def reference(root):
    """The values from metafor."""
    return json.loads((root / "tests/accuracy/synthesis_metafor.json").read_text())


@pytest.fixture(scope="module", params=["bcg", "bangertdrowns2004"])
def case(request, reference):
    """A set of studies with metafor's values for it."""
    if request.param == "bcg":
        data = reference["data"]["bcg"]
        effect, variance = np.array(data["yi"]), np.array(data["vi"])
    else:
        folder = request.getfixturevalue("real_data") / "meta"
        rows = _columns(folder / "dat.bangertdrowns2004.csv")
        effect, variance = rows["yi"], rows["vi"]
    return CALLED[request.param], effect, variance, reference["bias"][request.param]


def _columns(file):
    with file.open(encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    return {name: np.array([float(row[name]) for row in rows]) for name in ("yi", "vi")}


def tell(checked, what, *, ours, theirs, within=TOLD):
    """Numbers beside metafor's, by theirs."""
    checked.agrees(BY_METAFOR, what, ours=ours, theirs=theirs, within=within, relative=True)


def test_eggers_line(case, checked):
    name, effect, variance, told = case
    found = bias.egger(effect, variance)
    seen = [found.statistic, found.df, found.p, found.limit, found.limit_low, found.limit_high]
    what = f"{name}: Egger's line, t, df, p and the limit with its interval"
    tell(checked, what, ours=seen, theirs=told["regtest_lm"]["sei"])


def test_pet_and_peese(case, checked):
    name, effect, variance, told = case
    line = bias.pet_peese(effect, variance).peese
    seen = [line.statistic, line.df, line.p, line.limit, line.limit_low, line.limit_high]
    what = f"{name}: PEESE, t, df, p and the limit with its interval"
    tell(checked, what, ours=seen, theirs=told["regtest_lm"]["vi"])


def test_rank_correlation(case, checked):
    name, effect, variance, told = case
    found = bias.rank_correlation(effect, variance)
    what = f"{name}: rank correlation, Kendall's tau and p"
    tell(checked, what, ours=[found.tau, found.p], theirs=told["ranktest"], within=1e-6)


@pytest.mark.parametrize("model", ["REML", "DL", "fixed"])
@pytest.mark.parametrize("counted", ["L0", "R0"])
def test_trim_and_fill(case, model, counted, checked):
    name, effect, variance, told = case
    how = partial(pool, estimator=model, test="z")
    found = bias.trim_and_fill(effect, variance, pool=lambda y, v: how(y, v).estimate, estimator=counted)
    missing, se, on_the_right, estimate, error, low, high, tau2, _ = told["trimfill"][model][counted]
    assert (found.side == "right") == on_the_right
    what = f"{name}: trim and fill by {counted}, {model}"
    tell(checked, f"{what}: studies missing, and error", ours=[found.missing, found.se], theirs=[missing, se])
    filled = how(found.effect, found.variance)
    seen = (filled.estimate, filled.se, filled.low, filled.high, filled.tau2)
    rtol = REML_INSIDE if model == "REML" else BY_OPTIMISER
    tell(checked, f"{what}: filled", ours=seen, theirs=(estimate, error, low, high, tau2), within=rtol)


@pytest.mark.parametrize("steps", [(0.025,), (0.025, 0.5), (0.5,)])
def test_selection_model(case, steps, checked):
    name, effect, variance, told = case
    found = selection_model(effect, variance, steps=steps)
    towards = "greater" if found.towards == 1 else "less"
    values = told["selection"]["_".join(f"{step:g}" for step in steps)]
    expected = values[towards]
    seen = [
        found.value,
        found.se,
        found.tau2,
        *found.seen,
        found.likelihood_ratio,
        found.df,
        found.p_selection,
    ]
    what = f"{name}: selection model with steps at {', '.join(map(str, steps))}"
    tell(checked, f"{what}: effect, tau2, weights, test", ours=seen, theirs=expected, within=5e-6)
    errors = values[f"{towards}_se_delta"][1:]
    tell(checked, f"{what}: errors of weights", ours=found.seen_se[1:], theirs=errors, within=5e-6)


def test_the_selection_model_is_at_the_top_of_a_likelihood_written_down_plainly():
    """Each study's density is the normal one times its weight, over the integral of that product."""
    rng = np.random.default_rng(8)
    variance = rng.uniform(0.02, 0.2, 40)
    effect = rng.normal(0.2, np.sqrt(variance + 0.03))
    kept = (effect / np.sqrt(variance) > 1.96) | (rng.random(40) < 0.5)
    effect, variance = effect[kept], variance[kept]
    found = selection_model(effect, variance)
    at = np.array([found.value, found.tau2, found.seen[1]])
    top = _plain_likelihood(at, effect, variance)
    for direction in np.vstack([np.eye(3), -np.eye(3)]):
        step = 1e-3 * direction
        assert _plain_likelihood(at + step, effect, variance) < top


def _plain_likelihood(point, effect, variance):
    mean, tau2, weight = point
    total = 0.0
    for y, v in zip(effect, variance, strict=True):
        sd = math.sqrt(v + tau2)
        bound = 1.959963984540054 * math.sqrt(v)
        significant = stats.norm.sf(bound, mean, sd)
        own = 1.0 if y > bound else weight
        total += math.log(own) + stats.norm.logpdf(y, mean, sd)
        total -= math.log(significant + weight * (1 - significant))
    return total


def test_a_selection_model_without_studies_on_one_side_refuses():
    with pytest.raises(EstimationError, match="no study has a one-sided p-value"):
        selection_model(np.array([1.0, 1.1, 1.2]), np.full(3, 0.01))


def test_p_curve_by_hand(checked):
    z = np.array([2.0, 2.5, 3.5, 1.0])
    found = bias.p_curve(z, np.ones(4))
    p = 2 * stats.norm.sf(z[:3])
    right = stats.norm.cdf(stats.norm.ppf(p / 0.05).sum() / math.sqrt(3))
    half = stats.norm.cdf(stats.norm.ppf(p[1:] / 0.025).sum() / math.sqrt(2))
    assert found.significant == 3
    checked.agrees(
        PLAIN,
        "p-curve of 3 significant studies: right skew, full and half",
        ours=[found.p_right_skew, found.p_right_skew_half],
        theirs=[right, half],
        within=1e-10,
        relative=True,
    )


def test_p_curves_flat_side_has_a_third_of_power(checked):
    """Of studies with a power of one third, the flat-side p-values are uniform."""
    rng, curves = np.random.default_rng(5), repeated(300)
    shift = stats.norm.isf(0.025) - stats.norm.isf(1 / 3)
    z = rng.normal(shift, 1, 130 * curves)
    z = z[z > 1.96][: 10 * curves].reshape(-1, 10)
    flat = np.array([bias.p_curve(row, np.ones(10)).p_flat for row in z])
    assert stats.kstest(flat, "uniform").pvalue > 0.001
    simulated = Simulation(
        question="synthesis",
        design="p-curve",
        made="10 significant studies of one effect, found with a power of one third",
    )
    checked.false_alarms(
        simulated, "flatter than a power of one third", alarms=int((flat < 0.05).sum()), runs=curves
    )


def test_baujats_coordinates_are_those_of_two_fits(case, checked):
    name, effect, variance, _ = case
    whole, without = pool(effect, variance), influence(effect, variance)
    found = baujat(
        effect,
        variance,
        pooled=whole.estimate,
        tau2=whole.tau2,
        without=without.coefficients[:, 0],
        without_se=without.se[:, 0],
    )
    ours, theirs = [], []
    for place in range(len(effect)):
        rest = np.arange(len(effect)) != place
        part = pool(effect[rest], variance[rest])
        ours.append(found.influence[place])
        theirs.append(((whole.estimate - part.estimate) / part.se) ** 2)
        residual = (effect[place] - whole.estimate) ** 2 / (variance[place] + whole.tau2)
        assert found.contribution[place] == pytest.approx(residual, rel=1e-12)
    what = f"{name}: influence of each study on Baujat's plot"
    checked.agrees(TWO_FITS, what, ours=ours, theirs=theirs, within=BY_OPTIMISER, relative=True)


@pytest.mark.parametrize("method", [bias.egger, bias.rank_correlation, bias.pet_peese])
def test_equally_precise_studies_show_no_asymmetry(method):
    with pytest.raises(EstimationError):
        method(np.array([0.1, 0.2, 0.3]), np.full(3, 0.04))
