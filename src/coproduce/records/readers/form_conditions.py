"""The expressions of a form: each must be one that is evaluated here, on questions that are answered before it."""

from __future__ import annotations

from coproduce.errors import first_of
from coproduce.records.expressions import Expression, ExpressionError, parsed
from coproduce.records.forms import OTHER, FormQuestion
from coproduce.records.readers.form_table import FormRow

COMPARED = frozenset({"=", "!="})


class Conditions:
    """The questions that have gone by, and what an expression may say of them."""

    def __init__(self) -> None:
        self._before: dict[str, str] = {}
        self._choices: dict[str, tuple[str, ...]] = {}

    def add(self, question: FormQuestion, *, repeat: str) -> None:
        """A question has gone by, in that repeated group or in none."""
        self._before[question.name] = repeat
        if question.choices:
            self._choices[question.name] = question.names()
        if question.or_other:
            self._before[f"{question.name}_{OTHER}"] = repeat

    def look_at(self, row: FormRow, column: str, *, repeat: str) -> None:
        """Refuse an expression that cannot be evaluated at this place.

        Parameters
        ----------
        row
            The row.
        column
            The column that the expression stands in.
        repeat
            The repeated group that the row stands in; empty where in none.
        """
        text = row.get(column)
        if not text:
            return
        try:
            tree = parsed(text)
        except ExpressionError as error:
            row.refuse(
                column,
                rule="expression",
                found=f"{error.found} in {text}",
                wanted=error.wanted,
                hint=error.hint,
            )
            return
        if column != "constraint" and tree.looks_here():
            row.refuse(column, rule="expression", wanted="a question by its name: `.` is for constraints")
        for name in sorted(tree.questions()):
            self._look_at_question(row, column, name=name, repeat=repeat)
        self._look_at_choices(row, column, tree=tree)

    def _look_at_question(self, row: FormRow, column: str, *, name: str, repeat: str) -> None:
        if name not in self._before:
            wanted, near = (
                "a question that stands before it",
                reversed(self._before),
            )  # the last is the likeliest
            row.refuse(column, rule="expression", found=name, wanted=wanted, near=near)
        elif self._before[name] not in {"", repeat}:
            wanted = "a question that is not repeated, or in the same repeat"
            row.refuse(column, rule="expression", found=name, wanted=wanted)

    def _look_at_choices(self, row: FormRow, column: str, *, tree: Expression) -> None:
        """A question that is compared with a text which is none of its choices would never be so."""
        compares = tree.value in COMPARED if tree.kind == "operation" else tree.value == "selected"
        if compares and len(tree.parts) == 2:
            for one, other in (tree.parts, tree.parts[::-1]):
                known = self._choices.get(str(one.value), ()) if one.kind == "question" else ()
                value = other.value if other.kind == "value" else ""
                if known and isinstance(value, str) and value and value not in known:
                    wanted = f"a choice of {one.value}: {first_of(known)}"
                    row.refuse(column, rule="expression", found=value, wanted=wanted, near=known)
        for part in tree.parts:
            self._look_at_choices(row, column, tree=part)
