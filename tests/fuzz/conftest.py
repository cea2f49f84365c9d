"""One engine for all that is tried, closed at the end."""

from collections.abc import Iterator

import pytest
from tests.fuzz.readers import engine


@pytest.fixture(scope="package", autouse=True)
def _engine() -> Iterator[None]:
    yield
    engine().close()
    engine.cache_clear()
