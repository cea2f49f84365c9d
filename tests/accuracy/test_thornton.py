"""The prepared tables of Thornton (2008) hold the published figures."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from tests.checked import Checked, Source

THORNTON = Source(
    question="effects",
    cite="Thornton (2008), American Economic Review 98(5), 1829-1863 (as recalled), the tables of the example",
)
PREPARE = Path(__file__).parents[2] / "examples" / "thornton" / "prepare.py"


def program() -> ModuleType:
    pytest.importorskip("causaldata", reason="the package causaldata is not installed (group `demo`)")
    spec = importlib.util.spec_from_file_location("prepare", PREPARE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("thornton")
    program().prepare(place)
    return place


def test_nobody_is_lost_and_what_is_missing_stays_empty(folder: Path) -> None:
    tables = {
        name: pd.read_csv(folder / f"{name}.csv", dtype="string")
        for name in ("units", "exposure", "outcomes")
    }
    assert [len(table) for table in tables.values()] == [4820, 4820, 4820]
    assert tables["outcomes"].value.isna().sum() == 1926
    assert tables["exposure"].arm.isna().sum() == tables["exposure"].dose.isna().sum() == 1919
    assert tables["units"].cluster.str.startswith("of P").sum() == 27
    assert tables["units"].age.isna().sum() == 441
    assert set(tables["outcomes"].value.dropna()) == {"0", "1"}


def test_shares_that_came_are_the_published_ones(folder: Path, checked: Checked) -> None:
    both = pd.read_csv(folder / "outcomes.csv").merge(pd.read_csv(folder / "exposure.csv"), on="unit")
    both = both.dropna(subset=["value", "arm"])
    assert len(both) == 2834
    came = both.groupby("arm").value.mean()
    more = came["incentive"] - came["no incentive"]
    checked.agrees(THORNTON, "came without an incentive, %", ours=100 * came["no incentive"], theirs="34")
    checked.agrees(THORNTON, "more with any incentive, points", ours=100 * more, theirs="45")
