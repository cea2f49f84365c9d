"""What every test may ask for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from tests import checked_page, spark
from tests.checked import Checked

from coproduce.records.engine import Engine

ROOT = Path(__file__).resolve().parent.parent

# An integration server tries the same examples every time: it is to speak of the change at hand. People try new ones.
settings.register_profile("server", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("server")


TOLD = pytest.StashKey[list[Checked]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--checked PAGE` writes what the tests checked (`make checked`)."""
    parser.addoption("--checked", type=Path, metavar="PAGE", help="write what was checked to this page")


def pytest_configure(config: pytest.Config) -> None:
    """Nothing is told yet."""
    config.stash[TOLD] = []


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the page of what was checked, if it was asked for and nothing failed."""
    page = session.config.getoption("--checked")
    if page and not exitstatus:
        checked_page.write(session.config.stash[TOLD], page, root=ROOT)


@pytest.fixture(scope="session")
def checked_rows(root: Path) -> set[tuple[str, ...]]:
    """The rows of the page of what was checked."""
    return checked_page.keys((root / "docs" / "checked.md").read_text(encoding="utf-8"))


@pytest.fixture
def checked(request: pytest.FixtureRequest) -> Iterator[Checked]:
    """Where a test says what it checked; a check that the page does not have fails."""
    told = Checked(test=request.node.nodeid)
    writing = request.config.getoption("--checked")
    rows = set() if writing else request.getfixturevalue("checked_rows")
    yield told
    assert told.told, "this test has checked nothing"
    request.config.stash[TOLD].append(told)
    if not writing:
        missing = [one.key for one in told.told if not checked_page.is_on(rows, one)]
        assert not missing, f"docs/checked.md does not have these (make checked writes it): {missing}"


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real records, too large to ship; a test that asks for it is skipped where it is absent."""
    folder = Path(os.environ.get("COPRODUCE_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real records: {folder} is not a folder (set COPRODUCE_DATA to where they are)")
    return folder


@pytest.fixture(scope="session")
def spark_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Spark on this machine, one for all tests; a test that asks for it is skipped where Java or pyspark is absent."""
    if why := spark.absent():
        pytest.skip(why)
    from coproduce.records.spark import SparkEngine

    with pytest.MonkeyPatch.context() as patch:
        for name, value in spark.settings(tmp_path_factory.mktemp("spark")).items():
            patch.setenv(name, value)
        engine = SparkEngine("local[2]")
    yield engine
    engine.close()
    spark.end_java()


@pytest.fixture(params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each of the two engines: DuckDB always, Spark where it is installed."""
    if request.param == "spark":
        yield request.getfixturevalue("spark_engine")
    else:
        with Engine() as duckdb:
            yield duckdb
