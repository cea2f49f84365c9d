"""The joint display: cases in rows, what people say beside what came out, under which conditions, with which effect."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coproduce.findings import Diagnostic, Table
from coproduce.findings.part import Part
from coproduce.methods.intervals import critical
from coproduce.questions.themes.coded import Coded
from coproduce.records.data import natural
from coproduce.records.opening import Records

COMMONEST = 8
MOST_CONDITIONS = 12
NOT_JOINED = (
    "Accounts are not set beside results: that needs the column case_id in segments, and cases or studies."
)
EFFECTS = """
SELECT study, count(*) AS effects, min(effect) AS effect, min(coalesce(se, sqrt(variance))) AS se
FROM studies
GROUP BY study
"""
Cell = int | float | str | None


def displayed(records: Records, coded: Coded, *, joint: Sequence[str]) -> Part:
    """Set the themes of each case beside its outcome and conditions, and its effect where a study has its name.

    Parameters
    ----------
    records
        The study; its `cases` and `studies` where they are open.
    coded
        The coded passages; those with a ``case_id`` are joined.
    joint
        The codes that are shown; the commonest where none is named.
    """
    cases = {case for case in coded.case if isinstance(case, str)}
    if not cases or not (records.has("cases") or records.has("studies")):
        return Part(caveats=(NOT_JOINED,))
    shown = list(joint) or [coded.codes[code] for code in _commonest(coded)]
    names, beside = _cases(records)
    effects = {study: effect for study, effect in _effects(records).items() if study in cases}
    listed = [*(case for case in beside if case in cases), *sorted(cases - set(beside), key=natural)]
    rows = tuple(
        (
            case,
            *_themes(coded, case, shown=shown),
            *beside.get(case, (None,) * len(names)),
            *(effects.get(case, (None,) * 3) if effects else ()),
        )
        for case in listed
    )
    themes = tuple(f"theme: {code}" for code in shown)
    table = Table(
        caption="Cases in rows: in how many of its documents each theme is met, beside what came out",
        columns=(
            "case_id",
            "documents",
            *themes,
            *names,
            *(("effect", "effect_low", "effect_high") if effects else ()),
        ),
        rows=rows,
        counts={"documents": themes, **dict.fromkeys(themes, ())},
        adds_up=(),
    )
    return Part(tables={"joint_display": table}, diagnostics=(_joined(cases, known={*beside, *effects}),))


def _commonest(coded: Coded) -> list[int]:
    held = coded.presence().sum(axis=0)
    order: list[int] = np.argsort(-held, kind="stable").tolist()
    return order[:COMMONEST]


def _joined(cases: set[str], *, known: set[str]) -> Diagnostic:
    met = len(cases & known)
    meaning = f"Of {len(cases):,} cases with accounts, {met:,} are found in the cases or studies."
    return Diagnostic(name="cases_joined", value=met / len(cases), ok=met == len(cases), meaning=meaning)


def _themes(coded: Coded, case: str, *, shown: Sequence[str]) -> tuple[int, ...]:
    among = coded.case == case
    held = coded.presence(among).sum(axis=0)
    return len(np.unique(coded.document[among])), *(int(held[coded.codes.index(code)]) for code in shown)


def _cases(records: Records) -> tuple[tuple[str, ...], dict[str, tuple[Cell, ...]]]:
    """The outcome and the conditions of each case, and what their columns are called."""
    if not records.has("cases"):
        return (), {}
    free = records.tables["cases"].free[:MOST_CONDITIONS]
    rows = records.engine.named_rows("SELECT * FROM cases ORDER BY case_id")
    rows.sort(key=lambda row: natural(row["case_id"]))
    return ("outcome", *(f"condition: {name}" for name in free)), {
        row["case_id"]: (row["outcome"], *(row[name] for name in free)) for row in rows
    }


def _effects(records: Records) -> dict[str, tuple[float | None, ...]]:
    """The effect of each study that has one only, with its interval of 95 %."""
    if not records.has("studies"):
        return {}
    half = critical(0.95)
    return {
        study: (effect, *((effect - half * se, effect + half * se) if se is not None else (None, None)))
        for study, effects, effect, se in records.engine.rows(EFFECTS)
        if effects == 1
    }
