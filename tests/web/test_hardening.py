"""What keeps the platform closed to who means harm: headers, escaping, forms from elsewhere, files, doors."""

import ast
import io
import os
import re
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from django.conf import settings as used
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.forms import FileField
from django.test import Client
from django.urls import get_resolver, reverse
from tests.web.matrix import MATRIX
from tests.web.walking import body, fields, places
from tests.web.world import PASSWORD

import coproduce_web
from coproduce_web import forms as rooms
from coproduce_web import middleware, signing_in
from coproduce_web.forms.uploads import KINDS, MEGABYTE, Upload
from coproduce_web.models import Attempt

HERE = Path(coproduce_web.__file__).parent
WALKERS = ("citizen", "coordinator", "steward")
RUNS_NOTHING = {"text/html", "text/plain", "application/json", "application/yaml", "text/calendar", ""}
DRAWINGS = {"figure": "default-src 'none'; style-src 'unsafe-inline'"}
"""A drawing of the engine's has a style of its own. It is a page of none of ours, loads nothing and runs nothing."""
FROM_PROGRAMS = ("api_", "open311_")
"""Addresses that programs call with a token of their own: no browser's cookie counts there."""


# --- what stands in the answer's head -----------------------------------------------------------------------------


def test_the_policy_lets_in_no_script_or_style_but_our_own_files():
    assert "unsafe" not in middleware.CONTENT_SECURITY
    assert "*" not in middleware.CONTENT_SECURITY
    for directive in (
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ):
        assert directive in middleware.CONTENT_SECURITY


@pytest.mark.parametrize("role", ["visitor", "evaluator", "steward"])
def test_every_answer_says_how_it_may_be_used(world, signed_in, role):
    browser, wrong = signed_in(role), []
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    for name, place in [*places(world), ("nowhere", "/no/such/page")]:
        head = browser.get(place).headers
        policies = {middleware.CONTENT_SECURITY, DRAWINGS.get(name, middleware.CONTENT_SECURITY)}
        if head.get("Content-Security-Policy") not in policies:
            wrong.append(f"{name}: {head.get('Content-Security-Policy')}")
        wrong += [
            f"{name}: {key} is {head.get(key)}" for key, value in wanted.items() if head.get(key) != value
        ]
        kind = head.get("Content-Type", "").split(";")[0]
        if kind not in RUNS_NOTHING and name not in DRAWINGS and not head.get("Content-Disposition"):
            wrong.append(f"{name}: {kind} is neither a page nor a file to keep")
        if role != "visitor" and "no-store" not in head.get("Cache-Control", ""):
            wrong.append(f"{name}: may be kept by a cache")
    assert not wrong, "\n".join(wrong)


# --- settings -----------------------------------------------------------------------------------------------------


_CHECKED = """
import django
django.setup()
from django.conf import settings as s
from django.core.management import call_command
call_command("check", deploy=True, fail_level="WARNING")
print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS)
print(s.DEBUG, *s.ALLOWED_HOSTS)
"""


def test_settings_for_real_use_have_no_fault(tmp_path):
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("COPRODUCE", "DJANGO"))}
    asked = {
        "DJANGO_SETTINGS_MODULE": "coproduce_web.settings",
        "COPRODUCE_SECRET_KEY": "k" * 20 + "".join(map(chr, range(48, 123))),
        "COPRODUCE_FOLDER": str(tmp_path),
        "COPRODUCE_HOSTS": "care.example",
    }
    done = subprocess.run(
        [sys.executable, "-c", _CHECKED], env=kept | asked, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == ["True True True 31536000", "False care.example"]


def test_outside_of_a_trial_browsers_are_told_to_come_by_https_only(settings, db):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_REDIRECT = 31536000, True
    assert Client().get("/").headers["Location"].startswith("https://")
    assert "max-age=31536000" in Client().get("/", secure=True).headers["Strict-Transport-Security"]


def test_a_name_that_the_platform_does_not_have_is_refused(db):
    assert Client(headers={"host": "evil.example"}).get("/").status_code == 400


def test_cookies_are_kept_from_scripts_and_from_other_sites(world):
    browser = Client()
    browser.post("/sign-in", {"email": "citizen@example.org", "password": PASSWORD})
    for name in (used.SESSION_COOKIE_NAME, used.CSRF_COOKIE_NAME):
        if name in browser.cookies:
            assert browser.cookies[name]["httponly"]
            assert browser.cookies[name]["samesite"] == "Lax"
    assert used.SESSION_COOKIE_NAME in browser.cookies


# --- forms from elsewhere, and ways out ---------------------------------------------------------------------------


def test_no_form_is_taken_from_another_site_not_even_that_of_signing_in(world):
    wrong, browser = [], Client(enforce_csrf_checks=True)
    browser.force_login(world.people["steward"])
    stranger = Client(enforce_csrf_checks=True)
    for name, place in places(world):
        if name.startswith(FROM_PROGRAMS):
            continue
        answers = {client.post(place, {}).status_code for client in (browser, stranger)}
        if not answers <= {403, 405}:
            wrong.append((name, answers))
    assert not wrong, wrong


@pytest.mark.parametrize(
    "away",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
    ],
)
def test_no_way_leads_away(world, signed_in, away):
    ways = [
        Client().post("/sign-in", {"email": "citizen@example.org", "password": PASSWORD, "next": away}),
        Client().post("/language", {"language": "de", "next": away}),
        signed_in("citizen").post(
            reverse("comment", args=["care", world.initiative.pk, world.thread.pk]),
            {"text": "x", "back": away},
        ),
    ]
    for answer in ways:
        assert answer.status_code == 302
        assert "evil" not in answer.headers["Location"]
        assert "javascript" not in answer.headers["Location"]


def test_no_path_leads_out_of_the_packaged_files(db):
    browser = Client()
    for way in ("../settings.py", "..%2fsettings.py", "%2e%2e/settings.py", "....//settings.py"):
        assert browser.get(f"{used.STATIC_URL}{way}").status_code in {302, 404}


def test_signing_in_makes_the_session_anew(world):
    browser = Client()
    session = browser.session
    session["planted"] = True
    session.save()
    browser.cookies[used.SESSION_COOKIE_NAME] = session.session_key
    browser.post("/sign-in", {"email": "citizen@example.org", "password": PASSWORD})
    assert browser.cookies[used.SESSION_COOKIE_NAME].value != session.session_key


# --- doors --------------------------------------------------------------------------------------------------------


def _without_tokens(page):
    return re.sub(r'value="[^"]*"', "", page.content.decode())


def test_doors_say_the_same_of_an_address_that_is_known_and_one_that_is_not(world):
    for door, more in (("sign_in", {"password": "wrong"}), ("send_link", {})):
        known, unknown = (
            _without_tokens(Client().post(reverse(door), {"email": email} | more))
            for email in ("citizen@example.org", "nobody@example.org")
        )
        assert known.replace("citizen@", "nobody@") == unknown


def test_who_asks_at_the_door_which_addresses_are_taken_is_stopped(world):
    browser, place = Client(), reverse("join", args=["care"])
    sent = {"name": "Ann", "email": "citizen@example.org", "password": "weak"}
    answers = [browser.post(place, sent).content.decode() for _ in range(61)]
    assert "Somebody has this address" in answers[0]
    assert "Somebody has this address" not in answers[60]
    assert "Try again in an hour" in answers[60]


def test_a_password_is_hashed_as_often_for_an_address_that_is_not_known(world, monkeypatch):
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashes = []
    encode = MD5PasswordHasher.encode

    def counted(self, *args):
        hashes.append(args)
        return encode(self, *args)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    numbers = []
    for email in ("citizen@example.org", "nobody@example.org"):
        hashes.clear()
        Client().post("/sign-in", {"email": email, "password": "wrong"})
        numbers.append(len(hashes))
    assert numbers == [1, 1]


def test_a_door_is_tried_so_often_and_no_oftener(world, monkeypatch):
    answers = [signing_in.too_often("a door", "Ann", most=3, minutes=15) for _ in range(5)]
    assert answers == [False, False, False, True, True]
    assert not signing_in.too_often("a door", "Bea", most=3, minutes=15)
    assert "Ann" not in str(list(Attempt.objects.values()))


# --- words --------------------------------------------------------------------------------------------------------

_NEVER_MARKED = {"platform.TrailEntry", "platform.SentForm", "platform.Attempt"}
_AS_THEY_ARE = {
    "slug",
    "language",
    "pseudonym",
    "side",
    "currency",
    "password",
    "sessions",
    "hashed",
    "email",
    "voter",
}


def _marker(kind, field):
    return f"\"'><script>co-{kind}-{field}</script><b onload=co x='\""


def _mark_every_text():
    """Put a word that would run into every text of every row; where it does not fit, what fits."""
    marked = set()
    for model in (each for each in _models() if each._meta.label not in _NEVER_MARKED):
        for field in model._meta.concrete_fields:
            texts = isinstance(field, models.CharField | models.TextField)
            if not texts or field.choices or field.unique or field.name in _AS_THEY_ARE:
                continue
            marker = _marker(model._meta.model_name, field.name)[: field.max_length]
            try:
                with transaction.atomic():
                    if model._default_manager.update(**{field.name: marker}):
                        marked.add((model._meta.model_name, field.name))
            except Exception:  # noqa: BLE001  # a constraint that this word breaks is no fault of escaping
                continue
    return marked


def _models():
    from django.apps import apps

    return apps.get_app_config("platform").get_models()


def _raw(html):
    return re.findall(r"<script>co-[a-z_-]*|<b onload=co", html)


def test_no_word_that_anybody_types_runs_on_any_page(world, signed_in):
    walked = list(places(world))
    marked = _mark_every_text()
    assert len(marked) > 20
    world.service.terms = {"citizen": "\"'><script>co-terms</script>"}
    world.service.asked = [
        {"column": "age", "label": "\"'><script>co-asked</script>", "choices": ["<b onload=co>"]}
    ]
    world.service.save()
    wrong, seen = [], set()
    for role in WALKERS:
        browser = signed_in(role)
        for name, place in walked:
            page = browser.get(place)
            assert page.status_code < 500, (name, role)
            if page.headers.get("Content-Type", "").startswith("text/html"):
                html = body(page)
                wrong += [f"{name} as {role}: {found}" for found in _raw(html)]
                seen |= set(re.findall(r"&lt;script&gt;co-([a-z_]+-[a-z_]+)", html))
    assert not wrong, "\n".join(sorted(set(wrong)))
    assert {"service-title", "initiative-title", "proposal-title", "concern-text", "person-name"} <= seen


def test_no_word_that_is_sent_back_with_its_faults_runs(world, signed_in):
    wrong, walked = [], list(places(world))
    for role in ("visitor", *WALKERS):
        for name, place in ((name, place) for name, place in walked if MATRIX[name][role] == "do"):
            with transaction.atomic():
                sent = dict.fromkeys(fields(body(signed_in(role).get(place))), _marker("sent", "back"))
                answer = signed_in(role).post(place, sent)
                assert answer.status_code < 500, (name, role)
                wrong += [f"{name} as {role}: {found}" for found in _raw(body(answer))]
                transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)


def test_no_query_is_made_of_text_and_no_word_is_called_safe():
    wrong = []
    for path in HERE.rglob("*.py"):
        name = path.relative_to(HERE).as_posix()
        if name.startswith("migrations/"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            called = getattr(node, "attr", getattr(node, "id", None))
            if called in {"raw", "extra", "RawSQL", "cursor", "mark_safe", "SafeString"} and name not in _MAY:
                wrong.append(f"{name}:{node.lineno} {called}")
    runs = re.compile(r"\|\s*safe\b|autoescape off|<script(?! src)|\son[a-z]+=\"|\sstyle=\"")
    wrong += [path.name for path in HERE.rglob("*.html") if runs.search(path.read_text())]
    assert not wrong, "\n".join(wrong)


_MAY = {"templatetags/words.py"}
"""Draws a form's control by Django's own templates."""


# --- files --------------------------------------------------------------------------------------------------------


def _workbook():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for part in ("[Content_Types].xml", "xl/workbook.xml"):
            archive.writestr(part, "<x/>")
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("table.csv", "a,b\n1,ä\n".encode(), ""),
        ("TABLE.CSV", b"\xef\xbb\xbfa,b\n", ""),
        ("table.csv", ("é" * 40000).encode()[:-1] + b"\xa9", ""),
        ("form.xlsx", _workbook(), ""),
        ("table.csv.exe", b"a,b\n", "name ends in"),
        ("page.html", b"<script>", "name ends in"),
        ("table", b"a,b\n", "name ends in"),
        ("table.csv", b"MZ\x90\x00\x03", "not what its name says"),
        ("table.csv", b"\xff\xd8\xff\xe0", "not what its name says"),
        ("table.csv", _workbook(), "not what its name says"),
        ("form.xlsx", b"a,b\n", "not what its name says"),
        ("form.xlsx", b"PK\x03\x04" + b"\x00" * 50, "not what its name says"),
        ("table.csv", b"a" * (MEGABYTE + 1), "larger than 1 MB"),
        ("table.csv", b"", "empty"),
    ],
)
def test_a_file_is_taken_if_it_is_small_enough_and_what_its_name_says(name, content, fault):
    field, sent = Upload(endings=(".csv", ".xlsx"), most_bytes=MEGABYTE), SimpleUploadedFile(name, content)
    if fault:
        with pytest.raises(ValidationError, match=fault):
            field.clean(sent)
    else:
        assert field.clean(sent).read() == content


def test_every_field_for_a_file_goes_through_the_one_gate_and_none_is_kept():
    wrong = []
    for room in iter_modules(rooms.__path__):
        for thing in vars(import_module(f"coproduce_web.forms.{room.name}")).values():
            for name, field in getattr(thing, "base_fields", {}).items():
                if isinstance(field, FileField) and not isinstance(field, Upload):
                    wrong.append(f"{room.name}.{thing.__name__}.{name}")
    wrong += [
        f"{each}" for each in _models() for field in each._meta.fields if isinstance(field, models.FileField)
    ]
    assert not wrong, wrong
    assert not used.MEDIA_URL.strip("/")
    assert all("svg" not in kind.ending and "htm" not in kind.ending for kind in KINDS.values())


def test_what_is_larger_than_any_form_takes_is_not_read(world):
    answer = Client().post("/sign-in", {}, headers={"content-length": str(26 * 2**20)})
    assert answer.status_code == 413
    assert Client().post("/sign-in", {}, headers={"content-length": "-1"}).status_code == 413


# --- the tree -----------------------------------------------------------------------------------------------------

_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[bp]-[0-9]{8}|(?i:secret_key) = ['\"]"
)


def test_no_secret_stands_in_the_tree(root):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=False)
    names = listed.stdout.decode().split("\0")[:-1] or [str(path) for path in HERE.rglob("*.py")]
    files = [
        root / name for name in names if name.endswith((".py", ".toml", ".html", ".md", ".sh", ".yml", ".js"))
    ]
    found = [
        str(file) for file in files if file.is_file() and _SECRETS.search(file.read_text(errors="replace"))
    ]
    assert not found
    assert len(get_resolver().url_patterns) > 50
