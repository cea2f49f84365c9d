"""Missing studies in the figures of metafor's own tests: passive smoking, and magnesium after a heart attack."""

from __future__ import annotations

import numpy as np
from tests.checked import Source

from coproduce.methods.synthesis.bias import rank_correlation
from coproduce.methods.synthesis.effect_sizes import Counts, odds_ratio
from coproduce.methods.synthesis.selection import selection_model

HACKSHAW = Source(
    question="synthesis",
    kind="program",
    cite="metafor 3.8.1, its own test of selmodel: 37 studies of passive smoking (Hackshaw 1998)",
)
EGGER = Source(
    question="synthesis",
    kind="program",
    cite="metafor 3.8.1, its own test of ranktest: 16 trials of magnesium (Egger, Davey Smith and Altman 2001)",
)
EFFECTS = """
0.1655144385 0.3715635564 0.7030975114 0.1823215568 -0.2876820725 0.7275486073 0.7561219797 -0.2231435513
-0.2357223335 0.6981347221 0.2070141694 0.1823215568 0.4187103349 0.02955880224 0.4382549309 0.02955880224
0.8501509294 0.5007752879 0.1739533071 0.4187103349 0.7701082217 0.07696104114 0.9360933592 0.4824261492 0.05826890812
-0.2357223335 -0.3011050928 0.8197798315 -0.03045920748 0.4700036292 0.1739533071 0.5068176024 0.231111721
0.0953101798 0.5068176024 0.1484200051 0.1043600153
"""
VARIANCES = """
0.01877688549 0.03304403891 0.5401958653 0.03126761449 0.0796556541 0.2273205917 0.08892156271 0.1926796031
0.3390163475 0.09806620244 0.04555554858 0.2317499696 0.07964292202 0.2173950247 0.07695797404 0.07150176353
0.2925657721 0.03243750743 0.03627334664 0.4838512418 0.1238162019 0.07108519172 0.3981954334 0.08962312407
0.03371988833 0.01612949092 0.1802334734 0.3171477229 0.01254684515 0.1136962924 0.08933678042 0.1759855948
0.01002904743 0.08621435589 0.03987496754 0.03639975557 0.06641950662
"""


def test_selection_in_passive_smoking(checked):
    """Two optimisers of one likelihood, both all but flat at its top: within 5e-6 of theirs."""
    effects, variances = (np.array(column.split(), dtype=float) for column in (EFFECTS, VARIANCES))
    found = selection_model(effects, variances, steps=(0.05, 0.1, 0.5))
    for what, ours, theirs in (
        ("weights of three intervals of p", found.seen[1:], ["2.422079", "0.977543", "0.396713"]),
        ("errors of the weights", found.seen_se[1:], ["1.66085", "0.820387", "0.469235"]),
        ("tau2", found.tau2, "0.03071325"),
        ("likelihood ratio of no selection", found.likelihood_ratio, "7.066137"),
    ):
        given = {"within": 5e-6, "relative": True}
        checked.agrees(HACKSHAW, f"selection model: {what}", ours=ours, theirs=theirs, **given)


def test_magnesium(checked):
    treated = np.array([40, 135, 200, 48, 150, 59, 25, 22, 76, 27, 89, 23, 130, 1159, 107, 29011.0])
    control = np.array([36, 135, 200, 46, 148, 56, 23, 21, 75, 27, 80, 33, 122, 1157, 108, 29039.0])
    a = np.array([1, 9, 2, 1, 10, 1, 1, 0, 6, 1, 2, 5, 4, 90, 4, 2216.0])
    c = np.array([2, 23, 7, 1, 8, 9, 3, 1, 11, 7, 12, 13, 8, 118, 17, 2103.0])
    logs = odds_ratio(Counts(a=a, b=treated - a, c=c, d=control - c))
    found = rank_correlation(logs.effect, logs.variance)
    checked.agrees(
        EGGER, "rank correlation: Kendall's tau and p", ours=[found.tau, found.p], theirs=["0.15", "0.4503"]
    )
