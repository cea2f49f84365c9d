"""A living synthesis: what may be said after each new study, however often one looks and whenever one stops.

An ordinary interval keeps its promise once. A reader who looks again after every new study, and stops when the interval
leaves nought, is misled far more often than it says. What is here holds at all looks together.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import logsumexp

Floats = NDArray[np.float64]
Assumption = Literal["symmetric", "one_effect"]
BETS = 2.0 ** np.arange(-4, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """What may be said after each look.

    For each of `looks` (after how many studies): `low` and `high`, the limits of the confidence sequence (infinite as
    long as there are too few studies to bound the effect), and `e_value`, the evidence against a mean effect of nought:
    the chance that it ever reaches 20 is 5 % at most where there is none. `first` is the number of studies after
    which it first reached 1 / (1 - level), None where it never did at any look.
    """

    looks: NDArray[np.intp]
    low: Floats
    high: Floats
    e_value: Floats
    first: int | None
    assumption: Assumption
    level: float


def living(
    effect: Floats,
    variance: Floats,
    *,
    assumption: Assumption = "symmetric",
    looks: NDArray[np.intp] | None = None,
    level: float = 0.95,
) -> Living:
    """Follow a mean effect as studies arrive.

    Parameters
    ----------
    effect, variance
        One number a study, in the order in which the studies arrived.
    assumption
        With ``symmetric``, each study's effect lies as likely above as below the mean effect, at any distance, whatever
        came before; studies may differ in their true effects by any amount, which need not be known. No single study
        can then weigh more than two to one, so that six studies are needed to bound the effect at 95 %. With
        ``one_effect``, all studies have one true effect and normal errors of known variance.
    looks
        After how many studies one looks; after each where left out. The promise holds however they are chosen.
    level
        The coverage that is promised for all looks together.

    Returns
    -------
    Living
        The limits, and the evidence against nought.

    References
    ----------
    Ramdas, A., Grünwald, P., Vovk, V. and Shafer, G. (2023). Game-theoretic statistics and safe anytime-valid
    inference. Statistical Science 38(4), 576-601; de la Peña, V. H. (1999). A general class of exponential inequalities
    for martingales and ratios. Annals of Probability 27(1), 537-564 (symmetric variables); Robbins, H. (1970).
    Statistical methods related to the law of the iterated logarithm. Annals of Mathematical Statistics 41(5),
    1397-1409 (normal mixture).

    Examples
    --------
    >>> effect = np.array([0.4, 0.6, 0.5, 0.45, 0.55, 0.5, 0.6, 0.4, 0.5])
    >>> found = living(effect, np.full(9, 0.01))
    >>> found.first, found.low.round(2).tolist()[-2:]
    (6, [0.4, 0.4])
    >>> bool(np.isinf(found.low[:5]).all())
    True
    """
    at = np.arange(1, len(effect) + 1) if looks is None else looks
    stakes = 1 / (variance + _heterogeneity_before(effect, variance))
    scale = math.sqrt(variance[0])
    if assumption == "one_effect":
        limits = [_normal_limits(effect[:n], variance[:n], level=level) for n in at]
        logarithm = _normal_evidence(effect, variance)
    else:
        limits = [_symmetric_limits(effect[:n], stakes[:n], scale=scale, level=level) for n in at]
        logarithm = symmetric_evidence(effect, stakes, against=0.0, scale=scale)
    reached = np.flatnonzero(logarithm[at - 1] >= -math.log(1 - level))
    return Living(
        looks=at,
        low=np.array([low for low, _ in limits]),
        high=np.array([high for _, high in limits]),
        e_value=np.exp(np.minimum(logarithm[at - 1], 700)),
        first=int(at[reached[0]]) if len(reached) else None,
        assumption=assumption,
        level=level,
    )


def _heterogeneity_before(effect: Floats, variance: Floats) -> Floats:
    """Before each study, the heterogeneity (DerSimonian and Laird) of those that came before; 0 before the third."""
    w, wy, wyy, ww = (
        np.cumsum(x) for x in (1 / variance, effect / variance, effect**2 / variance, variance**-2)
    )
    df = np.arange(len(effect))
    q = np.maximum(0.0, wyy - wy**2 / w)
    spread = w - ww / w
    tau2 = np.divide(q - df, spread, where=df > 0, out=np.zeros(len(effect)))
    return np.concatenate([[0.0], np.maximum(0.0, tau2[:-1])])


def symmetric_evidence(effect: Floats, stakes: Floats, *, against: float, scale: float) -> Floats:
    """The logarithm of the evidence after each study against the mean effect being `against`, for symmetric effects.

    Parameters
    ----------
    effect
        One number a study, in the order of arrival.
    stakes
        What is staked on each study per unit of effect; it may depend on all that came before, not on the effect.
    against
        The mean effect that is bet against.
    scale
        The size of effects that bets are laid out for; known before the first study.

    Returns
    -------
    array
        The mean of the bets on a larger and on a smaller effect.

    Examples
    --------
    >>> symmetric_evidence(np.array([1.0, -1.0]), np.ones(2), against=0.0, scale=1.0).round(2)
    array([ 0.  , -0.64])
    """
    distance = (effect - against) * stakes * scale
    both = np.stack([_bets(distance), _bets(-distance)])
    evidence: Floats = logsumexp(both, axis=0) - math.log(2)
    return evidence


def _bets(distance: Floats) -> Floats:
    """The logarithm of what bets on distances above nought have grown to after each, averaged over their sizes.

    A stake of 1 becomes 2 / (1 + exp(-2 x)): where x is as likely as -x it is 1 on average.
    """
    x = BETS[:, None] * distance
    gain = math.log(2) - np.logaddexp(0.0, -2 * x)
    grown: Floats = logsumexp(np.cumsum(gain, axis=1), axis=0) - math.log(len(BETS))
    return grown


def _symmetric_limits(effect: Floats, stakes: Floats, *, scale: float, level: float) -> tuple[float, float]:
    """The means that neither bet has ruled out; each falls or rises all the way, so its limit is one root."""
    needed = math.log(2 / (1 - level))
    if len(effect) * math.log(2) <= needed:
        return -math.inf, math.inf

    def above(mean: float) -> float:
        return _grown((effect - mean) * stakes * scale) - needed

    def below(mean: float) -> float:
        return _grown((mean - effect) * stakes * scale) - needed

    lowest, highest = float(effect.min()), float(effect.max())
    return _root(above, inside=highest, beyond=lowest), _root(below, inside=lowest, beyond=highest)


def _root(excess: Callable[[float], float], *, inside: float, beyond: float) -> float:
    """Where evidence is just enough: it is not at `inside`, and is far enough on the side of `beyond`."""
    step = (beyond - inside) or math.copysign(1e-6 + abs(beyond), beyond - inside)
    outside = beyond
    while excess(outside) < 0:
        outside, step = outside + step, 2 * step
    return float(brentq(excess, inside, outside, xtol=1e-12))


def _grown(distance: Floats) -> float:
    gain = math.log(2) - np.logaddexp(0.0, -2 * BETS[:, None] * distance)
    return float(logsumexp(gain.sum(axis=1)) - math.log(len(BETS)))


def _normal_limits(effect: Floats, variance: Floats, *, level: float) -> tuple[float, float]:
    """The normal mixture's limits for one true effect, the mixture as wide as the first study's error."""
    precision = float((1 / variance).sum())
    middle = float((effect / variance).sum()) / precision
    total = precision + 1 / float(variance[0])
    half = math.sqrt(total * (math.log(total * float(variance[0])) - 2 * math.log(1 - level))) / precision
    return middle - half, middle + half


def _normal_evidence(effect: Floats, variance: Floats) -> Floats:
    precision = np.cumsum(1 / variance)
    total = precision + 1 / variance[0]
    evidence: Floats = np.cumsum(effect / variance) ** 2 / (2 * total) - 0.5 * np.log(total * variance[0])
    return evidence
