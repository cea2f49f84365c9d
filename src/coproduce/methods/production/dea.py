"""Data envelopment analysis: how far each unit is from the best practice of the others, with no form of function."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from coproduce.errors import EstimationError
from coproduce.methods.effects.contrast import Worry
from coproduce.methods.production.simplex import Programmes, Solved, solve

Floats = npt.NDArray[np.float64]
Returns = Literal["constant", "variable"]
Orientation = Literal["input", "output"]
METHOD = "data envelopment analysis"
EFFICIENT = 1e-7
LEAST_WEIGHT = 1e-7
AT_ONCE = 4_000_000
MANY_EFFICIENT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Dea:
    """Each unit's efficiency, from 0 to 1 in either orientation, and its peers: row and weight of each.

    A unit of efficiency 1 may still have slack: more of one input than its peers, which no shrinking of all shows.
    """

    efficiency: Floats
    peers: tuple[tuple[tuple[int, float], ...], ...]
    returns: Returns
    orientation: Orientation
    worries: tuple[Worry, ...]


def dea(
    inputs: Floats,
    outputs: Floats,
    *,
    returns: Returns = "variable",
    orientation: Orientation = "input",
) -> Dea:
    """The share of its inputs with which a unit's output could be made, or of possible output that it makes.

    Parameters
    ----------
    inputs, outputs
        In levels, not negative, one row a unit: (n) or (n x m). Every unit has some input and some output.
    returns
        Constant: best practice may be scaled up and down. Variable: it is only mixed.
    orientation
        Input: how far all inputs could shrink. Output: one over how far all outputs could grow.

    Returns
    -------
    Dea
        Efficiency against the units themselves, which is too high in small samples: see `dea_bootstrap`.

    Raises
    ------
    EstimationError
        If a number is missing or negative, or a unit has no input or no output.

    References
    ----------
    Charnes, A., Cooper, W. W. and Rhodes, E. (1978). European Journal of Operational Research 2, 429-444; Banker, R.
    D., Charnes, A. and Cooper, W. W. (1984). Management Science 30(9), 1078-1092.

    Examples
    --------
    >>> found = dea(np.array([2.0, 4, 6, 4]), np.array([1.0, 4, 5, 1]))
    >>> found.efficiency.round(3), found.peers[3]
    (array([1. , 1. , 1. , 0.5]), ((0, 1.0),))
    """
    x, y = checked(inputs, outputs)
    found = envelop(x, y, references=(x[None], y[None]), returns=returns, orientation=orientation)
    t = found.values[0]
    score = t if orientation == "input" else -1 / t
    return Dea(
        efficiency=np.where(score > 1 - EFFICIENT, 1.0, score),
        peers=_peers(found, n=len(x)),
        returns=returns,
        orientation=orientation,
        worries=tuple(_worries(score, measures=x.shape[1] + y.shape[1])),
    )


def scale_efficiency(inputs: Floats, outputs: Floats, *, orientation: Orientation = "input") -> Floats:
    """Efficiency under constant over that under variable returns: what a unit loses by its size.

    Parameters
    ----------
    inputs, outputs, orientation
        As in `dea`.

    Returns
    -------
    numpy.ndarray
        From 0 to 1, 1 where the unit is of the most productive size (n).

    References
    ----------
    Banker, R. D., Charnes, A. and Cooper, W. W. (1984). Management Science 30(9), 1078-1092.

    Examples
    --------
    >>> scale_efficiency(np.array([2.0, 4, 6]), np.array([1.0, 4, 5])).round(3)
    array([0.5  , 1.   , 0.833])
    """
    constant, variable = (
        dea(inputs, outputs, returns=returns, orientation=orientation).efficiency
        for returns in ("constant", "variable")
    )
    return np.asarray(np.minimum(constant / variable, 1.0))


def checked(inputs: Floats, outputs: Floats) -> tuple[Floats, Floats]:
    """Inputs and outputs as tables of levels that can be enveloped.

    Parameters
    ----------
    inputs, outputs
        As in `dea`.

    Raises
    ------
    EstimationError
        As in `dea`, all faults at once.

    Examples
    --------
    >>> [table.shape for table in checked(np.ones(3), np.ones((3, 2)))]
    [(3, 1), (3, 2)]
    """
    x, y = (np.asarray(table, dtype=float) for table in (inputs, outputs))
    x, y = (table[:, None] if table.ndim == 1 else table for table in (x, y))
    if x.ndim != 2 or y.ndim != 2 or len(x) != len(y) or not x.size or not y.size:
        raise EstimationError(
            METHOD,
            seen=f"inputs of shape {x.shape} and outputs of shape {y.shape}",
            may_help="It needs at least one of each in every row.",
        )
    faults = [
        (~np.isfinite(np.hstack([x, y])).all(axis=1), "a number that is missing or infinite"),
        ((x < 0).any(axis=1), "a negative input"),
        ((y < 0).any(axis=1), "a negative output"),
        ((x == 0).all(axis=1), "no input at all"),
        ((y == 0).all(axis=1), "no output at all"),
    ]
    seen = [f"{int(rows.sum())} of {len(x)} rows with {what}" for rows, what in faults if rows.any()]
    if seen:
        raise EstimationError(
            METHOD,
            seen="; ".join(seen),
            may_help="Every unit needs amounts of zero or more, some input and some output.",
        )
    return x, y


def envelop(
    x: Floats,
    y: Floats,
    *,
    references: tuple[Floats, Floats],
    returns: Returns,
    orientation: Orientation,
) -> Solved:
    """Set units against several sets of as many reference units, unit by unit comparable.

    Parameters
    ----------
    x, y
        Of the units (n x m).
    references
        Inputs and outputs of the sets (s x n x m); the one that the orientation does not move must be as in `x` or `y`.
    returns, orientation
        As in `dea`.

    Returns
    -------
    Solved
        `values` are efficiencies (input), or minus the factors by which outputs could grow (output).

    Examples
    --------
    >>> x, y = np.array([[1.0], [2.0]]), np.ones((2, 1))
    >>> envelop(x, y, references=(x[None] / 2, y[None]), returns="variable", orientation="input").values
    array([[0.5 , 0.25]])
    """
    n, sets = len(x), len(references[0])
    size = np.concatenate([x.mean(axis=0), y.mean(axis=0)])
    size = np.where(size > 0, size, 1.0)
    both = np.concatenate([references[0], -references[1]], axis=2) / size
    zero_x, zero_y = np.zeros_like(x), np.zeros_like(y)
    moved, still = ((x, zero_y), (zero_x, -y)) if orientation == "input" else ((zero_x, y), (x, zero_y))
    along, right = np.hstack(moved) / size, np.hstack(still) / size
    if returns == "variable":
        both = np.concatenate([both, np.ones((sets, n, 1))], axis=2)
        along, right = np.column_stack([along, np.zeros(n)]), np.column_stack([right, np.ones(n)])
    part = max(1, AT_ONCE // (n * n))
    solved = [
        solve(
            Programmes(
                columns=np.swapaxes(both[place : place + part], 1, 2),
                right=np.broadcast_to(right, (len(both[place : place + part]), *right.shape)),
                along=np.broadcast_to(along, (len(both[place : place + part]), *along.shape)),
                slacks=len(size),
            ),
            np.arange(n),
        )
        for place in range(0, sets, part)
    ]
    values, basis, amounts = (
        np.concatenate([getattr(one, name) for one in solved]) for name in ("values", "basis", "amounts")
    )
    return Solved(values=values, basis=basis, amounts=amounts)


def _peers(found: Solved, *, n: int) -> tuple[tuple[tuple[int, float], ...], ...]:
    return tuple(
        tuple(
            sorted(
                (int(place), float(amount))
                for place, amount in zip(basis[1:], amounts[1:], strict=True)
                if place < n and amount > LEAST_WEIGHT
            )
        )
        for basis, amounts in zip(found.basis[0], found.amounts[0], strict=True)
    )


def _worries(score: Floats, *, measures: int) -> Iterator[Worry]:
    n, share = len(score), float((score > 1 - EFFICIENT).mean())
    least = 3 * measures
    yield Worry(
        name="few_units",
        value=float(n),
        ok=n >= least,
        meaning=f"{n} units are set against {measures} inputs and outputs"
        + ("." if n >= least else ": with fewer than three a measure most look efficient whatever they do."),
    )
    yield Worry(
        name="many_efficient",
        value=share,
        ok=share <= MANY_EFFICIENT,
        meaning=f"{share:.0%} of the units are on the frontier"
        + ("." if share <= MANY_EFFICIENT else ": the measures hardly tell units apart."),
    )
    yield Worry(
        name="no_noise",
        value=None,
        ok=False,
        meaning="The frontier takes every number as exact: one unit that was lucky or ill measured moves it for all.",
        lowers=0,
    )
