"""How a finding is told on a page: in which order its figures and tables stand, and what is said before them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One part of a finding's story.

    `figures` are the beginnings of the names of its figures, `open` its tables with the columns that are shown (none =
    all), `folded` those that the reader opens (where there is no figure, they are open too); `without` is said where a
    figure could not be drawn.
    """

    title: str
    lead: str
    figures: tuple[str, ...] = ()
    open: Mapping[str, Sequence[str]] | None = None
    folded: Mapping[str, Sequence[str]] | None = None
    without: str | None = None


AUDIT = (
    Telling(
        title="The service in two lanes",
        lead="What citizens do stands above the dashed line, what the organisation does below it. Each arrow that "
        "crosses the line is a hand-off: someone now waits for the other side. The thicker the arrow, the more cases "
        "take it.",
        figures=("service_map",),
        folded={"edges": (), "ends": ()},
        without="There is no map: in these records no step follows another in enough cases.",
    ),
    Telling(
        title="What the service cannot do without",
        lead="An intrinsic step is one that the service cannot be completed without. A conditional step nearly always "
        "follows once the organisation has done something else. A discretionary step is up to the citizen.",
        figures=("necessity",),
        open={
            "activities": (
                "activity",
                "side",
                "necessity",
                "dominates",
                "kind",
                "after",
                "after_share",
                "cases",
                "events",
                "rework_cases",
            )
        },
        folded={"sides": ()},
        without="How many completed cases contain each activity cannot be drawn: no case is complete.",
    ),
    Telling(
        title="Who waits for whom",
        lead="The time between two steps belongs to the side that takes the second one: that side was waited for.",
        figures=("waiting",),
        open={"waiting": ("side", "share", "median_days", "p90_days", "total_days", "gaps", "zero_gaps")},
        without="No waiting can be drawn: no time passes between the steps of these records.",
    ),
    Telling(
        title="Who carries the burden",
        lead="The left side shows the mean of each group with its interval, the right side how far the group is from "
        "all other cases together. Where an interval on the right holds nought, the records do not tell whether the "
        "group differs; that is not the same as no difference.",
        figures=("burden",),
        folded={"burden": ()},
        without="Burdens are not compared: the study names no groups with enough cases in each. Name columns of the "
        "events under groups in study.toml.",
    ),
    Telling(
        title="Month by month",
        lead="The line is the value in each month, the band its interval: where the band is wide, few cases stand "
        "behind the line.",
        figures=("trend",),
        folded={"trend": ()},
        without="No trend is drawn: the records cover fewer than two months.",
    ),
    Telling(
        title="The commonest paths",
        lead="Each row is one way through the service, from left to right; steps above the dashed line are the "
        "citizen's.",
        figures=("variants",),
        folded={"variants": ("variant", "cases", "share", "median_days")},
        without="No path is shown: none is taken by enough cases.",
    ),
)
CLASSIFY = (
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
CROSSED: Mapping[str, tuple[str, str, str]] = {"intended_definitions": ("initiative", "definition", "counts")}
"""Tables that are shown as a matrix: what its rows, its columns and its cells are."""

TELLINGS: Mapping[str, tuple[Telling, ...]] = {"audit": AUDIT, "classify": CLASSIFY}
UNTOLD: Mapping[str, frozenset[str]] = {"audit": frozenset({"variant_steps"})}
