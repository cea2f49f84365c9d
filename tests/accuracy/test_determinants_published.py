"""Published comparisons: Lipset's conditions of democracy, homeless organisations, irrigation systems in Nepal.

Rihoux, B. and Ragin, C. C. (2009), Configurational Comparative Methods; Cress, D. M. and Snow, D. A. (2000), American
Journal of Sociology 105(4), 1063-1104; Lam, W. F. and Ostrom, E. (2010), Policy Sciences 43(2), 1-25.
"""

from __future__ import annotations

import csv

import numpy as np
import pytest

from coproduce.methods.qca.analysis import standard
from coproduce.methods.qca.fit import in_term, sufficiency
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
