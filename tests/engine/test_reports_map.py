"""The service map: what is drawn where, and that nothing stands on anything else."""

import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduce.findings import Estimate, Finding, Grade, Table
from coproduce.findings.files import findings_from_json
from coproduce.reports.map_drawing import map_in_words, map_svg
from coproduce.reports.service_map import service_map

MADE_UP = Path(__file__).with_name("test_reports_findings.json")


def an_audit(sides, moves, ends=()):
    """An audit of 100 cases with only what a map needs: name -> side, and (source, target, cases)."""
    columns = ("activity", "side", "cases", "kind")
    tables = {
        "activities": Table(
            caption="", columns=columns, rows=tuple((n, s, 50, None) for n, s in sides.items())
        ),
        "edges": Table(
            caption="",
            columns=("source", "target", "cases", "median_days", "waits_for"),
            rows=tuple(
                (a, b, cases, 2.5, "citizen" if sides[b] == "citizen" else "organisation")
                for a, b, cases in moves
            ),
        ),
        "ends": Table(caption="", columns=("activity", "starts_cases", "ends_cases"), rows=tuple(ends)),
    }
    return Finding(
        id="audit",
        question="audit",
        title="",
        answer="",
        verdict="descriptive",
        estimates=(Estimate(name="cases", label="", value=100, unit="count", n=100),),
        tables=tables,
        grade=Grade(level="high", reasons=()),
    )


@pytest.fixture(scope="module")
def thirty():
    finding = findings_from_json(MADE_UP.read_text(encoding="utf-8")).finding("audit")
    drawing = service_map(finding)
    assert len(drawing.boxes) >= 30
    return finding, drawing


def no_clash(drawing):
    labels = [arrow.label for arrow in drawing.arrows if arrow.label]
    boxes = list(drawing.boxes.values())
    for one, other in combinations([*labels, *boxes], 2):
        assert not one.meets(other)
    for box in (*labels, *boxes):
        assert 0 <= box.x <= drawing.width - box.width
        assert 0 <= box.y <= drawing.height - box.height


def no_arrow_through_a_box(drawing):
    for arrow in drawing.arrows:
        for x, y in points_along(arrow):
            inside = [
                name
                for name, box in drawing.boxes.items()
                if box.x + 1 < x < box.x + box.width - 1 and box.y < y < box.y + box.height
            ]
            assert not inside, (arrow.move, inside)


def points_along(arrow):
    """Points of an arrow, from Bezier's own formula rather than by the code that placed it."""
    for place, (start, end) in enumerate(zip(arrow.points, arrow.points[1:], strict=False)):
        middle = (start[0] + end[0]) / 2
        for step in range(21):
            t = step / 20
            if place % 2:
                yield start[0] + t * (end[0] - start[0]), start[1]
            else:
                weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
                xs, ys = (start[0], middle, middle, end[0]), (start[1], start[1], end[1], end[1])
                yield tuple(sum(w * v for w, v in zip(weights, values, strict=True)) for values in (xs, ys))


def test_thirty_activities_stand_apart_with_their_labels(thirty):
    no_clash(thirty[1])


def test_no_arrow_runs_through_an_activity(thirty):
    no_arrow_through_a_box(thirty[1])


def test_citizens_stand_above_the_line_and_the_organisation_below(thirty):
    drawing = thirty[1]
    for name, box in drawing.boxes.items():
        if drawing.activities[name].side == "citizen":
            assert box.y + box.height < drawing.line_y
        else:
            assert box.y > drawing.line_y


def test_every_activity_that_anything_leads_to_is_reached(thirty):
    drawing = thirty[1]
    assert set(drawing.boxes) == {
        name for arrow in drawing.arrows for name in (arrow.move.source, arrow.move.target)
    }


def test_most_arrows_of_thirty_activities_carry_their_numbers(thirty):
    labelled = [arrow.label is not None for arrow in thirty[1].arrows]
    assert sum(labelled) >= 0.7 * len(labelled)


def test_the_picture_is_xml_and_holds_every_name(thirty):
    finding, drawing = thirty
    root = ET.fromstring(map_svg(drawing))
    written = " ".join("".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text"))
    assert "CITIZENS" in written
    assert "line of interaction" in written
    assert map_svg(service_map(finding)) == map_svg(drawing)


def test_the_map_in_words_names_path_hand_offs_and_waits():
    sides = {"Create": "organisation", "Pay": "citizen", "Close": "system"}
    finding = an_audit(
        sides, [("Create", "Pay", 60), ("Pay", "Close", 55)], [("Create", 100, 0), ("Close", 0, 55)]
    )
    words = map_in_words(service_map(finding), finding)
    assert "1 activity of citizens above" in words
    assert "The busiest hand-offs: Create to Pay (60 cases, median 2.5 days)" in words
    assert "Every move is drawn." in words


def test_the_moves_left_out_are_counted():
    sides = {f"a{number}": "citizen" if number % 2 else "organisation" for number in range(10)}
    moves = [(a, b, 1 + place) for place, (a, b) in enumerate((a, b) for a in sides for b in sides if a != b)]
    drawing = service_map(an_audit(sides, moves))
    drawn = sum(arrow.move.cases for arrow in drawing.arrows)
    assert drawing.moves_left_out == 90 - len(drawing.arrows)
    assert drawing.drawn_share == pytest.approx(drawn / sum(cases for *_, cases in moves))


def test_a_step_that_follows_itself_is_an_arc_on_its_box():
    finding = an_audit({"Pay": "citizen", "Send": "organisation"}, [("Send", "Pay", 9), ("Pay", "Pay", 4)])
    drawing = service_map(finding)
    assert drawing.activities["Pay"].again == 4
    assert re.search("again: 4", map_svg(drawing))


def test_without_moves_there_is_no_map():
    assert service_map(an_audit({"Pay": "citizen"}, [])) is None


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whatever_follows_whatever_nothing_clashes(data):
    count = data.draw(st.integers(2, 14))
    sides = {
        f"step {n}": data.draw(st.sampled_from(["citizen", "organisation", "system"])) for n in range(count)
    }
    pair = st.tuples(st.sampled_from(list(sides)), st.sampled_from(list(sides)))
    pairs = data.draw(st.lists(pair, min_size=1, max_size=40, unique=True))
    starts = [(name, data.draw(st.integers(0, 60)), data.draw(st.integers(0, 60))) for name in sides]
    moves = [(a, b, data.draw(st.integers(5, 100))) for a, b in pairs]
    drawing = service_map(an_audit(sides, moves, starts))
    no_clash(drawing)
    no_arrow_through_a_box(drawing)


def test_a_map_in_which_a_step_follows_only_itself_is_told_in_words():
    finding = an_audit({"Ask": "citizen", "Answer": "organisation"}, moves=(("Ask", "Ask", 40),))
    words = map_in_words(service_map(finding), finding)
    assert words.startswith("A map of the service in two lanes: 1 activity of citizens above")
