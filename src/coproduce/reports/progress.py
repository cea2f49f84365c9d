"""A progress bar for whatever takes more than two seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

PATIENCE_SECONDS = 2.0


@contextmanager
def steps(console: Console) -> Iterator[Callable[[str], None]]:
    """Show the step that is being done, once the work has taken two seconds and only on a terminal.

    Examples
    --------
    >>> with steps(Console(quiet=True)) as tell:
    ...     tell("reading the log")
    """
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True
    )
    task = progress.add_task("starting", total=None)
    timer = threading.Timer(PATIENCE_SECONDS, progress.start)
    timer.daemon = True
    if console.is_terminal:
        timer.start()
    try:
        yield lambda step: progress.update(task, description=step)
    finally:
        timer.cancel()
        progress.stop()
