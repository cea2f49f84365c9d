"""The platform as a person meets it: a server in this process, and pages opened as somebody."""

from contextlib import contextmanager
from urllib.parse import urlsplit

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import WSGIRequestHandler
from django.db import connections
from django.test import Client
from django.test.testcases import LiveServerThread


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        """Say nothing of each page."""


class _Server(LiveServerThread):
    def _create_server(self, connections_override=None):
        return self.server_class(
            (self.host, self.port),
            _Quiet,
            allow_reuse_address=False,
            connections_override=connections_override,
        )


@contextmanager
def served():
    """The address of the platform, served from the test's own transaction: at the end nothing of it is left."""
    connection = connections["default"]  # itself, and not what stands for it in each thread
    connection.inc_thread_sharing()
    server = _Server("127.0.0.1", StaticFilesHandler, connections_override={connection.alias: connection})
    server.start()
    server.is_ready.wait()
    try:
        if server.error:
            raise server.error
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.terminate()  # threads of closed pages may still put their connection back: it stays shared


class Site:
    """Opens pages of the platform as somebody, and keeps what went wrong in them."""

    def __init__(self, *, browser, address):
        self.browser = browser
        self.address = address
        self.contexts = []
        self.faults = []

    def open(self, place="/", *, person=None, **settings):
        """A page, opened by a person (or by nobody in particular) in a browser of their own."""
        context = self.browser.new_context(locale="en-GB", **settings)
        self.contexts.append(context)
        if person is not None:
            context.add_cookies([self._session(person)])
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(f"script on {page.url}: {error}"))
        page.on("console", lambda said: self._said(page, said))
        page.on("request", lambda asked: self._asked(asked.url))
        page.goto(self.address + place)
        return page

    def close(self):
        """Close every page."""
        for context in self.contexts:
            for page in context.pages:
                page.wait_for_load_state()
            context.close()
        self.contexts.clear()

    def _session(self, person):
        client = Client()
        client.force_login(person)
        return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self.address}

    def _said(self, page, said):
        if said.type == "error":
            self.faults.append(f"console on {page.url}: {said.text}")

    def _asked(self, url):
        if urlsplit(url).scheme in {"http", "https"} and not url.startswith(self.address):
            self.faults.append(f"asked elsewhere: {url}")


class Journey:
    """Somebody's way through the platform."""

    def __init__(self, *, site, person, at, here, folder):
        self.site = site
        self.here = here
        self.folder = folder
        self.page = site.open(at, person=person, viewport={"width": 1000, "height": 800})
        self.page.set_default_timeout(10_000)

    def go(self, place):
        """Go to a place of the initiative, or (with two slashes) of the service."""
        self.page.goto(self.site.address + (place[1:] if place.startswith("//") else self.here + place))

    def follow(self, link):
        """Follow a link."""
        self.page.get_by_role("link", name=link).first.click()

    def fill(self, **fields):
        """Fill fields by their names: text, True to tick, or the choice of a list or of radios."""
        for name, value in fields.items():
            field = self.page.locator(f"main [name={name}]")
            kind = field.first.evaluate("(each) => each.type || ''")
            if kind in {"radio", "checkbox"} and value is not True:
                self.page.locator(f"main [name={name}][value='{value}']").check()
            elif value is True:
                field.check()
            elif kind == "select-one":
                field.select_option(str(value))
            else:
                field.fill(str(value))

    def press(self):
        """Press the button of the page's form."""
        self.page.locator("main button").last.click()
        assert not self.page.locator(".govuk-error-summary").count(), self.page.locator("main").inner_text()

    def reads(self, text):
        """See that a text is there."""
        assert text in self.page.locator("main").inner_text(), self.page.locator("main").inner_text()

    def picture(self, name):
        """Keep what is seen."""
        self.page.screenshot(path=self.folder / f"{name}.png", full_page=True)
