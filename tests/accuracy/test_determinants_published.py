"""Published comparisons: Lipset's conditions of democracy, homeless organisations, irrigation systems in Nepal.

Rihoux, B. and Ragin, C. C. (2009), Configurational Comparative Methods; Cress, D. M. and Snow, D. A. (2000), American
Journal of Sociology 105(4), 1063-1104; Lam, W. F. and Ostrom, E. (2010), Policy Sciences 43, 1-25.
"""

from __future__ import annotations

import csv

import numpy as np
import pytest
from tests.checked import Source

from coproduce.methods.qca.analysis import enhanced, standard
from coproduce.methods.qca.calibrate import direct
from coproduce.methods.qca.fit import in_term, sufficiency
from coproduce.methods.qca.necessity import supersets
from coproduce.methods.qca.sets import Sets
from coproduce.methods.qca.truth_table import CutOffs
from coproduce.questions.determinants.naming import term_name

LIPSET = ("DEV", "URB", "LIT", "IND", "STB")
HOMELESS = ("VI", "DT", "SA", "CS", "DF", "PF")
IRRIGATION = ("A", "R", "F", "L", "C")
RIHOUX_AND_RAGIN = Source(
    question="determinants",
    cite="Lipset's conditions of democracy in Rihoux and Ragin (2009), Configurational Comparative Methods, ch. 3 and "
    "5 (as recalled; the data with R's QCA)",
)
COMPUTED = Source(
    question="determinants",
    kind="formula",
    cite="Quine-McCluskey by another program than ours, on published tables: Cress and Snow (2000), American Journal "
    "of Sociology 105(4), 1063-1104; Lam and Ostrom (2010), Policy Sciences 43, 1-25",
)
FIRST = Source(
    question="determinants",
    kind="program",
    cite="R's QCA on the first analysis of Rihoux and De Meur (2009), in Rihoux and Ragin, ch. 3 (a note on RPubs, "
    "1210283)",
)
BY_QCA = Source(question="determinants", kind="program", cite="R's QCA 3.23")
CALLED = {
    "lipset_LF.csv": "Lipset",
    "d.homeless.csv": "homeless organisations",
    "d.irrigate.csv": "irrigation",
}


@pytest.fixture(scope="session")
def read(real_data):
    def cases(file, conditions, *, outcome):
        with (real_data / "qca" / file).open(encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        values = np.array([[float(row[name]) for name in conditions] for row in rows])
        sets = Sets(values=values, levels=(2,) * len(conditions))
        return sets, np.array([float(row[outcome]) for row in rows]), [row["case"] for row in rows]

    return cases


def models(solution, names):
    levels = (2,) * len(names)
    return {
        frozenset(term_name(term, names=names, levels=levels) for term in model) for model in solution.models
    }


def written(models):
    """Models as a reader writes them, in one order."""
    return "; ".join(sorted(f"`{' + '.join(sorted(model))}`" for model in models))


def tell(checked, source, what, *, ours, theirs):
    """Solutions beside theirs, shown as formulas."""
    checked.same(source, what, ours=ours, theirs=theirs, shown=written(theirs))


def solved(sets, outcome, *, inclusion):
    return standard(
        sets, outcome, cut_offs=CutOffs(inclusion=inclusion), expectations=[()] * len(sets.levels)
    )


def test_lipset_fuzzy(read, checked):
    sets, outcome, _ = read("lipset_LF.csv", LIPSET, outcome="SURV")
    fit = sufficiency(in_term(sets, (1, -1, -1, -1, 1)), outcome)
    checked.agrees(
        RIHOUX_AND_RAGIN,
        "fuzzy democracies: inclusion, PRI and coverage of `DEV*STB`",
        ours=[fit.inclusion, fit.pri, fit.coverage],
        theirs=["0.869", "0.848", "0.824"],
    )
    tell(
        checked,
        RIHOUX_AND_RAGIN,
        "fuzzy democracies: parsimonious solution",
        ours=models(solved(sets, outcome, inclusion=0.7).parsimonious, LIPSET),
        theirs={frozenset({"DEV*STB"})},
    )


def test_lipset_crisp(read, checked):
    sets, outcome, _ = read("lipset_LC.csv", LIPSET, outcome="SURV")
    found = solved(sets, outcome, inclusion=1)
    for name, theirs in (
        ("conservative", {frozenset({"DEV*~URB*LIT*STB", "DEV*LIT*IND*STB"})}),
        ("parsimonious", {frozenset({"DEV*STB"})}),
    ):
        ours = models(getattr(found, name), LIPSET)
        tell(checked, RIHOUX_AND_RAGIN, f"crisp democracies: {name} solution", ours=ours, theirs=theirs)


def test_homeless_rights(read, checked):
    sets, outcome, _ = read("d.homeless.csv", HOMELESS, outcome="RIG")
    found = solved(sets, outcome, inclusion=1)
    tell(
        checked,
        COMPUTED,
        "homeless organisations: conservative solution for rights",
        ours=models(found.conservative, HOMELESS),
        theirs={frozenset({"VI*DT*SA*DF*PF", "VI*~DT*CS*DF*PF"})},
    )


def test_homeless_representation_contradicts_itself(read, checked):
    sets, outcome, cases = read("d.homeless.csv", HOMELESS, outcome="REP")
    rows = [row for row in solved(sets, outcome, inclusion=0.8).table.rows if row.contradictory]
    assert [row.configuration for row in rows] == [(1, 1, 1, 1, 1, 1)]
    checked.same(
        COMPUTED,
        "homeless organisations: cases that contradict each other in representation",
        ours={cases[case] for case in rows[0].cases},
        theirs={"PUH", "PUEJ"},
        shown="PUEJ, PUH",
    )


def test_irrigation(read, checked):
    sets, outcome, cases = read("d.irrigate.csv", IRRIGATION, outcome="W")
    found = solved(sets, outcome, inclusion=1)
    [contradictory] = [row for row in found.table.rows if row.contradictory]
    checked.same(
        COMPUTED,
        "irrigation: cases that contradict each other",
        ours=[cases[case] for case in contradictory.cases],
        theirs=["1", "2"],
        shown="1, 2",
    )
    tell(
        checked,
        COMPUTED,
        "irrigation: conservative solution",
        ours=models(found.conservative, IRRIGATION),
        theirs={frozenset({"A*R*C", "A*R*F*~L", "R*F*L*C", "~A*~F*~L*C"})},
    )
    checked.same(
        COMPUTED, "irrigation: parsimonious models that tie", ours=found.parsimonious.count, theirs=5
    )
    assert found.parsimonious.complete
    assert frozenset({"~L*C", "R*F", "A*R"}) in models(found.parsimonious, IRRIGATION)


# Income a head, towns, literacy, industry and stability of government, as typed in from Rihoux and Ragin (2009), with
# their anchors; log odds of 3 at the outer two, as in Ragin's programs.
RAW = {
    "AU": (720, 33.4, 98.0, 33.4, 10),
    "BE": (1098, 60.5, 94.4, 48.9, 4),
    "CZ": (586, 69.0, 95.9, 37.4, 6),
    "EE": (468, 28.5, 95.0, 14.0, 6),
    "FI": (590, 22.0, 99.1, 22.0, 9),
    "FR": (983, 21.2, 96.2, 34.8, 5),
    "DE": (795, 56.5, 98.0, 40.4, 11),
    "GR": (390, 31.1, 59.2, 28.1, 10),
    "HU": (424, 36.3, 85.0, 21.6, 13),
    "IE": (662, 25.0, 95.0, 14.5, 5),
    "IT": (517, 31.4, 72.1, 29.6, 9),
    "NL": (1008, 78.8, 99.9, 39.3, 2),
    "PL": (350, 37.0, 76.9, 11.2, 21),
    "PT": (320, 15.3, 38.0, 23.1, 19),
    "RO": (331, 21.9, 61.8, 12.2, 7),
    "ES": (367, 43.0, 55.6, 25.5, 12),
    "SE": (897, 34.0, 99.9, 32.3, 6),
    "UK": (1038, 74.0, 99.9, 49.9, 4),
}
ANCHORS = ((400, 550, 900), (25, 50, 65), (50, 75, 90), (20, 30, 40), (15, 9.5, 5))


@pytest.mark.parametrize("condition", range(5))
def test_lipset_is_calibrated_as_published(read, condition, checked):
    sets, _, cases = read("lipset_LF.csv", LIPSET, outcome="SURV")
    raw = np.array([float(RAW[case][condition]) for case in cases])
    found = direct(raw, ANCHORS[condition], degree=1 / (1 + np.exp(-3)))
    checked.agrees(
        RIHOUX_AND_RAGIN,
        f"memberships of 18 countries in {LIPSET[condition]}, by direct calibration",
        ours=found,
        theirs=[f"{membership:.2f}" for membership in sets.values[:, condition]],
    )


# Development at 600, towns at 50, literacy at 75, industry at 30, as Rihoux and De Meur first have them: a row's cases
# and their inclusion.
FIRST_TABLE = {
    (0, 0, 0, 0): ("0.000", {"GR", "IT", "PT", "RO", "ES"}),
    (0, 0, 1, 0): ("0.250", {"EE", "FI", "HU", "PL"}),
    (0, 1, 1, 1): ("1.000", {"CZ"}),
    (1, 0, 1, 0): ("1.000", {"IE"}),
    (1, 0, 1, 1): ("0.667", {"AU", "FR", "SE"}),
    (1, 1, 1, 1): ("0.750", {"BE", "DE", "NL", "UK"}),
}


def test_the_first_truth_table_of_lipset(read, checked):
    _, outcome, cases = read("lipset_LC.csv", LIPSET, outcome="SURV")
    raw = np.array([RAW[case][:4] for case in cases])
    sets = Sets(values=(raw >= [600, 50, 75, 30]).astype(float), levels=(2,) * 4)
    rows = {row.configuration: row for row in solved(sets, outcome, inclusion=1).table.rows}
    assert {key for key, row in rows.items() if row.contradictory} == {
        (0, 0, 1, 0),
        (1, 0, 1, 1),
        (1, 1, 1, 1),
    }
    checked.same(
        FIRST,
        "crisp democracies, four conditions: cases of each row",
        ours={key: {cases[place] for place in row.cases} for key, row in rows.items()},
        theirs={key: those for key, (_, those) in FIRST_TABLE.items()},
        shown="18 cases in 6 rows, 10 remainders",
    )
    checked.agrees(
        FIRST,
        "crisp democracies, four conditions: inclusion of each row",
        ours=[rows[key].fit.inclusion for key in FIRST_TABLE],
        theirs=[inclusion for inclusion, _ in FIRST_TABLE.values()],
    )


# R's QCA 3.23: minimize(include = "?", exclude = findRows(type = 2)): contradictory simplifying assumptions left out.
ENHANCED = (
    ("lipset_LF.csv", LIPSET, "SURV", 0.8, {"DEV*URB*STB", "DEV*~IND*STB"}, {"~DEV*~URB", "IND*~STB"}),
    ("d.homeless.csv", HOMELESS, "RIG", 1.0, {"VI*DF"}, {"~VI*~DF"}),
    (
        "d.irrigate.csv",
        IRRIGATION,
        "W",
        1.0,
        {"R*F", "A*R*C", "~A*~F*~L*C"},
        {"~A*~R*L", "A*~R*~L*~C"},
    ),
)


@pytest.mark.parametrize(("file", "names", "outcome", "inclusion", "for_it", "against"), ENHANCED)
def test_enhanced_solutions_are_those_of_qca(read, checked, file, names, outcome, inclusion, for_it, against):
    sets, y, _ = read(file, names, outcome=outcome)
    sides = [solved(sets, one, inclusion=inclusion) for one in (y, 1 - y)]
    hope = [()] * len(names)
    for both, expected, side in ((sides, for_it, outcome), (sides[::-1], against, f"~{outcome}")):
        found = enhanced(*both, necessary=[], expectations=hope)
        tell(
            checked,
            BY_QCA,
            f"{CALLED[file]}: enhanced parsimonious solution for {side}",
            ours=models(found.parsimonious, names),
            theirs={frozenset(expected)},
        )


# R's QCA 3.23: superSubset(incl.cut = 0.9, ron.cut = 0.6, depth = 3), without the single conditions.
SUPERSETS = (
    (
        "lipset_LF.csv",
        LIPSET,
        "SURV",
        {"LIT*STB": ("0.915", "0.800", "0.793"), "DEV + URB + IND": ("0.903", "0.704", "0.716")},
    ),
    (
        "d.homeless.csv",
        HOMELESS,
        "RIG",
        dict.fromkeys(("VI*DF", "VI*PF", "DF*PF", "VI*DF*PF"), ("1.000", "1.000", "1.000"))
        | {"SA + CS": ("1.000", "0.625", "0.700")},
    ),
)


@pytest.mark.parametrize(("file", "names", "outcome", "expected"), SUPERSETS)
def test_necessary_unions_and_combinations_are_those_of_qca(read, checked, file, names, outcome, expected):
    sets, y, _ = read(file, names, outcome=outcome)
    found = {
        (" + " if one.joined == "union" else "*").join(
            names[condition] if level else f"~{names[condition]}" for condition, level in one.parts
        ): (one.fit.inclusion, one.fit.relevance, one.fit.coverage)
        for one in supersets(sets, y, most_parts=3)
    }
    assert found.keys() == expected.keys()
    for name, fit in expected.items():
        checked.agrees(
            BY_QCA,
            f"{CALLED[file]}: inclusion, RoN and coverage of `{name}` as necessary for {outcome}",
            ours=found[name],
            theirs=fit,
        )
