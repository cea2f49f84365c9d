"""How new codes dry up as documents are read, against R's vegan, where codes are species and documents are sites."""

import json
from pathlib import Path

import numpy as np
from tests.checked import Source

from coproduce.methods.coded_text import saturation

BY_R = json.loads(Path(__file__).with_name("themes_vegan.json").read_text(encoding="utf-8"))
VEGAN = Source(
    question="themes",
    cite="R 4.2.2, vegan 2.6.4, specaccum and estimateR (tools/themes_reference.R)",
    kind="program",
)


def test_the_mean_curve_and_the_bound_are_vegans(checked):
    held = np.array(BY_R["held"], dtype=bool)
    documents, codes = held.shape
    found = saturation(held, orders=10, generator=np.random.default_rng(1))
    checked.agrees(
        VEGAN,
        f"mean of different codes in the first 1 to {documents} documents, over all orders",
        ours=found.expected,
        theirs=BY_R["curve"],
        within=1e-10,
    )
    small_sample = (documents - 1) / documents  # which vegan's bound for counts does not have
    checked.agrees(
        VEGAN,
        "lower bound of codes not seen yet",
        ours=found.unseen,
        theirs=(BY_R["bound"] - codes) * small_sample,
        within=1e-10,
    )
