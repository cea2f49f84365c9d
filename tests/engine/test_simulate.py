"""The simulated study: the same bytes for a seed, columns that the tables know, and refusals."""

import csv
import hashlib
import json
import tomllib
from pathlib import Path

import pytest

from coproduce.errors import StudyError
from coproduce.records.schema import TABLES
from coproduce.simulate import TRUTH, simulate
from coproduce.simulate.elsewhere import CONDITIONS
from coproduce.simulate.process import CELLS, STEPS


def digest(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def care(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated") / "care"
    simulate(folder, seed=1, cases=60)
    return folder


def test_a_seed_gives_the_same_bytes_again(care: Path, tmp_path: Path) -> None:
    simulate(tmp_path, seed=1, cases=60)
    assert digest(tmp_path) == digest(care)


def test_another_seed_gives_other_records_of_the_same_truth(care: Path, tmp_path: Path) -> None:
    other = simulate(tmp_path, seed=2, cases=60)
    changed = {name for name, sha in digest(tmp_path).items() if sha != digest(care)[name]}
    assert {"events.csv", "contributions.csv", "people.csv", "outcomes.csv"} <= changed
    assert [value.value for value in other.values] == [row["value"] for row in true_values(care)]


def true_values(folder: Path) -> list[dict[str, object]]:
    values: list[dict[str, object]] = json.loads((folder / TRUTH).read_text())["values"]
    return values


def test_a_seed_gives_the_same_bytes_on_every_machine(care: Path) -> None:
    """The fingerprints are of this generator's own files: they pin that a seed means one study, nothing else."""
    assert {name: digest(care)[name][:16] for name in FINGERPRINTS} == FINGERPRINTS


OWN = {"respondents": ("side",), "cases": CONDITIONS, "studies": ("year",)}
FINGERPRINTS = {
    "contributions.csv": "b5a1b30f8d60b875",
    "events.csv": "79c93b80663ecfc5",
    "outcomes.csv": "d92b391ac0e12c4f",
    "people.csv": "0a4f16ed79b5bc7e",
    "respondents.csv": "105be61bea49055e",
    "responses.csv": "7ddecd780357d48e",
    "truth.json": "5d3ef5c94d3edde6",
}


def test_every_table_has_only_columns_that_its_schema_knows(care: Path) -> None:
    settings = tomllib.loads((care / "study.toml").read_text())
    for name, table in settings["records"].items():
        schema = TABLES[name]
        with (care / table["path"]).open(newline="") as file:
            columns = next(csv.reader(file))
        known = {*schema.names, *((*settings["study"]["groups"], *OWN.get(name, ())) if schema.free else ())}
        required = {column.name for column in schema.columns if column.required}
        assert required <= set(columns) <= known, name


def test_the_study_says_that_it_is_simulated(care: Path) -> None:
    head = tomllib.loads((care / "study.toml").read_text())["study"]
    assert head["simulated"] is True
    assert head["title"].endswith("(simulated)")


def test_every_true_value_has_a_derivation_and_a_name_of_its_own(care: Path) -> None:
    values = true_values(care)
    assert all(value["derivation"] for value in values)
    names = [(value["question"], value["table"], str(value["row"]), value["name"]) for value in values]
    assert len(set(names)) == len(names)


def test_the_chances_of_every_step_add_up(care: Path) -> None:
    for cell in CELLS:
        assert set(cell.chances) == set(STEPS)
        assert all(sum(onward.values()) == pytest.approx(1) for onward in cell.chances.values() if onward)
    assert sum(cell.share for cell in CELLS) == pytest.approx(1)


def test_it_writes_into_an_empty_folder_only(care: Path) -> None:
    with pytest.raises(StudyError, match="empty"):
        simulate(care, seed=1, cases=5)


def test_it_refuses_all_wrong_numbers_at_once(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as refused:
        simulate(tmp_path, seed=-1, cases=0)
    assert [fault.place for fault in refused.value.faults] == ["seed", "cases"]
