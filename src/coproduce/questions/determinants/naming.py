"""How terms and models print: ``A*~B``, ``A{2}``, joined by ``+``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from coproduce.methods.qca.terms import ABSENT

Term = Sequence[int]


def condition_name(name: str, level: int, *, levels: int) -> str:
    """One level of one condition.

    Examples
    --------
    >>> condition_name("A", 1, levels=2), condition_name("A", 0, levels=2), condition_name("A", 2, levels=3)
    ('A', '~A', 'A{2}')
    """
    if levels > 2:
        return f"{name}{{{level}}}"
    return name if level else f"~{name}"


def term_name(term: Term, *, names: Sequence[str], levels: Sequence[int]) -> str:
    """A conjunction, with the conditions in their order; 1 where it asks for nothing.

    Examples
    --------
    >>> term_name((1, 0, -1), names="ABC", levels=(2, 2, 2))
    'A*~B'
    """
    asked = [
        condition_name(name, level, levels=count)
        for name, level, count in zip(names, term, levels, strict=True)
        if level != ABSENT
    ]
    return "*".join(asked) or "1"


def model_name(model: Iterable[Term], *, names: Sequence[str], levels: Sequence[int]) -> str:
    """A disjunction of terms.

    Examples
    --------
    >>> model_name([(1, -1), (-1, 0)], names="AB", levels=(2, 2))
    'A + ~B'
    """
    return " + ".join(term_name(term, names=names, levels=levels) for term in model)


def model_in_words(model: Iterable[Term], *, names: Sequence[str], levels: Sequence[int]) -> str:
    """A disjunction of terms for those who do not read formulas.

    Examples
    --------
    >>> model_in_words([(1, 0, -1), (-1, -1, 2)], names="ABC", levels=(2, 2, 3))
    'A and no B, or C at level 2'
    """
    return ", or ".join(_term_in_words(term, names=names, levels=levels) for term in model)


def _term_in_words(term: Term, *, names: Sequence[str], levels: Sequence[int]) -> str:
    asked = [
        f"{name} at level {level}" if count > 2 else name if level else f"no {name}"
        for name, level, count in zip(names, term, levels, strict=True)
        if level != ABSENT
    ]
    return " and ".join(asked) or "anything"


def negated(outcome: str) -> str:
    """The name of an outcome's negation."""
    return f"~{outcome}"
