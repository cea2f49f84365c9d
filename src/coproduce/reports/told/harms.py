"""How harms are told."""

from __future__ import annotations

from coproduce.reports.telling import Telling, Told

TELLINGS = (
    Telling(
        title="The seven evils",
        lead="A full triangle is an alarm, a diamond is to be watched, a circle is quiet where it was seen, a cross "
        "was not measured. Not measured is never the same as quiet.",
        figures=("board",),
        open={"evils": ("evil", "status", "sign", "value", "needs")},
        folded={"signs": ("evil", "sign", "status", "group", "value", "unit", "people", "needs")},
    ),
    Telling(
        title="What was watched",
        lead="Each row compares units with co-production to units without, in one group. Right of the dashed line is "
        "harm beyond what is borne. A harm to one group counts, whatever the mean of all did.",
        figures=("worse_by",),
        folded={
            "streams": (),
            "stream_details": ("stream", "status", "worse_by", "tolerance", "unit", "assumes"),
        },
        without="Nothing was watched: that needs outcomes of units with and without co-production.",
    ),
    Telling(
        title="Look by look",
        lead="The band holds the truth at all looks together, so that looking every week does no harm. The thick "
        "upright line is the look at which the alarm was first raised.",
        figures=("watching", "evidence"),
        folded={
            "monitoring": ("stream", "look", "period", "worse_by", "tolerance", "e_value", "first_alarm")
        },
        without="There were not two looks with enough units, so there is no course to be drawn.",
    ),
    Telling(
        title="Who has how much",
        lead="The curve shows what share of an outcome the most deprived part of the units has. On the dotted line all "
        "have the same; the further a curve sags below it, the more the less deprived have.",
        figures=("concentration",),
        open={"inequality": ("label", "arm", "index")},
        folded={"concentration_curve": ()},
        without="No curve is drawn: that needs outcomes of units whose deprivation is known, in both arms.",
    ),
)

TOLD = Told(
    asks="Does it harm anyone (the dark side), and can that be known early?",
    tellings=TELLINGS,
    terminal={
        "evils": ("evil", "status", "sign"),
        "streams": ("stream", "looks", "e_value", "alarm", "first_alarm_on"),
    },
    columns={
        "evil": "Evil",
        "sign": "Sign",
        "e_value": "E-value",
        "first_alarm_on": "First alarm",
        "first_alarm": "Alarm raised here",
        "worse_by": "Worse by",
        "tolerance": "What is borne",
        "assumes": "Takes for granted",
        "units_share": "Share of the units",
        "outcome_share": "Share of the outcome",
    },
    quantities={
        "professional_hours_change": "Professionals' hours, change a period",
        "hours_per_output_change": "Professional hours for each output, change a period",
        "coordination_share_change": "Coordination's share of minutes, later less earlier half",
        "unpaid_minutes_change": "Unpaid minutes a month and person, later less earlier half",
        "leaving_rate_ratio": "How often citizens leave, later over earlier half",
        "decisions_without_owner": "Accepted decisions without an owner",
        "promises_overdue": "Promises past their day",
        "concerns_unanswered": "Concerns without an answer",
        "participants_ratio": "Share among participants over share of the population",
        "accepted_proposals_ratio": "Share among accepted proposals over share of the population",
        "concentration_index": "Concentration along deprivation",
        "concentration_change": "Change of concentration along deprivation",
        "burden_by_deprivation": "Concentration of unpaid minutes along deprivation",
        "grave_concerns_open": "Open grave concerns",
    },
    cells={
        "not_measured": "not measured",
        "rejection_of_responsibility": "Rejection of responsibility",
        "failing_accountability": "Failing accountability",
        "rising_transaction_costs": "Rising transaction costs",
        "loss_of_democracy": "Loss of democracy",
        "reinforced_inequalities": "Reinforced inequalities",
        "implicit_demands": "Implicit demands",
        "co_destruction": "Co-destruction",
        "treated": "with co-production",
        "comparison": "comparison",
    },
)
