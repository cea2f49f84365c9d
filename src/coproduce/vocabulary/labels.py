"""Words that several authors use: who uses a label, and for what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coproduce.vocabulary.rules import in_words
from coproduce.vocabulary.typologies import DEFINITIONS, TYPOLOGIES

CO_PRODUCTION = "Co-production"
"""The label that every definition claims."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One use of a label.

    Parameters
    ----------
    label
        The label as the source writes it.
    typology
        The key of the typology (or definition) that uses it.
    typology_label
        Its name.
    meaning
        What is meant, in plain words.
    rule
        When a contribution bears the label: what tells this use from the others.
    source
        Where it was published.
    """

    label: str
    typology: str
    typology_label: str
    meaning: str
    rule: str
    source: str


def _uses() -> Iterator[tuple[str, Meaning]]:
    for definition in DEFINITIONS.values():
        meaning = Meaning(
            label=CO_PRODUCTION,
            typology=definition.key,
            typology_label=definition.label,
            meaning=definition.summary,
            rule=in_words(definition.requires),
            source=str(definition.sources[0]),
        )
        yield CO_PRODUCTION, meaning
    for typology in TYPOLOGIES.values():
        for found in typology.classes:
            meaning = Meaning(
                label=found.label,
                typology=typology.key,
                typology_label=typology.label,
                meaning=found.meaning,
                rule=found.rule,
                source=str(typology.sources[0]),
            )
            yield from ((label, meaning) for label in (found.label, *found.also))


_USES = tuple(_uses())

LABELS: tuple[str, ...] = tuple(sorted({label for label, _ in _USES}, key=str.casefold))
"""Every label that `resolve` knows."""


def resolve(label: str) -> tuple[Meaning, ...]:
    """Say who uses a label, and for what.

    Parameters
    ----------
    label
        A word of the field; capitals, hyphens and spaces do not matter.

    Returns
    -------
    tuple of Meaning
        Every use of it; empty where the label is not one of `LABELS`.

    Examples
    --------
    >>> for meaning in resolve("co-management"):
    ...     print(meaning.typology, "-", meaning.rule)
    four_cos - phase is deliver; activity is manage
    brandsen_pestoff_2006 - phase is deliver; capacity is self_organised_group
    """
    wanted = _plain(label)
    return tuple(meaning for known, meaning in _USES if _plain(known) == wanted)


def _plain(label: str) -> str:
    return "".join(letter for letter in label.casefold() if letter.isalnum())
