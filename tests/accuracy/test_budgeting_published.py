"""Participatory budgets that were really voted on, and their real winners; the example of an encyclopaedia."""

import pytest
from tests.checked import Source

from coproduce.methods.budgeting import approval_election, compare, equal_shares, greedy
from coproduce.records.readers.pabulib import pabulib_text, read_pabulib

SWIECIE = "Poland_Swiecie_2023.pb"
MARYSIN = "Poland_Warszawa_2019_Marysin_Wawerski_Polnocny.pb"
REMBERTOW = "Poland_Warszawa_2019_Rembertow.pb"


PABULIB = Source(
    question="budgeting",
    cite="the real winners in the files of Pabulib; Faliszewski et al. (2023), IJCAI 2023, 2667-2674",
)
TOWN = Source(question="budgeting", cite="equalshares.net, the election in Świecie")
PABUTOOLS = Source(question="budgeting", cite="pabutools 1.2.3, with cost utilities", kind="program")


@pytest.fixture
def vote(real_data):
    return lambda name: read_pabulib(real_data / "pb" / name)


def election(vote):
    return approval_election(budget=vote.budget, costs=vote.costs, ballots=vote.ballots)


@pytest.mark.parametrize(("name", "voters", "cost"), [(MARYSIN, 421, 153_220), (REMBERTOW, 740, 699_700)])
def test_the_winners_in_warsaw_are_those_of_the_greedy_rule(vote, name, voters, cost, checked):
    read = vote(name)
    outcome = greedy(election(read))
    place = "Marysin Wawerski Północny" if name == MARYSIN else "Rembertów"
    winners = sorted(read.selected)
    what = f"winners in Warsaw, {place} 2019, by the greedy rule"
    checked.same(PABULIB, what, ours=sorted(outcome.chosen), theirs=winners, shown=f"{len(winners)} projects")
    checked.same(PABULIB, f"voters in {place}", ours=election(read).voters, theirs=voters)
    checked.same(PABULIB, f"what they cost in {place}, PLN", ours=outcome.spent, theirs=cost)


@pytest.mark.parametrize("completion", ["add1", "add1_until_over", "add1_greedy"])
def test_the_winners_in_swiecie_are_those_of_equal_shares(vote, completion, checked):
    read = vote(SWIECIE)
    outcome = equal_shares(election(read), utility="cost", completion=completion)
    what = f"winners in Świecie 2023 by equal shares, {completion}"
    checked.same(
        PABULIB, what, ours=sorted(outcome.chosen), theirs=sorted(read.selected), shown="17 projects"
    )
    assert len(outcome.chosen) == 17
    checked.same(PABULIB, f"what they cost, PLN, {completion}", ours=outcome.spent, theirs=1_040_337)


def test_swiecie_is_as_the_town_tells_it(vote, checked):
    read = vote(SWIECIE)
    chosen = equal_shares(election(read), utility="cost", completion="add1").chosen
    for what, ours, theirs in (
        ("voters", election(read).voters, 2_553),
        ("projects", len(read.projects), 22),
        ("budget, PLN", read.budget, 1_070_000),
        ("winners", len(chosen), 17),
    ):
        checked.same(TOWN, what, ours=ours, theirs=theirs)


def test_more_voters_in_swiecie_are_better_off_with_equal_shares(vote, checked):
    """The town's comparison step, after which the outcome of equal shares stood."""
    read = vote(SWIECIE)
    stands = compare(election(read), read.selected, other=greedy(election(read)).chosen).first_stands
    checked.same(TOWN, "equal shares stand after the comparison step", ours=stands, theirs=True, shown="yes")


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        (MARYSIN, "2386 2387 2388 2394 451 457 469"),
        (REMBERTOW, "1211 1356 1889 191 192 193 2074 2083 2141 2183 731 76 921"),
    ],
)
def test_equal_shares_without_completion_in_warsaw(vote, name, chosen, checked):
    ours = sorted(equal_shares(election(vote(name)), completion="none").chosen)
    place = "Marysin Wawerski Północny" if name == MARYSIN else "Rembertów"
    what = f"equal shares without completion, {place}"
    checked.same(PABUTOOLS, what, ours=ours, theirs=chosen.split(), shown=f"{len(ours)} projects")


def test_equal_shares_without_completion_in_swiecie(vote, checked):
    ours = len(equal_shares(election(vote(SWIECIE)), completion="none").chosen)
    checked.same(
        PABUTOOLS, "number of projects by equal shares without completion, Świecie", ours=ours, theirs=13
    )


@pytest.mark.parametrize("name", [SWIECIE, MARYSIN, REMBERTOW])
def test_what_is_written_is_what_was_read_byte_for_byte(real_data, vote, name):
    assert pabulib_text(vote(name)).encode() == (real_data / "pb" / name).read_bytes()


@pytest.mark.parametrize("name", [SWIECIE, MARYSIN, REMBERTOW])
def test_the_votes_that_the_file_counts_are_counted(real_data, vote, name, checked):
    read = vote(name)
    column = read.project_columns.index("votes")
    votes = [int(row[column]) for row in read.projects]
    ours, shown = list(election(read).supporters()), f"{len(votes)} counts"
    checked.same(PABULIB, f"votes of each project, {name}", ours=ours, theirs=votes, shown=shown)
