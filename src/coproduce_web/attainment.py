"""Goal attainment: how far goals were reached whose levels were agreed beforehand."""

from __future__ import annotations

import math
from collections.abc import Sequence

RHO = 0.3
"""How strongly goals of one person go together, as Kiresuk and Sherman took it to be."""


def t_score(levels: Sequence[int], weights: Sequence[int], *, rho: float = RHO) -> float | None:
    r"""The attainment of several goals as one number: 50 where each is reached as hoped.

    Parameters
    ----------
    levels
        The level reached of each goal, -2 to +2.
    weights
        How much each matters, in the same order.
    rho
        The correlation that is assumed between goals.

    Returns
    -------
    float or None
        :math:`50 + 10 \sum w x / \sqrt{(1 - \rho) \sum w^2 + \rho (\sum w)^2}`; None where there is no goal.

    References
    ----------
    Kiresuk, T. J. and Sherman, R. E. (1968), Goal attainment scaling, Community Mental Health Journal 4(6), 443-453,
    p. 448.

    Examples
    --------
    >>> t_score([1], [3]), t_score([0, 0], [1, 2]), round(t_score([1, 1], [1, 1]), 2)
    (60.0, 50.0, 62.4)
    """
    if not levels:
        return None
    reached = sum(weight * level for weight, level in zip(weights, levels, strict=True))
    spread = (1 - rho) * sum(weight**2 for weight in weights) + rho * sum(weights) ** 2
    return 50 + 10 * reached / math.sqrt(spread)
