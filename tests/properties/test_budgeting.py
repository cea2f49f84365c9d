"""Counts of votes on budgets against a slow and obvious one, voter by voter, and what they promise by brute force."""

from fractions import Fraction
from itertools import chain, combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from coproduce.methods.budgeting import (
    COMPLETIONS,
    approval_election,
    compare,
    equal_shares,
    greedy,
    points_election,
    satisfaction,
)

LEVELS = st.integers(1, 4)


@st.composite
def votes(draw, *, points, most_voters=9, most_projects=6):
    """A small vote: budget, costs by name, ballots from name to points."""
    number = draw(st.integers(1, most_projects))
    fractions = st.fractions(min_value=Fraction(1, 3), max_value=9, max_denominator=3)
    costs = {f"p{place}": draw(st.integers(1, 8) | fractions) for place in range(number)}
    names = st.sets(st.sampled_from(list(costs)))
    ballots = [
        {name: draw(LEVELS) if points else 1 for name in sorted(draw(names))}
        for _ in range(draw(st.integers(1, most_voters)))
    ]
    return draw(st.integers(1, 20)), costs, ballots


def election(vote, *, points):
    budget, costs, ballots = vote
    make = points_election if points else approval_election
    return make(budget=budget, costs=costs, ballots=ballots)


def slow_price(cost, pairs):
    """The price at which pairs of money and utility pay a cost: looked for between the prices that empty a purse."""

    def paid(price):
        return sum(min(money, price * utility) for money, utility in pairs)

    below = Fraction(0)
    for above in sorted(Fraction(money) / utility for money, utility in pairs):
        if paid(above) >= cost:
            rise = paid(above) - paid(below)
            return below + (cost - paid(below)) * (above - below) / rise
        below = above
    return None


def slow_run(vote, share, *, worth):
    """The purchases of equal shares, and what each voter has in the end."""
    budget, costs, ballots = vote
    purses, bought = [share] * len(ballots), []
    while True:
        offers = []
        for place, (name, cost) in enumerate(costs.items()):
            backers = [voter for voter, ballot in enumerate(ballots) if name in ballot]
            if name in [each for each, _ in bought] or not backers or cost > budget:
                continue
            price = slow_price(cost, [(purses[voter], worth(ballots[voter], name)) for voter in backers])
            if price is not None:
                votes = sum(ballots[voter][name] for voter in backers)
                offers.append((price, cost, -votes, place, name))
        if not offers:
            return bought, purses
        price, *_, name = min(offers)
        for voter, ballot in enumerate(ballots):
            if name in ballot:
                purses[voter] -= min(purses[voter], price * worth(ballot, name))
        bought.append((name, price))


def slow_add1(vote, *, worth, until_over):
    budget, costs, ballots = vote
    share = Fraction(budget, len(ballots))
    bought, _ = slow_run(vote, share, worth=worth)
    possible = {
        name for name, cost in costs.items() if cost <= budget and any(name in ballot for ballot in ballots)
    }
    while True:
        chosen = {name for name, _ in bought}
        left = budget - sum(costs[name] for name in chosen)
        full = not any(costs[name] <= left for name in possible - chosen)
        if chosen == possible or (full and not until_over):
            return bought, share
        after, _ = slow_run(vote, share + 1, worth=worth)
        if sum(costs[name] for name, _ in after) > budget:
            return bought, share
        bought, share = after, share + 1


def worths(vote):
    costs = vote[1]
    return {
        "cost": lambda _, name: Fraction(costs[name]),
        "cardinality": lambda *_: Fraction(1),
        "points": lambda ballot, name: Fraction(ballot[name]),
    }


def bought_by(outcome):
    return [(each.project, each.price) for each in outcome.rounds]


def counted(vote, utility, completion="none"):
    return equal_shares(election(vote, points=utility == "points"), utility=utility, completion=completion)


@given(votes(points=False), st.sampled_from(["cost", "cardinality"]))
def test_equal_shares_of_approvals_buys_as_a_slow_count_does(vote, utility):
    share = Fraction(vote[0], len(vote[2]))
    assert bought_by(counted(vote, utility)) == slow_run(vote, share, worth=worths(vote)[utility])[0]


@given(votes(points=True))
def test_equal_shares_of_points_buys_as_a_slow_count_does(vote):
    share = Fraction(vote[0], len(vote[2]))
    assert bought_by(counted(vote, "points")) == slow_run(vote, share, worth=worths(vote)["points"])[0]


@settings(max_examples=40)
@given(votes(points=False, most_voters=6), st.booleans())
def test_raised_shares_are_raised_as_far_as_a_slow_count_does(vote, until_over):
    outcome = counted(vote, "cost", "add1_until_over" if until_over else "add1")
    bought, share = slow_add1(vote, worth=worths(vote)["cost"], until_over=until_over)
    assert (bought_by(outcome), outcome.last_share) == (bought, share)


@given(votes(points=True), st.sampled_from(sorted(COMPLETIONS)))
def test_every_round_adds_up_and_nothing_is_spent_that_is_not_there(vote, completion):
    outcome = counted(vote, "points", completion)
    assert outcome.spent == sum(vote[1][name] for name in outcome.chosen) <= outcome.budget
    for each in outcome.rounds:
        paid = sum(share.voters * share.each for share in each.in_full) + each.short_paid
        assert paid == each.cost == each.money_before - each.money_after
        assert each.most <= outcome.last_share
        assert each.supporters == each.short + sum(share.voters for share in each.in_full)
    prices = [each.price for each in outcome.rounds]
    assert prices == sorted(prices)
    if completion.endswith("greedy"):
        assert outcome.exhaustive


@given(votes(points=False))
def test_no_voter_pays_more_than_a_share_and_none_for_what_they_did_not_approve(vote):
    share = Fraction(vote[0], len(vote[2]))
    _, purses = slow_run(vote, share, worth=worths(vote)["cost"])
    outcome = counted(vote, "cost")
    assert all(0 <= purse <= share for purse in purses)
    assert sum(purses) == outcome.left


@given(votes(points=False))
def test_every_project_is_chosen_or_its_loss_is_told(vote):
    for outcome in (
        greedy(election(vote, points=False)),
        counted(vote, "cost"),
        counted(vote, "cost", "add1"),
    ):
        lost = [loss.project for loss in outcome.losses]
        assert sorted([*outcome.chosen, *lost]) == sorted(vote[1])
        for loss in outcome.losses:
            if loss.money is not None:
                assert loss.missing == loss.cost - loss.money > 0
            if loss.reason == "supporters_money":
                had = outcome.last_share * loss.supporters
                assert loss.money + sum(amount for _, amount in loss.spent) == had


@given(votes(points=True), st.randoms(use_true_random=False))
def test_the_order_of_ballots_does_not_matter(vote, chance):
    budget, costs, ballots = vote
    mixed = list(ballots)
    chance.shuffle(mixed)
    assert counted(vote, "points", "add1_greedy") == counted((budget, costs, mixed), "points", "add1_greedy")


@given(votes(points=True))
def test_greedy_goes_by_points_and_leaves_nothing_that_fits(vote):
    budget, costs, ballots = vote
    outcome = greedy(election(vote, points=True))
    points = {name: sum(ballot.get(name, 0) for ballot in ballots) for name in costs}
    left, expected = Fraction(budget), []
    for name in sorted(costs, key=lambda name: (-points[name], costs[name], list(costs).index(name))):
        if points[name] and costs[name] <= left:
            expected.append(name)
            left -= costs[name]
    assert list(outcome.chosen) == expected
    assert outcome.exhaustive


def subsets(things):
    return chain.from_iterable(combinations(things, size) for size in range(1, len(things) + 1))


def extended_justified(vote, chosen, *, worth):
    """Whether no group of voters that could pay for some projects alone is left with less, up to one project."""
    budget, costs, ballots = vote

    def utility(voter, names):
        return sum((worth(ballots[voter], name) for name in names if name in ballots[voter]), Fraction(0))

    for group in subsets(range(len(ballots))):
        shared = [name for name in costs if all(name in ballots[voter] for voter in group)]
        for wanted in subsets(shared):
            if sum(costs[name] for name in wanted) * len(ballots) > budget * len(group):
                continue
            due = sum(min(worth(ballots[voter], name) for voter in group) for name in wanted)
            if not any(
                utility(voter, chosen) >= due or any(utility(voter, {*chosen, name}) > due for name in costs)
                for voter in group
            ):
                return False
    return True


@settings(max_examples=60, deadline=None)
@given(votes(points=False, most_voters=6, most_projects=4), st.sampled_from(["cost", "cardinality"]))
def test_groups_get_what_they_could_pay_for_up_to_one_project_approvals(vote, utility):
    """Peters, Pierczyński and Skowron (2021), theorem 1."""
    assert extended_justified(vote, counted(vote, utility).chosen, worth=worths(vote)[utility])


@settings(max_examples=60, deadline=None)
@given(votes(points=True, most_voters=6, most_projects=4))
def test_groups_get_what_they_could_pay_for_up_to_one_project_points(vote):
    assert extended_justified(vote, counted(vote, "points").chosen, worth=worths(vote)["points"])


def test_the_brute_force_sees_a_group_that_the_greedy_rule_passes_over():
    vote = (10, {"a": 5, "b": 5, "c": 2, "d": 2}, [{"a": 1, "b": 1}] * 3 + [{"c": 1, "d": 1}] * 2)
    cost = worths(vote)["cost"]
    assert not extended_justified(vote, greedy(election(vote, points=False)).chosen, worth=cost)
    assert extended_justified(vote, counted(vote, "cost").chosen, worth=cost)


@given(votes(points=False))
def test_satisfaction_and_comparison_count_voters(vote):
    _, costs, ballots = vote
    count = election(vote, points=False)
    one, two = greedy(count).chosen, counted(vote, "cost").chosen
    numbers = [len(set(ballot) & set(one)) for ballot in ballots]
    found = satisfaction(count, one)
    assert found.by_number == {number: numbers.count(number) for number in sorted(set(numbers))}
    assert found.mean_number == Fraction(sum(numbers), len(ballots))
    worth = [
        [
            sum((Fraction(costs[name]) for name in ballot if name in chosen), Fraction(0))
            for chosen in (one, two)
        ]
        for ballot in ballots
    ]
    compared = compare(count, one, other=two)
    assert compared.prefer_first == sum(a > b for a, b in worth)
    assert compared.prefer_other == sum(a < b for a, b in worth)
    assert compared.equal == sum(a == b for a, b in worth)
