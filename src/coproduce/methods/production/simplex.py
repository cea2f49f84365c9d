"""Envelopment programmes of many units at once: the simplex method over all of them side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from coproduce.errors import EstimationError

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
MOST_PIVOTS = 500
REFACTORED = 25
"""Every so many pivots the inverse of each basis is computed afresh."""

NOUGHT = 1e-11
PERTURBED = 1e-9
CERTAIN = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True)
class Programmes:
    """Least t such that columns @ weights + slacks = right + t x along, with weights and slacks not negative.

    Sets of reference units (s x r x n); `right` and `along` have one row for each unit that is asked about in each set
    (s x b x r). The first `slacks` rows have a slack, one after them has none: the weights' sum under variable returns.
    """

    columns: Floats
    right: Floats
    along: Floats
    slacks: int

    @property
    def table(self) -> Floats:
        """Columns of reference units, then of slacks (s x r x n + slacks)."""
        s, r, _ = self.columns.shape
        slack = np.broadcast_to(np.eye(r)[:, : self.slacks], (s, r, self.slacks))
        return np.concatenate([self.columns, slack], axis=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """Of each unit asked about: the least t, the columns of its basis and their amounts (s x b x r, that of t first).

    Reference units have numbers from 0, slacks those after; t itself has -1.
    """

    values: Floats
    basis: Places
    amounts: Floats


def solve(programmes: Programmes, start: Places) -> Solved:
    """Solve all programmes at once, and by HiGHS those that this does not settle.

    Parameters
    ----------
    programmes
        What is asked.
    start
        For each unit asked about, a reference unit that alone, scaled, is a solution (b).

    Returns
    -------
    Solved
        Each with a certificate: its amounts are not negative and no column would lower t. What has none goes to HiGHS.

    Raises
    ------
    EstimationError
        If neither settles a programme.

    References
    ----------
    Dantzig, G. B. (1963). Linear Programming and Extensions, chapters 5 (simplex), 9 (inverse) and 10 (perturbation).

    Examples
    --------
    >>> units = np.array(
    ...     [[[1.0, 2.0], [-1.0, -1.0]]]
    ... )  # one input, one output: the second takes twice as much
    >>> two = Programmes(
    ...     columns=units,
    ...     right=np.array([[[0.0, -1], [0, -1]]]),
    ...     along=np.array([[[1.0, 0], [2, 0]]]),
    ...     slacks=2,
    ... )
    >>> solve(two, np.arange(2)).values
    array([[1. , 0.5]])
    """
    table = programmes.table
    basis = _pivoted(programmes, table, _first_basis(programmes, start))
    found, settled = _certified(programmes, table, basis)
    for place, unit in np.argwhere(~settled):
        found.values[place, unit], found.basis[place, unit], found.amounts[place, unit] = _by_highs(
            programmes, int(place), int(unit)
        )
    return found


def _eased(programmes: Programmes) -> Floats:
    """Right sides a trifle wider, each row by another share, so that no two columns leave at once."""
    right = programmes.right.copy()
    share = PERTURBED * (0.5 + 0.5 * np.mod(np.arange(1, programmes.slacks + 1) * 0.6180339887, 1))
    part = right[..., : programmes.slacks]
    size = np.abs(part) + np.abs(programmes.along[..., : programmes.slacks])
    part += share * np.where(size > 0, size, 1.0)
    return right


def _first_basis(programmes: Programmes, start: Places) -> Places:
    """That of each unit's start: t, the start, and all slacks but of the rows that bind them."""
    right, slacks = _eased(programmes)[..., : programmes.slacks], programmes.slacks
    alone = np.swapaxes(programmes.columns[:, :slacks, start], 1, 2)
    along = programmes.along[..., :slacks]
    aside = (along == 0) & (alone != 0)
    bound = np.divide(right, alone, out=np.zeros_like(right), where=aside)
    least = np.where(aside & (alone < 0), bound, -np.inf)
    most = np.where(aside & (alone > 0), bound, np.inf)
    from_below = np.isfinite(least).any(axis=2)
    weight = np.where(from_below, least.max(axis=2), most.min(axis=2))
    ties = np.where(from_below, least.argmax(axis=2), most.argmin(axis=2))
    if programmes.columns.shape[1] > slacks:
        weight, ties = np.ones_like(weight), np.full_like(ties, -1)
    needed = np.where(along > 0, (alone * weight[..., None] - right) / np.where(along > 0, along, 1), -np.inf)
    places = np.arange(slacks)
    kept = places != needed.argmax(axis=2)[..., None]
    if programmes.columns.shape[1] == slacks:
        kept &= places != ties[..., None]
    s, b = weight.shape
    names = np.broadcast_to(places + programmes.columns.shape[2], along.shape)
    rest = names[kept].reshape(s, b, -1)
    return np.concatenate([np.full((s, b, 1), -1), np.broadcast_to(start[:, None], (s, b, 1)), rest], axis=2)


def _matrix(table: Floats, along: Floats, *, basis: Places, sets: Places) -> Floats:
    """The columns of each basis (u x r x r)."""
    chosen = table[sets[:, None], :, basis[:, 1:]]
    return np.concatenate([-along[:, :, None], np.swapaxes(chosen, 1, 2)], axis=2)


def _pivoted(programmes: Programmes, table: Floats, basis: Places) -> Places:
    """The bases at which no column would lower t, or where the pivots ran out."""
    s, b, r = basis.shape
    norms = np.linalg.norm(table, axis=1, keepdims=True)
    priced = table / np.where(norms > 0, norms, 1.0)
    basis, sets = basis.reshape(-1, r).copy(), np.repeat(np.arange(s), b)
    right, along = _eased(programmes).reshape(-1, r), programmes.along.reshape(-1, r)
    tableau = np.empty((s * b, r, r + 1))
    going = np.arange(s * b)
    for step in range(MOST_PIVOTS):
        if step % REFACTORED == 0:
            inverse = np.linalg.inv(_matrix(table, along[going], basis=basis[going], sets=sets[going]))
            tableau[going] = np.concatenate([inverse, inverse @ right[going][:, :, None]], axis=2)
        enters, better = _entering(priced, tableau, going=going, sets=sets)
        going, enters = going[better], enters[better]
        if not len(going):
            break
        leaves, possible = _pivot(table, tableau, going=going, columns=(sets[going], enters))
        basis[going[possible], leaves[possible]] = enters[possible]
        going = going[possible]
    return basis.reshape(s, b, r)


def _entering(priced: Floats, tableau: Floats, *, going: Places, sets: Places) -> tuple[Places, Flags]:
    """The column that lowers t most, for its length, and whether it lowers t at all."""
    r = tableau.shape[1]
    duals = tableau[going, 0, :r]
    enters, gains = np.empty(len(going), dtype=np.intp), np.empty(len(going))
    starts = np.flatnonzero(np.diff(sets[going], prepend=-1))
    for one, end in zip(starts, [*starts[1:], len(going)], strict=True):
        worth = duals[one:end] @ priced[sets[going[one]]]
        enters[one:end] = worth.argmax(axis=1)
        gains[one:end] = worth.max(axis=1)
    return enters, gains > NOUGHT * np.abs(duals).max(axis=1)


def _pivot(
    table: Floats, tableau: Floats, *, going: Places, columns: tuple[Places, Places]
) -> tuple[Places, Flags]:
    """Exchange a column of each basis; t, which has no sign, never leaves."""
    r = tableau.shape[1]
    here = tableau[going]
    direction = (here[:, :, :r] @ table[columns[0], :, columns[1]][:, :, None])[:, :, 0]
    allowed = direction > NOUGHT * np.abs(direction).max(axis=1, keepdims=True)
    allowed[:, 0] = False
    ratios = np.divide(
        np.maximum(here[:, :, r], 0), direction, out=np.full_like(direction, np.inf), where=allowed
    )
    leaves, row = ratios.argmin(axis=1), np.arange(len(going))
    possible = allowed.any(axis=1)
    pivot = np.where(possible, direction[row, leaves], 1.0)
    new = here[row, leaves] / pivot[:, None]
    here = here - direction[:, :, None] * new[:, None, :]
    here[row, leaves] = new
    tableau[going[possible]] = here[possible]
    return leaves, possible


def _certified(programmes: Programmes, table: Floats, basis: Places) -> tuple[Solved, Flags]:
    """Values and amounts for the right sides as they are, and where they are proven to be the least."""
    s, b, r = basis.shape
    flat = basis.reshape(-1, r)
    along, right = programmes.along.reshape(-1, r), programmes.right.reshape(-1, r)
    inverse = np.linalg.inv(_matrix(table, along, basis=flat, sets=np.repeat(np.arange(s), b)))
    amounts = (inverse @ right[:, :, None])[:, :, 0].reshape(s, b, r)
    duals = inverse[:, 0].reshape(s, b, r)
    norms = np.linalg.norm(table, axis=1)[:, None, :]
    gains = np.array(
        [
            (one @ columns / norm).max(axis=1)
            for one, columns, norm in zip(duals, table, np.where(norms > 0, norms, 1.0), strict=True)
        ]
    )
    settled = (gains <= CERTAIN * np.abs(duals).max(axis=2)) & (
        amounts[..., 1:].min(axis=2) >= -CERTAIN * np.abs(amounts).max(axis=2)
    )
    values = amounts[..., 0].copy()
    amounts[..., 1:] = np.maximum(amounts[..., 1:], 0.0)
    return Solved(values=values, basis=basis, amounts=amounts), settled


def _by_highs(programmes: Programmes, place: int, unit: int) -> tuple[float, Places, Floats]:
    """One programme by HiGHS; as basis the largest amounts."""
    from scipy.optimize import linprog

    columns, slacks = programmes.columns[place], programmes.slacks
    matrix = np.column_stack([columns, -programmes.along[place, unit]])
    right = programmes.right[place, unit]
    found = linprog(
        np.append(np.zeros(columns.shape[1]), 1.0),
        A_ub=matrix[:slacks],
        b_ub=right[:slacks],
        A_eq=matrix[slacks:] if len(matrix) > slacks else None,
        b_eq=right[slacks:] if len(matrix) > slacks else None,
        bounds=[(0, None)] * columns.shape[1] + [(None, None)],
        method="highs",
    )
    if not found.success:
        raise EstimationError(
            "data envelopment analysis",
            seen=f"a programme of row {unit + 1} that has no solution ({found.message})",
            may_help="Look at the size of its inputs and outputs: they may differ by too many powers of ten.",
        )
    largest = np.argsort(-found.x[:-1], kind="stable")[: len(matrix) - 1]
    return float(found.fun), np.append(-1, largest), np.append(found.fun, found.x[largest])
