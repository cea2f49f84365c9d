"""How the determinants of an outcome are told."""

from __future__ import annotations

from coproduce.reports.telling import Telling, Told

TELLINGS = (
    Telling(
        title="Which combinations go with it",
        lead="Each column is one combination of conditions that is enough by itself. A filled circle says that the "
        "condition is present, a crossed one that it is absent, no circle that it does not matter. Large "
        "circles are core: "
        "they stand in the parsimonious solution too. In formulas * is and, + is or, ~ is not.",
        figures=("configurations",),
        open={
            "models": (
                "outcome",
                "type",
                "model",
                "formula",
                "inclS",
                "pri",
                "covS",
                "tied_models",
            )
        },
        folded={"solutions": (), "configurations": (), "untenable": ()},
        without="There is no solution to draw: no configuration leads to the outcome by these cut-offs, or the "
        "intermediate solution and the parsimonious one beside it were not settled.",
    ),
    Telling(
        title="The cases behind it",
        lead="A case above the diagonal is at least as much in the outcome as in the solution. Typical cases "
        "are where to "
        "look for how it works; deviant ones, where something is missing.",
        figures=("xy",),
        folded={"cases": (), "memberships": (), "calibration": ()},
        without="No case can be placed without a solution.",
    ),
    Telling(
        title="The truth table",
        lead="Every configuration that has cases. Where cases of one configuration differ in the outcome, the "
        "table says "
        "contradictory: a condition is missing, or a set is wrongly calibrated.",
        figures=("truth_table",),
        folded={"truth_table": (), "truth_table_negated": ()},
    ),
    Telling(
        title="What is necessary",
        lead="Without a necessary condition there is no outcome. A relevance near nought says that nearly "
        "every case has "
        "the condition anyway.",
        open={"necessity": ()},
        folded={"necessity_negated": ()},
    ),
    Telling(
        title="How far it stands",
        lead="The same analysis with other cut-offs, other anchors, one case less, and with the outcome "
        "shuffled over the "
        "cases. What changes with every small decision should not be believed.",
        figures=("robustness",),
        folded={"robustness": (), "leave_one_out": ()},
    ),
    Telling(
        title="A regression beside it",
        lead="It answers another question: the net effect of each condition, not what they do together.",
        open={"regression": ()},
    ),
)
TOLD = Told(
    asks="What combination of conditions makes it succeed or fail?",
    tellings=TELLINGS,
    terminal={
        "models": ("outcome", "type", "formula", "inclS", "covS", "tied_models"),
        "robustness": ("what", "value", "unchanged_from", "unchanged_to"),
    },
    columns={
        "inclS": "Inclusion",
        "incl": "Inclusion",
        "pri": "PRI",
        "covS": "Coverage",
        "covU": "Unique coverage",
        "inclN": "Inclusion",
        "RoN": "Relevance",
        "covN": "Coverage",
        "tied_models": "Models that tie",
        "n": "Cases in it",
        "out": "Leads to it",
        "in_solution": "In the solution",
        "in_outcome": "In the outcome",
        "case_kind": "What the case is",
        "cases_in": "Cases in the set",
        "cases_out": "Cases out of it",
        "asks": "Asks for",
        "same": "Same solution",
    },
    quantities={
        "solution_inclusion": "Inclusion of the solution",
        "solution_pri": "PRI of the solution",
        "solution_coverage": "Coverage of the solution",
        "random_benchmark_p": "Shuffled outcomes as good",
    },
    cells={
        "enhanced_parsimonious": "enhanced parsimonious",
        "enhanced_intermediate": "enhanced intermediate",
        "deviant_in_degree": "deviant in degree",
        "deviant_in_consistency": "deviant in consistency",
        "deviant_in_coverage": "deviant in coverage",
        "individually_irrelevant": "individually irrelevant",
        "on_the_fence": "on the fence",
        "against_necessity": "lacks a necessary condition",
        "contradictory": "used for the outcome and for its negation",
        "sensitivity_range": "sensitivity range",
        "leave_one_out": "leave one out",
        "robust_core": "robust core",
        "random_benchmark": "random benchmark",
        "refits_settled": "settled",
        "multi_value": "multi-value",
        "RF_cons": "robust core: inclusion kept (RF_cons)",
        "RF_cov": "robust core: coverage kept (RF_cov)",
        "RF_SC_minTS": "shared with all tests (RF_SC_minTS)",
        "RF_SC_maxTS": "shared with any test (RF_SC_maxTS)",
        "RCR_typ": "typical cases that stay (RCR_typ)",
        "RCR_dev": "deviant cases that stay (RCR_dev)",
        "RCC_Rank": "rank of the cases (RCC_Rank)",
    },
)
