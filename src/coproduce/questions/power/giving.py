"""From the contributions: voice and action, both sides' time, and how it is spread over people."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coproduce.findings import Diagnostic, Estimate, Table
from coproduce.findings.part import Part, estimate
from coproduce.methods.concentration import concentration_curve
from coproduce.methods.intervals import PairMoments, share_of_totals
from coproduce.questions.power.shares import concentration, share
from coproduce.records.opening import Records

SQL = files("coproduce.questions.power")
Columns = Mapping[str, NDArray[Any]]
Array = NDArray[np.float64]
POINTS = 101
"""How many points of a Lorenz curve a report keeps: none of them is a person."""


def given(records: Records, *, level: float) -> Part:
    """What the contributions say that both sides agree on.

    Parameters
    ----------
    records
        A study whose contributions are open.
    level
        The coverage that is promised.
    """
    actors = records.engine.columns((SQL / "actors.sql").read_text(encoding="utf-8"))
    if not len(actors["actor"]):
        return Part(
            caveats=("No contribution has been agreed by both sides: nothing is said about who gives what.",)
        )
    citizens = actors["side"] == "citizen"
    estimates = [
        *_of_minutes(actors, citizens, level=level),
        *_taking_part(records, actors, citizens=citizens, level=level),
    ]
    spread, tables = _spread(actors["minutes"][citizens].astype(float), level=level)
    return Part(estimates=(*estimates, *spread), tables=tables, diagnostics=(_timed(actors),))


def _timed(actors: Columns) -> Diagnostic:
    timed, number = int(actors["timed"].sum()), int(actors["contributions"].sum())
    meaning = (
        f"Of {number:,} agreed contributions, {timed:,} say how many minutes they took; no other counts."
    )
    return Diagnostic(name="timed", value=timed / number, ok=timed >= 0.8 * number, meaning=meaning)


def _ratio(part: Array, whole: Array, *, level: float) -> tuple[Any, int]:
    """The ratio of two totals over people, each person with all their minutes."""
    there = whole > 0
    y, x = (values[there].astype(int).tolist() for values in (part, whole))
    pairs = PairMoments(
        n=len(x),
        y=sum(y),
        x=sum(x),
        yy=sum(one * one for one in y),
        xy=sum(one * other for one, other in zip(x, y, strict=True)),
        xx=sum(one * one for one in x),
    )
    return share_of_totals(pairs, level=level), len(x)


def _of_minutes(actors: Columns, citizens: NDArray[np.bool_], *, level: float) -> list[Estimate]:
    minutes, action, voice = (
        actors[name].astype(float) for name in ("minutes", "action_minutes", "voice_minutes")
    )
    found = []
    known = (action + voice)[citizens]
    if known.sum() > 0:
        ratio, people = _ratio(action[citizens], known, level=level)
        label = "Citizens' minutes that are action, of those that are voice or action"
        found.append(estimate("action_share", label, found=ratio, level=level, n=people))
    if minutes.sum() > 0:
        ratio, people = _ratio(np.where(citizens, 0.0, minutes), minutes, level=level)
        label = "Minutes that professionals gave, of both sides' minutes"
        found.append(estimate("professional_minutes_share", label, found=ratio, level=level, n=people))
    return found


def _taking_part(
    records: Records, actors: Columns, *, citizens: NDArray[np.bool_], level: float
) -> list[Estimate]:
    """How many of the professionals that are known take part at all."""
    if not records.has("people"):
        return []
    ((known,),) = records.engine.rows("SELECT count(*) FROM people WHERE side <> 'citizen'")
    if not known:
        return []
    took = min(int(known), len(set(actors["actor"][~citizens].tolist())))
    label = "Professionals who have given something, of all that are known"
    return [share("professionals_taking_part", label, counts=(took, int(known)), level=level)]


def _spread(minutes: Array, *, level: float) -> tuple[list[Estimate], dict[str, Table]]:
    """How citizens' minutes are spread over those who gave."""
    if len(minutes) < 2 or not minutes.sum() > 0:
        return [], {}
    curve = concentration_curve(minutes, minutes)
    found = concentration(minutes, level=level)
    label = "Concentration of citizens' minutes over those who gave any (Gini)"
    at = np.linspace(0, 1, POINTS)
    rows = zip(at.tolist(), np.interp(at, curve.units, curve.amount).tolist(), strict=True)
    table = Table(
        caption="Lorenz curve: the share of all minutes that the citizens who gave least have together",
        columns=("people_share", "minutes_share"),
        rows=tuple(rows) if len(minutes) >= POINTS // 5 else (),
    )
    return (
        [estimate("gini_contributions", label, found=found, level=level, unit="index", n=len(minutes))],
        {"lorenz": table} if table.rows else {},
    )
