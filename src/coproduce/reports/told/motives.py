"""How motives is told."""

from __future__ import annotations

from coproduce.reports.telling import Telling, Told

TELLINGS = (
    Telling(
        title="Where people take part, and where more would",
        lead="Each field is one phase of a service and one level. Above, the share of citizens who take part there at "
        "least sometimes; below, the share who would and do not.",
        figures=("extent",),
        folded={
            "extent": (
                "phase",
                "level",
                "mean",
                "low",
                "high",
                "active_share",
                "willing_share",
                "gap_share",
                "persons",
            )
        },
        without="Nobody was asked about phases and levels.",
    ),
    Telling(
        title="Whose potential is not asked for",
        lead="The share of each group who would take part in something and take part in nothing. The intervals hold "
        "for all values of a column together.",
        figures=("gap",),
        folded={"by_group": ()},
        without="There are no groups to compare.",
    ),
    Telling(
        title="What goes with taking part",
        lead="How far the chance to take part at least sometimes lies apart, other things alike, in percentage points. "
        "Where an interval holds 0, the sample does not tell which way it goes; that is not the same as no difference. "
        "What goes together need not cause each other.",
        figures=("correlates",),
        folded={"correlates": ()},
        without="There were too few answers, or no groups and constructs, to look for correlates.",
    ),
    Telling(
        title="What moves people",
        lead="The share of citizens who say so: an answer above the middle of the scale.",
        figures=("motives",),
        folded={"motives": ()},
        without="Nobody was asked what moves them.",
    ),
    Telling(
        title="What holds each side back",
        lead="Each side is asked about its own barriers; the share who say so.",
        figures=("barriers",),
        folded={"barriers": ()},
        without="Nobody was asked what holds them back.",
    ),
    Telling(
        title="From round to round",
        lead="The same questions asked again; who answered twice is the same person in both.",
        open={"waves": ()},
    ),
    Telling(
        title="How far the items can be trusted",
        lead="Reliability is 1 where items measure one thing without error. Omega and alpha are of the sum of "
        "the answers; the ordinal ones are of the scales that may lie behind them.",
        open={"reliability": ()},
    ),
    Telling(
        title="Whom the answers stand for",
        lead="Who answered is seldom like those who are served. Weights correct what is known of both, and no "
        "more.",
        open={"margins": (), "weighting": ()},
    ),
)
TOLD = Told(
    asks="Who takes part, why, and where would more people do so if they were asked?",
    tellings=TELLINGS,
    terminal={
        "extent": ("phase", "level", "active_share", "gap_share", "persons"),
        "by_group": ("group", "value", "what", "share", "persons"),
        "correlates": ("term", "against", "ame", "p", "persons"),
        "motives": ("motive", "share", "persons"),
        "barriers": ("side", "barrier", "share", "persons"),
        "reliability": ("construct", "items", "omega", "alpha"),
        "margins": (),
        "waves": ("what", "wave", "share", "change"),
    },
    columns={
        "active_share": "Take part",
        "willing_share": "Would",
        "gap_share": "Would, and do not",
        "what": "What",
        "ame": "Average effect",
        "estimate": "Log odds",
        "drawn_share": "As drawn",
        "fitted_share": "As weighted",
        "population_share": "In the population",
        "persons_who_do": "Of them",
        "ordinal_omega": "Ordinal omega",
        "ordinal_alpha": "Ordinal alpha",
    },
    cells={
        "active_share": "take part",
        "willing_share": "would",
        "potential_gap": "would, and do not",
    },
)
