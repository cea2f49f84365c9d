"""What goes wrong around the platform, and what it does then: nothing half written, nothing lost, nothing doubled."""

import errno
import os
import re
import shutil
import smtplib
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail, signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult
from tests.web import databases
from tests.web.serving import platform

from coproduce_web import letters, signing_in
from coproduce_web.actions import commissioning
from coproduce_web.actions.acting import NotNow
from coproduce_web.models import Attempt, BudgetRound, Comment, Concern, SentForm, TrailEntry

DAY = timedelta(days=1)


# --- the database is gone -----------------------------------------------------------------------------------------


def _server(url, *words):
    """Start or stop the server of a test's own PostgreSQL."""
    (folder,) = parse_qs(urlsplit(url).query)["host"]
    user = {"user": "nobody", "group": "nogroup", "cwd": "/"} if os.geteuid() == 0 else {}
    command = [databases.programs() / "pg_ctl", "-D", f"{folder}/data", "-l", f"{folder}/log", "-w", *words]
    subprocess.run(command, check=True, capture_output=True, **user)


def _start(url):
    (folder,) = parse_qs(urlsplit(url).query)["host"]
    _server(url, "-o", f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off", "start")


def _asked(url, question):
    """The first value of each row that the database itself answers."""
    import psycopg

    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(question)]


_KEPT = " UNION ALL ".join(
    f"SELECT count(*) FROM platform_{table}"
    for table in ("comment", "concern", "sentform", "trailentry WHERE kind IN ('comment', 'concern')")
)
_LETTERS = "SELECT status FROM django_tasks_database_dbtaskresult WHERE task_path LIKE '%send_sign_in_link'"


def test_a_database_that_is_gone_comes_back_by_itself_and_forms_sent_at_once_are_written_once():
    with databases.postgres() as url, platform(url) as running:
        say = f"/care/{running.known['initiative']}/threads/{running.known['thread']}"
        worry = {"evil": "co_destruction", "severity": "1", "text": "Again and again.", "once": "worry"}
        with ThreadPoolExecutor(6) as pool:
            said = list(
                pool.map(lambda _: running.ask(say, data={"text": "Once.", "once": "said"})[0], range(6))
            )
            raised = list(
                pool.map(
                    lambda _: running.ask("/care/concerns/new", data=worry, signed_in=False)[0], range(6)
                )
            )
        assert set(said) == set(raised) == {200}
        before = _asked(url, _KEPT)
        assert before == [1, 1, 1, 2]

        _server(url, "-m", "immediate", "stop")
        for path, data in (("/", None), ("/care/", None), (say, {"text": "Lost.", "once": "lost"})):
            status, text = running.ask(path, data=data)
            assert status == 503
            assert "cannot reach its records" in text
        _start(url)
        running.until("/care/", 200)
        assert _asked(url, _KEPT) == before
        assert running.ask(say, data={"text": "Lost.", "once": "lost"})[0] == 200  # sent again, it is taken
        assert _asked(url, _KEPT) == [2, 1, 2, 3]
        running.ask("/sign-in/link", data={"email": "citizen@example.org"})
        _wait(lambda: _asked(url, _LETTERS) == ["SUCCESSFUL"])  # the worker has begun anew as well


def _wait(until):
    end = time.monotonic() + 60
    while not until():
        assert time.monotonic() < end
        time.sleep(0.2)


# --- the worker is killed -----------------------------------------------------------------------------------------

_SLOW = """
import time
import django
django.setup()
from django.core.management import call_command
from coproduce_web.actions import runs
runs.answered = lambda run, *, tell: time.sleep(600)
call_command("db_worker", queue_name="*", interval=0.1, startup_delay=False)
"""

_ASKED_FOR = """
import django
django.setup()
from django.core.management import call_command
from tests.web.world import make_world
from coproduce_web.actions import runs
call_command("migrate", verbosity=0)
world = make_world()
runs.ask(by=world.by("evaluator"), service=world.service)
"""


def _python(words, environment):
    return subprocess.Popen(
        [sys.executable, *words],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_a_worker_that_is_killed_in_a_run_leaves_it_to_the_next_and_nothing_is_found_twice(tmp_path):
    file = tmp_path / "care.sqlite3"
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{file}",
        "DJANGO_SETTINGS_MODULE": "tests.web.settings_queued",
    }
    assert _python(["-c", _ASKED_FOR], environment).wait(120) == 0
    killed = _python(["-c", _SLOW], environment)
    _wait(lambda: _rows(file, "SELECT state FROM platform_run") == ["running"])
    killed.kill()
    killed.wait(30)
    long_ago = (timezone.now() - DAY).strftime("%Y-%m-%d %H:%M:%S")
    _rows(file, f"UPDATE platform_run SET heard_at = '{long_ago}'")  # ten minutes later ...
    _rows(file, f"UPDATE django_tasks_database_dbtaskresult SET run_after = '{long_ago}'")
    work = ["-m", "coproduce_web", "db_worker", "--queue-name", "*", "--batch", "--no-startup-delay"]
    assert _python(work, environment).wait(120) == 0
    assert _rows(file, "SELECT tries FROM platform_run") == [2]
    assert _rows(file, "SELECT state FROM platform_run")[0] in {"done", "failed"}
    written = _rows(file, "SELECT count(*) FROM platform_trailentry WHERE kind = 'run'")
    assert written == [4]  # asked, taken up, taken up again, ended once


def _rows(file, statement):
    with closing(sqlite3.connect(file, timeout=30)) as connection, connection:
        return [row[0] for row in connection.execute(statement)]


# --- a form is sent twice -----------------------------------------------------------------------------------------


def test_a_form_sent_twice_is_written_once_and_leads_to_the_same_place(world, signed_in):
    place = reverse("new_proposal", args=["care", world.initiative.pk])
    sent = {"kind": "project", "title": "A bench", "text": "", "once": "the same"}
    first, second = (signed_in("citizen").post(place, sent).headers["Location"] for _ in range(2))
    assert first == second
    assert world.initiative.proposals.count() == 1


def test_a_form_that_was_refused_may_be_sent_again(world, signed_in):
    place = reverse("new_proposal", args=["care", world.initiative.pk])
    refused = signed_in("citizen").post(place, {"kind": "project", "title": "", "once": "the same"})
    assert refused.status_code == 200
    assert not SentForm.objects.exists()
    assert (
        signed_in("citizen").post(place, {"kind": "project", "title": "A", "once": "the same"}).status_code
        == 302
    )


def test_what_fails_midway_leaves_nothing(world, signed_in, monkeypatch):
    """The last write of an action fails: what was written before it in the same action goes as well."""
    before = (Comment.objects.count(), SentForm.objects.count())

    def broken(*_args, **_more):
        raise OSError("the disk is full")

    monkeypatch.setattr("coproduce_web.actions.acting.Trail._entry", broken)
    browser = Client(raise_request_exception=False)
    browser.force_login(world.people["citizen"])
    place = reverse("comment", args=["care", world.initiative.pk, world.thread.pk])
    assert browser.post(place, {"text": "Half.", "once": "half"}).status_code == 500
    assert (Comment.objects.count(), SentForm.objects.count()) == before


# --- no room is left on the disk ----------------------------------------------------------------------------------


def test_a_full_disk_is_said_and_other_faults_are_not_taken_for_it(world, signed_in, monkeypatch):
    for number, status in ((errno.ENOSPC, 507), (errno.EIO, 500)):

        def broken(*_args, number=number, **_more):
            raise OSError(number, "no")

        monkeypatch.setattr("coproduce_web.held.everything", broken)
        browser = signed_in("citizen")
        browser.raise_request_exception = False
        answer = browser.get(reverse("download_my_data"))
        assert answer.status_code == status
        assert ("No room is left" in answer.content.decode()) == (status == 507)


@pytest.mark.parametrize("kind", ["study", "package", "open_data"])
def test_an_export_that_finds_no_room_says_so_and_leaves_nothing(
    world, signed_in, monkeypatch, tmp_path, kind
):
    packing = shutil.make_archive

    def full(base, *args, **more):
        Path(packing(base, *args, **more)).write_bytes(b"half a fi")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "make_archive", full)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = TrailEntry.objects.count()
    answer = signed_in("steward").post(reverse("export", args=["care"]), {"kind": kind, "once": "export"})
    assert answer.status_code == 507
    assert "No room is left" in answer.content.decode()
    assert not list(tmp_path.iterdir())
    assert not SentForm.objects.exists()
    assert TrailEntry.objects.count() == before


# --- the mail server is down --------------------------------------------------------------------------------------


def _words(page):
    return re.sub(r'value="[^"]*"', "", page.content.decode())


class _Down:
    def __init__(self, *_args, **_more):
        raise smtplib.SMTPServerDisconnected("connection refused")


@pytest.fixture
def queue(settings):
    """Letters wait in the database until the worker is let run: ``queue()``."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

    def work():
        DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
        Worker(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id="test",
            excluded_queue_names=[],
        ).run()

    return work


@pytest.mark.django_db(transaction=True)
def test_while_the_mail_server_is_down_no_letter_is_lost_and_the_page_says_the_same(
    world, queue, settings, monkeypatch
):
    with monkeypatch.context() as down:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        down.setattr(smtplib, "SMTP", _Down)
        pages = [
            _words(Client().post(reverse("send_link"), {"email": email}))
            for email in ("citizen@example.org", "nobody@example.org")
        ]
        queue()
        queue()
    assert pages[0] == pages[1]
    assert "citizen@" not in str(list(DBTaskResult.objects.values_list("args_kwargs", flat=True)))
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    queue()
    assert [letter.to for letter in mail.outbox] == [["citizen@example.org"]]
    queue()
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_a_letter_that_is_never_taken_is_given_up_in_the_end(world, queue, settings, monkeypatch):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    monkeypatch.setattr(smtplib, "SMTP", _Down)
    letters.tell_of_change.enqueue(world.people["citizen"].pk, "password")
    for _ in range(len(letters.PAUSES_MINUTES) + 3):
        queue()
    assert DBTaskResult.objects.count() == 1 + len(letters.PAUSES_MINUTES)


# --- the clock goes back ------------------------------------------------------------------------------------------


@pytest.fixture
def back(monkeypatch):
    """Set the clock back by some time: ``back(timedelta(days=1))``."""
    now, seconds = timezone.now, time.time

    def set_back(by):
        monkeypatch.setattr(timezone, "now", lambda: now() - by)
        monkeypatch.setattr(time, "time", lambda: seconds() - by.total_seconds())

    return set_back


def test_a_link_that_was_used_stays_used_and_one_from_the_future_is_not_taken(world, back):
    citizen = world.people["citizen"]
    used, unused = signing_in.link_token(citizen), signing_in.link_token(world.people["professional"])
    assert Client().post(reverse("use_link", args=[used])).status_code == 302
    assert Client().get(reverse("use_link", args=[unused])).status_code == 200
    back(DAY)
    for token in (used, unused):
        assert Client().get(reverse("use_link", args=[token])).status_code == 410
    with pytest.raises(signing.BadSignature):
        signing.loads(used + "x", salt="coproduce.sign-in-link")
    fresh = signing_in.link_token(world.people["professional"])
    assert Client().post(reverse("use_link", args=[fresh])).status_code == 302


def test_tries_from_the_future_still_count(db, back):
    for _ in range(3):
        assert not signing_in.too_often("a door", "Ann", most=3, minutes=15)
    back(DAY)
    assert signing_in.too_often("a door", "Ann", most=3, minutes=15)
    assert Attempt.objects.count() == 4


def test_a_vote_that_was_counted_is_not_open_again(world, back):
    proposal = commissioning.propose(
        by=world.by("citizen"), initiative=world.initiative, kind="project", title="A bench"
    )
    now = timezone.now()
    planned = commissioning.plan_round(
        by=world.by("coordinator"),
        initiative=world.initiative,
        title="Spring",
        budget=100,
        binds="The town pays.",
        opens_at=now + DAY,
        closes_at=now + 2 * DAY,
    )
    project = commissioning.put_on_ballot(
        by=world.by("coordinator"), budget_round=planned, proposal=proposal, cost=10
    )
    BudgetRound.objects.update(opens_at=now - 2 * DAY, closes_at=now + DAY)
    planned.refresh_from_db()
    commissioning.vote(by=world.by("citizen"), budget_round=planned, points={project.pk: 1})
    BudgetRound.objects.update(closes_at=now)
    planned.refresh_from_db()
    counted = commissioning.count_round(by=world.by("coordinator"), budget_round=planned)
    back(DAY)
    with pytest.raises(NotNow):
        commissioning.vote(by=world.by("other_citizen"), budget_round=counted, points={project.pk: 1})
    with pytest.raises(NotNow):
        commissioning.count_round(by=world.by("coordinator"), budget_round=counted)


def test_a_session_that_has_ended_does_not_come_back(world, back, signed_in):
    browser = signed_in("citizen")
    browser.post("/sign-out")
    back(DAY)
    assert browser.get(reverse("account")).status_code == 302


def test_a_concern_answered_in_the_future_is_still_answered(world, back):
    from tests.web.concern import worry

    key = worry(world)["concern"]
    back(DAY)
    concern = Concern.objects.get(pk=key)
    assert not concern.is_overdue
    assert concern.status == "answered"
