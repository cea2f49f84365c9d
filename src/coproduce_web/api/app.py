"""The whole of the programs' face, with its description as OpenAPI."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI

from coproduce_web.actions.acting import NotNow
from coproduce_web.api import open311, records
from coproduce_web.api.keys import Key

api = NinjaAPI(
    title="Coproduce",
    version="1",
    description="Records in, findings and study folders out, for programs with a key. Open311 service requests in.",
    openapi_url=None,
    docs_url=None,
    auth=Key(),
    urls_namespace="api",
)
api.add_router("/open311", open311.router)
api.add_router("", records.router)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    status = {PermissionDenied: 403, NotNow: 409, ValidationError: 422}[type(error)]
    told = error.messages if isinstance(error, ValidationError) else [str(error) or "Not allowed."]
    return api.create_response(request, {"detail": " ".join(told)}, status=status)


for kind in (PermissionDenied, NotNow, ValidationError):
    api.add_exception_handler(kind, _refused)


def openapi(request: HttpRequest) -> JsonResponse:
    """Every address for programs, as OpenAPI."""
    return JsonResponse(api.get_openapi_schema(path_prefix="/api/"))
