"""Errors of weighted least squares that do not trust its working model: HC2, CR2, with honest degrees of freedom.

The corrected errors are unbiased if the working model is true and stay consistent if it is not; the degrees of freedom
of Satterthwaite keep the promise of intervals and tests when clusters are few or of unequal weight.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Working = Array | Sequence[Array]
"""Of each row (a vector), or one square matrix a cluster, in the sorted order of the clusters."""

NOUGHT = 1e-10
"""Eigenvalues below it are nought: what the design explains wholly has no residual to correct."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Robust:
    """The covariance of contrasts of the coefficients, each with its degrees of freedom, and the number of clusters."""

    covariance: Array
    df: Array
    clusters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wald:
    """A test that several contrasts are all nought: F on `df` and `df_error` degrees of freedom."""

    f: float
    df: int
    df_error: float
    p: float


def cr2(
    design: Array,
    residuals: Array,
    *,
    clusters: NDArray[Any],
    weights: Working | None = None,
    target: Working | None = None,
    contrasts: Array | None = None,
) -> Robust:
    """Bias-reduced cluster-robust covariance (CR2) of weighted least squares, with Satterthwaite degrees of freedom.

    Parameters
    ----------
    design
        The design, one row an observation, of full column rank (n x k).
    residuals
        Outcome less fitted value, of the weighted fit with `weights` (n).
    clusters
        What is independent of what: rows of one cluster share a label (n). Each row its own: this is HC2.
    weights
        Of each row in the fit; one where left out. A matrix a cluster is a generalised fit.
    target
        The variances of the working model, up to a factor; one where left out (as for weights of a survey). Where the
        weights are inverse variances, as in a meta-regression, give those variances.
    contrasts
        Rows of weights of the coefficients (q x k); each coefficient where left out.

    Returns
    -------
    Robust
        The covariance (q x q) and the degrees of freedom (q) of the contrasts; NaN where the design explains wholly all
        that a contrast rests on.

    References
    ----------
    Bell, R. M. and McCaffrey, D. F. (2002). Survey Methodology 28(2), 169-181. Pustejovsky, J. E. and Tipton, E.
    (2018). Journal of Business & Economic Statistics 36(4), 672-683.

    Examples
    --------
    >>> design = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    >>> y = np.array([1.0, 2, 3, 2, 4, 9])
    >>> e = y - design @ np.linalg.lstsq(design, y)[0]
    >>> found = cr2(design, e, clusters=np.arange(6))
    >>> round(float(found.covariance[1, 1]), 4), round(float(found.df[1]), 4)  # Welch: (1 + 13) / 3
    (4.6667, 4.0)
    """
    fit = _fitted(design, clusters, weights=weights, target=target)
    return _robust(fit, residuals, np.eye(design.shape[1]) if contrasts is None else np.atleast_2d(contrasts))


def wald(
    design: Array,
    residuals: Array,
    *,
    coefficients: Array,
    constraints: Array,
    clusters: NDArray[Any],
    weights: Working | None = None,
    target: Working | None = None,
) -> Wald:
    """Test that several contrasts of coefficients are all nought, with CR2 errors and few clusters in mind.

    The statistic is Hotelling's T-squared with the degrees of freedom of Zhang, which holds its level far better than
    chi-squared or a plain F.

    Parameters
    ----------
    design, residuals, clusters, weights, target
        As in `cr2`.
    coefficients
        Of the fit (k).
    constraints
        Rows of weights of the coefficients, linearly independent (q x k).

    Returns
    -------
    Wald
        The test; `p` is NaN where there are too few clusters for so many constraints.

    References
    ----------
    Tipton, E. and Pustejovsky, J. E. (2015). Journal of Educational and Behavioral Statistics 40(6), 604-634: the
    method HTZ.

    Examples
    --------
    >>> design = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    >>> y = np.array([1.0, 2, 3, 2, 4, 9])
    >>> b = np.linalg.lstsq(design, y)[0]
    >>> test = wald(
    ...     design, y - design @ b, coefficients=b, constraints=np.array([[0.0, 1]]), clusters=np.arange(6)
    ... )
    >>> round(test.f, 4), round(test.df_error, 4)  # the square of Welch's t
    (1.9286, 4.0)
    """
    from scipy.special import fdtrc

    q = len(constraints)
    fit = _fitted(design, clusters, weights=weights, target=target)
    difference = constraints @ coefficients
    covariance = _covariance(fit, residuals, constraints)
    plain = [_form(fit, row) for row in constraints]
    values, vectors = np.linalg.eigh(np.array([[_expected(fit, s, t) for t in plain] for s in plain]))
    root = (vectors / np.sqrt(np.maximum(values, np.finfo(float).tiny))) @ vectors.T
    forms = [_form(fit, row) for row in root @ constraints]
    spread = sum(_product(fit, (s, s), (t, t)) + _product(fit, (s, t), (t, s)) for s in forms for t in forms)
    eta = q * (q + 1) / spread
    statistic = float(difference @ np.linalg.lstsq(covariance, difference, rcond=None)[0])
    df_error = eta - q + 1
    f = statistic * df_error / (eta * q)
    p = float(fdtrc(q, df_error, f)) if df_error > 0 else float("nan")
    return Wald(f=f, df=q, df_error=float(df_error), p=p)


def _robust(fit: _Fit, residuals: Array, rows: Array) -> Robust:
    forms = [_form(fit, row) for row in rows]
    df = np.array([_satterthwaite(fit, form) for form in forms])
    return Robust(covariance=_covariance(fit, residuals, rows), df=df, clusters=len(fit.starts))


def _satterthwaite(fit: _Fit, form: _Form) -> float:
    """Degrees of freedom of one contrast; NaN where the design explains wholly all that it rests on."""
    mean, spread = _expected(fit, form, form), _product(fit, (form, form), (form, form))
    return mean**2 / spread if mean > 0 and spread > 0 else math.nan


def _covariance(fit: _Fit, residuals: Array, rows: Array) -> Array:
    scores = fit.summed(fit.adjusted * residuals[fit.order, None]) @ fit.bread @ rows.T
    return np.asarray(scores.T @ scores)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Singly:
    """Where every cluster is one row: weight times target, and what joins a row to itself through the coefficients."""

    product: Array
    bend: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """A design with rows sorted by cluster; `adjusted` is A·W·X, all that the data of a cluster are needed for."""

    design: Array
    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    weights: Working
    target: Working
    bread: Array
    meat: Array
    adjusted: Array
    singly: _Singly | None

    @property
    def kernel(self) -> Array:
        """What joins two clusters through the coefficients."""
        bread = self.bread
        return np.block([[bread @ self.meat @ bread, -bread], [-bread, np.zeros_like(bread)]])

    def summed(self, rows: Array) -> Array:
        """The totals of rows over each cluster."""
        return rows if len(self.starts) == len(rows) else np.add.reduceat(rows, self.starts, axis=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """One contrast's variance: the sum over clusters of squared forms (p·e)².

    The product p_i' target p_j of two clusters is a' target a (where i = j) plus low_i' kernel low_j, of low rank;
    `low` is None where every cluster is one row, for which there are shorter ways.
    """

    a: Array
    target_a: Array
    low: Array | None


def _form(fit: _Fit, contrast: Array) -> _Form:
    a = fit.adjusted @ (fit.bread @ contrast)
    target_a = _times(fit.target, a[:, None], starts=fit.starts)[:, 0]
    if fit.singly is not None:
        return _Form(a=a, target_a=target_a, low=None)
    weighted = _times(fit.weights, target_a[:, None], starts=fit.starts)
    low = np.hstack([fit.summed(fit.design * a[:, None]), fit.summed(fit.design * weighted)])
    return _Form(a=a, target_a=target_a, low=low)


def _own(fit: _Fit, s: _Form, t: _Form) -> Array:
    return np.add.reduceat(s.a * t.target_a, fit.starts)


def _diagonal(fit: _Fit, s: _Form, t: _Form) -> Array:
    """The part of low rank, each cluster with itself."""
    if fit.singly is not None or s.low is None or t.low is None:
        return s.a * t.a * (0.0 if fit.singly is None else fit.singly.bend)
    return np.asarray(np.sum(s.low @ fit.kernel * t.low, axis=1))


def _crossed(fit: _Fit, s: _Form, t: _Form) -> Array:
    """The sum over clusters of low_s low_t'."""
    if fit.singly is not None or s.low is None or t.low is None:
        return _crossed_singly(fit, s.a * t.a)
    return np.asarray(s.low.T @ t.low)


def _crossed_singly(fit: _Fit, products: Array) -> Array:
    product = np.ones(len(products)) if fit.singly is None else fit.singly.product

    def summed(factor: Array) -> Array:
        return np.asarray((fit.design * (products * factor)[:, None]).T @ fit.design)

    if np.ptp(product) == 0:
        c = product[0]
        return np.kron(np.array([[1, c], [c, c * c]]), summed(np.ones(len(products))))
    return np.block(
        [[summed(np.ones(len(products))), summed(product)], [summed(product), summed(product**2)]]
    )


def _expected(fit: _Fit, s: _Form, t: _Form) -> float:
    """The expectation of the estimated (co)variance, up to the factor of the working model."""
    return float(np.sum(_own(fit, s, t) + _diagonal(fit, s, t)))


def _product(fit: _Fit, first: tuple[_Form, _Form], second: tuple[_Form, _Form]) -> float:
    """The sum over all pairs of clusters of (p_i' target p_j of `first`) x (the same of `second`)."""
    (s, t), (u, v) = first, second
    own, other = _own(fit, s, t), _own(fit, u, v)
    crossed = own * _diagonal(fit, u, v) + other * _diagonal(fit, s, t)
    low = np.trace(fit.kernel @ _crossed(fit, s, u) @ fit.kernel @ _crossed(fit, v, t))
    return float(np.sum(own * other + crossed) + low)


def _fitted(
    design: Array, clusters: NDArray[Any], *, weights: Working | None, target: Working | None
) -> _Fit:
    _, codes = np.unique(clusters, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    design = np.asarray(design, dtype=float)[order]
    w, phi = (_sorted(working, order) for working in (weights, target))
    weighted = _times(w, design, starts=starts)
    bread = np.asarray(np.linalg.pinv(design.T @ weighted, hermitian=True), dtype=np.float64)
    meat = weighted.T @ _times(phi, weighted, starts=starts)
    sizes = np.diff(starts, append=len(order))
    adjusted = np.empty_like(design)
    if isinstance(w, np.ndarray) and isinstance(phi, np.ndarray):
        alone = np.repeat(sizes == 1, sizes)
        adjusted[alone] = _singly(design[alone], (w[alone], phi[alone]), bread=bread, meat=meat)
    else:
        alone = np.zeros(len(order), dtype=bool)
    for place in np.flatnonzero(~alone[starts]):
        rows = slice(starts[place], starts[place] + sizes[place])
        working = tuple(part[rows] if isinstance(part, np.ndarray) else part[int(place)] for part in (w, phi))
        adjusted[rows] = _together(design[rows], working, bread=bread, meat=meat)
    singly = None
    if alone.all() and isinstance(w, np.ndarray) and isinstance(phi, np.ndarray):
        leverage, spread = _leverages(design, bread=bread, meat=meat)
        singly = _Singly(product=w * phi, bend=spread - 2 * leverage * w * phi)
    return _Fit(
        design=design,
        order=order,
        starts=starts,
        weights=w,
        target=phi,
        bread=bread,
        meat=meat,
        adjusted=adjusted,
        singly=singly,
    )


def _leverages(design: Array, *, bread: Array, meat: Array) -> tuple[Array, Array]:
    """Each row's own entry of design · bread · design', and of the same with bread · meat · bread."""
    return np.sum(design @ bread * design, axis=1), np.sum(design @ (bread @ meat @ bread) * design, axis=1)


def _sorted(working: Working | None, order: NDArray[np.intp]) -> Working:
    if working is None:
        return np.ones(len(order))
    return np.asarray(working, dtype=float)[order] if isinstance(working, np.ndarray) else list(working)


def _times(working: Working, rows: Array, *, starts: NDArray[np.intp]) -> Array:
    """The working matrix times rows that are sorted by cluster."""
    if isinstance(working, np.ndarray):
        return working[:, None] * rows
    parts = np.split(rows, starts[1:])
    return np.vstack([matrix @ part for matrix, part in zip(working, parts, strict=True)])


def _singly(design: Array, working: tuple[Array, Array], *, bread: Array, meat: Array) -> Array:
    """A·W·X of clusters of one row, all at once."""
    w, phi = working
    leverage, spread = _leverages(design, bread=bread, meat=meat)
    variance = phi - 2 * leverage * w * phi + spread  # of the residual, under the working model
    known = variance > NOUGHT * phi
    factor = np.where(known, np.sqrt(phi / np.where(known, variance, 1.0)), 0.0)
    return (factor * w)[:, None] * design


def _together(design: Array, working: tuple[Any, ...], *, bread: Array, meat: Array) -> Array:
    """A·W·X of one cluster: A = D' B^(-1/2) D, where D'D = target and B = D (I - H) target (I - H)' D'."""
    w, phi = working
    if w.ndim == 1 and phi.ndim == 1:
        return _diagonally(design, (w, phi), bread=bread, meat=meat)
    w, phi = (np.diag(part) if part.ndim == 1 else part for part in (w, phi))
    upper = np.linalg.cholesky(phi).T
    hat = design @ bread @ design.T @ w
    variance = phi - hat @ phi - phi @ hat.T + design @ bread @ meat @ bread @ design.T
    values, vectors = np.linalg.eigh(upper @ variance @ upper.T)
    known = values > NOUGHT * values.max()
    power = np.where(known, np.where(known, values, 1.0) ** -0.5, 0.0)
    adjustment: Array = upper.T @ ((vectors * power) @ vectors.T) @ upper
    return adjustment @ (w @ design)


def _diagonally(design: Array, working: tuple[Array, Array], *, bread: Array, meat: Array) -> Array:
    """The same where rows of the working model are independent.

    Where the target is constant in the cluster, B is that constant (squared) plus a matrix of low rank, so that a
    cluster of many rows costs no more than its rows times the square of its columns.
    """
    w, phi = working
    if len(design) <= 2 * design.shape[1] or np.ptp(phi) > 0:
        return _together(design, (np.diag(w), np.diag(phi)), bread=bread, meat=meat)
    basis, _ = np.linalg.qr(np.hstack([design, w[:, None] * design]))
    left, right = basis.T @ design, basis.T @ (w[:, None] * design)
    crossed = left @ bread @ right.T
    small = np.eye(len(left)) - crossed - crossed.T + left @ (bread @ meat @ bread) @ left.T / phi[0]
    values, vectors = np.linalg.eigh(small)
    known = values > NOUGHT
    power = np.where(known, np.where(known, values, 1.0) ** -0.5, 0.0) - 1
    weighted = w[:, None] * design
    adjusted: Array = weighted + basis @ ((vectors * power) @ vectors.T @ (basis.T @ weighted))
    return adjusted
