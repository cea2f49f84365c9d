"""Cells are read as the standard library reads them, and as nothing else."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduce.records.engine import Engine
from coproduce.records.values import Cell

ZONES = st.none() | st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1000, 1, 3), datetime(9999, 12, 29), timezones=ZONES)  # noqa: DTZ001


def _digits(least, most, width=2):
    return st.integers(least, most).map(lambda number: f"{number:0{width}}")


NEARLY_TIMES = st.builds(
    lambda day, clock, offset: "-".join(day) + clock[0] + ":".join(clock[1]) + offset,
    st.tuples(_digits(1899, 2101, 4), _digits(0, 13), _digits(0, 32)),
    st.tuples(st.sampled_from("T "), st.tuples(_digits(0, 23), _digits(0, 61), _digits(0, 61))),
    st.sampled_from(
        ["", "Z", "+02:00", "-11:30", "+0200", "+24:00", ".5Z", ".123456-01:00", "z", " UTC", "+2"]
    ),
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.integers(-(2**63), 2**63 - 1).map(
    str
)
NEARLY_NUMBERS = st.text("0123456789.,eE+-_ inf", max_size=8)


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as session:
        yield session


def _read(engine, texts, wanted):
    engine.register("cells", pa.table({"place": range(len(texts)), "text": pa.array(texts, pa.string())}))
    value = Cell(raw="text", sql_type="VARCHAR").value(wanted)
    shown = f"CAST({value} AS VARCHAR)" if wanted == "time" else value
    return [found for (found,) in engine.rows(f"SELECT {shown} FROM cells ORDER BY place")]


def _time(text):
    """The time in UTC, as the standard library reads it; None where it is none."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None)


@settings(max_examples=60, deadline=None)
@given(st.lists(TIMES.map(datetime.isoformat), min_size=1))
def test_times_are_read_as_the_standard_library_reads_them(engine, texts):
    found = [time and datetime.fromisoformat(time) for time in _read(engine, texts, "time")]
    assert found == [_time(text) for text in texts]


@settings(max_examples=200, deadline=None)
@given(st.lists(NEARLY_TIMES, min_size=1))
def test_what_only_looks_like_a_time_is_none(engine, texts):
    found = [time and datetime.fromisoformat(time) for time in _read(engine, texts, "time")]
    for text, time in zip(texts, found, strict=True):
        if text.endswith(("z", " UTC", "+2")):
            assert time is None, text
        else:
            assert time == _time(text), text


@settings(max_examples=60, deadline=None)
@given(st.lists(NUMBERS | NEARLY_NUMBERS, min_size=1))
def test_numbers_are_read_as_the_standard_library_reads_them(engine, texts):
    found = _read(engine, texts, "number")
    for text, number in zip(texts, found, strict=True):
        plain = re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", text, re.ASCII)
        wanted = float(text) if plain else None
        assert number == (None if wanted in (float("inf"), float("-inf")) else wanted), text


@settings(max_examples=60, deadline=None)
@given(st.lists(NUMBERS | NEARLY_NUMBERS, min_size=1))
def test_whole_numbers_are_never_rounded(engine, texts):
    for text, number in zip(texts, _read(engine, texts, "integer"), strict=True):
        whole = re.fullmatch(r"\s*([+-]?\d+)(\.0*)?\s*", text, re.ASCII)
        wanted = int(whole[1]) if whole else None
        fits = wanted is not None and -(2**63) <= wanted < 2**63
        assert number == (wanted if fits else None), text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.none() | st.text(" \t\r\n\u00a0!~aZé\x7f\u3000'%", max_size=6), min_size=1))
def test_blanks_around_a_text_are_taken_off_and_blanks_alone_are_missing(engine, texts):
    engine.register("cells", pa.table({"place": range(len(texts)), "text": pa.array(texts, pa.string())}))
    cell = Cell(raw="text", sql_type="VARCHAR")
    found = engine.rows(f"SELECT {cell.text}, {cell.missing()} FROM cells ORDER BY place")
    stripped = [text and text.strip(" \t\r\n\u00a0") for text in texts]
    assert found == [(text, not text) for text in stripped]
