"""The same work on many tasks, over all cores, with the same results however many there are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
FEW = 8


def spread(
    function: Callable[[T], R],
    tasks: Sequence[T],
    *,
    workers: int | None = None,
    tell: Callable[[float], object] | None = None,
) -> list[R]:
    """Apply a function to every task, in several processes where there are many.

    Parameters
    ----------
    function
        Must give the same result wherever it runs: chance comes in with the task, as a seed of its own.
    tasks
        What it is applied to, one after the other.
    workers
        How many processes; one for each core where left out, none of its own for fewer than 8 tasks.
    tell
        Is told the share of the tasks that are done, from 0 to 1.

    Returns
    -------
    list
        One result for each task, in their order.

    Examples
    --------
    >>> spread(abs, [-1, 2, -3])
    [1, 2, 3]
    """
    workers = workers or (1 if len(tasks) < FEW else len(os.sched_getaffinity(0)))
    if workers == 1:
        return _counted(map(function, tasks), len(tasks), tell=tell)
    from joblib import Parallel, delayed, parallel_config

    with parallel_config(backend="loky", inner_max_num_threads=1):
        results = Parallel(n_jobs=workers, return_as="generator")(delayed(function)(task) for task in tasks)
        return _counted(results, len(tasks), tell=tell)


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep linear algebra on one thread: on several, sums are split otherwise on each machine, and end otherwise.

    Examples
    --------
    >>> import numpy as np
    >>> with one_thread():
    ...     float(np.linalg.norm([3.0, 4.0]))
    5.0
    """
    import scipy.linalg  # noqa: F401 (its libraries must be there to be told)
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits=1):
        yield


def _counted(results: Iterable[R], n: int, *, tell: Callable[[float], object] | None) -> list[R]:
    done = []
    for result in results:
        done.append(result)
        if tell is not None:
            tell(len(done) / n)
    return done
