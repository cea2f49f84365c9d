"""How often each code is met, in whose accounts, with which others, and whether new ones still come up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from coproduce.findings import Diagnostic, Estimate, Table
from coproduce.findings.part import Part
from coproduce.methods.coded_text import saturation, together
from coproduce.methods.intervals import wilson
from coproduce.questions.themes.coded import Coded

Mask = NDArray[np.bool_]
MOST_PAIRS = 30
"""How many codes, the commonest first, are set beside each other."""
SELDOM = 0.05
"""A number of codes that is told as none."""
LAST = 1 / 4
"""The last part of the documents, in which few new codes should come up."""


def counted(coded: Coded, *, level: float, orders: int, seed: int) -> Part:
    """Code frequencies, by group and side; co-occurrence; saturation.

    Parameters
    ----------
    coded
        The coded passages.
    level
        The coverage that is promised.
    orders, seed
        The random orders of the documents.
    """
    presence = coded.presence()
    tables = {"codes": _codes(coded, presence, level=level)}
    if by_group := tuple(_by_group(coded, level=level)):
        tables["codes_by_group"] = Table(
            caption="In how many documents of each group a code is met",
            columns=("group", "value", "code", "documents", "of", "share", "low", "high"),
            rows=by_group,
            counts={"documents": ("share", "low", "high"), "of": ("documents", "share", "low", "high")},
            adds_up=("group", "code"),
        )
    if len(coded.codes) > 1:
        tables["cooccurrence"] = _cooccurrence(coded, presence)
    read = Diagnostic(
        name="documents",
        value=len(coded.documents),
        ok=len(coded.documents) >= 10,
        meaning=f"{len(coded.documents):,} documents, {len(coded.code):,} coded passages, "
        f"{len(coded.codes):,} codes, coders: {len(coded.coders)}.",
    )
    found = Part(tables=tables, diagnostics=(read,))
    if len(coded.documents) < 2:
        return found
    new = _saturation(presence, level=level, orders=orders, seed=seed)
    return Part(
        estimates=new.estimates,
        tables={**tables, **new.tables},
        diagnostics=(read, *new.diagnostics),
    )


def _by_frequency(presence: Mask) -> list[int]:
    order: list[int] = np.argsort(-presence.sum(axis=0), kind="stable").tolist()
    return order


def _codes(coded: Coded, presence: Mask, *, level: float) -> Table:
    segments = np.bincount(coded.code, minlength=len(coded.codes))
    number = len(coded.documents)
    rows = []
    for code in _by_frequency(presence):
        held = int(presence[:, code].sum())
        share = wilson(held, number, level=level)
        rows.append((coded.codes[code], int(segments[code]), held, share.value, share.low, share.high))
    return Table(
        caption="How often each code is met",
        columns=("code", "segments", "documents", "share", "low", "high"),
        rows=tuple(rows),
        counts={"documents": ("segments", "share", "low", "high")},
    )


def _by_group(coded: Coded, *, level: float) -> Iterator[tuple[str, str, str, int, int, float, float, float]]:
    """A document counts for each value that its passages carry."""
    order = _by_frequency(coded.presence())
    for group, column in coded.groups.items():
        for value in sorted({one for one in column if isinstance(one, str)}):
            among = column == value
            presence, number = coded.presence(among), len(np.unique(coded.document[among]))
            for code in order:
                held = int(presence[:, code].sum())
                share = wilson(held, number, level=level)
                yield group, value, coded.codes[code], held, number, share.value, share.low, share.high


def _cooccurrence(coded: Coded, presence: Mask) -> Table:
    found = together(presence)
    overlapping = _overlapping(coded)
    listed = sorted(_by_frequency(presence)[:MOST_PAIRS])
    pairs = [(one, other) for one in listed for other in listed if one < other]
    return Table(
        caption="Which codes go together: in the same document, and in passages that overlap",
        columns=("code", "other", "documents", "overlapping", "jaccard", "phi"),
        rows=tuple(
            (
                coded.codes[one],
                coded.codes[other],
                int(found.both[one, other]),
                overlapping.get((one, other), 0),
                float(found.jaccard[one, other]),
                float(found.phi[one, other]),
            )
            for one, other in pairs
        ),
        counts={"documents": ("overlapping", "jaccard", "phi"), "overlapping": ()},
    )


def _overlapping(coded: Coded) -> dict[tuple[int, int], int]:
    """In how many documents some coder's passages of two codes share a character."""
    found: set[tuple[int, int, int]] = set()
    order = np.lexsort((coded.starts, coded.coder, coded.document)).tolist()
    opened: list[int] = []
    for place in order:
        opened = [
            other
            for other in opened
            if coded.document[other] == coded.document[place]
            and coded.coder[other] == coded.coder[place]
            and coded.ends[other] > coded.starts[place]
        ]
        if coded.ends[place] > coded.starts[place]:
            for other in opened:
                one, two = sorted((int(coded.code[place]), int(coded.code[other])))
                found.add((int(coded.document[place]), one, two))
            opened.append(place)
    counts: dict[tuple[int, int], int] = {}
    for _, one, two in found:
        if one != two:
            counts[one, two] = counts.get((one, two), 0) + 1
    return counts


def _saturation(presence: Mask, *, level: float, orders: int, seed: int) -> Part:
    found = saturation(presence, orders=orders, generator=np.random.default_rng(seed), level=level)
    number = len(presence)
    before = int(np.floor(number * (1 - LAST)))
    late = float(found.expected[-1] - found.expected[max(0, before - 1)])
    share = late / float(found.expected[-1])
    table = Table(
        caption="How many different codes the first documents hold, as they stand and over random orders",
        columns=("documents", "found", "expected", "low", "high"),
        rows=tuple(
            (place + 1, int(found.found[place]), *map(float, curve))
            for place, curve in enumerate(zip(found.expected, found.low, found.high, strict=True))
        ),
    )
    unseen = Estimate(
        name="codes_unseen",
        label="Codes that further documents of the same kind would add, at least (Chao)",
        value=found.unseen,
        unit="codes",
    )
    brings = "no new code" if late < SELDOM else f"{late:.1f} of {int(found.expected[-1])} codes on average"
    meaning = f"In whatever order the documents are read, the last quarter of them brings {brings}."
    check = Diagnostic(name="saturation", value=share, ok=share <= 0.05, meaning=meaning)
    return Part(estimates=(unseen,), tables={"saturation": table}, diagnostics=(check,))
