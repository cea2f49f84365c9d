"""From raw columns to effects and variances: what may stand in them, and what each measure is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coproduce.methods.synthesis import effect_sizes as es
from coproduce.questions.synthesis.settings import COUNTS, MEANS, SynthesisSettings
from coproduce.records.data import Reading

Floats = NDArray[np.float64]
Columns = Mapping[str, Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a measure is called, and its unit."""

    name: str
    unit: str


WORDS: Mapping[str | None, Words] = {
    None: Words(name="effect", unit="the effect's own unit"),
    "MD": Words(name="mean difference", unit="the outcome's own unit"),
    "SMD": Words(name="standardised mean difference", unit="standard deviations"),
    "SMDH": Words(name="standardised mean difference", unit="standard deviations"),
    "ROM": Words(name="ratio of means", unit="log ratio of means"),
    "RR": Words(name="risk ratio", unit="log risk ratio"),
    "OR": Words(name="odds ratio", unit="log odds ratio"),
    "PETO": Words(name="odds ratio (Peto)", unit="log odds ratio"),
    "RD": Words(name="risk difference", unit="proportion"),
    "COR": Words(name="correlation", unit="correlation"),
    "ZCOR": Words(name="correlation", unit="Fisher's z"),
}
OF_MEANS: Mapping[str, Callable[[es.Means], es.Effects]] = {
    "MD": es.mean_difference,
    "SMD": es.standardised_mean_difference,
    "SMDH": es.standardised_by_average_variance,
    "ROM": es.log_response_ratio,
}


def effects_of(columns: Columns, settings: SynthesisSettings) -> es.Effects:
    """The effects of rows of which one set of raw columns is whole and has nothing wrong in it."""
    way, measure = tuple(columns), settings.measure or ""
    if way == MEANS:
        return OF_MEANS[measure](es.Means(**columns))
    if way == COUNTS:
        return _of_counts(es.Counts(**columns), measure, add=settings.add)
    if "n1" in way:
        return es.standardised_from_t(_t_of(columns), n1=columns["n1"], n2=columns["n2"])
    n = columns["n"]
    r = columns["r"] if "r" in way else es.correlation_from_t(columns["t"], n - 2)
    return es.fisher_z(r, n) if measure == "ZCOR" else es.correlation(r, n)


def _of_counts(counts: es.Counts, measure: str, *, add: float) -> es.Effects:
    if measure == "RR":
        return es.risk_ratio(counts, add=add)
    if measure == "OR":
        return es.odds_ratio(counts, add=add)
    return es.risk_difference(counts, add=add) if measure == "RD" else es.peto_odds_ratio(counts, add=add)


def _t_of(columns: Columns) -> Floats:
    if "t" in columns:
        return columns["t"]
    sign = np.sign(columns["sign"])
    if "f" in columns:
        return es.t_from_f(columns["f"], sign)
    return es.t_from_p(columns["p"], df=columns["n1"] + columns["n2"] - 2, sign=sign)


def refuse_impossible(reading: Reading, columns: Columns, *, settings: SynthesisSettings) -> None:
    """Note the raw numbers that cannot be: a negative count, a standard deviation of nought, a correlation of 2."""
    for key, wrong, wanted in _impossible(columns, settings.measure or ""):
        column = getattr(settings, key)
        if reading.has(column):
            reading.refuse(column, np.flatnonzero(wrong).tolist(), wanted=wanted)


Wrong = tuple[str, NDArray[np.bool_], str]
PLAIN: Mapping[str, tuple[Callable[[Floats], NDArray[np.bool_]], str]] = {
    **dict.fromkeys(("sd1", "sd2"), (lambda x: x <= 0, "a standard deviation above 0")),
    **dict.fromkeys(COUNTS, (lambda x: (x < 0) | (x % 1 > 0), "a count: a whole number, 0 or more")),
    "r": (lambda x: np.abs(x) >= 1, "a correlation between -1 and 1"),
    "p": (lambda x: (x <= 0) | (x > 1), "an exact p-value, above 0 and at most 1"),
    "f": (lambda x: x < 0, "an F with one degree of freedom: 0 or more"),
    "sign": (lambda x: x == 0, "1 where the first group has more, -1 where it has less"),
}


def _impossible(columns: Columns, measure: str) -> Iterator[Wrong]:
    for key, numbers in columns.items():
        if key in PLAIN:
            test, wanted = PLAIN[key]
            yield key, test(numbers), wanted
    yield from _sizes(columns, measure)
    if measure == "ROM":
        wanted = "two means of one sign, neither of them 0"
        yield "mean1", columns["mean1"] * columns["mean2"] <= 0, wanted
    if set(COUNTS) <= set(columns):
        yield "a", columns["a"] + columns["b"] == 0, "somebody in the first group (a + b above 0)"
        yield "c", columns["c"] + columns["d"] == 0, "somebody in the second group (c + d above 0)"


def _sizes(columns: Columns, measure: str) -> Iterator[Wrong]:
    fewest = {"n1": 2, "n2": 2, "n": 4 if measure == "ZCOR" else 3}
    for key in fewest.keys() & columns.keys():
        wanted = f"a whole number, {fewest[key]} at least"
        yield key, (columns[key] < fewest[key]) | (columns[key] % 1 > 0), wanted
