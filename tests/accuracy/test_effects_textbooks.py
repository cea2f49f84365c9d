"""Two textbook examples, from the package causaldata: a trial of job training, and those who stopped smoking."""

import pytest
from tests.checked import Source

import coproduce as cp

DEHEJIA = Source(
    question="effects",
    cite="Dehejia and Wahba (1999), JASA 94(448), 1053-1062; the means in Cunningham (2021), Causal Inference: "
    "The Mixtape, ch. 5 (as recalled)",
)
WHAT_IF = Source(
    question="effects",
    cite="Hernán and Robins (2020), Causal Inference: What If, sections 12.1 and 12.2 (as recalled)",
)
SQUARES = ("age", "wt71", "smokeintensity", "smokeyrs")
LEVELS = ("education", "exercise", "active")


def table(name):
    causaldata = pytest.importorskip("causaldata", reason="causaldata is not installed (group `demo`)")
    return getattr(causaldata, name).load_pandas().data


def test_job_training_by_chance(checked):
    """Earnings in 1978, in US dollars, of 445 men, 185 of them trained in the National Supported Work programme."""
    found = cp.effects(table("nsw_mixtape"), design="randomised", outcome="re78", arm="treat", control=0)
    for what, name, theirs in (
        ("earnings more with training, by chance", "effect", "1794"),
        ("earnings with training", "treated_mean", "6349.144"),
        ("earnings without", "comparison_mean", "4554.801"),
    ):
        checked.agrees(DEHEJIA, what, ours=found.estimate(name).value, theirs=theirs)


@pytest.fixture(scope="module")
def smokers():
    """Smokers of 1971, with all that the book adjusts for: squares and levels as columns."""
    rows = table("nhefs_complete")
    more = {f"{name}_squared": rows[name].astype(float) ** 2 for name in SQUARES}
    more |= {
        f"{name}_{level}": (rows[name].astype(str) == level).astype(float)
        for name in LEVELS
        for level in sorted(set(rows[name].astype(str)))[1:]
    }
    plain = {name: rows[name].astype(float) for name in ("sex", "race", *SQUARES)}
    return rows[["wt82_71", "qsmk"]].assign(**plain, **more)


def test_weight_gained_by_those_who_stopped_smoking(smokers, checked):
    """Kilograms from 1971 to 1982: as they are, and adjusted. The book weights; ours is doubly robust."""
    plain = cp.effects(smokers, design="randomised", outcome="wt82_71", arm="qsmk", control=0, better="down")
    adjusted = cp.effects(
        smokers,
        design="matched",
        outcome="wt82_71",
        arm="qsmk",
        control=0,
        better="down",
        covariates=[name for name in smokers if name not in {"wt82_71", "qsmk"}],
    ).estimate("effect")
    for what, ours, theirs in (
        ("kg gained by those who stopped smoking", plain.estimate("treated_mean").value, "4.5"),
        ("kg gained by those who went on", plain.estimate("comparison_mean").value, "2.0"),
        ("difference as they are, kg", plain.estimate("effect").value, "2.5"),
        ("difference adjusted, kg", adjusted.value, "3.4"),
    ):
        checked.agrees(WHAT_IF, what, ours=ours, theirs=theirs)
    limits = ["2.4", "4.5"]  # of the weighted estimate; a model of the outcome makes ours shorter
    checked.agrees(WHAT_IF, "its limits, kg", ours=adjusted.interval, theirs=limits, within=0.25)
