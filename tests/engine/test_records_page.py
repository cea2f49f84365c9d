"""The reference page of the tables says what the schemas say."""

from coproduce.records.schema import TABLES
from coproduce.records.tables_page import records_page, tables_as_markdown


def test_the_reference_page_is_made_from_the_schemas(root):
    page = (root / "docs" / "reference" / "records.md").read_text(encoding="utf-8")
    assert page == records_page(), "write it again from coproduce.records.tables_page"


def test_every_column_has_its_line():
    for table in TABLES.values():
        page = tables_as_markdown([table])
        assert all(f"`{column.name}`" in page and column.meaning in page for column in table.columns)
