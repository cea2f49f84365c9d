"""Every number of a survey against brute force: its scores are its derivatives by each respondent's weight."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from coproduce.errors import EstimationError
from coproduce.methods.survey.design import covariance, survey_design
from coproduce.methods.survey.linear import interval, mean, total
from coproduce.methods.survey.margins import Change, average_effect
from coproduce.methods.survey.ordinal import ordered_logit, parallel_slopes
from coproduce.methods.survey.polychoric import _below, polychoric, polychoric_scores
from coproduce.methods.survey.raking import Margin, rake
from coproduce.methods.survey.reliability import reliability

RNG = np.random.default_rng(7)
N = 60
X = np.column_stack([RNG.normal(size=N), RNG.integers(0, 2, N), np.zeros(N), np.zeros(N)])
BAND = RNG.integers(0, 3, N)
X[:, 2], X[:, 3] = BAND == 1, BAND == 2
Y = np.digitize(X @ [0.6, -0.4, 0.2, 0.1] + RNG.logistic(size=N), [-0.7, 0.6])
WEIGHTS = RNG.uniform(0.5, 2, N)
DOMAIN = RNG.uniform(size=N) < 0.8
ANSWERS = np.clip(np.round(3 + RNG.normal(size=(N, 1)) + 0.8 * RNG.normal(size=(N, 4))), 1, 5)
WITHOUT_ERROR = 1e-5
"""Central differences of a search that ends at 1e-10, over steps of 1e-4."""


def derivatives(estimate, places=range(0, N, 7)):
    """How an estimate moves with single weights, by differences."""
    step = 1e-4
    found = []
    for place in places:
        moved = [WEIGHTS.copy(), WEIGHTS.copy()]
        moved[0][place] += step
        moved[1][place] -= step
        high, low = (np.atleast_1d(estimate(survey_design(weights))) for weights in moved)
        found.append((high - low) / (2 * step))
    return np.array(found)


def fitted(design):
    return ordered_logit(design, Y, x=X, domain=DOMAIN)


def test_scores_of_coefficients_are_derivatives():
    def theta(design):
        fit = fitted(design)
        return np.concatenate([fit.thresholds, fit.coefficients])

    assert fitted(survey_design(WEIGHTS)).scores[::7] == pytest.approx(derivatives(theta), abs=WITHOUT_ERROR)


@pytest.mark.parametrize(
    "change",
    [
        Change(column=0, yes_no=False),
        Change(column=1, yes_no=True, instead=(1,)),
        Change(column=3, yes_no=True, instead=(2, 3)),
    ],
)
@pytest.mark.parametrize("above", [0, 1])
def test_scores_of_average_effects_are_derivatives(change, above):
    design = survey_design(WEIGHTS)
    found = average_effect(design, fitted(design), change=change, above=above)

    def value(design):
        return average_effect(design, fitted(design), change=change, above=above).value

    assert found.scores[::7] == pytest.approx(derivatives(value)[:, 0], abs=WITHOUT_ERROR)


def test_an_average_effect_is_that_of_changing_everybody():
    design = survey_design(WEIGHTS)
    fit = fitted(design)
    inside = WEIGHTS * DOMAIN

    def chance(x):
        return inside @ (1 / (1 + np.exp(fit.thresholds[0] - x @ fit.coefficients))) / inside.sum()

    low, high = X.copy(), X.copy()
    low[:, 2:], high[:, 2:] = 0, [0, 1]
    change = Change(column=3, yes_no=True, instead=(2, 3))
    found = average_effect(design, fit, change=change, above=0).value
    assert found == pytest.approx(chance(high) - chance(low), abs=1e-10)
    nudge = np.array([1e-5, 0, 0, 0])
    steep = (chance(X + nudge) - chance(X - nudge)) / 2e-5
    assert average_effect(design, fit, change=Change(column=0, yes_no=False), above=0).value == pytest.approx(
        steep, abs=1e-9
    )


def test_errors_of_reliability_are_those_of_its_derivatives():
    names = ("alpha", "omega", "ordinal_alpha", "ordinal_omega")

    def values(design):
        found = reliability(design, ANSWERS)
        return np.array([getattr(found, name).value for name in names])

    design = survey_design(WEIGHTS)
    found = reliability(design, ANSWERS)
    slow = np.sqrt(np.diag(covariance(design, derivatives(values, range(N)))))
    assert [getattr(found, name).se for name in names] == pytest.approx(slow.tolist(), rel=1e-4)


def test_scores_of_a_polychoric_correlation_are_derivatives():
    table = np.array([[20.0, 9, 3], [8, 25, 10], [2, 7, 16]])
    scores = polychoric_scores(table, polychoric(table))
    for cell in np.ndindex(3, 3):
        nudge = np.zeros((3, 3))
        nudge[cell] = 0.01
        slope = (polychoric(table + nudge) - polychoric(table - nudge)) / 0.02
        assert scores[cell] / table.sum() == pytest.approx(slope, abs=1e-7)


@pytest.mark.parametrize("rho", [-0.95, -0.4, 0.0, 0.3, 0.8, 0.99])
def test_chances_of_two_normal_numbers(rho):
    cuts = np.array([-1.7, 0.1, 1.1])
    ours = _below(cuts, cuts, rho=rho)[1:-1, 1:-1]
    theirs = [
        [multivariate_normal([0, 0], [[1, rho], [rho, 1]], allow_singular=True).cdf([h, k]) for k in cuts]
        for h in cuts
    ]
    assert ours == pytest.approx(np.array(theirs), abs=1e-7)


def test_a_polychoric_correlation_finds_the_one_behind_the_table():
    cuts = norm.ppf([0.2, 0.5, 0.9])
    table = np.diff(np.diff(_below(cuts, cuts, rho=0.63), axis=0), axis=1)
    assert polychoric(table) == pytest.approx(0.63, abs=1e-10)


def slow_variance(y, weights, *, strata, units):
    """A total's variance by loops over strata and units."""
    whole = 0.0
    for stratum in set(strata):
        own = [
            sum(
                w * v
                for w, v, s, u in zip(weights, y, strata, units, strict=True)
                if (s, u) == (stratum, unit)
            )
            for unit in {u for s, u in zip(strata, units, strict=True) if s == stratum}
        ]
        middle = sum(own) / len(own)
        whole += len(own) / (len(own) - 1) * sum((one - middle) ** 2 for one in own)
    return whole


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_variance_of_a_total_by_loops(data):
    shape = data.draw(st.lists(st.integers(2, 4), min_size=1, max_size=4))
    place = [
        (s, u)
        for s, units in enumerate(shape)
        for u in range(units)
        for _ in range(data.draw(st.integers(1, 3)))
    ]
    number = st.floats(-5, 5).map(lambda v: round(v, 3))
    y = np.array(data.draw(st.lists(number, min_size=len(place), max_size=len(place))))
    weights = np.array(data.draw(st.lists(st.floats(0.1, 9), min_size=len(place), max_size=len(place))))
    strata, units = (np.array(column) for column in zip(*place, strict=True))
    design = survey_design(weights, strata=strata, units=units)
    slow = slow_variance(y, weights, strata=strata.tolist(), units=units.tolist())
    assert interval(design, total(design, y)).se ** 2 == pytest.approx(slow, rel=1e-9, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(0.2, 3), min_size=24, max_size=24), st.lists(st.floats(0.1, 1), min_size=2, max_size=2)
)
def test_raking_meets_every_margin_and_what_margins_explain_has_no_error(weights, parts):
    one, other = np.arange(24) % 2, np.arange(24) % 3
    shares = [np.array([parts[0], 1.3 - parts[0]]) / 1.3, np.array([parts[1], 0.5, 0.7]) / (parts[1] + 1.2)]
    margins = [Margin(cell=one, shares=shares[0]), Margin(cell=other, shares=shares[1])]
    found = rake(survey_design(weights), margins)
    assert found.converged
    for cell, wanted in zip((one, other), shares, strict=True):
        held = [found.design.weights[cell == value].sum() for value in range(len(wanted))]
        assert np.array(held) / sum(weights) == pytest.approx(wanted, abs=1e-8)
    assert interval(found.design, mean(found.design, one)).se == pytest.approx(0, abs=1e-8)


def test_a_cap_holds_weights_down_and_says_so_where_margins_cannot_be_met():
    cell = np.repeat([0, 1], [90, 10])
    loose = rake(survey_design(np.ones(100)), [Margin(cell=cell, shares=np.array([0.7, 0.3]))], cap=5)
    assert loose.converged
    assert loose.trimmed == 0
    tight = rake(survey_design(np.ones(100)), [Margin(cell=cell, shares=np.array([0.4, 0.6]))], cap=3)
    assert not tight.converged
    assert tight.trimmed == pytest.approx(0.1)
    assert tight.miss == pytest.approx(0.6 - 30 / 70)  # ten weights of 3 beside 40 in all


def test_what_cannot_be_answered_is_refused():
    everyone = np.ones(8, dtype=bool)
    y = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    design = survey_design(np.ones(8))
    with pytest.raises(EstimationError, match="without error"):
        ordered_logit(design, y, x=y[:, None].astype(float), domain=everyone)
    with pytest.raises(EstimationError, match="follows from the others"):
        ordered_logit(design, y, x=np.ones((8, 1)), domain=everyone)
    with pytest.raises(EstimationError, match="negative"):
        survey_design([1, -1])
    with pytest.raises(EstimationError, match="one primary sampling unit"):
        survey_design(np.ones(3), units=np.array(["a", "a", "a"]))
    with pytest.raises(EstimationError, match="strata with one"):
        survey_design(np.ones(3), strata=np.array([1, 1, 2]), single="refuse")


def test_a_stratum_drawn_for_certain_adds_no_error():
    y, strata = np.array([1.0, 2, 4, 9]), np.array([1, 1, 1, 2])
    sure = survey_design(np.ones(4), strata=strata, single="certain")
    inner = survey_design(np.ones(3))
    found = interval(sure, total(sure, y)).se
    assert found == pytest.approx(interval(inner, total(inner, y[:3])).se)


def test_slopes_that_differ_are_seen():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(1500, 1))
    latent = rng.logistic(size=1500)
    y = (latent + 2 * x[:, 0] > -1).astype(int) * (1 + (latent > 1.5))
    design, everyone = survey_design(np.ones(1500)), np.ones(1500, dtype=bool)
    assert parallel_slopes(design, y, x=x, domain=everyone).p < 1e-6


@given(st.lists(st.integers(1, 5), min_size=3, max_size=30), st.integers(2, 4))
def test_items_that_say_the_same_are_reliable_without_limits(answers, items):
    same = np.column_stack([np.array(answers, dtype=float)] * items)
    if len(set(answers)) == 1:
        with pytest.raises(EstimationError):
            reliability(survey_design(np.ones(len(answers))), same)
        return
    found = reliability(survey_design(np.ones(len(answers))), same).alpha
    assert found.value == pytest.approx(1)
    assert np.nan_to_num([found.low, found.high], nan=1) == pytest.approx([1, 1])
