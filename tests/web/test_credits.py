"""Time credits: derived once from what was confirmed, only added to, right when many confirm at once."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from tests.web import databases

import coproduce_web
from coproduce_web.actions import needs
from coproduce_web.actions.acting import NotNow
from coproduce_web.actions.claims import Given, claim, respond
from coproduce_web.actions.credits import reverse_credit
from coproduce_web.ledger import balance
from coproduce_web.models import Account, Service, Transfer

HERE = Path(coproduce_web.__file__).parent


@pytest.fixture
def care(world):
    """The small world with time credits."""
    Service.objects.update(credits=True)
    for row in (world.service, world.initiative.service):
        row.refresh_from_db()
    return world


def confirmed(world, role, minutes, *, need=None, day=0, by="coordinator"):
    """A citizen's time, claimed and confirmed."""
    made = claim(
        by=world.by(role),
        activity=world.activity,
        given_on=timezone.localdate() - timezone.timedelta(days=day),
        given=[Given(actor=world.people[role].actor, minutes=minutes)],
        need=need,
    )
    return respond(by=world.by(by), contribution=made.contributions.get(), answer="confirm")


def held(world, role):
    """What somebody has; nothing without an account."""
    account = Account.objects.filter(actor=world.people[role].actor).first()
    return balance(account) if account else None


def service_gave():
    return -balance(Account.objects.get(actor=None))


def test_a_confirmed_minute_of_a_citizen_is_a_minute_of_credit(care):
    contribution = confirmed(care, "citizen", 45)
    assert (held(care, "citizen"), service_gave()) == (45, 45)
    transfer = Transfer.objects.get()
    assert transfer.contribution == contribution


def test_nothing_is_credited_before_both_agree_nor_the_amended_minutes_twice(care):
    made = claim(
        by=care.by("citizen"),
        activity=care.activity,
        given_on=timezone.localdate(),
        given=[Given(actor=care.people["citizen"].actor, minutes=90)],
    ).contributions.get()
    amended = respond(by=care.by("coordinator"), contribution=made, answer="amend", minutes=60)
    assert not Transfer.objects.exists()
    respond(by=care.by("citizen"), contribution=amended, answer="confirm")
    assert held(care, "citizen") == 60


def test_professionals_get_none_and_a_service_without_credits_gives_none(world, care):
    made = claim(
        by=care.by("citizen"),
        activity=care.activity,
        given_on=timezone.localdate(),
        given=[Given(actor=care.people["professional"].actor, minutes=30)],
    ).contributions.get()
    respond(by=care.by("professional"), contribution=made, answer="confirm")
    Service.objects.update(credits=False)
    confirmed(world, "citizen", 20, day=1)
    assert not Transfer.objects.exists()


def test_who_was_helped_pays_where_their_credits_reach_else_the_service(care):
    confirmed(care, "citizen", 60)
    need = needs.raise_need(by=care.by("citizen"), initiative=care.initiative, title="Shopping")
    confirmed(care, "other_citizen", 40, need=need)
    assert (held(care, "citizen"), held(care, "other_citizen"), service_gave()) == (20, 40, 60)
    confirmed(care, "other_citizen", 30, need=need, day=1)  # 20 do not reach: the service pays, whole
    assert (held(care, "citizen"), held(care, "other_citizen"), service_gave()) == (20, 70, 90)


def test_time_given_to_ones_own_need_is_paid_by_the_service(care):
    confirmed(care, "citizen", 60)
    need = needs.raise_need(by=care.by("citizen"), initiative=care.initiative, title="Shopping")
    confirmed(care, "citizen", 30, need=need)
    assert (held(care, "citizen"), service_gave()) == (90, 90)


def test_a_wrong_credit_is_moved_back_once_with_a_reason_and_the_contribution_stays(care):
    contribution = confirmed(care, "citizen", 45)
    transfer = Transfer.objects.get()
    with pytest.raises(PermissionDenied):
        reverse_credit(by=care.by("professional"), transfer=transfer, reason="wrong day")
    with pytest.raises(NotNow, match="why"):
        reverse_credit(by=care.by("coordinator"), transfer=transfer, reason=" ")
    back = reverse_credit(by=care.by("coordinator"), transfer=transfer, reason="wrong day")
    assert (held(care, "citizen"), service_gave()) == (0, 0)
    for again in (transfer, back):
        with pytest.raises(NotNow, match="already"):
            reverse_credit(by=care.by("coordinator"), transfer=again, reason="again")
    contribution.refresh_from_db()
    assert (contribution.status, contribution.minutes) == ("confirmed", 45)


def test_one_sees_ones_own_account_and_nobody_elses(care, signed_in):
    confirmed(care, "citizen", 45)
    assert b"45 min" in signed_in("citizen").get("/care/credits").content
    assert b"45 min" not in signed_in("other_citizen").get("/care/credits").content


READS_THE_LEDGER = {
    "ledger.py",
    "models/__init__.py",
    "models/credits.py",
    "actions/claims.py",
    "actions/credits.py",
    "pages/claims.py",
    "pages/time_credits.py",
}
"""What gives credits and shows people their own. Nothing that evidence is made of is among them."""
OF_A_PERSON = ("held", "keeping", "forgetting", "my_data", "demo")
"""What shows, keeps and forgets everything that is held about a person, and the demo's records."""


def reads_the_ledger(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            if (node.module or "").endswith((".ledger", "models.credits", "actions.credits")):
                return True
            if node.module == "coproduce_web.models" and names & {"Account", "Transfer"}:
                return True
            if node.module in {"coproduce_web", "coproduce_web.models", "coproduce_web.actions"} and names & {
                "ledger",
                "credits",
            }:
                return True
        if isinstance(node, ast.Import) and any("ledger" in alias.name for alias in node.names):
            return True
        if isinstance(node, ast.Attribute) and node.attr in {"transfers", "accounts"}:
            return True
    return False


def test_evidence_never_reads_the_ledger():
    found = {
        path.relative_to(HERE).as_posix()
        for path in HERE.rglob("*.py")
        if "migrations" not in path.parts and reads_the_ledger(path)
    }
    others = {name for name in found - READS_THE_LEDGER if not any(part in name for part in OF_A_PERSON)}
    assert not others


# -- many at once ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[databases.sqlite, databases.postgres], ids=["sqlite", "postgres"])
def races(request):
    """What came of the races on each kind of database."""
    root = Path(__file__).parents[2]
    with request.param() as url:
        environment = os.environ | {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "tests.web.settings",
            "PYTHONPATH": str(root),
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.web.racing"],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_many_confirm_at_once_and_it_is_credited_once(races):
    assert races["confirmed_at_once"] == [["NotNow"] * 3 + ["done"], 1, 60]


def test_a_first_account_is_made_once(races):
    assert races["first_accounts"] == [["done"] * 3, 1, 30]


def test_no_credit_is_spent_twice(races):
    assert races["spent_at_once"] == [["done"] * 3, 10, 105]


def test_two_who_pay_each_other_do_not_wait_for_ever(races):
    came, one, other = races["crossing"]
    assert came == ["done"] * 8
    assert one >= 0
    assert other >= 0


def test_the_same_time_claimed_at_once_is_recorded_once(races):
    assert races["claimed_twice"] == ["NotNow", "NotNow", "done"]


def test_one_place_is_given_once_and_moves_on(races):
    before, after = races["one_place"]
    assert before == ["going", "waiting", "waiting", "waiting"]
    assert after == ["going", "waiting", "withdrawn", "withdrawn"]


def test_the_database_holds_the_ledger(races):
    assert races["ledger_held"] == dict.fromkeys(races["ledger_held"], True)
    assert races["all_sum_to_nought"] == 0
