"""Studies to be monitored: some people are given something, others are not, and one looks again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coproduce.simulate.trials import USUAL, VISITS, Size

Columns = Mapping[str, NDArray[Any]]
LOW, HIGH = 0.0, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitored:
    """The tables of a study that is monitored, and the settings of ``[questions.harms]``."""

    tables: Mapping[str, Columns]
    settings: Mapping[str, Any]


def monitored(generator: np.random.Generator, *, effect: float, size: Size) -> Monitored:
    """Draw people who enter one period after another, each seen once, on a measure from 0 to 10 of which more is worse.

    Parameters
    ----------
    generator
        Where chance comes from.
    effect
        How much worse those fare who are given visits, in standard deviations (one is 1.5 points).
    size
        `units` people over `periods` looks.

    Examples
    --------
    >>> study = monitored(np.random.default_rng(1), effect=0.0, size=Size(units=40, periods=10))
    >>> sorted(study.tables), len(study.tables["outcomes"]["value"])
    (['exposure', 'measures', 'outcomes', 'units'], 40)
    """
    unit = np.array([f"P{number:05}" for number in range(size.units)])
    period = np.arange(size.units) * size.periods // size.units + 1
    treated = generator.permutation(size.units) % 2 == 0
    value = np.clip(generator.normal(5 + 1.5 * effect * treated, 1.5), LOW, HIGH)
    return Monitored(
        tables={
            "units": {"unit": unit},
            "exposure": {"unit": unit, "arm": np.where(treated, VISITS, USUAL)},
            "measures": {
                "measure": np.array(["strain"]),
                "label": np.array(["Strain, 0 to 10"]),
                "better": np.array(["down"]),
                "low": np.array([LOW]),
                "high": np.array([HIGH]),
                "set_by": np.array(["citizen"]),
            },
            "outcomes": {
                "unit": unit,
                "period": period,
                "measure": np.full(size.units, "strain"),
                "value": value,
            },
        },
        settings={"control": USUAL},
    )
