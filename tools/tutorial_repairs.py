"""Makes the two files of the analyst's tutorial: repairs of a made-up council, and what its tenants' panel decided.

    python tools/tutorial_repairs.py docs/tutorials

Nobody in them exists. Numbers are drawn by chance from a fixed seed, so that the files can be made again.
"""

import csv
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

CASES = 240
NOBODY_HOME = {"North": 0.12, "West": 0.12, "South": 0.35}
"""How often a worker rings in vain, by ward."""

TAKEN = datetime(2026, 6, 30)  # noqa: DTZ001
"""The day on which the register was copied."""
REGISTER = (
    "decision", "proposed_on", "decided_on", "topic", "proposed_by", "decided_by", "result",
    "owner", "due_on", "done_on", "citizen_says",
)  # fmt: skip
TOPICS = ("damp", "doors", "heating", "stairs", "windows")
DECIDERS = ("organisation", "jointly", "citizens")
WRONG = {"P22": {"result": "aproved"}, "P31": {"decided_on": "4 July"}, "P47": {"decided_on": "2024-11-20"}}

Step = tuple[str, str, float]
"""What is done, by whom, and how many hours after the step before."""


def steps(chance: Random, *, ward: str) -> Iterator[Step]:
    """One repair, from the first report to the end."""
    yield "Report repair", "tenant", 0
    if chance.random() < 0.5:
        yield "Ask for photo", "office", chance.uniform(1, 30)
        yield "Send photo", "tenant", chance.expovariate(1 / 20)
    yield "Book visit", "office", chance.uniform(2, 70)
    while True:
        yield "Remind of visit", "SYSTEM", chance.uniform(24, 120)
        worker = f"worker {chance.randint(1, 9)}"
        if chance.random() >= NOBODY_HOME[ward]:
            yield "Let worker in", "tenant", chance.uniform(2, 30)
            yield "Repair", worker, chance.uniform(0.3, 3)
            break
        yield "Note nobody home", worker, chance.uniform(2, 30)
        yield "Report repair", "tenant", chance.uniform(5, 100)
        yield "Book visit", "office", chance.uniform(2, 70)
    if chance.random() < 0.4:
        yield "Confirm repair", "tenant", chance.expovariate(1 / 30)


def at_work(at: datetime, *, by: str) -> datetime:
    """That moment, or the next morning where staff would be at home; tenants and systems do things at any time."""
    if by in {"tenant", "SYSTEM"} or 8 <= at.hour < 17:
        return at
    return at.replace(hour=8) + timedelta(days=at.hour >= 17)


def repairs(chance: Random) -> Iterator[tuple[str, str, str, str, str]]:
    """Rows of the case system's export."""
    for number in range(CASES):
        ward = chance.choices(("North", "West", "South"), (3, 3, 2))[0]
        at = datetime(2026, 1, 5, 8) + timedelta(hours=17 * number + chance.uniform(0, 9))  # noqa: DTZ001  # as such exports are
        for step, by, hours in steps(chance, ward=ward):
            at = at_work(at + timedelta(hours=hours), by=by)
            yield str(1001 + number), step, f"{at:%Y-%m-%d %H:%M}", by, ward


def decisions(chance: Random) -> Iterator[tuple[str, ...]]:
    """Rows of the tenants' panel's register, as somebody typed them: three of them are wrong."""
    for number in range(1, 91):
        tenants = chance.random() < 0.5
        asked = datetime(2025, 1, 6) + timedelta(days=5.5 * number + chance.uniform(0, 5))  # noqa: DTZ001
        decided = asked + timedelta(days=chance.expovariate(1 / (40 if tenants else 18)) + 2)
        words = (
            chance.choice(TOPICS),
            "citizen" if tenants else "organisation",
            chance.choices(DECIDERS, (6, 3, 1))[0],
        )
        result = chance.choices(("accepted", "amended", "rejected"), (3, 2, 5) if tenants else (7, 1, 2))[0]
        row = dict(
            zip(REGISTER, (f"P{number:02}", f"{asked:%Y-%m-%d}", day(decided), *words, result), strict=False)
        )
        if decided > TAKEN:
            row |= {"decided_by": "", "result": ""}
        elif result != "rejected":
            row |= promise(chance, decided=decided)
        row |= WRONG.get(row["decision"], {})
        yield tuple(row.get(column, "") for column in REGISTER)


def promise(chance: Random, *, decided: datetime) -> dict[str, str]:
    """When it was to be done, when it was called done, and what tenants say of it."""
    done = decided + timedelta(days=chance.uniform(30, 160))
    said = chance.choices(("done", "partly", "not_done"), (6, 3, 1))[0]
    known = chance.random() < 0.75 and done <= TAKEN
    row = {"owner": chance.choices(("repairs", "estates", ""), (6, 3, 1))[0]}
    row |= {"due_on": f"{decided + timedelta(days=90):%Y-%m-%d}"}
    return row | ({"done_on": day(done), "citizen_says": said} if known else {})


def day(at: datetime) -> str:
    """A day as the register has it; nothing where it was still to come."""
    return f"{at:%Y-%m-%d}" if at <= TAKEN else ""


def main() -> None:
    """Write both files."""
    folder = Path(sys.argv[1])
    tables = {
        "repairs.csv": (("Case No", "Step", "When", "By", "Ward"), repairs(Random(2026))),  # noqa: S311
        "decisions.csv": (REGISTER, decisions(Random(90))),  # noqa: S311
    }
    for name, (header, rows) in tables.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, delimiter=";", lineterminator="\n")
            table.writerow(header)
            table.writerows(rows)


if __name__ == "__main__":
    main()
