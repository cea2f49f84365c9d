"""Participatory budgets that were really voted on, and their real winners; the example of an encyclopaedia."""

import pytest

from coproduce.methods.budgeting import approval_election, compare, equal_shares, greedy
from coproduce.records.readers.pabulib import pabulib_text, read_pabulib

SWIECIE = "Poland_Swiecie_2023.pb"
MARYSIN = "Poland_Warszawa_2019_Marysin_Wawerski_Polnocny.pb"
REMBERTOW = "Poland_Warszawa_2019_Rembertow.pb"


@pytest.fixture
def vote(real_data):
    return lambda name: read_pabulib(real_data / "pb" / name)


def election(vote):
    return approval_election(budget=vote.budget, costs=vote.costs, ballots=vote.ballots)


@pytest.mark.parametrize(("name", "voters", "cost"), [(MARYSIN, 421, 153_220), (REMBERTOW, 740, 699_700)])
def test_the_winners_in_warsaw_are_those_of_the_greedy_rule(vote, name, voters, cost):
    read = vote(name)
    outcome = greedy(election(read))
    assert election(read).voters == voters
    assert sorted(outcome.chosen) == sorted(read.selected)
    assert outcome.spent == cost


@pytest.mark.parametrize("completion", ["add1", "add1_until_over", "add1_greedy"])
def test_the_winners_in_swiecie_are_those_of_equal_shares(vote, completion):
    read = vote(SWIECIE)
    outcome = equal_shares(election(read), utility="cost", completion=completion)
    assert sorted(outcome.chosen) == sorted(read.selected)
    assert (len(outcome.chosen), outcome.spent) == (17, 1_040_337)


def test_more_voters_in_swiecie_are_better_off_with_equal_shares(vote):
    """The town's comparison step, after which the outcome of equal shares stood."""
    read = vote(SWIECIE)
    assert compare(election(read), read.selected, other=greedy(election(read)).chosen).first_stands


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        (MARYSIN, "2386 2387 2388 2394 451 457 469"),
        (REMBERTOW, "1211 1356 1889 191 192 193 2074 2083 2141 2183 731 76 921"),
    ],
)
def test_equal_shares_without_completion_in_warsaw(vote, name, chosen):
    """Computed by pabutools 1.2.3, with cost utilities (the data's README)."""
    assert sorted(equal_shares(election(vote(name)), completion="none").chosen) == chosen.split()


def test_equal_shares_without_completion_in_swiecie(vote):
    assert len(equal_shares(election(vote(SWIECIE)), completion="none").chosen) == 13


@pytest.mark.parametrize("name", [SWIECIE, MARYSIN, REMBERTOW])
def test_what_is_written_is_what_was_read_byte_for_byte(real_data, vote, name):
    assert pabulib_text(vote(name)).encode() == (real_data / "pb" / name).read_bytes()


@pytest.mark.parametrize("name", [SWIECIE, MARYSIN, REMBERTOW])
def test_the_votes_that_the_file_counts_are_counted(real_data, vote, name):
    read = vote(name)
    column = read.project_columns.index("votes")
    assert list(election(read).supporters()) == [int(row[column]) for row in read.projects]
