"""OCEL 2.0: one type of object is the case, and what that means for events is said."""

import json

import pytest

from coproduce.errors import RecordsError
from coproduce.records.engine import Engine
from coproduce.records.opening import open_records
from coproduce.records.study import read_study


def _event(name, *objects, **more):
    relations = [{"objectId": concerned, "qualifier": "of"} for concerned in objects]
    return {"id": name, "type": "Pack", "time": "2026-01-01T10:00:00Z", "relationships": relations, **more}


def _log(*events, types=("order", "item")):
    objects = [{"id": f"{kind}-{number}", "type": kind} for kind in types for number in (1, 2)]
    return json.dumps({"objects": objects, "events": events, "objectTypes": [], "eventTypes": []})


def _open(folder, query="SELECT row_number, case_id, activity FROM events ORDER BY row_number"):
    with Engine(threads=1) as engine:
        table = open_records(read_study(folder), engine).tables["events"]
        return engine.rows(query), table.notes


def test_an_event_of_several_objects_counts_for_each_and_it_is_said(write_study):
    log = _log(
        _event("a", "order-2", "order-1", "item-1"), _event("b", "item-1"), _event("c", "order-1", "order-1")
    )
    rows, notes = _open(write_study({"log.json": log}, events='object_type = "order"'))
    assert rows == [(1, "order-1", "Pack"), (2, "order-2", "Pack"), (3, "order-1", "Pack")]
    assert notes == (
        "A case is an object of type order.",
        "1 event concerns several of these objects and counts once for each.",
        "1 event concerns none of these objects and is left out.",
    )


def test_the_type_must_be_named_where_there_are_several(fault_of):
    fault = fault_of({"log.json": _log(_event("a", "order-1"))})
    assert (fault.place, fault.wanted) == ("object_type", "one of item (2), order (2)")


def test_a_wrong_type_gets_the_nearest_name(fault_of):
    fault = fault_of({"log.json": _log(_event("a", "order-1"))}, events='object_type = "ordre"')
    assert fault.hint == "Did you mean 'order'?"


def test_the_only_type_needs_no_name(write_study):
    log = _log(_event("a", "order-1"), types=("order",))
    assert _open(write_study({"log.json": log}))[0] == [(1, "order-1", "Pack")]


def test_attributes_of_events_and_first_values_of_objects_are_columns(write_study):
    log = json.loads(_log(_event("a", "order-1", attributes=[{"name": "id", "value": 5}]), types=("order",)))
    log["objects"][0]["attributes"] = [
        {"name": "district", "time": "2026-02-01T00:00:00Z", "value": "South"},
        {"name": "district", "time": "2025-02-01T00:00:00Z", "value": "North"},
    ]
    folder = write_study({"log.json": json.dumps(log)})
    assert _open(folder, 'SELECT "case:district", "event:id" FROM events')[0] == [("North", "5")]


@pytest.mark.parametrize(
    ("log", "found"),
    [
        ("{}", "no events"),
        ("[1, 2]", "no events"),
        ('{"events": [1]}', "1"),
        ('{"objects": [{"id": "a"', "parse error: premature EOF"),
        (_log(_event("a", "order-1"), _event("a", "order-2")), "2 events a"),
    ],
)
def test_what_is_no_whole_log_is_refused(fault_of, log, found):
    assert fault_of({"log.json": log}, events='object_type = "order"').found == found


DEEP = ["[" * 100_000, '{"events": ' + '[{"a]":' * 100_000, '{"events": ' + '["]\\"]]", ' * 100_000]


@pytest.mark.parametrize("log", DEEP, ids=["brackets", "objects", "closed only in texts"])
def test_brackets_in_brackets_without_end_are_refused_at_once(write_study, log):
    with pytest.raises(RecordsError, match="more than 64 brackets within each other"):
        _open(write_study({"log.json": log}))


def test_brackets_in_texts_are_no_depth(write_study):
    name = '[{"\\' * 300_000  # more than one piece, with an escape across the edge of some
    rows, _ = _open(
        write_study(
            {"log.json": _log({**_event("a", "order-1"), "type": name})}, events='object_type = "order"'
        ),
        "SELECT length(activity) FROM events",
    )
    assert rows == [(len(name),)]
