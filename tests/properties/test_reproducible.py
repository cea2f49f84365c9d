"""The same records give the same findings, to the last digit: rows in any order, any cores, threads and processes."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import coproduce as cp
from coproduce.findings import Findings
from coproduce.findings.files import findings_as_json
from coproduce.records.engine import Engine
from coproduce.records.toml import as_toml
from coproduce.runner import run
from coproduce.simulate import simulate
from coproduce.simulate.trials import DESIGNS, Size, trial

SIZES = {
    "randomised": Size(units=120, clusters=24),
    "staggered": Size(units=30, periods=6),
    "before_after_with_comparison": Size(units=30, periods=6),
    "matched": Size(units=120),
    "threshold": Size(units=200),
    "time_series": Size(units=60),
}


def table(path: Path, columns: Mapping[str, Any]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*(np.asarray(column).tolist() for column in columns.values()), strict=True))


def rows_of(path: Path, act: Callable[[list[list[str]]], list[list[str]]]) -> None:
    """Write a table anew with its rows as they are made of those that it had."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *act(rows)])


def shuffled(folder: Path, to: Path, *, seed: int) -> Path:
    """The same study with the rows of every table in another order."""
    chance = random.Random(seed)
    shutil.copytree(folder, to)
    for path in sorted(to.glob("*.csv")):
        rows_of(path, lambda rows: chance.sample(rows, len(rows)))
    return to


def found(folder: Path, *, threads: int = 1) -> str:
    """What a study finds, but for the fingerprints of its files, which tell one order from another rightly."""
    with Engine(threads=threads) as engine:
        return told(run(cp.read_study(folder), engine=engine))


def told(findings: Findings) -> str:
    inputs = {name: read.model_copy(update={"sha256": None}) for name, read in findings.inputs.items()}
    return findings_as_json(findings.model_copy(update={"inputs": inputs}))


def same(one: str, other: str) -> None:
    """Say what differs by its finding: the whole text would hide it."""
    if one != other:
        pairs = zip(*(json.loads(text)["findings"] for text in (one, other)), strict=True)
        assert not [before["id"] for before, after in pairs if before != after]
    assert one == other


def unround(path: Path, column: str, *, seed: int) -> None:
    """Give numbers the digits with which the order of a sum shows, and every unit several of them."""
    chance = random.Random(seed)
    with path.open(encoding="utf-8", newline="") as file:
        head = next(csv.reader(file))
    value, period = head.index(column), head.index("period") if "period" in head else None

    def one(row: list[str], later: int) -> list[str]:
        new = list(row)
        new[value] = repr(float(row[value]) * (1 - chance.random() / 3)) if row[value] else ""
        if period is not None and row[period]:
            new[period] = str(int(row[period]) + later)
        return new

    def act(rows: list[list[str]]) -> list[list[str]]:
        times = 1 if path.stem == "population" else 4
        before = [row for row in rows if period is not None and row[period] == "0"]
        return [*before, *(one(row, later) for row in rows if row not in before for later in range(times))]

    rows_of(path, act)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study that answers all ten questions, with numbers that are not round and few draws."""
    folder = tmp_path_factory.mktemp("simulated") / "study"
    simulate(folder, seed=3, cases=60)
    columns = {"costs": "amount", "inputs": "citizen_hours", "outcomes": "value", "population": "persons"}
    for name, column in columns.items():
        unround(folder / f"{name}.csv", column, seed=len(name))
    toml = (folder / "study.toml").read_text(encoding="utf-8")
    toml = toml.replace("[questions.value]\n", "[questions.value]\nresamples = 200\n")
    toml = toml.replace(
        "[questions.determinants.elsewhere]\n", "[questions.determinants.elsewhere]\npermutations = 60\n"
    )
    toml += "\n[questions.themes]\nresamples = 200\norders = 100\n"
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with a block, and an analyst's own file, for each design of effects, syntheses and determinants."""
    folder = tmp_path_factory.mktemp("own") / "study"
    folder.mkdir()
    chance = np.random.default_rng(4)
    effects: dict[str, Any] = {}
    for design in DESIGNS:
        drawn = trial(design, chance, effect=0.4, size=SIZES[design])
        columns = dict(drawn.columns)
        number = len(columns["score"])
        bands = np.array(["old", "young", "middle"])
        columns["band"] = bands[columns.get("unit", np.arange(number)) % 3]
        table(folder / f"{design}.csv", columns)
        grouped = {} if design == "time_series" else {"groups": ["band"]}
        effects[design] = {**drawn.settings, **grouped, "data": f"{design}.csv"}
    effects["randomised"]["permutations"] = 60
    panel = trial("before_after_with_comparison", chance, effect=0.4, size=Size(units=8, periods=8)).columns
    table(folder / "area.csv", panel)
    common = {"data": "area.csv", "outcome": "score", "unit": "unit", "period": "period", "starts": 5}
    effects["area"] = {"design": "one_area", "treated": ["1"], **common}
    effects["bare"] = {"design": "before_after", **common}
    (folder / "study.toml").write_text(
        as_toml(
            {
                "study": {"title": "Own files", "service": "care"},
                "questions": {
                    "effects": effects,
                    "synthesis": syntheses(folder, chance),
                    "determinants": {"towns": towns(folder, chance)},
                },
            }
        ),
        encoding="utf-8",
    )
    return folder


def syntheses(folder: Path, chance: np.random.Generator) -> dict[str, Any]:
    """Two effects of each of ten studies of one name, so that rows can be told apart by their numbers alone."""
    studies = np.repeat(np.arange(10), 2)
    columns = {
        "study": np.array([f"Study {study // 2}" for study in studies]),
        "lab": studies,
        "yi": chance.normal(0.3, 0.3, 20),
        "vi": chance.uniform(0.01, 0.1, 20),
        "year": 2000 + chance.integers(0, 4, 20),
        "form": np.array(["a", "b"])[chance.integers(0, 2, 20)],
    }
    table(folder / "meta.csv", columns)
    common = {"data": "meta.csv", "study": "study", "effect": "yi", "variance": "vi", "better": "up"}
    return {
        "levels": {**common, "levels": ["lab", "effect"], "order": "year"},
        "moderated": {**common, "moderators": ["year", "form"], "subgroups": ["form"]},
        "robust": {**common, "cluster": "lab"},
    }


def towns(folder: Path, chance: np.random.Generator) -> dict[str, Any]:
    """Cases with numbers in their names, of which some share all conditions."""
    columns = {
        "town": np.array([f"town {number}" for number in range(18)]),
        "trust": chance.normal(50, 15, 18).round(2),
        "staff": chance.normal(10, 3, 18).round(2),
        "outcome": chance.normal(10, 1, 18).round(3),
    }
    table(folder / "towns.csv", columns)
    return {
        "data": "towns.csv",
        "case_id": "town",
        "outcome": "outcome",
        "conditions": ["trust", "staff"],
        "permutations": 60,
        "calibrate": {
            "trust": {"method": "direct", "anchors": [30, 51.123, 70]},
            "staff": {"method": "quantiles"},
            "outcome": {"method": "indirect", "anchors": [8.5, 9.5, 10.5, 11.5]},
        },
    }


@pytest.fixture(scope="module")
def of_simulated(simulated: Path) -> str:
    """What the simulated study finds."""
    return found(simulated)


@pytest.fixture(scope="module")
def of_own(own: Path) -> str:
    """What the analyst's own files find."""
    return found(own)


def test_all_questions_and_designs_are_asked(of_simulated: str, of_own: str) -> None:
    answered = {each["question"] for text in (of_simulated, of_own) for each in json.loads(text)["findings"]}
    assert len(answered) == 10
    blocks = {each["id"].partition(".")[2] for each in json.loads(of_own)["findings"]}
    assert blocks >= {*DESIGNS, "area", "bare", "levels", "moderated", "robust", "towns"}


@pytest.mark.parametrize("seed", [1, 2])
def test_rows_in_any_order_give_the_same(
    simulated: Path, of_simulated: str, tmp_path: Path, seed: int
) -> None:
    same(of_simulated, found(shuffled(simulated, tmp_path / "study", seed=seed), threads=2))


@pytest.mark.parametrize("seed", [3, 4])
def test_rows_of_own_files_in_any_order_give_the_same(
    own: Path, of_own: str, tmp_path: Path, seed: int
) -> None:
    same(of_own, found(shuffled(own, tmp_path / "study", seed=seed), threads=2))


PROCESS = """
import os, sys
from pathlib import Path
import coproduce as cp
from coproduce.records.engine import Engine
from coproduce.runner import run, write
folder, out, cores = sys.argv[1:]
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(cores)])
with Engine(threads=int(cores)) as engine:
    findings = run(cp.read_study(folder), engine=engine)
write(findings.model_copy(update={"findings": findings.findings[:1]}), Path(out, "report"))
Path(out, "findings.json").write_text(__import__("coproduce.findings.files").findings.files.findings_as_json(findings))
"""


def test_two_processes_write_the_same_bytes(simulated: Path, of_simulated: str, tmp_path: Path) -> None:
    written = []
    for cores in (1, 2):
        out = tmp_path / str(cores)
        out.mkdir()
        subprocess.run(
            [sys.executable, "-c", PROCESS, str(simulated), str(out), str(cores)],
            env={**os.environ, "PYTHONHASHSEED": str(cores)},
            check=True,
        )
        written.append(
            {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
        )
    assert len(written[0]) > 10
    assert written[0] == written[1]
    same(told(Findings.model_validate_json(written[0][Path("findings.json")])), of_simulated)


def test_sums_do_not_depend_on_threads_nor_on_how_rows_lie(tmp_path: Path) -> None:
    amounts = np.random.default_rng(8).lognormal(3, 2, size=400_000)
    told_of = []
    for number, threads in enumerate((1, 4, 4)):
        folder = tmp_path / str(number)
        folder.mkdir()
        lying = amounts if number < 2 else np.random.default_rng(9).permutation(amounts)
        columns = {
            "arm": np.full(len(amounts), "visits"),
            "item": np.full(len(amounts), "time"),
            "amount": lying,
            "borne_by": np.full(len(amounts), "citizen"),
        }
        pq.write_table(pa.table(columns), folder / "costs.parquet", row_group_size=20_000)
        settings = {"study": {"title": "A", "service": "b"}, "records": {"costs": {"path": "costs.parquet"}}}
        (folder / "study.toml").write_text(as_toml(settings), encoding="utf-8")
        told_of.append(found(folder, threads=threads))
    assert repr(float(np.sort(amounts).sum()))[:9] in told_of[0]
    same(told_of[0], told_of[1])
    same(told_of[0], told_of[2])


def test_ties_in_time_are_broken_by_names_where_that_is_asked(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    chance = random.Random(6)
    steps = [
        (f"c{case}", chance.choice("abcd"), f"2026-01-0{chance.randint(1, 3)}")
        for case in range(20)
        for _ in range(6)
    ]
    table(
        folder / "log.csv",
        dict(zip(("case_id", "activity", "occurred_at"), zip(*steps, strict=True), strict=True)),
    )
    settings = {
        "study": {"title": "A", "service": "b"},
        "records": {"events": {"path": "log.csv", "side": {"citizen": {"activity": "a"}}}},
        "questions": {"audit": {"sequence": False}},
    }
    (folder / "study.toml").write_text(as_toml(settings), encoding="utf-8")
    same(found(folder), found(shuffled(folder, tmp_path / "shuffled", seed=1), threads=2))
