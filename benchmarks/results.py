"""Where what was measured is written: `RESULTS.md`, a part for each benchmark, each with its day and its machine."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).resolve().parent / "RESULTS.md"
GIB = 1024**3
PARTS = ("Start-up", "Audit", "Harms", "Determinants", "Synthesis", "Production", "Platform", "Spark")
INTRODUCTION = """\
# Results

What `make bench` measured, part by part; `python benchmarks/audit.py` and the others write theirs alone. What is
compared ran in the same call: trust the ratios. `README.md` beside this page says what each part compares, and how.
"""


def machine(*packages: str, told: Sequence[str] = ()) -> str:
    """The day, the machine, the versions of what was measured, and how busy the machine is now, in a line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    parts = [
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}",
        f"Python {platform.python_version()}",
        *(f"{name} {version(name)}" for name in packages),
        *told,
    ]
    return f"{', '.join(parts)}; load {os.getloadavg()[0]:.1f} at the start"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(part: str, *paragraphs: str) -> None:
    """Print what was measured, and put it into the page in place of what stood there for this part."""
    text = "\n\n".join(paragraphs)
    print(text)
    kept = _parts(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    kept[part] = text
    told = [f"## {name}\n\n{kept[name]}\n" for name in PARTS if name in kept]
    PAGE.write_text("\n".join([INTRODUCTION, *told]), encoding="utf-8")


def _parts(page: str) -> dict[str, str]:
    """The parts of a page by their headings."""
    found = (part.partition("\n") for part in page.split("\n## ")[1:])
    return {name: text.strip() for name, _, text in found}
