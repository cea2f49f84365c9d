"""What every design of `effects` returns: a contrast with its uncertainty, and what is to be doubted in it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from coproduce.errors import EstimationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Worry:
    """Something that was looked at in a design, whether it is well, and what that means in plain words.

    `lowers` is by how many steps trust falls where it is not well: 0 is only told. `meaning` is one whole sentence
    that is true of the value as it stands (a different sentence where it is well and where it is not).

    Examples
    --------
    >>> Worry(name="clusters", value=4, ok=False, meaning="Only 4 clusters were treated.").lowers
    1
    """

    name: str
    value: float | None
    ok: bool
    meaning: str
    lowers: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Treated less comparison, in the outcome's own unit.

    `df` are the degrees of freedom of the interval (infinity: normal). `n_treated` and `n_comparison` count units
    (people, streets) whose outcome is known, `clusters_treated` and `clusters_comparison` what chance or errors run by
    (None: the units themselves). `sd` is the standard deviation of the outcome among the comparison (before treatment,
    where the design has a before): the standardised effect is `estimate / sd`.

    Examples
    --------
    >>> Contrast(
    ...     estimate=1.0, se=0.5, df=10.0, low=-0.1, high=2.1, p=0.07, level=0.95, n_treated=6, n_comparison=6
    ... ).estimate
    1.0
    """

    estimate: float
    se: float
    df: float
    low: float
    high: float
    p: float
    level: float
    n_treated: int
    n_comparison: int
    clusters_treated: int | None = None
    clusters_comparison: int | None = None
    sd: float | None = None
    worries: tuple[Worry, ...] = ()

    def with_worries(self, *worries: Worry) -> Contrast:
        """The same contrast with more to be doubted."""
        return replace(self, worries=(*self.worries, *worries))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """How many units and clusters a contrast rests on, and the spread of the outcome among the comparison."""

    n_treated: int
    n_comparison: int
    clusters_treated: int | None = None
    clusters_comparison: int | None = None
    sd: float | None = None


def by_student(
    estimate: float, se: float, *, sides: Sides, df: float = math.inf, level: float = 0.95
) -> Contrast:
    """A contrast with the interval and p-value of Student's t (of the normal where `df` is infinite).

    Parameters
    ----------
    estimate, se
        Treated less comparison, and its standard error (above 0).
    sides
        What it rests on.
    df
        Degrees of freedom, above 0; they need not be whole.
    level
        The coverage that is promised.

    Returns
    -------
    Contrast
        The contrast, without worries.

    Raises
    ------
    EstimationError
        If there is no error to build an interval on: `se` is 0, or it or the estimate is not a number.

    References
    ----------
    Student (1908). Biometrika 6, 1-25.

    Examples
    --------
    >>> c = by_student(2.0, 1.0, sides=Sides(n_treated=5, n_comparison=5), df=8)
    >>> round(c.low, 4), round(c.high, 4), round(c.p, 4)
    (-0.306, 4.306, 0.0805)
    """
    from scipy.special import stdtr, stdtrit

    if not (se > 0 and math.isfinite(se) and math.isfinite(estimate) and df > 0):
        raise EstimationError(
            "the standard error",
            seen=f"an estimate of {estimate:g} with a standard error of {se:g} on {df:g} degrees of freedom",
            may_help="More units or clusters on each side, or an outcome that varies, would let it be estimated.",
        )
    finite = min(df, 1e10)  # as good as normal, and within what the functions below take
    half = float(stdtrit(finite, 0.5 + level / 2)) * se
    return Contrast(
        estimate=float(estimate),
        se=float(se),
        df=float(df),
        low=float(estimate - half),
        high=float(estimate + half),
        p=float(2 * stdtr(finite, -abs(estimate / se))),
        level=level,
        n_treated=sides.n_treated,
        n_comparison=sides.n_comparison,
        clusters_treated=sides.clusters_treated,
        clusters_comparison=sides.clusters_comparison,
        sd=sides.sd,
    )
