"""Intervals against SciPy and plain formulas; dominators against networkx."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from coproduce.methods.dominators import dominators, immediate_dominators
from coproduce.methods.intervals import (
    Moments,
    PairMoments,
    difference,
    mean,
    share_of_totals,
    simultaneous,
    student,
    wilson,
)

WHOLE = st.integers(-1000, 1000)


def moments(numbers: list[int]) -> Moments:
    return Moments(n=len(numbers), total=sum(numbers), squares=sum(number**2 for number in numbers))


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
@settings(deadline=None)
def test_wilson_agrees_with_scipy(counts: tuple[int, int]) -> None:
    successes, n = counts
    found = wilson(successes, n)
    expected = stats.binomtest(successes, n).proportion_ci(method="wilson")
    assert found.value == successes / n
    assert found.low == pytest.approx(expected.low, abs=1e-10)
    assert found.high == pytest.approx(expected.high, abs=1e-10)


def test_wilson_of_nobody_is_not_a_number() -> None:
    assert math.isnan(wilson(0, 0).value)


@given(st.floats(0.001, 0.99999))
@settings(deadline=None)
def test_student_is_what_its_closed_forms_give(level: float) -> None:
    assert student(level, 1) == pytest.approx(math.tan(math.pi * level / 2), rel=1e-10)
    assert student(level, 2) == pytest.approx(level * math.sqrt(2 / (1 - level**2)), rel=1e-10)


@given(st.lists(WHOLE, min_size=2, max_size=40).filter(lambda numbers: len(set(numbers)) > 1))
@settings(deadline=None)
def test_a_mean_has_students_interval(numbers: list[int]) -> None:
    found = mean(moments(numbers))
    expected = stats.t.interval(0.95, len(numbers) - 1, np.mean(numbers), stats.sem(numbers))
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-8, abs=1e-8)


@given(
    st.lists(WHOLE, min_size=2, max_size=30).filter(lambda numbers: len(set(numbers)) > 1),
    st.lists(WHOLE, min_size=2, max_size=30).filter(lambda numbers: len(set(numbers)) > 1),
    st.integers(1, 9),
)
@settings(deadline=None)
def test_a_difference_has_welchs_interval(one: list[int], other: list[int], comparisons: int) -> None:
    level = simultaneous(0.95, comparisons=comparisons)
    found = difference(moments(one), moments(other), level=level)
    expected = stats.ttest_ind(one, other, equal_var=False).confidence_interval(level)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-7, abs=1e-7)


@given(
    st.lists(
        st.integers(1, 20).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))),
        min_size=3,
        max_size=40,
    )
)
@settings(deadline=None)
def test_a_share_of_totals_has_the_error_of_the_ratio_estimator(pairs: list[tuple[int, int]]) -> None:
    part, whole = np.array(pairs, dtype=float).T
    found = share_of_totals(
        PairMoments(
            n=len(pairs),
            y=int(part.sum()),
            x=int(whole.sum()),
            yy=int(part @ part),
            xy=int(part @ whole),
            xx=int(whole @ whole),
        )
    )
    share = part.sum() / whole.sum()
    residuals = part - share * whole
    assert found.value == pytest.approx(share)
    assert 0 <= found.low <= found.value <= found.high <= 1
    if found.se is not None:
        expected = math.sqrt(len(pairs) * residuals.var(ddof=1)) / whole.sum()
        assert found.se == pytest.approx(expected, rel=1e-8)
        logit = math.log(share / (1 - share))
        half = stats.t.ppf(0.975, len(pairs) - 1) * expected / (share * (1 - share))
        assert found.low == pytest.approx(1 / (1 + math.exp(half - logit)), rel=1e-7, abs=1e-12)


GRAPHS = st.integers(2, 9).flatmap(
    lambda size: st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=30)
)


@given(GRAPHS)
@settings(deadline=None, max_examples=300)
def test_dominators_agree_with_networkx(edges: list[tuple[int, int]]) -> None:
    graph = nx.DiGraph(edges)
    graph.add_node(0)
    successors = {node: sorted(graph.successors(node)) for node in graph}
    found = immediate_dominators(successors, 0)
    expected = dict(nx.immediate_dominators(graph, 0))
    expected[0] = 0  # networkx of late leaves the start without one
    assert found == expected
    assert found.keys() == {0} | nx.descendants(graph, 0)


@given(GRAPHS)
@settings(deadline=None, max_examples=200)
def test_what_dominates_cannot_be_taken_out(edges: list[tuple[int, int]]) -> None:
    graph = nx.DiGraph(edges)
    graph.add_nodes_from((0, 1))
    successors = {node: sorted(graph.successors(node)) for node in graph}
    found = dominators(successors, 0, of=1)
    for node in set(graph) - {0, 1}:
        without = graph.subgraph(set(graph) - {node})
        needed = nx.has_path(graph, 0, 1) and not nx.has_path(without, 0, 1)
        assert (node in found) == needed
