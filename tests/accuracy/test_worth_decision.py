"""Ratios, acceptability and the value of information: closed forms, brute force, a published model, and coverage."""

import math

import numpy as np
import pytest
from scipy import stats
from tests.checked import Simulation, Source, repeated

from coproduce.methods.worth.contrasts import contrasts
from coproduce.methods.worth.decision import acceptability, leading_quadrant, quadrant_shares
from coproduce.methods.worth.ratio import fieller, wedge
from coproduce.methods.worth.resampling import units_of_chance

MEAN = np.array([500.0, 0.4])
COVARIANCE = np.array([[90_000.0, 15.0], [15.0, 0.01]])
DRAWS = 200_000
NORMAL = Source(
    question="value",
    kind="formula",
    cite="Joint normality: the normal distribution, and the unit normal loss integral (Raiffa and Schlaifer 1961); "
    "200,000 draws, allowed 4 Monte Carlo errors",
)
BY_HAND = Source(question="value", kind="formula", cite="Three draws of three options, by hand")
GRID = Source(
    question="value",
    kind="formula",
    cite="Every ratio on a grid of 200,001 that a test at 5 % does not reject",
)
HEITJAN = Source(
    question="value",
    kind="formula",
    cite="Heitjan (2000), Health Economics 9(4), 327-332: where the interval of the net benefit ends at 0",
)
COMBINATION = Source(
    question="value",
    cite="Chancellor et al. (1997), PharmacoEconomics 12(1), 54-66; Briggs, Claxton and Sculpher (2006), Decision "
    "Modelling for Health Economic Evaluation, exercise 2.5 (to the digits of R's heemod 1.1.0)",
)
TRIALS = repeated(400)


@pytest.fixture(scope="module")
def cloud():
    drawn = np.random.default_rng(4).multivariate_normal(MEAN, COVARIANCE, size=DRAWS)
    none = np.zeros(DRAWS)
    return np.column_stack([none, drawn[:, 0]]), np.column_stack([none, drawn[:, 1]])


def net_benefit(threshold):
    """Mean and standard deviation of the net benefit under joint normality."""
    weights = np.array([-1.0, threshold])
    return weights @ MEAN, math.sqrt(weights @ COVARIANCE @ weights)


@pytest.mark.parametrize("threshold", [0.0, 800.0, 1250.0, 3000.0])
def test_acceptability_and_information_under_joint_normality(cloud, threshold, checked):
    found = acceptability(*cloud, thresholds=np.array([threshold]))
    mean, sd = net_benefit(threshold)
    chance = stats.norm.cdf(mean / sd)
    checked.agrees(
        NORMAL,
        f"probability of being worth it at {threshold:,.0f}",
        ours=found.probability[0, 1],
        theirs=chance,
        within=4 * math.sqrt(0.25 / DRAWS),
    )
    distance = abs(mean) / sd
    loss = sd * (stats.norm.pdf(distance) - distance * stats.norm.sf(distance))
    checked.agrees(
        NORMAL,
        f"expected net benefit at {threshold:,.0f}, and value of perfect information",
        ours=[found.expected[0, 1], found.perfect_information[0]],
        theirs=[mean, loss],
        within=4 * sd / math.sqrt(DRAWS),
    )


def test_three_options_by_hand(checked):
    costs = np.array([[0.0, 10, 4], [0, 6, 4], [0, 2, 4]])
    effects = np.array([[0.0, 1, 2], [0, 2, 1], [0, 3, -1]])
    found = acceptability(costs, effects, thresholds=np.array([5.0]))
    # net benefits: (0, -5, 6), (0, 4, 1), (0, 13, -9): best 6, 4, 13; means 0, 4, -2/3
    checked.agrees(
        BY_HAND,
        "probability and net benefit of each option, value of perfect information",
        ours=[*found.probability[0], *found.expected[0], found.perfect_information[0]],
        theirs=[0, 2 / 3, 1 / 3, 0, 4, -2 / 3, 23 / 3 - 4],
        within=1e-12,
    )


def test_quadrants_under_joint_normality(cloud, checked):
    at = np.array([100.0, 0.05])
    drawn = [axis[:, 1] - moved for axis, moved in zip(cloud, MEAN - at, strict=True)]
    shares = quadrant_shares(*drawn)
    truth = stats.multivariate_normal(at, COVARIANCE)
    cheaper, no_better = stats.norm.cdf(-at / np.sqrt(np.diag(COVARIANCE)))
    shifting = truth.cdf([0, 0])
    for name, theirs in {
        "cost_shifting": shifting,
        "worse": no_better - shifting,
        "better_at_a_price": 1 - cheaper - no_better + shifting,
    }.items():
        checked.agrees(
            NORMAL,
            f"share of the quadrant {name.replace('_', ' ')}",
            ours=shares[name],
            theirs=theirs,
            within=4 * math.sqrt(theirs * (1 - theirs) / DRAWS),
        )
    assert sum(shares.values()) == pytest.approx(1)
    assert leading_quadrant(quadrant_shares(cloud[0][:, 1], cloud[1][:, 1])) == "better_at_a_price"


@pytest.mark.parametrize(
    ("mean", "kind"),
    [((500.0, 0.4), "bounded"), ((-900.0, 0.1), "outside"), ((100.0, 0.05), "everything")],
)
def test_fieller_is_the_set_of_ratios_that_a_test_does_not_reject(mean, kind, checked):
    found = fieller(*mean, covariance=COVARIANCE, df=20.0)
    grid = np.tan(np.linspace(-1.5707, 1.5707, 200_001)) * 1000
    apart = np.abs(mean[0] - grid * mean[1])
    error = np.sqrt(COVARIANCE[0, 0] - 2 * grid * COVARIANCE[0, 1] + grid**2 * COVARIANCE[1, 1])
    kept = apart <= stats.t.ppf(0.975, 20) * error
    inside = {
        "bounded": (grid >= found.low) & (grid <= found.high),
        "outside": (grid <= found.low) | (grid >= found.high),
        "everything": np.ones_like(kept),
    }
    assert found.kind == kind
    checked.same(
        GRID,
        f"ratios of Fieller's set where it is {kind}",
        ours=inside[kind].tolist(),
        theirs=kept.tolist(),
        shown=f"{kept.sum():,} ratios",
    )


def test_the_limits_of_fieller_are_where_net_benefit_touches_nought(checked):
    found = fieller(*MEAN.tolist(), covariance=COVARIANCE, df=math.inf)
    distances = []
    for limit in (found.low, found.high):
        mean, sd = net_benefit(limit)
        distances.append(abs(mean) / sd)
    what = "net benefit over its error at Fieller's limits"
    checked.agrees(HEITJAN, what, ours=distances, theirs=[stats.norm.ppf(0.975)] * 2, within=1e-9)


def test_the_wedge_meets_fieller_where_both_are_sure(cloud):
    found = wedge(cloud[0][:, 1], cloud[1][:, 1], at=(500.0, 0.4))
    normal = fieller(*MEAN.tolist(), covariance=COVARIANCE, df=math.inf)
    assert found.low == pytest.approx(normal.low, rel=0.02)
    assert found.high == pytest.approx(normal.high, rel=0.02)


def test_a_wedge_across_effect_nought_has_no_limits():
    drawn = np.random.default_rng(1).normal(size=(2000, 2))
    assert wedge(drawn[:, 0], drawn[:, 1], at=(0.3, 0.3)).kind == "everything"


def test_scales_do_not_matter_to_the_wedge(cloud):
    cost, effect = cloud[0][:2000, 1], cloud[1][:2000, 1]
    one, other = wedge(cost, effect, at=(500.0, 0.4)), wedge(100 * cost, effect, at=(50_000.0, 0.4))
    assert other.low == pytest.approx(100 * one.low, rel=1e-9)


def test_the_published_ratio_of_combination_therapy(checked):
    """A cohort of four states over 20 years; the relative risk 0.509 and lamivudine last two years; costs discounted at
    6 %. The counts of moves and the costs are the model's published inputs.
    """
    counts = np.array([[1251, 350, 116, 17], [0, 731, 512, 15], [0, 0, 1312, 437], [0, 0, 0, 1.0]])
    moves = counts / counts.sum(axis=1, keepdims=True)
    yearly = np.array([1701 + 1055, 1774 + 1278, 6948 + 2059, 0.0])

    def course(*, combined):
        state, cost, years = np.array([1.0, 0, 0, 0]), 0.0, 0.0
        for year in range(1, 21):
            both = combined and year <= 2
            step = moves * 0.509 if both else moves.copy()
            if both:
                np.fill_diagonal(step, 0)
                np.fill_diagonal(step, 1 - step.sum(axis=1))
            state = state @ step
            alive = state[:3].sum()
            drugs = 2278 + (2086.5 if both else 0)
            cost += (state @ yearly + alive * drugs) / 1.06**year
            years += alive
        return cost, years

    (dear, longer), (cheap, shorter) = course(combined=True), course(combined=False)
    found = fieller(dear - cheap, longer - shorter, covariance=np.zeros((2, 2)), df=math.inf)
    assert (dear, cheap) == pytest.approx((50601.6513312, 44663.4535637), abs=1e-6)
    checked.agrees(COMBINATION, "pounds for a year of life gained", ours=found.value, theirs="6275.95560")


@pytest.mark.parametrize("clustered", [False, True])
def test_intervals_hold_the_true_ratio_as_often_as_promised(clustered, checked):
    size = 4 if clustered else 1
    held = np.zeros(3, dtype=int)
    for trial in range(TRIALS):
        chance = np.random.default_rng([20 + clustered, trial])
        arms = np.repeat(np.tile([0, 1], 40), size)
        cluster = np.repeat(np.arange(80), size)
        shared = chance.normal(size=(80, 2))[cluster] * clustered * 0.6
        noise = chance.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], size=len(arms)) + shared
        cost = 300 + 100 * np.exp(0.4 * noise[:, 0]) + 90 * arms
        effect = noise[:, 1] + 1.2 * arms
        found = contrasts(
            np.column_stack([cost, effect]),
            arms,
            drawn=units_of_chance(arms, clusters=cluster),
            resamples=400,
            generator=chance,
        )
        at = tuple(found.value[0].tolist())
        ratio = fieller(*at, covariance=found.covariance[0], df=found.df)
        rays = wedge(found.draws[:, 0, 0], found.draws[:, 0, 1], at=at)
        benefit = found.interval(np.array([-1.0, 100.0]), arm=0)
        held += [each.low <= 75 <= each.high for each in (ratio, rays)] + [benefit.low <= 30 <= benefit.high]
    simulated = Simulation(
        question="value",
        design="randomised by cluster" if clustered else "randomised",
        made="80 "
        + ("clusters of 4" if clustered else "people")
        + " in two arms, skewed costs and an effect that correlate, 400 draws",
    )
    for what, hits in zip(("Fieller's limits", "wedge of draws", "net benefit"), held.tolist(), strict=True):
        # percentiles of 400 draws end a little early
        known = 0.94 if what == "wedge of draws" else None
        checked.coverage(simulated, f"95 % intervals: {what}", hits=hits, runs=TRIALS, known=known)
