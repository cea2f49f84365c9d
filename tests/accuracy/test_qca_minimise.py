"""Minimisation against solutions that are in print, and against those in the notes on the real data sets."""

import csv

import numpy as np
import pytest

from coproduce.methods.qca.minimise import conservative, intermediate, parsimonious
from coproduce.methods.qca.primes import prime_implicants


def term(written, names):
    """A term as the field writes it, ``A*~B``, as numbers."""
    literals = written.split("*")
    return tuple(1 if name in literals else 0 if f"~{name}" in literals else -1 for name in names)


def models(found, names):
    """The models as the field writes them, each a set of terms."""
    return {frozenset(_written(found.terms[place], names) for place in model) for model in found.models}


def _written(values, names):
    return "*".join(("" if v else "~") + name for v, name in zip(values, names, strict=True) if v >= 0)


def model(written):
    return frozenset(written.split(" + "))


@pytest.fixture
def truth_table(real_data):
    """The configurations of a crisp data set that have the outcome in every case, and the others."""

    def read(file, conditions, outcome):
        with (real_data / "qca" / file).open(newline="") as lines:
            cases = list(csv.DictReader(lines))
        values = np.array([[int(case[name]) for name in conditions] for case in cases])
        has_it = np.array([case[outcome] == "1" for case in cases])
        rows, which = np.unique(values, axis=0, return_inverse=True)
        always = np.array([has_it[which == row].all() for row in range(len(rows))])
        never = np.array([not has_it[which == row].any() for row in range(len(rows))])
        return rows[always], rows[~always], rows[never], rows[~never]

    return read


LIPSET = ["DEV", "URB", "LIT", "IND", "STB"]


def test_lipset_as_in_rihoux_and_de_meur(truth_table):
    """Rihoux, B. and De Meur, G. (2009), in Rihoux and Ragin, Configurational Comparative Methods, pp. 56-64."""
    positive, negative, _, _ = truth_table("lipset_LC.csv", LIPSET, "SURV")
    levels = [2] * 5
    assert models(conservative(positive, levels=levels), LIPSET) == {
        model("DEV*LIT*IND*STB + DEV*~URB*LIT*STB")
    }
    assert models(parsimonious(positive, negative, levels=levels), LIPSET) == {model("DEV*STB")}
    assert models(conservative(negative, levels=levels), LIPSET) == {
        model("DEV*LIT*IND*~STB + ~DEV*~URB*~IND")
    }
    assert models(parsimonious(negative, positive, levels=levels), LIPSET) == {model("~DEV + ~STB")}


@pytest.mark.parametrize(
    ("expected", "written"),
    [
        ([{1}] * 5, "DEV*LIT*STB"),
        ([{0}] * 5, "DEV*STB"),
        ([{1}, (), {1}, (), {1}], "DEV*LIT*IND*STB + DEV*~URB*LIT*STB"),
    ],
)
def test_intermediate_solutions_of_lipset_as_by_the_program_qca(truth_table, expected, written):
    """R 4.2.2 with QCA 3.23: minimize(truthTable(LC, "SURV"), include = "?", dir.exp = ...)$i.sol$C1P1$solution."""
    positive, negative, _, _ = truth_table("lipset_LC.csv", LIPSET, "SURV")
    narrow = conservative(positive, levels=[2] * 5)
    wide = parsimonious(positive, negative, levels=[2] * 5)
    pair = (narrow.terms[list(narrow.models[0])], wide.terms[list(wide.models[0])])
    found = intermediate(positive, pair, expectations=expected, levels=[2] * 5)
    assert models(found.solutions, LIPSET) == {model(written)}


def test_homeless_organisations_and_rights(truth_table):
    names = ["VI", "DT", "SA", "CS", "DF", "PF"]
    positive, _, _, _ = truth_table("d.homeless.csv", names, "RIG")
    assert models(conservative(positive, levels=[2] * 6), names) == {
        model("VI*~DT*CS*DF*PF + VI*DT*SA*DF*PF")
    }


def test_irrigation_in_nepal_has_five_parsimonious_models(truth_table):
    names = list("ARFLC")
    positive, rest, never, _ = truth_table("d.irrigate.csv", names, "W")
    assert len(rest) == len(never) + 1, "cases 1 and 2 contradict each other"
    assert models(conservative(positive, levels=[2] * 5), names) == {
        model("A*R*C + A*R*F*~L + R*F*L*C + ~A*~F*~L*C")
    }
    found = parsimonious(positive, rest, levels=[2] * 5)
    assert found.count == 5
    assert model("~L*C + R*F + A*R") in models(found, names)


def rows(written):
    """Rows as Ragin (1987) writes them: a capital for present, a small letter for absent."""
    return [[int(letter.isupper()) for letter in row] for row in written.split()]


def test_ragin_on_the_failure_of_military_regimes():
    """Ragin, C. C. (1987). The Comparative Method, chapter 6: F = A + B + C."""
    positive, negative = rows("Abc aBc abC ABc AbC aBC ABC"), rows("abc")
    found = parsimonious(positive, negative, levels=[2] * 3)
    assert models(found, "ABC") == models(conservative(positive, levels=[2] * 3), "ABC")
    assert models(found, "ABC") == {model("A + B + C")}


def test_ragin_on_strikes():
    """Ragin, C. C. (1987), chapter 6: S = AC + Bc of the prime implicants AC, AB and Bc; its negation by De Morgan."""
    positive, negative = rows("AbC aBc ABc ABC"), rows("abc abC aBC Abc")
    primes = {tuple(p) for p in prime_implicants(positive, negative, levels=[2] * 3).tolist()}
    assert primes == {term(written, "ABC") for written in ("A*C", "A*B", "B*~C")}
    assert models(conservative(positive, levels=[2] * 3), "ABC") == {model("A*C + B*~C")}
    negated = {tuple(p) for p in prime_implicants(negative, positive, levels=[2] * 3).tolist()}
    assert negated == {term(written, "ABC") for written in ("~A*~B", "~A*C", "~B*~C")}
