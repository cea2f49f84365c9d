"""Study folders for the tests of the records."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from coproduce.errors import CoproduceError, Fault
from coproduce.records.check import check_records
from coproduce.records.engine import Engine
from coproduce.records.study import read_study

HEAD = '[study]\ntitle = "A test"\nservice = "testing"\n'


@pytest.fixture
def write_study(tmp_path: Path) -> Callable[..., Path]:
    """Writes a study folder: its files, and what stands in study.toml beside the head (events from the first file)."""

    def write(files: Mapping[str, str | bytes], *, events: str = "", toml: str | None = None) -> Path:
        for name, content in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        first = f"[records.events]\npath = '{next(iter(files), 'events.csv')}'\n{events}\n"
        (tmp_path / "study.toml").write_text(HEAD + (first if toml is None else toml))
        return tmp_path

    return write


@pytest.fixture
def faults_of(write_study: Callable[..., Path]) -> Callable[..., tuple[Fault, ...]]:
    """Writes a study folder and gives every fault of it, as `coproduce check` finds them."""

    def find(files: Mapping[str, str | bytes], **settings: str) -> tuple[Fault, ...]:
        folder = write_study(files, **settings)
        try:
            study = read_study(folder)
        except CoproduceError as error:
            return error.faults
        with Engine(threads=1) as engine:
            return check_records(study, engine)

    return find


@pytest.fixture
def fault_of(faults_of: Callable[..., tuple[Fault, ...]]) -> Callable[..., Fault]:
    """Writes a study folder that has one fault, and gives it."""

    def find(files: Mapping[str, str | bytes], **settings: str) -> Fault:
        faults = faults_of(files, **settings)
        assert len(faults) == 1, "\n".join(map(str, faults))
        return faults[0]

    return find
