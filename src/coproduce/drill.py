"""The evaluator's fire drill: a question asked of many simulated studies whose truth is known, before fieldwork.

It tells how far off the answer is on average, how often its interval holds the truth, how often it sees an effect that
is there, and how often it cries wolf.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from coproduce.errors import EstimationError, Fault, StudyError
from coproduce.methods.intervals import Interval, Moments, mean, wilson
from coproduce.methods.parallel import spread
from coproduce.records.engine import Progress
from coproduce.records.settings import Head, TableSettings
from coproduce.records.study import Study
from coproduce.runner import effects, run
from coproduce.simulate.streams import Monitored, monitored
from coproduce.simulate.trials import DESIGNS, Size, trial

QUESTIONS = ("effects", "harms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """What a drill found, each number with its own 95 % interval from the number of studies.

    Parameters
    ----------
    question, design
        What was drilled.
    effect
        The true effect in the studies that have one.
    studies
        How many were simulated with the effect, and as many without.
    refused
        How many of them all got no answer.
    estimate, bias
        The mean estimate where there is an effect, and how far from the truth it lies.
    coverage
        How often the interval holds the truth, in the studies with an effect and without.
    power
        How often the effect is seen.
    false_alarms
        How often one is seen that is not there.
    looks_to_alarm
        The mean number of looks until the alarm, where one is raised; for `harms`.
    """

    question: str
    design: str
    effect: float
    studies: int
    refused: int
    estimate: Interval | None
    bias: Interval | None
    coverage: Interval | None
    power: Interval
    false_alarms: Interval
    looks_to_alarm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What one study's answer was: its estimate and limits, and whether something was seen (after how many looks)."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    seen: bool = False
    looks: int | None = None


def drill(
    question: str,
    *,
    design: str = "randomised",
    effect: float = 0.3,
    size: Size | None = None,
    studies: int = 200,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Drilled:
    """Ask a question of many simulated studies, half of them with an effect and half without.

    Parameters
    ----------
    question
        ``effects`` or ``harms``.
    design
        For effects: one of `coproduce.simulate.trials.DESIGNS`.
    effect
        The true effect (for harms: how much worse the treated fare), in standard deviations.
    size
        How large each study is.
    studies
        How many are simulated with the effect, and as many without; at least 10.
    seed
        The same seed gives the same drill, whatever the number of workers.
    workers
        How many processes; one for each core where left out.
    progress
        Is told the share that is done.

    Returns
    -------
    Drilled
        Bias, coverage, power and false alarms.

    Raises
    ------
    StudyError
        If a setting is wrong.
    EstimationError
        If no study got an answer.

    Examples
    --------
    >>> drilled = drill("effects", effect=1.0, size=Size(units=60), studies=10, workers=1)
    >>> drilled.refused, drilled.power.value
    (0, 1.0)
    """
    _refuse(question, design=design, studies=studies)
    size = size or Size()
    tell = partial(_told, progress, f"drilling {question}") if progress is not None else None
    tasks = [
        (question, design, true, size, (seed, kind, place))
        for kind, true in enumerate((effect, 0.0))
        for place in range(studies)
    ]
    answers = spread(_study, tasks, workers=workers, tell=tell)
    with_effect, without = answers[:studies], answers[studies:]
    return _summed(question, design, effect=effect, answers=(with_effect, without))


def _told(progress: Progress, step: str, share: float) -> None:
    progress(step, share)


def _refuse(question: str, *, design: str, studies: int) -> None:
    faults = [
        Fault(file="drill", place=place, rule="known", found=str(found), wanted=wanted)
        for place, found, wanted, right in (
            ("question", question, "one of " + ", ".join(QUESTIONS), question in QUESTIONS),
            (
                "design",
                design,
                "one of " + ", ".join(DESIGNS),
                question not in QUESTIONS or question == "harms" or design in DESIGNS,
            ),
            ("studies", studies, "a whole number of at least 10", studies >= 10),
        )
        if not right
    ]
    if faults:
        raise StudyError(*faults)


Task = tuple[str, str, float, Size, tuple[int, int, int]]


def _study(task: Task) -> Answered | None:
    """One simulated study's answer; None where the method refused."""
    question, design, effect, size, seed = task
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    with warnings.catch_warnings(action="ignore"):
        try:
            if question == "harms":
                return _harm(monitored(generator, effect=effect, size=size))
            return _effect(design, generator, effect=effect, size=size)
        except EstimationError:
            return None


def _effect(design: str, generator: np.random.Generator, *, effect: float, size: Size) -> Answered:
    drawn = trial(design, generator, effect=effect, size=size)
    estimate = effects(drawn.columns, small_numbers=0, **drawn.settings).estimate("effect")
    low, high = estimate.interval or (None, None)
    seen = low is not None and high is not None and not low <= 0 <= high
    return Answered(value=estimate.value, low=low, high=high, seen=seen)


def _harm(study: Monitored) -> Answered:
    frames = dict(study.tables)
    found = run(
        Study(
            head=Head(title="A drill", service="simulated", small_numbers=0),
            folder=Path(),
            tables={name: TableSettings(path="(in memory)") for name in frames},
            frames=frames,
            questions={"harms": study.settings},
        ),
        only=("harms",),
    ).finding("harms")
    streams = found.tables["streams"].records()
    first = [int(row["first_alarm_on"]) for row in streams if row["alarm"] and row["first_alarm_on"]]
    return Answered(seen=any(row["alarm"] for row in streams), looks=min(first, default=None))


def _summed(
    question: str,
    design: str,
    *,
    effect: float,
    answers: tuple[Sequence[Answered | None], Sequence[Answered | None]],
) -> Drilled:
    with_effect, without = ([answer for answer in part if answer is not None] for part in answers)
    if not with_effect or not without:
        seen, may_help = (
            "no simulated study got an answer",
            "Larger studies may: more units, clusters or periods.",
        )
        raise EstimationError("drill", seen=seen, may_help=may_help)
    values = [answer.value for answer in with_effect if answer.value is not None]
    looks = [answer.looks for answer in with_effect if answer.looks is not None]
    return Drilled(
        question=question,
        design=design if question == "effects" else "monitoring",
        effect=effect,
        studies=len(answers[0]),
        refused=sum(answer is None for part in answers for answer in part),
        estimate=_mean(values),
        bias=_mean([value - effect for value in values]),
        coverage=_coverage(
            [(answer, effect) for answer in with_effect] + [(answer, 0.0) for answer in without]
        ),
        power=wilson(sum(answer.seen for answer in with_effect), len(with_effect)),
        false_alarms=wilson(sum(answer.seen for answer in without), len(without)),
        looks_to_alarm=fmean(looks) if looks else None,
    )


def _mean(values: Sequence[float]) -> Interval | None:
    if not values:
        return None
    return mean(Moments(n=len(values), total=sum(values), squares=sum(value * value for value in values)))


def _coverage(answers: Sequence[tuple[Answered, float]]) -> Interval | None:
    held = [
        answer.low <= true <= answer.high
        for answer, true in answers
        if answer.low is not None and answer.high is not None
    ]
    return wilson(sum(held), len(held)) if held else None


def as_plain(drilled: Drilled) -> dict[str, Any]:
    """A drill as plain data, for ``--json``."""
    return asdict(drilled)
