"""Weighted sums of squares and products as functions of tau2: all that an estimate needs, in linear time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coproduce.methods.synthesis.roots import Vector

Matrix = NDArray[np.float64]
Whole = NDArray[np.intp]
BLOCK = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What `n` values of tau2 make of the data: W is diagonal with w = 1 / (variance + tau2), Z = [X, y].

    Parameters
    ----------
    first, second
        Z'WZ and Z'W²Z, shape (n, p + 1, p + 1).
    weight
        The sum of the weights, shape (n,).
    log_weight
        The sum of their logarithms, shape (n,).
    """

    first: Matrix
    second: Matrix
    weight: Vector
    log_weight: Vector

    def residual(self) -> tuple[Vector, Vector, Vector]:
        """Of P = W - WX(X'WX)⁻¹X'W: y'Py, y'PPy and the trace of P."""
        p = self.first.shape[-1] - 1
        of_x = self.first[:, :p, :p]
        solved = np.linalg.solve(
            of_x, np.concatenate([self.first[:, :p, p:], self.second[:, :p, :p]], axis=2)
        )
        direction = np.concatenate([-solved[:, :, :1], np.ones((len(solved), 1, 1))], axis=1)
        quadratic = (np.swapaxes(direction, 1, 2) @ self.first @ direction)[:, 0, 0]
        squared = (np.swapaxes(direction, 1, 2) @ self.second @ direction)[:, 0, 0]
        return quadratic, squared, self.weight - np.trace(solved[:, :, 1:], axis1=1, axis2=2)

    def log_determinant(self) -> Vector:
        """Of X'WX."""
        p = self.first.shape[-1] - 1
        return np.asarray(np.linalg.slogdet(self.first[:, :p, :p])[1])


# From places of tau2 and the number of the problem at each place to the parts.
PartsAt = Callable[[Vector, Whole], Parts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The data of a model, folded so that a value of tau2 costs one pass over them.

    Parameters
    ----------
    variances
        The sampling variances, shape (k,).
    products
        The products of each pair of columns of Z = [X, y] (the upper triangle), and 1, shape (k, m).
    columns
        How many columns Z has.
    """

    variances: Vector
    products: Matrix
    columns: int

    def rows(self, tau2: Vector, which: slice | Whole) -> Matrix:
        """Each study's own part at its own tau2: what leaving it out takes away."""
        weight = 1 / (self.variances[which] + tau2)
        own = self.products[which]
        return np.column_stack([weight[:, None] * own, (weight**2)[:, None] * own, np.log(weight)])

    def totals(self, tau2: Vector) -> Matrix:
        """The sums at each tau2, flat: those with w, those with w², and that of log w."""
        m = self.products.shape[1]
        total = np.zeros((len(tau2), 2 * m + 1))
        for start in range(0, len(self.variances), BLOCK):
            rows = slice(start, start + BLOCK)
            weight = 1 / (self.variances[rows] + tau2[:, None])
            total[:, -1] += np.log(weight).sum(axis=1)
            total[:, :m] += weight @ self.products[rows]
            total[:, m:-1] += (weight * weight) @ self.products[rows]
        return total

    def without(self, tau2: Vector, left_out: Whole) -> Matrix:
        """The sums at each tau2 over all studies but one, by going through all of them."""
        m = self.products.shape[1]
        weight = 1 / (self.variances + tau2[:, None])
        weight[np.arange(len(tau2)), left_out] = 1.0  # log 1 = 0
        logs = np.log(weight).sum(axis=1)
        weight[np.arange(len(tau2)), left_out] = 0.0
        total = np.empty((len(tau2), 2 * m + 1))
        total[:, :m], total[:, m:-1], total[:, -1] = (
            weight @ self.products,
            (weight * weight) @ self.products,
            logs,
        )
        return total

    def parts(self, flat: Matrix) -> Parts:
        """Flat sums as matrices."""
        m = self.products.shape[1]
        return Parts(
            first=self._square(flat[:, : m - 1]),
            second=self._square(flat[:, m : 2 * m - 1]),
            weight=flat[:, m - 1],
            log_weight=flat[:, -1],
        )

    def at(self, tau2: Vector, problem: Whole) -> Parts:  # noqa: ARG002 - there is one problem only
        """The parts of all studies together."""
        return self.parts(self.totals(tau2))

    def _square(self, triangle: Matrix) -> Matrix:
        square = np.empty((len(triangle), self.columns, self.columns))
        row, column = np.triu_indices(self.columns)
        square[:, row, column] = triangle
        square[:, column, row] = triangle
        return square


def sums_of(effects: Vector, variances: Vector, *, design: Matrix) -> Sums:
    """Fold the data: X is turned to orthonormal columns and y to its least-squares residual, which tau2 does not see.

    Examples
    --------
    >>> import numpy as np
    >>> sums = sums_of(np.array([0.0, 2.0]), np.ones(2), design=np.ones((2, 1)))
    >>> [part.round(6).tolist() for part in sums.at(np.array([1.0]), np.array([0])).residual()]
    [[1.0], [0.5], [0.5]]
    """
    basis, _ = np.linalg.qr(design)
    residual = effects - basis @ (basis.T @ effects)
    columns = np.column_stack([basis, residual])
    row, column = np.triu_indices(columns.shape[1])
    products = np.column_stack([columns[:, row] * columns[:, column], np.ones(len(effects))])
    return Sums(variances=variances, products=products, columns=columns.shape[1])
