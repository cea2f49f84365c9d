"""How a classification is told."""

from __future__ import annotations

from coproduce.reports.telling import Telling, Told

TELLINGS = (
    Telling(
        title="What counts, and under whose definition",
        lead="Each definition is a rule over what is known of a contribution. Where something is missing that the rule "
        "needs, the answer is that nobody can say.",
        figures=("definitions",),
        folded={
            "definitions": (
                "label",
                "counts",
                "why",
                "contributions",
                "share",
                "minutes_share",
                "needs",
                "left_to_the_reader",
            )
        },
    ),
    Telling(
        title="What it is made of",
        lead="Bars are shares of the contributions, diamonds shares of the minutes that were measured.",
        figures=("mix",),
        folded={"mix": ("label", "class", "contributions", "share", "minutes", "minutes_share")},
    ),
    Telling(
        title="In each author's words",
        lead="The same contributions, as each typology would call them.",
        open={
            "typologies": ("label", "class", "meaning", "contributions", "share", "minutes_share", "needs")
        },
    ),
    Telling(
        title="Initiative by initiative",
        lead="What was given to each initiative, and what each intends.",
        open={"intended_definitions": ()},
        folded={"mix_by_initiative": (), "intended_typologies": ()},
    ),
)
TOLD = Told(
    asks="What exactly counts as co-production, and under whose definition?",
    tellings=TELLINGS,
    crossed={"intended_definitions": ("initiative", "definition", "counts")},
    terminal={
        "definitions": ("label", "counts", "why", "needs"),
        "typologies": ("label", "class", "share"),
    },
    columns={
        "counts": "Counts",
        "minutes_share": "Share of minutes",
    },
)
