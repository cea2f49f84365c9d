"""What a meta-analysis is given, and what it refuses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coproduce.errors import EstimationError
from coproduce.methods.synthesis.roots import Vector
from coproduce.methods.synthesis.sums import Matrix

SHOWN = 10
COLLINEAR = 1e-8
MOST_UNEQUAL = 1e10
# Variances fall as 1 / n, standard errors as its square root: half-way between is where doubt begins.
SLOPE_OF_DOUBT = -0.75


def checked(effects: ArrayLike, variances: ArrayLike, *, method: str) -> tuple[Vector, Vector]:
    """The effects and variances as vectors, or a refusal that lists the rows at fault.

    Raises
    ------
    EstimationError
        Where a value is missing or infinite, a variance is not above 0, variances differ beyond belief, the lengths
        differ, or there are fewer than two studies. Rows are counted from 1.

    Examples
    --------
    >>> checked([0.1, 0.2], [0.01, 0.0], method="pooling")
    Traceback (most recent call last):
    coproduce.errors.EstimationError: pooling: variances that are not above 0 in row 2 of 2. A sampling variance is the
    square of a standard error; leave out or mend these rows
    """
    y, v = np.atleast_1d(np.asarray(effects, dtype=float)), np.atleast_1d(np.asarray(variances, dtype=float))
    if y.ndim != 1 or y.shape != v.shape:
        raise EstimationError(
            method,
            seen=f"effects of shape {y.shape} and variances of shape {v.shape}",
            may_help="Give one effect and one variance a study",
        )
    missing = ~(np.isfinite(y) & np.isfinite(v))
    if missing.any():
        raise EstimationError(
            method,
            seen=f"effects or variances that are missing or infinite in {rows_of(missing)}",
            may_help="Leave these rows out and say so, or fill them in",
        )
    if (v <= 0).any():
        raise EstimationError(
            method,
            seen=f"variances that are not above 0 in {rows_of(v <= 0)}",
            may_help="A sampling variance is the square of a standard error; leave out or mend these rows",
        )
    _refuse_unequal(v, method=method)
    if len(y) < 2:
        raise EstimationError(
            method,
            seen=f"{len(y)} {'study' if len(y) == 1 else 'studies'}",
            may_help="It takes two studies or more to say what studies say together",
        )
    return y, v


def _refuse_unequal(variances: Vector, *, method: str) -> None:
    """Variances so unequal that sums of weights lose their digits are no variances of one measure."""
    least, most = int(np.argmin(variances)), int(np.argmax(variances))
    if variances[most] > MOST_UNEQUAL * variances[least]:
        raise EstimationError(
            method,
            seen=f"variances from {variances[least]:.3g} (row {least + 1}) to {variances[most]:.3g} (row {most + 1})",
            may_help="No studies of one measure differ so much in precision: look at the units of these rows",
        )


def rows_of(wrong: NDArray[np.bool_]) -> str:
    """Where something is wrong, in words; rows are counted from 1.

    Examples
    --------
    >>> import numpy as np
    >>> rows_of(np.array([True, False, True]))
    'rows 1, 3 of 3'
    """
    rows = np.flatnonzero(wrong) + 1
    listed = ", ".join(str(row) for row in rows[:SHOWN]) + (", …" if len(rows) > SHOWN else "")
    return f"{'row' if len(rows) == 1 else 'rows'} {listed} of {len(wrong)}"


def checked_design(
    design: ArrayLike, names: Sequence[str] | None, *, studies: int, method: str
) -> tuple[Matrix, tuple[str, ...]]:
    """The design as a matrix of full rank with a name a column, or a refusal that names the columns at fault."""
    x = np.asarray(design, dtype=float)
    x = x[:, None] if x.ndim == 1 else x
    titles = tuple(names) if names is not None else tuple(f"x{column + 1}" for column in range(x.shape[1]))
    if x.ndim != 2 or x.shape[0] != studies or len(titles) != x.shape[1]:
        raise EstimationError(
            method,
            seen=f"a design of shape {x.shape} with {len(titles)} names for {studies} studies",
            may_help="Give a row a study and a name a column",
        )
    missing = ~np.isfinite(x)
    if missing.any():
        where = "; ".join(
            f"{titles[c]}: {rows_of(missing[:, c])}" for c in np.flatnonzero(missing.any(axis=0))
        )
        raise EstimationError(
            method,
            seen=f"moderators with missing values: {where}",
            may_help="Leave these rows out and say so, or fill them in",
        )
    if x.shape[1] >= studies:
        raise EstimationError(
            method,
            seen=f"{studies} studies for {x.shape[1]} coefficients",
            may_help="Take fewer moderators or more studies",
        )
    _refuse_collinear(x, titles, method=method)
    return x, titles


def _refuse_collinear(x: Matrix, names: tuple[str, ...], *, method: str) -> None:
    """Each column must add something to those before it."""
    length = np.linalg.norm(x, axis=0)
    diagonal = np.abs(np.diag(np.linalg.qr(x / np.where(length > 0, length, 1.0), mode="r")))
    empty = [name for name, share in zip(names, diagonal, strict=True) if share < COLLINEAR]
    if empty:
        raise EstimationError(
            method,
            seen=f"moderators that add nothing to those before them (constant or collinear): {', '.join(empty)}",
            may_help=f"Leave them out; in order, the columns are {', '.join(names)}",
        )


def like_standard_errors(variances: ArrayLike, sizes: ArrayLike) -> bool:
    """Whether what is called a variance falls with a study's size as a standard error does.

    The slope of log variance on log size is -1 for variances and -1/2 for standard errors. It says nothing (False)
    where sizes hardly differ or where it is uncertain on which side of -3/4 the slope is.

    Parameters
    ----------
    variances
        What was given as sampling variances, shape (k,).
    sizes
        The studies' sample sizes, shape (k,).

    Returns
    -------
    bool
        Whether to ask if these are standard errors.

    Examples
    --------
    >>> import numpy as np
    >>> n = np.array([20, 50, 100, 400, 1000])
    >>> like_standard_errors(np.sqrt(4 / n), n), like_standard_errors(4 / n, n)
    (True, False)
    """
    x, y = np.log(np.asarray(sizes, dtype=float)), np.log(np.asarray(variances, dtype=float))
    centred = x - x.mean()
    squares = float(centred @ centred)
    if len(x) < 4 or squares < 1e-6:
        return False
    slope = float(centred @ y) / squares
    residual = y - y.mean() - slope * centred
    error = np.sqrt(float(residual @ residual) / (len(x) - 2) / squares)
    return bool(SLOPE_OF_DOUBT + 2 * error < slope < -0.25)
