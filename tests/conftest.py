"""What every test may ask for."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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
