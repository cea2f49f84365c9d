"""Everything that is computed for one block, before any of it is put into words or tables."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import partial

import numpy as np

from coproduce.methods.synthesis.baujat import Baujat, baujat
from coproduce.methods.synthesis.coefficients import quantile
from coproduce.methods.synthesis.influence import Influence, influence
from coproduce.methods.synthesis.inputs import like_standard_errors
from coproduce.methods.synthesis.pooling import Pooled
from coproduce.questions.synthesis.bias_tests import Missing, missing
from coproduce.questions.synthesis.model import Model, modelled, pool_of, pooling
from coproduce.questions.synthesis.parts import (
    Arrivals,
    Grouping,
    Moderation,
    arrivals,
    attempted,
    grouping,
    moderation,
)
from coproduce.questions.synthesis.reading import LeftOut, Studies
from coproduce.questions.synthesis.settings import SynthesisSettings
from coproduce.records.engine import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """The pooled effect as it is told, with its interval, and where the true effect in another place would lie."""

    value: float
    se: float
    low: float
    high: float
    p: float
    df: float
    prediction_low: float
    prediction_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """All that was computed; a text where a method refuses, None where it was not asked.

    `pooled` takes effects as independent; `model` is the block's own, and `centre` what is told of it.
    """

    studies: Studies
    pooled: Pooled
    centre: Centre
    model: Model
    without: Influence | str
    pull: Baujat | None
    missing: Missing
    moderation: Moderation | str | None
    groupings: tuple[Grouping, ...]
    arrivals: Arrivals | str | None

    @property
    def distinct(self) -> int:
        """How many studies there are, whatever the number of their effects."""
        return len(set(self.studies.studies))

    @property
    def repeated(self) -> int:
        """How many studies give more than one effect."""
        times = Counter(self.studies.studies)
        return sum(number > 1 for number in times.values())

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What was left out, of what, and why."""
        moderated = self.moderation.left_out if isinstance(self.moderation, Moderation) else ()
        grouped = tuple(row for grouping in self.groupings for row in grouping.left_out)
        late = self.arrivals.left_out if isinstance(self.arrivals, Arrivals) else ()
        return (*self.studies.left_out, *moderated, *grouped, *late)

    @property
    def turning(self) -> tuple[str, ...]:
        """The studies without which the interval would hold no effect, or no longer hold it."""
        found = self.without
        if isinstance(found, str):
            return ()
        open_now = self.pooled.low <= 0 <= self.pooled.high
        open_then = (found.low[:, 0] <= 0) & (found.high[:, 0] >= 0)
        return tuple(self.studies.labels[place] for place in np.flatnonzero(open_then != open_now))

    @property
    def like_errors(self) -> bool:
        """Whether the variances fall with the number of people as standard errors do."""
        people = self.studies.people
        known = np.isfinite(people) & (people > 0)
        return bool(known.sum() > 3 and like_standard_errors(self.studies.variance[known], people[known]))


def fit(studies: Studies, settings: SynthesisSettings, *, tell: Progress) -> Fitted:
    """Compute all parts of a block."""
    tell("pooling the studies")
    pooled = pool_of(studies, settings)
    model = modelled(studies, settings)
    tell("leaving out each study in turn")
    without = attempted(partial(influence, studies.effect, studies.variance, **pooling(settings)))
    tell("looking for what is missing")
    found = missing(studies, settings)
    tell("comparing studies")
    return Fitted(
        studies=studies,
        pooled=pooled,
        centre=_centre(model, pooled, settings=settings),
        model=model,
        without=without,
        pull=None if isinstance(without, str) else _pull(studies, pooled, without=without),
        missing=found,
        moderation=attempted(partial(moderation, studies, settings)) if studies.moderators else None,
        groupings=tuple(grouping(studies, column, settings=settings) for column in studies.subgroups),
        arrivals=None if studies.order is None else attempted(partial(arrivals, studies, settings)),
    )


def _centre(model: Model, pooled: Pooled, *, settings: SynthesisSettings) -> Centre:
    """The pooled effect by the block's model; the prediction interval takes its variance of true effects and its df."""
    told, value = model.inference, float(model.coefficients[0])
    spread = float(quantile(settings.level, float(model.df[0]))) * math.sqrt(
        float(told.se[0]) ** 2 + model.tau2
    )
    plain = not (settings.levels or settings.cluster)
    return Centre(
        value=value,
        se=float(told.se[0]),
        low=float(told.low[0]),
        high=float(told.high[0]),
        p=float(told.p[0]),
        df=float(model.df[0]),
        prediction_low=pooled.prediction_low if plain else value - spread,
        prediction_high=pooled.prediction_high if plain else value + spread,
    )


def _pull(studies: Studies, pooled: Pooled, *, without: Influence) -> Baujat:
    return baujat(
        studies.effect,
        studies.variance,
        pooled=pooled.estimate,
        tau2=pooled.tau2,
        without=without.coefficients[:, 0],
        without_se=without.se[:, 0],
    )
