"""Addresses of needs, offers, opportunities, sessions, contributions and credits."""

from __future__ import annotations

from coproduce_web.pages import claims, needs, sessions, time_credits
from coproduce_web.pages.access import Seen, View, form, page
from coproduce_web.permissions import Permission

P = Permission

_WITHIN = "<slug:service>/<int:initiative>"
_NEED = f"{_WITHIN}/needs/<int:need>"
_OFFER = f"{_WITHIN}/offers/<int:offer>"
_OPPORTUNITY = f"{_WITHIN}/opportunities/<int:opportunity>"
_SESSION = f"{_WITHIN}/sessions/<int:session>"
_CONTRIBUTION = "<slug:service>/contributions/<int:contribution>"

# Pages that everyone sees; pages of one's own; forms and what allows them.
_OPEN: tuple[tuple[str, View, str], ...] = (
    (f"{_WITHIN}/needs", needs.list_needs, "needs"),
    (_NEED, needs.show_need, "need"),
    (f"{_WITHIN}/offers", needs.list_offers, "offers"),
    (_OFFER, needs.show_offer, "offer"),
    (f"{_WITHIN}/opportunities", sessions.list_opportunities, "opportunities"),
    (_OPPORTUNITY, sessions.show_opportunity, "opportunity"),
    (_SESSION, sessions.show_session, "session"),
    (f"{_WITHIN}/calendar.ics", sessions.initiative_calendar, "initiative_calendar"),
    ("calendar/<str:token>.ics", sessions.calendar_by_link, "calendar_by_link"),
    (f"{_WITHIN}/time", claims.time_given, "time_given"),
)
_OWN: tuple[tuple[str, View, str], ...] = (
    (f"{_WITHIN}/matches", needs.matches, "matches"),
    (_CONTRIBUTION, claims.show_contribution, "contribution"),
    ("<slug:service>/waiting", claims.waiting, "waiting"),
    ("<slug:service>/mine", claims.mine, "mine"),
    ("<slug:service>/credits", time_credits.own_credits, "credits"),
)
_FORMS: tuple[tuple[str, View, str, P], ...] = (
    (f"{_WITHIN}/needs/new", needs.new_need, "new_need", P.RAISE_NEED),
    (f"{_NEED}/done", needs.need_done, "need_done", P.REPORT_DONE),
    (f"{_NEED}/say", needs.judge_need, "judge_need", P.JUDGE_DONE),
    (f"{_NEED}/withdraw", needs.withdraw_need, "withdraw_need", P.WITHDRAW),
    (f"{_WITHIN}/offers/new", needs.new_offer, "new_offer", P.OFFER),
    (f"{_OFFER}/withdraw", needs.withdraw_offer, "withdraw_offer", P.WITHDRAW),
    (f"{_WITHIN}/opportunities/new", sessions.new_opportunity, "new_opportunity", P.POST_OPPORTUNITY),
    (f"{_OPPORTUNITY}/roles/new", sessions.new_role, "new_role", P.POST_OPPORTUNITY),
    (f"{_WITHIN}/roles/<int:place>", sessions.change_places, "change_places", P.POST_OPPORTUNITY),
    (f"{_OPPORTUNITY}/sessions/new", sessions.new_sessions, "new_sessions", P.POST_OPPORTUNITY),
    (f"{_OPPORTUNITY}/close", sessions.close_opportunity, "close_opportunity", P.POST_OPPORTUNITY),
    (f"{_SESSION}/sign-up", sessions.sign_up, "sign_up", P.SIGN_UP),
    (f"{_SESSION}/withdraw", sessions.withdraw_sign_up, "withdraw_sign_up", P.WITHDRAW),
    (f"{_SESSION}/attendance", sessions.attendance, "attendance", P.RECORD_ATTENDANCE),
    (f"{_SESSION}/time", claims.claim_many, "claim_many", P.RECORD_ATTENDANCE),
    (f"{_SESSION}/cancel", sessions.cancel_session, "cancel_session", P.POST_OPPORTUNITY),
    (f"{_WITHIN}/contributions/new", claims.new_claim, "new_claim", P.CLAIM),
    (f"{_CONTRIBUTION}/answer", claims.answer, "answer", P.RESPOND),
    (
        "<slug:service>/credits/<int:transfer>/reverse",
        time_credits.reverse_credit,
        "reverse_credit",
        P.REVERSE_CREDIT,
    ),
)

ROUTES = [
    *(page(route, view, name=name, sees=Seen.EVERYONE) for route, view, name in _OPEN),
    *(page(route, view, name=name, sees=Seen.MEMBER) for route, view, name in _OWN),
    *(form(route, view, name=name, may=who) for route, view, name, who in _FORMS),
    form("calendar", sessions.own_calendar, name="own_calendar", may=Seen.SIGNED_IN),
]
