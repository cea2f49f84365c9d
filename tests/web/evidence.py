"""What addresses of evidence name: an evaluation, a run that has ended, a key."""

from decimal import Decimal

from django.utils import timezone

from coproduce.findings import Finding, Findings, Grade, StudyLabel
from coproduce_web.actions import costing, evaluating, receiving
from coproduce_web.models import Run

FOUND = Findings(
    coproduce="0",
    study=StudyLabel(title="Care", service="care"),
    findings=(
        Finding(
            id="audit",
            question="audit",
            title="The audit",
            answer="Citizens take half of the steps.",
            verdict="descriptive",
            grade=Grade(level="low", reasons=("Few cases.",)),
        ),
    ),
)


def ended_run(world, **fields):
    """A run that has found one thing."""
    drawn = {
        "audit": [
            {
                "name": "map",
                "title": "Map",
                "svg": "<svg a='#0d6486'></svg>",
                "words": "A map.",
                "table": None,
            }
        ]
    }
    return Run.objects.create(
        service=world.service,
        state="done",
        ended_at=timezone.now(),
        findings=FOUND.model_dump(mode="json"),
        figures=drawn,
        **fields,
    )


def evidence(world):
    """A value for every name that an address of evidence may hold."""
    measure = evaluating.choose_measure(
        by=world.by("evaluator"),
        initiative=world.initiative,
        name="health",
        label="Health",
        better="up",
        set_by="citizen",
    )
    evaluation = evaluating.plan(
        by=world.by("evaluator"),
        initiative=world.initiative,
        measures=[measure],
        title="Does it help?",
        question="Are people better off?",
        design="randomised",
        arms=["as before", "anew"],
    )
    token, _secret = receiving.make_token(
        by=world.by("evaluator"), service=world.service, label="A program", scopes=["read_findings"], days=1
    )
    cost = costing.record_cost(
        by=world.by("evaluator"),
        initiative=world.initiative,
        item="Fares",
        amount=Decimal(12),
        borne_by="citizen",
    )
    return {
        "cost": cost.pk,
        "evaluation": evaluation.pk,
        "run": ended_run(world).pk,
        "finding": "audit",
        "figure": "map",
        "table": "concerns",
        "key": token.pk,
    }
