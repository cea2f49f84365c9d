"""The truth that is worked out by linear algebra, against a plain count over very many simulated cases."""

from collections.abc import Iterator

import pandas as pd
import pytest
from tests.checked import Checked, Simulation

from coproduce.simulate import TrueValue, Truth
from coproduce.simulate.process import STEPS, Case, draw_cases
from coproduce.simulate.truth import truth

CASES = 30_000
SIMULATED = Simulation(
    question="audit",
    design="the simulator's own truth",
    made="cases of the simulated service, counted one by one; the truth is worked out by linear algebra",
)
TOLERATED_ERRORS = 4.5
"""Of about 120 values, chance alone puts one further out than this many standard errors once in 1,200 such tests."""


def told(case: Case) -> dict[str, object]:
    """All that is asked of one case, counted the obvious way."""
    steps = [STEPS[step.state] for step in case.steps]
    names = [step.activity for step in steps]
    acts = [step.activity for step in steps if step.of_citizen]
    row: dict[str, object] = {"deprivation": case.cell.deprivation, "age_band": case.age_band, "names": names}
    row["citizen_events"] = len(acts)
    row["human_events"] = sum(step.side != "system" for step in steps)
    row["citizen_minutes"] = sum(
        done.minutes or 0 for step, done in zip(steps, case.steps, strict=True) if step.of_citizen
    )
    row["rework"] = len(acts) - len(set(acts))
    row["month"] = f"{case.steps[0].at:%Y-%m}"
    row["handoffs_to_citizen"] = row["handoffs_to_organisation"] = 0
    row["waited_for_citizen_days"] = row["citizen_left_waiting_days"] = 0.0
    for place in range(1, len(steps)):
        here, there = steps[place - 1].of_citizen, steps[place].of_citizen
        days = (case.steps[place].at - case.steps[place - 1].at).total_seconds() / 86_400
        row["handoffs_to_citizen"] += not here and there
        row["handoffs_to_organisation"] += here and not there
        row["waited_for_citizen_days" if there else "citizen_left_waiting_days"] += days
    return row


@pytest.fixture(scope="module")
def many() -> pd.DataFrame:
    return pd.DataFrame([told(case) for case in draw_cases(20_261, cases=CASES)])


@pytest.fixture(scope="module")
def true() -> Truth:
    return truth(seed=20_261, cases=CASES)


def off(values: pd.Series, expected: float) -> float:
    """How many standard errors the mean of independent cases lies from what was expected."""
    error = float(values.astype(float).sem())
    away = abs(float(values.mean()) - expected)
    return away / error if error else (0.0 if away < 1e-9 else float("inf"))


def test_whole_sample_values_are_what_is_counted(many: pd.DataFrame, true: Truth, checked: Checked) -> None:
    """A ratio of means is right where what it leaves over has mean zero."""
    waited = many.waited_for_citizen_days + many.citizen_left_waiting_days
    share = {value.name: float(value.value) for value in true.values if value.table is None}
    over = {
        "citizen_event_share": (many.citizen_events, many.human_events),
        "waited_for_citizen_share": (many.waited_for_citizen_days, waited),
        "citizen_left_waiting_share": (many.citizen_left_waiting_days, waited),
        "rework_case_share": (many.rework > 0, 1.0),
        "cases_with_citizen_share": (many.citizen_events > 0, 1.0),
        "handoffs_to_citizen_per_case": (many.handoffs_to_citizen, 1.0),
        "handoffs_to_organisation_per_case": (many.handoffs_to_organisation, 1.0),
    }
    for name, (above, below) in over.items():
        checked.bias(SIMULATED, name, estimates=above.astype(float) - share[name] * below, truth=0.0)


def test_every_necessity_is_what_is_counted(many: pd.DataFrame, true: Truth) -> None:
    completed = many[many.names.str[-1] == "Close case"]
    errors = {
        activity: off(completed.names.map(lambda names, a=activity: a in names), float(value.value))
        for activity, value in by_activity(true, "necessity")
    }
    assert len(errors) == len({step.activity for step in STEPS.values()})
    assert max(errors.values()) < TOLERATED_ERRORS, errors


def by_activity(true: Truth, name: str) -> Iterator[tuple[str, TrueValue]]:
    return ((value.row["activity"], value) for value in true.values if value.name == name and value.row)


def test_the_home_check_comes_after_it_is_asked_for(many: pd.DataFrame, true: Truth) -> None:
    ((activity, after),) = by_activity(true, "after")
    asked = many[(many.names.str[-1] == "Close case") & many.names.map(lambda names: after.value in names)]
    answered = asked.names.map(lambda names: activity in names[names.index(after.value) :])
    assert off(answered, float(true.value("after_share", activity=activity))) < TOLERATED_ERRORS


def test_every_burden_and_difference_is_what_is_counted(many: pd.DataFrame, true: Truth) -> None:
    errors = {}
    for value in true.values:
        if value.table != "burden":
            continue
        assert value.row is not None
        inside = many[value.row["group"]] == value.row["value"]
        quantity = many[value.row["quantity"]].astype(float)
        here, others = quantity[inside], quantity[~inside]
        if value.name == "mean":
            errors[value.label] = off(here, float(value.value))
        else:
            error = (here.sem() ** 2 + others.sem() ** 2) ** 0.5
            errors[value.label] = abs(here.mean() - others.mean() - float(value.value)) / error
    assert len(errors) == 6 * 6 * 2
    assert max(errors.values()) < TOLERATED_ERRORS, errors


def test_every_month_has_its_rework(many: pd.DataFrame, true: Truth) -> None:
    months = {
        value.row["month"]: float(value.value)
        for value in true.values
        if value.table == "trend" and value.row
    }
    assert set(months) == set(many.month)
    errors = {month: off(many.rework[many.month == month] > 0, value) for month, value in months.items()}
    assert max(errors.values()) < TOLERATED_ERRORS, errors
