"""The page on running the platform: backing up and restoring are done as it says; it lists every setting."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as now
from tests.web import databases
from tests.web.serving import SECRET, platform

PLACES = ("/", "/care/", "/care/decisions", "/care/{initiative}/", "/care/{initiative}/needs", "/care/learn")
PAGES = """
import django; django.setup()
import json, re, sys
from django.test import Client
browser = Client()
for place in sys.argv[1:]:
    answer = browser.get(place)
    assert answer.status_code == 200, (place, answer.status_code)
    text = re.sub(r'name="(csrfmiddlewaretoken|once)" value="[^"]*"', "", answer.content.decode())
    print(place, text)
from coproduce_web.models import Comment
print(*Comment.objects.values_list("text", flat=True))
"""


@pytest.fixture(scope="module")
def page(root):
    """The page."""
    return (root / "docs/platform/operate.md").read_text(encoding="utf-8")


def block(page, heading, *, holds):
    """The commands under a heading that hold a word."""
    under = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return next(each for each in re.findall(r"```sh\n(.*?)```", under, flags=re.DOTALL) if holds in each)


def typed(commands, *, folder, **more):
    """Type commands into a shell, one after the other; the first that fails ends them."""
    programs = [str(Path(sys.executable).parent), str(databases.programs() or ""), os.environ["PATH"]]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
        "PATH": os.pathsep.join(programs),
        "DJANGO_SETTINGS_MODULE": "coproduce_web.settings",
        "COPRODUCE_TRIAL": "1",
        "COPRODUCE_SECRET_KEY": SECRET,
        "PYTHONPATH": os.pathsep.join([str(now.HERE.parent), str(Path(__file__).parents[2])]),
        **more,
    }
    done = subprocess.run(
        ["sh", "-euc", commands], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def seen(known, *, folder, **more):
    """What a visitor sees on pages of the platform, and at the end all comments that its database holds."""
    places = [place.format(**known) for place in PLACES]
    script = folder / "pages.py"
    script.write_text(PAGES, encoding="utf-8")
    words = " ".join(["python", "pages.py", *places])
    return typed(words, folder=folder, DJANGO_SETTINGS_MODULE="tests.web.settings", **more)


def say(running, text):
    """Say something in the service, under the address that a browser would send it to."""
    known = running.known
    place = f"/care/{known['initiative']}/threads/{known['thread']}"
    assert running.ask(place, data={"text": text})[0] == 200


def test_a_file_is_backed_up_while_it_serves_and_restored_elsewhere(page, tmp_path):
    url = f"sqlite:///{tmp_path}/coproduce.sqlite3"
    with platform(url) as running:
        say(running, "before")
        typed(block(page, "Back up", holds="sqlite3"), folder=tmp_path)
        before = seen(running.known, folder=tmp_path, DATABASE_URL=url)
        say(running, "after")
    told = typed(block(page, "Restore", holds="mkdir"), folder=tmp_path)
    assert "no issues" in told
    restored = {"folder": tmp_path, "DATABASE_URL": f"sqlite:///{tmp_path}/restored/coproduce.sqlite3"}
    assert seen(running.known, **restored) == before
    assert before.endswith("\nbefore\n")


@pytest.mark.skipif(
    not os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="DATABASE_URL names no PostgreSQL"
)
def test_postgresql_is_backed_up_while_it_serves_and_restored_elsewhere(page, tmp_path):
    with databases.postgres() as url:
        again = url.replace("/postgres?", "/coproduce_restored?")
        with platform(url) as running:
            say(running, "before")
            typed(block(page, "Back up", holds="pg_dump"), folder=tmp_path, DATABASE_URL=url)
            before = seen(running.known, folder=tmp_path, DATABASE_URL=url)
            say(running, "after")
        commands = block(page, "Restore", holds="pg_restore")
        assert "no issues" in typed(commands, folder=tmp_path, DATABASE_URL=url, RESTORED_URL=again)
        restored = {"folder": tmp_path, "DATABASE_URL": again}
        assert seen(running.known, **restored) == before
        assert before.endswith("\nbefore\n")


def test_the_page_lists_every_setting_and_no_other(root, page):
    settings = (root / "src/coproduce_web/settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'environ(?:\.get\(|\[)"(\w+)"', settings))
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    listed = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert listed == read
    assert set(re.findall(r"`([A-Z_]{6,})`", settings.split('"""')[1])) == read
