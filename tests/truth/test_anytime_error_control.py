"""The error control is real: false alarms under weekly peeking, coverage at all looks, false discoveries, delay."""

import math

import numpy as np
import pytest

from coproduce.methods.anytime import (
    Looks,
    bounded_mean,
    bounded_null,
    compared_again,
    compared_means,
    raised_alarms,
    shared_counts,
)

ALPHA, LOOKS, STREAMS = 0.05, 200, 4000
WORST = ALPHA + 4 * math.sqrt(ALPHA * (1 - ALPHA) / STREAMS)
"""No procedure that keeps its promise shows more false alarms than this, but for one run in 30,000."""


def arm(rng, mean, *, kind, streams=STREAMS, looks=LOOKS, units=10):
    """What each look adds: ten units a week, of a kind of outcome."""
    shape = (streams, looks, units)
    match kind:
        case "normal":
            values = rng.normal(mean, 1, shape)
        case "skewed":
            values = rng.exponential(1, shape) + mean
        case "binary":
            values = (rng.random(shape) < 0.3 + mean).astype(float)
        case _:
            raise ValueError(kind)
    return Looks(n=np.full(shape[:2], float(units)), total=values.sum(2), squares=(values**2).sum(2))


@pytest.mark.parametrize("kind", ["normal", "skewed", "binary"])
def test_looking_every_week_raises_no_more_false_alarms_than_promised(kind):
    rng = np.random.default_rng(11)
    false = total = missed = 0
    for _ in range(4):
        found = compared_means(
            arm(rng, 0, kind=kind, streams=STREAMS // 4), arm(rng, 0, kind=kind, streams=STREAMS // 4)
        )
        false += (found.log_e.max(axis=1) >= -np.log(ALPHA)).sum()
        missed += ((found.low > 0) | (found.high < 0)).any(axis=1).sum()
        total += len(found.log_e)
    assert false / total <= WORST
    assert missed / total <= WORST


def test_a_plain_test_looked_at_every_week_raises_many():
    """What the e-process is for: the same looks with a test made for one look."""
    rng = np.random.default_rng(12)
    weeks = rng.normal(0, 1, (2000, LOOKS)).cumsum(axis=1) / np.sqrt(np.arange(1, LOOKS + 1))
    assert (weeks > 1.645).any(axis=1).mean() > 6 * ALPHA


def test_harm_is_found_and_the_delay_stays_within_a_few_times_the_fixed_sample():
    """A harm of 0.3 standard deviations: a one-sided test with power 0.8, looked at once, needs 138 units an arm."""
    rng = np.random.default_rng(13)
    found = compared_means(
        arm(rng, 0.3, kind="normal", streams=1000), arm(rng, 0, kind="normal", streams=1000)
    )
    first = raised_by_itself(found.log_e)
    assert (first >= 0).all()
    fixed = 2 * ((1.6449 + 0.8416) / 0.3) ** 2
    units = 10 * (np.sort(first) + 1)
    assert fixed == pytest.approx(137.4, abs=0.1)
    assert np.median(units) < 2 * fixed
    assert units[799] < 3 * fixed  # when 80 % are found


def raised_by_itself(log_e):
    """The first look at which each stream alone reaches 1/alpha."""
    above = log_e >= -np.log(ALPHA)
    return np.where(above.any(axis=1), above.argmax(axis=1), -1)


@pytest.mark.parametrize("share", [0.5, 0.2])
def test_incidents_raise_no_more_false_alarms_than_promised(share):
    rng, streams = np.random.default_rng(14), 1000
    treated, comparison = (rng.poisson(1.2 * part, (streams, LOOKS)) * 1.0 for part in (share, 1 - share))
    found = shared_counts(treated, comparison, share=np.full((1, 1), share))
    worst = ALPHA + 4 * math.sqrt(ALPHA * (1 - ALPHA) / streams)
    assert (raised_by_itself(found.log_e) >= 0).mean() <= worst
    assert ((found.low > 1) | (found.high < 1)).any(axis=1).mean() <= worst
    more = rng.poisson(2.4 * share, (streams, LOOKS)) * 1.0
    harmed = shared_counts(more, comparison, share=np.full((1, 1), share))
    assert (raised_by_itself(harmed.log_e) >= 0).mean() > 0.9


def test_bets_hold_for_a_mean_that_only_its_past_can_tell():
    """Each number depends on those before it; only its mean given them is fixed."""
    rng = np.random.default_rng(15)
    values = np.empty((STREAMS, LOOKS))
    rare = np.zeros(STREAMS, dtype=bool)
    for look in range(LOOKS):
        values[:, look] = np.where(rare, rng.random(STREAMS) < 0.4, 0.4 + 0.2 * rng.uniform(-1, 1, STREAMS))
        rare = values[:, look] > 0.45
    log_e = bounded_null(values, low=0, null=0.4)
    assert (raised_by_itself(log_e) >= 0).mean() <= WORST


def test_the_betting_sequence_holds_the_mean_at_all_looks():
    rng = np.random.default_rng(16)
    values = rng.beta(1, 4, (1500, LOOKS))
    _, low, high = bounded_mean(values, low=0, high=1, grid=100)
    assert ((low > 0.2) | (high < 0.2)).any(axis=1).mean() <= ALPHA + 4 * math.sqrt(
        ALPHA * (1 - ALPHA) / 1500
    )


def test_looks_at_the_same_people_again_raise_no_more_false_alarms_than_promised():
    """Sixty people measured every week, most of whose difference lasts: every look sees the same chance again."""
    rng = np.random.default_rng(17)
    streams, weeks, people = 2000, 40, 30
    lasting = rng.normal(0, 1, (2, streams, 1, people))
    values = (lasting + rng.normal(0, 0.5, (2, streams, weeks, people))).cumsum(axis=2)
    values /= np.arange(1, weeks + 1)[:, None]
    n = np.full((streams, weeks), float(people))
    looks = [Looks(n=n, total=v.sum(2), squares=(v**2).sum(2)) for v in values]
    found = compared_again(*looks)
    worst = ALPHA + 4 * math.sqrt(ALPHA * (1 - ALPHA) / streams)
    assert (raised_by_itself(found.log_e) >= 0).mean() <= worst
    assert ((found.low > 0) | (found.high < 0)).any(axis=1).mean() <= worst
    harmed = compared_again(
        Looks(n=n, total=(values[0] + 1.5).sum(2), squares=((values[0] + 1.5) ** 2).sum(2)), looks[1]
    )
    assert (raised_by_itself(harmed.log_e) >= 0).mean() > 0.95


def test_few_of_many_alarms_are_false_at_every_look():
    """A hundred streams that share what moves them, ten of them with harm: the false discovery rate of e-BH."""
    rng = np.random.default_rng(18)
    runs, streams, looks = 150, 100, 60
    shares = np.zeros((runs, looks))
    found = np.zeros(runs)
    harmed = np.arange(streams) < 10
    for run in range(runs):
        common = rng.normal(0, 0.5, (1, looks, 1))
        mean = np.where(harmed, 0.5, 0.0)[:, None, None]
        values = rng.normal(mean, 1, (streams, looks, 10)) + common
        other = rng.normal(0, 1, (streams, looks, 10))
        n = np.full((streams, looks), 10.0)
        log_e = compared_means(
            Looks(n=n, total=values.sum(2), squares=(values**2).sum(2)),
            Looks(n=n, total=other.sum(2) + 10 * common[..., 0], squares=((other + common) ** 2).sum(2)),
        ).log_e
        first = raised_alarms(log_e, alpha=ALPHA).first
        for look in range(looks):
            up = (first >= 0) & (first <= look)
            shares[run, look] = (up & ~harmed).sum() / max(1, up.sum())
        found[run] = ((first >= 0) & harmed).sum() / 10
    error = shares.std(axis=0) / math.sqrt(runs)
    assert (shares.mean(axis=0) <= ALPHA + 4 * error + 1e-12).all()
    assert found.mean() > 0.95
