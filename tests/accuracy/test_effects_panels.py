"""The two panels on which the methods' own authors show them: the minimum wage, and cigarettes in California."""

import numpy as np
import pytest
from tests.checked import Source

from coproduce.methods.effects.one_area import one_area_effects
from coproduce.methods.effects.simplex import simplex_weights
from coproduce.methods.effects.staggered import staggered_effects
from coproduce.methods.effects.two_by_two import two_by_two_effects

LINEAR_ALGEBRA = 1e-8
DID = Source(
    question="effects",
    cite="Callaway and Sant'Anna, R package did, README: minimum wages and employment of the young, 500 counties, "
    "2003-2007 (mpdta)",
)
MODERNDID = Source(
    question="effects", cite="moderndid, att_gt and aggte, on the same counties", kind="program"
)
AER = Source(
    question="effects",
    cite="Arkhangelsky et al. (2021), American Economic Review 111(12), 4088-4118, Table 1: California's "
    "Proposition 99, packs a head (as recalled)",
)
SYNTHDID = Source(
    question="effects",
    cite="synthdid-py, the R package synthdid in Python, on the same states",
    kind="program",
)
CELLS = {
    (2004, 2004): "-0.0105",
    (2004, 2005): "-0.0704",
    (2004, 2006): "-0.1373",
    (2004, 2007): "-0.1008",
    (2006, 2006): "-0.0046",
    (2006, 2007): "-0.0412",
    (2007, 2007): "-0.0261",
}
DYNAMIC = {0: "-0.0199", 1: "-0.0510", 2: "-0.1373", 3: "-0.1008"}
COHORTS = {2004: "-0.0797", 2006: "-0.0229", 2007: "-0.0261"}


@pytest.fixture(scope="module")
def counties():
    return pytest.importorskip("moderndid", reason="moderndid is not installed (group `dev`)").load_mpdta()


@pytest.fixture(scope="module")
def wages(counties):
    outcome, since, unit, period = (
        counties[name].to_numpy().astype(float) for name in ("lemp", "first.treat", "countyreal", "year")
    )
    return staggered_effects(
        outcome,
        since,
        unit=unit,
        period=period,
        comparison="never",
        rng=np.random.default_rng(1),
        sensitivity=False,
    )


def test_minimum_wages_as_the_authors_print_them(wages, checked):
    cells = {(cell.since, cell.period): cell.estimate for cell in wages.cells if cell.period >= cell.since}
    assert cells.keys() == CELLS.keys()
    for (since, period), printed in CELLS.items():
        checked.agrees(DID, f"cohort {since} in {period}", ours=cells[since, period], theirs=printed)
    later = {point.at: point.estimate for point in wages.dynamic if point.at >= 0}
    for at, printed in DYNAMIC.items():
        checked.agrees(DID, f"{at} years after", ours=later[at], theirs=printed)
    for point, (since, printed) in zip(wages.cohorts, COHORTS.items(), strict=True):
        checked.agrees(DID, f"cohort {since}", ours=point.estimate, theirs=printed)


def test_minimum_wages_with_their_errors(wages, counties, checked):
    """Before treatment, too, against the last year before it, as ours are."""
    import moderndid

    fitted = moderndid.att_gt(
        counties,
        yname="lemp",
        tname="year",
        idname="countyreal",
        gname="first.treat",
        est_method="reg",
        base_period="universal",
    )
    kept = np.isfinite(fitted.se_gt)  # the year of reference has none
    simple, dynamic, cohorts = (
        moderndid.aggte(fitted, type=kind, cband=False) for kind in ("simple", "dynamic", "group")
    )
    events = np.isfinite(dynamic.se_by_event)
    for what, ours, estimates, errors in (
        ("effects of cohorts by year", wages.cells, fitted.att_gt[kept], fitted.se_gt[kept]),
        ("overall effect", [wages.contrast], [simple.overall_att], [simple.overall_se]),
        (
            "effects by years since treatment",
            wages.dynamic,
            dynamic.att_by_event[events],
            dynamic.se_by_event[events],
        ),
        ("effects by cohort", wages.cohorts, cohorts.att_by_event, cohorts.se_by_event),
    ):
        checked.agrees(
            MODERNDID,
            f"{what}, with errors",
            ours=[[one.estimate for one in ours], [one.se for one in ours]],
            theirs=[estimates, errors],
            within=LINEAR_ALGEBRA,
        )


@pytest.fixture(scope="module")
def states():
    return pytest.importorskip("synthdid", reason="synthdid-py is not installed (group `dev`)")


@pytest.fixture(scope="module")
def packs(states):
    table = states.load_california_prop99()
    return {
        "outcome": table["PacksPerCapita"].to_numpy(dtype=float),
        "treated": (table["State"] == "California").to_numpy(),
        "unit": table["State"].to_numpy(dtype=str),
        "period": table["Year"].to_numpy(dtype=float),
    }


def test_proposition_99_as_the_article_prints_it(packs, checked):
    differences = one_area_effects(**packs, since=1989.0, estimator="synthetic_differences")
    control = one_area_effects(**packs, since=1989.0)
    plain = two_by_two_effects(
        packs["outcome"],
        packs["treated"],
        after=packs["period"] >= 1989,
        unit=packs["unit"],
        period=packs["period"],
        rng=np.random.default_rng(1),
    )
    for what, found, printed in (
        ("synthetic difference in differences", differences, "-15.6"),
        ("difference in differences", plain, "-27.3"),
    ):
        checked.agrees(AER, what, ours=found.contrast.estimate, theirs=printed)
    # Theirs stop before the best weights are found (see below): ours is -19.51, from weights that fit better.
    checked.agrees(AER, "synthetic control", ours=control.contrast.estimate, theirs="-19.6", within=0.1)


def test_proposition_99_beside_the_program_of_the_article(packs, states, checked):
    panel = states.panel_matrices(states.load_california_prop99())
    theirs = states.synthdid_estimate(panel.Y, panel.N0, panel.T0)
    ours = one_area_effects(**packs, since=1989.0, estimator="synthetic_differences").contrast.estimate
    checked.agrees(
        SYNTHDID,
        "synthetic difference in differences",
        ours=ours,
        theirs=float(theirs),
        within=2e-4,
        relative=True,
    )
    donors, target = panel.Y[: panel.N0, : panel.T0].T, panel.Y[-1, : panel.T0]
    weights = states.sc_estimate(panel.Y, panel.N0, panel.T0).weights.omega
    losses = [((donors @ one - target) ** 2).sum() for one in (simplex_weights(donors, target), weights)]
    assert losses[0] < 0.995 * losses[1]  # 52.13 beside 52.66
