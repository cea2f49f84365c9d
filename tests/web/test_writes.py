"""Every write of the platform is an action: keyword-only, with `by`, inside `acting`."""

import ast
from pathlib import Path

import pytest

import coproduce_web

HERE = Path(coproduce_web.__file__).parent
WRITES = {
    "save",
    "create",
    "bulk_create",
    "update",
    "bulk_update",
    "delete",
    "get_or_create",
    "update_or_create",
}
ALLOWED = {
    "pages/access.py": "a form sent twice is known by its token",
    "signing_in.py": "tries at a door are counted",
    "actions/acting.py": "the trail writes",
    "actions/forgetting.py": "what is erased must not stand in the trail",
    "actions/runs.py": "how far a run is, is no act",
    "actions/keeping.py": "nor what is too old to lead to a person",
}
NO_BY = {
    "make_first_steward",
    "join",
    "come_by_invitation",
    "come_by_provider",
}  # nobody is there yet who could act


def files(folder):
    return sorted(
        path for path in (HERE / folder).rglob("*.py") if path.name not in {"__init__.py", "acting.py"}
    )


def test_nothing_writes_outside_actions():
    wrong = []
    for path in HERE.rglob("*.py"):
        name = path.relative_to(HERE).as_posix()
        if name in ALLOWED or name.startswith(("migrations/",)):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in WRITES
            ):
                of = ast.unparse(node.func.value)
                if "objects" in of or node.func.attr in {"save", "bulk_create"} or of in {"row", "trail"}:
                    wrong.append(f"{name}:{node.lineno} {of}.{node.func.attr}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", files("actions"), ids=lambda path: path.stem)
def test_actions_take_keywords_only_say_by_and_act(path):
    wrong = []
    for function in ast.parse(path.read_text()).body:
        if not isinstance(function, ast.FunctionDef) or function.name.startswith("_"):
            continue
        named = {argument.arg for argument in function.args.kwonlyargs}
        calls = {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
        if function.args.args or function.args.posonlyargs:
            wrong.append(f"{function.name} takes positional arguments")
        if "by" not in named and function.name not in NO_BY:
            wrong.append(f"{function.name} does not say by")
        if "acting" not in calls:
            wrong.append(f"{function.name} does not act")
    assert not wrong, "\n".join(wrong)
