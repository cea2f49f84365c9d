"""Synthetic control and synthetic difference in differences against general optimisers and a library."""

import numpy as np
import pytest
from scipy import optimize
from tests.checked import Source

from coproduce.errors import EstimationError
from coproduce.methods.effects.one_area import one_area_effects
from coproduce.methods.effects.simplex import simplex_weights

OPTIMISER = 1e-6
LINEAR_ALGEBRA = 1e-8
SLSQP = Source(question="effects", cite="SciPy, minimize by SLSQP under the same constraints", kind="program")
LIBRARY = Source(question="effects", cite="diff-diff, SyntheticDiD", kind="program")
GAPS = Source(
    question="effects",
    cite="Abadie, Diamond and Hainmueller (2010), JASA 105(490), 493-505, written out in numpy",
    kind="formula",
)
AGAIN = Source(question="effects", cite="the whole analysis again with other areas", kind="formula")


def areas(rng, *, donors=12, periods=15, since=10, effect=4.0):
    factors = np.cumsum(rng.normal(size=(2, periods)), axis=1)
    loads = rng.uniform(0, 1, (donors + 1, 2))
    values = 20 + 5 * loads[:, :1] + loads @ factors + rng.normal(0, 0.2, (donors + 1, periods))
    values[0, since:] += effect
    unit, period = np.repeat(np.arange(donors + 1), periods), np.tile(np.arange(float(periods)), donors + 1)
    return {
        "outcome": values.ravel(),
        "treated": unit == 0,
        "unit": unit,
        "period": period,
        "since": float(since),
    }


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ridge", [0.0, 2.0])
def test_weights_are_the_best_on_the_simplex(seed, ridge, checked):
    rng = np.random.default_rng(seed)
    columns, target = rng.normal(size=(9, 6)), rng.normal(size=9)

    def loss(weights):
        return ((columns @ weights - target) ** 2).sum() + ridge**2 * (weights**2).sum()

    ours = simplex_weights(columns, target, ridge=ridge)
    theirs = optimize.minimize(
        loss,
        np.full(6, 1 / 6),
        bounds=[(0, 1)] * 6,
        constraints={"type": "eq", "fun": lambda weights: weights.sum() - 1},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    assert ours.sum() == pytest.approx(1)
    assert ours.min() >= 0
    assert loss(ours) <= theirs.fun + OPTIMISER
    checked.agrees(
        SLSQP,
        f"weights of six donors, ridge {ridge:g}, problem {seed}",
        ours=ours,
        theirs=theirs.x,
        within=OPTIMISER,
    )


def test_synthetic_differences_are_those_of_a_library(checked):
    diff_diff, pandas = pytest.importorskip("diff_diff"), pytest.importorskip("pandas")
    data = areas(np.random.default_rng(3))
    ours = one_area_effects(**data, estimator="synthetic_differences")
    frame = pandas.DataFrame({name: data[name] for name in ("outcome", "treated", "unit", "period")})
    frame["treated"] = frame["treated"].astype(int)
    model = diff_diff.SyntheticDiD(variance_method="placebo", n_bootstrap=10, seed=1)
    theirs = model.fit(frame, "outcome", "treated", "unit", "period", post_periods=list(range(10, 15)))
    checked.agrees(
        LIBRARY,
        "synthetic difference in differences of 1 area and 12 donors",
        ours=ours.contrast.estimate,
        theirs=theirs.att,
        within=1e-4,  # its weights are sought by another algorithm, which stops earlier
        relative=True,
    )


def test_synthetic_control_is_the_mean_gap_under_the_best_weights(checked):
    data = areas(np.random.default_rng(4))
    found = one_area_effects(**data)
    table = data["outcome"].reshape(13, 15)
    weights = simplex_weights(table[1:, :10].T, table[0, :10])
    gap = table[0] - weights @ table[1:]
    checked.agrees(
        GAPS,
        "mean gap after treatment; ratio of the fits after and before; p of 1 area among 13",
        ours=[found.contrast.estimate, found.ratio, found.contrast.p],
        theirs=[gap[10:].mean(), np.sqrt((gap[10:] ** 2).mean() / (gap[:10] ** 2).mean()), 1 / 13],
        within=LINEAR_ALGEBRA,
    )
    assert [donor.unit for donor in found.donors] == list(range(1, 13))
    assert sum(donor.weight for donor in found.donors) == pytest.approx(1)
    assert found.contrast.low < 4 < found.contrast.high


def test_among_exact_fits_the_gap_decides_and_not_the_rounding():
    data = areas(np.random.default_rng(8), donors=30, periods=8, since=5)
    table = data["outcome"].reshape(
        31, 8
    )  # a view: the treated area, then a donor, are made mixtures of others
    table[0, :5], table[1, :5] = table[[3, 7], :5].mean(axis=0), table[[4, 9], :5].mean(axis=0)
    found = one_area_effects(**data)
    moved = one_area_effects(**{**data, "outcome": data["outcome"] / 3 + 0.1})
    assert found.fit < 1e-4
    assert found.donors[0].ratio > 1e3
    assert moved.contrast.p == found.contrast.p


def test_each_donor_is_left_out_and_put_in_the_treated_place(checked):
    data = areas(np.random.default_rng(5))
    found = one_area_effects(**data)
    without_first = {
        name: values[data["unit"] != 1] if name != "since" else values for name, values in data.items()
    }
    kept = data["unit"] != 0
    placebo = {name: values[kept] if name != "since" else values for name, values in data.items()}
    placebo["treated"] = placebo["unit"] == 1
    checked.agrees(
        AGAIN,
        "effect without a donor; effect with a donor in the treated place",
        ours=[found.donors[0].without, found.donors[0].placebo],
        theirs=[one_area_effects(**other).contrast.estimate for other in (without_first, placebo)],
        within=LINEAR_ALGEBRA,
    )


def test_areas_with_gaps_are_no_donors_and_named():
    data = areas(np.random.default_rng(6))
    data["outcome"][40] = np.nan
    found = one_area_effects(**data)
    assert found.contrast.n_comparison == 11
    assert "their outcome is not known in every period: 2" in found.contrast.worries[0].meaning


def test_it_refuses_what_it_cannot_answer():
    data = areas(np.random.default_rng(7))
    with pytest.raises(EstimationError, match="1 periods before treatment"):
        one_area_effects(**{**data, "since": 1.0})
    with pytest.raises(EstimationError, match="no treated area"):
        one_area_effects(**{**data, "treated": np.zeros(len(data["unit"]), dtype=bool)})
    few = data["unit"] < 4
    with pytest.raises(EstimationError, match="3 other areas"):
        one_area_effects(
            **{name: values[few] if name != "since" else values for name, values in data.items()}
        )
    data["outcome"][2] = np.nan
    with pytest.raises(EstimationError, match="treated area whose outcome is not known"):
        one_area_effects(**data)
