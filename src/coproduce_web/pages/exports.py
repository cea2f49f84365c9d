"""What leaves: study folders and Data Packages for who may export, open data for everyone; and programs' keys."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions import receiving
from coproduce_web.api.scopes import SCOPES
from coproduce_web.export import Scope, write_open_data, write_study
from coproduce_web.export.folder import write_package
from coproduce_web.export.open_data import TABLES, open_table
from coproduce_web.forms.evaluating import ExportForm, TokenForm
from coproduce_web.models import ApiToken
from coproduce_web.pages.access import Visit, thanks

WRITERS: dict[str, Any] = {"study": write_study, "package": write_package, "open_data": write_open_data}


def export(request: Visit) -> HttpResponse | FileResponse:
    """Choose what leaves, and take it."""
    form = ExportForm(request.POST or None, service=request.service, initial={"kind": "study"})
    if form.is_valid():
        kind = form.cleaned_data["kind"]
        scope = Scope(
            service=request.service,
            initiative=form.cleaned_data["initiative"],
            evaluation=form.cleaned_data["evaluation"],
        )
        receiving.note_export(by=request.by, service=request.service)
        return archive(scope, kind=kind)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Export the records"),
            "button": _("Export"),
            "seen_by": _(
                "No names and no addresses leave. Pseudonyms are drawn anew for each export, and what few people told "
                "of themselves is left out."
            ),
        },
    )


def archive(scope: Scope, *, kind: str) -> FileResponse:
    """An export as a ZIP archive, made on disk and gone when it is sent."""
    with tempfile.TemporaryDirectory() as place:
        WRITERS[kind](scope, Path(place, "export"))
        packed = shutil.make_archive(str(Path(place, "packed")), "zip", Path(place, "export"))
        opened = Path(packed).open("rb")  # noqa: SIM115  # the answer closes it; the name may go before
    return FileResponse(opened, as_attachment=True, filename=f"{scope.service.slug}-{kind}.zip")


def open_data(request: Visit, table: str) -> StreamingHttpResponse:
    """One table of open data."""
    if table not in TABLES:
        raise Http404
    lines = open_table(Scope(service=request.service), table)
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{request.service.slug}-{table}.csv"'},
    )


def tokens(request: Visit) -> HttpResponse:
    """Programs' keys: those there are, and a new one, whose secret is shown once."""
    form = TokenForm(
        request.POST or None, scopes=[(name, label) for name, (label, _needed) in SCOPES.items()]
    )
    secret = ""
    if form.is_valid():
        _token, secret = receiving.make_token(by=request.by, service=request.service, **form.cleaned_data)
        form = TokenForm(scopes=[(name, label) for name, (label, _needed) in SCOPES.items()])
    held = ApiToken.objects.filter(
        service=request.service, expires_at__gt=timezone.now() - timedelta(days=30)
    )
    return render(
        request,
        "evidence/tokens.html",
        {
            "form": form,
            "secret": secret,
            "tokens": held.select_related("actor").order_by("-made_at"),
            "now": timezone.now(),
        },
    )


def revoke_token(request: Visit, key: int) -> HttpResponse:
    """Take a program's key away."""
    held = get_object_or_404(ApiToken, pk=key, service=request.service)
    if request.method == "POST":
        receiving.revoke_token(by=request.by, token=held)
        thanks(request, _("The key opens nothing any more."))
        return redirect("tokens", request.service.slug)
    return render(
        request,
        "press.html",
        {"heading": _("Take the key away"), "text": held.label, "button": _("Take it away")},
    )
