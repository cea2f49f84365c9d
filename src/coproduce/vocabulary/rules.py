"""Rules over facets, in three-valued logic: yes, no, or cannot say until more is known.

A rule is a list of requirements, all of which must be met; a requirement names facets with the values that meet it, any
of which will do. A facet that is not known stands for every value that it could have (Kleene 1952, section 64).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from coproduce.vocabulary.facets import ACTIVITIES, FACETS, PHASE_OF, Known

One = Mapping[str, str]
"""What is known of one contribution: a value for each facet that is known."""

Truth = bool | None
"""True, False, or None where nobody can say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One thing that must be so: any of these facets has one of these values.

    Parameters
    ----------
    any
        Facet -> the values of it that meet the requirement.
    says
        The requirement in plain words.
    """

    any: Mapping[str, tuple[str, ...]]
    says: str

    def met(self, one: One) -> Truth:
        """Whether it is met.

        Examples
        --------
        >>> planned = Requirement(any={"planned_by": ("both", "citizens")}, says="citizens plan")
        >>> planned.met({"planned_by": "both"}), planned.met({"planned_by": "professionals"}), planned.met({})
        (True, False, None)
        """
        answers = [_among(possible(facet, one), values) for facet, values in self.any.items()]
        return True if True in answers else None if None in answers else False


Rule = tuple[Requirement, ...]


def _among(could_be: tuple[str, ...], values: tuple[str, ...]) -> Truth:
    found = [value in values for value in could_be]
    return True if all(found) else None if any(found) else False


def possible(facet: str, one: One) -> tuple[str, ...]:
    """The values that a facet can have, given what is known.

    Examples
    --------
    >>> possible("activity", {"phase": "deliver"})
    ('perform', 'manage')
    """
    if facet in one:
        return (one[facet],)
    if facet == "activity" and "phase" in one:
        return ACTIVITIES[one["phase"]]
    return FACETS[facet].values


def met(rule: Rule, one: One) -> Truth:
    """Whether every requirement of a rule is met."""
    answers = [requirement.met(one) for requirement in rule]
    return False if False in answers else None if None in answers else True


def in_words(rule: Rule) -> str:
    """A rule as a sentence part, such as ``phase is deliver; level is group``.

    Examples
    --------
    >>> in_words((Requirement(any={"form": ("voice",), "level": ("group", "collective")}, says=""),))
    'form is voice, or level is group or collective'
    """
    return "; ".join(
        ", or ".join(f"{facet} is {' or '.join(values)}" for facet, values in requirement.any.items())
        for requirement in rule
    )


def facets_of(rules: Iterable[Rule]) -> tuple[str, ...]:
    """The facets that rules look at, in the order of `FACETS`."""
    named = {facet for rule in rules for requirement in rule for facet in requirement.any}
    return tuple(name for name in FACETS if name in named)


def each(known: Known, facets: Sequence[str]) -> tuple[One, ...]:
    """Every single contribution that a description covers, over the facets that matter.

    A description with several values of a facet (an initiative's) covers every combination of them. An activity goes
    with its own phase only; a phase none of whose activities is named is covered with its activity unknown.

    Examples
    --------
    >>> each({"phase": ("design", "deliver"), "activity": ("ideate",)}, ("phase", "activity"))
    ({'phase': 'design', 'activity': 'ideate'}, {'phase': 'deliver'})
    """
    wanted = [name for name in facets if name in known and name not in ("phase", "activity")]
    rest = [dict(zip(wanted, values, strict=True)) for values in product(*(known[name] for name in wanted))]
    heads = tuple(_phases(known)) if {"phase", "activity"} & set(facets) else ({},)
    return tuple({**head, **one} for head in heads for one in rest)


def _phases(known: Known) -> Iterator[One]:
    if "phase" not in known:
        yield {}
    for phase in known.get("phase", ()):
        mine = [activity for activity in known.get("activity", ()) if PHASE_OF[activity] == phase]
        yield from ({"phase": phase, "activity": activity} for activity in mine)
        if not mine:
            yield {"phase": phase}


def needed(decided: Callable[[One], bool], one: One, *, facets: Sequence[str]) -> tuple[str, ...]:
    """The facets that, once known, decide whatever their values are; none of them could be left out.

    Parameters
    ----------
    decided
        Whether the question is decided for a description.
    one
        What is known.
    facets
        The facets that the question looks at; together they decide it.

    Returns
    -------
    tuple of str
        In the order of `FACETS`; empty where it is decided already.
    """
    wanted = [name for name in facets if name not in one]
    for name in tuple(wanted):
        others = [other for other in wanted if other != name]
        if all(decided(filled) for filled in _filled(one, others)):
            wanted = others
    return tuple(wanted)


def _filled(one: One, names: Sequence[str]) -> Iterator[One]:
    """What is known, with every possible value of the named facets."""
    if not names:
        yield one
        return
    for value in possible(names[0], one):
        implied = {"phase": PHASE_OF[value]} if names[0] == "activity" else {}
        yield from _filled({**one, **implied, names[0]: value}, names[1:])
