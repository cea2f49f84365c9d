"""The mix of what citizens gave, against counting it contribution by contribution with pandas."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from coproduce.questions.classify import Given, classify_contributions
from coproduce.vocabulary import DEFINITIONS, judge

CO = {
    "commission": "Co-commissioning",
    "design": "Co-design",
    "deliver": "Co-delivery",
    "assess": "Co-assessment",
    None: "cannot_say",
}
SAID = {"voice": "Citizen voice", "action": "Citizen action", None: "cannot_say"}

groups = st.builds(
    Given,
    initiative=st.sampled_from("ab"),
    facets=st.fixed_dictionaries(
        {
            "phase": st.sampled_from(tuple(CO)),
            "form": st.sampled_from(tuple(SAID)),
            "obligation": st.sampled_from(("inherent", "voluntary", "compelled", None)),
            "delivered_by": st.sampled_from(("professionals", "both", "citizens", None)),
            "planned_by": st.just("both"),
        }
    ),
    contributions=st.integers(1, 40),
    minutes=st.one_of(st.none(), st.integers(0, 500)),
)


def frame(described):
    return pd.DataFrame(
        [
            {
                "four_cos": CO[each.facets["phase"]],
                "voice_or_action": SAID[each.facets["form"]],
                "initiative": each.initiative,
                "contributions": each.contributions,
                "minutes": each.minutes,
                **{key: judge(key, each.facets).counts for key in DEFINITIONS},
            }
            for each in described
        ]
    )


@settings(deadline=None)
@given(st.lists(groups, min_size=1, max_size=12))
def test_the_mix_is_what_counting_gives(described):
    counted = frame(described)
    finding = classify_contributions(described)
    for row in finding.tables["mix"].records():
        if row["typology"] in ("four_cos", "voice_or_action"):
            mine = counted[counted[row["typology"]] == row["class"]]
            assert row["contributions"] == mine["contributions"].sum()
            assert row["share"] == mine["contributions"].sum() / counted["contributions"].sum()
            measured = mine["minutes"].dropna()
            assert row["minutes"] == (measured.sum() if len(measured) else None)


@settings(deadline=None)
@given(st.lists(groups, min_size=1, max_size=12))
def test_initiatives_add_up_to_the_whole(described):
    finding = classify_contributions(described)
    parts = pd.DataFrame(finding.tables["mix_by_initiative"].records())
    summed = parts.groupby(["typology", "class"])["contributions"].sum()
    for row in finding.tables["mix"].records():
        assert row["contributions"] == summed[(row["typology"], row["class"])]


@settings(deadline=None)
@given(st.lists(groups, min_size=1, max_size=12))
def test_what_counts_is_what_counting_gives(described):
    counted = frame(described)
    finding = classify_contributions(described)
    for row in finding.tables["definitions"].records():
        mine = counted[counted[row["definition"]] == row["counts"]]
        assert row["contributions"] == mine["contributions"].sum()
    for key in DEFINITIONS:
        estimate = finding.estimate(f"counts_under.{key}")
        wilson = binomtest(estimate.count, estimate.n).proportion_ci(method="wilson")
        assert estimate.interval == pytest.approx((wilson.low, wilson.high), abs=1e-10)
