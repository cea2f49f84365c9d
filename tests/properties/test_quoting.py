"""Names and texts from outside reach the engine as themselves, whatever they hold."""

from hypothesis import given
from hypothesis import strategies as st
from sqlglot import expressions as sql_of

from coproduce.records.engine import Engine, literal, quoted

TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30)


@given(texts=st.lists(TEXTS, min_size=1, max_size=30))
def test_a_literal_is_read_as_its_text(texts):
    with Engine() as engine:
        assert engine.rows(f"SELECT {', '.join(map(literal, texts))}") == [tuple(texts)]


@given(names=st.lists(TEXTS.filter(bool), min_size=1, max_size=30, unique_by=str.casefold))
def test_a_quoted_name_is_one_name(names):
    columns = ", ".join(f"{place} AS {quoted(name)}" for place, name in enumerate(names))
    with Engine() as engine:
        row = engine.named_rows(f"SELECT {columns}")[0]
    assert list(row) == names


@given(text=TEXTS.filter(bool))
def test_both_are_written_as_another_program_writes_them(text):
    assert literal(text) == sql_of.Literal.string(text).sql(dialect="duckdb")
    assert quoted(text) == sql_of.to_identifier(text, quoted=True).sql(dialect="duckdb")
