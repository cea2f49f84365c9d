"""Women in parliament: Krook (2010) as Thiem and Dusa (2013) work it out, R Journal 5(1), figure by figure."""

from __future__ import annotations

import numpy as np
import pytest
from tests.checked import Source

from coproduce.methods.qca.analysis import standard
from coproduce.methods.qca.fit import model_fit, necessity
from coproduce.methods.qca.sets import Sets
from coproduce.methods.qca.truth_table import CutOffs
from coproduce.questions.determinants.naming import term_name

THIEM_AND_DUSA = Source(
    question="determinants",
    cite="Krook (2010), Political Studies 58(5), 886-908, as in Thiem and Dusa (2013), R Journal 5(1), 87-97 (the "
    "article's code with its output)",
)
NAMES = ("ES", "QU", "WS", "WM", "LP")
# Electoral system, quotas, welfare state, women's movement, left parties; many women in parliament.
COUNTRIES = """
SE 11100 1  FI 10100 1  NO 11111 1  DK 10111 1  NL 11011 1  ES 11010 1  BE 11011 1  AT 11001 1  NZ 00011 1  IS 11111 1
DE 01011 1  CH 11000 0  AU 01010 0  LU 10001 0  PT 11000 0  CA 00010 0  GB 01010 0  FR 01010 0  IT 01000 0  US 00010 0
GR 11000 0  IE 01010 0
"""
ROWS = """
00010 2 0  00011 1 1  01000 1 0  01010 4 0  01011 1 1  10001 1 0  10100 1 1  10111 1 1  11000 3 0  11001 1 1  11010 1 1
11011 2 1  11100 1 1  11111 2 1
"""
NECESSARY = {
    "ES+LP": "0.733",
    "ES+WM": "0.524",
    "WS+WM+LP": "0.611",
    "QU+~WM+LP": "0.550",
    "QU+WM+~LP": "0.524",
    "QU+WS+LP": "0.550",
    "QU+WS+WM": "0.524",
    "~ES+QU+WS": "0.524",
}
MODELS = {
    "conservative": ["ES*QU*~WS*LP + ES*QU*~WS*WM + ~ES*~WS*WM*LP + ES*WS*~WM*~LP + ES*WS*WM*LP"],
    "parsimonious": ["WS + ES*WM + QU*LP + ~ES*LP", "WS + ES*WM + QU*LP + WM*LP"],
}
INTERMEDIATE = "ES*WS + WM*LP + ES*QU*LP + ES*QU*WM"
COVERAGE = {
    "conservative": {
        "ES*QU*~WS*LP": ("0.273", "0.091"),
        "ES*QU*~WS*WM": ("0.273", "0.091"),
        "~ES*~WS*WM*LP": ("0.182", "0.182"),
        "ES*WS*~WM*~LP": ("0.182", "0.182"),
        "ES*WS*WM*LP": ("0.273", "0.273"),
    },
    "parsimonious": {
        "WS": ("0.455", "0.182"),
        "ES*WM": ("0.545", "0.091"),
        "QU*LP": ("0.545", "0.091"),
        "~ES*LP": ("0.182", "0.091"),
        "WM*LP": ("0.636", "0.091"),
    },
    "intermediate": {
        "ES*WS": ("0.455", "0.182"),
        "WM*LP": ("0.636", "0.182"),
        "ES*QU*LP": ("0.455", "0.091"),
        "ES*QU*WM": ("0.455", "0.091"),
    },
}


def digits(word):
    return tuple(map(int, word))


@pytest.fixture(scope="module")
def krook():
    words = COUNTRIES.split()
    values = np.array([digits(word) for word in words[1::3]], dtype=float)
    outcome = np.array(words[2::3], dtype=float)
    sets = Sets(values=values, levels=(2,) * 5)
    return sets, outcome, standard(sets, outcome, cut_offs=CutOffs(inclusion=1), expectations=[{1}] * 5)


def written(model):
    return {term_name(term, names=NAMES, levels=(2,) * 5) for term in model}


def test_the_truth_table(krook, checked):
    _, _, found = krook
    words = ROWS.split()
    theirs = {
        digits(row): (int(n), out == "1")
        for row, n, out in zip(words[::3], words[1::3], words[2::3], strict=True)
    }
    checked.same(
        THIEM_AND_DUSA,
        "truth table: cases and outcome of each row",
        ours={row.configuration: (len(row.cases), row.status == "positive") for row in found.table.rows},
        theirs=theirs,
        shown=f"{len(theirs)} rows",
    )


@pytest.mark.parametrize("kind", MODELS)
def test_models(krook, kind, checked):
    _, _, found = krook
    checked.same(
        THIEM_AND_DUSA,
        f"{kind} models",
        ours=sorted(sorted(written(model)) for model in getattr(found, kind).models),
        theirs=sorted(sorted(model.split(" + ")) for model in MODELS[kind]),
        shown="; ".join(f"`{model}`" for model in MODELS[kind]),
    )


def the_intermediate(found):
    """The model that goes with the second parsimonious one, as in the article; ours lists that of the first too."""
    return next(model for model in found.intermediate.models if "WM*LP" in written(model))


def test_the_intermediate_model(krook, checked):
    _, _, found = krook
    assert found.intermediate.count == 2
    checked.same(
        THIEM_AND_DUSA,
        "intermediate model beside the second parsimonious one, all conditions expected present",
        ours=written(the_intermediate(found)),
        theirs=set(INTERMEDIATE.split(" + ")),
        shown=f"`{INTERMEDIATE}`",
    )


@pytest.mark.parametrize("kind", COVERAGE)
def test_coverage(krook, kind, checked):
    sets, outcome, found = krook
    models = [the_intermediate(found)] if kind == "intermediate" else getattr(found, kind).models
    ours = {}
    for model in models:
        for term, fit in zip(model, model_fit(sets, model, outcome=outcome).terms, strict=True):
            ours[term_name(term, names=NAMES, levels=(2,) * 5)] = [fit.coverage, fit.unique]
    for term, theirs in COVERAGE[kind].items():
        what = f"{kind} solution: coverage and unique coverage of `{term}`"
        checked.agrees(THIEM_AND_DUSA, what, ours=ours[term], theirs=theirs)


def test_necessary_unions(krook, checked):
    sets, outcome, _ = krook
    for union, coverage in NECESSARY.items():
        parts = [
            sets.membership(NAMES.index(part.removeprefix("~")), int(not part.startswith("~")))
            for part in union.split("+")
        ]
        fit = necessity(np.max(parts, axis=0), outcome)
        ours = [fit.inclusion, fit.coverage]
        checked.agrees(
            THIEM_AND_DUSA,
            f"inclusion and coverage of `{union}` as necessary",
            ours=ours,
            theirs=["1.000", coverage],
        )
