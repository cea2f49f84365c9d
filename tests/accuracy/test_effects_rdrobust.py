"""The threshold against the programs of its authors, rdrobust and rddensity, on made-up data and on real transfers."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.checked import Source

from coproduce.methods.effects.threshold import threshold_effects

BY = json.loads(Path(__file__).with_name("effects_rdrobust.json").read_text(encoding="utf-8"))
MADE_UP = Source(
    question="effects",
    cite="rdrobust 2.1.1 and rddensity 3.0, 400 made-up units (tools/threshold_reference.py)",
    kind="program",
)
TRANSFERS = Source(
    question="effects",
    cite="rdrobust 2.1.1 and rddensity 3.0, transfers and support of the government "
    "(Manacorda, Miguel and Vigorito 2011)",
    kind="program",
)


def agree(checked, source, found, *, theirs, within, what=""):
    """The same estimates, errors, limits and p as theirs; how near is over the robust error."""
    error = theirs["robust"][1]
    for name, ours, other, scale in (
        ("plain estimate and error", found.conventional, theirs["conventional"], error),
        ("robust estimate and error", (found.contrast.estimate, found.contrast.se), theirs["robust"], error),
        ("robust limits", (found.contrast.low, found.contrast.high), theirs["limits"], error),
        ("p of the density at the threshold", found.density_p, theirs["density_p"], 1),
        ("bandwidth", found.bandwidth, theirs["bandwidth"], theirs["bandwidth"]),
    ):
        checked.agrees(source, f"{name}{what}", ours=ours, theirs=other, within=within * scale)


@pytest.mark.parametrize("bandwidth", [None, 2.0])
def test_made_up_units(bandwidth, checked):
    outcome, running = (np.array(BY["made_up"][name]) for name in ("outcome", "running"))
    found = threshold_effects(outcome, running, cutoff=5, bandwidth=bandwidth)
    theirs, what = (
        (BY["made_up"], ", bandwidth chosen")
        if bandwidth is None
        else (BY["narrow"], ", bandwidth 2.0 given")
    )
    agree(checked, MADE_UP, found, theirs=theirs, within=1e-8, what=what)


def test_transfers_to_poor_households(checked):
    """Incomes are rounded, so that many have the same; the two programs heed it with a little difference."""
    causaldata = pytest.importorskip("causaldata", reason="causaldata is not installed (group `demo`)")
    table = causaldata.gov_transfers.load_pandas().data
    found = threshold_effects(
        table.Support.to_numpy(), table.Income_Centered.to_numpy(), cutoff=0, treated_when="below"
    )
    agree(checked, TRANSFERS, found, theirs=BY["transfers"], within=1e-4)
