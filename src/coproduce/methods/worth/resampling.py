"""What is drawn again, and within what: the units of chance of a comparison of arms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError

Array = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The units of chance.

    Parameters
    ----------
    label
        (n,) which unit of chance each row belongs to, from 0.
    stratum
        (labels,) within which stratum each is drawn, from 0.
    said
        What is drawn, in plain words.
    """

    label: Labels
    stratum: Labels
    said: str

    def sizes(self) -> Labels:
        """How many units of chance each stratum holds."""
        return np.bincount(self.stratum).astype(np.int64)

    def weights(self, resamples: int, generator: np.random.Generator) -> Array:
        """(resamples, labels) how often each unit of chance is drawn, scaled so that few are not taken for certain.

        Of a stratum of n, n - 1 are drawn with replacement and each counts n / (n - 1): the variance of a mean is then
        that of its unbiased estimate.

        References
        ----------
        Rao, J. N. K. and Wu, C. F. J. (1988). Resampling inference with complex survey data. Journal of the American
        Statistical Association 83, 231-241, section 2.
        """
        drawn = np.empty((resamples, len(self.stratum)))
        for stratum, size in enumerate(self.sizes().tolist()):
            times = generator.multinomial(size - 1, np.full(size, 1 / size), size=resamples)
            drawn[:, self.stratum == stratum] = times * (size / (size - 1))
        return drawn


def units_of_chance(
    arms: Labels, *, clusters: NDArray[np.generic] | None = None, blocks: NDArray[np.generic] | None = None
) -> Drawn:
    """What to draw again in a comparison of arms.

    Clusters (each row is its own where there are none) are drawn within arm, or within arm and block where every block
    holds at least two of them in each arm; whole blocks are drawn where a block holds all arms and fewer (matched
    pairs), and clusters regardless of arm where a cluster holds rows of several arms.

    Parameters
    ----------
    arms
        (n,) the arm of each row, from 0.
    clusters, blocks
        (n,) labels.

    Returns
    -------
    Drawn

    Raises
    ------
    EstimationError
        If there are not two units of chance to draw in a stratum.

    Examples
    --------
    >>> pairs = np.array(["a", "a", "b", "b", "c", "c"])
    >>> units_of_chance(np.array([0, 1, 0, 1, 1, 0]), blocks=pairs).said
    'whole blocks'
    """
    rows = np.arange(len(arms))
    label = _numbered(rows if clusters is None else clusters)
    within = _one_each(label, arms)
    block = None if blocks is None else _numbered(blocks)
    what = "units" if clusters is None else "clusters"
    if within and block is not None and _one_each(label, block):
        if (_crossed(label, arms, block) >= 2).all():
            return _checked(label, arms * (block.max() + 1) + block, said=f"{what} within arm and block")
        if (_crossed(label, arms, block) >= 1).all():
            return _checked(block, np.zeros_like(block), said="whole blocks")
    if within:
        return _checked(label, arms, said=f"{what} within arm")
    return _checked(label, np.zeros_like(label), said=f"whole {what}, which hold rows of several arms")


def _numbered(labels: NDArray[np.generic]) -> Labels:
    """Labels as numbers in the order of their first row, so that their names do not matter."""
    _, first, place = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[place].astype(np.int64)


def _one_each(inner: Labels, outer: Labels) -> bool:
    """Whether each inner label has rows in one outer label only."""
    return bool(len(np.unique(np.column_stack([inner, outer]), axis=0)) == inner.max() + 1)


def _crossed(label: Labels, arms: Labels, block: Labels) -> Labels:
    """(arms, blocks) how many labels each combination holds."""
    cells = np.unique(np.column_stack([label, arms, block]), axis=0)
    counted = np.zeros((arms.max() + 1, block.max() + 1), dtype=np.int64)
    np.add.at(counted, (cells[:, 1], cells[:, 2]), 1)
    return counted


def _checked(label: Labels, outer: Labels, *, said: str) -> Drawn:
    first = np.unique(label, return_index=True)[1]
    stratum = np.unique(outer[first], return_inverse=True)[1].astype(np.int64)
    sizes = np.bincount(stratum)
    if sizes.min() < 2:
        raise EstimationError(
            "Comparison of arms",
            seen=f"an arm (or stratum) holds {sizes.min()} {said.split(maxsplit=1)[0]}",
            may_help="Chance can only be judged from two units or clusters in each arm",
        )
    return Drawn(label=label, stratum=stratum, said=said)
