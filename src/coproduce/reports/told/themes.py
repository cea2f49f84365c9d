"""How themes are told."""

from __future__ import annotations

from coproduce.reports.telling import Telling, Told

LIMITS = ("low", "high")
TELLINGS = (
    Telling(
        title="What people say",
        lead="In how many documents each code is met. How often something is said does not tell how much it "
        "matters.",
        figures=("codes",),
        folded={"codes": (), "codes_by_group": ()},
        without="No code is met in enough documents to be shown.",
    ),
    Telling(
        title="What goes together",
        lead="The stronger the colour, the more of the documents that hold either of two codes hold both.",
        figures=("cooccurrence",),
        folded={"cooccurrence": ()},
    ),
    Telling(
        title="Do coders agree?",
        lead="1 is full agreement, 0 what chance alone would give. From 0.8 a coding is held reliable; from 0.667 "
        "it allows tentative conclusions; below that, none.",
        figures=("agreement",),
        folded={
            "agreement": ("label", "value", *LIMITS, "units", "ratings"),
            "agreement_by_code": ("code", "value", *LIMITS, "units"),
            "agreement_by_coder": ("coder", "value", *LIMITS, "units"),
        },
        without="Only one person coded, or nothing was coded by two: agreement is not known.",
    ),
    Telling(
        title="Have we heard enough?",
        lead="Where the curve still climbs at its end, further documents would say new things.",
        figures=("saturation",),
        folded={"saturation": ()},
    ),
    Telling(
        title="Accounts beside results",
        lead="Each row is a case: what people say of it, what came out, and under which conditions.",
        open={"joint_display": ()},
    ),
)
TOLD = Told(
    asks="What do people's own accounts say, and do those who coded them agree?",
    tellings=TELLINGS,
    terminal={
        "codes": ("code", "segments", "documents", "share"),
        "agreement": ("label", "value", *LIMITS, "units"),
    },
    columns={
        "of": "Documents of the group",
        "other": "Other code",
        "overlapping": "Documents in which they overlap",
        "jaccard": "Of those with either (Jaccard)",
        "phi": "Correlation (phi)",
        "found": "Codes, in this order",
        "expected": "Codes, mean of all orders",
        "effect_low": "Effect, low",
        "effect_high": "Effect, high",
        "case_id": "Case",
    },
)
