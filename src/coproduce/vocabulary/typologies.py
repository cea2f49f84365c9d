"""Definitions and typologies: read from their data files, and applied to what is known of a contribution."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from coproduce.vocabulary.facets import Facets, Known, tidied
from coproduce.vocabulary.rules import One, Requirement, Rule, each, facets_of, in_words, met, needed

Counts = Literal["yes", "no", "cannot_say"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a definition or typology was published."""

    authors: str
    year: int
    title: str
    where: str
    doi: str | None = None

    def __str__(self) -> str:
        doi = f" https://doi.org/{self.doi}" if self.doi else ""
        return f"{self.authors} ({self.year}). {self.title}. {self.where}.{doi}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A definition of co-production as requirements, all of which a contribution must meet to count.

    `beyond` says what the source asks for and no facet can tell; `note` says where the source leaves room.
    """

    key: str
    label: str
    summary: str
    requires: Rule
    sources: tuple[Source, ...]
    beyond: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """One class of a typology: its name, its meaning, and when a contribution belongs to it.

    `broader` is the key of the class that it is part of; `also` holds other names for it; `axis` tells classes apart
    that answer different questions of the same author.
    """

    key: str
    label: str
    meaning: str
    when: Rule
    broader: str | None = None
    also: tuple[str, ...] = ()
    axis: str | None = None

    @property
    def rule(self) -> str:
        """When a contribution belongs to it, as words."""
        return in_words(self.when)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typology:
    """A published scheme of classes. Those on one axis exclude each other, but for a class and its own parts."""

    key: str
    label: str
    summary: str
    classes: tuple[Class, ...]
    sources: tuple[Source, ...]
    note: str | None = None

    @property
    def leaves(self) -> tuple[Class, ...]:
        """The classes that have no parts."""
        wholes = {each_class.broader for each_class in self.classes}
        return tuple(each_class for each_class in self.classes if each_class.key not in wholes)

    def whole(self, part: Class, /) -> Class:
        """The widest class that a class is part of, or itself."""
        for wider in self.classes:
            if wider.key == part.broader:
                return self.whole(wider)
        return part


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Whether something counts under a definition.

    Parameters
    ----------
    counts
        ``yes``, ``no`` or ``cannot_say``. Of something that has several values of a facet, ``yes`` means at least in
        part.
    needs
        For ``cannot_say``: the facets that would decide it, whatever their values.
    unmet
        For ``no``: the requirements that are not met, in plain words.
    in_part
        Whether it counts for some of the combinations that it covers and not for all.
    """

    definition: Definition
    counts: Counts
    needs: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    in_part: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """Where something stands in a typology.

    Parameters
    ----------
    classes
        The narrowest classes that it is known to belong to: one on each axis, or more where it has several values of a
        facet.
    needs
        The facets that would tell the rest (which part of a class, or which class at all).

    Notes
    -----
    No class and no needs means that it lies outside the typology.
    """

    typology: Typology
    classes: tuple[Class, ...]
    needs: tuple[str, ...] = ()


def judge(definition: str, facets: Facets) -> Judgement:
    """Say whether something counts as co-production under a definition.

    Parameters
    ----------
    definition
        A key of `DEFINITIONS`.
    facets
        What is known of it (see `check_facets`, which finds what is wrong in a description).

    Returns
    -------
    Judgement
        Yes, no, or cannot say with what is needed.

    Notes
    -----
    What is described is taken to be the input of someone outside the organisation.

    Examples
    --------
    >>> judge("ostrom_1996", {"delivered_by": "both"}).counts
    'yes'
    >>> judge("parks_1981", {"obligation": "compelled"}).unmet
    ('it is given freely',)
    >>> judge("ostrom_1996", {"delivered_by": "citizens"}).needs
    ('planned_by',)
    """
    return _judged(definition, _frozen(tidied(facets)))


def classify_typology(typology: str, facets: Facets) -> Classification:
    """Say which class of a typology something belongs to.

    Parameters
    ----------
    typology
        A key of `TYPOLOGIES`.
    facets
        What is known of it.

    Examples
    --------
    >>> found = classify_typology("four_cos", {"phase": "deliver"})
    >>> [each_class.label for each_class in found.classes], found.needs
    (['Co-delivery'], ('activity',))
    """
    return _classified(typology, _frozen(tidied(facets)))


def _frozen(known: Known) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(sorted(known.items()))


@lru_cache(maxsize=20_000)
def _judged(key: str, known: tuple[tuple[str, tuple[str, ...]], ...]) -> Judgement:
    definition = DEFINITIONS[key]
    facets = facets_of([definition.requires])
    ones = each(dict(known), facets)
    answers = [met(definition.requires, one) for one in ones]
    if True in answers:
        return Judgement(definition=definition, counts="yes", in_part=not all(answers))
    if None in answers:
        needs = _union(facets, (_needs([definition.requires], one) for one in ones))
        return Judgement(definition=definition, counts="cannot_say", needs=needs)
    unmet = [needs for needs in definition.requires if any(needs.met(one) is False for one in ones)]
    return Judgement(definition=definition, counts="no", unmet=tuple(needs.says for needs in unmet))


@lru_cache(maxsize=20_000)
def _classified(key: str, known: tuple[tuple[str, tuple[str, ...]], ...]) -> Classification:
    typology = TYPOLOGIES[key]
    rules = [each_class.when for each_class in typology.classes]
    facets = facets_of(rules)
    ones = each(dict(known), facets)
    found = {part.key for one in ones for part in _narrowest(typology, one)}
    return Classification(
        typology=typology,
        classes=tuple(part for part in typology.classes if part.key in found),
        needs=_union(facets, (_needs(rules, one) for one in ones)),
    )


def _narrowest(typology: Typology, one: One) -> tuple[Class, ...]:
    found = [each_class for each_class in typology.classes if met(each_class.when, one)]
    wholes = {part.broader for part in found}
    return tuple(part for part in found if part.key not in wholes)


def _needs(rules: list[Rule], one: One) -> tuple[str, ...]:
    def decided(filled: One) -> bool:
        return all(met(rule, filled) is not None for rule in rules)

    return needed(decided, one, facets=facets_of(rules))


def _union(facets: tuple[str, ...], several: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    wanted = {name for needs in several for name in needs}
    return tuple(name for name in facets if name in wanted)


def _read(folder: str) -> list[tuple[str, dict[str, Any]]]:
    """The data files of a folder, each with its key, in the order that they number themselves."""
    room = files("coproduce.vocabulary") / folder
    found = [
        (file.name.removesuffix(".toml"), tomllib.loads(file.read_text(encoding="utf-8")))
        for file in room.iterdir()
        if file.name.endswith(".toml")
    ]
    return sorted(found, key=lambda item: item[1]["order"])


def _rule(lines: list[dict[str, Any]]) -> Rule:
    """A rule as it stands in a file: each line is either facets with values, or that under `any` with its words."""
    rules = []
    for line in lines:
        any_of = {facet: tuple(values) for facet, values in line.get("any", line).items()}
        bare = (Requirement(any=any_of, says=""),)
        rules.append(Requirement(any=any_of, says=line.get("says") or in_words(bare)))
    return tuple(rules)


def _sources(data: Mapping[str, Any]) -> tuple[Source, ...]:
    return tuple(Source(**source) for source in data["sources"])


def _definition(key: str, data: Mapping[str, Any]) -> Definition:
    return Definition(
        key=key,
        label=data["label"],
        summary=data["summary"],
        requires=_rule(data["requires"]),
        sources=_sources(data),
        beyond=data.get("beyond"),
        note=data.get("note"),
    )


def _class(data: Mapping[str, Any]) -> Class:
    return Class(
        key=data["key"],
        label=data["label"],
        meaning=data["meaning"],
        when=_rule(data["when"]),
        broader=data.get("broader"),
        also=tuple(data.get("also", ())),
        axis=data.get("axis"),
    )


def _typology(key: str, data: Mapping[str, Any]) -> Typology:
    return Typology(
        key=key,
        label=data["label"],
        summary=data["summary"],
        classes=tuple(_class(each_class) for each_class in data["classes"]),
        sources=_sources(data),
        note=data.get("note"),
    )


DEFINITIONS: Mapping[str, Definition] = {key: _definition(key, data) for key, data in _read("definitions")}
"""Every definition by its key, from the widest use of the word to the youngest."""

TYPOLOGIES: Mapping[str, Typology] = {key: _typology(key, data) for key, data in _read("typologies")}
"""Every typology by its key."""
