"""Runs: asked once, taken up again when a worker dies, and what they find is never written twice."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from coproduce.errors import EngineError
from coproduce.findings import Findings, StudyLabel
from coproduce_web import running, tasks
from coproduce_web.actions import runs
from coproduce_web.actions.acting import CLOCK
from coproduce_web.models import Run, TrailEntry

FOUND = Findings(coproduce="0", study=StudyLabel(title="Care", service="care"))


@pytest.fixture
def engine(monkeypatch):
    """An engine that tells two steps and finds nothing; what happens in between can be set."""

    class Engine:
        meanwhile = staticmethod(lambda: None)
        asked = 0

        def __call__(self, run, *, tell):
            self.asked += 1
            tell("writing events", 0.5)
            self.meanwhile()
            return FOUND, {}

    made = Engine()
    monkeypatch.setattr(runs, "answered", made)
    return made


@pytest.fixture
def waiting(world, monkeypatch):
    """A run that no worker has taken up."""
    monkeypatch.setattr(tasks, "begin", lambda key: None)
    return runs.ask(by=world.by("evaluator"), service=world.service)


def fresh(run):
    return Run.objects.get(pk=run.pk)


def test_only_who_may_asks(world):
    for role in ("citizen", "professional", "coordinator", "steward", "handler"):
        with pytest.raises(PermissionDenied):
            runs.ask(by=world.by(role), service=world.service)


def test_the_same_is_asked_once_at_a_time(world, waiting):
    assert runs.ask(by=world.by("evaluator"), service=world.service) == waiting
    Run.objects.update(state="done")
    assert runs.ask(by=world.by("evaluator"), service=world.service) != waiting


def test_a_run_is_done_and_kept(world, engine):
    run = fresh(
        runs.ask(by=world.by("evaluator"), service=world.service)
    )  # the test's worker does it at once
    assert (run.state, run.tries, run.step) == ("done", 1, "")
    assert Findings.model_validate(run.findings) == FOUND
    assert not runs.carry_out(by=CLOCK, key=run.pk)
    assert engine.asked == 1


def test_how_far_it_is_can_be_seen(waiting, engine):
    seen = []
    engine.meanwhile = lambda: seen.append((fresh(waiting).state, fresh(waiting).step, fresh(waiting).share))
    runs.carry_out(by=CLOCK, key=waiting.pk)
    assert seen == [("running", "writing events", 0.5)]


def test_a_run_whose_worker_lives_is_left_to_it(waiting, engine):
    engine.meanwhile = lambda: runs.carry_out(by=CLOCK, key=waiting.pk)
    assert runs.carry_out(by=CLOCK, key=waiting.pk)
    assert engine.asked == 1


def test_a_worker_is_killed_and_another_takes_it_up(waiting, engine):
    def killed():
        raise KeyboardInterrupt

    engine.meanwhile = killed
    with pytest.raises(KeyboardInterrupt):
        runs.carry_out(by=CLOCK, key=waiting.pk)
    assert fresh(waiting).state == "running"
    assert not runs.carry_out(by=CLOCK, key=waiting.pk)  # it may live yet
    Run.objects.update(heard_at=timezone.now() - timedelta(minutes=runs.SILENT_MINUTES + 1))
    engine.meanwhile = lambda: None
    tasks.look_after.call(waiting.pk)
    assert (fresh(waiting).state, fresh(waiting).tries) in {("done", 2), ("running", 1)}
    runs.carry_out(by=CLOCK, key=waiting.pk)
    assert (fresh(waiting).state, fresh(waiting).tries) == ("done", 2)


def test_who_comes_back_from_the_dead_writes_nothing(waiting, engine):
    """One worker is thought dead; another does it whole meanwhile; the first one's end counts for nothing."""

    def thought_dead():
        engine.meanwhile = lambda: None
        Run.objects.update(heard_at=timezone.now() - timedelta(minutes=runs.SILENT_MINUTES + 1))
        assert runs.carry_out(by=CLOCK, key=waiting.pk)

    engine.meanwhile = thought_dead
    assert not runs.carry_out(by=CLOCK, key=waiting.pk)
    assert (fresh(waiting).state, fresh(waiting).tries) == ("done", 2)
    written = [entry for entry in TrailEntry.objects.filter(kind="run") if "findings" in (entry.after or {})]
    ends = [entry for entry in written if (entry.after or {}).get("state") == "done"]
    assert len(ends) == 1


def test_it_is_not_begun_for_ever(waiting, engine):
    Run.objects.update(state="running", tries=runs.MOST_TRIES, heard_at=timezone.now() - timedelta(days=1))
    assert not runs.carry_out(by=CLOCK, key=waiting.pk)
    assert fresh(waiting).state == "failed"
    assert engine.asked == 0


def test_what_the_engine_refuses_is_kept_in_its_words(waiting, monkeypatch):
    def refuses(run, *, tell):
        raise EngineError("no room on the disk")

    monkeypatch.setattr(runs, "answered", refuses)
    runs.carry_out(by=CLOCK, key=waiting.pk)
    assert (fresh(waiting).state, fresh(waiting).refusal) == ("failed", "no room on the disk")


def test_words_come_once_a_second(monkeypatch):
    times = iter([10.0, 10.4, 11.2])
    monkeypatch.setattr(running.time, "monotonic", lambda: next(times))
    told = []
    heard = running.Heard(lambda step, share=None: told.append(step))
    for step in ("one", "two", "three"):
        heard(step)
    assert told == ["one", "three"]
