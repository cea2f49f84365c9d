"""Makes `tests/accuracy/effects_rdrobust.json`: what rdrobust and rddensity say of made-up and of real data.

    python -m venv build/rd && build/rd/bin/pip install rdrobust==2.1.1 rddensity==3.0 causaldata==0.1.5
    build/rd/bin/python tools/threshold_reference.py > tests/accuracy/effects_rdrobust.json

The real data are the transfers of Manacorda, Miguel and Vigorito (2011), as causaldata has them: those of low income
got them, and were asked whether they support the government.
"""

import contextlib
import json
import sys
import warnings
from importlib.metadata import version

import causaldata
import numpy as np
from rddensity import rddensity
from rdrobust import rdrobust

PACKAGES = ("rdrobust", "rddensity", "causaldata")


def told(outcome, running, **settings):
    """Bandwidth, plain and robust estimates with their errors, the robust limits, and the p of the density."""
    with contextlib.redirect_stdout(sys.stderr):  # where it says what it noticed
        found = rdrobust(np.array(outcome), np.array(running), **settings)
    estimates, errors = found.coef.iloc[:, 0], found.se.iloc[:, 0]
    return {
        "bandwidth": float(found.bws.iloc[0, 0]),
        "conventional": [float(estimates.iloc[0]), float(errors.iloc[0])],
        "robust": [float(estimates.iloc[2]), float(errors.iloc[2])],
        "limits": [float(limit) for limit in found.ci.iloc[2]],
        "density_p": float(rddensity(np.array(running), c=settings.get("c", 0)).test["p_jk"]),
    }


def main():
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(20261125)
    running = rng.uniform(0, 10, 400).round(4)
    outcome = (0.4 * running - 0.02 * running**2 + (running >= 5) + rng.normal(0, 0.5, 400)).round(4)
    made = {"running": running.tolist(), "outcome": outcome.tolist(), **told(outcome, running, c=5)}
    narrow = {"h": 2.0, **told(outcome, running, c=5, h=2.0)}
    transfers = causaldata.gov_transfers.load_pandas().data
    real = told(transfers.Support, -transfers.Income_Centered)
    packages = " and ".join(f"{name} {version(name)}" for name in PACKAGES)
    by = f"tools/threshold_reference.py with {packages}"
    print(json.dumps({"made_by": by, "made_up": made, "narrow": narrow, "transfers": real}))


if __name__ == "__main__":
    main()
