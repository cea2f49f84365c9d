"""Two findings number by number: what is rounding, what is another."""

from __future__ import annotations

from typing import Any

import pytest

from coproduce.findings import Estimate, Finding, Grade, Table
from coproduce.findings.comparing import compared


def finding(**changed: Any) -> Finding:
    """A small finding."""
    plain: dict[str, Any] = {
        "id": "audit",
        "question": "audit",
        "title": "T",
        "answer": "40.0 % of 1,000.",
        "verdict": "descriptive",
        "estimates": (
            Estimate(
                name="a", label="A", value=1e-12, interval=(-100.0, 100.0), p=1e-15, unit="days", n=10**10
            ),
        ),
        "tables": {"t": Table(caption="C", columns=("c", "ok"), rows=((1e-15, True), (1.0, None)))},
        "grade": Grade(level="low", reasons=()),
    }
    return Finding(**plain | changed)


def test_numbers_are_held_against_what_stands_with_them() -> None:
    (own,) = finding().estimates
    for changed, apart in (({"value": 2e-12}, 1e-14), ({"p": 2e-15}, 1e-15)):
        found = compared(finding(), finding(estimates=(own.model_copy(update=changed),)))
        assert found.differences == ()
        assert found.largest_apart == pytest.approx(apart, rel=1e-6)
    table = Table(caption="C", columns=("c", "ok"), rows=((2e-15, True), (1.0, None)))
    assert compared(finding(), finding(tables={"t": table})).largest_apart == pytest.approx(1e-15, rel=1e-6)


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"n": 10**10 + 1}, "estimate a: n"),
        ({"value": None}, "estimate a: value"),
        ({"unit": "weeks"}, "estimate a: unit"),
        ({"name": "b"}, "estimate a: value"),
    ],
)
def test_what_is_counted_or_named_is_the_same_or_another(changed: dict[str, Any], place: str) -> None:
    (own,) = finding().estimates
    found = compared(finding(), finding(estimates=(own.model_copy(update=changed),)))
    assert place in [difference.place for difference in found.differences]


def test_a_number_is_not_a_truth_and_every_part_counts() -> None:
    table = Table(caption="C", columns=("c", "ok"), rows=((1e-15, 1), (1.0, None)))
    assert compared(finding(), finding(tables={"t": table})).differences
    others: tuple[dict[str, Any], ...] = (
        {"caveats": ("New.",)},
        {"references": ("New.",)},
        {"title": "U"},
        {"tables": {}},
    )
    for changed in others:
        assert compared(finding(), finding(**changed)).differences


def test_a_rounded_number_of_a_sentence_may_turn_over_beside_one_that_moved() -> None:
    (own,) = finding().estimates
    moved = (own.model_copy(update={"value": 1.1e-12}),)
    for answer, holds in (
        ("40.1 % of 1,000.", True),
        ("40.2 % of 1,000.", False),
        ("40.0 % of 1,003.", False),
    ):
        assert (not compared(finding(), finding(answer=answer, estimates=moved)).differences) is holds
