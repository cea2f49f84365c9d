"""The sums of a model without each study in turn, in linear time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev
from scipy import fft

from coproduce.methods.synthesis.roots import Vector
from coproduce.methods.synthesis.sums import Matrix, Parts, Sums, Whole

FEW = 300  # studies up to which each sum without one is simply summed
ROWS_AT_ONCE = 4_096
DIGITS = 40.0  # in natural logarithms: beyond what floating point holds


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutEach:
    """The sums over all studies but one, at any tau2 from 0 to `highest`.

    Of many studies the sums over all come from Chebyshev polynomials in log(tau2 + smallest variance), which are exact
    to the last digits: as functions of it the weighted sums have no pole nearer than pi to the real line.

    Parameters
    ----------
    sums
        Of all studies.
    coefficients
        Of the polynomials, shape (degree + 1, sums), or None of few studies.
    ends
        The logarithms between which they hold.
    smallest
        The smallest sampling variance.
    """

    sums: Sums
    coefficients: Matrix | None
    ends: tuple[float, float]
    smallest: float

    def at(self, tau2: Vector, left_out: Whole) -> Parts:
        """The parts without study `left_out`, each at its own tau2."""
        if self.coefficients is None:
            starts = range(0, len(tau2), ROWS_AT_ONCE)
            chunks = [slice(start, start + ROWS_AT_ONCE) for start in starts]
            return self.sums.parts(
                np.concatenate([self.sums.without(tau2[chunk], left_out[chunk]) for chunk in chunks])
            )
        return self.sums.parts(self._all(tau2, self.coefficients) - self.sums.rows(tau2, left_out))

    def _all(self, tau2: Vector, coefficients: Matrix) -> Matrix:
        logs = np.log(tau2 + self.smallest)
        low, high = self.ends
        places = 2 * (logs - low) / (high - low) - 1
        scaled = np.asarray(chebyshev.chebval(places, coefficients), dtype=np.float64).T
        return _scaled(scaled, logs, studies=len(self.sums.variances), sign=-1.0)


def without_each(sums: Sums, *, highest: float) -> WithoutEach:
    """Prepare the sums without each study for tau2 from 0 to `highest`.

    Examples
    --------
    >>> import numpy as np
    >>> from coproduce.methods.synthesis.sums import sums_of
    >>> sums = sums_of(np.array([0.0, 1.0, 4.0]), np.ones(3), design=np.ones((3, 1)))
    >>> without = without_each(sums, highest=10.0)
    >>> without.at(np.zeros(3), np.arange(3)).residual()[0].round(6).tolist()
    [4.5, 8.0, 0.5]
    """
    smallest = float(sums.variances.min())
    ends = (math.log(smallest), math.log(highest + smallest) + 1e-9)
    if len(sums.variances) <= FEW:
        return WithoutEach(sums=sums, coefficients=None, ends=ends, smallest=smallest)
    half_width = (ends[1] - ends[0]) / 2
    n = min(2_000, 16 + math.ceil(DIGITS / math.asinh(math.pi / half_width)))
    logs = ends[0] + half_width * (np.cos(np.pi * (np.arange(n) + 0.5) / n) + 1)
    tau2 = np.maximum(np.exp(logs) - smallest, 0.0)
    values = _scaled(sums.totals(tau2), logs, studies=len(sums.variances), sign=1.0)
    coefficients = fft.dct(values, type=2, axis=0) / n
    coefficients[0] /= 2
    return WithoutEach(sums=sums, coefficients=coefficients, ends=ends, smallest=smallest)


def _scaled(flat: Matrix, logs: Vector, *, studies: int, sign: float) -> Matrix:
    """The sums times (tau2 + smallest) or its square, so that all are of one size; or back again."""
    m = (flat.shape[1] - 1) // 2
    scale = np.exp(sign * logs)[:, None]
    first, second = flat[:, :m] * scale, flat[:, m:-1] * scale**2
    return np.column_stack([first, second, flat[:, -1] + sign * studies * logs])
