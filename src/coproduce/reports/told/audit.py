"""How an audit is told."""

from __future__ import annotations

from coproduce.reports.telling import Telling, Told

TELLINGS = (
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
                "kind",
                "after",
                "after_share",
                "cases",
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
TOLD = Told(
    asks="Where do citizens already produce this service, unseen? At whose pace, and at what burden?",
    tellings=TELLINGS,
    untold=frozenset({"variant_steps"}),
    terminal={
        "activities": ("activity", "side", "necessity", "kind"),
        "waiting": ("side", "share", "median_days", "p90_days"),
        "variants": ("variant", "share", "median_days"),
    },
    columns={
        "median_days": "Median time",
        "p90_days": "9 in 10 are under",
        "total_days": "Time in all",
        "necessity": "Share of completed cases",
        "dominates": "On every path",
        "after": "Follows",
        "after_share": "How often it follows",
        "starts_cases": "Cases that start here",
        "ends_cases": "Cases that end here",
        "waits_for": "Who is waited for",
        "zero_gaps": "Gaps of no time",
        "given_by": "Given by",
        "rework_cases": "Cases with it done again",
        "extra_events": "Events beyond the first",
        "mean": "Mean a case",
        "difference": "Difference from all others",
        "source": "From",
        "target": "To",
    },
    quantities={
        "citizen_event_share": "Steps taken by citizens",
        "cases_with_citizen_share": "Cases with a citizen's step",
        "completed_with_essential_citizen_share": "Completed cases with an essential citizen's step",
        "rework_case_share": "Cases with a step done again",
        "waited_for_citizen_share": "Waiting time: the citizen is waited for",
        "citizen_left_waiting_share": "Waiting time: the citizen is left waiting",
        "handoffs_to_citizen_per_case": "Hand-offs to the citizen, a case",
        "handoffs_to_organisation_per_case": "Hand-offs to the organisation, a case",
        "citizen_events": "Citizen's steps",
        "citizen_minutes": "Citizen's minutes",
        "handoffs_to_citizen": "Hand-offs to the citizen",
        "citizen_left_waiting_days": "Days the citizen is left waiting",
        "waited_for_citizen_days": "Days the citizen is waited for",
        "rework": "Steps done again",
    },
)
