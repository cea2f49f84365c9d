"""How long decisions take, and how unequally people give: the methods of power where the truth is known."""

import numpy as np
import pytest
from scipy.stats import norm
from tests.checked import Simulation, repeated
from tests.truth.answers import Answers, generators

from coproduce.methods.concentration import concentration_index, gini
from coproduce.methods.intervals import difference_of_shares, wilson
from coproduce.methods.survival import waiting

RUNS = repeated(500)
WAITING = {
    censored: Simulation(
        question="power",
        design=f"waiting: {censored:.0%} still open",
        made="200 proposals, decided after 20 days on average (exponential); the open ones were made of late",
    )
    for censored in (0.1, 0.4)
}


@pytest.mark.parametrize("censored", WAITING)
def test_the_median_wait_where_some_still_wait(censored, checked):
    median, share, days = Answers(), Answers(), 20.0
    patience = days * (1 - censored) / censored  # exponential too, so that this share is still open
    for rng in generators(70, int(10 * censored), runs=RUNS):
        taken, seen = rng.exponential(days, 200), rng.exponential(patience, 200)
        found = waiting(np.minimum(taken, seen), taken <= seen)
        median.value.append(found.median)
        median.low.append(found.low)
        median.high.append(found.high)
        place = np.searchsorted(found.times, days, side="right") - 1
        share.value.append(found.open_share[place])
        share.low.append(found.open_low[place])
        share.high.append(found.open_high[place])
    median.are_right(checked, WAITING[censored], "median, days", truth=days * np.log(2))
    share.are_right(checked, WAITING[censored], "share still open after 20 days", truth=np.exp(-1))


MINUTES = Simulation(
    question="power",
    design="what people give: Gini and concentration",
    made="minutes of 150 people: exponential, or rising with their place in an order; 40 clusters of 8 who are alike",
)

FEW = Simulation(
    question="power",
    design="what people give: few, of whom some give very much",
    made="minutes of 30 people, log-normal with a standard deviation of 1 on the scale of logarithms",
)


def test_the_gini_of_people_and_of_clusters(checked):
    found = Answers.of(lambda rng: gini(rng.exponential(60, 150)), 71, runs=RUNS)
    # The Gini of a sample is lower than that of its population: for an exponential one by a share of 1 / n.
    checked.bias(MINUTES, "Gini of people", estimates=found.value, truth=0.5, known=-0.5 / 150)
    found.hold(checked, MINUTES, "Gini of people", truth=0.5)
    few = Answers.of(lambda rng: gini(np.exp(rng.normal(4, 1, 30))), 76, runs=RUNS)
    truth = 2 * norm.cdf(np.sqrt(0.5)) - 1
    few.hold(checked, FEW, "Gini of people", truth=truth, known=0.80)
    clusters = np.repeat(np.arange(40), 8)

    def clustered(rng):
        # The sum of two exponentials is Gamma(2); one is the cluster's own. Its Gini is 3/8.
        return gini(rng.exponential(60, 40)[clusters] + rng.exponential(60, 320), clusters=clusters)

    found = Answers.of(clustered, 72, runs=RUNS)
    found.hold(checked, MINUTES, "Gini of people in clusters", truth=0.375)


def test_how_minutes_lie_along_deprivation(checked):
    slope = 0.6

    def asked(slope):
        def one(rng):
            place = rng.random(150)
            return concentration_index(rng.exponential(60 * (1 + slope * (2 * place - 1))), place)

        return one

    found = Answers.of(asked(slope), 73, runs=RUNS)
    # Ranks and the mean are the sample's own: it is off by something of the order of 1 / n.
    checked.bias(MINUTES, "concentration index", estimates=found.value, truth=slope / 3, known=-0.0035)
    found.hold(checked, MINUTES, "concentration index", truth=slope / 3)
    found.are_found(checked, MINUTES, "an index of 0.2")
    Answers.of(asked(0.0), 74, runs=RUNS).seldom_alarm(checked, MINUTES, "no concentration")


SHARES = Simulation(
    question="power",
    design="shares of few",
    made="20 and 25 decisions, of which 10 and 30 % are accepted by chance",
)


def test_shares_of_few_decisions_and_their_difference(checked):
    one, both, none = Answers(), Answers(), Answers()
    for rng in generators(75, runs=RUNS):
        few, more, same = (int(rng.binomial(n, p)) for n, p in ((20, 0.1), (25, 0.3), (25, 0.1)))
        one.add(wilson(few, 20))
        both.add(difference_of_shares((more, 25), (few, 20)))
        none.add(difference_of_shares((same, 25), (few, 20)))
    one.are_right(checked, SHARES, "one share (Wilson)", truth=0.1)
    both.are_right(checked, SHARES, "difference (Newcombe)", truth=0.2)
    both.are_found(checked, SHARES, "30 % rather than 10 %")
    none.seldom_alarm(checked, SHARES, "no difference")
