"""The inputs that once found something: each is read, or refused in the words that are right."""

import tomllib
from pathlib import Path

import pytest
from tests.fuzz.readers import READERS, tried

CORPUS = Path(__file__).parent / "corpus"
KEPT = {f"{file.parent.name}/{file.name}": file for file in sorted(CORPUS.glob("*/*"))}
EXPECTED = {
    f"{reader}/{name}": right
    for reader, files in tomllib.loads((CORPUS / "expected.toml").read_text(encoding="utf-8")).items()
    for name, right in files.items()
}


def test_for_each_input_it_is_said_what_is_right():
    assert sorted(KEPT) == sorted(EXPECTED)
    assert all(file.stat().st_size <= 10_000 for file in KEPT.values())


@pytest.mark.parametrize("name", KEPT)
def test_an_input_that_found_something_does_not_find_it_again(name, tmp_path):
    refusal = tried(READERS[name.partition("/")[0]], KEPT[name].read_bytes(), tmp_path / "study")
    if EXPECTED[name] == "read":
        assert refusal is None
    else:
        kind, _, said = EXPECTED[name].partition(": ")
        assert type(refusal).__name__ == kind
        assert said in str(refusal)
