"""Well-known cases of co-production, and what each author says of them.

The answers were written down by hand, by the same reading of the sources that the rules hold; they guard that reading
and do not prove it.
"""

import pytest

from coproduce.errors import StudyError
from coproduce.questions.classify import Given, classify_contributions, classify_facets

ORDER = (
    "ostrom_1996",
    "parks_1981",
    "bovaird_2007",
    "alford_2009",
    "bovaird_loeffler_2013",
    "brandsen_honingh_2016",
    "nabatchi_2017",
)

CASES = {
    "residents keep watch with the police": (
        """phase deliver · activity perform · level collective · capacity community_member · beneficiary community ·
        obligation voluntary · form action · input time · task complementary · planned_by both · delivered_by both ·
        initiated_by organisation · scope own_service""",
        "yes yes yes yes yes yes yes",
        {
            "four_cos": "Co-performing",
            "nabatchi_2017": "Collective co-delivery",
            "bovaird_2007": "Full co-production",
            "brandsen_honingh_2016": "Co-production in the design and implementation of complementary tasks",
            "osborne_strokosch_2013": "Enhanced co-production",
            "voorberg_2015": "Citizen as co-implementer",
            "whitaker_1980": "Providing assistance",
            "alford_2014": "Citizen as co-producer; Public value",
            "intrinsic_or_active": "Active co-production",
        },
    ),
    "a pupil learns": (
        """phase deliver · activity perform · level individual · capacity user · beneficiary self ·
        obligation inherent · form action · input behaviour · task core · planned_by professionals ·
        delivered_by both · initiated_by organisation · scope own_service""",
        "yes no yes yes no yes yes",
        {
            "nabatchi_2017": "Individual co-delivery",
            "brudney_england_1983": "Individual co-production",
            "bovaird_2007": "User co-delivery of professionally designed services",
            "brandsen_honingh_2016": "Co-production in the implementation of core services",
            "osborne_2016": "Co-production",
            "osborne_strokosch_2013": "Consumer co-production",
            "brandsen_pestoff_2006": "Co-production",
            "whitaker_1980": "Mutual adjustment",
            "alford_2014": "Client as co-producer; Private value",
            "intrinsic_or_active": "Intrinsic co-production",
        },
    ),
    "a taxpayer pays on time": (
        """phase deliver · activity perform · level collective · capacity user · beneficiary community ·
        obligation compelled · form action · input money · task core · planned_by professionals ·
        delivered_by professionals · initiated_by organisation · scope service_system""",
        "yes no yes yes yes yes no",
        {
            "osborne_2016": "Co-construction",
            "intrinsic_or_active": "none",
            "whitaker_1980": "Providing assistance",
        },
    ),
    "a budget panel ranks what to spend on": (
        """phase commission · activity prioritise · level collective · capacity community_member ·
        beneficiary community · obligation voluntary · form voice · input knowledge · task core · planned_by both ·
        delivered_by professionals · initiated_by organisation · scope service_system""",
        "yes yes no no yes no yes",
        {
            "four_cos": "Co-prioritising",
            "osborne_2016": "Co-innovation",
            "osborne_strokosch_2013": "Participative co-production",
            "brandsen_pestoff_2006": "Co-governance",
            "brandsen_honingh_2016": "none",
            "voice_or_action": "Citizen voice",
        },
    ),
    "neighbours run a garden on their own": (
        """phase deliver · activity manage · level collective · capacity self_organised_group ·
        beneficiary community · obligation voluntary · form action · input time · task complementary ·
        planned_by citizens · delivered_by citizens · initiated_by citizens · scope own_service""",
        "no no no no no no no",
        {
            "four_cos": "Co-managing",
            "bovaird_2007": "Self-organised community provision",
            "brandsen_honingh_2016": "none",
            "osborne_strokosch_2013": "none",
            "brandsen_pestoff_2006": "Co-management",
            "voorberg_2015": "Citizen as co-initiator",
            "linders_2012": "Do-it-yourself government",
        },
    ),
    "a volunteer visits an older person": (
        """phase deliver · activity perform · level individual · capacity volunteer · beneficiary similar_others ·
        obligation voluntary · form action · input time · task core · planned_by professionals ·
        delivered_by both · initiated_by organisation · scope own_service""",
        "yes no yes yes yes yes yes",
        {"brandsen_pestoff_2006": "none", "alford_2014": "Volunteer as co-producer; Group value"},
    ),
}


def described(text):
    return dict(pair.split() for pair in text.split("·"))


@pytest.mark.parametrize(("text", "answers", "classes"), CASES.values(), ids=CASES)
def test_a_well_known_case(text, answers, classes):
    tables = classify_facets(described(text)).tables
    assert [row["definition"] for row in tables["definitions"].records()] == list(ORDER)
    assert " ".join(row["counts"] for row in tables["definitions"].records()) == answers
    told = {row["typology"]: row["class"] for row in tables["typologies"].records()}
    assert {key: told[key] for key in classes} == classes


def test_what_is_missing_is_asked_for_and_not_guessed():
    finding = classify_facets({"phase": "deliver", "obligation": "compelled"})
    rows = {row["definition"]: row for row in finding.tables["definitions"].records()}
    assert (rows["ostrom_1996"]["counts"], rows["ostrom_1996"]["needs"]) == (
        "cannot_say",
        "planned_by, delivered_by",
    )
    assert (rows["parks_1981"]["counts"], rows["parks_1981"]["why"]) == ("no", "not so: it is given freely")
    assert rows["nabatchi_2017"]["needs"] is None


def test_the_sentence_says_what_the_numbers_say():
    finding = classify_facets(described(CASES["a pupil learns"][0]))
    assert [finding.estimate(f"definitions_{said}").value for said in ("yes", "no", "cannot_say")] == [
        5,
        2,
        0,
    ]
    assert finding.answer.startswith("It counts as co-production under 5 of 7 definitions")
    assert "under 2 it does not (Parks et al. 1981, Bovaird & Loeffler 2013)" in finding.answer


def test_wrong_words_are_refused_all_at_once():
    with pytest.raises(StudyError) as refused:
        classify_facets({"phase": "delivery", "fase": "deliver", "level": "group"})
    assert [fault.found for fault in refused.value.faults] == ["fase", "delivery"]
    assert "Did you mean 'deliver'?" in str(refused.value)


def test_the_mix_of_two_initiatives():
    watch, panel = (
        described(CASES[name][0])
        for name in ("residents keep watch with the police", "a budget panel ranks what to spend on")
    )
    finding = classify_contributions(
        [
            Given(initiative="Watch", facets=watch, contributions=60, minutes=3600, timed=60, agreed=60),
            Given(initiative="Panel", facets=panel, contributions=20, minutes=1200, timed=10, agreed=20),
        ],
        intended={"Panel": {**panel, "form": ["voice", "action"]}},
        set_aside=7,
    )
    mix = {(row["typology"], row["class"]): row for row in finding.tables["mix"].records()}
    assert mix["four_cos", "Co-delivery"]["share"] == 0.75
    assert mix["four_cos", "Co-design"]["contributions"] == 0
    assert mix["voice_or_action", "Citizen voice"]["minutes_share"] == 0.25
    assert finding.estimate("counts_under.ostrom_1996").value == 1
    assert finding.estimate("counts_under.bovaird_2007").value == 0.75
    assert finding.answer.startswith(
        "Of 80 contributions by citizens, from 75 % (Bovaird 2007) to 100 % (Ostrom 1996) are known to count"
    )
    intended = {row["definition"]: row["counts"] for row in finding.tables["intended_definitions"].records()}
    assert (intended["bovaird_2007"], intended["brandsen_honingh_2016"]) == ("yes", "no")
    assert [check.name for check in finding.diagnostics if not check.ok] == []


def test_the_sentence_names_no_small_number():
    finding = classify_contributions(
        [
            Given(facets={"phase": "deliver"}, contributions=97),
            Given(facets={"phase": "design"}, contributions=3),
        ],
        small_numbers=5,
    )
    assert "Co-delivery: 97 %" in finding.answer
    assert "Co-design" not in finding.answer


def test_initiatives_alone_can_be_classified():
    finding = classify_contributions([], intended={"Panel": {"phase": "commission", "form": "voice"}})
    assert set(finding.tables) == {"intended_definitions", "intended_typologies"}
    assert finding.answer.startswith("No contributions of citizens are recorded")
