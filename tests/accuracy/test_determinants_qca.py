"""Truth tables, solutions, fit, necessity and calibration against Dusa's QCA (`tools/determinants_reference.R`)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.checked import Source

from coproduce.methods.qca.analysis import standard
from coproduce.methods.qca.calibrate import direct
from coproduce.methods.qca.fit import model_fit, necessity
from coproduce.methods.qca.sets import Sets
from coproduce.methods.qca.truth_table import CutOffs
from coproduce.questions.determinants.naming import term_name

REFERENCE = json.loads((Path(__file__).parent / "determinants_qca.json").read_text(encoding="utf-8"))
TABLES = REFERENCE["tables"]
BY_QCA = Source(
    question="determinants",
    kind="program",
    cite=f"QCA {REFERENCE['versions']['QCA']} (R {REFERENCE['versions']['R']}), 14 made-up tables of all kinds",
)
CLOSED = 1e-10


def analysis(table, *, hope):
    data = np.array(table["data"], dtype=float)
    levels = tuple(max(2, int(column.max()) + 1) for column in data[:, :-1].T)
    sets, outcome = Sets(values=data[:, :-1], levels=levels), data[:, -1]
    cut_offs = CutOffs(inclusion=table["inclusion"], pri=table["pri"])
    expectations = [{1} if hope else () for _ in levels]
    return sets, outcome, standard(sets, outcome, cut_offs=cut_offs, expectations=expectations)


def printed(solution, table, *, levels):
    """The models as R prints them: terms in the order of their letters."""
    return {printed_model(model, table, levels=levels) for model in solution.models}


def printed_model(model, table, *, levels):
    """One of them."""
    names, many = table["conditions"], max(levels) > 2

    def term(values):
        if many:
            asked = [f"{name}[{value}]" for name, value in zip(names, values, strict=True) if value >= 0]
            return "*".join(asked)
        return term_name(values, names=names, levels=levels)

    return frozenset(term(values) for values in model)


def as_sets(models):
    return {frozenset(model.split(" + ")) for model in models}


def test_truth_tables_are_those_of_qca(checked):
    ours, theirs = [], []
    for table in TABLES:
        _, _, found = analysis(table, hope=False)
        conditions = len(table["conditions"])
        expected = {tuple(row[:conditions]): row[conditions:] for row in table["truth_table"]}
        assert len(expected) == len(found.table.rows)
        for row in found.table.rows:
            ours += [len(row.cases), row.fit.inclusion, row.fit.pri, row.status == "positive"]
            theirs += expected[row.configuration]
    what = "truth tables: cases, inclusion, PRI and outcome of each row"
    checked.agrees(BY_QCA, what, ours=ours, theirs=theirs, within=CLOSED)


@pytest.mark.parametrize("name", ["conservative", "parsimonious", "intermediate"])
def test_models_are_those_of_qca(name, checked):
    tables = {place: table for place, table in enumerate(TABLES) if table[name]}
    ours, theirs = {}, {place: as_sets(table[name]) for place, table in tables.items()}
    for place, table in tables.items():
        sets, _, found = analysis(table, hope=name == "intermediate")
        solution = getattr(found, name)
        ours[place] = printed(solution, table, levels=sets.levels)
        assert name == "intermediate" or solution.count == len(table[name])
        assert solution.complete
    models = sum(map(len, theirs.values()))
    checked.same(
        BY_QCA,
        f"every {name} model" + (", all conditions expected present" if name == "intermediate" else ""),
        ours=ours,
        theirs=theirs,
        shown=f"{models} models of {len(tables)} tables",
    )


def test_fit_of_the_first_parsimonious_model_is_that_of_qca(checked):
    ours = []
    for table in TABLES:
        sets, outcome, found = analysis(table, hope=False)
        [first] = as_sets(table["parsimonious"][:1])
        [model] = [
            model
            for model in found.parsimonious.models
            if printed_model(model, table, levels=sets.levels) == first
        ]
        fit = model_fit(sets, model, outcome=outcome).model
        ours.append((fit.inclusion, fit.pri, fit.coverage))
    what = "inclusion, PRI and coverage of the first parsimonious model"
    checked.agrees(BY_QCA, what, ours=ours, theirs=[table["fit"] for table in TABLES], within=CLOSED)


def test_necessity_is_that_of_qca(checked):
    tables = [table for table in TABLES if table["necessity"]]
    ours = []
    for table in tables:
        sets, outcome, _ = analysis(table, hope=False)
        for condition in range(len(table["necessity"])):
            fit = necessity(sets.membership(condition, 1), outcome)
            ours += [fit.inclusion, fit.relevance, fit.coverage]
    theirs = [value for table in tables for row in table["necessity"] for value in row]
    what = "inclusion, RoN and coverage of each condition as necessary"
    checked.agrees(BY_QCA, what, ours=ours, theirs=theirs, within=CLOSED)


@pytest.mark.parametrize("one", REFERENCE["calibrations"])
def test_direct_calibration_is_that_of_qca(one, checked):
    found = direct(np.array(REFERENCE["raw"], dtype=float), one["anchors"])
    expected = np.array(one["memberships"])
    rounded = (expected == 0) | (expected == 1)  # QCA rounds what lies within 0.0001 of the ends
    checked.agrees(
        BY_QCA,
        f"direct calibration, anchors {', '.join(map(str, one['anchors']))}",
        ours=found[~rounded],
        theirs=expected[~rounded],
        within=CLOSED,
    )
    assert np.all(np.abs(found - expected)[rounded] < 1e-4)
