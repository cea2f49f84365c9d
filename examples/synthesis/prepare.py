"""Makes a study folder of the trials of self-management education for asthma, from figures typed in here.

Adults learned to monitor their asthma and saw their practitioner regularly; in the fullest form they had a written plan
by which they changed their own treatment: care that patients and professionals make together. Usage:
python examples/synthesis/prepare.py FOLDER

Source: Gibson, P. G. et al. (2002). Self-management education and regular practitioner review for adults with asthma.
Cochrane Database of Systematic Reviews 3, CD001117: days off work or school, means of the two groups, as in the table
`dat.gibson2002` of the R package metadat. Figures are facts; they were typed in, not copied from a file.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

STUDY = """\
# Gibson, P. G. et al. (2002). Self-management education and regular practitioner review for adults with asthma.
# Cochrane Database of Systematic Reviews 3, CD001117. Days off work or school; the figures are real.

[study]
title = "Managing one's own asthma with professionals: 13 trials (Gibson et al. 2002)"
service = "asthma care"
small_numbers = 0             # published figures of whole trials, of nobody alone

[questions.synthesis.days_off]
data = "trials.csv"
measure = "SMD"
n1 = "n_taught"
mean1 = "mean_taught"
sd1 = "sd_taught"
n2 = "n_usual"
mean2 = "mean_usual"
sd2 = "sd_usual"
subgroups = ["form"]
order = "year"
better = "down"               # fewer days off
important_difference = 0.1    # standard deviations
"""
COLUMNS = (
    "study",
    "year",
    "form",
    "n_taught",
    "mean_taught",
    "sd_taught",
    "n_usual",
    "mean_usual",
    "sd_usual",
)
FULL = "with a written plan of one's own"
LESS = "parts of it"
TRIALS = (
    ("Cote", 1997, FULL, 50, 2.2, 12.73, 54, 5.2, 12.5),
    ("Ghosh", 1998, FULL, 140, 17.6, 24.2, 136, 34.1, 38.8),
    ("Hayward", 1996, FULL, 23, 0.38, 0.56, 19, 0.23, 0.29),
    ("Heard", 1999, FULL, 97, 2.09, 5.93, 94, 2.66, 4.95),
    ("Ignacio-Garcia", 1995, FULL, 35, 4.92, 6.05, 35, 20.0, 26.34),
    ("Knoell", 1998, FULL, 45, 0.85, 4.75, 55, 2.31, 9.16),
    ("Lahdensuo", 1996, FULL, 56, 2.8, 9.0, 59, 4.8, 7.2),
    ("Sommaruga", 1995, FULL, 20, 24.1, 11.8, 20, 31.8, 17.9),
    ("Zeiger", 1991, FULL, 128, 1.4, 3.3, 143, 2.3, 7.6),
    ("Garret", 1994, LESS, 119, 6.23, 12.2, 100, 5.71, 8.57),
    ("Neri", 1996, LESS, 32, 2.1, 8.0, 33, 5.1, 14.0),
    ("Hilton", 1986, LESS, 86, 0.73, 1.48, 100, 0.47, 1.2),
    ("Gallefoss", 1999, LESS, 25, 8.0, 32.0, 24, 26.0, 70.0),
)


def prepare(folder: Path) -> None:
    """Write the study into a folder; files of the same names are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "trials.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows((COLUMNS, *TRIALS))
    (folder / "study.toml").write_text(STUDY, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python examples/synthesis/prepare.py FOLDER")
    prepare(Path(sys.argv[1]))
    print(f"{sys.argv[1]} is a study now. Next: coproduce run {sys.argv[1]}")
