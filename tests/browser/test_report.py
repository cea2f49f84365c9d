"""The report as a person meets it: by eye, by keyboard, by screen reader, on a telephone, on paper."""

import pytest
from axe_playwright_python.sync_playwright import Axe

LOOKS = [
    pytest.param({"color_scheme": "light"}, id="light"),
    pytest.param({"color_scheme": "dark"}, id="dark"),
    pytest.param({"viewport": {"width": 360, "height": 740}}, id="telephone"),
]


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_stands_in_the_way_of_a_screen_reader_or_a_keyboard(open_page, report, look):
    found = Axe().run(open_page(report, **look))
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("look", LOOKS)
def test_the_page_never_scrolls_sideways(open_page, report, look):
    page = open_page(report, **look)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_answers_are_there_without_script(open_page, report):
    plain, scripted = open_page(report, java_script_enabled=False), open_page(report)
    for part in ("h1", "h2", "p"):
        assert (
            plain.locator(f"main {part}").all_inner_texts()
            == scripted.locator(f"main {part}").all_inner_texts()
        )
    assert all(figure.is_visible() for figure in plain.locator("figure").all())


def test_every_figure_says_in_words_what_it_shows(open_page, report):
    figures = open_page(report).locator("figure")
    assert figures.count() > 0
    for figure in figures.all():
        assert figure.locator("figcaption").inner_text().strip()


def test_every_table_has_a_caption_and_headed_columns(open_page, report):
    tables = open_page(report).locator("table")
    assert tables.count() > 0
    for table in tables.all():
        assert table.locator("caption").text_content().strip()
        assert table.locator("th[scope=col]").count() > 0
