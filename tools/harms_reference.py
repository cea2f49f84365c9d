"""Makes `tests/accuracy/anytime_ville.json`, the confidence sequences of `ville` (0.1.0, BSD) for a few streams.

Run it by hand where `ville` is installed: ``python tools/harms_reference.py > tests/accuracy/anytime_ville.json``.
"""

import json

import numpy as np
import ville

rng = np.random.default_rng(20261124)
uniform, rare = rng.beta(2, 5, 300), (rng.random(300) < 0.08).astype(float)
normal = rng.normal(0.4, 2.0, 300)


def limits(sequence, values):
    """The sequence's limits after every step."""
    sequence.fit(values)
    return {
        "low": [float(v) for v in sequence.lower_],
        "high": [float(v) for v in sequence.upper_],
        "values": values.tolist(),
    }


if __name__ == "__main__":
    betting = {
        name: limits(ville.BettingCS(alpha=0.05, grid=401, intersect=False), values)
        for name, values in {"beta": uniform, "rare": rare}.items()
    }
    found = {
        "betting": betting,
        "bernoulli": limits(
            ville.BernoulliCS(alpha=0.05, intersect=False), (rng.random(120) < 0.7).astype(float)
        ),
        "asymptotic": limits(ville.AsymptoticCS(alpha=0.05, t_opt=100, min_samples=30), normal),
        "boundary": {str(t): float(ville.normal_mixture(t, 0.05, 40.0)) for t in (1, 10, 100, 1000)},
        "one_sided": {
            str(t): float(ville.normal_mixture(t, 0.05, 40.0, one_sided=True)) for t in (1, 10, 100, 1000)
        },
        "ebh": [int(i) for i in np.flatnonzero(ville.evalues.ebh([30.0, 45.0, 2.0, 500.0, 60.0, 0.5], 0.05))],
    }
    print(json.dumps(found))
