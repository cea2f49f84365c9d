"""The command line: parse, call, exit code."""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Callable, Sequence

from cyclopts import App, CycloptsError
from rich.console import Console

from coproduce._version import __version__
from coproduce.cli.budgeting import count
from coproduce.cli.forms import instrument
from coproduce.cli.log import audit
from coproduce.cli.output import print_json
from coproduce.cli.platform import serve
from coproduce.cli.studies import check, drill, export, freeze, init, run, simulate, verify
from coproduce.cli.words import classify, schema
from coproduce.errors import CoproduceError

EXIT_CODES = """\
Exit codes: 0 all is well; 1 a fault of Coproduce itself; 2 the command was typed wrongly; 10 study.toml is
wrong; 11 the records are wrong; 12 the engine could not do it; 13 a frozen plan cannot be trusted; 14 a
method cannot answer; 15 a published finding does not hold. `--debug` shows a traceback.
"""


def _epilogue(command: Callable[..., int]) -> str:
    """What stands below the help of a command: the examples of its docstring, then the exit codes."""
    examples = re.findall(r"^`(.+)`$", inspect.getdoc(command) or "", flags=re.MULTILINE)
    return "\n\n".join(["Examples:", *(f"`{example}`" for example in examples), EXIT_CODES])


app = App(
    name="coproduce",
    help="Answer what the field of co-production asks, from a service's own records.",
    help_epilogue=EXIT_CODES,
    version=__version__,
    help_format="markdown",
)
app.register_install_completion_command()
for _command in (
    init,
    check,
    freeze,
    run,
    verify,
    audit,
    classify,
    schema,
    instrument,
    export,
    simulate,
    drill,
    count,
    serve,
):
    app.command(_command, help_epilogue=_epilogue(_command))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Examples
    --------
    >>> main(["schema", "nothing"])
    10
    """
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    as_json = "--json" in words
    try:
        done = app(words, exit_on_error=False, result_action="return_value")
    except CycloptsError:
        return 2
    except CoproduceError as error:
        if debug:
            raise
        _refuse(error, as_json=as_json)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if debug:
            raise
        Console(stderr=True).print(
            f"A fault of Coproduce itself: {type(error).__name__}: {error}\n"
            "Please report it, with what `--debug` shows.",
            markup=False,
            highlight=False,
        )
        return 1
    return done if isinstance(done, int) else 0


def _refuse(error: CoproduceError, *, as_json: bool) -> None:
    if as_json:
        print_json(error.as_dict())
        return
    console = Console(stderr=True)
    for line in [str(fault) for fault in error.faults] or [error.message]:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
