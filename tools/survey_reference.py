"""What svy 0.35 says of the answers in tests/accuracy/survey_reference.json, for tests/accuracy/test_survey_r.py.

python tools/survey_reference.py > tests/accuracy/survey_svy.json   # in an environment of its own with svy 0.35 (MIT)
"""

import json
from importlib.metadata import version
from pathlib import Path

import polars as pl
import svy

FILE = Path(__file__).resolve().parent.parent / "tests/accuracy/survey_reference.json"
data = json.loads(FILE.read_text(encoding="utf-8"))["data"]
frame = pl.DataFrame(data).with_columns((pl.col("step") > 1).cast(pl.Float64).alias("yes"))
sample = svy.Sample(frame, svy.Design(wgt="weight", stratum="stratum", psu="psu"))


def told(found):
    one = found.estimates[0]
    return {"value": one.est, "se": one.se}


print(
    json.dumps(
        {
            "made_by": f"tools/survey_reference.py with svy {version('svy')}",
            "mean": told(sample.estimation.mean("x")),
            "total": told(sample.estimation.total("x")),
            "share": told(sample.estimation.mean("yes")),
            "ratio": told(sample.estimation.ratio("yes", "weight")),
        },
        indent=1,
    )
)
