"""Evaluations: frozen before the draw, drawn in balance, concealed until enrolment, answered by the plan, published."""

import json
from collections import Counter
from datetime import timedelta
from itertools import islice

import numpy as np
import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from tests.web.records_of import fill, measured

import coproduce as cp
from coproduce_web import tasks
from coproduce_web.actions import evaluating, runs
from coproduce_web.actions.acting import CLOCK, NotNow
from coproduce_web.allocation import MULTIPLES, arm_at, drawn
from coproduce_web.export import Scope, write_study
from coproduce_web.models import Allocation, Concern, Cost, Evaluation, OutcomeValue, Run, TrailEntry

ARMS = ["as before", "with a neighbour"]


def places(number, *, arms=ARMS, secret="secret", plan="plan", stratum=""):
    return list(islice(drawn(arms, secret=secret, plan_sha256=plan, stratum=stratum), number))


@pytest.mark.parametrize("arms", [["a", "b"], ["a", "b", "c"]])
def test_arms_are_in_balance_at_every_place(arms):
    """By brute force: no two arms are ever further apart than the largest block allows, over many lists."""
    for secret in range(60):
        seen = Counter(dict.fromkeys(arms, 0))
        for arm in places(90, arms=arms, secret=str(secret)):
            seen[arm] += 1
            assert max(seen.values()) - min(seen.values()) <= max(MULTIPLES)


def test_every_order_of_a_block_comes_up_as_often():
    """The first two places of 6,000 lists: the four pairs as often as permuted blocks of 2, 4 and 6 give them."""
    pairs = Counter(tuple(places(2, arms=["a", "b"], secret=f"list {number}")) for number in range(6000))
    same = np.mean([0, 1 / 3, 2 / 5])  # both alike: never in a block of 2, 1 in 3 of 4, 2 in 5 of 6
    for pair, expected in {("a", "a"): same / 2, ("b", "b"): same / 2, ("a", "b"): (1 - same) / 2}.items():
        error = np.sqrt(expected * (1 - expected) / 6000)
        assert abs(pairs[pair] / 6000 - expected) < 4 * error


def test_a_list_hangs_on_secret_plan_and_stratum_and_on_nothing_else():
    first = places(60)
    assert places(60) == first
    assert [
        arm_at(n + 1, arms=ARMS, secret="secret", plan_sha256="plan", stratum="") for n in range(60)
    ] == first
    for other in (places(60, secret="x"), places(60, plan="x"), places(60, stratum="x")):
        assert other != first


def planned_by(world, **fields):
    measure, units = measured(world)
    usual = {
        "title": "Do neighbours help?",
        "question": "Are people better off when a neighbour looks in?",
        "design": "randomised",
        "arms": ARMS,
        "groups": [],
    }
    made = evaluating.plan(
        by=world.by("evaluator"), initiative=world.initiative, measures=[measure], **(usual | fields)
    )
    return made, units


@pytest.fixture
def trial(world):
    """A frozen evaluation and its units, none of them enrolled."""
    made, units = planned_by(world)
    return evaluating.freeze(by=world.by("evaluator"), evaluation=made), units


def enrol_all(world, evaluation, units):
    return [evaluating.enrol(by=world.by("coordinator"), evaluation=evaluation, unit=unit) for unit in units]


def test_no_one_is_enrolled_before_the_plan_is_frozen_and_no_plan_is_changed_after(world):
    made, units = planned_by(world)
    with pytest.raises(NotNow, match="frozen"):
        evaluating.enrol(by=world.by("coordinator"), evaluation=made, unit=units[0])
    frozen = evaluating.freeze(by=world.by("evaluator"), evaluation=made)
    assert len(frozen.plan_sha256) == 64
    fields = {"title": "x", "question": "x", "design": "randomised", "arms": ARMS}
    with pytest.raises(NotNow, match="frozen"):
        evaluating.change_plan(by=world.by("evaluator"), evaluation=made, measures=[], **fields)
    with pytest.raises(NotNow, match="already"):
        evaluating.freeze(by=world.by("evaluator"), evaluation=made)


@pytest.mark.parametrize(
    ("design", "arms"), [("randomised", ["one"]), ("randomised", ["a", "a"]), ("staggered", ["1", "soon"])]
)
def test_a_plan_that_no_draw_can_be_made_from_is_refused(world, design, arms):
    with pytest.raises(NotNow):
        planned_by(world, design=design, arms=arms)


def test_who_may_plan_and_who_may_enrol(world, trial):
    evaluation, units = trial
    for role in ("citizen", "professional", "handler", "steward"):
        with pytest.raises(PermissionDenied):
            evaluating.enrol(by=world.by(role), evaluation=evaluation, unit=units[0])
    with pytest.raises(PermissionDenied):
        evaluating.publish(by=world.by("coordinator"), evaluation=evaluation)


def test_arms_come_from_the_list_within_each_stratum_and_nobody_is_enrolled_twice(world, trial):
    evaluation, units = trial
    enrol_all(world, evaluation, units)
    for stratum in ("north", "south"):
        given = list(
            Allocation.objects.filter(stratum=stratum).order_by("position").values_list("arm", flat=True)
        )
        assert given == places(20, secret=evaluation.seed, plan=evaluation.plan_sha256, stratum=stratum)
    with pytest.raises(NotNow, match="enrolled already"):
        evaluating.enrol(by=world.by("coordinator"), evaluation=evaluation, unit=units[0])


def test_the_arm_of_who_is_not_enrolled_is_nowhere(world, trial, signed_in, tmp_path):
    """Not in a row, not in the trail, not in an export, not on a page: not before enrolment."""
    evaluation, units = trial
    enrol_all(world, evaluation, units[:3])
    assert Allocation.objects.count() == 3
    told = json.dumps(list(TrailEntry.objects.values("before", "after", "case")), default=str)
    assert evaluation.seed not in told
    for entry in TrailEntry.objects.filter(kind="allocation"):
        assert entry.after["arm"] == "…"
    write_study(Scope(service=world.service, evaluation=evaluation), tmp_path / "study")
    assert len((tmp_path / "study" / "exposure.csv").read_text().splitlines()) == 1 + 3
    assert evaluation.seed not in "".join(path.read_text() for path in (tmp_path / "study").iterdir())


def test_the_export_carries_the_plan_and_the_engine_holds_it(world, trial, tmp_path):
    evaluation, units = trial
    enrol_all(world, evaluation, units)
    write_study(Scope(service=world.service, evaluation=evaluation, leaves=False), tmp_path / "study")
    study = cp.read_study(tmp_path / "study")
    plan = study.plan()
    assert (plan.sha256, plan.deviations, plan.seen) == (evaluation.plan_sha256, (), ())
    findings = cp.run(study, only=["effects", "harms"])
    assert findings.plan.frozen
    (found,) = [one for one in findings.findings if one.question == "effects"]
    (row,) = found.tables["outcomes"].records()
    assert (row["n_treated"], row["n_comparison"]) == tuple(
        Allocation.objects.filter(arm=arm).count() for arm in reversed(ARMS)
    )
    assert row["estimate"] == pytest.approx(by_regression(), abs=1e-8)


def by_regression():
    """The effect by least squares: outcome after on arm, stratum and outcome before, each centred and by arm."""
    given = list(Allocation.objects.order_by("unit").values_list("unit", "arm", "stratum"))
    values = {(row.unit_id, row.period): row.value for row in OutcomeValue.objects.all()}
    treated = np.array([arm == ARMS[1] for _, arm, _ in given], dtype=float)
    known = np.array([[stratum == "south", values[unit, 0]] for unit, _, stratum in given], dtype=float)
    known -= known.mean(axis=0)
    design = np.column_stack([np.ones(len(given)), treated, known, treated[:, None] * known])
    after = np.array([values[unit, 1] for unit, _, _ in given])
    return np.linalg.lstsq(design, after, rcond=None)[0][1]


def test_the_whole_service_is_answered_beside_its_evaluation(world, trial):
    """Costs that fall in no arm and no unit of the evaluation are not set against it."""
    evaluation, units = trial
    fill(world)
    enrol_all(world, evaluation, units)
    Cost.objects.create(
        initiative=world.initiative, arm=ARMS[1], item="Visits", amount=40, borne_by="citizen"
    )
    run = runs.ask(by=world.by("evaluator"), service=world.service)
    run.refresh_from_db()
    assert (run.state, run.refusal) == (Run.State.DONE, "")
    found = {finding["question"] for finding in run.findings["findings"]}
    assert {"classify", "power", "harms", "effects", "value"} <= found
    assert all(figure["svg"].startswith("<svg") for drawn in run.figures.values() for figure in drawn)


def test_a_roll_out_in_a_random_order(world, tmp_path):
    """Steps are drawn like arms; what a unit is given is the period of its start."""
    made, units = planned_by(world, design="staggered", arms=["1", "2", "never"])
    for unit in units:
        for period in (2, 3):
            measure = made.measures.get()
            OutcomeValue.objects.create(
                unit=unit, measure=measure, period=period, value=4 + (unit.pk * period) % 5
            )
    frozen = evaluating.freeze(by=world.by("evaluator"), evaluation=made)
    enrol_all(world, frozen, units)
    write_study(Scope(service=world.service, evaluation=frozen, leaves=False), tmp_path / "study")
    rows = [line.split(",")[2] for line in (tmp_path / "study" / "exposure.csv").read_text().splitlines()[1:]]
    assert Counter(rows) == {
        ("" if arm == "never" else arm): number
        for arm, number in Counter(Allocation.objects.values_list("arm", flat=True)).items()
    }
    study = cp.read_study(tmp_path / "study")
    assert not study.plan().deviations
    assert [one for one in cp.run(study, only=["effects"]).findings if one.question == "effects"]


def test_values_are_written_whole_or_not_at_all(world):
    _, units = measured(world, number=4)

    def value(**more):
        return evaluating.Value(
            **({"unit": units[0].name, "measure": "wellbeing", "period": 2, "value": 5} | more)
        )

    written = evaluating.record_values(
        by=world.by("coordinator"), initiative=world.initiative, values=[value(), value(period=1, value=6)]
    )
    assert written == 2
    assert OutcomeValue.objects.get(unit=units[0], period=1).value == 6
    for wrong in (value(unit="nobody"), value(measure="luck"), value(value=11)):
        before = OutcomeValue.objects.count()
        with pytest.raises((NotNow, ValidationError)):
            evaluating.record_values(
                by=world.by("coordinator"), initiative=world.initiative, values=[value(period=7), wrong]
            )
        assert OutcomeValue.objects.count() == before


def test_a_unit_is_named_once(world):
    named = [{"name": "Street 1", "stratum": "north"}, {"name": "Street 1"}]
    assert (
        len(evaluating.name_units(by=world.by("coordinator"), initiative=world.initiative, units=named)) == 1
    )
    assert evaluating.name_units(by=world.by("coordinator"), initiative=world.initiative, units=named) == []


def test_from_run_to_published_whatever_is_found(world, trial):
    evaluation, units = trial
    enrol_all(world, evaluation, units)
    with pytest.raises(NotNow, match="nothing to publish"):
        evaluating.publish(by=world.by("evaluator"), evaluation=evaluation)
    units[0].actor = world.people["citizen"].actor
    units[0].save()
    run = runs.ask(by=world.by("evaluator"), service=world.service, evaluation=evaluation)
    run.refresh_from_db()
    assert (run.state, run.refusal) == (Run.State.DONE, "")
    assert run.findings["plan"]["sha256"] == evaluation.plan_sha256
    mail.outbox.clear()
    evaluating.publish(by=world.by("evaluator"), evaluation=evaluation)
    assert [letter.to for letter in mail.outbox] == [["citizen@example.org"]]
    assert "Do neighbours help?" in mail.outbox[0].subject
    late = Evaluation.objects.get(pk=evaluation.pk)
    with pytest.raises(NotNow):
        evaluating.enrol(by=world.by("coordinator"), evaluation=late, unit=units[1])


def test_an_alarm_opens_one_concern_for_the_handler(world):
    evils = [
        {"evil": "co_destruction", "status": "alarm", "sign": "well-being"},
        {"evil": "implicit_demands", "status": "watch", "sign": "minutes"},
    ]
    for _ in range(2):
        evaluating.raise_alarms(by=CLOCK, service=world.service, evils=evils)
    raised = Concern.objects.get(raised_by_alarm=True)
    assert (raised.evil, raised.severity, raised.raised_by, raised.status) == (
        "co_destruction",
        3,
        None,
        "open",
    )
    assert raised.answer_due_at > timezone.now() + timedelta(days=world.service.answer_days - 1)


def test_the_weekly_watch_reads_every_service(world):
    fill(world)
    assert tasks.watch_for_harm.call() == Concern.objects.filter(raised_by_alarm=True).count()
