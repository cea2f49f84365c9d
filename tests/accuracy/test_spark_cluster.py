"""A real stand-alone cluster on this machine, one master and two workers, finds what DuckDB finds."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from tests import spark
from tests.checked import Source

import coproduce as cp
from coproduce.simulate import simulate

DUCKDB = Source(question="engines", cite="DuckDB on this machine, the same records", kind="program")
FINES = Source(
    question="engines",
    cite="de Leoni and Mannhardt (2015), Road traffic fine management; summary of the sample of 10,000 in R eventdataR "
    "by bupaR (as recalled)",
)
COPRODUCE = Path(sys.executable).with_name("coproduce")
PATIENCE = 60


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """The environment and the name of the master of a cluster, whose processes end with the module."""
    if why := spark.absent():
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("cluster")
    small = "spark.executor.memory 640m\nspark.executor.cores 1\n"
    environment = {
        **os.environ,
        **spark.settings(folder),
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_NO_DAEMONIZE": "1",
    }
    environment |= {"SPARK_WORKER_DIR": str(folder / "work"), "SPARK_LOCAL_DIRS": str(folder / "local")}
    with (folder / "spark-defaults.conf").open("a") as defaults:
        defaults.write(small)
    port, *pages = free_ports(4)
    master = f"spark://127.0.0.1:{port}"
    at = ["--host", "127.0.0.1"]
    deploy = "org.apache.spark.deploy"
    parts = [[f"{deploy}.master.Master", *at, "--port", str(port), "--webui-port", str(pages[0])]]
    parts += [
        [
            f"{deploy}.worker.Worker",
            *at,
            "--webui-port",
            str(page),
            "--cores",
            "1",
            "--memory",
            "900m",
            master,
        ]
        for page in pages[1:]
    ]
    with contextlib.ExitStack() as stack:
        for part in parts:
            stack.enter_context(started(part, environment, log=folder / "log.txt"))
            answers(port)
        yield environment, master


@contextlib.contextmanager
def started(part, environment, *, log):
    """A part of a cluster, as a process that ends with the test."""
    run = Path(find_spec("pyspark").origin).parent / "bin" / "spark-class"
    with log.open("ab") as out:
        process = subprocess.Popen([run, *part], env=environment, stdout=out, stderr=out)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_ports(number):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def answers(port):
    """Wait until the master does."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def as_parts(source, folder, *, parts=3):
    """A table as a folder of Parquet files."""
    folder.mkdir()
    size = -(-source.num_rows // parts)
    for part in range(parts):
        pq.write_table(source.slice(part * size, size), folder / f"part-{part}.parquet")


def told(cluster, *words):
    """What the command line finds on the cluster."""
    environment, master = cluster
    run = subprocess.run(
        [COPRODUCE, *words, "--engine", master, "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_a_simulated_study(cluster, tmp_path, checked):
    folder = tmp_path / "a study [1]"
    simulate(folder, seed=3, cases=200)
    settings = (folder / "study.toml").read_text()
    for table in ("events", "contributions"):
        as_parts(pyarrow.csv.read_csv(folder / f"{table}.csv"), folder / table)
        settings = settings.replace(f'"{table}.csv"', f'"{table}"')
    (folder / "study.toml").write_text(settings)
    only = ("audit", "classify")
    found = told(
        cluster,
        "run",
        folder,
        "--out",
        tmp_path / "out",
        *(word for name in only for word in ("--only", name)),
    )
    here = cp.run(cp.read_study(folder), only=only)
    agree(json.loads(here.model_dump_json())["findings"], found["findings"], checked)
    spark.same(json.loads(here.model_dump_json()), found)
    assert [each["id"] for each in found["findings"]] == ["classify", "audit"]


def test_traffic_fines(cluster, real_data, checked):
    """From a packed CSV: it is read on this machine, and counted on the cluster."""
    log = real_data / "events" / "traffic_fines_10k.csv.gz"
    citizen = ("Payment", "Send Appeal*", "Appeal to Judge", "Insert Date Appeal to Prefecture")
    complete = ("Payment", "Send for Credit Collection")
    columns = ("--occurred-at", "timestamp", "--actor", "resource", "--sequence", ".order")
    patterns = (word for name in citizen for word in ("--citizen", name))
    ends = (word for name in complete for word in ("--complete", name))
    (found,) = told(cluster, "audit", log, *patterns, *ends, *columns)["findings"]
    names = {"occurred_at": "timestamp", "actor": "resource", "sequence": ".order"}
    here = cp.audit(log, citizen=citizen, complete=complete, columns=names)
    finding = json.loads(here.model_dump_json())
    agree([finding], [found], checked, of="10,000 fines")
    spark.same(finding, found)
    counts = {each["name"]: each["value"] for each in found["estimates"]}
    for name, theirs in (("events", 34_724), ("cases", 10_000)):
        checked.same(FINES, f"{name} on a cluster", ours=counts[name], theirs=theirs)


def agree(here, there, checked, *, of="simulated study"):
    """Every estimate of every finding is the same on one machine and on a cluster."""
    for one, other in zip(here, there, strict=True):
        names, values = [[each[key] for each in one["estimates"]] for key in ("name", "value")]
        assert [each["name"] for each in other["estimates"]] == names
        checked.agrees(
            DUCKDB,
            f"{of}: {len(names)} estimates of {one['id']}, on a master and two workers",
            ours=[each["value"] for each in other["estimates"]],
            theirs=values,
            within=1e-9,
            relative=True,
        )
