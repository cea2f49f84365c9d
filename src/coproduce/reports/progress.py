"""A progress bar for whatever takes more than two seconds."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

PATIENCE_SECONDS = 2.0


class Tell(Protocol):
    """Takes what is being done, and what share of it is done where that is known."""

    def __call__(self, step: str, share: float | None = None, /) -> None:
        """Show it."""


@contextmanager
def steps(console: Console) -> Iterator[Tell]:
    """Show the step that is being done, and how much of it, once it has taken two seconds and only on a terminal.

    Examples
    --------
    >>> with steps(Console(quiet=True)) as tell:
    ...     tell("reading the log")
    ...     tell("shuffling", 0.5)
    """
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True
    )
    task = progress.add_task("starting", total=None)
    timer = threading.Timer(PATIENCE_SECONDS, progress.start)
    timer.daemon = True

    def tell(step: str, share: float | None = None, /) -> None:
        progress.update(task, description=step, total=None if share is None else 1.0, completed=share or 0.0)

    if console.is_terminal:
        timer.start()
    try:
        yield tell
    finally:
        timer.cancel()
        progress.stop()
