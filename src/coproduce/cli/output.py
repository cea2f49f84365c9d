"""What the command line prints: a page or JSON on standard output, progress on standard error."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from coproduce.errors import Fault, StudyError

if TYPE_CHECKING:
    from coproduce.findings import Findings
    from coproduce.reports.progress import Tell

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON instead of a page.")]
Out = Annotated[Path | None, Parameter(help="The folder to write to.")]
EngineName = Annotated[
    str,
    Parameter(
        help="What counts: duckdb, spark (on this machine), or spark://host:port (the master of a cluster)."
    ),
]
Many = Annotated[list[str] | None, Parameter(consume_multiple=False, negative="")]


def show(findings: Findings, *, out: Path | None, as_json: bool) -> int:
    """Print what was found, and say where the report is."""
    if as_json:
        from coproduce.findings.files import findings_as_json

        sys.stdout.write(findings_as_json(findings))
        return 0
    from coproduce.reports.terminal import show

    console = Console()
    show(findings, console=console)
    if out is not None:
        console.print(f"\nThe report: {out / 'report.html'}", highlight=False, soft_wrap=True)
    return 0


def print_json(data: object) -> None:
    """Print plain data as JSON."""
    text = json.dumps(data, ensure_ascii=False, indent=1, default=list) + "\n"
    sys.stdout.write(
        text.encode("utf-8", "backslashreplace").decode()
    )  # half a letter is written as JSON has it


def steps() -> AbstractContextManager[Tell]:
    """Show on standard error what is being done."""
    from coproduce.reports.progress import steps as shown_steps

    return shown_steps(Console(stderr=True))


def say(text: str) -> None:
    """Print one plain sentence."""
    Console().print(text, markup=False, highlight=False, soft_wrap=True)


def must_be_free(folder: Path) -> None:
    """Refuse a folder that holds something already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StudyError(
            Fault(
                file=str(folder),
                rule="empty",
                found="something in the way",
                wanted="a folder that is not there yet, or empty",
            )
        )
