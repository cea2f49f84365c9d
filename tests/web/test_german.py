"""German is whole: every marked sentence of code and pages has it, and what is read is what was written."""

import ast
import gettext
import re

import pytest
from django.urls import reverse
from django.utils.translation.template import templatize
from tests.web.evidence import FOUND, ended_run

MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
IN_TEMPLATES = re.compile(r"\b(_|gettext|ngettext)\((u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\")")
HOLES = re.compile(r"%\(\w+\)[sd]|%%|<[^>]+>")


@pytest.fixture(scope="module")
def platform(root):
    """The folder of the platform."""
    return root / "src" / "coproduce_web"


@pytest.fixture(scope="module")
def read(platform):
    """The catalogue as the platform reads it: sentence, or sentence and which plural: German."""
    with (platform / "locale/de/LC_MESSAGES/django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)._catalog


@pytest.fixture(scope="module")
def written(platform):
    """The catalogue as it was written."""
    entries, entry, now = [], {}, None
    text = (platform / "locale/de/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    for line in [*text.splitlines(), ""]:
        if not line and entry:
            entries.append(entry)
            entry = {}
        elif line.startswith("msg"):
            now, _, said = line.partition(" ")
            entry[now] = ast.literal_eval(said)
        elif line.startswith('"'):
            entry[now] += ast.literal_eval(line)
        assert "fuzzy" not in line
    return entries[1:]  # the first is the head


def marked_in_code(platform):
    for file in platform.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield file.name, first.value


def marked_in_templates(platform):
    for file in (platform / "templates").rglob("*.*"):
        for _, said in IN_TEMPLATES.findall(templatize(file.read_text(encoding="utf-8"))):
            yield file.name, ast.literal_eval(said)


def test_every_marked_sentence_has_german(platform, read):
    marked = [*marked_in_code(platform), *marked_in_templates(platform)]
    lacking = [f"{file}: {said}" for file, said in marked if said not in read and (said, 0) not in read]
    assert len(marked) > 1000
    assert not lacking, "without German:\n" + "\n".join(sorted(set(lacking)))


def test_what_is_read_is_what_was_written(written, read):
    stale = [
        entry["msgid"]
        for entry in written
        if entry.get("msgstr") != read.get(entry["msgid"], None)
        and [entry.get("msgstr[0]"), entry.get("msgstr[1]")]
        != [read.get((entry["msgid"], number)) for number in (0, 1)]
    ]
    assert not stale, "compile the catalogue again: " + "; ".join(stale)


def test_what_is_filled_in_stays(written):
    for entry in written:
        for asked, said in (("msgid", "msgstr"), ("msgid", "msgstr[0]"), ("msgid_plural", "msgstr[1]")):
            if said in entry:
                assert sorted(HOLES.findall(entry[asked])) == sorted(HOLES.findall(entry[said])), entry


def test_the_language_is_the_cookies_else_the_persons_else_the_browsers(world, signed_in, client):
    here = reverse("service", args=[world.service.slug])
    assert "Jetzt offen" in client.get(here, headers={"accept-language": "de"}).content.decode()
    person = world.people["citizen"]
    person.language = "de"
    person.save()
    own = signed_in("citizen")
    assert "Jetzt für Sie offen" in own.get(here, headers={"accept-language": "en"}).content.decode()
    own.post(reverse("set_language"), {"language": "en"})
    assert "Open for you now" in own.get(here).content.decode()


def test_what_the_engine_found_is_marked_as_english(world, client):
    """A screen reader pronounces it as what it is."""
    run = ended_run(world)
    (found,) = FOUND.findings
    page = client.get(
        reverse("finding", args=[world.service.slug, run.pk, found.id]), headers={"accept-language": "de"}
    ).content.decode()
    for said in (found.title, found.answer, *found.grade.reasons):
        assert re.search(rf'lang="en">{re.escape(said)}<', page), said
    learned = client.get(reverse("learn", args=[world.service.slug]), headers={"accept-language": "de"})
    assert f'<span lang="en">{found.title}</span>' in learned.content.decode()


def test_days_are_written_as_germans_write_them(world, client):
    world.initiative.started_on = world.initiative.started_on.replace(month=3, day=9)
    world.initiative.save()
    page = client.get(reverse("service", args=[world.service.slug]), headers={"accept-language": "de"})
    assert "seit 9. März" in page.content.decode()


def test_a_service_calls_things_by_its_own_words(world, signed_in):
    steward = signed_in("steward")
    settings = reverse("change_service", args=[world.service.slug])
    form = steward.get(settings).context["form"]
    given = {name: form[name].value() for name in form.fields}
    kept = {name: value for name, value in given.items() if not (value is None or value is False)}
    sent = steward.post(settings, kept | {"term_concerns": "worries", "term_initiatives": "projects"})
    assert sent.status_code == 302, sent.context["form"].errors
    page = steward.get(reverse("service", args=[world.service.slug])).content.decode()
    assert ">Worries</a>" in page
    assert ">Projects</h2>" in page
