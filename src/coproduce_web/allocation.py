"""Who gets what by lot: permuted blocks within strata, drawn from a secret and the fingerprint of the frozen plan.

The place of a unit in its stratum has its arm from the moment the plan is frozen, and nobody can tell it before the
unit is enrolled: it is worked out then, from the secret. Published when the evaluation is, the secret lets everybody
draw the whole list again.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from itertools import count, islice

MULTIPLES = (1, 2, 3)
"""How many times each arm may stand in a block: sizes differ, so that the last of a block cannot be foreseen."""


def drawn(arms: Sequence[str], *, secret: str, plan_sha256: str, stratum: str) -> Iterator[str]:
    """The arms of a stratum's places, from the first on, without end.

    Parameters
    ----------
    arms
        The arms, each as likely as the others.
    secret, plan_sha256
        What the draw hangs on: another plan or another secret is another draw.
    stratum
        The stratum; each has a list of its own.

    Yields
    ------
    str
        An arm. After each block every arm has stood equally often.

    References
    ----------
    Matts, J. P. & Lachin, J. M. (1988). Properties of permuted-block randomization in clinical trials. Controlled
    Clinical Trials 9, 327-344.

    Examples
    --------
    >>> list(islice(drawn(["a", "b"], secret="s", plan_sha256="p", stratum=""), 4)).count("a") in {1, 2, 3}
    True
    """
    for block in count():
        multiple = MULTIPLES[_number(secret, plan_sha256, stratum, block, "size") % len(MULTIPLES)]
        places = [arm for arm in arms for _ in range(multiple)]
        order = {place: _number(secret, plan_sha256, stratum, block, place) for place in range(len(places))}
        yield from (places[place] for place in sorted(order, key=order.__getitem__))


def arm_at(position: int, *, arms: Sequence[str], secret: str, plan_sha256: str, stratum: str) -> str:
    """The arm of one place, counted from 1."""
    places = drawn(arms, secret=secret, plan_sha256=plan_sha256, stratum=stratum)
    return next(islice(places, position - 1, None))


def _number(secret: str, *said: object) -> int:
    """A number that nobody can tell without the secret: a keyed hash of what is said."""
    text = "\x1f".join(map(str, said))
    return int.from_bytes(hmac.new(secret.encode(), text.encode(), "sha256").digest(), "big")
