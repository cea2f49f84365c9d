"""Truth tables, solutions, fit, necessity and calibration against Dusa's QCA (`tools/determinants_reference.R`)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from coproduce.methods.qca.analysis import standard
from coproduce.methods.qca.calibrate import direct
from coproduce.methods.qca.fit import model_fit, necessity
from coproduce.methods.qca.sets import Sets
from coproduce.methods.qca.truth_table import CutOffs
from coproduce.questions.determinants.naming import term_name

REFERENCE = json.loads((Path(__file__).parent / "determinants_qca.json").read_text(encoding="utf-8"))
TABLES = REFERENCE["tables"]
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
    names, many = table["conditions"], max(levels) > 2

    def term(values):
        if many:
            asked = [f"{name}[{value}]" for name, value in zip(names, values, strict=True) if value >= 0]
            return "*".join(asked)
        return term_name(values, names=names, levels=levels)

    return {frozenset(term(values) for values in model) for model in solution.models}


def as_sets(models):
    return {frozenset(model.split(" + ")) for model in models}


@pytest.mark.parametrize("table", TABLES)
def test_truth_table_is_that_of_qca(table):
    _, _, found = analysis(table, hope=False)
    conditions = len(table["conditions"])
    expected = {tuple(row[:conditions]): row[conditions:] for row in table["truth_table"]}
    assert len(expected) == len(found.table.rows)
    for row in found.table.rows:
        n, inclusion, pri, out = expected[row.configuration]
        assert len(row.cases) == n
        assert row.fit.inclusion == pytest.approx(inclusion, abs=CLOSED)
        assert row.fit.pri == pytest.approx(pri, abs=CLOSED)
        assert (row.status == "positive") == (out == 1)


@pytest.mark.parametrize("table", TABLES)
def test_conservative_and_parsimonious_models_are_those_of_qca(table):
    sets, outcome, found = analysis(table, hope=False)
    for name in ("conservative", "parsimonious"):
        solution = getattr(found, name)
        assert printed(solution, table, levels=sets.levels) == as_sets(table[name])
        assert solution.count == len(table[name])
        assert solution.complete
    fits = [model_fit(sets, model, outcome=outcome).model for model in found.parsimonious.models]
    assert any(
        (fit.inclusion, fit.pri, fit.coverage) == pytest.approx(tuple(table["fit"]), abs=CLOSED)
        for fit in fits
    )


@pytest.mark.parametrize("table", [table for table in TABLES if table["intermediate"]])
def test_intermediate_models_are_those_of_qca(table):
    sets, _, found = analysis(table, hope=True)
    assert printed(found.intermediate, table, levels=sets.levels) == as_sets(table["intermediate"])


@pytest.mark.parametrize("table", [table for table in TABLES if table["necessity"]])
def test_necessity_is_that_of_qca(table):
    sets, outcome, _ = analysis(table, hope=False)
    for condition, row in enumerate(table["necessity"]):
        fit = necessity(sets.membership(condition, 1), outcome)
        assert (fit.inclusion, fit.relevance, fit.coverage) == pytest.approx(tuple(row), abs=CLOSED)


@pytest.mark.parametrize("one", REFERENCE["calibrations"])
def test_direct_calibration_is_that_of_qca(one):
    found = direct(np.array(REFERENCE["raw"], dtype=float), one["anchors"])
    expected = np.array(one["memberships"])
    rounded = (expected == 0) | (expected == 1)  # QCA rounds what lies within 0.0001 of the ends
    np.testing.assert_allclose(found[~rounded], expected[~rounded], rtol=0, atol=CLOSED)
    assert np.all(np.abs(found - expected)[rounded] < 1e-4)
