"""Makes a study folder of Thornton's (2008) experiment from the data in the package `causaldata`.

In rural Malawi, people who had been tested for HIV drew a voucher by chance: nothing, or up to three US dollars for
coming to learn their result. Usage: python examples/thornton/prepare.py FOLDER

Source: Thornton, R. L. (2008). The demand for, and impact of, learning HIV status. American Economic Review 98(5),
1829-1863; the extract in Cunningham, S. (2021), Causal Inference: The Mixtape, as `thornton_hiv` in the PyPI package
`causaldata` (MIT licence).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

STUDY = """\
# Thornton, R. L. (2008). The demand for, and impact of, learning HIV status. American Economic Review 98(5), 1829-1863.
# The data are `thornton_hiv` of the PyPI package causaldata (MIT licence); they are real.

[study]
title = "Coming to learn one's HIV result, rural Malawi (Thornton 2008)"
service = "HIV testing and counselling"
groups = ["distance", "hiv_result"]

[records.units]
path = "units.csv"

[records.exposure]
path = "exposure.csv"

[records.measures]
path = "measures.csv"

[records.outcomes]
path = "outcomes.csv"

# Does any incentive make people come? Does distance undo it, and does it depend on what the result is?
[questions.effects.incentive]
design = "randomised"
outcome = "came_for_result"
control = "no incentive"
groups = ["distance", "hiv_result"]

# Is a small one enough? People drew an amount; villages are kept together in the errors.
[questions.effects.amount]
design = "randomised"
data = "amounts.csv"
outcome = "came"
label = "Coming to learn the result of one's HIV test"
measured_in = "proportion"
arm = "amount"
control = "nothing"
cluster = "village"
"""

AMOUNTS = {
    "nothing": (-0.01, 0.0),
    "up to 1 dollar": (0.0, 1.0),
    "1 to 2 dollars": (1.0, 2.0),
    "over 2 dollars": (2.0, 9.0),
}
MEASURE = {
    "measure": "came_for_result",
    "label": "Coming to learn the result of one's HIV test",
    "better": "up",
    "low": 0,
    "high": 1,
    "set_by": "organisation",
}
FAR_KM = 1.5
"""From here on a centre is far, as in the article."""


def tables() -> dict[str, pd.DataFrame]:
    """The four tables of the study, and one row a person for the amounts. What the source does not know stays empty."""
    import pandas as pd
    from causaldata import thornton_hiv

    source = thornton_hiv.load_pandas().data
    unit = pd.Series([f"P{number:04}" for number in range(1, len(source) + 1)], name="unit")
    # Whoever's village is not known stands for one of their own: errors are then not made too small.
    village = ("village " + source["villnum"].astype("Int64").astype("string")).fillna("of " + unit)
    came = source["got"].astype("Int64")
    return {
        "units": _units(source, unit, village=village),
        "exposure": pd.DataFrame(
            {
                "unit": unit,
                "arm": source["any"].map({0.0: "no incentive", 1.0: "incentive"}),
                "dose": source["tinc"],
            }
        ),
        "measures": pd.DataFrame([MEASURE]),
        "outcomes": pd.DataFrame(
            {"unit": unit, "period": 2004, "measure": MEASURE["measure"], "value": came}
        ),
        "amounts": pd.DataFrame(
            {
                "person": unit,
                "village": village,
                "amount": pd.cut(
                    source["tinc"], [low for low, _ in AMOUNTS.values()] + [9.0], labels=list(AMOUNTS)
                ),
                "came": came,
            }
        ),
    }


def _units(source: pd.DataFrame, unit: pd.Series, *, village: pd.Series) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "unit": unit,
            "cluster": village,
            "age": source["age"].astype("Int64"),
            "distance_km": source["distvct"],
            "distance": (source["distvct"] >= FAR_KM).map({False: "under 1.5 km", True: "1.5 km or more"}),
            "hiv_result": source["hiv2004"].map({0.0: "negative", 1.0: "positive"}),
        }
    )


def prepare(folder: Path) -> None:
    """Write the study into a folder; files of the same names are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables().items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python examples/thornton/prepare.py FOLDER")
    prepare(Path(sys.argv[1]))
    print(f"{sys.argv[1]} is a study now. Next: coproduce check {sys.argv[1]}")
