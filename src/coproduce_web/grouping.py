"""Groups that are kept of people so that nobody can be found by them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Groups = tuple[str, ...]


def kept_groups(of: Mapping[Key, Groups], *, fewest: int) -> dict[Key, Groups]:
    """The groups of people with as much left out as is needed that nobody stands among fewer than `fewest`.

    Parameters
    ----------
    of
        Whose -> their value of each column, in the order of importance; empty where they told none.
    fewest
        How many must at least share all values. Where there are fewer people in all, nothing is kept.

    Returns
    -------
    dict
        Whose -> values: those in too small a group lose the last column's value, then the one before, until they are
        enough; whoever is left over alone takes the smallest group that there is along into having none.

    Notes
    -----
    This is k-anonymity by suppression (Samarati and Sweeney 1998): each combination that is kept is shared by `fewest`
    people or more, those with nothing included.

    Examples
    --------
    >>> kept_groups({1: ("old", "north"), 2: ("old", "south"), 3: ("old", "north")}, fewest=3)
    {1: ('old', ''), 2: ('old', ''), 3: ('old', '')}
    """
    kept = dict(of)
    columns = len(next(iter(kept.values()), ()))
    for column in reversed(range(columns)):
        number = Counter(kept.values())
        kept = {
            key: _without(values, column) if number[values] < fewest else values
            for key, values in kept.items()
        }
    none: Groups = ("",) * columns
    while 0 < (number := Counter(kept.values()))[none] < fewest and len(number) > 1:
        smallest = min(
            (values for values in number if values != none), key=lambda values: (number[values], values)
        )
        kept = {key: none if values == smallest else values for key, values in kept.items()}
    return kept


def _without(values: Groups, column: int) -> Groups:
    return (*values[:column], "", *values[column + 1 :])
