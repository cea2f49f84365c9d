"""Open311 GeoReport version 2: service requests come in as needs; what is told of them names nobody and no place.

References
----------
Open311, GeoReport v2 (https://wiki.open311.org/GeoReport_v2/).
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Form, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import Field

from coproduce_web import choices
from coproduce_web.actions.receiving import receive_needs
from coproduce_web.api.keys import asking, known
from coproduce_web.models import Initiative, Need, Service
from coproduce_web.signing_in import address_of, too_often

SOURCE = "open311"
RUNNING = choices.Status.RUNNING
MOST_TOLD = 1000
MOST_ASKED = 60
router = Router(tags=["Open311"])


class RequestIn(Schema):
    """A service request, as GeoReport names its parts."""

    service_code: int
    api_key: str = Field(max_length=200)
    description: str = Field(default="", max_length=4000)
    address_string: str = Field(default="", max_length=200)
    lat: float | None = Field(default=None, ge=-90, le=90)
    long: float | None = Field(default=None, ge=-180, le=180)


def _anybody(request: HttpRequest) -> None:
    """Let anybody ask, but not too often."""
    if too_often("open311", address_of(request), most=MOST_ASKED, minutes=1):
        raise HttpError(429, "Too often: wait a minute.")


@router.get(
    "/{slug:service}/services.json", url_name="open311_services", auth=None, summary="What can be requested"
)
def services(request: HttpRequest, *, service: str) -> list[dict[str, Any]]:
    """The initiatives that run: each is a kind of request."""
    _anybody(request)
    held = get_object_or_404(Service, slug=service)
    running = held.initiatives.filter(status=RUNNING).order_by("pk")
    return [
        {
            "service_code": str(one.pk),
            "service_name": one.title,
            "description": one.summary,
            "metadata": False,
            "type": "realtime",
            "keywords": "",
            "group": held.title,
        }
        for one in running
    ]


@router.get(
    "/{slug:service}/requests.json", url_name="open311_requests", auth=None, summary="Requests, newest first"
)
def requests(
    request: HttpRequest, *, service: str, status: str = "", service_code: str = ""
) -> list[dict[str, Any]]:
    """The requests that came in this way, at most 1,000: their state and when, never their words or place."""
    _anybody(request)
    held = get_object_or_404(Service, slug=service)
    rows = Need.objects.filter(initiative__service=held, source=SOURCE, withdrawn_at=None)
    if service_code.isdigit():
        rows = rows.filter(initiative=int(service_code))
    told = [_told(one) for one in rows.select_related("initiative").order_by("-raised_at")[:MOST_TOLD]]
    return [one for one in told if not status or one["status"] in status.split(",")]


@router.get(
    "/{slug:service}/requests/{int:need}.json", url_name="open311_request", auth=None, summary="One request"
)
def request_of(request: HttpRequest, *, service: str, need: int) -> list[dict[str, Any]]:
    """One request."""
    _anybody(request)
    rows = Need.objects.select_related("initiative")
    return [_told(get_object_or_404(rows, pk=need, initiative__service__slug=service, source=SOURCE))]


@router.post(
    "/{slug:service}/requests.json",
    url_name="open311_requests",
    auth=None,
    response={201: list[dict[str, str]]},
    summary="Make a request, with `api_key`",
)
def make_request(request: HttpRequest, *, service: str, sent: Form[RequestIn]) -> Any:
    """Take a service request as a need of the initiative that `service_code` names."""
    asked = asking(known(request, sent.api_key), scope="write_needs", service=service)
    initiative = get_object_or_404(
        Initiative.objects.select_related("service"),
        pk=sent.service_code,
        service=asked.service,
        status=RUNNING,
    )
    lines = sent.description.strip().splitlines()
    fields = {
        "title": lines[0][:200] if lines else initiative.title,
        "text": sent.description,
        "place": sent.address_string,
        "latitude": sent.lat,
        "longitude": sent.long,
    }
    (need,) = receive_needs(by=asked.by, initiative=initiative, source=SOURCE, needs=[fields])
    return Status(201, [{"service_request_id": str(need.pk), "service_notice": "", "account_id": ""}])


def _told(need: Need) -> dict[str, Any]:
    closed = bool(need.done_at or need.citizen_says)
    ended = need.said_at or need.done_at
    return {
        "service_request_id": str(need.pk),
        "status": "closed" if closed else "open",
        "status_notes": need.citizen_says,
        "service_name": need.initiative.title,
        "service_code": str(need.initiative_id),
        "requested_datetime": need.raised_at.isoformat(timespec="seconds"),
        "updated_datetime": (ended or need.raised_at).isoformat(timespec="seconds"),
    }
