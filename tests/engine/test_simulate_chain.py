"""Absorbing chains against published figures and closed forms."""

import numpy as np
import pytest

from coproduce.simulate.chain import first_met, reaches, takes, visits

# The drunkard's walk: corners 1, 2 and 3 between home (0) and the bar (4), each way with chance 1/2.
# Grinstead, C. M. and Snell, J. L. (1997). Introduction to Probability, 2nd ed., AMS, examples 11.13 to 11.15.
STREET = np.array([[0, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0]])


@pytest.mark.parametrize(("corner", "expected"), [(0, [1.5, 1, 0.5]), (1, [1, 2, 1]), (2, [0.5, 1, 1.5])])
def test_visits_are_the_published_fundamental_matrix(corner: int, expected: list[float]) -> None:
    assert visits(STREET, np.eye(3)[corner]) == pytest.approx(expected, abs=1e-12)


def test_the_chance_to_reach_home_is_the_published_one() -> None:
    moves = np.zeros((5, 5))
    for corner in (1, 2, 3):
        moves[corner, corner - 1] = moves[corner, corner + 1] = 0.5
    home = np.arange(5) == 0
    assert reaches(moves, home) == pytest.approx([1, 0.75, 0.5, 0.25, 0], abs=1e-12)


def test_what_is_avoided_is_never_passed() -> None:
    moves = np.array([[0, 0.4, 0.6, 0], [0, 0, 0, 1.0], [0, 0, 0, 1.0], [0, 0, 0, 0]])
    end, by_one = np.arange(4) == 3, np.arange(4) == 1
    assert reaches(moves, end, avoiding=by_one) == pytest.approx([0.6, 0, 1, 1])


def test_the_first_of_several_goals_takes_what_comes_later_away() -> None:
    moves = np.array([[0, 0.4, 0.6], [0, 0, 1.0], [0, 0, 0]])
    assert first_met(moves, np.array([1.0, 0, 0]), goal=np.array([False, True, True])) == pytest.approx(
        [0, 0.4, 0.6]
    )


def test_a_loop_is_taken_at_least_once_with_the_chance_of_its_first_turn() -> None:
    moves = np.array([[0, 1.0, 0], [0.3, 0, 0.7], [0, 0, 0]])
    assert takes(moves, (1, 0))[0] == pytest.approx(0.3)
    assert visits(moves, np.array([1.0, 0, 0]))[0] == pytest.approx(1 / 0.7)
