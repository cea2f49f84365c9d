"""How a finding is told: in which order its figures and tables stand, what is said before them, and its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One part of a finding's story.

    `figures` are the beginnings of the names of its figures, `open` its tables with the columns that are shown (none =
    all), `folded` those that the reader opens (where there is no figure, they are open too); `without` is said where a
    figure could not be drawn.
    """

    title: str
    lead: str
    figures: tuple[str, ...] = ()
    open: Mapping[str, Sequence[str]] | None = None
    folded: Mapping[str, Sequence[str]] | None = None
    without: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How the findings of one question are told.

    Parameters
    ----------
    asks
        The question in plain words.
    tellings
        The parts of its story, in order.
    untold
        Tables that only a program reads.
    crossed
        Tables that are shown as a matrix: what its rows, its columns and its cells are.
    terminal
        The tables that a page in the terminal shows, each with its columns (none = all).
    columns, quantities, cells
        What names of columns, of quantities and words in cells are called in front of people.
    """

    asks: str
    tellings: tuple[Telling, ...]
    untold: frozenset[str] = frozenset()
    crossed: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    terminal: Mapping[str, Sequence[str]] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    quantities: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
