"""Makes a study folder of fifteen irrigation systems in Nepal, from facts typed in.

Farmers and officials made these systems better together; where did the water stay better at the tail end? Usage:
python examples/determinants/prepare.py FOLDER

Source: Lam, W. F. and Ostrom, E. (2010). Analyzing the dynamic complexity of development interventions: lessons from an
irrigation experiment in Nepal. Policy Sciences 43(2), 1-25.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

STUDY = """\
# Lam, W. F. and Ostrom, E. (2010). Analyzing the dynamic complexity of development interventions: lessons from an
# irrigation experiment in Nepal. Policy Sciences 43(2), 1-25. Fifteen real systems, crisp: 1 yes, 0 no.

[study]
title = "Irrigation systems that farmers run, Nepal (Lam and Ostrom 2010)"
service = "irrigation"

# aid: continual assistance from outside; rules: formal rules of operation; fines: provisions of fines; leaders:
# consistent leadership; action: collective action for upkeep.
# water: lasting improvement of the water at the tail end in winter.
[questions.determinants.water]
data = "systems.csv"
case_id = "system"
outcome = "water"
conditions = ["aid", "rules", "fines", "leaders", "action"]
"""
COLUMNS = ("system", "aid", "rules", "fines", "leaders", "action", "water")
SYSTEMS = (
    "010111",
    "010110",
    "011111",
    "011111",
    "110111",
    "110111",
    "111111",
    "111111",
    "000011",
    "010011",
    "001110",
    "100000",
    "111001",
    "110011",
    "111011",
)
"""One text a system: the five conditions and the outcome, in the order of the columns."""


def prepare(folder: Path) -> None:
    """Write the study into a folder; files of the same names are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "systems.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((number, *marks) for number, marks in enumerate(SYSTEMS, start=1))
    (folder / "study.toml").write_text(STUDY, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python examples/determinants/prepare.py FOLDER")
    prepare(Path(sys.argv[1]))
    print(f"{sys.argv[1]} is a study now. Next: coproduce run {sys.argv[1]}")
