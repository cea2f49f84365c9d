"""XES: what is read of a log, and what is refused."""

import gzip

import pytest

from coproduce.records.engine import Engine
from coproduce.records.opening import open_records
from coproduce.records.study import read_study

EVENT = (
    '<event><string key="concept:name" value="Ask"/><date key="time:timestamp" value="2026-01-01T10:00:00.5+01:00"/>{}'
    "</event>"
)
TRACE = '<trace><string key="concept:name" value="A &amp; B"/>{}</trace>'
LOG = '<?xml version="1.0" encoding="UTF-8"?>\n<log>{}</log>'
BOMB = '<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n<log>&b;</log>'
OUTSIDE = '<!DOCTYPE log [<!ENTITY a SYSTEM "file:///etc/hostname">]>\n<log>&a;</log>'


def _open(folder, query):
    with Engine(threads=1) as engine:
        table = open_records(read_study(folder), engine).tables["events"]
        return engine.rows(query), table


def _log(events="", trace=""):
    return LOG.format(TRACE.format(trace + EVENT.format(events)))


def test_attributes_keep_their_names_and_the_traces_stand_before_them(write_study):
    log = _log('<int key="amount" value="7"/>', '<string key="district" value="North"/>')
    rows, table = _open(
        write_study({"a.xes": log}),
        'SELECT case_id, activity, CAST(occurred_at AS VARCHAR), amount, "case:district" FROM events',
    )
    assert rows == [("A & B", "Ask", "2026-01-01 09:00:00.5", "7", "North")]
    assert "`case_id` was taken from the column 'case:concept:name'." in table.notes


def test_attributes_that_come_late_are_empty_before(write_study):
    early, late = EVENT.format(""), EVENT.format('<string key="late" value="x"/>')
    log = LOG.format(TRACE.format(early * 50_000) + TRACE.format(late) + TRACE.format(early))
    rows, table = _open(write_study({"a.xes": log}), "SELECT row_number FROM events WHERE late IS NOT NULL")
    assert rows == [(50_001,)]
    assert table.rows == 50_002


def test_an_attribute_of_the_trace_may_come_after_its_events(write_study):
    log = LOG.format(f'<trace>{EVENT.format("")}<string key="concept:name" value="Z"/></trace>')
    assert _open(write_study({"a.xes": log}), "SELECT case_id FROM events")[0] == [("Z",)]


def test_lists_and_nested_attributes_are_left_alone_and_said(write_study):
    nested = (
        '<string key="x" value="1"><string key="inner" value="2"/></string>'
        '<list key="l"><values><string key="concept:name" value="no"/></values></list>'
    )
    rows, table = _open(write_study({"a.xes": _log(nested)}), "SELECT activity, x FROM events")
    assert rows == [("Ask", "1")]
    assert "Attributes inside other attributes, and lists, were not read." in table.notes


def test_extensions_globals_classifiers_and_namespaces_are_no_events(write_study):
    head = (
        '<xes:log xmlns:xes="http://www.xes-standard.org/"><xes:extension name="C" prefix="c" uri="u"/>'
        '<xes:global scope="event"><xes:string key="concept:name" value="default"/></xes:global>'
        '<xes:classifier name="x" keys="concept:name"/><xes:string key="source" value="s"/>'
    )
    body = _log().partition("<log>")[2].replace("</log>", "</xes:log>")
    assert _open(write_study({"a.xes": head + body}), "SELECT activity FROM events")[0] == [("Ask",)]


@pytest.mark.parametrize("log", ["<!DOCTYPE log>" + _log()[39:], BOMB, OUTSIDE])
@pytest.mark.parametrize("name", ["a.xes", "a.xes.gz"])
def test_a_document_type_or_an_entity_is_refused(fault_of, log, name):
    fault = fault_of({name: gzip.compress(log.encode()) if name.endswith("gz") else log})
    assert fault.found.startswith("a document type or entity in line")


@pytest.mark.parametrize(
    ("log", "found"),
    [
        (_log()[:120], "unclosed token, line 2"),
        (_log()[:-6], "no element found, line 2"),
        ("hello", "syntax error, line 1"),
        (_log().replace("&amp;", "&other;"), "undefined entity, line 2"),
        (_log().replace("UTF-8", "nonsense"), "unknown encoding: nonsense"),
        ("<log></log>", "no event"),
    ],
)
def test_what_is_no_whole_log_is_refused(fault_of, log, found):
    assert fault_of({"a.xes": log}).found == found


def test_an_event_without_a_time_or_a_case_is_a_fault_of_its_row(faults_of):
    timeless = '<event><string key="concept:name" value="x"/></event>'
    faults = faults_of({"a.xes": LOG.format(TRACE.format(EVENT.format("") + timeless) + EVENT.format(""))})
    assert [(fault.place, fault.rows) for fault in faults] == [
        ("case:concept:name (case_id)", ((3, None),)),
        ("time:timestamp (occurred_at)", ((2, None),)),
    ]
