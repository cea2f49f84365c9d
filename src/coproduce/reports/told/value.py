"""How value is told."""

from __future__ import annotations

from coproduce.reports.telling import Telling, Told

TELLINGS = (
    Telling(
        title="Who bears what",
        lead="Every cost stands with who bore it, and citizens' unpaid hours stand beside the money: nothing "
        "is netted.",
        figures=("costs",),
        open={"hours": ("arm", "side", "hours", "per_unit")},
        folded={"costs": ()},
        without="No costs are written down.",
    ),
    Telling(
        title="Better, or only moved to unpaid people",
        lead="Up is better, left is cheaper for the public purse. Each dot is what would have been found with other "
        "units of the same kind: where the cloud lies across a line, the records do not tell which side is true. The "
        "colour says what happens to citizens' hours.",
        figures=("map",),
        folded={
            "map": (
                *("initiative", "change_public_cost", "change_outcome", "change_citizen_hours", "quadrant"),
                *("improved_and_cheaper", "better_at_a_price", "cost_shifting", "worse"),
            ),
            "ratios": (),
        },
        without="Costs cannot be set against outcomes: that needs costs, outcomes and arms of the same units.",
    ),
    Telling(
        title="Is it worth it, and to whom",
        lead="The curve says how likely it is that co-production is the best buy, by what one unit of improvement is "
        "worth to whoever pays. Citizens' hours are counted at their value and at nought: where the curves part, the "
        "answer depends on what people's time is worth.",
        figures=("acceptability",),
        folded={"acceptability": ()},
        without="Whether it is worth it cannot be said without costs and outcomes of the same units.",
    ),
    Telling(
        title="Together, or one instead of the other",
        lead="Each dot is a unit, its size what it produced. Along a line the fitted function says that the same is "
        "produced: where lines bend sharply both sides' hours are needed, where they are straight one can replace the "
        "other.",
        figures=("hours_plane", "elasticity"),
        folded={"elasticity": (), "elasticity_tests": (), "hours_plane": (), "isoquants": ()},
        without="What hours produce cannot be told: that needs inputs with hours of both sides and output.",
    ),
    Telling(
        title="How near each unit comes to the best",
        lead="1 is the best that others do with as much. The frontier takes part of the distance for chance; "
        "envelopment takes all of it for inefficiency, and is corrected for having seen few units.",
        figures=("efficiency",),
        folded={"efficiency": (), "frontier": ()},
    ),
)
TOLD = Told(
    asks="Does it improve the service, or only move the work to unpaid people? Is it worth it?",
    tellings=TELLINGS,
    untold=frozenset({"cloud"}),
    terminal={
        "costs": ("arm", "borne_by", "amount", "per_unit"),
        "map": ("initiative", "change_public_cost", "change_outcome", "change_citizen_hours", "quadrant"),
        "ratios": ("initiative", "perspective", "ratio", "set", "low", "high"),
    },
    columns={
        "borne_by": "Borne by",
        "per_unit": "A unit",
        "change_public_cost": "Public purse's cost",
        "change_outcome": "Outcome",
        "change_citizen_hours": "Citizens' hours",
        "change_cost": "Cost",
        "improved_and_cheaper": "Better and cheaper",
        "better_at_a_price": "Better at a price",
        "cost_shifting": "Cheaper, not better",
        "worse": "Dearer, not better",
        "set": "Kind of set",
        "bootstrap_low": "Bootstrap, low",
        "bootstrap_high": "Bootstrap, high",
        "sfa": "Frontier",
        "sfa_low": "Frontier, low",
        "sfa_high": "Frontier, high",
        "dea": "Envelopment",
        "dea_corrected": "Envelopment, corrected",
        "dea_low": "Envelopment, low",
        "dea_high": "Envelopment, high",
        "perfect_information": "Worth of knowing the truth",
        "net_benefit": "Net benefit",
        "threshold": "Worth of a unit of outcome",
        "option": "Option",
        "way": "By",
    },
    cells={
        "improved_and_cheaper": "better and cheaper",
        "better_at_a_price": "better at a price",
        "cost_shifting": "cheaper, not better",
        "worse": "dearer, not better",
        "citizen_time": "citizens' hours at their value",
        "public": "public purse",
        "society": "society, citizens' hours at their value",
        "society_hours_at_zero": "society, citizens' hours at nought",
        "bounded": "between the limits",
        "outside": "outside the limits",
        "everything": "nothing is ruled out",
        "no_price": "no price (see the quadrant)",
    },
)
