"""Every quantity of the audit on random small logs, against the same done by hand."""

from __future__ import annotations

import itertools
import statistics
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.properties.slow_audit import Event, SlowAudit

import coproduce as cp

START = datetime(2026, 1, 1, tzinfo=UTC)
SIDES = {
    "Ask": "citizen",
    "Pay": "citizen",
    "Check": "organisation",
    "Decide": "professional",
    "Mail": "system",
}
ROWS = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from(sorted(SIDES)), st.integers(0, 12)),
    min_size=1,
    max_size=40,
)


def log_of(rows: list[tuple[str, str, int]]) -> tuple[pa.Table, list[Event]]:
    """Random rows as a log in which ties are common, and as events."""
    events = [
        Event(case=case, activity=activity, second=6 * 3600 * step, row=row, side=SIDES[activity])
        for row, (case, activity, step) in enumerate(rows)
    ]
    table = pa.table(
        {
            "case_id": [event.case for event in events],
            "activity": [event.activity for event in events],
            "occurred_at": [START + timedelta(seconds=event.second) for event in events],
        }
    )
    return table, events


def audited(table: pa.Table, **settings: object) -> cp.Finding:
    sides = {side: [name for name, own in SIDES.items() if own == side] for side in set(SIDES.values())}
    sides.pop("organisation")
    return cp.audit(table, **sides, small_numbers=0, **settings)


@given(ROWS, st.sampled_from([(), ("Pay",), ("Pay", "Decide")]), st.sampled_from([0.0, 0.01, 0.3]))
@settings(deadline=None, max_examples=120)
def test_every_number_is_what_a_hand_would_count(
    rows: list[tuple[str, str, int]], complete: tuple[str, ...], noise: float
) -> None:
    table, events = log_of(rows)
    slow = SlowAudit(events, complete=complete, noise=noise)
    found = audited(table, noise=noise, **({"complete": complete} if complete else {}))
    for name, value in slow.estimates().items():
        assert found.estimate(name).value == pytest.approx(value, abs=1e-12), name
    activities = {row["activity"]: row for row in found.tables["activities"].records()}
    assert set(activities) == set(slow.side)
    for name, row in activities.items():
        having = [steps for steps in slow.cases.values() if any(event.activity == name for event in steps)]
        times = [sum(event.activity == name for event in steps) for steps in having]
        assert (row["events"], row["cases"]) == (sum(times), len(having))
        assert row["rework_cases"] == sum(count > 1 for count in times)
        assert row["extra_events"] == sum(count - 1 for count in times)
        assert row["kind"] == slow.kind(name)
        if slow.completed:
            assert row["necessity"] == pytest.approx(slow.necessity(name))
            assert row["dominates"] == slow.dominates(name)
        if row["kind"] == "conditional":
            shares = slow.responses(name)
            assert shares[row["after"]] == max(shares.values())
            assert row["after_share"] == pytest.approx(shares[row["after"]][0])


@given(ROWS)
@settings(deadline=None, max_examples=60)
def test_waits_moves_and_paths_are_what_a_hand_would_count(rows: list[tuple[str, str, int]]) -> None:
    table, events = log_of(rows)
    slow, found = SlowAudit(events), audited(table)
    waits = {row["side"]: row for row in found.tables["waiting"].records()}
    for side in ("citizen", "organisation"):
        days = slow.waits_days(citizen=side == "citizen")
        assert waits.get(side, {"gaps": 0})["gaps"] == len(days)
        if days:
            assert waits[side]["median_days"] == pytest.approx(statistics.median(days))
            assert waits[side]["p90_days"] == pytest.approx(np.quantile(days, 0.9))
            assert waits[side]["total_days"] == pytest.approx(sum(days))
            assert waits[side]["zero_gaps"] == sum(day == 0 for day in days)
    moves = {(row["source"], row["target"]): row["cases"] for row in found.tables["edges"].records()}
    assert moves == dict(slow.edges())
    paths = Counter(" → ".join(event.activity for event in steps) for steps in slow.cases.values())
    assert {row["variant"]: row["cases"] for row in found.tables["variants"].records()} == dict(paths)
    ends = {row["activity"]: row for row in found.tables["ends"].records()}
    for name, row in ends.items():
        assert row["starts_cases"] == sum(steps[0].activity == name for steps in slow.cases.values())
        assert row["ends_cases"] == sum(steps[-1].activity == name for steps in slow.cases.values())


@given(ROWS, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=25)
def test_shuffled_rows_give_the_same_where_the_order_in_the_file_does_not_count(
    rows: list[tuple[str, str, int]], random: object
) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (audited(log_of(order)[0], sequence=False) for order in (rows, shuffled))
    assert one == other


def test_burdens_are_means_and_differences_by_group() -> None:
    random = np.random.default_rng(7)
    rows = [
        (case, name, hour) for case in range(60) for hour, name in enumerate(random.choice(list(SIDES), 6))
    ]
    table = pa.table(
        {
            "case_id": [f"c{case}" for case, _, _ in rows],
            "activity": [str(name) for _, name, _ in rows],
            "occurred_at": [START + timedelta(hours=int(hour) * (1 + case % 5)) for case, _, hour in rows],
            "place": ["north" if case % 3 else "south" for case, _, _ in rows],
        }
    )
    found = {
        (row["value"], row["quantity"]): row
        for row in audited(table, groups=["place"]).tables["burden"].records()
    }
    acts = {case: [name for own, name, _ in rows if own == case] for case in range(60)}
    for place, chosen in (("north", lambda case: case % 3 > 0), ("south", lambda case: case % 3 == 0)):
        own = [sum(SIDES[name] == "citizen" for name in acts[case]) for case in acts if chosen(case)]
        rest = [sum(SIDES[name] == "citizen" for name in acts[case]) for case in acts if not chosen(case)]
        row = found[place, "citizen_events"]
        assert row["cases"] == len(own)
        assert row["mean"] == pytest.approx(np.mean(own))
        assert row["difference"] == pytest.approx(np.mean(own) - np.mean(rest))
        left = [
            sum(1 + case % 5 for before, name in itertools.pairwise(acts[case]) if SIDES[name] != "citizen")
            / 24
            for case in acts
            if chosen(case)
        ]
        assert found[place, "citizen_left_waiting_days"]["mean"] == pytest.approx(np.mean(left))
