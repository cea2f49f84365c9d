"""Forms on paper: blank, in the visitor's language, and nothing typed elsewhere is run by what sets them."""

import subprocess

import pytest
from django.urls import reverse

from coproduce_web import paper
from coproduce_web.models import Person, SignUp

INJECTION = '#panic("run") #read("/etc/passwd") $x$ *bold* <label> @ref `raw` \\ [ ] { } "quoted" // gone'


def text_of(pdf):
    """What a PDF says, as pdftotext reads it; skipped where there is none."""
    try:
        run = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("pdftotext (Debian: poppler-utils) is not here to read the PDF")
    return " ".join(run.stdout.decode().split())


@pytest.fixture
def sheets(monkeypatch):
    """The forms that were printed, before they were set."""
    printed = []

    def keep(sheet):
        printed.append(sheet)
        return b"%PDF-"

    monkeypatch.setattr("coproduce_web.pages.paper.pdf", keep)
    return printed


def test_words_are_set_as_they_are_and_never_run():
    sheet = paper.Sheet(
        language="en",
        service=INJECTION,
        title=INJECTION,
        lead=(INJECTION,),
        fields=(
            paper.Line(label=INJECTION, hint=INJECTION, choices=(INJECTION,)),
            paper.Line(label="x", given=INJECTION),
        ),
        columns=(paper.Column(label=INJECTION),),
        rows=1,
        seen_by=INJECTION,
        foot=INJECTION,
    )
    pdf = paper.pdf(sheet)
    assert pdf.startswith(b"%PDF-")
    said = text_of(pdf)
    assert said.replace(" ", "").count('#panic("run")#read("/etc/passwd")$x$*bold*') >= 6
    assert "root:" not in said


def test_each_form_is_a_pdf(world, signed_in):
    browser, here = signed_in("coordinator"), ("care", world.initiative.pk)
    for address in (
        reverse("concern_on_paper", args=["care"]),
        reverse("contribution_on_paper", args=[*here, world.activity.pk]),
        reverse("session_on_paper", args=[*here, world.more["session"].pk]),
    ):
        answer = browser.get(address)
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")


def test_nobody_is_printed_on_the_sheet_of_a_session(world, signed_in, sheets):
    session, citizen = world.more["session"], world.people["citizen"]
    place = session.opportunity.places.create(role="walker", places=3)
    SignUp.objects.create(session=session, place=place, actor=citizen.actor, state="going")
    signed_in("coordinator").get(reverse("session_on_paper", args=["care", world.initiative.pk, session.pk]))
    told = repr(sheets)
    for person in Person.objects.select_related("actor"):
        assert person.actor.pseudonym not in told
        assert person.email not in told
    assert sheets[0].rows == 8


def test_a_form_says_who_will_see_it(world, client, sheets):
    client.get(reverse("concern_on_paper", args=["care"]))
    client.get(reverse("contribution_on_paper", args=["care", world.initiative.pk, world.activity.pk]))
    assert all(sheet.seen_by for sheet in sheets)


def test_a_form_is_in_the_language_of_who_prints_it(world, client, sheets):
    for language in ("en", "de"):
        client.get(reverse("concern_on_paper", args=["care"]), headers={"accept-language": language})
    assert [sheet.language for sheet in sheets] == ["en", "de"]


def test_a_form_of_another_initiative_is_not_found(world, signed_in):
    from coproduce_web.actions import services

    other = services.start_initiative(
        by=world.by("coordinator"), service=world.service, title="Other", started_on="2026-01-01"
    )
    browser = signed_in("coordinator")
    for name, key in (
        ("contribution_on_paper", world.activity.pk),
        ("session_on_paper", world.more["session"].pk),
    ):
        assert browser.get(reverse(name, args=["care", other.pk, key])).status_code == 404
