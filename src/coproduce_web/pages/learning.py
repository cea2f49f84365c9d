"""Learn: what the service's own records say, for everyone; and runs of the engine, for who asks for them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from coproduce.reports.minute import minute
from coproduce_web import learning
from coproduce_web.actions import runs
from coproduce_web.export.open_data import TABLES
from coproduce_web.models import Evaluation, Run
from coproduce_web.pages.access import Visit, thanks
from coproduce_web.permissions import Permission

SVG_SECURITY = "default-src 'none'; style-src 'unsafe-inline'"


def learn(request: Visit) -> HttpResponse:
    """The first page: what was found, good and bad, how sure, at whose cost, what is not known."""
    run = learning.latest(request.service)
    published = Evaluation.objects.filter(
        initiative__service=request.service, published_at__isnull=False
    ).select_related("initiative")
    context: dict[str, Any] = {
        "run": run,
        "published": published.order_by("-published_at"),
        "open_tables": tuple(TABLES),
    }
    if run is not None:
        findings = learning.findings_of(run)
        context |= {
            "findings": findings,
            "minute": minute(findings),
            "unknown": learning.unknown(findings),
            "pages": [(one, learning.question_of(one)) for one in findings.findings],
        }
    return render(request, "evidence/learn.html", context)


def finding(request: Visit, *, run: int, finding: str) -> HttpResponse:
    """One answer: plain words, figures with their tables, what was checked, what it rests on."""
    held = _visible(request, run)
    findings = learning.findings_of(held)
    found = next((one for one in findings.findings if one.id == finding), None)
    if found is None:
        raise Http404
    return render(
        request,
        "evidence/finding.html",
        {
            "run": held,
            "finding": found,
            "asked": learning.question_of(found),
            "grade": learning.grade_of(found),
            "pictures": learning.pictures(held, found),
            "tables": learning.other_tables(held, found),
            "plan": findings.plan,
        },
    )


def figure(request: Visit, *, run: int, finding: str, figure: str) -> HttpResponse:
    """A figure, as an image."""
    held = _visible(request, run)
    found = next((one for one in learning.findings_of(held).findings if one.id == finding), None)
    if found is None or figure not in {one.name for one in learning.pictures(held, found)}:
        raise Http404
    drawn = learning.picture(held, finding=finding, figure=figure)
    return HttpResponse(
        drawn, content_type="image/svg+xml", headers={"Content-Security-Policy": SVG_SECURITY}
    )


def _visible(request: Visit, key: int) -> Run:
    """A run that has ended well; one of an evaluation once that is published, or for who evaluates."""
    held = get_object_or_404(
        Run.objects.select_related("service", "evaluation"),
        pk=key,
        service=request.service,
        state=Run.State.DONE,
    )
    of = held.evaluation
    if of is not None and of.published_at is None and Permission.RUN_EVALUATION not in request.permissions:
        raise Http404
    if of is None and held.initiative_id and Permission.RUN_EVALUATION not in request.permissions:
        raise Http404
    return held


def ask_engine(request: Visit) -> HttpResponse:
    """Ask the engine about all that the service recorded."""
    if request.method == "POST":
        run = runs.ask(by=request.by, service=request.service)
        thanks(request, _("The engine is asked. This can take some minutes."))
        return redirect("run", request.service.slug, run.pk)
    return render(
        request,
        "press.html",
        {
            "heading": _("Ask the engine anew"),
            "text": _("It reads all that the service has recorded and answers every question that it can."),
            "button": _("Ask"),
        },
    )


def show_run(request: Visit, run: int) -> HttpResponse:
    """How far a run is; the page asks again by itself, or is loaded again."""
    held = get_object_or_404(Run.objects.select_related("evaluation"), pk=run, service=request.service)
    template = "evidence/run_state.html" if request.headers.get("HX-Request") else "evidence/run.html"
    under_way = held.state in runs.UNDER_WAY
    answer = render(request, template, {"run": held, "under_way": under_way})
    if request.headers.get("HX-Request") and not under_way:
        answer.headers["HX-Refresh"] = "true"
    return answer
