"""Write the reference values of meta-analysis: `python tools/synthesis_reference.py` (needs R, metafor, clubSandwich).

Debian has them as r-cran-metafor and r-cran-clubsandwich. The numbers are metafor's; nothing of ours goes in.
"""

from __future__ import annotations

import json
import math
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TO = HERE.parent / "tests" / "accuracy" / "synthesis_metafor.json"


def main() -> None:
    lines = subprocess.run(
        ["Rscript", HERE / "synthesis_reference.R"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    facts: dict[str, Any] = {}
    for line in lines:
        path, _, values = line.partition("\t")
        *folders, name = path.split("/")
        place = facts
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = read(values)
    TO.write_text(json.dumps(facts, indent=None, separators=(",", ":")).replace('},"', '},\n"') + "\n")
    print(f"{len(lines)} quantities in {TO.name}")


def read(values: str) -> Any:
    """A word, a number, or a list of numbers; null where R has none."""
    if values.startswith('"'):
        return values.strip('"')
    numbers = [float(value) if value not in {"NA", "NaN"} else math.nan for value in values.split()]
    known = [None if math.isnan(number) else number for number in numbers]
    return known[0] if len(known) == 1 else known


if __name__ == "__main__":
    main()
