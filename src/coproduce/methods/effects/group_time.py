"""Group-time effects by the library diff-diff: the only module that opens it for staggered designs."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from coproduce.errors import EstimationError

Floats = npt.NDArray[np.float64]
Comparison = Literal["never", "not_yet"]
CONTROLS = {"never": "never_treated", "not_yet": "not_yet_treated"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The group-time effects, in columns: `since` and `period` are places in the panel's periods, from 1.

    `influence` is (units x cells): the variance of a weighted sum of effects is the sum of squares of the same sum of
    its columns, over units or over the sums of their clusters. `skipped` are cells without a comparison, `said` is what
    the library warned of.
    """

    since: npt.NDArray[np.int64]
    period: npt.NDArray[np.int64]
    effect: Floats
    n_treated: npt.NDArray[np.int64]
    n_comparison: npt.NDArray[np.int64]
    influence: Floats
    skipped: tuple[tuple[int, int], ...]
    said: tuple[str, ...]


def group_time_cells(
    values: Floats, since: Floats, *, comparison: Comparison, covariates: Floats | None, clusters: Any | None
) -> Cells:
    """The effect on each cohort in each period, against the period before its first treated one.

    Parameters
    ----------
    values
        Outcomes (units x periods), NaN where not known.
    since
        The place, from 1, of the first treated period of each unit; 0 = never.
    comparison
        Who is compared with: units never treated, or not yet treated.
    covariates
        (units x k), as they were before treatment: parallel trends are then asked for among units alike in them, and
        the effects are doubly robust.
    clusters
        One label a unit, or None.

    Returns
    -------
    Cells
        Effects and influence functions of all cells that have a comparison, without those of the base period.

    References
    ----------
    Callaway, B. and Sant'Anna, P. H. C. (2021). Journal of Econometrics 225(2), 200-230.
    """
    names = [f"x{place}" for place in range(0 if covariates is None else covariates.shape[1])]
    frame = _long(values, since, covariates=covariates, clusters=clusters)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        from diff_diff import CallawaySantAnna

        model = CallawaySantAnna(
            control_group=CONTROLS[comparison],
            base_period="universal",
            cluster=None if clusters is None else "cluster",
        )
        try:
            fitted = model.fit(frame, "y", "unit", "period", "since", covariates=names or None)
        except (ValueError, np.linalg.LinAlgError, TypeError) as error:
            raise EstimationError(
                "group-time effects",
                seen=str(error).split(". ", maxsplit=1)[0],
                may_help="More units that are treated later or never, or fewer covariates, would let it answer.",
            ) from error
    return _columns(fitted, units=len(values), said=tuple(str(warning.message) for warning in said))


def _long(values: Floats, since: Floats, *, covariates: Floats | None, clusters: Any | None) -> Any:
    import pandas as pd

    units, periods = values.shape
    table: dict[str, Any] = {
        "unit": np.repeat(np.arange(units), periods),
        "period": np.tile(np.arange(1, periods + 1), units),
        "since": np.repeat(since.astype(np.int64), periods),
        "y": values.ravel(),
    }
    if clusters is not None:
        table["cluster"] = np.repeat(np.unique(clusters, return_inverse=True)[1], periods)
    if covariates is not None:
        table |= {f"x{place}": np.repeat(column, periods) for place, column in enumerate(covariates.T)}
    return pd.DataFrame(table).dropna(subset=["y"])


def _columns(fitted: Any, *, units: int, said: tuple[str, ...]) -> Cells:
    """The library's cells as columns; a base period (nought by construction) is not one of them."""
    known = fitted._aggregation_kit.influence
    kept = [
        key for key, cell in fitted.group_time_effects.items() if key in known and np.isfinite(cell["effect"])
    ]
    kept = [key for key in kept if key[1] != key[0] - 1]
    influence = np.zeros((units, len(kept)))
    place_of = fitted._aggregation_kit.bookkeeping["unit_to_idx"]
    place = np.array(sorted(place_of, key=place_of.__getitem__), dtype=np.int64)
    for column, key in enumerate(kept):
        part = known[key]
        np.add.at(influence, (place[part["treated_idx"]], column), part["treated_inf"])
        np.add.at(influence, (place[part["control_idx"]], column), part["control_inf"])
    cells = [fitted.group_time_effects[key] for key in kept]
    skipped = [
        key
        for key, cell in fitted.group_time_effects.items()
        if key not in kept and key[1] != key[0] - 1
        if not np.isfinite(cell["effect"])
    ]
    return Cells(
        since=np.array([key[0] for key in kept], dtype=np.int64),
        period=np.array([key[1] for key in kept], dtype=np.int64),
        effect=np.array([cell["effect"] for cell in cells], dtype=np.float64),
        n_treated=np.array([cell["n_treated"] for cell in cells], dtype=np.int64),
        n_comparison=np.array([cell["n_control"] for cell in cells], dtype=np.int64),
        influence=influence,
        skipped=tuple((int(g), int(t)) for g, t in skipped),
        said=said,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One 2x2 comparison inside a two-way fixed effects regression, by cohorts (0 = never treated)."""

    treated: float
    comparison: float
    kind: Literal["treated_vs_never", "earlier_vs_later", "later_vs_earlier"]
    effect: float
    weight: float


def goodman_bacon(values: Floats, since: Floats) -> tuple[float, tuple[Pair, ...]]:
    """What a two-way fixed effects regression on a balanced panel averages; cohorts are places in the periods.

    References
    ----------
    Goodman-Bacon, A. (2021). Journal of Econometrics 225(2), 254-277, theorem 1.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from diff_diff import BaconDecomposition

        found = BaconDecomposition().fit(
            _long(values, since, covariates=None, clusters=None), "y", "unit", "period", "since"
        )
    pairs = tuple(
        Pair(
            treated=float(pair.treated_group),
            comparison=0.0 if isinstance(pair.control_group, str) else float(pair.control_group),
            kind=pair.comparison_type,
            effect=float(pair.estimate),
            weight=float(pair.weight),
        )
        for pair in found.comparisons
    )
    return float(found.twfe_estimate), pairs
