"""How an effect is told."""

from __future__ import annotations

from coproduce.reports.telling import Telling, Told

TELLINGS = (
    Telling(
        title="How large the effect is, and for whom",
        lead="The diamond is the effect on everybody, circles are groups that were named beforehand. The thick line is "
        "the interval of one effect alone, the thin one holds for all effects of its family together: read that "
        "one. Where a line crosses nought the records do not tell whether anything changed; that is not the same as "
        "no effect. The shaded zone, where there is one, holds differences too small to matter.",
        figures=("forest",),
        folded={
            "outcomes": (
                *(
                    "label",
                    "arm",
                    "group",
                    "estimate",
                    "low",
                    "high",
                    "band_low",
                    "band_high",
                    "p",
                    "p_adjusted",
                ),
                *("standardised", "n_treated", "n_comparison", "verdict"),
            ),
            "arms": (),
            "means": (),
        },
        without="No effect can be drawn: none could be estimated.",
    ),
    Telling(
        title="Before treatment and since",
        lead="Left of the dashed line nothing had been done yet: effects there should be nought, and where they are "
        "not, the sides were already growing apart. The thin line of each point holds over all periods together.",
        figures=("event_study",),
        folded={"event_study": (), "cohorts": (), "calendar": (), "group_time": (), "two_way": ()},
    ),
    Telling(
        title="What would have been",
        lead="The dashed line is the course that was to be expected without treatment, by others or by the series' own "
        "past. How well it follows the other line before the moment says how far to trust it afterwards.",
        figures=("series",),
        folded={"series": (), "donors": ()},
    ),
    Telling(
        title="Across the threshold",
        lead="Each dot is the mean of units next to each other. Only the jump at the dashed line is an effect; it "
        "holds for those near the threshold.",
        figures=("threshold",),
        folded={"bins": (), "choices": (), "jumps": ()},
    ),
    Telling(
        title="Were the sides alike?",
        lead="Differences beforehand, in standard deviations. Chance alone makes some; beyond the shaded zone they are "
        "large enough to matter.",
        figures=("balance",),
        folded={"balance": ()},
    ),
    Telling(
        title="If trends were not parallel",
        lead="The effect rests on trends that would have run in parallel. Each interval shows what is left of it if "
        "they did not, by as much as stands below.",
        figures=("sensitivity",),
        folded={"sensitivity": ()},
    ),
)
TOLD = Told(
    asks="Does it improve outcomes: whose, for whom, and how sure can we be?",
    tellings=TELLINGS,
    terminal={"outcomes": ("label", "arm", "group", "estimate", "band_low", "band_high", "verdict")},
    columns={
        "p_adjusted": "p over the family",
        "band_low": "Low, over the family",
        "band_high": "High, over the family",
        "low": "Low",
        "high": "High",
        "se": "Standard error",
        "standardised": "In standard deviations",
        "n_treated": "Treated",
        "n_comparison": "Comparison",
        "sd": "Standard deviation",
        "smd": "Apart, in standard deviations",
        "smd_before": "Before weighting",
        "smd_after": "After weighting",
        "since": "First treated in",
        "treated_since": "Treated from",
        "comparison_since": "Compared with those treated from (0 = never)",
        "event_time": "Periods since treatment",
        "allowed": "What is allowed",
        "donut": "Hole around the threshold",
        "running": "Running variable",
        "fitted": "The line",
        "expected": "Expected without treatment",
        "without": "Effect without it",
        "placebo": "Effect in its place",
        "ratio": "Fit after over fit before",
    },
    cells={
        "treated_vs_never": "treated against never treated",
        "earlier_vs_later": "treated earlier against not yet treated",
        "later_vs_earlier": "treated later against already treated (biased where effects grow)",
        "relative_magnitudes": "drift as fast as before, times",
        "smoothness": "change of the drift's slope",
    },
)
