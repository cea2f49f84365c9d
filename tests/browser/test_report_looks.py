"""The report of a made-up audit with more than 30 activities and hostile names: by eye, by axe, on paper."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from coproduce.findings.files import findings_from_json
from coproduce.reports.pages import report_html

MADE_UP = Path(__file__).parent.parent / "engine" / "test_reports_findings.json"
THEMES = ["light", "dark"]
WIDTHS = [1280, 320]


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    file = tmp_path_factory.mktemp("made_up") / "report.html"
    file.write_text(report_html(findings_from_json(MADE_UP.read_text(encoding="utf-8"))), encoding="utf-8")
    return file


def opened(open_page, file, *, theme="light", width=1280, **settings):
    return open_page(file, color_scheme=theme, viewport={"width": width, "height": 900}, **settings)


def unfold(page):
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_even_with_everything_unfolded(open_page, made_up, theme, width):
    page = opened(open_page, made_up, theme=theme, width=width)
    unfold(page)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", WIDTHS)
def test_only_tables_and_pictures_scroll_sideways(open_page, made_up, width):
    page = opened(open_page, made_up, width=width)
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    loose = page.evaluate(
        "Array.from(document.querySelectorAll('table, figure svg[role=img]'),"
        " (each) => each.closest('.scroll[tabindex=\"0\"][role=region][aria-label]') === null)"
    )
    assert loose
    assert not any(loose)


@pytest.mark.parametrize("theme", THEMES)
def test_pictures_follow_the_theme(open_page, made_up, theme):
    page = opened(open_page, made_up, theme=theme)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    drawn = page.evaluate("getComputedStyle(document.querySelector('figure svg > g > rect')).fill")
    assert drawn == paper
    assert (paper == "rgb(255, 255, 255)") == (theme == "light")


def test_the_skip_link_is_first_and_leads_to_the_findings(open_page, made_up):
    page = opened(open_page, made_up)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the findings"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_a_table_can_be_copied_with_its_raw_numbers(open_page, made_up):
    page = opened(open_page, made_up, permissions=["clipboard-read", "clipboard-write"])
    block = page.locator(".tabled", has=page.get_by_text("Who was waited for", exact=True))
    block.get_by_role("button").click()
    block.get_by_text("Copied").wait_for()
    lines = page.evaluate("navigator.clipboard.readText()").replace("\r", "").split("\n")
    waiting = findings_from_json(MADE_UP.read_text(encoding="utf-8")).finding("audit").tables["waiting"]
    assert lines[0].split("\t")[:4] == ["side", "share", "share_low", "share_high"]
    assert [float(line.split("\t")[1]) for line in lines[1:]] == waiting.column("share")


def test_without_script_there_is_no_button_and_every_word(open_page, made_up):
    page = opened(open_page, made_up, java_script_enabled=False)
    assert page.get_by_role("button").count() == 0
    assert page.get_by_role("heading", name="The service in two lanes").is_visible()


def test_it_prints_in_light_colours_on_a_few_sheets(open_page, made_up):
    page = opened(open_page, made_up, theme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--paper').trim()") == "#ffffff"
    sheets = page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")
    assert 4 <= sheets <= 16
