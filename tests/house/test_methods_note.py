"""The methods note says what the code does: every reason, threshold and default that it names is the code's own."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from coproduce.findings.grade import LEVELS
from coproduce.questions.effects.grading import MARYLAND, STARTS

# Where each question says what lowers trust: functions, and constants that hold sentences.
REASONS = {
    "audit": {"questions.audit.checking": ("grade",)},
    "classify": {"questions.classify.many": ("_checks",)},
    "determinants": {"questions.determinants.checking": ("REASONS", "WHOLE", "grade")},
    "effects": {"questions.effects.grading": ("reasons_of_plan",), "questions.effects": ("_exploring",)},
    "harms": {"questions.harms": ("_grade",)},
    "motives": {
        "questions.motives.weighting": ("_doubts", "_strained", "_unheard"),
        "questions.motives.wording": ("_doubts",),
    },
    "power": {"questions.power.wording": ("_doubts",)},
    "synthesis": {"questions.synthesis.checking": ("REASONS", "_of_studies")},
    "themes": {"questions.themes.wording": ("_doubts",)},
    "value": {
        "questions.value.wording": ("_doubts", "_of_plan"),
        "questions.value.gathering": ("_of_arms", "_filled"),
        "questions.value.bearing": ("all_borne",),
        "questions.value.producing": ("CHOSEN", "produced"),
    },
}

# What those functions say besides: queries, sentences of the answer, what is looked at without lowering anything.
BESIDES = ("SELECT ", "Of what it cost", "rows in inputs", "… contributions of the organisation's side")

# The files that raise worries about a comparison, as the note's column calls them.
WORRIES = {
    "questions/effects/arms.py": "randomised, matched",
    "questions/effects/trials.py": "randomised",
    "methods/effects/randomised.py": "randomised",
    "methods/effects/staggered.py": "staggered",
    "methods/effects/staggered_worries.py": "staggered",
    "methods/effects/two_by_two.py": "before_after_with_comparison",
    "methods/effects/one_area.py": "one_area",
    "methods/effects/time_series.py": "time_series",
    "methods/effects/matched.py": "matched",
    "methods/effects/threshold.py": "threshold",
    "methods/effects/before_after.py": "before_after",
    "methods/production/ces_worries.py": "production",
}

# What a method would lower trust for, and the question does not, since the design's place says it already.
SAID_ELSEWHERE = {"comparison_series": "0"}

# How a source can be found: a DOI, pages, or who published the book.
WHERE_IT_STANDS = re.compile(r"doi:10\.\d{4,9}/\S+$|\d+-\w?\d+\.|(Press|Sage|Hall|Justice|University)\b")

# Below it only rounding tells two fits apart: no threshold of anybody's.
ROUNDING = 1e-6


@pytest.fixture(scope="module")
def note(root: Path) -> str:
    return (root / "docs/explanation/methods-note.md").read_text(encoding="utf-8")


def _section(note: str, heading: str) -> str:
    """What stands under a heading, up to the next of its kind or a higher one."""
    depth = heading.split(maxsplit=1)[0]
    _, _, rest = note.partition(f"\n{heading}\n")
    assert rest, f"the note has no heading {heading!r}"
    return re.split(rf"\n#{{1,{len(depth)}}} ", rest)[0]


def _rows(section: str) -> list[list[str]]:
    """The rows of a section's tables without their heads."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    heads = {place for place, line in enumerate(lines) if re.fullmatch(r"[|\-: ]+", line)}
    kept = [line for place, line in enumerate(lines) if place not in heads and place + 1 not in heads]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in kept]


@cache
def _module(name: str) -> tuple[ast.Module, dict[str, Any]]:
    module = import_module(f"coproduce.{name}")
    return ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")), vars(module)


def _reasons(question: str) -> set[str]:
    found = set()
    for name, places in REASONS[question].items():
        tree, known = _module(name)
        for node in ast.walk(tree):
            if _name(node) in places:
                found |= {told for told in _sentences(node, known) if not told.startswith(BESIDES)}
    return found


def _name(node: ast.AST) -> str | None:
    if isinstance(node, ast.FunctionDef):
        return node.name
    targets = node.targets if isinstance(node, ast.Assign) else []
    return targets[0].id if targets and isinstance(targets[0], ast.Name) else None


def _sentences(node: ast.AST, known: dict[str, Any]) -> Iterator[str]:
    """Every text of three words or more, what is put into it as dots unless it is a number of the module."""
    documented = ast.get_docstring(node, clean=False) if isinstance(node, ast.FunctionDef) else None
    joined = [part for part in ast.walk(node) if isinstance(part, ast.JoinedStr)]
    inside = {id(part) for whole in joined for part in ast.walk(whole) if part is not whole}
    for part in ast.walk(node):
        if id(part) not in inside:
            text = _text(part, known)
            if text is not None and text != documented and len(text.split()) > 2:
                yield text


def _text(part: ast.AST, known: dict[str, Any]) -> str | None:
    if isinstance(part, ast.Constant):
        return part.value if isinstance(part.value, str) else None
    if not isinstance(part, ast.JoinedStr):
        return None
    return "".join(
        str(piece.value) if isinstance(piece, ast.Constant) else _put_in(piece, known)
        for piece in part.values
    )


def _put_in(piece: ast.AST, known: dict[str, Any]) -> str:
    value = getattr(piece, "value", None)
    number = known.get(value.id) if isinstance(value, ast.Name) else None
    return str(number) if isinstance(number, int | float) else "…"


@pytest.mark.parametrize("question", REASONS)
def test_the_note_has_every_reason_that_lowers_a_grade_and_no_other(note, question):
    told = {row[0] for row in _rows(_section(note, f"### A: {question}"))}
    assert told == _reasons(question)


def test_the_note_has_the_scale_that_the_grades_of_effects_start_from(note):
    rows = [tuple(row) for row in _rows(_section(note, "### A: designs of effects"))]
    assert rows == [
        (f"`{design}`", str(place), why, STARTS[place].replace("_", " "))
        for design, (place, why) in MARYLAND.items()
    ]
    assert " < ".join(level.replace("_", " ") for level in LEVELS) in re.sub(r"\\text\{(.+?)\}", r"\1", note)


def test_the_note_has_every_worry_about_a_comparison_and_by_how_much_it_lowers(note, root):
    told = {(name, design, steps) for (name, design), (_, steps) in _told_worries(note).items()}
    made = {
        (name, design, lowers)
        for file, design in WORRIES.items()
        for name, lowers, _ in _worries(root / "src/coproduce" / file)
    }
    assert told == made


def test_the_note_names_the_thresholds_of_every_worry(note, root):
    rows = _told_worries(note)
    for file, design in WORRIES.items():
        for name, _, numbers in _worries(root / "src/coproduce" / file):
            missing = [number for number in numbers if f"{number:g}" not in rows[name, design][0]]
            assert not missing, f"{name} ({design}): the row leaves out {missing}"


def _told_worries(note: str) -> dict[tuple[str, str], tuple[str, str]]:
    """The name and the design of each worry -> when it is not well, and by how many steps it lowers."""
    _, *designs = _section(note, "### A: worries of effects").split("\n#### ")
    return {
        (row[0].strip("`"), design.splitlines()[0]): (row[1], row[2])
        for design in designs
        for row in _rows(design)
    }


def _worries(file: Path) -> Iterator[tuple[str, str, set[float]]]:
    """The name of each worry, by how many steps it lowers, and the numbers that decide whether it is well."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Worry":
                given = {keyword.arg: keyword.value for keyword in call.keywords}
                if isinstance(given["name"], ast.Constant):
                    name, lowers = str(given["name"].value), given.get("lowers")
                    asked = [given["ok"], *([] if isinstance(lowers, ast.Constant | None) else [lowers])]
                    made = _assigned(tree) | _assigned(function)
                    numbers = {number for part in asked for number in _numbers(part, made)}
                    yield name, SAID_ELSEWHERE.get(name) or _steps(lowers), numbers - {0, 1, ROUNDING}


def _steps(lowers: ast.expr | None) -> str:
    if lowers is None:
        return "1"
    return str(lowers.value) if isinstance(lowers, ast.Constant) else "0 or 1"


def _assigned(where: ast.FunctionDef | ast.Module) -> dict[str, ast.expr]:
    """What each name is made of, for names that are made once."""
    return {
        target.id: node.value
        for node in where.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _numbers(expression: ast.expr, made: dict[str, ast.expr], *, depth: int = 2) -> set[float]:
    found: set[float] = set()
    for node in ast.walk(expression):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            found.add(float(node.value))
        elif isinstance(node, ast.Name) and node.id in made and depth:
            found |= _numbers(made[node.id], made, depth=depth - 1)
    return found


def test_every_threshold_and_default_in_the_note_is_the_codes(note):
    rows = _rows(_section(note, "## Appendix B. Thresholds and defaults"))
    assert len(rows) > 40
    wrong = [f"{place}: {told}, not {_of_code(place)}" for _, told, place in rows if told != _of_code(place)]
    assert not wrong, "\n".join(wrong)


def _of_code(place: str) -> str:
    """A constant, or the default of a setting or of an argument, as the note writes it."""
    room, named = re.findall(r"`([^`]+)`", place)
    owner, _, name = named.rpartition(".")
    module = import_module(f"coproduce.{room}")
    holder = getattr(module, owner) if owner else module
    if not owner:
        value = getattr(module, name)
    elif isinstance(holder, type) and issubclass(holder, BaseModel):
        value = holder.model_fields[name].default
    else:
        value = holder.__kwdefaults__[name]
    return f"{value:g}" if isinstance(value, float) else str(value)


def test_every_source_is_cited_and_can_be_found(note):
    text, _, rest = note.partition("\n## References\n")
    text = " ".join(text.split())
    listed = [" ".join(one.split()) for one in rest.split("\n## ")[0].split("\n- ")[1:]]
    assert listed == sorted(listed, key=lambda line: line.casefold().replace(" and ", ", "))
    for line in listed:
        author, year = re.match(r"([^,(]+).*?\((\d{4})\)", line).groups()
        assert re.search(rf"{re.escape(author)}(?:(?!\d{{4}}).)*?\(?{year}", text), f"not cited: {line}"
        assert re.search(WHERE_IT_STANDS, line), f"neither a DOI nor pages nor a publisher: {line}"
