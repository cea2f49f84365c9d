"""Determinants: what combination of conditions makes it succeed or fail (qualitative comparative analysis)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from coproduce.findings import Estimate, Finding, Table, Unanswered
from coproduce.methods.qca.chance import Benchmark
from coproduce.questions.determinants import checking, regression, sturdiness, tables, wording
from coproduce.questions.determinants.loading import Loaded, from_tables, load
from coproduce.questions.determinants.settings import DeterminantsSettings
from coproduce.questions.determinants.solving import Side, solve
from coproduce.records.engine import Progress

__all__ = ["DeterminantsSettings", "answer", "from_tables", "load"]

SCORES = (
    ("solution_inclusion", "Inclusion of the solution"),
    ("solution_pri", "PRI of the solution"),
    ("solution_coverage", "Coverage of the solution"),
)


def answer(
    loaded: Loaded, settings: DeterminantsSettings, *, block: str, tell: Progress
) -> tuple[Finding | Unanswered, ...]:
    """Find the combinations of conditions that go with an outcome, and with its absence.

    Parameters
    ----------
    loaded
        The calibrated cases.
    settings
        The settings of the block.
    block
        The block's name.
    tell
        Is told what is being done.

    Returns
    -------
    tuple of Finding
        One finding.

    Raises
    ------
    EstimationError
        If there are so many conditions that no solution of the outcome or its negation is settled.

    Notes
    -----
    The definitions stand in ``docs/questions/determinants.md``.
    """
    tell("building the truth tables and minimising")
    sides = solve(loaded, settings)
    found = sturdiness.sturdiness(loaded, settings, side=sides[0], tell=tell) if settings.robustness else None
    chance = {side.outcome: sturdiness.by_chance(loaded, settings, side=side, tell=tell) for side in sides}
    beside, refused = regression.beside(loaded, settings) if settings.regression else (None, ())
    looked_at = checking.diagnostics(loaded, settings, sides=sides, found=found, chance=chance)
    finding = Finding(
        id=f"determinants.{block}",
        question="determinants",
        title=f"What goes with {settings.outcome}, and with its absence",
        answer=wording.answer(sides, chance),
        verdict="descriptive",
        estimates=(*_estimates(sides), *_chances(sides, chance)),
        tables={
            **_tables(loaded, settings, sides=sides, found=found, chance=chance),
            **({"regression": beside} if beside else {}),
        },
        diagnostics=looked_at,
        grade=checking.grade(looked_at, solved=sides[0].leads),
        caveats=(*wording.caveats(loaded, sides=sides), *refused),
        references=wording.REFERENCES,
    )
    return (finding,)


def _estimates(sides: Sequence[Side]) -> Iterator[Estimate]:
    """The fit of the first model of each type; the group of the negation ends in its name."""
    for number, side in enumerate(sides):
        for kind, solution in side.solutions():
            fit = side.fitted(solution.models[0]).fit.model
            group = f"{kind} {side.outcome}" if number else kind
            for (name, label), value in zip(SCORES, (fit.inclusion, fit.pri, fit.coverage), strict=True):
                first = "" if solution.count == 1 else f" (the first of {solution.count:,} models that tie)"
                yield Estimate(
                    name=name, label=f"{label}{first}", value=value, unit="membership", group=group
                )
            least = "" if solution.complete else " (at least so many)"
            label = f"Models that tie{least}"
            yield Estimate(name="tied_models", label=label, value=solution.count, unit="models", group=group)


def _chances(sides: Sequence[Side], chance: Mapping[str, Benchmark | None]) -> Iterator[Estimate]:
    for number, side in enumerate(sides):
        found = chance[side.outcome]
        if found is not None:
            yield Estimate(
                name="random_benchmark_p",
                label="How often a shuffled outcome gives a solution as good",
                value=found.p,
                interval=(found.interval.low, found.interval.high),
                level=0.95,
                p=found.p,
                unit="proportion",
                group=side.outcome if number else None,
            )


def _tables(
    loaded: Loaded,
    settings: DeterminantsSettings,
    *,
    sides: tuple[Side, Side],
    found: sturdiness.Sturdiness | None,
    chance: Mapping[str, Benchmark | None],
) -> dict[str, Table]:
    for_it, against = sides
    untenable = tables.untenable(sides)
    return {
        "solutions": tables.solutions(sides, loaded.cases),
        "models": tables.models(sides),
        "configurations": tables.configurations(sides),
        "truth_table": tables.truth_table(for_it, loaded.cases),
        "truth_table_negated": tables.truth_table(against, loaded.cases),
        "necessity": tables.necessity(for_it),
        "necessity_negated": tables.necessity(against),
        "cases": tables.cases_table(sides, loaded.cases),
        "robustness": sturdiness.card(found, chance),
        **({"leave_one_out": sturdiness.left_out_table(found, loaded.cases)} if found else {}),
        "calibration": tables.calibration(loaded, settings),
        "memberships": tables.memberships(loaded, settings),
        **({"untenable": untenable} if untenable else {}),
    }
