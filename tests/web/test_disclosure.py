"""The gate: nothing hidden can be worked out from what is shown, as solving for its bounds tells."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from coproduce_web.disclosure import Entry, behind, counts, cross_counts, hidden, share, single
from coproduce_web.disclosure import _with_margins as with_margins
from coproduce_web.templatetags.words import counted

SMALL = 5


def bounds(entries, gone):
    """Least and most that each hidden count can be, by linear programming: an oracle that knows no network."""
    keys = sorted(gone, key=repr)
    nodes = sorted({node for entry in entries.values() for node in (entry.tail, entry.head)}, key=repr)
    left, right = np.zeros((len(nodes), len(keys))), np.zeros(len(nodes))
    for place, node in enumerate(nodes):
        for key, entry in entries.items():
            sign = (entry.head == node) - (entry.tail == node)
            if key in gone:
                left[place, keys.index(key)] += sign
            else:
                right[place] -= sign * entry.count
    found = {}
    for key in keys:
        aim = np.array([float(other == key) for other in keys])
        least, most = (linprog(sign * aim, A_eq=left, b_eq=right, bounds=(1, None)) for sign in (1, -1))
        found[key] = (round(least.fun, 6), np.inf if most.status == 3 else round(-most.fun, 6))
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_no_hidden_cell_or_margin_has_one_value_only(rows, columns, data):
    cells = {
        (f"r{row}", f"c{column}"): data.draw(st.sampled_from([0, 0, 1, 1, 2, 4, 5, 6, 30]))
        for row, column in product(range(rows), range(columns))
    }
    entries = with_margins(
        cells, rows=tuple(f"r{n}" for n in range(rows)), columns=tuple(f"c{n}" for n in range(columns))
    )
    gone = hidden(entries, small_numbers=SMALL)
    assert {key for key, entry in entries.items() if 0 < entry.count < SMALL} <= gone
    assert not {key for key in gone if entries[key].count == 0}
    for key, (least, most) in bounds(entries, gone).items():
        assert least <= entries[key].count <= most
        assert most > least, f"{key} is told: {least}"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=5))
def test_a_list_whose_total_is_known_tells_no_small_count(numbers):
    """Every way to fill in what is hidden, tried: each hidden count has two values at least."""
    of = {f"g{place}": number for place, number in enumerate(numbers)}
    shown = counts(of, small_numbers=SMALL).shown
    gone = [key for key, count in shown.items() if count is None]
    if not gone or sum(numbers) < SMALL:
        assert all(of[key] > 0 for key in gone)
        return
    rest = sum(numbers) - sum(count for count in shown.values() if count)
    if sum(numbers) == rest:
        return  # all is hidden, the total with it
    ways = [way for way in product(range(1, rest + 1), repeat=len(gone)) if sum(way) == rest]
    for place in range(len(gone)):
        assert len({way[place] for way in ways}) > 1


def test_two_ones_of_a_known_two_would_be_told_and_are_not():
    shown = counts({"a": 1, "b": 1, "c": 9}, small_numbers=SMALL)
    assert shown.shown == {"a": None, "b": None, "c": None}
    assert shown.total is None


def test_totals_and_shares_are_of_what_is_shown():
    shown = counts({"a": 2, "b": 6, "c": 30, "d": 10}, small_numbers=SMALL)
    assert shown.shown == {"a": None, "b": None, "c": 30, "d": 10}
    assert (shown.total, shown.hides, shown.share("c"), shown.share("a")) == (40, True, 0.75, None)


def test_margins_are_those_of_what_is_shown():
    table = cross_counts(
        {
            (row, column): count
            for row, numbers in {"a": (2, 9, 20), "b": (8, 7, 20), "c": (20, 20, 20)}.items()
            for column, count in zip("xyz", numbers, strict=True)
        },
        small_numbers=SMALL,
    )
    assert table.shown["a", "x"] is None
    for row in table.rows:
        listed = [table.shown[row, column] for column in table.columns]
        assert (table.row(row) or 0) == sum(count or 0 for count in listed)
    assert (table.total or 0) == sum(table.column(column) or 0 for column in table.columns)
    assert [place for place, count in table.shown.items() if count is None] == [
        (row, column) for row in "ab" for column in "xy"
    ]
    assert table.share("c", "z") == 20 / 60


@pytest.mark.parametrize(
    ("part", "of", "said"), [(0, 9, 0), (0, 2, None), (5, 10, 0.5), (7, 10, None), (10, 10, 1)]
)
def test_a_share_hides_the_few_and_the_rest(part, of, said):
    assert share(part, of=of, small_numbers=SMALL) == said


def test_nought_to_hide_hides_nothing():
    assert counts({"a": 1, "b": 2}, small_numbers=0).shown == {"a": 1, "b": 2}
    assert hidden({"a": Entry(tail=("n", 0), head=("n", 1), count=1)}, small_numbers=1) == frozenset()


def test_a_single_count_in_a_template(world):
    world.service.small_numbers = 10
    assert counted(9, world.service) == "fewer than 10"
    assert counted(1234, world.service) == "1,234"
    assert counted(0, world.service) == "0"
    assert counted(None, world.service) == "hidden"
    assert single(9, small_numbers=10) is None
    assert behind(3.5, persons=0, small_numbers=5) == 3.5
