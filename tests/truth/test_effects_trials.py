"""Trials that were made up, whose truth is known: do intervals hold it as often as they promise?"""

import numpy as np
import pytest

from coproduce.methods.effects import families
from coproduce.methods.effects.families import all_equal, joint, simultaneous
from coproduce.methods.effects.randomised import Trial, difference


def promised(share, runs, *, level=0.95):
    """Whether a share is within chance of what was promised, or above it."""
    return share >= level - 3 * np.sqrt(level * (1 - level) / runs)


@pytest.mark.parametrize(
    "design", ["plain", "covariates", "large blocks", "pairs", "clusters in small blocks"]
)
def test_the_interval_holds_the_truth_as_often_as_promised(design):
    rng = np.random.default_rng(1)
    runs, held, estimates = 400, 0, []
    for _ in range(runs):
        trial = _trial(design, rng)
        found = difference(trial).contrast
        held += found.low <= 1 <= found.high
        estimates.append(found.estimate)
    assert promised(held / runs, runs)
    assert np.mean(estimates) == pytest.approx(1, abs=4 * np.std(estimates) / np.sqrt(runs))


def _trial(design, rng):
    """Effects differ from unit to unit (mean 1), and the treated spread more."""
    n = 48
    x = rng.normal(size=(n, 1))
    cluster = np.arange(n) // 2 if "clusters" in design else np.arange(n)
    block = cluster // {"pairs": 2, "large blocks": 12, "clusters in small blocks": 2}.get(design, n)
    lots = np.unique(cluster)
    of = np.array([block[cluster == lot][0] for lot in lots])
    treated = np.zeros(len(lots), dtype=bool)
    for one in np.unique(of):
        inside = np.flatnonzero(of == one)
        treated[rng.permutation(inside)[: len(inside) // 2]] = True
    arm = treated[cluster]
    y = x[:, 0] + rng.normal(size=block.max() + 1)[block] + rng.normal(size=len(lots))[cluster] / 2
    y = y + arm * (1 + rng.normal(size=n)) + rng.normal(size=n)
    return Trial(
        outcome=y,
        treated=arm,
        covariates=x if design == "covariates" else None,
        blocks=block if "blocks" in design or design == "pairs" else None,
        clusters=cluster if "clusters" in design else None,
    )


def test_three_arms_without_effect_are_rarely_told_from_nothing(monkeypatch):
    monkeypatch.setattr(families, "DRAWS", 5_000)
    rng = np.random.default_rng(2)
    runs, none_claimed = 300, 0
    arm = np.arange(120) % 4
    for _ in range(runs):
        y = rng.normal(size=120)
        models = [
            difference(
                Trial(outcome=y, treated=arm == one, units=np.arange(120)).taken(np.isin(arm, (0, one)))
            ).model
            for one in (1, 2, 3)
        ]
        bands = simultaneous(joint(models), rng=np.random.default_rng(1))
        none_claimed += bool(np.all((bands.low <= 0) & (bands.high >= 0)))
    assert promised(none_claimed / runs, runs)


def test_groups_that_do_not_differ_are_rarely_said_to_with_few_clusters():
    rng = np.random.default_rng(3)
    runs, equal = 300, 0
    cluster = np.arange(160) // 8
    group = np.arange(160) % 2
    for _ in range(runs):
        treated = rng.permutation(np.arange(20) < 8)[cluster]
        y = rng.normal(size=20)[cluster] + rng.normal(size=160)
        whole = Trial(outcome=y, treated=treated, clusters=cluster)
        equal += all_equal([difference(whole.taken(group == one)).model for one in (0, 1)]).p > 0.05
    assert promised(equal / runs, runs)
