"""Which studies make the effects differ, and which of them move the pooled effect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Baujat:
    """For each study: what it adds to the heterogeneity, and how far the pooled effect moves without it.

    `contribution` is its squared Pearson residual; `influence` the squared move in units of the variance of the pooled
    effect without the study.
    """

    contribution: Floats
    influence: Floats


def baujat(
    effect: Floats, variance: Floats, *, pooled: float, tau2: float, without: Floats, without_se: Floats
) -> Baujat:
    """The two coordinates of each study in the plot of Baujat and colleagues.

    Parameters
    ----------
    effect, variance
        One number a study.
    pooled, tau2
        The pooled effect and the variance of true effects.
    without, without_se
        The pooled effect without each study, and its standard error.

    Returns
    -------
    Baujat
        One number a study.

    References
    ----------
    Baujat, B., Mahé, C., Pignon, J.-P. and Hill, C. (2002). A graphical method for exploring heterogeneity in
    meta-analyses. Statistics in Medicine 21, 2641-2652.

    Examples
    --------
    >>> two = np.array([0.0, 1.0])
    >>> found = baujat(two, np.ones(2), pooled=0.5, tau2=0.0, without=two[::-1], without_se=np.ones(2))
    >>> found.contribution.tolist(), found.influence.tolist()
    ([0.25, 0.25], [0.25, 0.25])
    """
    return Baujat(
        contribution=(effect - pooled) ** 2 / (variance + tau2),
        influence=(pooled - without) ** 2 / without_se**2,
    )
