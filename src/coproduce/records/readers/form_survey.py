"""The sheet `survey` of a form: its questions and groups, each row held against the standard as it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from coproduce.errors import first_of, nearest
from coproduce.records.forms import (
    CHOOSING,
    KINDS,
    OTHER,
    SCORED,
    SILENT,
    Choice,
    FormGroup,
    FormQuestion,
    construct_fault,
)
from coproduce.records.readers.form_conditions import Conditions
from coproduce.records.readers.form_table import FormRow, FormTable

NOT_HELD = ("choice_filter", "repeat_count", "default", "read_only", "trigger")
"""Columns that change what is asked and are not read: a cell in one of them is refused, never passed over."""
SURVEY = (
    *("type", "name", "label", "hint", "required", "relevant", "constraint", "calculation", "appearance"),
    *("constraint_message", "required_message", "parameters", "construct", "reverse"),
    *NOT_HELD,
)
DEVICE = frozenset({"start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit"})
"""Types that ask the device and nobody else."""
TYPES = (
    *(f"{kind} LIST" if kind in CHOOSING else kind for kind in KINDS),
    *("begin group", "end group", "begin repeat", "end repeat"),
)
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
MARK = re.compile(r"(begin|end)[ _](group|repeat)")
CHOICE_TYPE = re.compile(r"(select_one|select_multiple) +(\S+)( +or[_ ]other)?")
YES = frozenset({"yes", "true", "true()"})
NO = frozenset({"", "no", "false", "false()"})
DEEPEST = 20


@dataclass(slots=True)
class _Open:
    """A group that has begun and not ended."""

    row: FormRow
    name: str
    kind: str
    filled: bool = False


class Survey:
    """The questions and groups of a survey.

    Parameters
    ----------
    table
        The sheet.
    lists
        Name of a list -> its choices.
    """

    def __init__(self, table: FormTable, *, lists: Mapping[str, tuple[Choice, ...]]) -> None:
        self.questions: list[FormQuestion] = []
        self.groups: list[FormGroup] = []
        self.left_out: list[str] = []
        self._lists = lists
        self._open: list[_Open] = []
        self._names: set[str] = set()
        self._conditions = Conditions()
        if table.needs("type", "name", "label"):
            for row in table.rows():
                self._read(row)
            self._end(table)

    def _read(self, row: FormRow) -> None:
        kind = " ".join(row.get("type").split())
        for column in NOT_HELD:
            if row.get(column):
                row.refuse(column, rule="known", wanted="nothing: what this column asks for is not done here")
        if mark := MARK.fullmatch(kind):
            self._begin(row, mark[2]) if mark[1] == "begin" else self._close(row, mark[2])
        elif kind in DEVICE:
            self.left_out.append(kind)
        elif not kind:
            row.refuse("type", rule="required", wanted="a type of question")
        else:
            self._question(row, kind)

    def _name(self, row: FormRow) -> str:
        """The name of a row; a fault where it is none, or stands there before."""
        name = row.get("name")
        if not NAME.fullmatch(name):
            wanted = "a name of letters, digits and _, such as age_band"
            row.refuse("name", rule="name", wanted=wanted)
        elif name in self._names:
            row.refuse("name", rule="twice", wanted="each name once")
        self._names.add(name)
        return name

    def _begin(self, row: FormRow, kind: str) -> None:
        name = self._name(row)
        within = [each.name for each in self._open]
        if kind == "repeat" and any(each.kind == "repeat" for each in self._open):
            row.refuse("type", rule="repeat", wanted="a repeat that stands in no other")
        if len(within) >= DEEPEST:
            row.refuse("type", rule="depth", wanted=f"at most {DEEPEST} groups in groups")
        self._conditions.look_at(row, "relevant", repeat=self._repeat())
        group = FormGroup(
            name=name,
            labels=row.said("label"),
            group=within[-1] if within else "",
            repeat=kind == "repeat",
            relevant=row.get("relevant"),
            appearance=row.get("appearance"),
        )
        self.groups.append(group)
        self._open.append(_Open(row, name, kind))

    def _close(self, row: FormRow, kind: str) -> None:
        if not self._open or self._open[-1].kind != kind:
            wanted = (
                f"an end of {self._open[-1].kind} {self._open[-1].name}"
                if self._open
                else "a begin before it"
            )
            row.refuse("type", rule="group", wanted=wanted)
            return
        ended = self._open.pop()
        if row.get("name") not in {"", ended.name}:
            row.refuse("name", rule="group", wanted=f"{ended.name}, which ends here, or nothing")
        if not ended.filled:
            ended.row.refuse("type", rule="group", wanted="a group with a question in it")
        elif self._open:
            self._open[-1].filled = True

    def _end(self, table: FormTable) -> None:
        for each in self._open:
            each.row.refuse("type", rule="group", wanted=f"an end {each.kind} below it")
        if not self.questions:
            table.lacks("no question", wanted="a question in each row below the header")

    def _repeat(self) -> str:
        return next((each.name for each in self._open if each.kind == "repeat"), "")

    def _question(self, row: FormRow, type_: str) -> None:
        found = CHOICE_TYPE.fullmatch(type_)
        kind = found[1] if found else type_
        if kind not in KINDS or (kind in CHOOSING and not found):
            hint = nearest(type_, TYPES) or nearest(type_.split(maxsplit=1)[0], KINDS)
            row.refuse("type", rule="known", wanted="one of " + ", ".join(TYPES), hint=hint)
            kind = "text"
        scale = found[2] if found else ""
        if self._open:
            self._open[-1].filled = True
        start, end, step = _range(row) if kind == "range" else (None, None, None)
        question = FormQuestion(
            name=self._name(row),
            kind=kind,
            labels=row.said("label"),
            hints=row.said("hint"),
            group=self._open[-1].name if self._open else "",
            scale=scale,
            choices=self._choices(row, scale),
            or_other=bool(found and found[3]),
            required=_yes(row, "required"),
            relevant=row.get("relevant"),
            constraint=row.get("constraint"),
            calculation=row.get("calculation"),
            constraint_messages=row.said("constraint_message"),
            required_messages=row.said("required_message"),
            appearance=row.get("appearance"),
            start=start,
            end=end,
            step=step,
            construct=row.get("construct"),
            reverse=_yes(row, "reverse"),
        )
        self._look_at(row, question)
        self.questions.append(question)

    def _choices(self, row: FormRow, scale: str) -> tuple[Choice, ...]:
        if scale and scale not in self._lists:
            known = list(filter(None, self._lists))
            wanted = "one of the lists in `choices`: " + (first_of(known) or "there is none")
            row.refuse("type", rule="list", found=scale, wanted=wanted, near=known)
        return self._lists.get(scale, ())

    def _look_at(self, row: FormRow, question: FormQuestion) -> None:
        """Everything that can be wrong between the cells of a row."""
        if not question.labels and question.kind != "calculate":
            row.refuse("label", rule="required", wanted="the words of the question")
        if question.or_other:
            self._look_at_other(row, f"{question.name}_{OTHER}")
            if OTHER in {choice.name for choice in question.choices}:
                wanted = f"either or_other or a choice {OTHER}"
                row.refuse("type", rule="list", wanted=wanted)
        if bool(question.calculation) != (question.kind == "calculate"):
            wanted = "a calculation" if question.kind == "calculate" else "nothing: only calculate has one"
            row.refuse("calculation", rule="required", wanted=wanted)
        _look_at_silence(row, question)
        _look_at_score(row, question)
        for column in ("relevant", "constraint", "calculation"):
            self._conditions.look_at(row, column, repeat=self._repeat())
        self._conditions.add(question, repeat=self._repeat())

    def _look_at_other(self, row: FormRow, name: str) -> None:
        """The words beside "other" have a question of their own, whose name must be free."""
        if name in self._names:
            row.refuse(
                "name", rule="twice", found=name, wanted="each name once, with that which or_other adds"
            )
        self._names.add(name)


def _look_at_silence(row: FormRow, question: FormQuestion) -> None:
    """What nobody answers cannot be required, nor its answer be held to anything."""
    for column in ("required", "constraint"):
        if question.kind in SILENT and row.get(column).lower() not in NO:
            row.refuse(column, rule="kind", wanted=f"nothing: nobody answers a {question.kind}")


def _look_at_score(row: FormRow, question: FormQuestion) -> None:
    if not question.construct:
        if question.reverse:
            row.refuse("reverse", rule="score", wanted="a construct beside it")
        return
    if fault := construct_fault(question.construct):
        row.refuse("construct", rule="construct", wanted=fault.wanted, hint=fault.hint)
    if question.kind not in SCORED:
        wanted = f"nothing beside {question.kind}: what is scored is one of {', '.join(sorted(SCORED))}"
        row.refuse("construct", rule="score", wanted=wanted)
    if question.kind == "select_one" and question.choices:
        limits = question.limits()
        if limits is None or limits[0] == limits[1]:
            wanted = f"choices of {question.scale} that count as different numbers (`counts_as`)"
            row.refuse("construct", rule="score", wanted=wanted)
    if question.reverse and question.kind in {"integer", "decimal"}:
        row.refuse("reverse", rule="score", wanted="a range or choices, whose lowest and highest are known")


def _yes(row: FormRow, column: str) -> bool:
    text = row.get(column).lower()
    if text not in YES | NO:
        row.refuse(column, rule="value", wanted="yes or no")
    return text in YES


def _range(row: FormRow) -> tuple[float, float, float]:
    """The lowest, the highest and the step of a range; the standard's 0, 10 and 1 where they are left out."""
    told = {"start": 0.0, "end": 10.0, "step": 1.0}
    wanted = "such as start=0 end=10 step=1, a whole number of steps"
    text = " ".join(re.split(r"[\s,;]+", row.get("parameters")))
    for part in text.replace(" =", "=").replace("= ", "=").split():
        name, _, value = part.partition("=")
        if name in told and re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,12})?", value):
            told[name] = float(value)
        elif part:
            row.refuse("parameters", rule="range", wanted=wanted)
    steps = (told["end"] - told["start"]) / (told["step"] or 1.0)
    if told["step"] <= 0 or steps <= 0 or abs(steps - round(steps)) > 1e-9:
        row.refuse("parameters", rule="range", wanted=wanted)
    return told["start"], told["end"], told["step"]
