"""Signs of harm that are looked at once: inequality, hours, minutes and leaving, and the alarms of a whole study."""

import numpy as np
import pytest
from tests.checked import Simulation, repeated
from tests.truth.answers import Answers

from coproduce.drill import drill
from coproduce.methods.changes import change_of_ratio, ratio_of_rates, relative_slopes
from coproduce.methods.concentration import Cell, concentration_change
from coproduce.methods.intervals import Moments, mean
from coproduce.simulate.trials import Size

RUNS = repeated(400)
INEQUALITY = Simulation(
    question="harms",
    design="inequality: change of concentration",
    made="60 treated and 60 others before and after; outcomes from 0 to 10 that rise with the place in an order",
)


@pytest.mark.parametrize("bounds", [None, (0.0, 10.0)], ids=["relative", "Erreygers"])
def test_a_concentration_that_changes(bounds, checked):
    place = (np.arange(60) + 0.5) / 60
    name = "relative index" if bounds is None else "Erreygers' index"

    def asked(steeper):
        def one(rng):
            def cells(change):
                level = rng.normal(size=60)
                slopes = (2.0, 2.0 + change)
                return tuple(
                    Cell(
                        amount=5 + slope * (place - 0.5) + 0.5 * level + rng.normal(0, 0.5, 60),
                        by=place,
                        clusters=np.arange(60),
                    )
                    for slope in slopes
                )

            return concentration_change(cells(steeper), cells(0.0), bounds=bounds)

        return one

    spread = 2 * float(np.mean((place - 0.5) ** 2))  # what a slope of 1 adds to twice the covariance
    truth = spread / 5 if bounds is None else 4 * spread / 10
    found = Answers.of(asked(1.0), 80, len(name), runs=RUNS)
    found.are_right(checked, INEQUALITY, name, truth=truth)
    found.are_found(checked, INEQUALITY, f"a slope steeper by half, {name}")
    Answers.of(asked(0.0), 81, len(name), runs=RUNS).seldom_alarm(checked, INEQUALITY, f"no change, {name}")


HALVES = Simulation(
    question="harms",
    design="minutes: earlier and later half",
    made="60 people who give minutes in 1 to 6 months of each half, 60 or 75 a month on average (exponential)",
)


def test_minutes_a_month_that_change(checked):
    def asked(more):
        def one(rng):
            months = rng.integers(1, 7, (2, 60)).astype(float)
            own = rng.gamma(4, 0.25, 60)
            minutes = [
                own * m * rng.gamma(m, 1 / m) * each for m, each in zip(months, (60, more), strict=True)
            ]
            return change_of_ratio((minutes[0], months[0]), (minutes[1], months[1]))

        return one

    found = Answers.of(asked(75), 82, runs=RUNS)
    found.are_right(checked, HALVES, "change of minutes a month", truth=15)
    found.are_found(checked, HALVES, "15 minutes more, of 60")
    Answers.of(asked(60), 83, runs=RUNS).seldom_alarm(checked, HALVES, "no change")


LEAVING = Simulation(
    question="harms",
    design="leaving: ratio of rates",
    made="10 expected to leave in the earlier half; as many, or twice as many, in the later (Poisson)",
)


def test_leaving_more_often(checked):
    def asked(times):
        return lambda rng: ratio_of_rates(
            (int(rng.poisson(10 * times)), 100.0), (max(1, int(rng.poisson(10))), 100.0)
        )

    found = Answers.of(asked(2), 84, runs=RUNS)
    found.hold(checked, LEAVING, "ratio", truth=2)
    found.are_found(checked, LEAVING, "twice as often", nought=1)
    Answers.of(asked(1), 85, runs=RUNS).seldom_alarm(checked, LEAVING, "as often", nought=1)


HOURS = Simulation(
    question="harms",
    design="hours: slopes of units",
    made="15 units over 8 periods, whose hours fall by 5 % of their mean a period, each a little differently, or not",
)


def test_professional_hours_that_fall(checked):
    unit, period = np.repeat(np.arange(15), 8), np.tile(np.arange(8.0), 15)

    def asked(slope):
        def one(rng):
            own = slope + rng.normal(0, 0.02, 15)[unit]
            hours = 40 * (1 + own * (period - 3.5) + rng.normal(0, 0.1, 120))
            slopes = relative_slopes(hours, period, units=unit)
            return mean(Moments(n=len(slopes), total=float(slopes.sum()), squares=float((slopes**2).sum())))

        return one

    found = Answers.of(asked(-0.05), 86, runs=RUNS)
    found.are_right(checked, HOURS, "mean slope", truth=-0.05)
    found.are_found(checked, HOURS, "a fall of 5 % a period")
    Answers.of(asked(0.0), 87, runs=RUNS).seldom_alarm(checked, HOURS, "no fall")


STUDY = Simulation(
    question="harms",
    design="a whole study",
    made="240 people entering over 12 looks, half of them given visits; the runner answers; harm of 0.8 or none",
)


def test_a_monitored_study_sees_harm_and_seldom_cries_wolf(checked):
    studies = repeated(20)
    found = drill("harms", effect=0.8, size=Size(units=240, periods=12), studies=studies, seed=2)
    alarms, seen = (round(share.value * studies) for share in (found.false_alarms, found.power))
    checked.false_alarms(STUDY, "an alarm at any look", alarms=alarms, runs=studies)
    checked.power(STUDY, "harm of 0.8 standard deviations", found=seen, runs=studies)
    assert 1 <= found.looks_to_alarm <= 12
