"""What pages and confirming cost with a million contributions: `python benchmarks/platform [--contributions N]`.

The platform is filled thrice in a PostgreSQL cluster of our own: hardly at all, with a hundredth, and with all. Each is
served as `serve` does, while many people at once look at pages and confirm contributions; then everybody asks as fast
as they can. Afterwards the ledger, the trail and allocation by lot are looked at: a fault ends the run.

It is a folder, because a file of this name would stand in for Python's own module `platform` beside the others.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cluster import FILLING, HERE, Cluster, served, told
from visiting import CONFIRM, Seen, Visitor, visited

PAGE = HERE.parent / "README.md"
BEGIN, END = "<!-- platform: measured below -->", "<!-- platform: measured above -->"
MOST_QUERIES = 30
TURNS = 3
WARMING_SECONDS = 4
FLAT_OUT_SECONDS = 9
GIB = 1024**3


@dataclass(slots=True, kw_only=True)
class Size:
    """A platform of one size: who visits it, visits with pauses and without, and queries by page."""

    contributions: int
    world: dict[str, Any]
    queries: dict[str, int] = field(default_factory=dict)
    calm: Seen = field(default_factory=Seen)
    flat_out: Seen = field(default_factory=Seen)

    @property
    def database(self) -> str:
        return f"size_{self.contributions}"

    @property
    def errors(self) -> Counter[str]:
        return self.calm.errors + self.flat_out.errors

    @property
    def confirmed(self) -> int:
        return len(self.calm.milliseconds[CONFIRM]) + len(self.flat_out.milliseconds[CONFIRM])


def filled(cluster: Cluster, *, contributions: int, users: int) -> Size:
    """A platform of so many contributions."""
    size = Size(contributions=contributions, world={})
    begun = time.perf_counter()
    cluster.make(size.database)
    environment = cluster.environment(size.database)
    size.world = json.loads(told("filling.py", contributions, users, environment=environment))
    say(f"{contributions:,} contributions filled in {time.perf_counter() - begun:.0f} s")
    return size


def measure(cluster: Cluster, sizes: list[Size], *, chosen: argparse.Namespace) -> None:
    """Have each size visited in turn, while all are served, and look whether all is right."""
    for size in sizes:
        told_of = json.dumps(size.world)
        environment = cluster.environment(size.database)
        size.queries = json.loads(told("checking.py", "queries", environment=environment, given=told_of))
    with ExitStack() as stack:
        visitors = [
            [Visitor(user, port=port) for user in size.world["users"]]
            for size in sizes
            for port in [stack.enter_context(served(cluster.environment(size.database)))]
        ]
        for size, those in zip(sizes, visitors, strict=True):
            visited(those, size.world["pages"], seconds=WARMING_SECONDS, pause=chosen.pause)
        for _turn in range(TURNS):
            for size, those in zip(sizes, visitors, strict=True):
                pages, seconds = size.world["pages"], chosen.seconds / TURNS
                size.calm += visited(those, pages, seconds=seconds, pause=chosen.pause)
                size.flat_out += visited(those, pages, seconds=FLAT_OUT_SECONDS / TURNS, pause=0)
    for size in sizes:
        environment = cluster.environment(size.database)
        wrong = json.loads(told("checking.py", "truth", environment=environment))
        say(f"{size.contributions:,}: {size.calm.number} answers, {size.confirmed} confirmed, {size.errors}")
        if any(wrong.values()):
            raise SystemExit(f"It is not right: {wrong}")


def say(text: str) -> None:
    """Say how far it is."""
    print(text, file=sys.stderr, flush=True)


def row(name: str, sizes: list[Size]) -> str:
    """A page's line: its queries, the 95th percentile at each size, and by how much the largest takes longer."""
    times = [size.calm.percentile_95(name) for size in sizes]
    cells = [name, str(max(size.queries[name] for size in sizes))]
    cells += [f"{each:.0f}" for each in times] + [f"{times[-1] / each:.1f}" for each in times[:-1]]
    return f"| {' | '.join(cells)} |"


def table(sizes: list[Size], *, chosen: argparse.Namespace, machine: str) -> str:
    """What is printed and written."""
    least, less, most = (f"{size.contributions:,}" for size in sizes)
    each_second = [f"{size.flat_out.number / size.flat_out.seconds:.0f}" for size in sizes]
    errors = sum((size.errors for size in sizes), Counter())
    confirmed = sum(size.confirmed for size in sizes)
    names = sorted(sizes[-1].calm.milliseconds, key=list(sizes[-1].queries).index)
    return "\n".join(
        [
            f"{machine}; {chosen.users} people at once, {chosen.pause:g} s between their pages, for "
            f"{chosen.seconds:g} s at each size, in {TURNS} turns; milliseconds within which 95 of 100 were answered.",
            "",
            f"| page | queries | {least} | {less} | {most} | {most} / {least} | {most} / {less} |",
            "|---|---|---|---|---|---|---|",
            *(row(name, sizes) for name in names),
            "",
            f"Without pauses, answers a second: {' / '.join(each_second)}. "
            f"Errors: {', '.join(f'{name} ({number})' for name, number in errors.items()) or 'none'}. "
            f"{confirmed:,} contributions were confirmed meanwhile: each was credited once, is in the trail, and the "
            "ledgers sum to nought. Of 240 units, enrolled by eight at once and each by two, none was enrolled "
            "twice, no place in a list was left out, and the blocks are balanced.",
        ]
    )


def machine(cluster: Cluster) -> str:
    """The machine and what runs on it, in a line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    postgres = subprocess.run(
        [cluster.tools / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout.split()[2]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, Django {version('django')}, gunicorn {version('gunicorn')}, "
        f"PostgreSQL {postgres} as it comes; load {os.getloadavg()[0]:.1f} at the start"
    )


def write(found: str) -> None:
    """Print what was found, and put it into the page."""
    print(found)
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n\n{found}\n\n{END}{rest.split(END)[1]}", encoding="utf-8")


def main() -> None:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--contributions", type=int, default=1_000_000, help="how many (1,000,000)")
    parser.add_argument("--users", type=int, default=50, help="people at once (50)")
    parser.add_argument("--seconds", type=float, default=30, help="how long they visit, at each size (30)")
    parser.add_argument("--pause", type=float, default=1, help="seconds between two pages of one person (1)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="coproduce-") as place:
        cluster = Cluster(Path(place))
        line = machine(cluster)
        numbers = (0, chosen.contributions // 100, chosen.contributions)
        with cluster.running(FILLING):
            sizes = [filled(cluster, contributions=number, users=chosen.users) for number in numbers]
        with cluster.running():
            measure(cluster, sizes, chosen=chosen)
    write(table(sizes, chosen=chosen, machine=line))
    many = {name: number for name, number in sizes[-1].queries.items() if number > MOST_QUERIES}
    if many:
        raise SystemExit(f"Too many queries: {many}")


if __name__ == "__main__":
    main()
