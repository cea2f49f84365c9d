"""Walks an organisation's sign-in from door to door against a provider made of answers, in a process of its own.

Prints one line of JSON: what happened to each visitor. `test_oidc.py` starts it with `OIDC_SERVER` set.
"""

import json
import re
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import django

django.setup()

from django.apps import apps  # noqa: E402  # Django must be set up before
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import get_resolver, reverse  # noqa: E402

from coproduce_web.actions import people, services  # noqa: E402
from coproduce_web.actions.acting import By  # noqa: E402
from coproduce_web.models import Membership, Person  # noqa: E402
from coproduce_web.pages.access import declared  # noqa: E402

SERVER = "https://id.example"
CONFIGURATION = {
    "issuer": SERVER,
    "authorization_endpoint": f"{SERVER}/authorise",
    "token_endpoint": f"{SERVER}/token",
    "userinfo_endpoint": f"{SERVER}/who",
    "jwks_uri": f"{SERVER}/keys",
    "token_endpoint_auth_methods_supported": ["client_secret_post"],
}


class Answer:
    """What the provider says."""

    def __init__(self, told, status=200):
        self.told, self.status_code, self.headers, self.text = (
            told,
            status,
            {"content-type": "application/json"},
            "",
        )
        self.ok = status < 400

    def json(self):
        return self.told

    def raise_for_status(self):
        if not self.ok:
            raise OSError(self.status_code)


def provider(who, sent):
    """An organisation's server that says of everybody that they are `who`; what it was sent is kept."""

    def request(_session, method, url, **more):
        if url.endswith("/token"):
            sent.append(more.get("data") or more.get("params"))
            return Answer({"access_token": "a", "token_type": "Bearer", "expires_in": 60})
        return Answer(who if url.endswith("/who") else CONFIGURATION)

    return mock.patch("requests.Session.request", request)


def come(browser, who, **query):
    """Sign in at the organisation as `who` and come back; the answer, and what the provider was sent."""
    sent = []
    with provider(who, sent):
        away = browser.get(reverse("oidc_sign_in"), query)
        asked = parse_qs(urlsplit(away.headers["Location"]).query)
        back = reverse("openid_connect_callback", args=["organisation"])
        answer = browser.get(back, {"code": "c", "state": asked["state"][0]})
    return answer, asked, sent


def signed_in(browser):
    page = browser.get(reverse("account"))
    return page.status_code == 200


def everything():
    """Every value of every table."""
    told = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            told.extend(map(str, cursor.fetchall()))
    return "\n".join(told)


def prepared():
    """A steward, an open service and one that invites."""
    call_command("migrate", verbosity=0)
    setup_test_environment()
    steward = people.make_first_steward(name="Stella", email="steward@example.org", password="a" * 20)
    for slug, open_to_all in (("open", True), ("closed", False)):
        services.found_service(
            by=By(actor=steward.actor), organisation="Town", slug=slug, title=slug, open_to_all=open_to_all
        )
    return steward


def roles_but(steward):
    """How many roles others hold."""
    return Membership.objects.exclude(actor=steward.actor).count()


def new(steward, who):
    """Somebody comes for the first time, then joins; then once more."""
    browser = Client()
    answer, asked, sent = come(browser, who, next="/open/")
    first = {
        "to": answer.headers["Location"],
        "signed_in": signed_in(browser),
        "roles": roles_but(steward),
        "pkce": asked["code_challenge_method"][0],
        "verifier": "code_verifier" in sent[0],
        "name": Person.objects.get(email__iexact=who["email"]).name,
        "picture_kept": who["picture"] in everything(),
        "accounts_of_allauth": apps.get_model("socialaccount", "SocialAccount").objects.count(),
    }
    browser.post(reverse("join", args=["closed"]))
    closed = roles_but(steward)
    browser.post(reverse("join", args=["open"]))
    again = Client()
    come(again, who)
    return {
        "new": first,
        "closed": closed,
        "open": roles_but(steward),
        "again": {"signed_in": signed_in(again), "people": Person.objects.count()},
    }


def refused(who):
    """Somebody for whom the organisation does not vouch; and an answer that nobody asked for."""
    unvouched, forged = Client(), Client()
    answer, _, _ = come(unvouched, who | {"email_verified": False})
    back = reverse("openid_connect_callback", args=["organisation"])
    made_up = forged.get(back, {"code": "c", "state": "made-up"})
    return {
        "unvouched": {"to": answer.headers["Location"], "signed_in": signed_in(unvouched)},
        "forged": {"to": made_up.headers.get("Location"), "signed_in": signed_in(forged)},
    }


def known(steward):
    """Somebody whom the platform knows by the address."""
    browser = Client()
    come(browser, {"sub": "3", "email": "STEWARD@example.org", "email_verified": True})
    steward.refresh_from_db()
    return {
        "signed_in": signed_in(browser),
        "people": Person.objects.count(),
        "password_of_before": steward.has_usable_password(),
    }


def main():
    """Walk, and say what happened."""
    steward = prepared()
    who = {
        "sub": "1",
        "email": "New@example.org",
        "email_verified": True,
        "name": "Nina New",
        "picture": "secret",
    }
    said = new(steward, who) | refused({"sub": "2", "email": "steward@example.org"})
    elsewhere, _, _ = come(Client(), who, next="https://evil.example/")
    said |= {
        "known": known(steward),
        "elsewhere": elsewhere.headers["Location"],
        "declared": all(declared(each.callback) for each in get_resolver().url_patterns),
        "door": bool(re.search("Sign in with Town Hall", Client().get(reverse("sign_in")).content.decode())),
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main()
