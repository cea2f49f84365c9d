"""Minimisation against solutions that are in print, and against those in the notes on the real data sets."""

import csv

import numpy as np
import pytest
from tests.checked import Source

from coproduce.methods.qca.minimise import conservative, intermediate, parsimonious
from coproduce.methods.qca.primes import prime_implicants

RIHOUX_AND_DE_MEUR = Source(
    question="determinants",
    cite="Rihoux and De Meur (2009), in Rihoux and Ragin, Configurational Comparative Methods, pp. 56-64 (as recalled; "
    "the data with R's QCA)",
)
BY_QCA = Source(
    question="determinants",
    kind="program",
    cite="QCA 3.23 (R 4.2.2): minimize(truthTable(LC, 'SURV'), include = '?', dir.exp = ...)$i.sol$C1P1$solution",
)
COMPUTED = Source(
    question="determinants",
    kind="formula",
    cite="Quine-McCluskey by another program than ours, on published tables: Cress and Snow (2000), American Journal "
    "of Sociology 105(4), 1063-1104; Lam and Ostrom (2010), Policy Sciences 43, 1-25",
)
RAGIN = Source(question="determinants", cite="Ragin (1987), The Comparative Method, ch. 6 (as recalled)")


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


def tell(checked, source, what, *, ours, names, theirs):
    """Minimal models beside the one that is written."""
    checked.same(source, what, ours=models(ours, names), theirs={model(theirs)}, shown=f"`{theirs}`")


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


def test_lipset_as_in_rihoux_and_de_meur(truth_table, checked):
    positive, negative, _, _ = truth_table("lipset_LC.csv", LIPSET, "SURV")
    levels = [2] * 5
    for what, ours, theirs in (
        (
            "survival, without remainders",
            conservative(positive, levels=levels),
            "DEV*LIT*IND*STB + DEV*~URB*LIT*STB",
        ),
        ("survival, with remainders", parsimonious(positive, negative, levels=levels), "DEV*STB"),
        (
            "breakdown, without remainders",
            conservative(negative, levels=levels),
            "DEV*LIT*IND*~STB + ~DEV*~URB*~IND",
        ),
        ("breakdown, with remainders", parsimonious(negative, positive, levels=levels), "~DEV + ~STB"),
    ):
        called = f"crisp democracies, minimised: {what}"
        tell(checked, RIHOUX_AND_DE_MEUR, called, ours=ours, names=LIPSET, theirs=theirs)


@pytest.mark.parametrize(
    ("hope", "expected", "written"),
    [
        ("all present", [{1}] * 5, "DEV*LIT*STB"),
        ("all absent", [{0}] * 5, "DEV*STB"),
        ("DEV, LIT and STB present", [{1}, (), {1}, (), {1}], "DEV*LIT*IND*STB + DEV*~URB*LIT*STB"),
    ],
)
def test_intermediate_solutions_of_lipset_as_by_the_program_qca(
    truth_table, hope, expected, written, checked
):
    positive, negative, _, _ = truth_table("lipset_LC.csv", LIPSET, "SURV")
    narrow = conservative(positive, levels=[2] * 5)
    wide = parsimonious(positive, negative, levels=[2] * 5)
    pair = (narrow.terms[list(narrow.models[0])], wide.terms[list(wide.models[0])])
    found = intermediate(positive, pair, expectations=expected, levels=[2] * 5)
    what = f"crisp democracies: intermediate solution, {hope}"
    tell(checked, BY_QCA, what, ours=found.solutions, names=LIPSET, theirs=written)


def test_homeless_organisations_and_rights(truth_table, checked):
    names = ["VI", "DT", "SA", "CS", "DF", "PF"]
    positive, _, _, _ = truth_table("d.homeless.csv", names, "RIG")
    tell(
        checked,
        COMPUTED,
        "homeless organisations, minimised: conservative solution for rights",
        ours=conservative(positive, levels=[2] * 6),
        names=names,
        theirs="VI*~DT*CS*DF*PF + VI*DT*SA*DF*PF",
    )


def test_irrigation_in_nepal_has_five_parsimonious_models(truth_table, checked):
    names = list("ARFLC")
    positive, rest, never, _ = truth_table("d.irrigate.csv", names, "W")
    assert len(rest) == len(never) + 1, "cases 1 and 2 contradict each other"
    tell(
        checked,
        COMPUTED,
        "irrigation, minimised: conservative solution",
        ours=conservative(positive, levels=[2] * 5),
        names=names,
        theirs="A*R*C + A*R*F*~L + R*F*L*C + ~A*~F*~L*C",
    )
    found = parsimonious(positive, rest, levels=[2] * 5)
    checked.same(COMPUTED, "irrigation, minimised: parsimonious models that tie", ours=found.count, theirs=5)
    assert model("~L*C + R*F + A*R") in models(found, names)


def rows(written):
    """Rows as Ragin (1987) writes them: a capital for present, a small letter for absent."""
    return [[int(letter.isupper()) for letter in row] for row in written.split()]


def test_ragin_on_the_failure_of_military_regimes(checked):
    positive, negative = rows("Abc aBc abC ABc AbC aBC ABC"), rows("abc")
    found = parsimonious(positive, negative, levels=[2] * 3)
    assert models(found, "ABC") == models(conservative(positive, levels=[2] * 3), "ABC")
    what = "failure of military regimes, minimised"
    tell(checked, RAGIN, what, ours=found, names="ABC", theirs="A + B + C")


def test_ragin_on_strikes(checked):
    """The book finds the negation by De Morgan."""
    positive, negative = rows("AbC aBc ABc ABC"), rows("abc abC aBC Abc")
    primes = {tuple(p) for p in prime_implicants(positive, negative, levels=[2] * 3).tolist()}
    tell_primes(checked, "prime implicants of success", ours=primes, theirs=("A*B", "A*C", "B*~C"))
    tell(
        checked,
        RAGIN,
        "strikes, minimised: success",
        ours=conservative(positive, levels=[2] * 3),
        names="ABC",
        theirs="A*C + B*~C",
    )
    negated = {tuple(p) for p in prime_implicants(negative, positive, levels=[2] * 3).tolist()}
    tell_primes(checked, "prime implicants of failure", ours=negated, theirs=("~A*~B", "~A*C", "~B*~C"))


def tell_primes(checked, what, *, ours, theirs):
    """Prime implicants beside the book's."""
    checked.same(
        RAGIN,
        f"strikes, minimised: {what}",
        ours=ours,
        theirs={term(written, "ABC") for written in theirs},
        shown=", ".join(f"`{written}`" for written in theirs),
    )
