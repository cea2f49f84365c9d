"""The blocks of a page of the documentation: what its fences hold, and what the comments before them say of it.

A fenced block is what its language says: `sh` is typed, `console` is typed and shows what is answered, `python` and
`r` are run, `toml` is settings, and anything else shows what the last command or program on the page said. A comment
before a block, which readers do not see, says otherwise:

    <!-- file: repairs.csv -->          the block is this file
    <!-- added to: study.toml -->       the block is added to the end of this file
    <!-- not run: starts a server -->   the block is not run or compared, and why
    <!-- exit code: 11 -->              the block's last command is to end so, not with 0

and one that stands anywhere runs what readers need not see:

    <!-- run: coproduce init my-study -->
    <!-- python: print("Any program") -->
    <!-- run: cp "$PAGE/repairs.csv" . -->      $PAGE is the folder of the page
"""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

UNSEEN = {"run": "sh", "python": "python"}
LONGEST_COMMENT = 50
BEFORE_A_BLOCK = {"file", "added to", "not run", "exit code"}
FENCE = re.compile(r"(?P<indent> *)(?P<ticks>`{3,})(?P<language>.*)")
COMMENT = re.compile(r" *<!-- *(?P<kind>[a-z ]+): *(?P<value>.*?)\s*-->", flags=re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What stands between two fences, or a comment that is run; `line` is the number of its first line on the page."""

    line: int
    language: str
    lines: tuple[str, ...]
    indent: str = ""
    marked: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)


def blocks_of(text: str) -> Iterator[Block]:
    """The blocks of a page in order; directives such as a table of contents are none.

    Raises
    ------
    ValueError
        If a comment is one of those above and belongs to no block, or a fence is not closed.
    """
    lines = text.splitlines()
    marked: dict[str, str] = {}
    at = 0
    while at < len(lines):
        if fence := FENCE.fullmatch(lines[at]):
            end = _closed(lines, at + 1, fence=fence["indent"] + fence["ticks"])
            if not fence["language"].startswith("{"):
                inside = textwrap.dedent("\n".join(lines[at + 1 : end])).split("\n") if end > at + 1 else []
                yield Block(
                    line=at + 2,
                    language=fence["language"],
                    lines=tuple(inside),
                    indent=fence["indent"],
                    marked=marked,
                )
            marked, at = {}, end + 1
            continue
        comment = COMMENT.match("\n".join(lines[at : at + LONGEST_COMMENT]))
        if comment and comment["kind"] in UNSEEN:
            inside = textwrap.dedent(comment["value"]).split("\n")
            yield Block(line=at + 1, language=UNSEEN[comment["kind"]], lines=tuple(inside))
        elif comment and comment["kind"] in BEFORE_A_BLOCK:
            marked = {**marked, comment["kind"]: comment["value"]}
        elif lines[at].strip() and marked:
            raise ValueError(f"line {at + 1}: {next(iter(marked))}: there is no block after it")
        at += 1 + (comment[0].count("\n") if comment else 0)
    if marked:
        raise ValueError(f"{next(iter(marked))}: there is no block after it")


def _closed(lines: list[str], start: int, *, fence: str) -> int:
    for at in range(start, len(lines)):
        if lines[at].rstrip() == fence:
            return at
    raise ValueError(f"line {start}: the block is not closed")


def commands(block: Block) -> list[tuple[str, str]]:
    """Each command of a block: its lines as they stand there, and as one command."""
    typed: list[str] = []
    going_on = False
    for line in block.lines:
        if going_on:
            typed[-1] += line + "\n"
        elif block.language == "console" and not line.startswith("$ "):
            continue
        elif line.strip() and not line.lstrip().startswith("#"):
            typed.append(line + "\n")
        else:
            continue
        going_on = line.endswith("\\")
    start = 2 if block.language == "console" else 0
    return [(each, each[start:].replace("\\\n", " ").strip()) for each in typed]
