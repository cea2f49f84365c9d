"""A small-sample regression beside the solution, for those who ask: the net effect of each condition."""

from __future__ import annotations

import numpy as np

from coproduce.errors import EstimationError
from coproduce.findings import Table
from coproduce.methods.small_samples import firth_logit, least_squares_hc3
from coproduce.questions.determinants.loading import Loaded
from coproduce.questions.determinants.naming import condition_name
from coproduce.questions.determinants.settings import DeterminantsSettings


def beside(loaded: Loaded, settings: DeterminantsSettings) -> tuple[Table | None, tuple[str, ...]]:
    """The regression of the outcome on the conditions; where it cannot be done, the sentence that says why."""
    crisp = set(loaded.outcome.tolist()) <= {0.0, 1.0}
    names, columns = ["constant"], [np.ones(len(loaded.cases))]
    for place, (name, levels) in enumerate(zip(settings.conditions, loaded.sets.levels, strict=True)):
        for level in range(1, levels):
            names.append(condition_name(name, level, levels=levels))
            columns.append(loaded.sets.membership(place, level))
    try:
        found = (firth_logit if crisp else least_squares_hc3)(np.column_stack(columns), loaded.outcome)
    except EstimationError as error:
        return None, (f"There is no regression beside it: {error.seen}. {error.may_help}",)
    method = "Firth's logit: log odds ratios" if crisp else "least squares with HC3 errors"
    rows = zip(names, found.estimate, found.se, found.low, found.high, found.p, strict=True)
    table = Table(
        caption=f"Beside it: {settings.outcome} on all conditions at once ({method})",
        columns=("condition", "estimate", "se", "low", "high", "p"),
        rows=tuple((name, *(float(number) for number in numbers)) for name, *numbers in rows),
    )
    return table, ()
