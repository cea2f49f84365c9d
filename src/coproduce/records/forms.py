"""A form: its questions, its choices, and its words in every language.

Plain data: a survey is rendered, scored and written to a workbook from what stands here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from coproduce.errors import Fault, nearest
from coproduce.records.schema import KINDS_OF_ANSWER
from coproduce.vocabulary import FACETS

CHOOSING = frozenset({"select_one", "select_multiple"})
SCORED = frozenset({"select_one", "integer", "decimal", "range"})
SILENT = frozenset({"note", "calculate"})
"""Kinds that nobody answers."""
KINDS = (*KINDS_OF_ANSWER, "note", "calculate")
OTHER = "other"
"""The name of the choice that `or_other` adds; the words go into a question of the same name with `_other`."""

CONSTRUCT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
MOTIVES = ("material", "sanctions", "intrinsic", "solidary", "normative")
"""What moves people to contribute, after Alford (2009)."""
SIDES_ASKED = ("citizen", "professional", "manager", "politician")
"""Who is asked what holds them back: the organisation's people in the three roles that see different barriers."""

_CELLS = (FACETS["phase"].values, FACETS["level"].values)
FAMILIES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "active": _CELLS,
    "willing": _CELLS,
    "motive": (MOTIVES,),
    "barrier": (SIDES_ASKED, ()),
}
"""The families of constructs: what may stand in each part after the first; anything where nothing is listed."""

Words = Mapping[str, str]
"""Language -> text; the language of a column without one is the empty text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice of a list.

    Parameters
    ----------
    name
        What is stored as the answer.
    labels
        Language -> what is shown.
    counts_as
        The number that it counts as; None where it counts as no answer, such as "do not know".
    """

    name: str
    labels: Words
    counts_as: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormGroup:
    """A group of questions that are shown, or repeated, together.

    Parameters
    ----------
    name
        The group's name.
    labels
        Language -> heading; may be empty.
    group
        The group that it stands in; empty at the top.
    repeat
        Whether it is asked once for each of several things.
    relevant
        When it is asked; always where empty.
    appearance
        How it is shown.
    """

    name: str
    labels: Words = field(default_factory=dict)
    group: str = ""
    repeat: bool = False
    relevant: str = ""
    appearance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormQuestion:
    """One question, note or calculation.

    Parameters
    ----------
    name
        The question's name.
    kind
        How it is answered: one of `KINDS`.
    labels, hints, constraint_messages, required_messages
        Language -> text.
    group
        The group that it stands in; empty at the top.
    scale
        The name of its list of choices; empty where it has none.
    choices
        Its choices, in their order.
    or_other
        Whether there is also the choice "other", with words of one's own.
    required
        Whether it must be answered where it is asked.
    relevant, constraint, calculation
        Expressions: when it is asked, what must hold of its answer, what it is worked out from.
    appearance
        How it is shown.
    start, end, step
        The lowest and the highest value of a range, and the steps between.
    construct
        What it measures; empty where it is not scored.
    reverse
        Whether a high answer means little.

    Examples
    --------
    >>> agree = (
    ...     Choice(name="no", labels={"": "No"}, counts_as=0),
    ...     Choice(name="yes", labels={"": "Yes"}, counts_as=1),
    ... )
    >>> FormQuestion(name="asked", kind="select_one", scale="yes_no", choices=agree).limits()
    (0.0, 1.0)
    """

    name: str
    kind: str
    labels: Words = field(default_factory=dict)
    hints: Words = field(default_factory=dict)
    group: str = ""
    scale: str = ""
    choices: tuple[Choice, ...] = ()
    or_other: bool = False
    required: bool = False
    relevant: str = ""
    constraint: str = ""
    calculation: str = ""
    constraint_messages: Words = field(default_factory=dict)
    required_messages: Words = field(default_factory=dict)
    appearance: str = ""
    start: float | None = None
    end: float | None = None
    step: float | None = None
    construct: str = ""
    reverse: bool = False

    def limits(self) -> tuple[float, float] | None:
        """The lowest and the highest number that an answer can count as; None where there is no such."""
        if self.start is not None and self.end is not None:
            return self.start, self.end
        counted = [float(choice.counts_as) for choice in self.choices if choice.counts_as is not None]
        return (min(counted), max(counted)) if counted else None

    def names(self) -> tuple[str, ...]:
        """The names of its choices, with that of `or_other`."""
        return (*(choice.name for choice in self.choices), *((OTHER,) if self.or_other else ()))

    def score(self, answer: str) -> float | None:
        """The number that an answer counts as, reversed where a high answer means little.

        Parameters
        ----------
        answer
            An answer as `check_answers` keeps it: the name of a choice, or a number.

        Returns
        -------
        float or None
            None where the question is not scored, or the answer counts as none.

        Examples
        --------
        >>> tired = FormQuestion(
        ...     name="t", kind="range", start=0, end=10, step=1, construct="strain", reverse=True
        ... )
        >>> tired.score("3"), tired.score("")
        (7.0, None)
        """
        limits = self.limits()
        if not self.construct or not answer:
            return None
        counted = (
            next((choice.counts_as for choice in self.choices if choice.name == answer), None)
            if self.kind in CHOOSING
            else float(answer)
        )
        if counted is None or not self.reverse or limits is None:
            return counted
        return limits[0] + limits[1] - counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form, in the order in which it is asked.

    Parameters
    ----------
    name
        Its short name (`form_id`).
    title
        What it is called.
    languages
        Its languages, such as ``English (en)``, the default one first.
    questions
        Its questions, notes and calculations.
    groups
        The groups that these stand in, an outer one before those in it.
    version, licence
        Which version it is, and on what terms its words may be used.
    left_out
        What the workbook asks of the device (such as ``start``) that is no question, and is not held here.
    """

    name: str
    title: str
    questions: tuple[FormQuestion, ...]
    languages: tuple[str, ...] = ("",)
    groups: tuple[FormGroup, ...] = ()
    version: str = ""
    licence: str = ""
    left_out: tuple[str, ...] = ()

    def question(self, name: str) -> FormQuestion:
        """The question of that name."""
        return next(question for question in self.questions if question.name == name)

    def text(self, words: Words, language: str | None = None) -> str:
        """Words in a language; in the default language, or any that there is, where they lack it.

        Parameters
        ----------
        words
            Language -> text.
        language
            The language; the default one where left out.

        Examples
        --------
        >>> form = Form(name="f", title="F", questions=(), languages=("English (en)", "Deutsch (de)"))
        >>> form.text({"English (en)": "Why?", "Deutsch (de)": "Warum?"}, "Deutsch (de)")
        'Warum?'
        """
        wanted = (language or self.languages[0], *self.languages, *words)
        return next((words[each] for each in wanted if words.get(each)), "")

    def around(self, question: FormQuestion) -> Iterator[FormGroup]:
        """The groups that a question stands in, the innermost first."""
        groups = {group.name: group for group in self.groups}
        name = question.group
        while name:
            yield groups[name]
            name = groups[name].group

    def repeat_of(self, question: FormQuestion) -> str:
        """The innermost repeated group that a question stands in; empty where it is asked once."""
        return next((group.name for group in self.around(question) if group.repeat), "")


def construct_fault(construct: str) -> Fault | None:
    """What is wrong with the name of a construct; None where nothing is.

    A study may measure what it likes; the families `active`, `willing`, `motive` and `barrier` have fixed parts, as
    they are told apart by them.

    Examples
    --------
    >>> construct_fault("willing.deliver.group") is None
    True
    >>> construct_fault("barrier.profesional.time").hint
    "Did you mean 'professional'?"
    """
    if not CONSTRUCT.fullmatch(construct):
        return _construct_fault(
            construct, wanted="words in small letters parted by dots, such as motive.material"
        )
    head, *parts = construct.split(".")
    if head not in FAMILIES:
        return None
    wanted = (f"{head}." + ".".join("|".join(known) or "NAME" for known in FAMILIES[head]))[:200]
    if len(parts) != len(FAMILIES[head]):
        return _construct_fault(construct, wanted=wanted)
    for part, known in zip(parts, FAMILIES[head], strict=True):
        if known and part not in known:
            return _construct_fault(construct, wanted=wanted, hint=nearest(part, known))
    return None


def _construct_fault(construct: str, *, wanted: str, hint: str | None = None) -> Fault:
    return Fault(file="", place="construct", rule="construct", found=construct, wanted=wanted, hint=hint)
