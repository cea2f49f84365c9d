"""What people say of the initiatives elsewhere: interviews, each passage coded by three people."""

from __future__ import annotations

from collections.abc import Mapping

from coproduce.simulate.process import DEPRIVATION, Chance

Cell = str | int | float | None
Rows = tuple[tuple[Cell, ...], ...]

THEMES: Mapping[str, float] = {
    "being heard": 0.35,
    "waiting": 0.25,
    "trust in visitors": 0.2,
    "burden on carers": 0.12,
    "money": 0.08,
}
"""What a passage is about."""
SURE = 0.93
"""How often a coder sees what a passage is about; else any theme is as likely as it is among passages."""
CODERS = ("A", "B", "C")
INITIATIVES, INTERVIEWS, PASSAGES = 12, 10, 6
"""So many initiatives, interviews in each, and passages in each of these."""
CHARACTERS = 200


def segments(seed: int) -> tuple[tuple[str, ...], Rows]:
    """Interviews in some of the initiatives elsewhere, coded by three people.

    Examples
    --------
    >>> columns, rows = segments(1)
    >>> columns[:5], len(rows)
    (('document', 'starts_at', 'ends_at', 'coder', 'code'), 2160)
    """
    chance = Chance(seed, stream="segments")
    rows: list[tuple[Cell, ...]] = []
    for initiative in range(1, INITIATIVES + 1):
        for interview in range(1, INTERVIEWS + 1):
            side = chance.pick({"citizen": 0.7, "professional": 0.3})
            place = chance.pick(DEPRIVATION) if side == "citizen" else None
            name = f"Interview {initiative:02}-{interview:02}"
            rows += [
                (name, *cells, f"I{initiative:03}", side, place)
                for passage in range(PASSAGES)
                for cells in _passage(passage * CHARACTERS, chance=chance)
            ]
    return ("document", "starts_at", "ends_at", "coder", "code", "case_id", "side", "deprivation"), tuple(
        rows
    )


def _passage(start: int, *, chance: Chance) -> list[tuple[Cell, ...]]:
    """The codes that a passage is given."""
    theme = chance.pick(THEMES)
    return [
        (start, start + CHARACTERS, coder, theme if chance.uniform() < SURE else chance.pick(THEMES))
        for coder in CODERS
    ]
