"""Acting at another time than now, so that the demo has a past."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo

from django.utils import timezone


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let Django's clock stand at `moment`.

    Fields that are filled with `timezone.now` hold that function itself, so what it looks at is exchanged: the class
    `datetime` in its module. It is for one process with one thread, as the demo is.
    """

    class Then(datetime):
        """A clock that stands."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain datetime, as before
            return moment.astimezone(tz)

    real = timezone.datetime  # type: ignore[attr-defined]  # its import
    timezone.datetime = Then  # type: ignore[attr-defined]
    try:
        yield
    finally:
        timezone.datetime = real  # type: ignore[attr-defined]
