"""Who adopted participatory budgeting in Brazil: the regression beside the configurations, on a published table.

Bezerra and Junqueira print classical standard errors. Ours are HC3, which differ, and are not held against theirs.
"""

from __future__ import annotations

import csv

import numpy as np
from tests.checked import Source

from coproduce.methods.small_samples import least_squares_hc3

BRAZIL = Source(
    question="determinants",
    cite="Bezerra and Junqueira (2018), Why Has Participatory Budgeting Adoption Declined in Brazil?, APSA annual "
    "meeting, table 2, basic model, linear probability",
)
PRINTED = {
    "budgeting in the last term": "0.083",
    "terms with it so far": "0.068",
    "population, log": "0.078",
    "mayor of the Workers' Party": "0.694",
    "mayor of the Workers' Party after 2002": "-0.432",
    "mayor of the left": "0.111",
    "budget a head, log": "0.069",
    "share of investment": "-0.254",
}
COLUMNS = ("lag.pb", "MunicOP_OP.Acum", "population", "ptwin", "VictoryPTAfter2002", "LeftParty")
COLUMNS += ("BudgetPP", "InvestPer", "continuitypartpref", "ContinuityMayor", "MayorsVulnerability")
COLUMNS += ("legprefpower",)


def test_coefficients_of_the_basic_model(real_data, checked):
    """Municipalities of more than 50,000 in 1996, terms after 1992, rows in which all but the coalition is known."""
    with (real_data / "determinants/brazil_pb_adoption_panel.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    large = {
        row["Munic_Id"]
        for row in rows
        if row["year"] == "1996" and row["population"] and float(row["population"]) > 50_000
    }
    known = [
        row
        for row in rows
        if row["Munic_Id"] in large
        and row["year"] > "1992"
        and all(value for name, value in row.items() if name != "CoalitionPref")
    ]
    x = np.array([[float(row[name]) for name in COLUMNS] for row in known])
    x[:, [2, 6]] = np.log(x[:, [2, 6]])
    years = [[float(row["year"] == year) for year in ("2004", "2008", "2012", "2016")] for row in known]
    y = np.array([float(row["MunicOP_OP"]) for row in known])
    found = least_squares_hc3(np.column_stack([np.ones(len(y)), x, years]), y)
    checked.same(BRAZIL, "municipalities and terms", ours=len(y), theirs=2182)
    for (name, theirs), ours in zip(PRINTED.items(), found.estimate[1:9], strict=True):
        checked.agrees(BRAZIL, f"adoption on {name}", ours=ours, theirs=theirs)
