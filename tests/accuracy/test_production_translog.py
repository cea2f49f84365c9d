"""The translog against lm and clubSandwich (tools/production_reference.R), and Hessians by differences."""

import json
from pathlib import Path

import numpy as np
from tests.checked import Source

from coproduce.methods.production.translog import translog

BY_R = json.loads(Path(__file__).with_name("production_reference.json").read_text(encoding="utf-8"))
LINEAR_ALGEBRA = 1e-8
FIRMS = {name: np.array(values) for name, values in BY_R["firms"].items()}
INPUTS = np.column_stack([FIRMS["labour"], FIRMS["capital"]])
BY_CLUBSANDWICH = Source(
    question="value",
    kind="program",
    cite="lm and clubSandwich (R 4.2.2; tools/production_reference.R): 60 firms of Coelli (1996) as 20 of three years",
)
DIFFERENCES = Source(
    question="value",
    kind="formula",
    cite="Derivatives of output in levels by differences, and Hicks' elasticity from them; 60 firms of Coelli (1996)",
)


def test_the_60_firms_are_those_of_lm_and_clubsandwich(checked):
    found = translog(FIRMS["output"], INPUTS, units=np.repeat(np.arange(20), 3))
    theirs = BY_R["translog"]
    checked.agrees(
        BY_CLUBSANDWICH,
        "coefficients of the translog, and their CR2 errors",
        ours=[(one.value, one.se) for one in found.coefficients],
        theirs=np.column_stack([theirs["estimate"], theirs["se"]]),
        within=LINEAR_ALGEBRA,
    )
    test = found.test_cobb_douglas
    checked.agrees(
        BY_CLUBSANDWICH,
        "test of Cobb-Douglas: F, degrees of freedom of its error, p",
        ours=[test.statistic, test.df_error, test.p],
        theirs=[theirs["f"][0], theirs["df_error"][0], theirs["p"][0]],
        within=LINEAR_ALGEBRA,
        relative=True,
    )


def output_of(found, levels):
    """Output in levels, by the coefficients as they stand."""
    b = [one.value for one in found.coefficients]
    one, other = np.log(levels) - np.log(INPUTS).mean(axis=0)
    return np.exp(
        b[0] + b[1] * one + b[2] * other + b[3] * one**2 / 2 + b[4] * one * other + b[5] * other**2 / 2
    )


def slopes_of(found, levels):
    """First and second derivatives of output in levels, by differences."""
    steps = np.diag(levels * 1e-4)

    def slope(at):
        return np.array([output_of(found, at + s) - output_of(found, at - s) for s in steps]) / (
            2 * np.diag(steps)
        )

    second = np.array([slope(levels + s) - slope(levels - s) for s in steps]) / (2 * np.diag(steps))[:, None]
    return slope(levels), second


def test_shape_and_substitution_are_those_of_differences(checked):
    found = translog(FIRMS["output"], INPUTS)
    monotone, concave = [], []
    for levels in INPUTS:
        first, second = slopes_of(found, levels)
        along = np.array([first[1], -first[0]])
        monotone.append((first >= 0).all())
        concave.append((first >= 0).all() and along @ second @ along <= 0)
    checked.agrees(
        DIFFERENCES,
        "shares of firms where the translog is monotone, and quasi-concave",
        ours=[found.monotone_share, found.concave_share],
        theirs=[np.mean(monotone), np.mean(concave)],
        within=1e-12,
    )
    means = np.exp(np.log(INPUTS).mean(axis=0))
    (f1, f2), second = slopes_of(found, means)
    bordered = 2 * second[0, 1] * f1 * f2 - second[0, 0] * f2**2 - second[1, 1] * f1**2
    hicks = f1 * f2 * (f1 * means[0] + f2 * means[1]) / (means.prod() * bordered)
    checked.agrees(
        DIFFERENCES,
        "elasticity of substitution at the means",
        ours=found.elasticity_of_substitution.value,
        theirs=hicks,
        within=1e-6,
        relative=True,
    )
    shares = [f1 * means[0] / output_of(found, means), f2 * means[1] / output_of(found, means)]
    checked.agrees(
        DIFFERENCES,
        "elasticities of both inputs, and returns to scale, at the means",
        ours=[*(one.value for one in found.elasticities), found.returns_to_scale.value],
        theirs=[*shares, sum(shares)],
        within=1e-6,
        relative=True,
    )
