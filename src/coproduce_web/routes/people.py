"""Addresses of people: signing in, one's own account, members, the whole platform."""

from __future__ import annotations

from coproduce_web.pages import account, asking, members, my_data, paper, people, platform, trail
from coproduce_web.pages.access import Seen, form, page
from coproduce_web.permissions import Permission

PEOPLE = [
    form("sign-in", people.sign_in, name="sign_in", may=Seen.EVERYONE),
    form("sign-in/link", people.send_link, name="send_link", may=Seen.EVERYONE),
    form("sign-in/link/<str:token>", people.use_link, name="use_link", may=Seen.EVERYONE),
    form("sign-out", people.sign_out, name="sign_out", may=Seen.SIGNED_IN),
    form("first/<str:token>", people.first_steward, name="first_steward", may=Seen.EVERYONE),
    form("invitations/<str:token>", people.take_up_invitation, name="take_up_invitation", may=Seen.EVERYONE),
    form("<slug:service>/join", people.join, name="join", may=Seen.EVERYONE),
]

ACCOUNT = [
    form("account", account.show_account, name="account", may=Seen.SIGNED_IN),
    form("account/password", account.set_password, name="set_password", may=Seen.SIGNED_IN),
    form("account/address", account.change_address, name="change_address", may=Seen.SIGNED_IN),
    form("account/address/<str:token>", account.confirm_address, name="confirm_address", may=Seen.SIGNED_IN),
    form("account/sessions", account.end_sessions, name="end_sessions", may=Seen.SIGNED_IN),
    form("account/assisting", account.stop_assisting, name="stop_assisting", may=Seen.SIGNED_IN),
    page("account/data", my_data.my_data, name="my_data", sees=Seen.SIGNED_IN),
    page("account/data.zip", my_data.download, name="download_my_data", sees=Seen.SIGNED_IN),
    page("account/data/<slug:kind>", my_data.my_records, name="my_records", sees=Seen.SIGNED_IN),
    form("account/erase", my_data.erase_me, name="erase_me", may=Seen.SIGNED_IN),
    form("account/erase/ask", my_data.ask_erasure, name="ask_erasure", may=Seen.SIGNED_IN),
    form("<slug:service>/leave", account.leave_service, name="leave_service", may=Seen.SIGNED_IN),
    form("<slug:service>/about-me", asking.about_me, name="about_me", may=Seen.SIGNED_IN),
]

MEMBERS = [
    form("stewards", platform.stewards, name="stewards", may=Permission.GRANT_ROLES),
    form(
        "stewards/<int:membership>",
        platform.withdraw_steward,
        name="withdraw_steward",
        may=Permission.GRANT_ROLES,
    ),
    form("organisations", platform.organisations, name="organisations", may=Permission.RUN_SERVICE),
    form(
        "organisations/<int:organisation>",
        platform.rename_organisation,
        name="rename_organisation",
        may=Permission.RUN_SERVICE,
    ),
    page("erasures", my_data.erasures, name="erasures", sees=Permission.ERASE),
    form("erasures/<int:erasure>", my_data.answer_erasure, name="answer_erasure", may=Permission.ERASE),
    page("trail", trail.trail, name="platform_trail", sees=Permission.SEE_TRAIL),
    page("trail.csv", trail.trail_csv, name="platform_trail_csv", sees=Permission.SEE_TRAIL),
    page("<slug:service>/trail", trail.trail, name="trail", sees=Permission.SEE_TRAIL),
    page("<slug:service>/trail.csv", trail.trail_csv, name="trail_csv", sees=Permission.SEE_TRAIL),
    page("<slug:service>/members", members.members, name="members", sees=Permission.SEE_NAMES),
    form("<slug:service>/members/new", members.add_member, name="add_member", may=Permission.ASSIST),
    page("<slug:service>/members/<int:actor>", members.member, name="member", sees=Permission.SEE_NAMES),
    form(
        "<slug:service>/members/<int:actor>/role",
        members.grant_role,
        name="grant_role",
        may=Permission.GRANT_ROLES,
    ),
    form(
        "<slug:service>/members/<int:actor>/mend",
        members.mend_member,
        name="mend_member",
        may=Permission.ASSIST,
    ),
    form("<slug:service>/members/<int:actor>/assist", members.assist, name="assist", may=Permission.ASSIST),
    form(
        "<slug:service>/members/<int:actor>/erase",
        my_data.ask_erasure_for,
        name="ask_erasure_for",
        may=Permission.SEE_NAMES,
    ),
    form(
        "<slug:service>/roles/<int:membership>",
        members.withdraw_role,
        name="withdraw_role",
        may=Permission.GRANT_ROLES,
    ),
    form("<slug:service>/invitations", members.invitations, name="invitations", may=Permission.SEE_NAMES),
    form(
        "<slug:service>/invitations/<int:invitation>",
        members.withdraw_invitation,
        name="withdraw_invitation",
        may=Permission.SEE_NAMES,
    ),
    form("<slug:service>/asked", asking.asked, name="asked", may=Permission.RUN_SERVICE),
    page("<slug:service>/who-takes-part", asking.who_takes_part, name="who_takes_part", sees=Seen.EVERYONE),
    form("<slug:service>/population", asking.population, name="population", may=Permission.RUN_SERVICE),
    form(
        "<slug:service>/population/file",
        asking.population_file,
        name="population_file",
        may=Permission.RUN_SERVICE,
    ),
    form(
        "<slug:service>/population/<int:cell>",
        asking.remove_cell,
        name="remove_cell",
        may=Permission.RUN_SERVICE,
    ),
    page("<slug:service>/paper", paper.paper, name="paper", sees=Seen.EVERYONE),
    page(
        "<slug:service>/paper/concern.pdf",
        paper.concern_on_paper,
        name="concern_on_paper",
        sees=Seen.EVERYONE,
    ),
    page(
        "<slug:service>/<int:initiative>/paper/contribution-<int:activity>.pdf",
        paper.contribution_on_paper,
        name="contribution_on_paper",
        sees=Seen.EVERYONE,
    ),
    page(
        "<slug:service>/<int:initiative>/paper/session-<int:session>.pdf",
        paper.session_on_paper,
        name="session_on_paper",
        sees=Permission.RECORD_ATTENDANCE,
    ),
]
