"""What pages and confirming cost with a million contributions: `python benchmarks/platform [--contributions N]`.

The platform is filled thrice in a PostgreSQL cluster of our own: hardly at all, with a hundredth, and with all. Each is
served as `serve` does, while many people at once look at pages and confirm contributions; then everybody asks as fast
as they can. Afterwards the ledger, the trail and allocation by lot are looked at: a fault ends the run.

It is a folder, because a file of this name would stand in for Python's own module `platform` beside the others.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parent.parent))  # what the benchmarks share

from cluster import FILLING, Cluster, served, told
from results import machine, table, write
from visiting import CONFIRM, Seen, Visitor, visited

MOST_QUERIES = 30
TURNS = 3
WARMING_SECONDS = 4
FLAT_OUT_SECONDS = 9


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


def row(name: str, sizes: list[Size]) -> list[str]:
    """A page's line: its queries, the 95th percentile at each size, and by how much the largest takes longer."""
    times = [size.calm.percentile_95(name) for size in sizes]
    cells = [name, str(max(size.queries[name] for size in sizes))]
    return cells + [f"{each:.0f}" for each in times] + [f"{times[-1] / each:.1f}" for each in times[:-1]]


def what_was_asked(chosen: argparse.Namespace) -> str:
    """How the platform was visited."""
    return (
        f"{chosen.users} people at once, {chosen.pause:g} s between their pages, for {chosen.seconds:g} s at each "
        f"size, in {TURNS} turns; milliseconds within which 95 of 100 were answered."
    )


def what_was_right(sizes: list[Size]) -> str:
    """What was counted when all had gone."""
    each_second = [f"{size.flat_out.number / size.flat_out.seconds:.0f}" for size in sizes]
    errors = sum((size.errors for size in sizes), Counter())
    confirmed = sum(size.confirmed for size in sizes)
    return (
        f"Without pauses, answers a second: {' / '.join(each_second)}. "
        f"Errors: {', '.join(f'{name} ({number})' for name, number in errors.items()) or 'none'}. "
        f"{confirmed:,} contributions were confirmed meanwhile: each was credited once, is in the trail, and the "
        "ledgers sum to nought. Of 240 units, enrolled by eight at once and each by two, none was enrolled "
        "twice, no place in a list was left out, and the blocks are balanced."
    )


def postgres(cluster: Cluster) -> str:
    """The server's name and version."""
    words = [cluster.tools / "postgres", "--version"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return f"PostgreSQL {said.split()[2]} as it comes"


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
        line = machine("django", "gunicorn", told=[postgres(cluster)])
        numbers = (0, chosen.contributions // 100, chosen.contributions)
        with cluster.running(FILLING):
            sizes = [filled(cluster, contributions=number, users=chosen.users) for number in numbers]
        with cluster.running():
            measure(cluster, sizes, chosen=chosen)
    least, less, most = (f"{size.contributions:,}" for size in sizes)
    header = ("page", "queries", least, less, most, f"{most} / {least}", f"{most} / {less}")
    names = sorted(sizes[-1].calm.milliseconds, key=list(sizes[-1].queries).index)
    write(
        "Platform",
        f"{line}; {what_was_asked(chosen)}",
        table(header, [row(name, sizes) for name in names]),
        what_was_right(sizes),
    )
    many = {name: number for name, number in sizes[-1].queries.items() if number > MOST_QUERIES}
    if many:
        raise SystemExit(f"Too many queries: {many}")


if __name__ == "__main__":
    main()
