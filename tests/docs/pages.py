"""Pages of the documentation against what really comes of them.

In what a page shows, a line of `...` stands for any lines, and `...` within a line for anything on it.
"""

import difflib
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from tests.docs.blocks import Block, blocks_of
from tests.docs.reader import Reader

ROOT = Path(__file__).resolve().parents[2]
ANY = "..."


def pages() -> list[str]:
    """Every page whose blocks are tested, by its path in the project."""
    found = [path for path in ROOT.glob("docs/**/*.md") if "build" not in path.parts]
    return sorted(
        str(path.relative_to(ROOT)) for path in [*found, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    )


def alike(shown: str, told: str) -> bool:
    """Whether what is shown is what was told, but for what `...` stands for and spaces at the end of lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == ANY else re.escape(line).replace(re.escape(ANY), ".*") + r"\n"
        for line in _lines(shown)
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _lines(told))) is not None


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def faults_of(page: str, *, folder: Path) -> list[str]:
    """Everything on a page that is not so, with its line."""
    found = []
    try:
        for block, told, why in _met(ROOT / page, folder=folder):
            if why or (told is not None and not alike(block.text, told)):
                shown = (
                    why or f"what is told now is not what is shown:\n{textwrap.indent(told or '', '  | ')}"
                )
                found.append(f"{page}:{block.line}: {shown}")
    except ValueError as error:
        found.append(f"{page}: {error}")
    return found


def _met(page: Path, *, folder: Path) -> Iterator[tuple[Block, str | None, str]]:
    """Each block of a page, with what it should show and why it cannot be done."""
    reader = Reader(folder, page=page)
    for block in blocks_of(page.read_text(encoding="utf-8")):
        try:
            yield block, reader.meets(block), ""
        except Exception as error:  # noqa: BLE001  # whatever a page's program does is told with its line
            reader.said = None  # nobody knows what it would have said
            kind = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
            yield block, None, f"{kind}{error}"


def rewritten(page: str, *, folder: Path) -> tuple[str, list[str]]:
    """The page with what is told now; and what is wrong with it all the same."""
    lines = (ROOT / page).read_text(encoding="utf-8").split("\n")
    met = list(_met(ROOT / page, folder=folder))
    for block, told, _ in reversed(met):
        if told is not None and not alike(block.text, told):
            start = block.line - 1
            lines[start : start + len(block.lines)] = [
                f"{block.indent}{line}".rstrip() for line in _shortened(told, block.text)
            ]
    return "\n".join(lines), [f"{page}:{block.line}: {why}" for block, _, why in met if why]


def _shortened(told: str, shown: str) -> list[str]:
    """What is told, left out where it was left out before: what is shown begins anew at the line most like it."""
    new, old = _lines(told), _lines(shown)
    if not any(line.strip() == ANY for line in old):
        return new
    kept: list[str] = []
    at = 0
    for number, line in enumerate(old):
        if line.strip() == ANY:
            kept.append(line)
            continue
        after_any = number == 0 or old[number - 1].strip() == ANY
        if after_any and number:
            at += _nearest(line, new[at:])
        if at < len(new):
            kept.append(line if ANY in line and alike(line, new[at]) else new[at])
        at += 1
    return kept if old[-1].strip() == ANY else kept + new[at:]


def _nearest(line: str, told: list[str]) -> int:
    """Where the line is that is most like this one; the first where there are several."""
    likeness = [difflib.SequenceMatcher(None, line, other).ratio() for other in told]
    return likeness.index(max(likeness)) if likeness else 0
