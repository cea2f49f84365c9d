"""Published comparisons: Lipset's conditions of democracy, homeless organisations, irrigation systems in Nepal.

Rihoux, B. and Ragin, C. C. (2009), Configurational Comparative Methods; Cress, D. M. and Snow, D. A. (2000), American
Journal of Sociology 105(4), 1063-1104; Lam, W. F. and Ostrom, E. (2010), Policy Sciences 43(2), 1-25.
"""

from __future__ import annotations

import csv

import numpy as np
import pytest

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


def solved(sets, outcome, *, inclusion):
    return standard(
        sets, outcome, cut_offs=CutOffs(inclusion=inclusion), expectations=[()] * len(sets.levels)
    )


def test_lipset_fuzzy(read):
    sets, outcome, _ = read("lipset_LF.csv", LIPSET, outcome="SURV")
    fit = sufficiency(in_term(sets, (1, -1, -1, -1, 1)), outcome)
    assert fit.inclusion == pytest.approx(0.869, abs=0.0005)
    assert fit.pri == pytest.approx(0.848, abs=0.0005)
    assert fit.coverage == pytest.approx(0.824, abs=0.0005)
    assert models(solved(sets, outcome, inclusion=0.7).parsimonious, LIPSET) == {frozenset({"DEV*STB"})}


def test_lipset_crisp(read):
    sets, outcome, _ = read("lipset_LC.csv", LIPSET, outcome="SURV")
    found = solved(sets, outcome, inclusion=1)
    assert models(found.conservative, LIPSET) == {frozenset({"DEV*~URB*LIT*STB", "DEV*LIT*IND*STB"})}
    assert models(found.parsimonious, LIPSET) == {frozenset({"DEV*STB"})}


def test_homeless_rights(read):
    sets, outcome, _ = read("d.homeless.csv", HOMELESS, outcome="RIG")
    found = solved(sets, outcome, inclusion=1)
    assert models(found.conservative, HOMELESS) == {frozenset({"VI*DT*SA*DF*PF", "VI*~DT*CS*DF*PF"})}


def test_homeless_representation_contradicts_itself(read):
    sets, outcome, cases = read("d.homeless.csv", HOMELESS, outcome="REP")
    rows = [row for row in solved(sets, outcome, inclusion=0.8).table.rows if row.contradictory]
    assert [row.configuration for row in rows] == [(1, 1, 1, 1, 1, 1)]
    assert {cases[case] for case in rows[0].cases} == {"PUH", "PUEJ"}


def test_irrigation(read):
    sets, outcome, cases = read("d.irrigate.csv", IRRIGATION, outcome="W")
    found = solved(sets, outcome, inclusion=1)
    [contradictory] = [row for row in found.table.rows if row.contradictory]
    assert [cases[case] for case in contradictory.cases] == ["1", "2"]
    assert models(found.conservative, IRRIGATION) == {
        frozenset({"A*R*C", "A*R*F*~L", "R*F*L*C", "~A*~F*~L*C"})
    }
    assert found.parsimonious.count == 5
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
def test_lipset_is_calibrated_as_published(read, condition):
    sets, _, cases = read("lipset_LF.csv", LIPSET, outcome="SURV")
    raw = np.array([float(RAW[case][condition]) for case in cases])
    found = direct(raw, ANCHORS[condition], degree=1 / (1 + np.exp(-3)))
    np.testing.assert_allclose(found, sets.values[:, condition], rtol=0, atol=0.011)


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
def test_enhanced_solutions_are_those_of_qca(read, file, names, outcome, inclusion, for_it, against):
    sets, y, _ = read(file, names, outcome=outcome)
    sides = [solved(sets, one, inclusion=inclusion) for one in (y, 1 - y)]
    hope = [()] * len(names)
    for both, expected in ((sides, for_it), (sides[::-1], against)):
        found = enhanced(*both, necessary=[], expectations=hope)
        assert models(found.parsimonious, names) == {frozenset(expected)}


# R's QCA 3.23: superSubset(incl.cut = 0.9, ron.cut = 0.6, depth = 3), without the single conditions.
SUPERSETS = (
    (
        "lipset_LF.csv",
        LIPSET,
        "SURV",
        {"LIT*STB": (0.915, 0.800, 0.793), "DEV + URB + IND": (0.903, 0.704, 0.716)},
    ),
    (
        "d.homeless.csv",
        HOMELESS,
        "RIG",
        dict.fromkeys(("VI*DF", "VI*PF", "DF*PF", "VI*DF*PF"), (1, 1, 1)) | {"SA + CS": (1, 0.625, 0.7)},
    ),
)


@pytest.mark.parametrize(("file", "names", "outcome", "expected"), SUPERSETS)
def test_necessary_unions_and_combinations_are_those_of_qca(read, file, names, outcome, expected):
    sets, y, _ = read(file, names, outcome=outcome)
    found = {
        (" + " if one.joined == "union" else "*").join(
            names[condition] if level else f"~{names[condition]}" for condition, level in one.parts
        ): (one.fit.inclusion, one.fit.relevance, one.fit.coverage)
        for one in supersets(sets, y, most_parts=3)
    }
    assert found.keys() == expected.keys()
    for name, fit in expected.items():
        assert found[name] == pytest.approx(fit, abs=0.00051)
