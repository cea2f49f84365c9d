"""Makes a study folder of California's change in asking for organ donors, from the data in the package `causaldata`.

In July 2011 California began to ask everybody who applied for a driving licence to choose, donor or not. Other states
went on asking as before. Usage: python examples/organ_donations/prepare.py FOLDER

Source: Kessler, J. B. and Roth, A. E. (2014). Don't take "no" for an answer: an experiment with actual organ donor
registrations. NBER working paper 20378; the extract in Huntington-Klein, N. (2022), The Effect, as `organ_donations` in
the PyPI package `causaldata` (MIT licence).
"""

from __future__ import annotations

import sys
from pathlib import Path

STUDY = """\
# Kessler, J. B. and Roth, A. E. (2014). Don't take "no" for an answer. NBER working paper 20378. The data are
# `organ_donations` of the PyPI package causaldata (MIT licence); they are real.

[study]
title = "Asking citizens to choose: organ donors in California, 2011 (Kessler and Roth 2014)"
service = "organ donation"

[questions.effects.active_choice]
design = "before_after_with_comparison"
data = "registered.csv"
outcome = "rate"
label = "Share of people registered as organ donors"
measured_in = "proportion"
unit = "state"
period = "quarter"
since = "since"
cluster = "state"

# The same, California against a mix of states that had gone the same way before.
[questions.effects.one_state]
design = "one_area"
data = "registered.csv"
outcome = "rate"
label = "Share of people registered as organ donors"
measured_in = "proportion"
unit = "state"
period = "quarter"
since = "since"
"""

TREATED, SINCE = "California", 4
"""The state that changed, and the quarter (of six) in which it did."""


def prepare(folder: Path) -> None:
    """Write the study into a folder; files of the same names are replaced."""
    from causaldata import organ_donations

    source = organ_donations.load_pandas().data
    panel = source[["State", "Quarter_Num", "Rate"]].set_axis(["state", "quarter", "rate"], axis="columns")
    panel = panel.assign(since=(panel["state"] == TREATED) * SINCE)
    folder.mkdir(parents=True, exist_ok=True)
    panel.to_csv(folder / "registered.csv", index=False, lineterminator="\n")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python examples/organ_donations/prepare.py FOLDER")
    prepare(Path(sys.argv[1]))
    print(f"{sys.argv[1]} is a study now. Next: coproduce check {sys.argv[1]}")
