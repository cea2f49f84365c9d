"""Every page of the platform, as every eye and hand meets it: by axe, on a phone, in the dark, without script."""

from collections import defaultdict

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import get_resolver, reverse
from tests.web import assess
from tests.web.matrix import MATRIX
from tests.web.things import things

from coproduce_web.actions import surveys
from coproduce_web.survey_links import secret_of

LOOKS = {  # in each: how wide, which theme, which of axe's rules
    "wide": (1200, "light", {}),
    "narrow": (320, "light", {}),
    "wide and dark": (1200, "dark", {"runOnly": ["color-contrast"]}),
    "narrow and dark": (320, "dark", {"runOnly": ["color-contrast", "target-size"]}),
}
RULES = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
MOST_ROLES_FIRST = ("coordinator", "citizen", "steward", "professional", "evaluator", "handler", "visitor")
LOOSE = """() => [...document.querySelectorAll('body *')]
    .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1
        && !each.closest('.co-scroll, .govuk-visually-hidden, .govuk-skip-link'))
    .map((each) => each.tagName + '.' + each.className).slice(0, 3)"""


def walk(world):
    """Every address that shows a page: its name, where it is, and the person who sees most of it."""
    known = things(world)
    patterns = {pattern.name: pattern for pattern in get_resolver().url_patterns}
    for name, cells in MATRIX.items():
        seers = [role for role in MOST_ROLES_FIRST if cells[role] != "-"]
        if not seers:
            continue  # an address for programs with a key
        role = min(seers, key=lambda each: cells[each] != "do")
        place = reverse(name, kwargs={key: known[key] for key in patterns[name].pattern.converters})
        person = world.people.get(role)
        client = Client()
        if person is not None:
            client.force_login(person)
        answer = client.get(place)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            yield name, place, person


def seen_by_axe(page, rules):
    """What axe finds, each with the first place where."""
    found = page.evaluate("(options) => axe.run(document, options)", RULES | rules)
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]]


def look_at(page, name, wrong):
    """Look at a page in every look, and note what is wrong in which."""
    for look, (width, theme, rules) in LOOKS.items():
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)
        for fault in seen_by_axe(page, rules):
            wrong[fault].append(f"{name} ({look})")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong[f"wider than the screen: {page.evaluate(LOOSE)}"].append(f"{name} ({look})")
    if page.locator("h1").count() != 1:
        wrong["not one heading of the first order"].append(name)


def test_every_page_is_for_everybody_wide_and_narrow_light_and_dark(site, world):
    wrong, pages = defaultdict(list), {}
    for name, place, person in walk(world):
        if person not in pages:
            pages[person] = site.open(person=person, bypass_csp=True)
            pages[person].add_init_script(Axe().axe_script)
        page = pages[person]
        page.goto(site.address + place)
        look_at(page, name, wrong)
    assert not wrong, "\n".join(f"{fault}: {', '.join(places)}" for fault, places in wrong.items())


def walk_of_a_survey(page):
    """A survey from its first page to its last, and its answers taken back; each page's name when it is there."""
    yield "first page"
    carry_on = page.get_by_role("button", name="Continue")
    while carry_on.count():
        for group in page.locator("main fieldset:has(input[type=radio])").all():
            group.locator("input[type=radio]").first.check()
        carry_on.click()
        yield "a page on"
    page.get_by_role("button", name="Take all my answers back").click()
    yield "taken back"


@pytest.mark.parametrize("how", ["by a link of one's own", "by a link for anybody"])
def test_a_survey_is_for_everybody_wide_and_narrow_light_and_dark(site, world, how):
    wave, wrong = assess.wave(world), defaultdict(list)
    at = [world.service.slug, world.initiative.pk, wave.pk]
    if how == "by a link for anybody":
        secret, name = surveys.make_open_link(by=world.by("coordinator"), wave=wave), "answer_openly"
    else:
        surveys.ask(by=world.by("coordinator"), wave=wave, whom="citizens", base=site.address)
        secret, name = secret_of(wave.pk, wave.respondents.first().code), "answer_survey"
    page = site.open(reverse(name, args=[*at, secret]), bypass_csp=True)
    page.add_init_script(Axe().axe_script)
    page.reload()
    seen = []
    for there in walk_of_a_survey(page):
        seen.append(there)
        look_at(page, f"{name}, {there}", wrong)
    assert {"a page on", "taken back"} <= set(seen)
    assert not wrong, "\n".join(f"{fault}: {', '.join(places)}" for fault, places in wrong.items())


def test_every_page_is_whole_without_script(site, world):
    wrong, pages = [], {}
    for name, place, person in walk(world):
        if person not in pages:
            pages[person] = site.open(person=person, java_script_enabled=False)
        page = pages[person]
        page.goto(site.address + place)
        if not page.locator("h1").is_visible():
            wrong.append(f"{name}: no heading")
        forms = page.locator("main form[method=post]").all()
        if not all(form.locator("button").first.is_visible() for form in forms):
            wrong.append(f"{name}: a form that cannot be sent")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("width", [1200, 320])
def test_the_keyboard_reaches_everything_and_says_where_it_is(site, world, width):
    page = site.open(
        f"/{world.service.slug}/", person=world.people["citizen"], viewport={"width": width, "height": 800}
    )
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.goto(f"{site.address}/{world.service.slug}/")
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        at = page.evaluate(
            "() => { const a = document.activeElement; const s = getComputedStyle(a);"
            " return [a.tagName, a.getAttribute('href') || a.getAttribute('name') || '',"
            " s.outlineStyle !== 'none' || s.boxShadow !== 'none' || s.backgroundColor !== 'rgba(0, 0, 0, 0)']; }"
        )
        if at[0] == "BODY":
            break
        assert at[2], f"no sign of where the keyboard is: {at}"
        reached.add(at[1])
    links = page.evaluate(
        "[...document.querySelectorAll('a[href]')].filter((each) => each.checkVisibility())"
        ".map((each) => each.getAttribute('href'))"
    )
    assert set(links) <= reached
