"""Terms of a production function that is linear in logarithms."""

from __future__ import annotations

from typing import Literal

import numpy as np

from coproduce.errors import EstimationError
from coproduce.methods.production.rows import Floats, Rows

Form = Literal["cobb_douglas", "translog"]


def pairs_of(inputs: int) -> list[tuple[int, int]]:
    """Places of the second-order terms: each input with itself and those after it.

    Examples
    --------
    >>> pairs_of(2)
    [(0, 0), (0, 1), (1, 1)]
    """
    return [(one, other) for one in range(inputs) for other in range(one, inputs)]


def design_of(rows: Rows, *, form: Form, method: str) -> tuple[Floats, tuple[str, ...]]:
    """A constant, logs of the inputs, for the translog half squares and products about the means, and a trend.

    Parameters
    ----------
    rows
        Of production.
    form
        Cobb-Douglas: logs of the inputs in their own units. Translog: about their geometric means.
    method
        Who asks, for the refusal.

    Returns
    -------
    tuple
        The design and the names of its columns.

    Raises
    ------
    EstimationError
        If the terms cannot be told apart.

    Examples
    --------
    >>> from coproduce.methods.production.rows import as_rows
    >>> rows = as_rows(
    ...     np.arange(1.0, 6), np.array([[1.0, 2], [2, 1], [3, 5], [4, 3], [5, 9]]), method="", parameters=3
    ... )
    >>> design_of(rows, form="translog", method="")[1]
    Traceback (most recent call last):
    ...
    coproduce.errors.EstimationError: : 5 rows, for 6 terms that 5 columns would say as well. Take fewer terms.
    >>> design_of(rows, form="cobb_douglas", method="")[1]
    ('constant', 'log_1', 'log_2')
    """
    logs = rows.log_inputs
    first = logs + rows.means if form == "cobb_douglas" else logs
    pairs = pairs_of(logs.shape[1]) if form == "translog" else []
    second = [logs[:, one] * logs[:, other] / (2 if one == other else 1) for one, other in pairs]
    time = [] if rows.time is None else [rows.time]
    names = (
        "constant",
        *(f"log_{place + 1}" for place in range(logs.shape[1])),
        *(f"log_{one + 1}*log_{other + 1}" for one, other in pairs),
        *(["time"] if time else []),
    )
    design = np.column_stack([np.ones(rows.n), first, *second, *time])
    rank = int(np.linalg.matrix_rank(design / np.linalg.norm(design, axis=0)))
    if rank < design.shape[1]:
        raise EstimationError(
            method,
            seen=f"{rows.n} rows, for {design.shape[1]} terms that {rank} columns would say as well",
            may_help="Take fewer terms.",
        )
    return design, names
