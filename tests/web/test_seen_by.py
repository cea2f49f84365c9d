"""Who will see what is typed stands at every form that keeps people's words."""

import re

from django.test import Client
from tests.web.matrix import MATRIX
from tests.web.walking import places

TYPED = re.compile(
    r"<textarea\b|<input\b(?=[^>]*\btype=\"(?:text|email|url|number|file|date|datetime-local|time)\")"
)
FORM = re.compile(r"<form method=\"post\".*?</form>", flags=re.DOTALL)
SEERS = ("coordinator", "citizen", "steward", "professional", "evaluator", "handler", "visitor")
KEEP_NOTHING = {"sign_in"}
"""What is typed there is only compared."""
SAID_AT_THE_FIELD = ("all others see a pseudonym", "The person can read it")
"""Hints of single fields that say it."""


def forms(world):
    """(address, form) of every form into which somebody can type."""
    browsers = {}
    for name, place in places(world):
        may = [role for role in SEERS if MATRIX[name][role] != "-"]
        if not may:
            continue
        role = next((each for each in may if MATRIX[name][each] == "do"), may[0])
        if role not in browsers:
            browsers[role] = Client()
            if role != "visitor":
                browsers[role].force_login(world.people[role])
        answer = browsers[role].get(place)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            for form in FORM.findall(answer.content.decode()):
                if TYPED.search(form):
                    yield name, form


def test_every_form_says_who_will_see_what_is_typed(world):
    found = [(name, form) for name, form in forms(world) if name not in KEEP_NOTHING]
    said = ("co-seen-by", *SAID_AT_THE_FIELD)
    silent = sorted({name for name, form in found if not any(words in form for words in said)})
    assert len({name for name, _ in found}) > 50
    assert not silent, f"these do not say who will see it: {silent}"
