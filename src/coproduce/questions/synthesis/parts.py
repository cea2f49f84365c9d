"""The parts of a synthesis beside the pooled effect: moderators, subgroups, and studies in the order of arrival."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np

from coproduce.errors import EstimationError
from coproduce.methods.intervals import critical, simultaneous
from coproduce.methods.synthesis.living import Living, living
from coproduce.methods.synthesis.pooling import Pooled, pool
from coproduce.questions.synthesis.model import Model, modelled, pool_of, pooling
from coproduce.questions.synthesis.reading import LeftOut, Studies
from coproduce.questions.synthesis.settings import SynthesisSettings
from coproduce.records.data import Numbers, Texts

T = TypeVar("T")
EACH_LOOK, MOST_LOOKS = 200, 60  # with more studies than the former, one looks so many times


def attempted(function: Callable[[], T]) -> T | str:
    """What a method finds, or why it refuses: one part that cannot be told does not take the others with it."""
    try:
        return function()
    except EstimationError as error:
        return str(error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderation:
    """A meta-regression: on all moderators together, and the test of each.

    `terms` are the columns of the design behind the intercept, each with the moderator that it belongs to; `tests` are
    the omnibus tests of each moderator in the model without the others' terms being tested.
    """

    fit: Model
    used: Studies
    design: Numbers
    terms: tuple[tuple[str, str], ...]
    alone: Mapping[str, Model | str]
    left_out: tuple[LeftOut, ...]


def moderation(studies: Studies, settings: SynthesisSettings) -> Moderation:
    """Regress the effects on all moderators that the block names, on the studies of which all are known."""
    known = np.all([_known(values) for values in studies.moderators.values()], axis=0)
    left_out = tuple(
        (studies.labels[place], "the meta-regression", "a moderator is not known")
        for place in np.flatnonzero(~known)
    )
    used = studies.kept(known)
    columns, terms = _design(used)
    fit = modelled(used, settings, moderators=columns, names=[name for _, name in terms])
    return Moderation(
        fit=fit,
        used=used,
        design=columns,
        terms=terms,
        alone={
            name: attempted(partial(_alone, studies, name, settings=settings)) for name in studies.moderators
        },
        left_out=left_out,
    )


def _known(values: Numbers | Texts) -> Any:
    if values.dtype.kind == "f":
        return ~np.isnan(values.astype(float))
    return np.array([value is not None for value in values])


def _design(studies: Studies) -> tuple[Numbers, tuple[tuple[str, str], ...]]:
    columns, terms = [], []
    for name, values in studies.moderators.items():
        for term, column in _columns(name, values):
            columns.append(column)
            terms.append((name, term))
    return np.column_stack(columns), tuple(terms)


def _columns(name: str, values: Numbers | Texts) -> list[tuple[str, Numbers]]:
    """A number as it is; labels as one column for each but the commonest, against which they are told."""
    if values.dtype.kind == "f":
        return [(name, values.astype(float))]
    times = Counter(values.tolist())
    base, *others = sorted(times, key=lambda value: (-times[value], value))
    return [(f"{name}: {value} (against {base})", (values == value).astype(float)) for value in others]


def _alone(studies: Studies, name: str, *, settings: SynthesisSettings) -> Model:
    """The model with one moderator or grouping only."""
    values = studies.moderators[name] if name in studies.moderators else studies.subgroups[name]
    used = studies.kept(_known(values))
    columns = _columns(name, values[_known(values)])
    return modelled(
        used,
        settings,
        moderators=np.column_stack([x for _, x in columns]),
        names=[term for term, _ in columns],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroup:
    """One group of studies: how many, and their pooled effect (None where there is one study, which stands alone).

    `together_low` and `together_high` hold for all groups of the column at once.
    """

    column: str
    value: str
    studies: int
    effect: float
    se: float
    low: float
    high: float
    together_low: float
    together_high: float
    pooled: Pooled | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """The groups of a column, and the test of whether they differ."""

    column: str
    groups: tuple[Subgroup, ...]
    test: Model | str
    left_out: tuple[LeftOut, ...]


def grouping(studies: Studies, column: str, *, settings: SynthesisSettings) -> Grouping:
    """Pool the studies of each value of a column alone, and test whether the values differ."""
    values = studies.subgroups[column]
    names = sorted({value for value in values if value is not None})
    level = simultaneous(settings.level, comparisons=len(names))
    groups = tuple(
        _subgroup(studies.kept(values == name), (column, name), settings=settings, level=level)
        for name in names
    )
    return Grouping(
        column=column,
        groups=groups,
        test=attempted(partial(_alone, studies, column, settings=settings)),
        left_out=tuple(
            (studies.labels[place], f"the subgroups of {column}", "its group is not known")
            for place in np.flatnonzero(~_known(values))
        ),
    )


def _subgroup(
    part: Studies, named: tuple[str, str], *, settings: SynthesisSettings, level: float
) -> Subgroup:
    column, value = named
    pooled = None if len(part) == 1 else attempted(partial(pool_of, part, settings))
    narrow, wide = (_interval(part, settings, level=each) for each in (settings.level, level))
    return Subgroup(
        column=column,
        value=value,
        studies=len(part),
        effect=narrow[0],
        se=narrow[1],
        low=narrow[2],
        high=narrow[3],
        together_low=wide[2],
        together_high=wide[3],
        pooled=None if isinstance(pooled, str) else pooled,
    )


def _interval(
    part: Studies, settings: SynthesisSettings, *, level: float
) -> tuple[float, float, float, float]:
    """A group's effect, error and limits: by the block's model or, where that refuses, as if independent."""
    if len(part) == 1:
        effect, se = float(part.effect[0]), math.sqrt(part.variance[0])
        half = critical(level) * se
        return effect, se, effect - half, effect + half
    fit = attempted(partial(modelled, part, settings, level=level))
    if isinstance(fit, str):
        plain = pool_of(part, settings, level=level)
        return plain.estimate, plain.se, plain.low, plain.high
    told = fit.inference
    return tuple(float(x[0]) for x in (fit.coefficients, told.se, told.low, told.high))  # type: ignore[return-value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The studies as they arrived: the ordinary interval at each look, and the one that holds at all of them."""

    ordered: Studies
    when: Numbers
    looks: tuple[int, ...]
    pooled: tuple[Pooled | None, ...]
    living: Living
    left_out: tuple[LeftOut, ...]


def arrivals(studies: Studies, settings: SynthesisSettings) -> Arrivals:
    """Pool the studies anew as each arrives (at evenly spaced looks where there are very many)."""
    when = np.zeros(len(studies)) if studies.order is None else studies.order
    known = np.flatnonzero(~np.isnan(when))
    ordered = studies.taken(known[np.argsort(when[known], kind="stable")])
    left_out = tuple(
        (studies.labels[place], "the order of arrival", "when it arrived is not known")
        for place in np.flatnonzero(np.isnan(when))
    )
    number = len(ordered) if len(ordered) <= EACH_LOOK else MOST_LOOKS
    looks = np.unique(np.linspace(1, len(ordered), number).round().astype(int))
    return Arrivals(
        ordered=ordered,
        when=np.sort(when[known]),
        left_out=left_out,
        looks=tuple(looks.tolist()),
        pooled=tuple(
            None if look == 1 else pool(ordered.effect[:look], ordered.variance[:look], **pooling(settings))
            for look in looks.tolist()
        ),
        living=living(
            ordered.effect,
            ordered.variance,
            looks=looks,
            level=settings.level,
            assumption="one_effect" if settings.estimator == "fixed" else "symmetric",
        ),
    )
