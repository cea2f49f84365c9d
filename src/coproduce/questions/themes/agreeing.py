"""How far coders agree: on what was coded, on where in the text, code by code, and without each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError
from coproduce.findings import Estimate, Table
from coproduce.findings.part import Part, estimate
from coproduce.methods.agreement import Agreement, Drawing, Metric, krippendorff_alpha
from coproduce.methods.agreement_kappa import Coefficient, agreement_of
from coproduce.methods.coded_text import CodeSet, continuum, set_distances
from coproduce.methods.intervals import Interval
from coproduce.questions.themes.coded import Coded

Codes = NDArray[np.int64]
ONE_CODER = "One person coded all of this: whether another would code it alike is not known."
ORDERED: tuple[Metric, ...] = ("ordinal", "linear", "interval")
CELLS = ("value", "low", "high", "units", "ratings", "documents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What coders are compared on: (units, coders) the place of each set of codes, and the unit's document."""

    values: Codes
    sets: tuple[CodeSet, ...]
    documents: Codes
    units: str

    def without(self, coder: int) -> Codes:
        """The values of all other coders."""
        return np.delete(self.values, coder, axis=1)

    def holding(self, code: int) -> Codes:
        """Whether each coder gave a code to each unit: 1 or 0; -1 where the coder did not code the unit."""
        holds = np.array([code in held for held in self.sets], dtype=np.int64)
        return np.where(self.values < 0, -1, holds[self.values])


def agreed(
    coded: Coded, *, units: str | None, order: Sequence[str], level: float, resamples: int, seed: int
) -> Part:
    """Agreement between coders, with its interval over documents.

    Parameters
    ----------
    coded
        The coded passages.
    units
        What coders are compared on: passages or documents; None = as the passages allow.
    order
        All codes from low to high, where they are steps of a scale.
    level, resamples, seed
        Of the intervals.
    """
    if len(coded.coders) < 2:
        return Part(caveats=(ONE_CODER,))
    drawing = Drawing(resamples=resamples, generator=np.random.default_rng(seed), level=level)
    compared = _compared(coded, units=units)
    found: dict[str, tuple[str, Agreement]] = {}
    caveats = []
    for name, label, work in (
        *_alphas(compared, coded, order=order, drawing=drawing),
        *_kappas(compared, drawing=drawing),
    ):
        try:
            found[name] = (label, work())
        except EstimationError as error:
            caveats.append(f"{error.method} is not known: {error.seen}.")
    tables = {
        "agreement": _told(found),
        "agreement_by_code": _by_code(compared, coded, drawing=drawing),
        "agreement_by_coder": _by_coder(compared, coded, drawing=drawing),
    }
    return Part(
        estimates=tuple(_estimate(name, label, one, level=level) for name, (label, one) in found.items()),
        tables={name: table for name, table in tables.items() if table.rows},
        caveats=tuple(dict.fromkeys(caveats)),
    )


def _compared(coded: Coded, *, units: str | None) -> Compared:
    passages = _units(coded, np.column_stack([coded.document, coded.starts, coded.ends]), name="passages")
    if units == "passages":
        return passages
    documents = _units(coded, coded.document[:, None], name="documents")
    if units == "documents":
        return documents
    read_by_two = documents.documents[(documents.values >= 0).sum(axis=1) >= 2]
    among = np.isin(passages.documents, read_by_two)
    alike = (passages.values[among] >= 0).sum(axis=1) >= 2
    return passages if alike.size and alike.mean() >= 0.5 else documents


def _units(coded: Coded, keys: Codes, *, name: str) -> Compared:
    """What each coder gave to each unit, as a set of codes."""
    unique, place = np.unique(keys, axis=0, return_inverse=True)
    held: dict[tuple[int, int], set[int]] = {}
    for unit, coder, code in zip(
        place.ravel().tolist(), coded.coder.tolist(), coded.code.tolist(), strict=True
    ):
        held.setdefault((unit, coder), set()).add(code)
    known: dict[CodeSet, int] = {}
    values = np.full((len(unique), len(coded.coders)), -1, dtype=np.int64)
    for (unit, coder), codes in sorted(held.items()):
        values[unit, coder] = known.setdefault(frozenset(codes), len(known))
    return Compared(values=values, sets=tuple(known), documents=unique[:, 0], units=name)


def _alphas(
    compared: Compared, coded: Coded, *, order: Sequence[str], drawing: Drawing
) -> Iterator[tuple[str, str, Callable[[], Agreement]]]:
    """Each alpha that the coding allows: its name, its label and the work that gives it."""
    of_units = partial(krippendorff_alpha, clusters=compared.documents, drawing=drawing)
    where = f"of {compared.units}"
    if all(len(held) == 1 for held in compared.sets):
        yield "alpha.nominal", f"Krippendorff's alpha, codes {where}", partial(of_units, compared.values)
        for metric in ORDERED if order else ():
            label = f"Krippendorff's alpha, {metric}, steps {where}"
            yield f"alpha.{metric}", label, partial(of_units, _steps(compared, coded, order), distance=metric)
    else:
        distance = set_distances(compared.sets)
        label = f"Krippendorff's alpha, sets of codes {where} (MASI)"
        yield "alpha.sets", label, partial(of_units, compared.values, distance=distance)
    cut = continuum(coded.document, coded.coder, codes=coded.code, starts=coded.starts, ends=coded.ends)
    work = partial(
        krippendorff_alpha,
        cut.values,
        distance=set_distances(cut.sets),
        weights=cut.lengths,
        clusters=cut.documents,
        drawing=drawing,
    )
    yield "alpha.unitised", "Krippendorff's alpha, unitised: which characters hold which code", work


def _steps(compared: Compared, coded: Coded, order: Sequence[str]) -> Codes:
    """The values as steps of the scale."""
    steps = np.array([order.index(coded.codes[next(iter(held))]) for held in compared.sets], dtype=np.int64)
    return np.where(compared.values < 0, -1, steps[compared.values])


def _kappas(compared: Compared, *, drawing: Drawing) -> Iterator[tuple[str, str, Callable[[], Agreement]]]:
    """The other coefficients, for which two sets of codes are the same or not."""
    coefficient: Coefficient = "cohen" if compared.values.shape[1] == 2 else "fleiss"
    name = "Cohen's kappa" if coefficient == "cohen" else "Fleiss' kappa"
    for key, label, which in (
        ("kappa", name, coefficient),
        ("ac1", "Gwet's AC1", "gwet"),
        ("percent_agreement", "Percent agreement", "percent"),
    ):
        work = partial(agreement_of, compared.values, which, clusters=compared.documents, drawing=drawing)
        yield key, f"{label}, codes of {compared.units}", work


def _estimate(name: str, label: str, found: Agreement, *, level: float) -> Estimate:
    interval = Interval(value=found.value, low=found.low, high=found.high, se=found.se)
    unit = "proportion" if name == "percent_agreement" else "coefficient"
    return estimate(name, label, found=interval, level=level, unit=unit)


def _cells(found: Agreement) -> tuple[float, float, float, int, int, int]:
    return found.value, found.low, found.high, found.units, found.ratings, found.clusters


def _told(found: Mapping[str, tuple[str, Agreement]]) -> Table:
    rows = tuple((name, label, *_cells(one)) for name, (label, one) in found.items())
    return Table(
        caption="How far coders agree (of unitised alpha, a unit is a stretch of text)",
        columns=("coefficient", "label", *CELLS),
        rows=rows,
    )


def _by_code(compared: Compared, coded: Coded, *, drawing: Drawing) -> Table:
    """Each code alone: given or not given."""
    rows = []
    for code, name in enumerate(coded.codes):
        try:
            found = krippendorff_alpha(compared.holding(code), clusters=compared.documents, drawing=drawing)
        except EstimationError:
            continue
        rows.append((found.value, name, _cells(found)))
    return Table(
        caption="How far coders agree on each code alone (alpha of given against not given)",
        columns=("code", *CELLS),
        rows=tuple((name, *cells) for _, name, cells in sorted(rows)),
    )


def _by_coder(compared: Compared, coded: Coded, *, drawing: Drawing) -> Table:
    """Alpha of all others, coder by coder."""
    distance = set_distances(compared.sets)
    rows = []
    for coder, name in enumerate(coded.coders if len(coded.coders) > 2 else ()):
        try:
            found = krippendorff_alpha(
                compared.without(coder), distance=distance, clusters=compared.documents, drawing=drawing
            )
        except EstimationError:
            continue
        rows.append((name, *_cells(found)))
    return Table(
        caption="How far the others agree where one coder is left out",
        columns=("coder", *CELLS),
        rows=tuple(rows),
    )
