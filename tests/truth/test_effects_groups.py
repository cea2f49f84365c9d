"""Several arms, outcomes and subgroups at once: what is claimed of all holds together; harm in a group is seen."""

import numpy as np
import pytest
from tests.checked import Simulation, repeated
from tests.truth.answers import ALPHA, generators

from coproduce.methods.effects import families
from coproduce.methods.effects.families import all_equal, benjamini_hochberg, holm, joint, simultaneous
from coproduce.methods.effects.randomised import Trial, difference

RUNS = repeated(300)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    """Critical values from fewer draws than usual: one more source of chance, and a quick test."""
    monkeypatch.setattr(families, "DRAWS", 5_000)


def together(models):
    return simultaneous(joint(models), rng=np.random.default_rng(1))


ARMS = Simulation(
    question="effects",
    design="randomised: three arms",
    made="30 people in each of three arms and of one comparison, whom they share",
)


@pytest.mark.parametrize("effect", [0.0, 0.8])
def test_three_arms_against_one_comparison(effect, checked):
    arm, truth = np.arange(120) % 4, np.array([effect, 0.0, 0.0])
    held, claimed = 0, 0
    for rng in generators(20, int(10 * effect), runs=RUNS):
        y = rng.normal(size=120) + effect * (arm == 1)
        whole = [Trial(outcome=y, treated=arm == one, units=np.arange(120)) for one in (1, 2, 3)]
        models = [
            difference(trial.taken(np.isin(arm, (0, one)))).model
            for one, trial in zip((1, 2, 3), whole, strict=True)
        ]
        bands = together(models)
        held += bool(np.all((bands.low <= truth) & (truth <= bands.high)))
        claimed += bool(bands.p[0] <= ALPHA)
    said = "with an effect" if effect else "without any effect"
    checked.coverage(ARMS, f"all three together, {said}", hits=held, runs=RUNS)
    if effect:
        checked.power(ARMS, "an effect of 0.8 in one arm of three", found=claimed, runs=RUNS)


OUTCOMES = Simulation(
    question="effects",
    design="randomised: many outcomes",
    made="ten outcomes of 60 people, each two correlated by a half; an effect of one standard deviation on two or none",
)


@pytest.mark.parametrize("moved", [0, 2])
def test_many_outcomes(moved, checked):
    treated = np.arange(60) % 2 == 0
    false, false_shares, found, found_openly = 0, [], 0, 0
    for rng in generators(21, moved, runs=RUNS):
        y = np.sqrt(0.5) * (rng.normal(size=(60, 1)) + rng.normal(size=(60, 10)))
        y[:, :moved] += treated[:, None]
        p = [difference(Trial(outcome=one, treated=treated)).contrast.p for one in y.T]
        strict, open_ = (np.array(adjust(p)) <= ALPHA for adjust in (holm, benjamini_hochberg))
        false += bool(strict[moved:].any())
        false_shares.append(open_[moved:].sum() / max(1, open_.sum()))
        found, found_openly = found + strict[:moved].sum(), found_openly + open_[:moved].sum()
    checked.false_alarms(OUTCOMES, f"any false claim (Holm), {moved} outcomes moved", alarms=false, runs=RUNS)
    checked.false_discoveries(
        OUTCOMES, f"Benjamini and Hochberg, {moved} outcomes moved", shares=false_shares
    )
    if moved:
        checked.power(OUTCOMES, "outcomes that moved (Holm)", found=int(found), runs=moved * RUNS)
        checked.power(
            OUTCOMES,
            "outcomes that moved (Benjamini and Hochberg)",
            found=int(found_openly),
            runs=moved * RUNS,
        )


GROUPS = Simulation(
    question="effects",
    design="randomised: for whom",
    made="four groups of 40 people; an effect of 0.6 on all, on none, or of 0.8 on three and -0.8 on one",
)


def grouped(rng, effects):
    group, treated = np.arange(160) % 4, rng.permutation(160) % 2 == 0
    y = rng.normal(size=160) + np.array(effects)[group] * treated
    whole = Trial(outcome=y, treated=treated, units=np.arange(160))
    return [difference(whole.taken(group == one)).model for one in range(4)]


def test_for_whom_and_harm_in_a_group(checked):
    held, differ, alarms, harmed, unequal = 0, 0, 0, 0, 0
    mixed = np.array([0.8, 0.8, 0.8, -0.8])
    for place in range(RUNS):
        rng = np.random.default_rng([22, place])
        differ += all_equal(grouped(rng, [0.6] * 4)).p <= ALPHA
        bands = together(grouped(rng, [0.0] * 4))
        alarms += bool(((bands.low > 0) | (bands.high < 0)).any())
        models = grouped(rng, mixed)
        bands = together(models)
        held += bool(np.all((bands.low <= mixed) & (mixed <= bands.high)))
        harmed += bool(bands.high[3] < 0)
        unequal += all_equal(models).p <= ALPHA
    checked.coverage(GROUPS, "all four groups together", hits=held, runs=RUNS)
    checked.false_alarms(GROUPS, "an effect on any group, without effect on any", alarms=alarms, runs=RUNS)
    checked.false_alarms(GROUPS, "groups said to differ, whose effect is one", alarms=int(differ), runs=RUNS)
    checked.power(GROUPS, "harm of 0.8 to one group, others gain 0.8", found=harmed, runs=RUNS)
    checked.power(GROUPS, "groups said to differ, one harmed", found=int(unequal), runs=RUNS)


CLUSTERS = Simulation(
    question="effects",
    design="randomised: for whom, few clusters",
    made="20 clusters of 8 people, 8 treated; half of the variance lies between clusters; both groups in each",
)


@pytest.mark.parametrize("more", [0.0, 0.8])
def test_groups_within_few_clusters(more, checked):
    cluster, group = np.arange(160) // 8, np.arange(160) % 2
    differ = 0
    for rng in generators(23, int(10 * more), runs=RUNS):
        treated = rng.permutation(np.arange(20) < 8)[cluster]
        y = rng.normal(size=20)[cluster] + rng.normal(size=160) + more * treated * group
        whole = Trial(outcome=y, treated=treated, clusters=cluster)
        differ += all_equal([difference(whole.taken(group == one)).model for one in (0, 1)]).p <= ALPHA
    if more:
        checked.power(CLUSTERS, "an effect larger by 0.8 in one group", found=int(differ), runs=RUNS)
    else:
        checked.false_alarms(CLUSTERS, "groups said to differ", alarms=int(differ), runs=RUNS)
