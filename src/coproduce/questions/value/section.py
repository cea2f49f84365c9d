"""One part of the answer about value: what it found, says, doubts and lacks."""

from __future__ import annotations

from dataclasses import dataclass, field

from coproduce.findings.finding import Verdict
from coproduce.findings.part import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What one part says.

    Parameters
    ----------
    name
        What the part is about, as its reasons name it.
    part
        Its numbers, tables, checks and caveats.
    harms
        Sentences about what is shifted onto citizens, or made worse: they are said first.
    sentences
        The other sentences.
    doubts
        What lowers trust in it.
    lacks
        What it would need.
    verdict
        ``improves``, ``harms``, ``uncertain`` or ``descriptive``.
    """

    name: str
    part: Part = field(default_factory=Part)
    harms: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    verdict: Verdict = "descriptive"
