"""Whatever bytes a reader is given, it ends in what it read or in a refusal of our own."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fuzz import mutating
from tests.fuzz.readers import READERS, tried

WITHIN = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def edits(words):
    """Some damage."""
    put = st.binary(max_size=6)
    return st.lists(
        st.builds(
            mutating.Edit,
            kind=st.sampled_from(mutating.KINDS),
            at=st.integers(0, 20_000),
            length=st.sampled_from([1, 2, 7, 40, 500]),
            put=st.sampled_from(words) | put if words else put,
        ),
        min_size=1,
        max_size=4,
    )


@pytest.fixture(scope="session", params=list(READERS))
def reader(request):
    return READERS[request.param]


@pytest.fixture(scope="session")
def good(reader):
    return reader.good()


def test_what_is_good_is_read(reader, good, tmp_path):
    refusals = [tried(reader, content, tmp_path / "study") for content in good]
    assert reader.name == "data" or not any(refusals), refusals


@WITHIN
@given(content=st.binary(max_size=300))
def test_any_bytes_end_in_a_refusal_or_in_what_was_read(reader, content, tmp_path):
    tried(reader, content, tmp_path / "study")


@WITHIN
@given(data=st.data())
def test_a_damaged_file_ends_in_a_refusal_or_in_what_was_read(reader, good, data, tmp_path):
    whole = data.draw(st.sampled_from(good))
    tried(reader, mutating.edited(whole, data.draw(edits(reader.words))), tmp_path / "study")


@WITHIN
@given(data=st.data())
def test_what_is_damaged_inside_ends_in_a_refusal_or_in_what_was_read(reader, good, data, tmp_path):
    if reader.inside is None:
        return
    damage = data.draw(edits(reader.words))
    whole = data.draw(st.sampled_from(good))
    damaged = reader.inside.changed(whole, lambda inside: mutating.edited(inside, damage))
    tried(reader, damaged, tmp_path / "study")
