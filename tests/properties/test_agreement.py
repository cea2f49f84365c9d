"""Agreement, continuum and saturation against the plainest way to count them."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coproduce.errors import EstimationError
from coproduce.methods.agreement import Drawing, krippendorff_alpha
from coproduce.methods.agreement_kappa import agreement_of
from coproduce.methods.coded_text import continuum, saturation, set_distances

CODES = st.lists(st.lists(st.integers(-1, 3), min_size=3, max_size=3), min_size=2, max_size=7).map(np.array)
SETS = [frozenset(), frozenset({0}), frozenset({0, 1}), frozenset({1, 2})]


def _distance(metric, values):
    """The distance of two codes, from every code that can be paired."""
    count = {code: values.count(code) for code in range(4)}

    def ordinal(one, other):
        low, high = min(one, other), max(one, other)
        return (sum(count[code] for code in range(low, high + 1)) - (count[one] + count[other]) / 2) ** 2

    return {
        "nominal": lambda one, other: float(one != other),
        "ordinal": ordinal,
        "interval": lambda one, other: float(one - other) ** 2,
        "linear": lambda one, other: float(abs(one - other)),
        "ratio": lambda one, other: ((one - other) / (one + other)) ** 2 if one + other else 0.0,
        "masi": lambda one, other: set_distances(SETS)[one, other],
    }[metric]


def _by_pairs(codes, metric):
    """Observed: pairs within units; expected: pairs of all codes that can be paired."""
    units = [[code for code in unit if code >= 0] for unit in codes.tolist()]
    units = [unit for unit in units if len(unit) >= 2]
    values = [code for unit in units for code in unit]
    apart = _distance(metric, values)
    if not values:
        return math.nan
    observed = sum(
        apart(one, other) / (len(unit) - 1)
        for unit in units
        for one, other in itertools.permutations(unit, 2)
    )
    expected = sum(apart(one, other) for one, other in itertools.permutations(values, 2)) / (len(values) - 1)
    return 1 - observed / expected if expected else math.nan


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval", "linear", "ratio", "masi"])
@given(codes=CODES)
@settings(max_examples=60, deadline=None)
def test_alpha_is_what_counting_pairs_gives(metric, codes):
    wanted = _by_pairs(codes, metric)
    distance = set_distances(SETS) if metric == "masi" else metric
    if math.isnan(wanted):
        with pytest.raises(EstimationError):
            krippendorff_alpha(codes, distance=distance)
    else:
        assert krippendorff_alpha(codes, distance=distance).value == pytest.approx(wanted, abs=1e-10)


@given(codes=CODES, weights=st.lists(st.integers(1, 4), min_size=7, max_size=7))
@settings(max_examples=60, deadline=None)
def test_a_weight_is_as_many_units(codes, weights):
    many = np.array(weights[: len(codes)])
    repeated = np.repeat(codes, many, axis=0)
    assume(not math.isnan(_by_pairs(repeated, "nominal")))
    weighted = krippendorff_alpha(codes, weights=many.astype(float)).value
    assert weighted == pytest.approx(_by_pairs(repeated, "nominal"), abs=1e-10)


@pytest.mark.parametrize("metric", ["nominal", "ordinal"])
def test_the_draws_are_what_drawing_clusters_by_hand_gives(metric):
    """The bootstrap from sums against the same clusters laid out again, draw by draw."""
    codes = np.random.default_rng(4).integers(-1, 3, size=(40, 3))
    clusters = np.arange(40) // 4
    found = krippendorff_alpha(
        codes,
        distance=metric,
        clusters=clusters,
        drawing=Drawing(resamples=150, generator=np.random.default_rng(5)),
    )
    counts = np.random.default_rng(5).multinomial(10, np.full(10, 0.1), size=150)
    by_hand = [
        krippendorff_alpha(np.repeat(codes, draw[clusters], axis=0), distance=metric).value for draw in counts
    ]
    assert (found.low, found.high) == pytest.approx(np.quantile(by_hand, [0.025, 0.975]), abs=1e-10)
    assert found.se == pytest.approx(np.std(by_hand, ddof=1), abs=1e-10)


@given(codes=CODES)
@settings(max_examples=60, deadline=None)
def test_kappas_by_their_definitions(codes):
    units = [[code for code in unit if code >= 0] for unit in codes.tolist()]
    paired = [unit for unit in units if len(unit) >= 2]
    assume(paired)
    same = [np.mean([one == other for one, other in itertools.permutations(unit, 2)]) for unit in paired]
    rated = [unit for unit in units if unit]
    shares = np.array([[unit.count(code) / len(unit) for code in range(4)] for unit in rated]).mean(axis=0)
    assume(shares.max() < 1)
    assert agreement_of(codes, "percent").value == pytest.approx(np.mean(same), abs=1e-10)
    for coefficient, chance in (
        ("fleiss", float(shares @ shares)),
        ("gwet", float(shares @ (1 - shares)) / 3),
    ):
        wanted = (np.mean(same) - chance) / (1 - chance)
        assert agreement_of(codes, coefficient, held=4).value == pytest.approx(wanted, abs=1e-10)


PASSAGES = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 2), st.integers(0, 8), st.integers(1, 6)),
    min_size=2,
    max_size=8,
)


@given(passages=PASSAGES)
@settings(max_examples=80, deadline=None)
def test_the_continuum_is_every_character_as_a_unit(passages):
    document, coder, code, start, length = (np.array(column) for column in zip(*passages, strict=True))
    cut = continuum(document, coder, codes=code, starts=start, ends=start + length)
    by_character = []
    for one in np.unique(document):
        own = document == one
        for place in range(start[own].min(), (start + length)[own].max()):
            here = own & (start <= place) & (place < start + length)
            by_character.append(
                [
                    cut.sets.index(frozenset(code[here & (coder == who)].tolist()))
                    if (own & (coder == who)).any()
                    else -1
                    for who in range(cut.values.shape[1])
                ]
            )
    characters = np.array(by_character)
    assert cut.lengths.sum() == len(characters)
    distance = set_distances(cut.sets)
    try:
        wanted = krippendorff_alpha(characters, distance=distance).value
    except EstimationError:
        return
    found = krippendorff_alpha(cut.values, distance=distance, weights=cut.lengths).value
    assert found == pytest.approx(wanted, abs=1e-10)


@given(
    presence=st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=2, max_size=5).map(np.array)
)
@settings(max_examples=40, deadline=None)
def test_the_mean_curve_is_that_of_all_orders(presence):
    found = saturation(presence, orders=100, generator=np.random.default_rng(1))
    curves = [
        [np.any(presence[list(order[: place + 1])], axis=0).sum() for place in range(len(presence))]
        for order in itertools.permutations(range(len(presence)))
    ]
    assert found.expected == pytest.approx(np.mean(curves, axis=0), abs=1e-10)
    assert (found.low >= np.min(curves, axis=0)).all()
    assert (found.high <= np.max(curves, axis=0)).all()


@pytest.mark.parametrize("by", ["masi", "jaccard"])
def test_distances_of_all_sets_by_their_definition(by):
    sets = [frozenset(held) for size in range(5) for held in itertools.combinations(range(4), size)]

    def likeness(one, other):
        if one == other or not one & other:
            return float(one == other)
        share = len(one & other) / len(one | other)
        return share if by == "jaccard" else share * (2 / 3 if one < other or other < one else 1 / 3)

    wanted = [[1 - likeness(one, other) for other in sets] for one in sets]
    assert np.abs(set_distances(sets, by=by) - wanted).max() < 1e-12


def test_distances_of_sets_by_hand():
    assert set_distances(SETS, by="jaccard")[2].tolist() == pytest.approx([1, 1 / 2, 0, 2 / 3])
    assert set_distances(SETS)[2].tolist() == pytest.approx([1, 1 - 1 / 2 * 2 / 3, 0, 1 - 1 / 3 * 1 / 3])
