"""The figures of effects: drawn from the finding's tables, with their numbers said in words."""

from xml.etree import ElementTree as ET

import pytest

from coproduce.findings import Estimate, Finding, Grade, Table
from coproduce.reports import effects_charts, effects_charts_courses
from coproduce.reports.told import effects as told

DRAW = (
    effects_charts.forest,
    effects_charts_courses.event_study,
    effects_charts_courses.series,
    effects_charts_courses.threshold,
    effects_charts.balance,
    effects_charts_courses.sensitivity,
)


def table(columns, *rows):
    return Table(caption="made up", columns=tuple(columns.split()), rows=rows)


OUTCOMES = table(
    "label arm group estimate low high band_low band_high unit better",
    ("came", "any", None, 0.45, 0.41, 0.49, 0.40, 0.50, "proportion", "up"),
    ("came", "any", "sex: f", 0.40, 0.30, 0.50, 0.25, 0.55, "proportion", "up"),
    ("came", "any", "sex: m", None, None, None, None, None, "proportion", "up"),
)
EVENTS = table(
    "event_time effect se low high band_low band_high",
    (-2.0, 0.01, 0.02, -0.03, 0.05, -0.04, 0.06),
    (0.0, 0.1, 0.02, 0.06, 0.14, 0.05, 0.15),
    (1.0, 0.2, 0.02, 0.16, 0.24, 0.15, 0.25),
)
SERIES = table(
    "period observed expected low high after",
    (1.0, 10.0, 10.1, None, None, False),
    (2.0, 11.0, 11.0, None, None, False),
    (3.0, 15.0, 12.0, 11.0, 13.0, True),
    (4.0, None, 12.5, 11.0, 14.0, True),
)
BINS = table(
    "running mean fitted treated units",
    *((float(x), 0.2 + 0.1 * x + 0.3 * (x >= 3), 0.2, x >= 3, 20) for x in range(6)),
)
BALANCE = table(
    "covariate smd smd_before smd_after arm", ("age", 0.01, 0.4, 0.01, "any"), ("sex", -0.2, 0.1, -0.2, "any")
)
SENSITIVITY = table(
    "kind allowed low high",
    ("relative_magnitudes", 0.0, 0.1, 0.3),
    ("relative_magnitudes", 1.0, -0.1, 0.5),
    ("smoothness", 0.0, 0.1, 0.3),
)


def a_finding(unit="proportion", **tables):
    effect = Estimate(name="effect", label="Effect", value=0.45, interval=(0.41, 0.49), unit=unit)
    matters = Estimate(name="important_difference", label="What matters", value=0.05, unit=unit)
    return Finding(
        id="effects.made_up",
        question="effects",
        title="What it did",
        answer="",
        verdict="improves",
        estimates=(effect, matters),
        tables=tables,
        grade=Grade(level="high", reasons=()),
    )


@pytest.fixture(scope="module")
def finding():
    return a_finding(
        outcomes=OUTCOMES,
        event_study=EVENTS,
        series=SERIES,
        bins=BINS,
        balance=BALANCE,
        sensitivity=SENSITIVITY,
    )


@pytest.fixture(scope="module")
def drawn(finding):
    return {figure.name: figure for draw in DRAW for figure in draw(finding)}


def test_each_table_has_its_figure_with_title_words_and_table(finding, drawn):
    assert list(drawn) == [
        *("forest", "event_study", "series", "threshold", "balance", "sensitivity_relative_magnitudes")
    ]
    for figure in drawn.values():
        root = ET.fromstring(figure.svg)
        assert root.get("role") == "img"
        assert root[0].text == figure.title
        assert len(root[1].text) > 40
        assert figure.table in finding.tables
        assert "values" in str(figure.spec)


def test_a_forest_says_each_effect_that_is_known_and_what_matters(drawn):
    words = drawn["forest"].description
    assert "Everybody 45.0 (41.0 to 49.0)" in words
    assert "sex: f 40 (30 to 50)" in words
    assert "sex: m" not in words
    assert "up to 5.0 do not matter" in words


def test_effects_in_different_units_do_not_share_an_axis():
    rows = (*OUTCOMES.rows[:1], ("visits", "any", None, 2.0, 1.0, 3.0, 0.5, 3.5, "visits", "down"))
    finding = a_finding(outcomes=OUTCOMES.model_copy(update={"rows": rows}))
    assert [figure.name for figure in effects_charts.forest(finding)] == ["forest_1", "forest_2"]


def test_an_event_study_tells_before_from_since_with_the_wider_band(drawn):
    words = drawn["event_study"].description
    assert "2 periods before 1 (−4 to 6)" in words
    assert "first treated period 10 (5 to 15)" in words


def test_a_series_says_the_gap_and_leaves_unknown_periods_out(drawn):
    finding = a_finding("visits", series=SERIES)
    [figure] = effects_charts_courses.series(finding)
    assert "2 of them since 3" in figure.description
    assert "3.0 visits from what was expected on average" in figure.description


def test_a_threshold_says_the_means_next_to_it_and_the_jump(drawn):
    words = drawn["threshold"].description
    assert "nearest below the threshold 40, nearest above it 80" in words
    assert "The jump is 45.0 (41.0 to 49.0) percentage points" in words


def test_a_love_plot_says_the_worst_covariate_after_weighting(drawn):
    words = drawn["balance"].description
    assert "−0.20 standard deviations (sex)" in words
    assert "1 lie beyond 0.1" in words


def test_sensitivity_says_from_where_on_nothing_is_left(drawn):
    assert "holds nought from 1 on" in drawn["sensitivity_relative_magnitudes"].description


def test_nothing_is_drawn_from_nothing():
    assert [figure for draw in DRAW for figure in draw(a_finding())] == []


def test_every_figure_has_its_place_in_the_telling(drawn):
    places = tuple(place for telling in told.TELLINGS for place in telling.figures)
    assert all(name.startswith(places) for name in drawn)
