"""What a drill found, as a page in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table as Grid

from coproduce.reports.rounding import number, percent

TELLS = {
    "estimate": "Mean estimate",
    "bias": "Bias: mean estimate less the truth",
    "coverage": "Coverage: intervals that hold the truth",
    "power": "Power: studies in which the effect is seen",
    "false_alarms": "False alarms: studies in which one is seen that is not there",
}
SHARES = frozenset({"coverage", "power", "false_alarms"})


def show_drill(found: Mapping[str, Any], *, console: Console) -> None:
    """Print a drill: each number with its 95 % interval.

    Examples
    --------
    >>> share = {"value": 0.9, "low": 0.8, "high": 0.95, "se": None}
    >>> found = {"question": "effects", "design": "randomised", "effect": 0.3, "studies": 50, "refused": 0}
    >>> show_drill({**found, "power": share, "false_alarms": share}, console=Console(width=100))
    effects (randomised): 50 simulated studies with a true effect of 0.3, and 50 without.
    ...
    """
    console.print(
        f"{found['question']} ({found['design']}): {found['studies']} simulated studies with a true effect of "
        f"{found['effect']:g}, and {found['studies']} without.",
        highlight=False,
        soft_wrap=True,
    )
    grid = Grid("", "Found", "95 % interval", box=None, padding=(0, 2, 0, 0))
    for name, words in TELLS.items():
        held = found.get(name)
        if held is not None:
            told = percent if name in SHARES else number
            grid.add_row(words, told(held["value"]), f"{told(held['low'])} to {told(held['high'])}")
    console.print(grid, highlight=False)
    if found.get("looks_to_alarm") is not None:
        console.print(
            f"Where an alarm is raised, it comes after {number(found['looks_to_alarm'])} looks on average."
        )
    if found["refused"]:
        console.print(f"{found['refused']} studies got no answer: the method refused.")
