"""Intervals, trend, burden and order of the audit, on random small logs, against pandas and SciPy."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.properties import pandas_audit as slow

import coproduce as cp

ACTS = {"Ask": "organisation", "Pay": "citizen", "Plead": "citizen", "Ping": "system", "Talk": None}
SIDES = ("citizen", "professional", "organisation", "system")
START = pd.Timestamp("2026-01-30")


@st.composite
def logs(draw):
    """A log around the turn of a month in which many times tie; 'Talk' is done by any side."""
    event = st.tuples(
        st.sampled_from("ABCDEFG"),
        st.sampled_from(sorted(ACTS)),
        st.integers(0, 8),
        st.sampled_from(SIDES),
        st.sampled_from([None, 0.0, 5.0, 7.5]),
        st.sampled_from([None, "North", "South"]),
        st.integers(0, 3),
    )
    names = ["case_id", "activity", "ninths", "side", "minutes", "region", "sequence"]
    frame = pd.DataFrame(draw(st.lists(event, min_size=1, max_size=40)), columns=names)
    frame["occurred_at"] = START + pd.to_timedelta(frame.ninths * 9, unit="h")
    frame["side"] = frame.activity.map(ACTS).fillna(frame.side)
    frame["minutes"] = frame.minutes.astype("Float64")
    return frame.drop(columns="ninths")


CHOICES = st.fixed_dictionaries(
    {
        "complete": st.sampled_from([(), ("Pay",), ("Ask", "Talk")]),
        "ties": st.sampled_from(["file", "name", "sequence"]),
    }
)


def audited(frame, *, complete, ties):
    """The finding, and the same cases laid out slowly."""
    log = frame if ties == "sequence" else frame.drop(columns="sequence")
    finding = cp.audit(log, complete=complete, sequence=ties != "name", groups="region", small_numbers=0)
    return finding, slow.cases_of(frame, ties=ties, complete=complete)


def same(found, wanted):
    """Numbers equal to the last digits that arithmetic leaves; empty where there is none."""
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert one is None if other is None else one == pytest.approx(other, rel=1e-8, abs=1e-10), (
            found,
            wanted,
        )


def estimate(finding, name):
    found = finding.estimate(name)
    return (found.value, *(found.interval or (None, None)))


def unbounded(wanted):
    """A value alone: a log in which no step is a citizen's bounds nothing."""
    return (wanted[0], None, None)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(frame=logs(), chosen=CHOICES)
def test_intervals_paths_burden_and_trend_are_those_of_pandas_and_scipy(frame, chosen):
    finding, cases = audited(frame, **chosen)
    check_estimates(finding, cases)
    check_paths_and_moves(finding, cases)
    check_burden(finding, cases)
    check_trend(finding, cases)


def check_estimates(finding, cases):
    said = (lambda wanted: wanted) if any(case.citizen_events for case in cases) else unbounded
    pairs = [(case.citizen_events, case.human_events) for case in cases]
    same(estimate(finding, "citizen_event_share"), said(slow.share_of_totals(pairs)))
    waits = [(case.waited(for_citizen=True), case.lasted) for case in cases]
    same(estimate(finding, "waited_for_citizen_share"), said(slow.share_of_totals(waits)))
    same(estimate(finding, "citizen_left_waiting_share"), said(slow.other(slow.share_of_totals(waits))))
    again = sum(case.extra_events > 0 for case in cases)
    same(estimate(finding, "rework_case_share"), said(slow.share_of_cases(again, len(cases))))
    for side in ("citizen", "organisation"):
        handoffs = [case.handoffs(to_citizen=side == "citizen") for case in cases]
        same(estimate(finding, f"handoffs_to_{side}_per_case"), said(slow.mean(handoffs)))
    same((finding.estimate("median_case_days").value,), (np.median([case.lasted for case in cases]),))


def check_paths_and_moves(finding, cases):
    paths = Counter(case.path for case in cases)
    ranked = sorted(paths, key=lambda path: (-paths[path], path))[:20]
    rows = finding.tables["variants"].records()
    assert [row["variant"] for row in rows] == [" → ".join(path) for path in ranked]
    for row, path in zip(rows, ranked, strict=True):
        same(
            (row["share"], row["share_low"], row["share_high"]), slow.share_of_cases(paths[path], len(cases))
        )
        same((row["median_days"],), (np.median([case.lasted for case in cases if case.path == path]),))
    waits = {}
    for case in cases:
        for move, gap in zip(zip(case.path, case.path[1:], strict=False), case.gaps, strict=True):
            waits.setdefault(move, []).append(gap / slow.DAY)
    edges = {(row["source"], row["target"]): row["median_days"] for row in finding.tables["edges"].records()}
    assert edges == pytest.approx({move: np.median(gaps) for move, gaps in waits.items()})


def check_burden(finding, cases):
    for quantity in slow.BURDENS:
        wanted = slow.burden_of(cases, quantity)
        rows = [row for row in finding.tables["burden"].records() if row["quantity"] == quantity]
        assert {row["value"] for row in rows} == wanted.keys()
        for row in rows:
            n, mean, difference = wanted[row["value"]]
            assert row["cases"] == n
            same((row["mean"], row["low"], row["high"]), mean)
            same((row["difference"], row["difference_low"], row["difference_high"]), difference)


def check_trend(finding, cases):
    kinds = {row["activity"]: row["kind"] for row in finding.tables["activities"].records()}
    essential = {name for name, kind in kinds.items() if kind in ("intrinsic", "conditional")}
    wanted = slow.trend_of(cases, essential=essential)
    rows = {(row["month"], row["quantity"]): row for row in finding.tables["trend"].records()}
    assert rows.keys() == wanted.keys()
    for key, row in rows.items():
        same((row["value"], row["low"], row["high"]), wanted[key][0])
        assert row["cases"] == wanted[key][1]
