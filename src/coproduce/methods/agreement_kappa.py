"""Agreement beyond chance by other accounts of chance: Cohen's and Fleiss' kappa, Gwet's AC1; and none: percent."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError
from coproduce.methods.agreement import Agreement, Drawing, drawn_statistics, spread

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Coefficient = Literal["percent", "cohen", "fleiss", "gwet"]
NAMES = {
    "percent": "percent agreement",
    "cohen": "Cohen's kappa",
    "fleiss": "Fleiss' kappa",
    "gwet": "Gwet's AC1",
}


def agreement_of(
    codes: Codes,
    coefficient: Coefficient,
    *,
    held: int | None = None,
    clusters: Codes | None = None,
    drawing: Drawing | None = None,
) -> Agreement:
    """How far coders agree on unordered codes.

    Parameters
    ----------
    codes
        (units, coders): the place of each code in the list of codes, from 0; -1 where a coder gave none. Cohen's kappa
        takes two coders, and the units that both coded.
    coefficient
        ``percent``: the share of pairs of coders that agree; ``cohen``: chance by each coder's own habit; ``fleiss``:
        chance by the habit of all; ``gwet``: chance of agreeing by guesswork, which stays small where one code is rare.
    held
        How many codes there are to choose from; those that were given where left out.
    clusters
        (units,) which units hang together; each stands alone where left out.
    drawing
        How the interval is drawn; no interval where left out.

    Returns
    -------
    Agreement
        `observed` and `expected` are agreements.

    Raises
    ------
    EstimationError
        If no unit has two codes, or chance alone would make everybody agree; or kappa by Cohen has not two coders.

    References
    ----------
    Cohen, J. (1960). Educational and Psychological Measurement 20, 37-46; Fleiss, J. L. (1971). Psychological Bulletin
    76, 378-382; Gwet, K. L. (2008). British Journal of Mathematical and Statistical Psychology 61, 29-48.

    Examples
    --------
    >>> codes = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], [20, 5, 10, 15], axis=0)
    >>> round(agreement_of(codes, "cohen").value, 10)
    0.4
    """
    parts, paired = _parts(codes, coefficient, held=held)
    labels = np.arange(len(codes)) if clusters is None else clusters
    found, among = np.unique(labels, return_inverse=True)
    sums = np.zeros((len(found), parts.shape[1]))
    np.add.at(sums, among, parts)
    value, observed, expected = _coefficients(sums.sum(axis=0, keepdims=True), coefficient)
    if not math.isfinite(value[0]):
        raise _no_answer(coefficient, has_pairs=bool(paired.any()))
    draws = drawn_statistics(
        lambda drawn: _coefficients(drawn @ sums, coefficient)[0], clusters=len(found), drawing=drawing
    )
    return Agreement(
        value=float(value[0]),
        **spread(draws, drawing=drawing),
        observed=float(observed[0]),
        expected=float(expected[0]),
        units=int(paired.sum()),
        ratings=int((codes[paired] >= 0).sum()),
        clusters=len(found),
    )


def _no_answer(coefficient: Coefficient, *, has_pairs: bool) -> EstimationError:
    seen = "everybody gave the same code throughout" if has_pairs else "no unit was coded by two coders"
    may_help = (
        "Agreement beyond chance can be told where two coders code the same units with more than one code."
    )
    return EstimationError(NAMES[coefficient], seen=seen, may_help=may_help)


def _parts(codes: Codes, coefficient: Coefficient, *, held: int | None) -> tuple[Array, NDArray[np.bool_]]:
    """What each unit adds: whether two coded it, how far they agree, whether it counts for chance, and its codes."""
    number = held or int(codes.max(initial=0)) + 1
    given = np.stack([codes == code for code in range(number)], axis=2)
    counts = given.sum(axis=1).astype(float)
    size = counts.sum(axis=1)
    paired = size >= 2
    pairs = np.where(paired, size * (size - 1), 1)
    agree = (counts * (counts - 1)).sum(axis=1) / pairs
    if coefficient == "cohen":
        if codes.shape[1] != 2:
            seen = f"{codes.shape[1]} coders"
            raise EstimationError(NAMES["cohen"], seen=seen, may_help="It compares two: take Fleiss' kappa.")
        habits = np.where(paired[:, None], np.hstack([given[:, 0], given[:, 1]]), 0.0)
        return np.column_stack([paired, agree, paired, habits]), paired
    rated = size >= 1
    shares = counts / np.maximum(size, 1)[:, None]
    return np.column_stack([paired, agree, rated, shares]), paired


def _coefficients(sums: Array, coefficient: Coefficient) -> tuple[Array, Array, Array]:
    with np.errstate(divide="ignore", invalid="ignore"):  # a draw may hold no pair, or one code only
        observed = sums[:, 1] / sums[:, 0]
        expected = _chance(sums[:, 3:] / sums[:, 2:3], coefficient)
        value = np.where(expected < 1, (observed - expected) / (1 - expected), np.nan)
    return value, observed, expected


def _chance(shares: Array, coefficient: Coefficient) -> Array:
    """The agreement that chance alone would give."""
    if coefficient == "percent":
        return np.zeros(len(shares))
    if coefficient == "cohen":
        half = shares.shape[1] // 2
        return _products(shares[:, :half], shares[:, half:])
    if coefficient == "fleiss":
        return _products(shares, shares)
    return np.asarray(_products(shares, 1 - shares) / (shares.shape[1] - 1), dtype=float)


def _products(one: Array, other: Array) -> Array:
    return np.asarray((one * other).sum(axis=1), dtype=float)
