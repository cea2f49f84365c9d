"""The pictures of reports that the documentation shows; `make screenshots` puts them there."""

import shutil

import pytest
from playwright.sync_api import Page
from tests.docs.pages import faults_of

import coproduce as cp
from coproduce.simulate import simulate


@pytest.fixture
def picture(root, open_page):
    """Takes a picture of a report: of its beginning, or of a part."""
    folder = root / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)

    def take(report, name, *, size, part=None) -> Page:
        width, height = size
        page = open_page(
            report, viewport={"width": width, "height": height}, color_scheme="light", reduced_motion="reduce"
        )
        file = folder / f"{name}.png"
        if part:
            page.locator(part).first.screenshot(path=file)
        else:
            page.screenshot(path=file)
        assert file.stat().st_size < 200_000, f"{name}.png is too large for a page of the documentation"
        return page

    return take


def test_the_report_of_the_analysts_tutorial(picture, root, tmp_path):
    assert not faults_of("docs/tutorials/analyst.md", folder=tmp_path)
    report = tmp_path / "report" / "report.html"
    page = picture(report, "analyst-report", size=(1280, 960))
    assert "Citizens take" in page.locator("main").inner_text()
    shutil.copy(
        tmp_path / "report" / "figures" / "audit.service_map.svg",
        root / "build" / "screenshots" / "analyst-map.svg",
    )


def test_the_first_page_of_the_report_of_a_simulated_service(picture, tmp_path):
    simulate(tmp_path / "care", seed=1)
    cp.run(cp.read_study(tmp_path / "care"), out=tmp_path / "report")
    page = picture(tmp_path / "report" / "report.html", "report", size=(1280, 1200), part="#short")
    assert "In one minute" in page.locator("main").inner_text()
