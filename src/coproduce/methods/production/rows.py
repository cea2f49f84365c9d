"""Rows of production, checked: output and hours that a production function can be asked about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from coproduce.errors import EstimationError

Floats = npt.NDArray[np.float64]
ALIKE = 1e-8
"""Share of its size below which a column does not vary, or is what others add up to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Logarithms of output and of inputs (about their means), the unit of each row, and time about its mean."""

    log_output: Floats
    log_inputs: Floats
    means: Floats
    clusters: npt.NDArray[np.intp]
    time: Floats | None

    @property
    def n(self) -> int:
        """Of rows."""
        return len(self.log_output)

    @property
    def units(self) -> int:
        """Of what is independent of each other."""
        return int(self.clusters.max()) + 1


def as_rows(
    output: Floats,
    inputs: Floats,
    *,
    method: str,
    parameters: int,
    units: npt.NDArray[Any] | None = None,
    time: Floats | None = None,
) -> Rows:
    """Check output and inputs in levels, and take their logarithms.

    Parameters
    ----------
    output
        What was made, above zero (n).
    inputs
        What went in, above zero, in levels such as hours (n x k, k of at least 2).
    method
        Who asks, for the refusal.
    parameters
        How many the method estimates: rows and units must be more.
    units
        The unit of each row; each its own where left out.
    time
        Of each row, for a trend.

    Returns
    -------
    Rows
        The logarithms.

    Raises
    ------
    EstimationError
        If a number is not finite, output or an input is not above zero, does not vary or is a product of powers of the
        others, or there are too few rows or units.

    Examples
    --------
    >>> rows = as_rows(
    ...     np.array([1.0, 2, 3, 5]), np.array([[1.0, 1], [1, 2], [2, 1], [3, 2]]), method="It", parameters=3
    ... )
    >>> rows.n, rows.units, bool(abs(rows.log_inputs.mean()) < 1e-12)
    (4, 4, True)
    """
    output, inputs = np.asarray(output, dtype=float), np.asarray(inputs, dtype=float)
    columns = [output] if time is None else [output, np.asarray(time, dtype=float)]
    if inputs.ndim != 2 or inputs.shape[1] < 2 or any(column.shape != (len(inputs),) for column in columns):
        raise EstimationError(
            method,
            seen=f"output of shape {output.shape} and inputs of shape {inputs.shape}",
            may_help="It needs one output, and at least two inputs, a row.",
        )
    _refuse_values(output, inputs, method=method, time=time)
    clusters = np.arange(len(output)) if units is None else np.unique(units, return_inverse=True)[1]
    logs = np.log(inputs)
    rows = Rows(
        log_output=np.log(output),
        log_inputs=logs - logs.mean(axis=0),
        means=logs.mean(axis=0),
        clusters=clusters,
        time=None if time is None else columns[1] - columns[1].mean(),
    )
    _refuse_design(rows, method=method, parameters=parameters)
    return rows


def _refuse_values(output: Floats, inputs: Floats, *, method: str, time: Floats | None) -> None:
    """All that is wrong with single numbers, at once."""
    faults = [
        (int((~np.isfinite(output)).sum()), "output that is missing or infinite"),
        (int((~np.isfinite(inputs)).any(axis=1).sum()), "an input that is missing or infinite"),
        (0 if time is None else int((~np.isfinite(time)).sum()), "a time that is missing or infinite"),
        (int((output < 0).sum()), "negative output"),
        (int((output == 0).sum()), "an output of zero"),
        (int((inputs < 0).any(axis=1).sum()), "a negative input"),
        (int((inputs == 0).any(axis=1).sum()), "an input of zero"),
    ]
    seen = [f"{count} of {len(output)} rows with {what}" for count, what in faults if count]
    if seen:
        raise EstimationError(
            method,
            seen="; ".join(seen),
            may_help=(
                "Every row needs an output and inputs above zero: with an elasticity of substitution of at most 1 "
                "nothing is made where an input is zero, and a logarithm of zero is none. Leave such rows out and say "
                "how many they are; data envelopment analysis can take zero inputs."
            ),
        )


def _refuse_design(rows: Rows, *, method: str, parameters: int) -> None:
    if min(rows.n, rows.units) <= parameters:
        raise EstimationError(
            method,
            seen=f"{rows.n} rows of {rows.units} units, for {parameters} parameters",
            may_help="It needs more units than parameters.",
        )
    still = [
        name
        for name, column in (
            ("output", rows.log_output),
            *((f"input {place + 1}", column) for place, column in enumerate(rows.log_inputs.T)),
            *([] if rows.time is None else [("time", rows.time)]),
        )
        if np.ptp(column) <= ALIKE * max(1.0, float(np.abs(column).max()))
    ]
    if still:
        raise EstimationError(
            method, seen=f"{', '.join(still)} without variation", may_help="Each must differ between rows."
        )
    design = rows.log_inputs if rows.time is None else np.column_stack([rows.log_inputs, rows.time])
    sizes = np.linalg.svd(design / np.linalg.norm(design, axis=0), compute_uv=False)
    if sizes[-1] < ALIKE**0.5 * sizes[0]:
        raise EstimationError(
            method,
            seen="inputs that move in lockstep (one is a product of powers of the others, or of time)",
            may_help="What each of them gives cannot be told apart; take one of them, or rows where they differ.",
        )
