"""The error control is real: false alarms under weekly peeking, coverage at all looks, false discoveries, delay."""

import numpy as np
import pytest
from scipy.stats import norm
from tests.checked import Simulation, repeated
from tests.truth.answers import generators

from coproduce.methods.anytime import (
    Looks,
    against_tolerated_counts,
    block_differences,
    bounded_mean,
    bounded_null,
    compared_again,
    compared_means,
    raised_alarms,
    shared_counts,
)

ALPHA, LOOKS, UNITS = 0.05, 200, 10
PART = 500
"""Streams that are watched at once."""
FIXED_SIZE = 2 * ((norm.isf(0.05) + norm.isf(0.2)) / 0.3) ** 2
"""Units an arm that a one-sided test looked at once needs to see 0.3 standard deviations with power 0.8."""


def weekly(name, made):
    return Simulation(question="harms", design=name, made=made)


def arm(rng, mean, *, kind, streams=PART):
    """What each look adds: ten units a week, of a kind of outcome."""
    shape = (streams, LOOKS, UNITS)
    match kind:
        case "normal":
            values = rng.normal(mean, 1, shape)
        case "skewed":
            values = rng.exponential(1, shape) + mean
        case "binary":
            values = (rng.random(shape) < 0.3 + mean).astype(float)
    return Looks(n=np.full(shape[:2], float(UNITS)), total=values.sum(2), squares=(values**2).sum(2))


def ever(log_e):
    """Which streams alone reach 1/alpha at some look."""
    return log_e.max(axis=1) >= -np.log(ALPHA)


def held(found, truth):
    """Which hold the truth at all looks."""
    return ((found.low <= truth) & (truth <= found.high)).all(axis=1)


@pytest.mark.parametrize("kind", ["normal", "skewed", "binary"])
def test_means_of_new_units_looked_at_every_week(kind, checked):
    simulation = weekly(
        f"means: {kind}", f"{UNITS} new people an arm at each of {LOOKS} weekly looks; no harm"
    )
    alarms, hits, total = 0, 0, 0
    for rng in generators(60, len(kind), runs=repeated(4)):
        found = compared_means(arm(rng, 0, kind=kind), arm(rng, 0, kind=kind))
        alarms, hits, total = alarms + ever(found.log_e).sum(), hits + held(found, 0).sum(), total + PART
    checked.false_alarms(simulation, "an alarm at any look", alarms=int(alarms), runs=total)
    checked.coverage(simulation, "difference at all looks together", hits=int(hits), runs=total)


def test_a_plain_test_looked_at_every_week_raises_many():
    """What the e-process is for: the same looks with a test made for one look."""
    rng = np.random.default_rng(12)
    weeks = rng.normal(0, 1, (2000, LOOKS)).cumsum(axis=1) / np.sqrt(np.arange(1, LOOKS + 1))
    assert (weeks > 1.645).any(axis=1).mean() > 6 * ALPHA


HARMED = weekly(
    "means: harm of 0.3 standard deviations",
    f"{UNITS} new people an arm a week; looked at once, {FIXED_SIZE:.0f} an arm would see it with power 80 %",
)


def test_harm_is_found_and_the_delay_stays_within_a_few_times_the_fixed_sample(checked):
    first, last = [], []
    for rng in generators(61, runs=repeated(2)):
        found = compared_means(arm(rng, 0.3, kind="normal"), arm(rng, 0, kind="normal"))
        first.append(raised_by_itself(found.log_e))
        last.append(found.estimate[:, -1])
    first, last = np.concatenate(first), np.concatenate(last)
    units = np.where(first >= 0, UNITS * (first + 1), np.inf)
    for times in (1, 2, 3):
        within = int((units <= times * FIXED_SIZE).sum())
        what = f"seen within {'the' if times == 1 else f'{times} times the'} fixed sample"
        checked.power(HARMED, what, found=within, runs=len(units), promised={2: 0.5, 3: 0.8}.get(times))
    checked.power(HARMED, f"seen within {LOOKS} weeks", found=int((first >= 0).sum()), runs=len(first))
    checked.bias(HARMED, "difference at the last look", estimates=last, truth=0.3)


def raised_by_itself(log_e):
    """The first look at which each stream alone reaches 1/alpha."""
    above = log_e >= -np.log(ALPHA)
    return np.where(above.any(axis=1), above.argmax(axis=1), -1)


@pytest.mark.parametrize("share", [0.5, 0.2])
def test_incidents(share, checked):
    simulation = weekly(
        f"incidents, beside others: {share:.0%} of the time treated",
        f"1.2 incidents a week in both arms together, at {LOOKS} weekly looks; no harm, or twice as many",
    )
    streams = repeated(1000)
    rng = np.random.default_rng([62, int(100 * share)])
    treated, comparison = (rng.poisson(1.2 * part, (streams, LOOKS)) * 1.0 for part in (share, 1 - share))
    found = shared_counts(treated, comparison, share=np.full((streams, 1), share))
    alarms, hits = int(ever(found.log_e).sum()), int(held(found, 1).sum())
    checked.false_alarms(simulation, "an alarm at any look", alarms=alarms, runs=streams)
    checked.coverage(simulation, "ratio at all looks together", hits=hits, runs=streams)
    more = rng.poisson(2.4 * share, (streams, LOOKS)) * 1.0
    harmed = shared_counts(more, comparison, share=np.full((streams, 1), share))
    checked.power(
        simulation, "incidents twice as frequent", found=int(ever(harmed.log_e).sum()), runs=streams
    )


TOLERATED = weekly(
    "incidents, beside what is tolerated",
    f"one incident a week is tolerated, at {LOOKS} weekly looks; as many happen, or half as many again",
)


def test_incidents_beside_what_is_tolerated(checked):
    streams, rng = repeated(1000), np.random.default_rng(63)
    expected = np.ones((1, LOOKS))
    found = against_tolerated_counts(rng.poisson(1.0, (streams, LOOKS)) * 1.0, expected)
    alarms, hits = int(ever(found.log_e).sum()), int(held(found, 1).sum())
    checked.false_alarms(TOLERATED, "an alarm at any look", alarms=alarms, runs=streams)
    checked.coverage(TOLERATED, "ratio at all looks together", hits=hits, runs=streams)
    harmed = against_tolerated_counts(rng.poisson(1.5, (streams, LOOKS)) * 1.0, expected)
    checked.power(TOLERATED, "half as many again", found=int(ever(harmed.log_e).sum()), runs=streams)


BETS = weekly(
    "bets: dependent numbers",
    f"{LOOKS} numbers from 0 to 1, each depending on those before it; only its mean given them is fixed",
)


def test_bets_hold_for_a_mean_that_only_its_past_can_tell(checked):
    streams = repeated(4000)
    rng = np.random.default_rng(15)
    values = np.empty((streams, LOOKS))
    rare = np.zeros(streams, dtype=bool)
    for look in range(LOOKS):
        values[:, look] = np.where(rare, rng.random(streams) < 0.4, 0.4 + 0.2 * rng.uniform(-1, 1, streams))
        rare = values[:, look] > 0.45
    alarms = int(ever(bounded_null(values, low=0, null=0.4)).sum())
    checked.false_alarms(BETS, "an alarm at any look", alarms=alarms, runs=streams)
    seen = int(ever(bounded_null(values + 0.08, low=0, null=0.4)).sum())
    checked.power(BETS, "a mean higher by 0.08", found=seen, runs=streams)


BLOCKS = weekly(
    "bets: blocks of people",
    f"answers from 0 to 1, much skewed; one person an arm at each of {LOOKS} looks; no harm, or worse by 0.1",
)


def test_bets_on_blocks_and_the_mean_with_its_sequence(checked):
    streams = repeated(600)
    rng = np.random.default_rng(16)
    other, same = rng.beta(1, 4, (2, streams, LOOKS))
    worse = np.minimum(same + 0.1 * (rng.random((streams, LOOKS)) < 0.9), 1.0)
    alarms = int(ever(bounded_null(same - other, low=-1, null=0.0)).sum())
    checked.false_alarms(BLOCKS, "an alarm at any look", alarms=alarms, runs=streams)
    seen = int(ever(bounded_null(worse - other, low=-1, null=0.0)).sum())
    checked.power(BLOCKS, "worse by about 0.09", found=seen, runs=streams)
    mean, low, high = bounded_mean(other, low=0, high=1, grid=100)
    inside = ((low <= 0.2) & (high >= 0.2)).all(axis=1)
    checked.coverage(BLOCKS, "mean at all looks together", hits=int(inside.sum()), runs=streams)
    checked.bias(BLOCKS, "mean at the last look", estimates=mean[:, -1], truth=0.2)
    assert block_differences(same[0], other[0]) == pytest.approx(same[0] - other[0])


AGAIN = weekly(
    "means: the same people again",
    "30 people an arm, measured at each of 40 weekly looks, whose differences last; no harm, or worse by 1.5",
)


def test_looks_at_the_same_people_again(checked):
    streams, weeks, people = repeated(1500), 40, 30
    alarms = hits = seen = 0
    for rng in generators(64, runs=streams // 250):
        lasting = rng.normal(0, 1, (2, 250, 1, people))
        values = (lasting + rng.normal(0, 0.5, (2, 250, weeks, people))).cumsum(axis=2)
        values /= np.arange(1, weeks + 1)[:, None]
        n = np.full((250, weeks), float(people))
        same, other, worse = (
            Looks(n=n, total=v.sum(2), squares=(v**2).sum(2)) for v in (*values, values[0] + 1.5)
        )
        found = compared_again(same, other)
        alarms, hits = alarms + ever(found.log_e).sum(), hits + held(found, 0).sum()
        seen += ever(compared_again(worse, other).log_e).sum()
    checked.false_alarms(AGAIN, "an alarm at any look", alarms=int(alarms), runs=streams)
    checked.coverage(AGAIN, "difference at all looks together", hits=int(hits), runs=streams)
    checked.power(AGAIN, "worse by 1.5", found=int(seen), runs=streams)


MANY = weekly(
    "many streams: e-BH",
    "100 streams that share what moves them, at 60 weekly looks; ten of them with a harm of half a deviation",
)


def test_few_of_many_alarms_are_false_at_every_look(checked):
    """The false discovery rate, at the look at which it is largest."""
    runs, streams, looks = repeated(100), 100, 60
    shares, found = np.zeros((runs, looks)), 0
    harmed = np.arange(streams) < 10
    for run, rng in enumerate(generators(65, runs=runs)):
        common = rng.normal(0, 0.5, (1, looks, 1))
        mean = np.where(harmed, 0.5, 0.0)[:, None, None]
        values = rng.normal(mean, 1, (streams, looks, 10)) + common
        other = rng.normal(0, 1, (streams, looks, 10)) + common
        n = np.full((streams, looks), 10.0)
        log_e = compared_means(
            *(Looks(n=n, total=v.sum(2), squares=(v**2).sum(2)) for v in (values, other))
        ).log_e
        first = raised_alarms(log_e, alpha=ALPHA).first
        up = (first >= 0)[:, None] & (first[:, None] <= np.arange(looks))
        shares[run] = (up & ~harmed[:, None]).sum(axis=0) / np.maximum(1, up.sum(axis=0))
        found += int(((first >= 0) & harmed).sum())
    worst = int(shares.mean(axis=0).argmax())
    checked.false_discoveries(MANY, "alarms that are false, at the worst look", shares=shares[:, worst])
    checked.power(MANY, "harms found after 60 looks", found=found, runs=10 * runs, promised=0.95)
