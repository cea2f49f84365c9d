"""Group-time effects against a plain implementation in numpy, and the averages against the library's own."""

import numpy as np
import pytest
from tests.checked import Source

from coproduce.errors import EstimationError
from coproduce.methods.effects.smoothness import smooth_limits
from coproduce.methods.effects.staggered import staggered_effects
from coproduce.methods.effects.trends import pre_trends, relative_magnitudes

LINEAR_ALGEBRA = 1e-8
CELLS = Source(
    question="effects",
    cite="Callaway and Sant'Anna (2021), Journal of Econometrics 225(2), 200-230, cell by cell in plain numpy",
    kind="formula",
)
AGGREGATION = Source(question="effects", cite="diff-diff, CallawaySantAnna and its aggregate", kind="program")
DUMMIES = Source(
    question="effects", cite="least squares with a dummy for each unit and period", kind="formula"
)
POWER = Source(
    question="effects",
    cite="diff-diff, compute_pretrends_power (Roth 2022, American Economic Review: Insights 4(3), 305-322)",
    kind="program",
)
RELATIVE = Source(
    question="effects",
    cite="diff-diff, bounds under relative magnitudes (Rambachan and Roth 2023, Review of Economic Studies 90(5))",
    kind="program",
)
SMOOTH = Source(
    question="effects",
    cite="diff-diff, shortest interval under smooth trends (Rambachan and Roth 2023, section 4.1)",
    kind="program",
)
WITHOUT = Source(
    question="effects", cite="the same panel without the units of unknown covariates", kind="formula"
)


def a_panel(rng, *, units=48, periods=6, cohorts=(0, 3, 5)):
    since = rng.choice(cohorts, units)
    level = rng.normal(size=units)
    unit = np.repeat(np.arange(units), periods)
    period = np.tile(np.arange(1.0, periods + 1), units)
    first = since[unit].astype(float)
    effect = np.where((first > 0) & (period >= first), 1 + 0.5 * (period - first), 0)
    outcome = level[unit] + 0.3 * period + effect + rng.normal(0, 0.4, units * periods)
    return {"outcome": outcome, "since": first, "unit": unit, "period": period}


def asked(data, *, sensitivity=False, **more):
    return staggered_effects(
        data["outcome"],
        data["since"],
        unit=data["unit"],
        period=data["period"],
        rng=np.random.default_rng(7),
        sensitivity=sensitivity,
        **more,
    )


def by_hand(data, g, t, *, comparison):
    """The change of the cohort's mean since the period before g, less that of the comparison; and its error."""
    table = data["outcome"].reshape(-1, int(data["period"].max()))
    since = data["since"].reshape(table.shape)[:, 0]
    change = table[:, t - 1] - table[:, g - 2]
    untreated = since == 0
    if comparison == "not_yet":
        untreated |= since > max(t, g - 1)
    treated = since == g
    untreated &= ~treated
    one, other = change[treated], change[untreated]
    return one.mean() - other.mean(), np.sqrt(one.var() / len(one) + other.var() / len(other))


@pytest.mark.parametrize("comparison", ["never", "not_yet"])
def test_each_cell_is_a_difference_of_two_changes(comparison, checked):
    data = a_panel(np.random.default_rng(3))
    found = asked(data, comparison=comparison)
    assert len(found.cells) == 10
    checked.agrees(
        CELLS,
        f"ten group-time effects and their errors, compared with those {comparison.replace('_', ' ')} treated",
        ours=[(cell.estimate, cell.se) for cell in found.cells],
        theirs=[
            by_hand(data, int(cell.since), int(cell.period), comparison=comparison) for cell in found.cells
        ],
        within=LINEAR_ALGEBRA,
    )


@pytest.mark.parametrize("clustered", [False, True])
def test_the_averages_agree_with_the_librarys_own(clustered, checked):
    diff_diff, pandas = pytest.importorskip("diff_diff"), pytest.importorskip("pandas")
    data = a_panel(np.random.default_rng(4))
    village = data["unit"] // 2
    found = asked(data, cluster=village if clustered else None)
    frame = pandas.DataFrame({**data, "village": village}).astype({"since": int, "period": int})
    model = diff_diff.CallawaySantAnna(
        control_group="not_yet_treated", base_period="universal", cluster="village" if clustered else None
    )
    fitted = model.fit(frame, "outcome", "unit", "period", "since")
    simple, events, cohorts = (fitted.aggregate(kind) for kind in ("simple", "event_study", "group"))
    kept = ~events.is_reference
    errors = "errors by cluster" if clustered else "errors by unit"
    for what, ours, *theirs in (
        ("overall effect", [found.contrast], np.ravel(simple.att), np.ravel(simple.se)),
        ("effects by periods since treatment", found.dynamic, events.att[kept], events.se[kept]),
        ("effects by cohort", found.cohorts, cohorts.att, cohorts.se),
    ):
        checked.agrees(
            AGGREGATION,
            f"{what}, {errors}",
            ours=[[one.estimate for one in ours], [one.se for one in ours]],
            theirs=np.array(theirs),
            within=LINEAR_ALGEBRA,
        )


def test_the_average_of_a_calendar_period_weighs_cohorts_by_their_size(checked):
    data = a_panel(np.random.default_rng(5))
    found = asked(data)
    since = data["since"].reshape(-1, 6)[:, 0]
    last = {cell.since: cell.estimate for cell in found.cells if cell.period == 6}
    sizes = {g: (since == g).sum() for g in last}
    by_size = sum(last[g] * sizes[g] for g in last) / sum(sizes.values())
    assert found.calendar[-1].at == 6
    checked.agrees(
        CELLS,
        "average of a calendar period, cohorts by their size",
        ours=found.calendar[-1].estimate,
        theirs=by_size,
        within=LINEAR_ALGEBRA,
    )


def test_two_way_fixed_effects_are_the_regression_with_dummies(checked):
    data = a_panel(np.random.default_rng(6))
    found = asked(data).two_way
    treated = (data["since"] > 0) & (data["period"] >= data["since"])
    dummies = [data["unit"][:, None] == np.arange(48), data["period"][:, None] == np.arange(2, 7)]
    design = np.column_stack([treated, *dummies]).astype(float)
    by_regression = np.linalg.lstsq(design, data["outcome"], rcond=None)[0][0]
    decomposed = sum(pair.weight * pair.effect for pair in found.pairs)
    checked.agrees(
        DUMMIES,
        "two-way fixed effects; the sum of the pairs that they average (Goodman-Bacon 2021)",
        ours=[found.estimate, decomposed],
        theirs=[by_regression, by_regression],
        within=LINEAR_ALGEBRA,
    )
    assert {(pair.treated, pair.comparison) for pair in found.pairs} == {(3, 0), (5, 0), (3, 5), (5, 3)}
    assert sum(pair.weight for pair in found.pairs) == pytest.approx(1, abs=LINEAR_ALGEBRA)


def test_a_band_is_never_narrower_than_its_intervals():
    found = asked(a_panel(np.random.default_rng(8)))
    for series in (found.dynamic, found.cohorts, found.calendar):
        for point in series:
            assert point.band_low <= point.low < point.high <= point.band_high


def test_the_test_of_pre_trends_and_its_power_are_those_of_roth_in_large_samples(checked):
    diff_diff = pytest.importorskip("diff_diff.pretrends")
    pandas = pytest.importorskip("pandas")
    data = a_panel(np.random.default_rng(9), units=400)
    found = asked(data, comparison="never")
    frame = pandas.DataFrame(data).astype({"since": int, "period": int})
    from diff_diff import CallawaySantAnna

    fitted = CallawaySantAnna(base_period="universal").fit(frame, "outcome", "unit", "period", "since")
    events = fitted.aggregate("event_study")
    theirs = diff_diff.compute_pretrends_power(events, pretest_form="wald")
    early = np.array([event < -1 for event in events.vcov_index])
    ours = pre_trends(
        events.att[~events.is_reference][early],
        events.vcov[np.ix_(early, early)],
        at=np.array(events.vcov_index, dtype=float)[early],
        df=1e9,
        level=0.95,
    )
    checked.agrees(
        POWER,
        "drift that the test of earlier trends finds four times in five",
        ours=ours.detectable_slope,
        theirs=theirs.mdv,
        within=1e-4,
        relative=True,
    )
    assert found.before.p == pytest.approx(ours.p, abs=0.01)


def test_relative_magnitudes_without_error_are_the_set_of_rambachan_and_roth(checked):
    diff_diff = pytest.importorskip("diff_diff.honest_did")
    estimates, at = np.array([0.3, 0.1, 0.2, 1.0, 1.4, 1.5]), np.array([-4.0, -3.0, -2.0, 0.0, 1.0, 2.0])
    found = relative_magnitudes(estimates, 1e-4 * np.eye(6), at=at, df=1e9, level=0.95)
    for limits in found.limits:
        low, high = diff_diff._solve_rm_bounds_union(
            estimates[:3], estimates[3:], np.full(3, 1 / 3), 3, limits.allowed
        )
        checked.agrees(
            RELATIVE,
            f"bounds of the effect, trends apart by {limits.allowed:g} times the largest before",
            ours=[limits.set_low, limits.set_high],
            theirs=[low, high],
            within=1e-6,
        )
        assert limits.low < limits.set_low <= limits.set_high < limits.high


@pytest.mark.parametrize(("before", "after"), [(2, 1), (3, 2), (5, 4)])
def test_limits_under_smooth_trends_are_those_of_a_library(before, after, checked):
    """Both find the shortest interval; each by an optimiser of its own."""
    bends = [0.0, 0.02, 0.1, 0.4]
    ours, theirs = np.array([both_limits(before, after, largest=largest) for largest in bends]).swapaxes(0, 1)
    lengths, setting = np.diff(theirs), f"{before} periods before, {after} after, four bends"
    checked.agrees(
        SMOOTH,
        f"limits over the interval's length: {setting}",
        ours=ours / lengths,
        theirs=theirs / lengths,
        within=1e-3,  # the length is flat at its least, so that where the interval lies is found less sharply
    )
    checked.agrees(
        SMOOTH, f"length: {setting}", ours=np.diff(ours), theirs=lengths, within=1e-6, relative=True
    )


def both_limits(before, after, *, largest):
    """Our limits and theirs, for bends of a trend up to the largest."""
    diff_diff = pytest.importorskip("diff_diff.honest_did")
    rng = np.random.default_rng(before + after)
    root = rng.normal(size=(before + after, 2 * (before + after)))
    covariance, estimates = 0.01 * root @ root.T, rng.normal(size=before + after)
    at = np.concatenate([np.arange(-before - 1.0, -1), np.arange(float(after))])
    ours = smooth_limits(estimates, covariance, at=at, largest=largest, df=1e9)
    theirs = diff_diff._compute_optimal_flci(
        estimates[:before],
        estimates[before:],
        covariance,
        np.full(after, 1 / after),
        before,
        after,
        largest,
        0.05,
    )
    return ours, theirs


def test_a_large_effect_bears_trends_that_differ_and_both_analyses_say_how_far():
    data = a_panel(np.random.default_rng(16), units=120, cohorts=(0, 4))
    found = asked(data, sensitivity=True)
    relative, smooth = found.sensitivity
    for analysis in (relative, smooth):
        widths = [limits.high - limits.low for limits in analysis.limits]
        assert widths == sorted(widths)
        assert analysis.breakdown > 0
    at_first = smooth.limits[0]
    assert at_first.low < 1.5 < at_first.high


def test_a_straight_drift_is_found_and_lowers_trust():
    data = a_panel(np.random.default_rng(10), units=200)
    data["outcome"] = data["outcome"] + 0.3 * data["period"] * (data["since"] > 0)
    worries = {worry.name: worry for worry in asked(data).contrast.worries}
    assert not worries["pre_trends"].ok
    assert worries["pre_trends"].value < 0.001


def test_what_is_left_out_is_named():
    data = a_panel(np.random.default_rng(11), cohorts=(0, 1, 3, 6))
    data["outcome"][[4, 40, 100]] = np.nan
    found = asked(data, comparison="never")
    worries = {worry.name: worry for worry in found.contrast.worries}
    since = data["since"].reshape(-1, 6)[:, 0]
    assert worries["treated_from_the_start"].value == (since == 1).sum()
    assert 0 < worries["missing_unit_periods"].value < 0.02
    assert found.contrast.n_treated == np.isin(since, (3, 6)).sum()


def test_a_unit_whose_covariate_is_not_known_is_left_out_rather_than_its_covariate(checked):
    data = a_panel(np.random.default_rng(17), units=90)
    x = np.random.default_rng(18).normal(size=90)
    gaps = x.copy()
    gaps[:7] = np.nan
    kept = data["unit"] >= 7
    some = {name: values[kept] for name, values in data.items()}
    one = asked(data, covariates=gaps[data["unit"]][:, None]).contrast
    other = asked(some, covariates=x[some["unit"]][:, None]).contrast
    checked.agrees(WITHOUT, "overall effect", ours=one.estimate, theirs=other.estimate, within=LINEAR_ALGEBRA)
    assert {worry.name: worry.value for worry in one.worries}["units_without_covariates"] == 7
    assert one.estimate != pytest.approx(asked(some).contrast.estimate, abs=1e-4)


def test_effects_without_a_comparison_are_listed():
    data = a_panel(np.random.default_rng(12), cohorts=(3, 5))
    found = asked(data)
    [worry] = [worry for worry in found.contrast.worries if worry.name == "effects_without_comparison"]
    assert worry.value == 4
    assert "cohort 3 in 5" in worry.meaning
    assert {cell.since for cell in found.cells if cell.period >= cell.since} == {3.0}


def test_two_periods_before_are_too_few_for_sensitivity_and_said_so():
    found = asked(a_panel(np.random.default_rng(13), cohorts=(0, 3)), sensitivity=True)
    assert found.sensitivity == ()
    assert "2 periods before treatment, and 3 are needed" in found.insensitive_because


REFUSALS = {
    "all at once": ({"cohorts": (3,)}, {}, "all units treated at once"),
    "nobody never": ({"cohorts": (3, 5)}, {"comparison": "never"}, "no unit that is never treated"),
    "nobody treated": ({"cohorts": (0,)}, {}, "no unit that is first treated"),
    "always treated": ({"cohorts": (0, 1)}, {}, "no unit that is first treated after the first period"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_it_refuses_what_it_cannot_answer(name):
    shape, more, seen = REFUSALS[name]
    with pytest.raises(EstimationError, match=seen):
        asked(a_panel(np.random.default_rng(14), **shape), **more)


def test_it_refuses_a_constant_outcome_and_a_unit_twice():
    data = a_panel(np.random.default_rng(15))
    with pytest.raises(EstimationError, match="never varies"):
        asked({**data, "outcome": np.ones(len(data["outcome"]))})
    twice = {**data, "period": np.where(data["period"] == 2, 1.0, data["period"])}
    with pytest.raises(EstimationError, match="2 rows in period 1"):
        asked(twice)
