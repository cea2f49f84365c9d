"""Addresses of questionnaires, surveys and goals."""

from __future__ import annotations

from django.urls import URLPattern

from coproduce_web.pages import answering_surveys, goals, survey_answers, surveys
from coproduce_web.pages.access import Seen, View, form, page
from coproduce_web.permissions import Permission

HERE = "<slug:service>/<int:initiative>"
INSTRUMENTS = "<slug:service>/questionnaires"
INSTRUMENT = f"{INSTRUMENTS}/<int:instrument>"
WAVE = f"{HERE}/surveys/<int:wave>"
GOAL = f"{HERE}/goals/<int:goal>"


def _does(route: str, view: View, *, name: str, permission: Permission) -> URLPattern:
    return form(route, view, name=name, may=permission)


SEND = Permission.SEND_SURVEY

ROUTES = [
    page(INSTRUMENTS, surveys.instruments, name="instruments", sees=Seen.EVERYONE),
    _does(f"{INSTRUMENTS}/new", surveys.new_instrument, name="new_instrument", permission=SEND),
    _does(
        f"{INSTRUMENTS}/ready/<slug:about>",
        surveys.add_ready_instrument,
        name="add_ready_instrument",
        permission=SEND,
    ),
    page(INSTRUMENT, surveys.instrument, name="instrument", sees=Seen.EVERYONE),
    page(f"{INSTRUMENT}/file", surveys.instrument_file, name="instrument_file", sees=Seen.EVERYONE),
    _does(f"{INSTRUMENT}/retire", surveys.retire_instrument, name="retire_instrument", permission=SEND),
    page(f"{HERE}/surveys", surveys.surveys, name="surveys", sees=Seen.EVERYONE),
    _does(f"{HERE}/surveys/new", surveys.new_wave, name="new_wave", permission=SEND),
    page(WAVE, surveys.show_wave, name="wave", sees=Seen.EVERYONE),
    page(f"{WAVE}/answers", survey_answers.wave_answers, name="wave_answers", sees=Seen.EVERYONE),
    _does(f"{WAVE}/ask", surveys.ask, name="ask_wave", permission=SEND),
    _does(f"{WAVE}/remind", surveys.remind, name="remind_wave", permission=SEND),
    _does(f"{WAVE}/open-link", surveys.open_link, name="open_link", permission=SEND),
    _does(f"{WAVE}/close", surveys.close_wave, name="close_wave", permission=SEND),
    form(
        f"{WAVE}/answer/<str:token>", answering_surveys.answer_survey, name="answer_survey", may=Seen.EVERYONE
    ),
    form(
        f"{WAVE}/open/<str:token>", answering_surveys.answer_openly, name="answer_openly", may=Seen.EVERYONE
    ),
    page(f"{HERE}/goals", goals.goals, name="goals", sees=Seen.EVERYONE),
    _does(f"{HERE}/goals/new", goals.new_goal, name="new_goal", permission=Permission.SET_GOAL),
    page(GOAL, goals.goal, name="goal", sees=Seen.MEMBER),
    _does(f"{GOAL}/change", goals.change_goal, name="change_goal", permission=Permission.SET_GOAL),
    _does(f"{GOAL}/agree", goals.agree_goal, name="agree_goal", permission=Permission.SET_GOAL),
    _does(f"{GOAL}/review", goals.review_goal, name="review_goal", permission=Permission.REVIEW_GOAL),
]
