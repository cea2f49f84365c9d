"""Products of matrices of small whole numbers, exact and on one thread."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
TALL = 32
MULTIPLICATIONS = 262_144  # up to here OpenBLAS keeps a product on one thread


def product(one: NDArray[Any], other: NDArray[Any]) -> Floats:
    """A product of two matrices of whole numbers, whose entries all stay below 2**24 and so are exact.

    It goes tile by tile. The linear algebra below numpy keeps such small products on one thread; the threads of a
    large one wait for each other, which costs more than it gains where other work shares the processors.

    Examples
    --------
    >>> product(np.array([[1, 2]]), np.array([[3], [4]])).tolist()
    [[11.0]]
    """
    left = np.ascontiguousarray(one, dtype=np.float32)
    right = np.ascontiguousarray(other, dtype=np.float32)
    (rows, inner), columns = left.shape, right.shape[1]
    wide = max(8, MULTIPLICATIONS // (TALL * max(1, inner)))
    out = np.empty((rows, columns), dtype=np.float32)
    whole = rows - rows % TALL
    stacked = left[:whole].reshape(-1, TALL, inner)
    for start in range(0, columns, wide):
        tile = right[:, start : start + wide]
        if whole:
            into = out[:whole].reshape(-1, TALL, columns)[:, :, start : start + wide]
            np.matmul(stacked, tile, out=into)
        np.matmul(left[whole:], tile, out=out[whole:, start : start + wide])
    return out
