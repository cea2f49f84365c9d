"""Many people at once, each in a thread with a browser's cookies: they look at pages, and confirm contributions.

Threads and `http.client` do: fifty people ask some fifty things a second of a server beside which the asking costs
little, and no library for load has to be installed for it.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from threading import Thread
from typing import Any
from urllib.parse import urlencode

ANSWER, CONFIRM = "answer to a claim", "confirming"
PAGES_A_CONFIRMATION = 4
HIDDEN = re.compile(rb'name="(csrfmiddlewaretoken|once)" value="([^"]+)"')
TOKEN = re.compile(r"csrftoken=([^;]+)")


@dataclass(slots=True, kw_only=True)
class Seen:
    """What visits came to."""

    milliseconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def __iadd__(self, other: Seen) -> Seen:
        for name, times in other.milliseconds.items():
            self.milliseconds[name] += times
        self.errors += other.errors
        self.seconds += other.seconds
        return self

    @property
    def number(self) -> int:
        """How many answers there were."""
        return sum(map(len, self.milliseconds.values()))

    def percentile_95(self, page: str) -> float:
        """The time within which 95 of 100 were answered (nearest rank)."""
        ordered = sorted(self.milliseconds[page])
        return ordered[-(-95 * len(ordered) // 100) - 1]


class Visitor:
    """One person; `confirms` are the pages on which they may still confirm something."""

    def __init__(self, told: dict[str, Any], *, port: int) -> None:
        self.cookies = {"sessionid": told["session"]}
        self.confirms: list[str] = told["confirms"][::-1]
        self.chance = random.Random(told["person"])  # noqa: S311  # the order of pages, the same each time
        self.seen = Seen()
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def look(self, name: str, path: str, *, form: dict[str, str] | None = None) -> bytes:
        """Ask for a page, or send its form; time and faults are noted under a name."""
        cookies = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
        headers = {"Cookie": cookies, "Accept-Language": "en"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        begun = time.perf_counter()
        try:
            self._connection.request("POST" if form else "GET", path, urlencode(form or {}) or None, headers)
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, HTTPException) as error:
            self._connection.close()
            self.seen.errors[f"{name}: {type(error).__name__}"] += 1
            return b""
        self.seen.milliseconds[name].append(1000 * (time.perf_counter() - begun))
        if response.status not in ({302} if form else {200, 302} if name == ANSWER else {200}):
            self.seen.errors[f"{name}: {response.status}"] += 1
        if token := TOKEN.search(response.headers.get("Set-Cookie", "")):
            self.cookies["csrftoken"] = token[1]
        return body

    def confirm(self) -> None:
        """Look at the next claim and say that it is right; two coordinators have the same ones."""
        path = self.confirms.pop()
        hidden = {name.decode(): value.decode() for name, value in HIDDEN.findall(self.look(ANSWER, path))}
        if hidden:  # else somebody else has confirmed it, and the page led on
            self.look(CONFIRM, path, form={**hidden, "answer": "confirm"})

    def visit(self, pages: dict[str, str], *, until: float, pause: float) -> None:
        """Look at pages in an order of one's own, with pauses, now and then confirming something."""
        time.sleep(pause * self.chance.random())
        for turn, name in enumerate(self._turns(pages), start=1):
            if time.perf_counter() >= until:
                break
            self.look(name, pages[name])
            if turn % PAGES_A_CONFIRMATION == 0 and self.confirms:
                self.confirm()
            time.sleep(pause * (0.5 + self.chance.random()))
        self._connection.close()

    def _turns(self, pages: dict[str, str]) -> Iterator[str]:
        names = list(pages)
        while True:
            self.chance.shuffle(names)
            yield from names


def visited(visitors: list[Visitor], pages: dict[str, str], *, seconds: float, pause: float) -> Seen:
    """Let them all visit for so long; `pause` is how long each reads a page, on average."""
    begun = time.perf_counter()
    threads = [
        Thread(target=one.visit, args=(pages,), kwargs={"until": begun + seconds, "pause": pause})
        for one in visitors
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = Seen(seconds=time.perf_counter() - begun)
    for one in visitors:
        whole += one.seen
        one.seen = Seen()
    return whole
