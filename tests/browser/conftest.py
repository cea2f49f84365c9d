"""A browser that meets pages as a person does, and tells what went wrong in them."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import coproduce as cp

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, without a window."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no browser: chromium is not on the path")
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "DJANGO_ALLOW_ASYNC_UNSAFE", "1"
        )  # the driver keeps a loop in this thread, for all tests
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens a file; afterwards, fails if the page asked the network for anything or its script broke."""
    contexts, faults = [], []

    def opened(file: Path, **settings) -> Page:
        context = browser.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on(
            "console", lambda said: faults.append(f"console: {said.text}") if said.type == "error" else None
        )
        page.on("request", lambda asked: faults.append(asked.url) if _leaves(asked.url) else None)
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults, faults


def _leaves(url: str) -> bool:
    return not url.startswith(("file:", "data:", "blob:", "about:"))


@pytest.fixture(scope="session")
def report(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the study that `coproduce init` makes."""
    out = tmp_path_factory.mktemp("report")
    cp.run(cp.read_study(root / "src/coproduce/starter"), out=out)
    return out / "report.html"


@pytest.fixture
def world(db):
    """The small world of the platform's tests."""
    from tests.web.world import make_world

    return make_world()


@pytest.fixture
def site(browser: Browser, db):
    """The platform, served to a browser; afterwards, fails if a page asked the network for anything or broke."""
    from tests.browser.site import Site, served

    with served() as address:
        opened = Site(browser=browser, address=address)
        yield opened
        opened.close()
    assert not opened.faults, opened.faults
