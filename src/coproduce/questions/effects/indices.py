"""Whose outcomes moved: the effects weighted by what matters to citizens, and by what matters to the organisation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from coproduce.findings import Estimate
from coproduce.methods.effects.contrast import Sides, by_student
from coproduce.methods.effects.families import Joint
from coproduce.questions.effects.gathering import Measure

LABELS = {
    "index_citizen": "Effect on the outcomes as citizens weigh them",
    "index_organisation": "Effect on the outcomes as the organisation weighs them",
    "index_difference": "By how much more the citizens' outcomes moved than the organisation's",
}


def indices(
    measures: Sequence[Measure],
    together: Joint,
    *,
    sds: Sequence[float],
    level: float,
    group: str | None,
) -> Iterator[Estimate]:
    """Weighted means of standardised effects, each turned so that up is better, and their difference.

    Parameters
    ----------
    measures
        The outcomes, with the weights that each side gives them.
    together
        Their effects, with the joint covariance.
    sds
        The standard deviation of each outcome among the comparison, taken as known.
    level
        The coverage of intervals.
    group
        The arm, where there are several.

    Yields
    ------
    Estimate
        Nothing where one side gives no weights, or there is nothing to weigh against each other.
    """
    citizen = _shares([one.weight_citizen for one in measures])
    organisation = _shares([one.weight_organisation for one in measures])
    turned = np.array([1.0 if one.better == "up" else -1.0 for one in measures]) / np.asarray(sds)
    if citizen is None or organisation is None or not np.isfinite(turned).all():
        return
    rows = {
        "index_citizen": citizen,
        "index_organisation": organisation,
        "index_difference": citizen - organisation,
    }
    for name, shares in rows.items():
        yield _estimate(name, shares * turned, together=together, level=level, group=group)


def _shares(weights: Sequence[float | None]) -> NDArray[np.float64] | None:
    held = np.array([weight or 0.0 for weight in weights])
    return held / held.sum() if held.sum() > 0 else None


def _estimate(
    name: str, row: NDArray[np.float64], *, together: Joint, level: float, group: str | None
) -> Estimate:
    value = float(row @ together.estimates)
    se = math.sqrt(max(0.0, float(row @ together.covariance @ row)))
    made = Estimate(name=name, label=LABELS[name], value=value, unit="standard deviations", group=group)
    if se <= 1e-12:  # both sides weigh alike: there is no difference to be unsure of
        return made
    df = float(np.min(together.df[row != 0]))
    contrast = by_student(value, se, sides=Sides(n_treated=0, n_comparison=0), df=df, level=level)
    limits = (contrast.low, contrast.high)
    return made.model_copy(update={"se": se, "interval": limits, "level": level, "p": contrast.p})
