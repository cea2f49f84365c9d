"""What was answered in a wave that is closed: shares and means, through the gate; words of one's own stay unread."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from coproduce.methods.intervals import Moments, mean
from coproduce.records.forms import SILENT, Form, FormQuestion
from coproduce_web import disclosure
from coproduce_web.models import Answer, Wave
from coproduce_web.pages.access import Visit
from coproduce_web.questionnaires import form_of, language_of

NUMBERS = frozenset({"integer", "decimal", "range"})
UNANSWERED = ""

Given = Counter[str]
"""Value -> how many gave it; who left the question out stands under the empty text."""


def wave_answers(request: Visit, wave: int) -> HttpResponse:
    """What was answered, question by question; before the wave is closed, when it will be shown."""
    found = Wave.objects.select_related("instrument", "initiative__service")
    shown = get_object_or_404(found, pk=wave, initiative=request.initiative)
    groups = _told(shown, code=request.LANGUAGE_CODE or "") if shown.closed_at else []
    told = {"wave": shown, "groups": groups, "countable": _countable(shown)}
    return render(request, "surveys/answers.html", told)


def _countable(wave: Wave) -> bool:
    """Whether counts say no more than the wave's own page: that hides how many answered where few did not."""
    asked = wave.respondents.filter(came_openly=False)
    silent = asked.filter(answered_at=None).count()
    counts = disclosure.counts(
        {"answered": asked.count() - silent, "silent": silent},
        small_numbers=wave.initiative.service.small_numbers,
    )
    return not counts.hides


def _told(wave: Wave, *, code: str) -> list[dict[str, Any]]:
    """The groups of a questionnaire, each with what was answered to its questions."""
    form, given = form_of(wave.instrument), _given(wave)
    language, small = language_of(form, code), wave.initiative.service.small_numbers
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for question in form.questions:
        if question.kind not in SILENT:
            path = [form.text(group.labels, language) for group in form.around(question)][::-1]
            told = _question(form, question, given=given[question.name], language=language, small=small)
            groups[" – ".join(part for part in path if part)].append(told)
    return [{"heading": heading, "questions": questions} for heading, questions in groups.items()]


def _given(wave: Wave) -> dict[str, Given]:
    """What was given to each question, by how many."""
    everyone = wave.respondents.filter(answered_at__isnull=False).count()
    rows = (
        Answer.objects.filter(respondent__wave=wave, respondent__answered_at__isnull=False)
        .values_list("item", "value")
        .annotate(Count("pk"))
        .order_by()
    )
    given: dict[str, Given] = defaultdict(Counter)
    for item, value, number in rows:
        given[item][value] += number
    for told in given.values():
        told[UNANSWERED] += everyone - sum(told.values())
    return given


def _question(
    form: Form, question: FormQuestion, *, given: Given, language: str, small: int
) -> dict[str, Any]:
    labels = {each.name: form.text(each.labels, language) or each.name for each in question.choices}
    names = {name: labels.get(name, name) for name in question.names()} | {UNANSWERED: _("left out")}
    answered, everyone = given.total() - given[UNANSWERED], given.total()
    counts, average, together = _chosen(question, given, small=small), None, None
    if counts is not None and None not in counts.values():
        average = _mean(given, scores={each.name: each.counts_as for each in question.choices})
    elif question.kind in NUMBERS and disclosure.single(answered, small_numbers=small):
        average = _mean(given, scores={value: float(value) for value in given if value})
    elif counts is not None and question.kind == "select_one":
        together = everyone - sum(count or 0 for count in counts.values())
    return {
        "label": form.text(question.labels, language) or question.name,
        "nobody": not answered,
        "rows": _rows(counts or {}, names=names, everyone=everyone),
        "together": together and {"count": together, "percent": 100 * together / everyone},
        "mean": average,
    }


def _chosen(question: FormQuestion, given: Given, *, small: int) -> dict[str, int | None] | None:
    """How many chose each choice, and how many left it out; None where it is no question of choices."""
    names = (*question.names(), *([UNANSWERED] if given[UNANSWERED] else []))
    if question.kind == "select_one":
        return dict(disclosure.counts({name: given[name] for name in names}, small_numbers=small).shown)
    if question.kind != "select_multiple":
        return None
    ticked: Counter[str] = Counter()
    for value, number in given.items():
        ticked.update(dict.fromkeys(value.split() or [UNANSWERED], number))
    return {
        name: disclosure.counts(
            {"ticked": ticked[name], "not": given.total() - ticked[name]}, small_numbers=small
        ).shown["ticked"]
        for name in names
    }


def _rows(
    counts: Mapping[str, int | None], *, names: Mapping[str, str], everyone: int
) -> list[dict[str, Any]]:
    """Each choice with its count and its share of all who answered anything."""
    return [
        {"label": names[name], "count": count, "percent": None if count is None else 100 * count / everyone}
        for name, count in counts.items()
    ]


def _mean(given: Given, *, scores: Mapping[str, float | None]) -> dict[str, float] | None:
    """The mean with its 95 % interval, where at least two answers are numbers."""
    known = {value: score for value, score in scores.items() if score is not None and given[value]}
    number = sum(given[value] for value in known)
    if number < 2:
        return None
    total = sum(Fraction(score) * given[value] for value, score in known.items())
    squares = sum(Fraction(score) ** 2 * given[value] for value, score in known.items())
    found = mean(Moments(n=number, total=total, squares=squares))
    return {"value": found.value, "low": found.low, "high": found.high, "number": number}
