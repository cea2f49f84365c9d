"""The pages on which a questionnaire is answered: by a link, page by page, without script and without a name.

Looking never keeps anything: programs that open the links of letters answer nothing. Answers are kept when the button
is pressed, each page at once; the next page comes as the answer to the press, so that no address with a link in it is
written anywhere. Nothing of it goes into a session, which could belong to somebody who is signed in.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce.records.answers import check_answers
from coproduce.records.forms import SILENT, Form, FormQuestion
from coproduce_web.actions import surveys as actions
from coproduce_web.actions.acting import By
from coproduce_web.forms.surveys import QuestionsForm
from coproduce_web.models import Answer, Respondent, Wave
from coproduce_web.pages.access import Visit
from coproduce_web.questionnaires import code_of, first_choices, form_of, language_of, last_notes, pages_of
from coproduce_web.signing_in import address_of, hashed, new_secret, too_often
from coproduce_web.survey_links import respondent_of

NOBODY = By(actor=None)
"""Who answers is not said, not even where somebody is signed in."""
MOST_NEW_AN_HOUR = 120
DONE = -1

Keep = Callable[[Mapping[str, str]], object]


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A questionnaire as somebody answers it."""

    wave: Wave
    form: Form
    language: str
    pages: list[list[FormQuestion]]
    kept: Mapping[str, str]

    def asked(self, number: int) -> list[FormQuestion]:
        """The questions and notes of a page that are asked, given what was answered; none where all are notes."""
        names = set(check_answers(self.form, self.kept).asked)
        found = [question for question in self.pages[number] if question.name in names]
        return found if any(question.kind not in SILENT for question in found) else []

    def numbers(self) -> list[int]:
        """The pages that are asked, given what was answered."""
        return [number for number in range(len(self.pages)) if self.asked(number)]

    def at(self, number: int) -> int:
        """That page, or the next one that is asked; `DONE` after the last."""
        return next((each for each in self.numbers() if each >= number), DONE)

    def unanswered(self) -> int:
        """The first page with something that must be answered and is not; `DONE` where there is none."""
        lacking = {fault.place for fault in check_answers(self.form, self.kept).faults}
        names = [{question.name for question in page} for page in self.pages]
        return next((number for number in self.numbers() if names[number] & lacking), DONE)


def answer_survey(request: Visit, *, wave: int, token: str) -> HttpResponse:
    """Answer by a link of one's own."""
    of = _wave(request, wave)
    respondent = respondent_of(of.pk, token) if of.is_open else None
    if respondent is None:
        return _shut(request, of)
    keep = partial(_keep, respondent)
    response = _respond(request, _survey(request, of, respondent=respondent), keep=keep)
    response.headers["Cache-Control"] = "no-store, private"
    return response


def answer_openly(request: Visit, *, wave: int, token: str) -> HttpResponse:
    """Answer by the link that anyone may use, once a device."""
    of = _wave(request, wave)
    if not (of.is_open and of.open_link and hmac.compare_digest(of.open_link, hashed(token))):
        return _shut(request, of)
    name = f"survey-{of.pk}"
    device = (request.COOKIES.get(name) or request.POST.get("device") or new_secret())[:100]
    respondent = Respondent.objects.filter(wave=of, came_openly=True, hashed=hashed(device)).first()
    if request.method == "POST" and respondent is None and _too_many(request):
        return render(request, "surveys/too_often.html", status=429)
    keep = partial(_keep_openly, of, device)
    response = _respond(request, _survey(request, of, respondent=respondent), keep=keep, device=device)
    response.headers["Cache-Control"] = "no-store, private"
    response.set_cookie(
        name,
        device,
        max_age=of.closes_at - timezone.now(),
        path=request.path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _keep(respondent: Respondent, given: Mapping[str, str]) -> None:
    actions.answer(by=NOBODY, respondent=respondent, given=given)


def _keep_openly(wave: Wave, device: str, given: Mapping[str, str]) -> None:
    actions.answer_openly(by=NOBODY, wave=wave, device=device, given=given)


def _too_many(request: Visit) -> bool:
    return too_often("survey", address_of(request), most=MOST_NEW_AN_HOUR, minutes=60)


def _wave(request: Visit, key: int) -> Wave:
    found = Wave.objects.select_related("instrument", "initiative__service")
    return get_object_or_404(found, pk=key, initiative=request.initiative)


def _shut(request: Visit, wave: Wave) -> HttpResponse:
    return render(request, "surveys/shut.html", {"wave": wave}, status=404)


def _survey(request: Visit, wave: Wave, *, respondent: Respondent | None) -> Survey:
    form = form_of(wave.instrument)
    kept = (
        dict(Answer.objects.filter(respondent=respondent).values_list("item", "value")) if respondent else {}
    )
    return Survey(
        wave=wave,
        form=form,
        language=language_of(form, request.LANGUAGE_CODE or ""),
        pages=pages_of(form),
        kept=kept,
    )


def _respond(request: Visit, survey: Survey, *, keep: Keep, device: str = "") -> HttpResponse:
    if request.method != "POST":
        number = survey.at(_number(request.GET.get("page")))
        return _page(request, survey, max(number, 0), device=device, first=request.GET.get("first", ""))
    if "take_back" in request.POST:
        keep({})
        return render(request, "surveys/taken_back.html", {"wave": survey.wave})
    number = survey.at(_number(request.POST.get("page")))
    if number == DONE:
        return _thanks(request, survey)
    filled = _filled(request, survey, number)
    merged = _merged(survey, filled)
    if merged is None:
        return _page(request, survey, number, device=device, filled=filled)
    keep(merged)
    now = Survey(
        wave=survey.wave, form=survey.form, language=survey.language, pages=survey.pages, kept=merged
    )
    following = now.at(number + 1)
    following = now.unanswered() if following == DONE else following
    return _thanks(request, now) if following == DONE else _page(request, now, following, device=device)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 else 0


def _filled(request: Visit, survey: Survey, number: int) -> QuestionsForm:
    return QuestionsForm(
        request.POST,
        form=survey.form,
        questions=survey.asked(number),
        language=survey.language,
        kept=survey.kept,
    )


def _merged(survey: Survey, filled: QuestionsForm) -> dict[str, str] | None:
    """All answers with those of this page; nothing if one of them is wrong, which is said at its question."""
    if not filled.is_valid():
        return None
    given = {name: value for name, value in survey.kept.items() if name not in filled.fields} | filled.given()
    checked = check_answers(survey.form, given)
    filled.tell(fault for fault in checked.faults if fault.rule != "required")
    return None if filled.errors else dict(checked.answers)


def _page(
    request: Visit,
    survey: Survey,
    number: int,
    *,
    device: str,
    filled: QuestionsForm | None = None,
    first: str = "",
) -> HttpResponse:
    """A page of the questionnaire."""
    numbers = survey.numbers()
    place = numbers.index(number) if number in numbers else 0
    questions = survey.asked(number)
    chosen = _chosen(survey, first) if place == 0 else {}
    shown = filled or QuestionsForm(
        form=survey.form, questions=questions, language=survey.language, kept={**survey.kept, **chosen}
    )
    return render(
        request,
        "surveys/page.html",
        {
            "wave": survey.wave,
            "form": shown,
            "parts": _parts(survey, questions, shown),
            "number": number,
            "place": place + 1,
            "of": len(numbers),
            "before": numbers[place - 1] if place else None,
            "chosen": bool(chosen),
            "device": device,
            "words_in": code_of(survey.language),
        },
    )


def _chosen(survey: Survey, first: str) -> dict[str, str]:
    """What a link of a letter chose of the first question; nothing is kept by it."""
    _words, choices = first_choices(survey.form, survey.language)
    if first not in dict(choices):
        return {}
    question = next(each for each in survey.form.questions if each.kind not in SILENT)
    return {question.name: first}


def _parts(survey: Survey, questions: list[FormQuestion], shown: QuestionsForm) -> list[dict[str, Any]]:
    """Headings, notes and fields in their order."""
    parts: list[dict[str, Any]] = []
    inside: list[str] = []
    for question in questions:
        path = list(survey.form.around(question))[::-1]
        for depth, group in enumerate(path):
            words = survey.form.text(group.labels, survey.language)
            if group.name not in inside and words:
                parts.append({"heading": words, "deep": depth > 0})
        inside = [group.name for group in path]
        if question.kind in SILENT:
            parts.append({"note": survey.form.text(question.labels, survey.language)})
            continue
        parts += [{"field": shown[name]} for name in _fields(question, shown)]
    return parts


def _fields(question: FormQuestion, shown: QuestionsForm) -> list[str]:
    return [name for name in (question.name, f"{question.name}_other") if name in shown.fields]


def _thanks(request: Visit, survey: Survey) -> HttpResponse:
    asked = set(check_answers(survey.form, survey.kept).asked)
    notes = [
        survey.form.text(note.labels, survey.language)
        for note in last_notes(survey.form)
        if note.name in asked
    ]
    return render(
        request,
        "surveys/thanks.html",
        {
            "wave": survey.wave,
            "notes": notes,
            "words_in": code_of(survey.language),
            "heading": _("Thank you") if survey.kept else _("Nothing was answered"),
        },
    )
