"""The likelihood of nested random effects in linear time: Gram matrices of groups, folded from inner to outer levels.

A group whose members share a random effect of variance s has M = blocks + s·aa' (a: ones). By Sherman and Morrison the
weighted products of its columns Z = [loadings, X, y] become G - g·g'·s / (1 + s·g_a), with g the row of a in G: nothing
larger than those few columns is ever stored. The gradient is the same fold, differentiated backwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coproduce.methods.synthesis.roots import Vector
from coproduce.methods.synthesis.sums import Matrix, Whole

ONES, SPREADS = 0, 1  # the loading columns: of a random effect, and of sampling errors that go together


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """One rank-one part of the covariance of each group of a partition.

    Parameters
    ----------
    parts
        Where each group starts among the groups of the fold before it (or the rows).
    loading
        The column of Z along which the group's members vary together.
    component
        The place of its variance among the unknown ones, or None where it is known.
    known
        Its variance where that is known.
    """

    parts: Whole
    loading: int
    component: int | None
    known: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Nesting:
    """Data sorted so that groups are contiguous, with their folds from inner to outer.

    Parameters
    ----------
    order
        The rows as they were given, in the order in which they stand here.
    columns
        Z = [ones, roots of the sampling variances, X, y], shape (n, p + 3).
    products
        Each row's products of its columns, shape (n, p + 3, p + 3).
    independent
        The part of each sampling variance that it shares with no other effect, shape (n,).
    own
        The place of the variance that each effect has to itself, or None.
    folds
        From inner to outer.
    components
        How many unknown variances there are.
    log_determinant
        Of X'X.
    unit
        The scale of the variances: the least-squares residual variance, and no less than a typical sampling variance.
    smallest
        The smallest sampling variance.
    """

    order: Whole
    columns: Matrix
    products: Matrix
    independent: Vector
    own: int | None
    folds: tuple[Fold, ...]
    components: int
    log_determinant: float
    unit: float
    smallest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What the variances make of the data: the sums over all groups, and what the way back needs."""

    weight: Vector
    total: Matrix
    log_determinant: float
    trail: tuple[tuple[Matrix, Vector], ...]


def fold(nesting: Nesting, variances: Vector) -> Folded:
    """Z'M⁻¹Z and log det M for these variances of the components."""
    own = 0.0 if nesting.own is None else variances[nesting.own]
    weight = 1 / (nesting.independent + own)
    gram = weight[:, None, None] * nesting.products
    log_determinant, trail = -float(np.log(weight).sum()), []
    for step in nesting.folds:
        gram = np.add.reduceat(gram, step.parts, axis=0)
        s = step.known if step.component is None else variances[step.component]
        row = gram[:, step.loading]
        growth = 1 + s * row[:, step.loading]
        trail.append((row, growth))
        log_determinant += float(np.log(growth).sum())
        gram = gram - np.einsum("g,gi,gj->gij", s / growth, row, row)
    return Folded(weight=weight, total=gram.sum(axis=0), log_determinant=log_determinant, trail=tuple(trail))


def back(
    nesting: Nesting, variances: Vector, *, folded: Folded, total: Matrix, log_determinant: float
) -> tuple[Vector, Matrix]:
    """From derivatives by Z'M⁻¹Z (`total`) and log det M to those by the variances and by each inner group's own sums.

    Returns
    -------
    tuple
        The derivatives by the components' variances, and by the sum of w·zz' of each group of the first fold, shape
        (groups, q, q).
    """
    gradient = np.zeros(nesting.components)
    of_groups = np.broadcast_to(total, (len(nesting.folds[-1].parts), *total.shape)).copy()
    outer: Whole | None = None
    for step, (row, growth) in zip(reversed(nesting.folds), reversed(folded.trail), strict=True):
        if outer is not None:
            of_groups = np.repeat(of_groups, np.diff(outer, append=len(step.parts)), axis=0)
        outer = step.parts
        s = step.known if step.component is None else variances[step.component]
        a, shrink = step.loading, s / growth
        turned = np.einsum("gij,gj->gi", of_groups, row)
        along = np.einsum("gi,gi->g", row, turned)
        if step.component is not None:
            change = log_determinant * row[:, a] / growth - along / growth**2
            gradient[step.component] += change.sum()
        of_groups[:, a] -= shrink[:, None] * turned
        of_groups[:, :, a] -= shrink[:, None] * turned
        of_groups[:, a, a] += shrink**2 * along + log_determinant * shrink
    if nesting.own is not None:
        parts = nesting.folds[0].parts
        squares = np.add.reduceat((folded.weight**2)[:, None, None] * nesting.products, parts, axis=0)
        along = float(np.einsum("gij,gij->", of_groups, squares))
        gradient[nesting.own] += log_determinant * float(folded.weight.sum()) - along
    return gradient, of_groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The coefficients for given variances: generalised least squares, with the (restricted) log-likelihood."""

    coefficients: Vector
    covariance: Matrix
    squares: float
    log_likelihood: float
    gradient: Vector


def fitted(nesting: Nesting, variances: Vector, *, restricted: bool) -> Fitted:
    """The fit for these variances and the gradient of its log-likelihood by them."""
    folded = fold(nesting, variances)
    of_x = folded.total[2:-1, 2:-1]
    covariance = np.asarray(np.linalg.inv(of_x), dtype=np.float64)
    b = covariance @ folded.total[2:-1, -1]
    direction = np.concatenate([np.zeros(2), b, [-1.0]])
    squares = float(direction @ folded.total @ direction)
    n, p = len(nesting.columns), len(b)
    value = -folded.log_determinant - squares - (n - p * restricted) * np.log(2 * np.pi)
    total = np.outer(direction, direction)
    if restricted:
        value += nesting.log_determinant - np.linalg.slogdet(of_x)[1]
        total[2:-1, 2:-1] += covariance
    gradient, _ = back(nesting, variances, folded=folded, total=-0.5 * total, log_determinant=-0.5)
    return Fitted(
        coefficients=b,
        covariance=covariance,
        squares=squares,
        log_likelihood=float(value / 2),
        gradient=gradient,
    )


def weights_of(nesting: Nesting, variances: Vector) -> Vector:
    """The row sums of M⁻¹, in the order of the rows as given: each effect's weight in a mean of all."""
    folded = fold(nesting, variances)
    total = np.zeros_like(folded.total)
    total[ONES, -1] = total[-1, ONES] = 1.0
    _, of_groups = back(nesting, variances, folded=folded, total=total, log_determinant=0.0)
    sizes = np.diff(nesting.folds[0].parts, append=len(nesting.columns))
    of_rows = np.repeat(of_groups, sizes, axis=0)
    summed = folded.weight * np.einsum("nj,nj->n", of_rows[:, -1], nesting.columns)
    weights = np.empty(len(summed))
    weights[nesting.order] = summed
    return weights


def nest(
    effects: Vector, variances: Vector, *, design: Matrix, codes: Sequence[NDArray[Any]], correlation: float
) -> Nesting:
    """Sort the data by the levels' groups (`codes`, outer to inner, each nested in the one before) and plan the folds.

    Sampling errors go together with `correlation` within the innermost groups that hold more than one effect.
    """
    order = np.lexsort(tuple(reversed(codes)))
    sorted_codes = [code[order] for code in codes]
    n, inner = len(effects), len(codes) - 1
    own = inner if len(np.unique(codes[-1])) == n else None
    shared = range(inner if own is not None else inner + 1)
    folds: list[Fold] = []
    starts = np.arange(n)
    for place in reversed(shared):
        begins = np.flatnonzero(np.diff(sorted_codes[place], prepend=-1))
        parts = np.searchsorted(starts, begins)
        if correlation > 0 and not folds:
            folds.append(Fold(parts=parts, loading=SPREADS, component=None, known=correlation))
            parts = np.arange(len(begins))
        folds.append(Fold(parts=parts, loading=ONES, component=place))
        starts = begins
    if not folds:  # each effect is its own group: nothing is shared
        folds.append(Fold(parts=np.array([0]), loading=ONES, component=None))
    spread = np.sqrt(variances)
    columns = np.column_stack([np.ones(n), spread, design, effects])[order]
    return Nesting(
        order=order,
        columns=columns,
        products=columns[:, :, None] * columns[:, None, :],
        independent=((1 - correlation) * variances)[order],
        own=own,
        folds=tuple(folds),
        components=len(codes),
        log_determinant=float(np.linalg.slogdet(design.T @ design)[1]),
        unit=max(_mean_square(effects, design), float(np.median(variances))),
        smallest=float(variances.min()),
    )


def _mean_square(effects: Vector, design: Matrix) -> float:
    """Of the least-squares residuals."""
    basis, _ = np.linalg.qr(design)
    residual = effects - basis @ (basis.T @ effects)
    return float(residual @ residual / (len(effects) - design.shape[1]))


def covariances(nesting: Nesting, variances: Vector) -> list[Matrix]:
    """M of each outermost group in the order of the groups: dense, for what has to look into each."""
    own = 0.0 if nesting.own is None else variances[nesting.own]
    blocks = [np.array([[value]]) for value in nesting.independent + own]
    rows = [np.array([row]) for row in range(len(nesting.columns))]
    for step in nesting.folds:
        s = step.known if step.component is None else variances[step.component]
        ends = np.append(step.parts[1:], len(blocks))
        groups = [slice(start, end) for start, end in zip(step.parts, ends, strict=True)]
        rows = [np.concatenate(rows[group]) for group in groups]
        loadings = [nesting.columns[members, step.loading] for members in rows]
        blocks = [
            joined(blocks[group]) + s * np.outer(along, along)
            for group, along in zip(groups, loadings, strict=True)
        ]
    return blocks


def joined(blocks: Sequence[Matrix]) -> Matrix:
    """The blocks along the diagonal of one matrix."""
    size = sum(len(block) for block in blocks)
    joined, start = np.zeros((size, size)), 0
    for block in blocks:
        end = start + len(block)
        joined[start:end, start:end] = block
        start = end
    return joined
