"""The audit of two real logs against their published summaries, and of one log in every form it can come in."""

from __future__ import annotations

import gzip
from pathlib import Path
from xml.sax.saxutils import quoteattr

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import coproduce as cp

CITIZEN = ["Payment", "Insert Date Appeal to Prefecture", "Send Appeal to Prefecture", "Appeal to Judge"]
COLUMNS = {"occurred_at": "timestamp", "actor": "resource", "sequence": ".order"}


@pytest.fixture
def fines(real_data: Path) -> Path:
    return real_data / "events" / "traffic_fines_10k.csv.gz"


@pytest.fixture
def permits(real_data: Path) -> Path:
    return real_data / "events" / "receipt.csv"


def of(finding: cp.Finding, table: str, key: str) -> dict[object, dict[str, object]]:
    return {row[key]: row for row in finding.tables[table].records()}


def test_traffic_fines_agree_with_the_published_summary(fines: Path) -> None:
    """bupaR's summary of the sample: events, cases, activities and paths."""
    finding = cp.audit(fines, citizen=CITIZEN, columns=COLUMNS, small_numbers=0)
    assert finding.estimate("events").value == 34_724
    assert finding.estimate("cases").value == 10_000
    activities = of(finding, "activities", "activity")
    assert len(activities) == 11
    assert any("44 " in caveat for caveat in finding.caveats)
    # Shares of cases: 0.4626 with a payment, 0.3387 sent to be collected (README of the data).
    assert activities["Payment"]["cases"] == 4626
    assert activities["Send for Credit Collection"]["cases"] == 3387
    assert {name for name, row in activities.items() if row["side"] == "citizen"} == set(CITIZEN)


def test_traffic_fines_agree_with_pandas(fines: Path) -> None:
    finding = cp.audit(fines, citizen=CITIZEN, columns=COLUMNS, small_numbers=0)
    log = pd.read_csv(fines, parse_dates=["timestamp"]).sort_values(["case_id", "timestamp", ".order"])
    log["citizen"] = log["activity"].isin(CITIZEN)
    before = log.groupby("case_id")["citizen"].shift()
    gap = log.groupby("case_id")["timestamp"].diff().dt.total_seconds()
    again = log[log["citizen"]].groupby(["case_id", "activity"]).size()
    cases = log["case_id"].nunique()
    expected = {
        "citizen_event_share": log["citizen"].mean(),
        "cases_with_citizen_share": log.groupby("case_id")["citizen"].any().mean(),
        "rework_case_share": again[again > 1].reset_index()["case_id"].nunique() / cases,
        "waited_for_citizen_share": gap[log["citizen"]].sum() / gap.sum(),
        "handoffs_to_citizen_per_case": (log["citizen"] & (before == False)).sum() / cases,  # noqa: E712
        "handoffs_to_organisation_per_case": (~log["citizen"] & (before == True)).sum() / cases,  # noqa: E712
    }
    for name, value in expected.items():
        assert finding.estimate(name).value == pytest.approx(value, rel=1e-12), name
    waits = of(finding, "waiting", "side")
    for side, mask in (("citizen", log["citizen"]), ("organisation", ~log["citizen"])):
        days = gap[mask].dropna() / 86_400
        assert waits[side]["gaps"] == len(days)
        assert waits[side]["median_days"] == pytest.approx(days.median(), abs=1e-9)
        assert waits[side]["p90_days"] == pytest.approx(days.quantile(0.9), abs=1e-9)


def test_permits_agree_with_the_published_summary_and_claim_nothing(permits: Path) -> None:
    finding = cp.audit(permits, small_numbers=0)
    assert finding.estimate("cases").value == 1_434
    assert finding.estimate("events").value == 8_577
    assert len(finding.tables["activities"].rows) == 27
    assert any("116 " in caveat for caveat in finding.caveats)
    assert "cannot show the citizens' part" in finding.answer
    assert finding.grade.level in ("low", "very_low")


def test_permits_bound_nothing_and_say_how_long_cases_took(permits: Path) -> None:
    finding = cp.audit(permits, small_numbers=0)
    assert {estimate.interval for estimate in finding.estimates} == {None}
    log = pd.read_csv(permits)
    times = pd.to_datetime(log["time:timestamp"], utc=True, format="ISO8601").groupby(
        log["case:concept:name"]
    )
    minutes = (times.max() - times.min()).median().total_seconds() / 60
    assert f"Half of the cases took {minutes:.0f} minutes or more" in finding.answer


def as_xes(log: pd.DataFrame, path: Path) -> None:
    lines = ["<log>"]
    for case, events in log.groupby("case_id", sort=False):
        lines.append(f'<trace><string key="concept:name" value={quoteattr(str(case))}/>')
        lines += [
            f'<event><string key="concept:name" value={quoteattr(row.activity)}/>'
            f'<date key="time:timestamp" value="{row.timestamp}T00:00:00+00:00"/></event>'
            for row in events.itertuples()
        ]
        lines.append("</trace>")
    path.write_bytes(gzip.compress("\n".join([*lines, "</log>"]).encode()))


def test_one_log_in_every_form_gives_the_same_finding(fines: Path, tmp_path: Path) -> None:
    log = pd.read_csv(fines, dtype=str).sort_values(["case_id", ".order"], kind="stable").head(3000)
    log = log[["case_id", "activity", "timestamp"]].reset_index(drop=True)
    log.to_csv(tmp_path / "log.csv", index=False)
    log.to_csv(tmp_path / "log.tsv", index=False, sep="\t", encoding="utf-16")
    log.to_parquet(tmp_path / "log.parquet")
    as_xes(log, tmp_path / "log.xes.gz")
    forms = [
        *(tmp_path / name for name in ("log.csv", "log.tsv", "log.parquet", "log.xes.gz")),
        log,
        pl.from_pandas(log),
        pa.Table.from_pandas(log),
        duckdb.connect().from_df(log),
    ]
    found = [cp.audit(form, citizen=CITIZEN, title="fines") for form in forms]
    for form, finding in zip(forms, found, strict=True):
        assert finding.estimates == found[0].estimates, form
        assert finding.tables == found[0].tables, form
        assert finding.answer == found[0].answer, form
