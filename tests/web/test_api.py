"""Programs: keys with scopes, records in, findings and studies out, Open311; and the pages around them."""

import csv
import io
import json
import zipfile

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.web.evidence import ended_run
from tests.web.records_of import fill, measured

from coproduce_web.actions import evaluating, receiving
from coproduce_web.actions.acting import NotNow
from coproduce_web.api import keys
from coproduce_web.api.scopes import SCOPES
from coproduce_web.models import ApiToken, Membership, Need, OutcomeValue, TrailEntry


@pytest.fixture
def key(world):
    """A program's browser: ``key("read_findings")``; its secret is ``.secret``."""

    def made(*scopes, role="evaluator", days=5):
        token, secret = receiving.make_token(
            by=world.by(role), service=world.service, label="Program", scopes=scopes, days=days
        )
        client = Client(headers={"Authorization": f"Bearer {secret}"})
        client.token, client.secret = token, secret
        return client

    return made


def sent(client, world, name, body):
    place = reverse(name, args=[world.service.slug, world.initiative.pk])
    return client.post(place, json.dumps(body), content_type="application/json")


def test_only_the_hash_of_a_key_is_kept(world, key):
    client = key("read_findings")
    assert client.secret not in json.dumps(list(ApiToken.objects.values()), default=str)
    assert client.secret not in json.dumps(list(TrailEntry.objects.values("after")), default=str)
    for role in ("citizen", "professional", "coordinator", "handler"):
        with pytest.raises(PermissionDenied):
            key("read_findings", role=role)
    for scopes in ((), ("everything",)):
        with pytest.raises(NotNow):
            key(*scopes)


def test_a_key_opens_its_scopes_and_no_other(world, key):
    ended_run(world)
    places = {
        "read_findings": ("get", reverse("api_findings", args=["care"])),
        "read_study": ("get", reverse("api_study", args=["care"])),
        "write_needs": ("post", reverse("api_needs", args=["care", world.initiative.pk])),
        "write_outcomes": ("post", reverse("api_outcomes", args=["care", world.initiative.pk])),
    }
    assert places.keys() == SCOPES.keys()
    for scope in SCOPES:
        client = key(scope)
        for other, (method, place) in places.items():
            body = [] if other == "write_outcomes" else {"source": "x", "needs": [{"title": "x"}]}
            more = {"data": json.dumps(body), "content_type": "application/json"} if method == "post" else {}
            answer = getattr(client, method)(place, **more)
            b"".join(answer)  # a file that is not read stays open
            assert (answer.status_code == 403) == (other != scope), (
                f"{scope} at {other}: {answer.status_code}"
            )


def test_no_key_an_old_one_one_taken_away_and_one_of_elsewhere(world, key):
    place = reverse("api_findings", args=["care"])
    ended_run(world)
    assert Client().get(place).status_code == 401
    client = key("read_findings")
    assert client.get(place).status_code == 200
    assert client.get(reverse("api_findings", args=["parks"])).status_code == 403
    receiving.revoke_token(by=world.by("evaluator"), token=client.token)
    assert client.get(place).status_code == 401
    late = key("read_findings")
    ApiToken.objects.filter(pk=late.token.pk).update(expires_at=timezone.now())
    assert late.get(place).status_code == 401


def test_a_key_is_no_stronger_than_who_made_it_is_now(world, key):
    client = key("write_needs")
    Membership.objects.filter(actor=world.people["evaluator"].actor).update(until=timezone.now())
    body = {"source": "x", "needs": [{"title": "Shopping"}]}
    assert sent(client, world, "api_needs", body).status_code == 403


def test_a_session_opens_nothing(world, signed_in):
    for role in ("steward", "evaluator"):
        assert signed_in(role).get(reverse("api_study", args=["care"])).status_code == 401


def test_too_many_calls_wait(world, key, monkeypatch):
    ended_run(world)
    monkeypatch.setattr(keys, "MOST_CALLS", 2)
    monkeypatch.setattr(keys, "MOST_WRONG", 2)
    place = reverse("api_findings", args=["care"])
    client, wrong = key("read_findings"), Client(headers={"Authorization": "Bearer made-up"})
    assert [client.get(place).status_code for _ in range(3)] == [200, 200, 429]
    assert [wrong.get(place).status_code for _ in range(3)] == [401, 401, 429]


def test_findings_leave_through_the_gate(world, key):
    run = ended_run(world)
    found = key("read_findings").get(reverse("api_findings", args=["care"])).json()
    assert found["findings"][0]["id"] == "audit"
    few = {"name": "people", "label": "People", "value": 7, "unit": "count", "n": 7}
    run.findings["findings"][0]["estimates"] = [few]
    run.save()
    world.service.small_numbers = 10
    world.service.save()
    found = key("read_findings").get(reverse("api_findings", args=["care"])).json()
    assert found["findings"][0]["estimates"][0]["value"] is None


def test_what_was_asked_leaves_without_the_effects_that_are_not_published(world, key):
    run = ended_run(world)
    effect = {**run.findings["findings"][0], "id": "effects.evaluation_1", "question": "effects"}
    run.findings["findings"].append(effect)
    questions = {"effects": {"evaluation_1": {"design": "randomised"}}, "value": {"currency": "EUR"}}
    run.findings["settings"] = {"study": {"title": "Care"}, "questions": questions}
    run.save()
    found = key("read_findings").get(reverse("api_findings", args=["care"])).json()
    assert [one["id"] for one in found["findings"]] == ["audit"]
    assert found["settings"]["questions"] == {"effects": {}, "value": {"currency": "EUR"}}


def test_a_study_folder_is_fetched_and_the_trail_says_so(world, key):
    fill(world)
    answer = key("read_study").get(reverse("api_study", args=["care"]))
    held = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert {"study.toml", "contributions.csv"} <= set(held.namelist())
    assert TrailEntry.objects.filter(action="export").count() == 1


def test_needs_come_in_once(world, key):
    client = key("write_needs")
    body = {"source": "crm", "needs": [{"title": "Shopping", "source_key": "7"}, {"title": "Walk"}]}
    first, again = (sent(client, world, "api_needs", body) for _ in range(2))
    assert (first.status_code, first.json()["number"]) == (201, 2)
    assert again.json()["keys"][0] == first.json()["keys"][0]
    assert Need.objects.filter(source="crm", source_key="7").count() == 1
    assert sent(client, world, "api_needs", {"source": "crm", "needs": [{"title": ""}]}).status_code == 422


def test_outcomes_come_in_whole_or_not_at_all(world, key):
    _, units = measured(world, number=2)
    client = key("write_outcomes")
    value = {"unit": units[0].name, "measure": "wellbeing", "period": 5, "value": 6.5}
    assert sent(client, world, "api_outcomes", [value]).json() == {"number": 1, "keys": []}
    wrong = [{**value, "period": 6}, {**value, "value": 99}]
    assert sent(client, world, "api_outcomes", wrong).status_code == 422
    assert set(OutcomeValue.objects.filter(unit=units[0]).values_list("period", flat=True)) == {0, 1, 5}


def test_open311_from_service_to_request(world, key):
    (service,) = Client().get(reverse("open311_services", args=["care"])).json()
    place = reverse("open311_requests", args=["care"])
    form = {
        "service_code": service["service_code"],
        "description": "A lamp is broken\nCall 555",
        "lat": "52.5",
        "long": "13.4",
    }
    assert Client().post(place, {**form, "api_key": "made-up"}).status_code == 403
    answer = Client().post(place, {**form, "api_key": key("write_needs").secret})
    assert answer.status_code == 201
    need = Need.objects.get(pk=answer.json()[0]["service_request_id"])
    assert (need.source, need.title, need.latitude) == ("open311", "A lamp is broken", 52.5)
    listed = Client().get(place, {"status": "open"}).json()
    assert listed == Client().get(reverse("open311_request", args=["care", need.pk])).json()
    assert listed[0]["service_request_id"] == str(need.pk)
    assert "555" not in json.dumps(listed)
    assert Client().get(place, {"status": "closed"}).json() == []


def test_every_address_is_described(client, db):
    described = client.get(reverse("openapi")).json()
    assert described["openapi"].startswith("3.")
    assert {"/api/{service}/findings", "/api/open311/{service}/requests.json"} <= set(described["paths"])


def test_a_key_is_shown_once(world, signed_in):
    browser = signed_in("evaluator")
    place = reverse("tokens", args=["care"])
    page = browser.post(place, {"label": "R script", "scopes": ["read_findings"], "days": 30})
    token = ApiToken.objects.get(label="R script")
    assert "shown once" in page.content.decode()
    assert "shown once" not in browser.get(place).content.decode()
    browser.post(reverse("revoke_token", args=["care", token.pk]))
    token.refresh_from_db()
    assert token.revoked_at


def test_exports_are_taken_from_the_page(world, signed_in):
    fill(world)
    for kind, file in (
        ("study", "study.toml"),
        ("package", "datapackage.json"),
        ("open_data", "concerns.csv"),
    ):
        answer = signed_in("steward").post(reverse("export", args=["care"]), {"kind": kind})
        held = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
        assert file in held.namelist()
    lines = b"".join(Client().get(reverse("open_data", args=["care", "concerns"])).streaming_content).decode()
    assert list(csv.DictReader(io.StringIO(lines)))
    assert Client().get(reverse("open_data", args=["care", "names"])).status_code == 404


def test_learn_says_what_was_found_and_a_figure_is_an_image(world):
    assert "Nobody has asked yet" in Client().get(reverse("learn", args=["care"])).content.decode()
    run = ended_run(world)
    assert (
        "Citizens take half of the steps." in Client().get(reverse("learn", args=["care"])).content.decode()
    )
    page = Client().get(reverse("finding", args=["care", run.pk, "audit"])).content.decode()
    assert "A map." in page
    image = Client().get(reverse("figure", args=["care", run.pk, "audit", "map"]))
    assert image.headers["Content-Type"] == "image/svg+xml"
    assert b"prefers-color-scheme: dark" in image.content
    world.service.small_numbers = 20  # more is hidden now than when it was drawn
    world.service.save()
    assert Client().get(reverse("figure", args=["care", run.pk, "audit", "map"])).status_code == 404


def test_what_an_evaluation_found_is_seen_by_nobody_else_before_it_is_published(world, signed_in):
    measure, _ = measured(world, number=2)
    made = evaluating.plan(
        by=world.by("evaluator"), initiative=world.initiative, measures=[measure], title="T", question="Q",
        design="randomised", arms=["a", "b"],
    )  # fmt: skip
    made = evaluating.freeze(by=world.by("evaluator"), evaluation=made)
    run = ended_run(world, evaluation=made)
    place = reverse("finding", args=["care", run.pk, "audit"])
    page = reverse("evaluation", args=["care", world.initiative.pk, made.pk])
    for role in ("visitor", "citizen", "coordinator", "steward"):
        assert signed_in(role).get(place).status_code == 404
        text = signed_in(role).get(page).content.decode()
        assert "Citizens take half" not in text
        assert made.plan_sha256 in text
        assert made.seed not in text
    assert signed_in("evaluator").get(place).status_code == 200
    evaluating.publish(by=world.by("evaluator"), evaluation=made)
    assert signed_in("visitor").get(place).status_code == 200
    assert made.seed in signed_in("visitor").get(page).content.decode()


def test_a_page_of_a_run_works_with_and_without_script(world, signed_in):
    run = ended_run(world)
    type(run).objects.update(state="running", step="writing events", share=0.25)
    place = reverse("run", args=["care", run.pk])
    page = signed_in("evaluator").get(place).content.decode()
    assert "Load this page again" in page
    assert 'value="0.250"' in page
    part = signed_in("evaluator").get(place, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    type(run).objects.update(state="done")
    part = signed_in("evaluator").get(place, headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"


def test_from_plan_to_enrolment_by_the_pages(world, signed_in):
    """An evaluator measures, plans and freezes; a coordinator names units, enrols and types a value."""
    evaluator, coordinator = signed_in("evaluator"), signed_in("coordinator")
    of = [world.service.slug, world.initiative.pk]
    evaluator.post(
        reverse("new_measure", args=of),
        {"label": "Health", "name": "health", "better": "up", "set_by": "citizen"},
    )
    measure = world.initiative.measures.get()
    evaluator.post(
        reverse("new_evaluation", args=of),
        {
            "title": "T",
            "question": "Q",
            "design": "randomised",
            "arms": "a\nb",
            "measures": [measure.pk],
            "groups": "age",
        },
    )
    made = world.initiative.evaluations.get()
    assert (made.arms, made.groups) == (["a", "b"], ["age"])
    evaluator.post(reverse("freeze_evaluation", args=[*of, made.pk]))
    table = io.BytesIO(b"name,stratum,age\nU1,north,young\nU2,south,old\n")
    table.name = "units.csv"
    coordinator.post(reverse("units", args=of), {"table": table})
    unit = world.initiative.units.get(name="U1")
    assert (unit.stratum, unit.groups) == ("north", {"age": "young"})
    answer = coordinator.post(reverse("enrol", args=[*of, made.pk]), {"unit": unit.pk}, follow=True)
    arm = made.allocations.get().arm
    assert f"U1 is enrolled: {arm}." in answer.content.decode()
    coordinator.post(
        reverse("values", args=of), {"unit": "U1", "measure": "health", "period": "1", "value": "3.5"}
    )
    assert OutcomeValue.objects.get().value == 3.5
