"""Small files, small functions, few positional arguments."""

import ast
from statistics import median

# The aim is 400 and 40 and a median of 10 (CONTRIBUTING); beyond these a thing has to be taken apart.
MOST_LINES_OF_CODE_IN_A_FILE = 420
MOST_LINES_OF_CODE_IN_A_FUNCTION = 45
MOST_POSITIONAL = 2


def test_files_are_short(all_sources):
    sizes = {source.name: source.code_lines(source.tree) for source in all_sources}
    long = [
        f"{name}: {size} lines of code" for name, size in sizes.items() if size > MOST_LINES_OF_CODE_IN_A_FILE
    ]
    assert not long, f"more than {MOST_LINES_OF_CODE_IN_A_FILE} lines of code:\n" + "\n".join(long)


def test_functions_are_short(all_sources):
    long = [
        f"{source.name}:{function.lineno} {function.name}: {size} lines of code"
        for source in all_sources
        for function in source.functions()
        if (size := source.code_lines(function)) > MOST_LINES_OF_CODE_IN_A_FUNCTION
    ]
    assert not long, f"more than {MOST_LINES_OF_CODE_IN_A_FUNCTION} lines of code:\n" + "\n".join(long)


def test_half_of_all_functions_have_ten_lines_at_most(package_sources):
    sizes = [source.code_lines(function) for source in package_sources for function in source.functions()]
    assert median(sizes) <= 10


def test_public_functions_take_two_positional_arguments_at_most(package_sources):
    many = [
        f"{source.name}:{function.lineno} {function.name}({', '.join(names)}): put a * after the second"
        for source in package_sources
        for function in _public_functions(source.tree)
        if len(names := _positional(function)) > MOST_POSITIONAL
    ]
    assert not many, "\n".join(many)


def _public_functions(tree):
    """The functions of a file and the methods of its classes whose names do not start with an underscore."""
    owners = [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]
    functions = (node for owner in owners for node in owner.body if isinstance(node, ast.FunctionDef))
    return [function for function in functions if not function.name.startswith("_")]


def _positional(function):
    names = [argument.arg for argument in function.args.posonlyargs + function.args.args]
    return [name for name in names if name not in {"self", "cls"}]
