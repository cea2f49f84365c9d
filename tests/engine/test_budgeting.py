"""Votes on budgets: the page that shows them, what is refused and how, ties, and the command."""

import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from coproduce.cli import main
from coproduce.errors import EstimationError, RecordsError
from coproduce.methods.budgeting import approval_election, compare, equal_shares, greedy, points_election
from coproduce.records.readers.pabulib import budget_vote, pabulib_text, parse_pabulib, read_pabulib

PAGE = (Path(__file__).parents[2] / "docs/how-to/participatory-budgeting.md").read_text(encoding="utf-8")

GOOD = """META
key;value
budget;100,50
vote_type;cumulative
edition;5
PROJECTS
project_id;cost;name;colour
a;40;"Bench; oak";red
b;60;Path;
VOTES
voter_id;vote;points;age
1;a,b;3,1;40
2;;;
"""


@pytest.fixture
def page_vote(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    vote = re.search(r"^```text\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)[1]
    Path("vote.pb").write_text(vote, encoding="utf-8")


def test_the_command_prints_data(page_vote, capsys):
    assert main(["count", "vote.pb", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["chosen"] == ["pool", "books", "lights"]
    assert told["rounds"][2]["in_full"] == [{"points": "1", "voters": 1, "each": "666"}]
    assert told["losses"][0]["spent"] == [["pool", "3000"]]


def test_the_command_refuses_what_it_cannot_count(page_vote, capsys):
    assert main(["count", "votes.pb"]) == 11
    assert "no such file" in capsys.readouterr().err
    assert main(["count", "vote.pb", "--raise-by", "much"]) == 14
    assert main(["count", "vote.pb", "--utility", "points"]) == 14
    assert "Utility cost or cardinality" in capsys.readouterr().err
    text = Path("vote.pb").read_text(encoding="utf-8").replace("approval", "ordinal")
    Path("ranked.pb").write_text(text, encoding="utf-8")
    assert main(["count", "ranked.pb"]) == 14
    assert "only rank projects" in capsys.readouterr().err


def test_every_key_and_column_is_kept():
    vote = parse_pabulib(GOOD.encode())
    assert vote.meta["edition"] == "5"
    assert vote.budget == Fraction(201, 2)
    assert vote.names == {"a": "Bench; oak", "b": "Path"}
    assert vote.ballots == [{"a": 3, "b": 1}, {}]
    assert vote.selected is None
    assert pabulib_text(vote) == GOOD


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_and_marks_are_written_as_they_were(tmp_path, start, newline):
    content = (start + GOOD.replace("\n", newline)).encode()
    (tmp_path / "vote.pb").write_bytes(content)
    assert pabulib_text(read_pabulib(tmp_path / "vote.pb")).encode() == content


def refused(text):
    with pytest.raises(RecordsError) as refusal:
        parse_pabulib(text if isinstance(text, bytes) else text.encode(), name="vote.pb")
    return str(refusal.value).splitlines()


def test_all_faults_come_at_once_with_their_lines():
    bad = (
        GOOD.replace("100,50", "lots")
        .replace("cumulative", "aproval")
        .replace("edition;5", "edition;5\nedition;6\nnum_votes;7")
        .replace("b;60", "b;-60")
        .replace("a,b;3,1", "a,c;3,1")
        .replace("2;;;", "1;;;")
    )
    assert refused(bad) == [
        "vote.pb: META budget: found 'lots', wanted a number above 0 such as 12000 or 12000.50",
        "vote.pb: META vote_type: found 'aproval', wanted one of approval, choose-1, cumulative, scoring, ordinal. "
        "Did you mean 'approval'?",
        "vote.pb: META num_votes: found '7', wanted 2, the rows of VOTES",
        "vote.pb: META key: wanted every key once; 1 row: row 6 ('edition')",
        "vote.pb: PROJECTS cost: wanted a number above 0 such as 12000 or 12000.50; 1 row: row 11 ('-60')",
        "vote.pb: VOTES voter_id: wanted an id that no other row has; 1 row: row 15 ('1')",
        "vote.pb: VOTES vote: wanted project_ids of the section PROJECTS; 1 row: row 14 ('c')",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "found 'nothing'"),
        (b"META\nkey;value\nname;\xff\xfe\n", "row 3: found '\\xff\\xfe\\n', wanted text in UTF-8"),
        ("budget;1\n" + GOOD, "row 1: found 'budget', wanted META in the first row"),
        (GOOD.replace("VOTES", "VOTERS"), "VOTES: found 'no such section'"),
        (GOOD + "META\nkey;value\n", "META: found '2 of them'"),
        (GOOD.replace("id;cost", "id;costs"), "wanted a column cost. Did you mean 'costs'?"),
        (GOOD.replace("name;colour", "name;name"), "PROJECTS name: found 'a column twice'"),
        (GOOD.replace("b;60;Path;", "b;60;Path"), "PROJECTS: wanted 4 cells in every row; 1 row: row 9"),
        (GOOD.replace("key;value", "key;words"), "META header"),
        (GOOD.replace("budget;", "budgets;"), "wanted a key budget. Did you mean 'budgets'?"),
        (GOOD.replace("a,b;3,1", "a,b;3"), "wanted as many points as projects in the ballot; 1 row: row 12"),
        (GOOD.replace("a,b;3,1", "a,b;3,-1"), "wanted numbers of at least 0"),
        (GOOD.replace("a,b;3,1", "a,a;3,1"), "wanted every project once in a ballot"),
        (GOOD.replace("vote;points", "vote;point"), "wanted a column points"),
        (GOOD.replace("cumulative", "choose-1"), "wanted one project, as the vote type is choose-1"),
        (GOOD.replace("a;40", ";40"), "PROJECTS project_id: wanted an id"),
        (GOOD.replace("Path", '"' + "x" * 200_000), "row 9"),
    ],
)
def test_a_fault_is_told(text, told):
    assert told in "\n".join(refused(text))


def test_what_is_put_together_is_checked_as_what_is_read():
    with pytest.raises(RecordsError, match="project_ids of the section PROJECTS"):
        budget_vote(
            meta={"budget": 5, "vote_type": "approval"},
            projects=[{"project_id": "a", "cost": 4}],
            votes=[{"voter_id": 1, "vote": ["b"]}],
        )


def ties(budget, costs, ballots):
    vote = approval_election(budget=budget, costs=costs, ballots=ballots)
    found = equal_shares(vote, utility="cardinality", completion="none").ties
    return [(tie.projects, tie.by, tie.round_number) for tie in found]


def test_ties_go_to_lower_cost_then_order():
    assert ties(4, {"b": 2, "a": 1}, [{"a"}, {"b"}, {"b"}, set()]) == [(("a", "b"), "cost", 1)]
    assert ties(4, {"b": 2, "a": 2}, [{"a"}, {"b"}]) == [(("b", "a"), "order", 1)]


def test_ties_at_the_same_cost_go_to_more_votes():
    """Voters of share 100: one of 8 has 40 left when `a` comes up, two of 9 have 20 each when `b` does."""
    ballots = [{"x", "a"}, {"y", "b"}, {"z", "b"}, *[{"a"}] * 7, *[{"b"}] * 7]
    costs = {"a": 730, "b": 730, "x": 60, "y": 80, "z": 80}
    assert ties(1700, costs, ballots) == [(("y", "z"), "order", 2), (("b", "a"), "votes", 4)]


@pytest.mark.parametrize("make", [approval_election, points_election])
def test_all_that_is_wrong_with_a_vote_is_said(make):
    with pytest.raises(EstimationError) as refusal:
        make(budget=0.1, costs={"a": 0, "b": Decimal("2.5")}, ballots=[{"c": 1}])
    assert "a budget of 0.1, project 'a' at a cost of 0, ballot 1 for 'c', which is no project" in str(
        refusal.value
    )


def test_a_vote_without_ballots_and_points_below_0_are_refused():
    with pytest.raises(EstimationError, match="no ballot"):
        approval_election(budget=1, costs={"a": 1}, ballots=[])
    with pytest.raises(EstimationError, match="ballot 1 with -1 points"):
        points_election(budget=1, costs={"a": 1}, ballots=[{"a": -1}])


def test_settings_that_do_not_go_together_are_refused():
    vote = approval_election(budget=1, costs={"a": 1}, ballots=[{"a"}])
    with pytest.raises(EstimationError, match="Did you mean 'cost'"):
        equal_shares(vote, utility="costs")
    with pytest.raises(EstimationError, match="Did you mean 'add1'"):
        equal_shares(vote, completion="add")
    with pytest.raises(EstimationError, match="A raise above 0"):
        equal_shares(vote, raise_by=0)
    with pytest.raises(EstimationError, match="Did you mean 'a'"):
        compare(vote, ["A"], other=[])


def test_shares_are_not_raised_for_ever():
    vote = approval_election(budget=10**9, costs={"a": 10**9 - 1}, ballots=[{"a"}, set()])
    with pytest.raises(EstimationError, match="A larger raise"):
        equal_shares(vote)
    assert equal_shares(vote, raise_by=10**7).chosen == ("a",)


def test_what_takes_no_part_is_told():
    vote = approval_election(budget=5, costs={"a": 6, "b": 1, "c": 5}, ballots=[{"a", "c"}])
    for outcome in (greedy(vote), equal_shares(vote)):
        assert [(loss.project, loss.reason) for loss in outcome.losses] == [
            ("a", "dearer_than_budget"),
            ("b", "no_support"),
        ]
