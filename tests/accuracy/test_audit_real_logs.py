"""The audit of two real logs against their published summaries, and of one log in every form it can come in."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from xml.sax.saxutils import quoteattr

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from tests.checked import Checked, Source

import coproduce as cp

FINES = Source(
    question="audit",
    cite="de Leoni and Mannhardt (2015), Road traffic fine management; summary of the sample of 10,000 in R eventdataR "
    "by bupaR (as recalled)",
)
PERMITS = Source(
    question="audit",
    cite="Buijs (2014), Receipt phase of an environmental permit application process, its summary",
)
PANDAS = Source(question="audit", cite="pandas, on the 10,000 fines", kind="program")
MINUTES = Source(question="audit", cite="pandas, on the 1,434 permits", kind="program")
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


def test_traffic_fines_agree_with_the_published_summary(fines: Path, checked: Checked) -> None:
    """bupaR's summary of the sample: events, cases, activities and paths."""
    finding = cp.audit(fines, citizen=CITIZEN, columns=COLUMNS, small_numbers=0)
    activities = of(finding, "activities", "activity")
    summary = counted(finding) | {"activities": len(activities)}
    for what, theirs in (("events", 34_724), ("cases", 10_000), ("activities", 11), ("paths", 44)):
        checked.same(FINES, what, ours=summary[what], theirs=theirs)
    assert {name for name, row in activities.items() if row["side"] == "citizen"} == set(CITIZEN)


def counted(finding: cp.Finding) -> dict[str, object]:
    """Events, cases, and the paths that the finding says there are."""
    [paths] = [found for text in finding.caveats if (found := re.search(r"([0-9,]+) different paths", text))]
    return {name: finding.estimate(name).value for name in ("events", "cases")} | {
        "paths": int(paths[1].replace(",", ""))
    }


def test_traffic_fines_agree_with_pandas(fines: Path, checked: Checked) -> None:
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
        ours = finding.estimate(name).value
        what = name.replace("_", " ")
        checked.agrees(PANDAS, what, ours=ours, theirs=float(value), within=1e-12, relative=True)
    cases_with = log.groupby("activity")["case_id"].nunique()
    activities = of(finding, "activities", "activity")
    assert cases_with.index.tolist() == sorted(map(str, activities))
    checked.agrees(
        PANDAS,
        "cases with each of the 11 activities",
        ours=[activities[name]["cases"] for name in cases_with.index],
        theirs=cases_with.to_numpy(),
        within=0,
    )
    waits = of(finding, "waiting", "side")
    for side, mask in (("citizen", log["citizen"]), ("organisation", ~log["citizen"])):
        days = gap[mask].dropna() / 86_400
        assert waits[side]["gaps"] == len(days)
        checked.agrees(
            PANDAS,
            f"days until the {side} acted: median, 90th percentile",
            ours=[waits[side]["median_days"], waits[side]["p90_days"]],
            theirs=[days.median(), days.quantile(0.9)],
            within=1e-9,
        )


def test_permits_agree_with_the_published_summary_and_claim_nothing(permits: Path, checked: Checked) -> None:
    finding = cp.audit(permits, small_numbers=0)
    summary = counted(finding) | {"activities": len(finding.tables["activities"].rows)}
    for what, theirs in (("events", 8_577), ("cases", 1_434), ("activities", 27), ("paths", 116)):
        checked.same(PERMITS, what, ours=summary[what], theirs=theirs)
    assert "cannot show the citizens' part" in finding.answer
    assert finding.grade.level in ("low", "very_low")


def test_permits_bound_nothing_and_say_how_long_cases_took(permits: Path, checked: Checked) -> None:
    finding = cp.audit(permits, small_numbers=0)
    assert {estimate.interval for estimate in finding.estimates} == {None}
    log = pd.read_csv(permits)
    times = pd.to_datetime(log["time:timestamp"], utc=True, format="ISO8601").groupby(
        log["case:concept:name"]
    )
    minutes = (times.max() - times.min()).median().total_seconds() / 60
    found = re.search(r"Half of the cases took ([0-9]+) minutes or more", finding.answer)
    assert found
    checked.agrees(MINUTES, "median minutes of a case", ours=int(found[1]), theirs=f"{minutes:.0f}")


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
