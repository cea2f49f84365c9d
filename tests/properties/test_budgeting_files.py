"""`.pb` files of anything: what is written can be read, and whatever is read ends in a vote or in a refusal."""

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from coproduce.errors import RecordsError
from coproduce.records.readers.pabulib import budget_vote, pabulib_text, parse_pabulib

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cf"]),
    min_size=1,
    max_size=8,
)
TEXTS = st.text(st.sampled_from('a;", \nö0'), max_size=6).map(str.strip)
GOOD = (
    b"META\nkey;value\nbudget;9\nvote_type;scoring\nPROJECTS\nproject_id;cost\na;4\nb;5\n"
    b"VOTES\nvoter_id;vote;points\n1;a,b;2,3\n2;b;1\n"
)


@st.composite
def votes(draw):
    ids = draw(st.lists(WORDS.filter(lambda word: "," not in word), min_size=1, max_size=5, unique=True))
    points = draw(st.booleans())
    ballots = draw(st.lists(st.lists(st.sampled_from(ids), unique=True), max_size=5))
    given_points = [[draw(st.integers(0, 99)) for _ in ballot] for ballot in ballots]
    return budget_vote(
        meta={
            "budget": draw(st.integers(1, 10**15)),
            "vote_type": "scoring" if points else "ordinal",
            "extra": draw(TEXTS),
        },
        projects=[
            {"project_id": each, "cost": draw(st.integers(1, 10**9)), "name": draw(TEXTS)} for each in ids
        ],
        votes=[
            {"voter_id": number, "vote": ballot, "points": mine if points else None, "note": draw(TEXTS)}
            for number, (ballot, mine) in enumerate(zip(ballots, given_points, strict=True))
        ]
        or [{"voter_id": 0, "vote": "", "points": ""}],
    )


@given(votes())
def test_what_is_written_is_read_the_same(vote):
    text = pabulib_text(vote)
    again = parse_pabulib(text.encode())
    assert again == vote
    assert pabulib_text(again) == text


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_refusal(content):
    with contextlib.suppress(RecordsError):
        parse_pabulib(content)


@settings(max_examples=300)
@given(
    st.integers(0, len(GOOD)),
    st.integers(0, 12),
    st.binary(max_size=6)
    | st.sampled_from([b'"', b";", b"\r", b"\n", b"META\n", b"\x00", "ü".encode(), b"VOTES;;\n"]),
)
def test_a_damaged_file_ends_in_a_vote_that_can_be_written_or_in_a_refusal(place, cut, put):
    damaged = GOOD[:place] + put + GOOD[place + cut :]
    try:
        vote = parse_pabulib(damaged)
    except RecordsError:
        return
    assert parse_pabulib(pabulib_text(vote).encode()).ballots == vote.ballots
