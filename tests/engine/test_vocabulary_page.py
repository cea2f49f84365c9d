"""The reference page says what the rules say."""

from coproduce.vocabulary.pages import vocabulary_as_markdown


def test_the_reference_page_is_made_from_the_vocabulary(root):
    page = (root / "docs" / "reference" / "typologies.md").read_text(encoding="utf-8")
    assert page == vocabulary_as_markdown(), "write it again from coproduce.vocabulary.pages"
