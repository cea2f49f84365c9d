"""How power is told."""

from __future__ import annotations

from coproduce.reports.telling import Telling, Told

TELLINGS = (
    Telling(
        title="Who decides",
        lead="From the lowest rung (the organisation proposed and decided) to the highest (citizens "
        "decided).",
        figures=("rungs",),
        folded={"rungs": ("rung", "decisions", "share", "low", "high")},
        without="Nobody wrote down who decided.",
    ),
    Telling(
        title="What comes of proposals",
        lead="The same question to both sides: how much of what they propose is accepted, and how long "
        "they wait for an answer. Proposals without one are counted as waiting, not left out.",
        figures=("results", "answers"),
        folded={"results": (), "answers": ("proposed_by", "days", "open_share", "low", "high")},
        without="There is no register of decisions.",
    ),
    Telling(
        title="What is kept",
        lead="A promise is kept when it is done by its day. Whether it is done is said twice: by the "
        "organisation, and by citizens.",
        figures=("promises",),
        folded={"promises": (), "verdicts": ()},
    ),
    Telling(
        title="Who takes part",
        lead="A group at 1 takes part as much as its share of the people served; at 0.5, half as much. "
        "Intervals hold for all values of a column together: where one holds 1, the records do "
        "not tell whether the group differs.",
        figures=("representation",),
        folded={"representation": ()},
        without="Those who take part cannot be set beside the population served: that needs the tables people and "
        "population with the same group columns.",
    ),
    Telling(
        title="How the work is spread",
        lead="If all who gave had given the same, the line would be straight. The lower it hangs, the "
        "fewer people carry most of the work. Nobody is named.",
        figures=("lorenz",),
        folded={"lorenz": ()},
    ),
)
TOLD = Told(
    asks="Is it voice only, or action? Who decides, who answers, do professionals take part, are promises kept?",
    tellings=TELLINGS,
    terminal={
        "rungs": ("rung", "decisions", "share"),
        "results": (),
        "promises": (),
        "verdicts": (),
        "representation": (
            "who",
            "group",
            "value",
            "participants_share",
            "population_share",
            "ratio",
            "low",
            "high",
        ),
    },
    columns={
        "proposed_by": "Proposed by",
        "open_share": "Still without an answer",
        "citizen_says": "Citizens say",
        "participants_share": "Share of them",
        "population_share": "Share of the population",
        "ratio": "Ratio",
        "people_share": "Share of the people",
        "minutes_share": "Share of the minutes",
    },
    cells={
        "jointly_decided": "jointly decided",
        "not_done": "not done",
    },
)
