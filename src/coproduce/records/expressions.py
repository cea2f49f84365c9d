"""Expressions of a form: the part of XLSForm's language that is evaluated here, and the refusal of the rest.

::

    either     = both {"or" both}
    both       = compared {"and" compared}
    compared   = sum [("=" | "!=" | "<" | "<=" | ">" | ">=") sum]
    sum        = product {("+" | "-") product}
    product    = signed {("*" | "div" | "mod") signed}
    signed     = ["-"] atom
    atom       = number | 'text' | "." | ${question} | function "(" [either {"," either}] ")" | "(" either ")"
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from coproduce.errors import nearest

Value = str | float | bool

MOST_LETTERS = 5_000
DEEPEST = 20
MOST_STEPS = 100
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
FUNCTIONS: Mapping[str, tuple[int, int]] = {
    "selected": (2, 2),
    "count-selected": (1, 1),
    "not": (1, 1),
    "if": (3, 3),
    "true": (0, 0),
    "false": (0, 0),
    "string-length": (1, 1),
    "number": (1, 1),
}
"""Every function that is evaluated, with the fewest and the most arguments."""

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'[^']*'|\"[^\"]*\")|\$\{(?P<question>[^}]*)\}"
    r"|(?P<word>[A-Za-z_][\w:-]*)|(?P<sign><=|>=|!=|[=<>()+*,.-]))",
    re.ASCII,
)
NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
OPERATORS = frozenset({"or", "and", "div", "mod"})
JOINING = frozenset({"or", "and"})


class ExpressionError(ValueError):
    """An expression that is not evaluated here: what was found, what would be right, and the nearest name."""

    def __init__(self, found: str, *, wanted: str, hint: str | None = None) -> None:
        super().__init__(f"found {found}, wanted {wanted}")
        self.found, self.wanted, self.hint = found, wanted, hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """An expression as a tree.

    Parameters
    ----------
    kind
        ``value``, ``question``, ``here`` (the answer itself), ``call`` or ``operation``.
    value
        The value, the question's name, or the name of the function or the operation.
    parts
        What it is applied to.
    """

    kind: str
    value: Value = ""
    parts: tuple[Expression, ...] = ()

    def questions(self) -> frozenset[str]:
        """The names of the questions that it looks at."""
        own = {str(self.value)} if self.kind == "question" else set()
        return frozenset(own.union(*(part.questions() for part in self.parts)))

    def looks_here(self) -> bool:
        """Whether it looks at the answer that it stands beside."""
        return self.kind == "here" or any(part.looks_here() for part in self.parts)


@lru_cache(maxsize=4_096)
def parsed(text: str) -> Expression:
    """An expression as a tree.

    Parameters
    ----------
    text
        The expression, as it stands in a cell.

    Returns
    -------
    Expression
        The tree.

    Raises
    ------
    ExpressionError
        If it is broken, or uses what is not evaluated here.

    Examples
    --------
    >>> sorted(parsed("${side} = 'citizen' and selected(${tasks}, 'plan')").questions())
    ['side', 'tasks']
    >>> parsed("slected(${tasks}, 'plan')")
    Traceback (most recent call last):
    ...
    coproduce.records.expressions.ExpressionError: found slected(), wanted one of selected, count-selected, ...
    """
    return _Parser(text).whole()


def evaluated(tree: Expression, answers: Mapping[str, str], *, here: str = "") -> Value:
    """The value of an expression.

    A question without an answer is an empty text; beside a number a text counts as the number that it spells, and as
    none where it spells none, of which no comparison but ``!=`` is true. (XPath 1.0, section 3.4.)

    Parameters
    ----------
    tree
        The expression.
    answers
        Question -> answer; the names of several choices are parted by spaces.
    here
        The answer that it stands beside.

    Examples
    --------
    >>> evaluated(parsed(". >= 0 and . <= 10"), {}, here="11")
    False
    >>> evaluated(parsed("selected(${tasks}, 'plan')"), {"tasks": "meet plan"})
    True
    >>> evaluated(parsed("if(${age} >= 65, 'older', 'younger')"), {"age": "70"})
    'older'
    """
    match tree.kind:
        case "value":
            return tree.value
        case "question":
            return answers.get(str(tree.value), "")
        case "here":
            return here
        case "call":
            return _called(tree, answers, here=here)
        case _:
            return _operated(tree, answers, here=here)


def as_truth(value: Value) -> bool:
    """Whether a value is true: a number that is not 0, a text that is not empty."""
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def as_number(value: Value) -> float:
    """The number that a value is or spells; not a number where it spells none."""
    if isinstance(value, str):
        return float(value) if NUMBER.fullmatch(value.strip()) else math.nan
    return float(value)


def as_text(value: Value) -> str:
    """A value as an answer is written.

    Examples
    --------
    >>> as_text(3.0), as_text(0.25), as_text(True), as_text(math.nan)
    ('3', '0.25', 'true', '')
    """
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.15g}"
    return str(value).lower() if isinstance(value, bool) else value


def _called(tree: Expression, answers: Mapping[str, str], *, here: str) -> Value:
    name = str(tree.value)
    if name == "if":
        chosen = tree.parts[1 if as_truth(evaluated(tree.parts[0], answers, here=here)) else 2]
        return evaluated(chosen, answers, here=here)
    return _RESULTS[name](*(evaluated(part, answers, here=here) for part in tree.parts))


_RESULTS: Mapping[str, Callable[..., Value]] = {
    "selected": lambda chosen, name: as_text(name) in as_text(chosen).split(),
    "count-selected": lambda chosen: float(len(as_text(chosen).split())),
    "not": lambda value: not as_truth(value),
    "true": lambda: True,
    "false": lambda: False,
    "string-length": lambda value: float(len(as_text(value))),
    "number": as_number,
}


def _operated(tree: Expression, answers: Mapping[str, str], *, here: str) -> Value:
    name = str(tree.value)
    if name in {"and", "or"}:
        truths = (as_truth(evaluated(part, answers, here=here)) for part in tree.parts)
        return all(truths) if name == "and" else any(truths)
    left, right = (evaluated(part, answers, here=here) for part in tree.parts)
    if name in {"=", "!="}:
        return _equal(left, right) == (name == "=")
    if name in COMPARISONS:
        return COMPARISONS[name](as_number(left), as_number(right))
    return _counted(name, as_number(left), right=as_number(right))


def _equal(left: Value, right: Value) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return as_truth(left) == as_truth(right)
    if isinstance(left, float) or isinstance(right, float):
        return as_number(left) == as_number(right)
    return left == right


def _counted(name: str, left: float, *, right: float) -> float:
    """Two numbers together; what has no value, such as a division by nothing, is not a number."""
    match name:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _ if right == 0 or math.isnan(left + right):
            return math.nan
        case "div":
            return left / right
        case _:
            return math.fmod(left, right)


class _Parser:
    """Reads an expression from left to right."""

    def __init__(self, text: str) -> None:
        if len(text) > MOST_LETTERS:
            wanted = f"an expression of at most {MOST_LETTERS:,} letters"
            raise ExpressionError(f"{len(text):,} letters", wanted=wanted)
        self._tokens = _tokens(text)
        self._place = 0
        self._depth = self._steps = 0

    def whole(self) -> Expression:
        tree = self._either()
        if self._next() is not None:
            raise self._refusal()
        return tree

    def _next(self) -> tuple[str, str] | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _take(self, kind: str, *values: str) -> str | None:
        """The next token where it is one of these, or None."""
        token = self._next()
        if token is None or token[0] != kind or (values and token[1] not in values):
            return None
        self._place += 1
        return token[1]

    def _must(self, sign: str) -> None:
        if self._take("sign", sign) is None:
            raise self._refusal(wanted=f"'{sign}'")

    def _refusal(self, *, wanted: str = "a value such as ${question}, 5 or 'text'") -> ExpressionError:
        token = self._next()
        return ExpressionError("the end" if token is None else token[1], wanted=wanted)

    def _chain(self, below: Callable[[], Expression], kind: str, *names: str) -> Expression:
        """Parts of one rank joined by one of the names; a long list of `and` or `or` is no deeper than a short one."""
        parts = [below()]
        while (name := self._take(kind, *names)) is not None:
            parts.append(below())
            if name not in JOINING:
                self._steps += 1
                parts = [Expression(kind="operation", value=name, parts=tuple(parts))]
            if self._steps > MOST_STEPS:
                raise ExpressionError("a long sum or product", wanted=f"at most {MOST_STEPS} steps")
        return (
            parts[0] if len(parts) == 1 else Expression(kind="operation", value=names[0], parts=tuple(parts))
        )

    def _either(self) -> Expression:
        self._depth += 1
        if self._depth > DEEPEST:
            wanted = f"at most {DEEPEST} brackets in brackets"
            raise ExpressionError("brackets that stand too deep", wanted=wanted)
        tree = self._chain(self._both, "sign", "or")
        self._depth -= 1
        return tree

    def _both(self) -> Expression:
        return self._chain(self._compared, "sign", "and")

    def _compared(self) -> Expression:
        left = self._sum()
        name = self._take("sign", "=", "!=", *COMPARISONS)
        if name is None:
            return left
        return Expression(kind="operation", value=name, parts=(left, self._sum()))

    def _sum(self) -> Expression:
        return self._chain(self._product, "sign", "+", "-")

    def _product(self) -> Expression:
        return self._chain(self._signed, "sign", "*", "div", "mod")

    def _signed(self) -> Expression:
        if self._take("sign", "-") is None:
            return self._atom()
        nothing = Expression(kind="value", value=0.0)
        return Expression(kind="operation", value="-", parts=(nothing, self._atom()))

    def _atom(self) -> Expression:
        if (number := self._take("number")) is not None:
            return Expression(kind="value", value=float(number))
        if (text := self._take("text")) is not None:
            return Expression(kind="value", value=text[1:-1])
        if (question := self._take("question")) is not None:
            return Expression(kind="question", value=question.strip())
        if (word := self._take("word")) is not None:
            return self._call(word)
        if self._take("sign", ".") is not None:
            return Expression(kind="here")
        if self._take("sign", "(") is not None:
            tree = self._either()
            self._must(")")
            return tree
        raise self._refusal()

    def _call(self, name: str) -> Expression:
        if self._take("sign", "(") is None:
            hint = f"Put a text in quotes: '{name}'."
            raise ExpressionError(name, wanted="a value such as ${question}, 5 or 'text'", hint=hint)
        if name not in FUNCTIONS:
            wanted = f"one of {', '.join(FUNCTIONS)}"
            raise ExpressionError(f"{name}()", wanted=wanted, hint=nearest(name, FUNCTIONS))
        parts: list[Expression] = []
        if self._take("sign", ")") is None:
            parts.append(self._either())
            while self._take("sign", ",") is not None:
                parts.append(self._either())
            self._must(")")
        fewest, most = FUNCTIONS[name]
        if not fewest <= len(parts) <= most:
            raise ExpressionError(f"{name}() of {len(parts)}", wanted=f"{name}() of {most}")
        return Expression(kind="call", value=name, parts=tuple(parts))


def _tokens(text: str) -> list[tuple[str, str]]:
    """The tokens of a text; a word that joins two values is a sign."""
    tokens: list[tuple[str, str]] = []
    place, end = 0, len(text.rstrip())
    while place < end:
        found = TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            wanted = "comparisons joined by and, or"
            raise ExpressionError(text[place:].strip()[:20], wanted=wanted)
        value = found[found.lastgroup]
        tokens.append(
            ("sign" if value in OPERATORS and found.lastgroup == "word" else found.lastgroup, value)
        )
        place = found.end()
    return tokens
