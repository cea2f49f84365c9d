"""Addresses of people: signing in, one's own account, members, the whole platform."""

from __future__ import annotations

from coproduce_web.pages import account, asking, members, my_data, paper, people, platform, trail
from coproduce_web.pages.access import Seen, page
from coproduce_web.permissions import Permission

PEOPLE = [
    page("sign-in", people.sign_in, name="sign_in", sees=Seen.EVERYONE, does=Seen.EVERYONE),
    page("sign-in/link", people.send_link, name="send_link", sees=Seen.EVERYONE, does=Seen.EVERYONE),
    page(
        "sign-in/link/<str:token>", people.use_link, name="use_link", sees=Seen.EVERYONE, does=Seen.EVERYONE
    ),
    page("sign-out", people.sign_out, name="sign_out", sees=Seen.SIGNED_IN, does=Seen.SIGNED_IN),
    page(
        "first/<str:token>",
        people.first_steward,
        name="first_steward",
        sees=Seen.EVERYONE,
        does=Seen.EVERYONE,
    ),
    page(
        "invitations/<str:token>",
        people.take_up_invitation,
        name="take_up_invitation",
        sees=Seen.EVERYONE,
        does=Seen.EVERYONE,
    ),
    page("<slug:service>/join", people.join, name="join", sees=Seen.EVERYONE, does=Seen.EVERYONE),
]

ACCOUNT = [
    page("account", account.show_account, name="account", sees=Seen.SIGNED_IN, does=Seen.SIGNED_IN),
    page(
        "account/password",
        account.set_password,
        name="set_password",
        sees=Seen.SIGNED_IN,
        does=Seen.SIGNED_IN,
    ),
    page(
        "account/address",
        account.change_address,
        name="change_address",
        sees=Seen.SIGNED_IN,
        does=Seen.SIGNED_IN,
    ),
    page(
        "account/address/<str:token>",
        account.confirm_address,
        name="confirm_address",
        sees=Seen.SIGNED_IN,
        does=Seen.SIGNED_IN,
    ),
    page(
        "account/sessions",
        account.end_sessions,
        name="end_sessions",
        sees=Seen.SIGNED_IN,
        does=Seen.SIGNED_IN,
    ),
    page(
        "account/assisting",
        account.stop_assisting,
        name="stop_assisting",
        sees=Seen.SIGNED_IN,
        does=Seen.SIGNED_IN,
    ),
    page("account/data", my_data.my_data, name="my_data", sees=Seen.SIGNED_IN),
    page("account/data.zip", my_data.download, name="download_my_data", sees=Seen.SIGNED_IN),
    page("account/data/<slug:kind>", my_data.my_records, name="my_records", sees=Seen.SIGNED_IN),
    page("account/erase", my_data.erase_me, name="erase_me", sees=Seen.SIGNED_IN, does=Seen.SIGNED_IN),
    page(
        "account/erase/ask", my_data.ask_erasure, name="ask_erasure", sees=Seen.SIGNED_IN, does=Seen.SIGNED_IN
    ),
    page(
        "<slug:service>/leave",
        account.leave_service,
        name="leave_service",
        sees=Seen.SIGNED_IN,
        does=Seen.SIGNED_IN,
    ),
    page(
        "<slug:service>/about-me", asking.about_me, name="about_me", sees=Seen.SIGNED_IN, does=Seen.SIGNED_IN
    ),
]

MEMBERS = [
    page(
        "stewards",
        platform.stewards,
        name="stewards",
        sees=Permission.GRANT_ROLES,
        does=Permission.GRANT_ROLES,
    ),
    page(
        "stewards/<int:membership>",
        platform.withdraw_steward,
        name="withdraw_steward",
        sees=Permission.GRANT_ROLES,
        does=Permission.GRANT_ROLES,
    ),
    page(
        "organisations",
        platform.organisations,
        name="organisations",
        sees=Permission.RUN_SERVICE,
        does=Permission.RUN_SERVICE,
    ),
    page(
        "organisations/<int:organisation>",
        platform.rename_organisation,
        name="rename_organisation",
        sees=Permission.RUN_SERVICE,
        does=Permission.RUN_SERVICE,
    ),
    page("erasures", my_data.erasures, name="erasures", sees=Permission.ERASE),
    page(
        "erasures/<int:erasure>",
        my_data.answer_erasure,
        name="answer_erasure",
        sees=Permission.ERASE,
        does=Permission.ERASE,
    ),
    page("trail", trail.trail, name="platform_trail", sees=Permission.SEE_TRAIL),
    page("trail.csv", trail.trail_csv, name="platform_trail_csv", sees=Permission.SEE_TRAIL),
    page("<slug:service>/trail", trail.trail, name="trail", sees=Permission.SEE_TRAIL),
    page("<slug:service>/trail.csv", trail.trail_csv, name="trail_csv", sees=Permission.SEE_TRAIL),
    page("<slug:service>/members", members.members, name="members", sees=Permission.SEE_NAMES),
    page(
        "<slug:service>/members/new",
        members.add_member,
        name="add_member",
        sees=Permission.ASSIST,
        does=Permission.ASSIST,
    ),
    page("<slug:service>/members/<int:actor>", members.member, name="member", sees=Permission.SEE_NAMES),
    page(
        "<slug:service>/members/<int:actor>/role",
        members.grant_role,
        name="grant_role",
        sees=Permission.GRANT_ROLES,
        does=Permission.GRANT_ROLES,
    ),
    page(
        "<slug:service>/members/<int:actor>/mend",
        members.mend_member,
        name="mend_member",
        sees=Permission.ASSIST,
        does=Permission.ASSIST,
    ),
    page(
        "<slug:service>/members/<int:actor>/assist",
        members.assist,
        name="assist",
        sees=Permission.ASSIST,
        does=Permission.ASSIST,
    ),
    page(
        "<slug:service>/members/<int:actor>/erase",
        my_data.ask_erasure_for,
        name="ask_erasure_for",
        sees=Permission.SEE_NAMES,
        does=Permission.SEE_NAMES,
    ),
    page(
        "<slug:service>/roles/<int:membership>",
        members.withdraw_role,
        name="withdraw_role",
        sees=Permission.GRANT_ROLES,
        does=Permission.GRANT_ROLES,
    ),
    page(
        "<slug:service>/invitations",
        members.invitations,
        name="invitations",
        sees=Permission.SEE_NAMES,
        does=Permission.SEE_NAMES,
    ),
    page(
        "<slug:service>/invitations/<int:invitation>",
        members.withdraw_invitation,
        name="withdraw_invitation",
        sees=Permission.SEE_NAMES,
        does=Permission.SEE_NAMES,
    ),
    page(
        "<slug:service>/asked",
        asking.asked,
        name="asked",
        sees=Permission.RUN_SERVICE,
        does=Permission.RUN_SERVICE,
    ),
    page("<slug:service>/who-takes-part", asking.who_takes_part, name="who_takes_part", sees=Seen.EVERYONE),
    page(
        "<slug:service>/population",
        asking.population,
        name="population",
        sees=Permission.RUN_SERVICE,
        does=Permission.RUN_SERVICE,
    ),
    page(
        "<slug:service>/population/file",
        asking.population_file,
        name="population_file",
        sees=Permission.RUN_SERVICE,
        does=Permission.RUN_SERVICE,
    ),
    page(
        "<slug:service>/population/<int:cell>",
        asking.remove_cell,
        name="remove_cell",
        sees=Permission.RUN_SERVICE,
        does=Permission.RUN_SERVICE,
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
