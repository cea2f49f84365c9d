"""How a synthesis is told."""

from __future__ import annotations

from coproduce.reports.telling import Telling, Told

TELLINGS = (
    Telling(
        title="Every study, and all together",
        lead="Each square is a study, the larger the more weight it has; the line is its interval. The diamond is the "
        "pooled effect. The pale bar under it is where the true effect of another place would lie: that, and not the "
        "diamond, is what somebody who tries the same elsewhere should expect.",
        figures=("forest",),
        folded={"studies": (), "left_out": (), "levels": ()},
        without="No study can be drawn.",
    ),
    Telling(
        title="Every effect of the studies",
        lead="Studies that give several effects: each effect is a dot, the larger the more precise. The thick line is "
        "the interval of the pooled effect, the thin one what to expect in another place.",
        figures=("orchard",),
    ),
    Telling(
        title="Where effects differ",
        lead="Groups of studies, each pooled alone. The wider interval holds for all groups of a column together; harm "
        "in a group is told first, whatever the mean says.",
        open={
            "subgroups": (
                "column",
                "value",
                "studies",
                "pooled",
                "low",
                "high",
                "together",
                "together_low",
                "together_high",
                "differ_p",
            )
        },
    ),
    Telling(
        title="What effects go with",
        lead="Each bubble is a study, the larger the more weight it has. The line is what a meta-regression on this "
        "moderator alone expects, the band its interval. Studies were not given their moderators by chance.",
        figures=("bubble",),
        open={"coefficients": (), "moderators": ()},
        folded={"bubble": ()},
    ),
    Telling(
        title="As the studies arrived",
        lead="Who looks after each new study and stops when the ordinary interval (thick) leaves nought is misled more "
        "often than it says. The thin one holds at all looks together; it needs six studies to begin.",
        figures=("cumulative",),
        folded={"cumulative": ()},
    ),
    Telling(
        title="What may be missing",
        lead="Where small studies are seen only if they found something, the funnel lacks a side, most of all where "
        "results do not differ from nought (the palest band). Asymmetry has other causes too, and few studies hide it.",
        figures=("funnel",),
        open={"bias": ()},
        folded={"funnel": (), "filled": ()},
    ),
    Telling(
        title="What it hangs on",
        lead="To the right stand studies that differ from the rest, at the top those that move the pooled effect.",
        figures=("baujat",),
        folded={"leave_one_out": (), "influence": ()},
    ),
)
TOLD = Told(
    asks="What does all the evidence say together, positive and negative?",
    tellings=TELLINGS,
    terminal={
        "subgroups": ("column", "value", "studies", "pooled", "low", "high"),
        "coefficients": ("term", "coefficient", "low", "high", "p"),
        "bias": ("test", "quantity", "value", "low", "high", "p"),
        "left_out": (),
    },
    columns={
        "se": "Standard error",
        "weight": "Weight, percent",
        "shown": "As readers know it",
        "left_out_of": "Left out of",
        "differ_p": "p: groups differ",
        "together": "For all groups together",
        "tau2": "tau²",
        "I2": "I², percent",
        "R2": "R², percent",
        "df2": "df below",
        "order": "Arrived",
        "e_value": "e-value",
        "living_low": "Living low",
        "living_high": "Living high",
    },
)
