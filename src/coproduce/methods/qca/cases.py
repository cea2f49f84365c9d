"""What each case is to a solution: typical, deviant or beside the point."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal[
    "typical",
    "deviant_in_degree",
    "deviant_in_consistency",
    "deviant_in_coverage",
    "individually_irrelevant",
    "on_the_fence",
]


def kinds(solution: NDArray[np.float64], outcome: NDArray[np.float64]) -> tuple[Kind, ...]:
    """The kind of each case, for a solution taken as sufficient.

    Parameters
    ----------
    solution, outcome
        Memberships from 0 to 1, one a case.

    Returns
    -------
    tuple of str
        *typical*: in the solution and in the outcome, and no more in the first than in the second;
        *deviant in degree*: in both, but more in the solution; *deviant in consistency*: in the solution and not in the
        outcome; *deviant in coverage*: in the outcome and not in the solution; *individually irrelevant*: in
        neither; *on the fence*: a membership of exactly 0.5.

    References
    ----------
    Schneider, C. Q. and Rohlfing, I. (2013). Combining QCA and process tracing in set-theoretic multi-method research.
    Sociological Methods & Research 42(4), 559-597.

    Examples
    --------
    >>> kinds(np.array([0.6, 0.9, 0.9, 0.1, 0.2]), np.array([0.8, 0.8, 0.1, 0.9, 0.3]))
    ('typical', 'deviant_in_degree', 'deviant_in_consistency', 'deviant_in_coverage', 'individually_irrelevant')
    """
    return tuple(_kind(float(x), float(y)) for x, y in zip(solution, outcome, strict=True))


def _kind(x: float, y: float) -> Kind:
    if 0.5 in (x, y):
        return "on_the_fence"
    if x < 0.5:
        return "individually_irrelevant" if y < 0.5 else "deviant_in_coverage"
    if y < 0.5:
        return "deviant_in_consistency"
    return "typical" if x <= y else "deviant_in_degree"
