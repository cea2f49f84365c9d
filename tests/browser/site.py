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
        server.terminate()
        connection.dec_thread_sharing()


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
