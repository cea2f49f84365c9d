"""Records in, findings and study folders out."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from pydantic import Field

from coproduce_web import learning
from coproduce_web.actions import evaluating, receiving
from coproduce_web.actions.acting import NotNow
from coproduce_web.api.keys import Asking, asking
from coproduce_web.export import Scope
from coproduce_web.models import Initiative
from coproduce_web.pages.exports import archive

MOST_ROWS = 10_000
router = Router(tags=["records"])


class NeedIn(Schema):
    """A need, as another system tells it."""

    title: str = Field(min_length=1, max_length=200)
    text: str = Field(default="", max_length=5000)
    source_key: str = Field(
        default="", max_length=100, description="its key in the other system: sent twice, taken once"
    )


class NeedsIn(Schema):
    """Needs of one other system."""

    source: str = Field(min_length=1, max_length=40)
    needs: list[NeedIn] = Field(min_length=1, max_length=MOST_ROWS)


class ValueIn(Schema):
    """One value of one measure for one unit in one period; empty where it was not observed."""

    unit: str = Field(max_length=100)
    measure: str = Field(max_length=60)
    period: int
    value: float | None = Field(default=None, allow_inf_nan=False)


class Taken(Schema):
    """How many were taken, and their numbers here."""

    number: int
    keys: list[int] = []


def _initiative(asked: Asking, key: int) -> Initiative:
    return get_object_or_404(Initiative.objects.select_related("service"), pk=key, service=asked.service)


@router.get(
    "/{slug:service}/findings", url_name="api_findings", summary="What was found last, through the gate"
)
def findings(request: HttpRequest, *, service: str) -> Any:
    """The findings of the last run over all records, as ``findings.json`` has them."""
    asked = asking(request.auth, scope="read_findings", service=service)  # type: ignore[attr-defined]
    run = learning.latest(asked.service)
    if run is None:
        raise HttpError(404, "Nothing was found yet.")
    return learning.findings_of(run).model_dump(mode="json")


@router.get("/{slug:service}/study", url_name="api_study", summary="The records as a study folder (ZIP)")
def study(request: HttpRequest, *, service: str) -> FileResponse:
    """The records under pseudonyms drawn for this export."""
    asked = asking(request.auth, scope="read_study", service=service)  # type: ignore[attr-defined]
    receiving.note_export(by=asked.by, service=asked.service)
    return archive(Scope(service=asked.service), kind="study")


@router.post(
    "/{slug:service}/{int:initiative}/needs",
    url_name="api_needs",
    response={201: Taken},
    summary="Send needs",
)
def needs(request: HttpRequest, *, service: str, initiative: int, sent: NeedsIn) -> Any:
    """Needs from another system; one that was sent before is taken once."""
    asked = asking(request.auth, scope="write_needs", service=service)  # type: ignore[attr-defined]
    taken = receiving.receive_needs(
        by=asked.by,
        initiative=_initiative(asked, initiative),
        source=sent.source,
        needs=[need.model_dump() for need in sent.needs],
    )
    return Status(201, {"number": len(taken), "keys": [need.pk for need in taken]})


@router.post(
    "/{slug:service}/{int:initiative}/outcomes",
    url_name="api_outcomes",
    response={201: Taken},
    summary="Send values of outcomes",
)
def outcomes(request: HttpRequest, *, service: str, initiative: int, sent: list[ValueIn]) -> Any:
    """Values, whole or not at all; one that is there already is replaced."""
    asked = asking(request.auth, scope="write_outcomes", service=service)  # type: ignore[attr-defined]
    if len(sent) > MOST_ROWS:
        raise HttpError(413, f"{MOST_ROWS:,} values at a time at most.")
    try:
        number = evaluating.record_values(
            by=asked.by,
            initiative=_initiative(asked, initiative),
            values=[evaluating.Value(**one.model_dump()) for one in sent],
        )
    except NotNow as error:
        raise HttpError(422, str(error)) from None
    return Status(201, {"number": number})
