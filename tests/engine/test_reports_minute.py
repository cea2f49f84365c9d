"""The first page: good and bad apart, how sure, at whose cost, what next, what is not known."""

import pytest

from coproduce.findings import Estimate, Finding, Findings, Grade, StudyLabel, Table, Unanswered
from coproduce.reports.in_short import in_short
from coproduce.reports.minute import minute
from coproduce.reports.pages import report_html

HIGH = Grade(level="high", reasons=())
LOW = Grade(level="low", reasons=("Few units.",))


def share(name, value, low, high, unit="proportion", **more):
    return Estimate(name=name, label=name, value=value, interval=(low, high), unit=unit, **more)


def finding(question, *, verdict="descriptive", answer="It is so. And more.", grade=HIGH, **more):
    name = more.pop("id", question)
    return Finding(
        id=name, question=question, title=question, answer=answer, verdict=verdict, grade=grade, **more
    )


def of(*found, unanswered=()):
    label = StudyLabel(title="Care", service="care")
    return Findings(coproduce="0", study=label, findings=found, unanswered=unanswered)


def outcomes(*rows):
    columns = ("label", "group", "estimate", "band_low", "band_high", "unit", "verdict")
    return {"outcomes": Table(caption="", columns=columns, rows=rows)}


def evils(**status):
    rows = tuple((evil, said, "days · deprivation: most · visits") for evil, said in status.items())
    return {"evils": Table(caption="", columns=("evil", "status", "sign"), rows=rows)}


def test_harm_stands_before_good_whatever_the_order_of_the_findings():
    good = finding("effects", id="effects.a", verdict="improves")
    bad = finding("effects", id="effects.b", verdict="harms")
    headings = [group.key for group in minute(of(good, bad, finding("audit"))).groups]
    assert headings == ["bad", "good", "so"]


def test_a_harm_to_one_group_is_told_by_its_own_size_and_not_by_the_whole():
    tables = outcomes(
        ("Days at home", None, 1.7, -0.8, 4.2, "points", "no_important_difference"),
        ("Days at home", "deprivation: most", -6.4, -12.1, -0.6, "points", "harms"),
    )
    said = in_short(finding("effects", verdict="harms", tables=tables)).says
    assert said == "Days at home: 6 points (1–12) worse for deprivation: most."


def test_an_alarm_says_for_whom_things_were_made_worse():
    tables = evils(co_destruction="alarm", implicit_demands="watch", loss_of_democracy="not_measured")
    short = in_short(finding("harms", verdict="alarm", tables=tables))
    assert short.says == "Alarm: co-destruction for deprivation: most. To be watched: 1 more."


def test_no_alarm_is_not_called_no_harm():
    tables = evils(co_destruction="quiet", loss_of_democracy="not_measured")
    said = in_short(finding("harms", verdict="quiet", tables=tables)).says
    assert said == "No harm was seen where it was looked for. Not measured: loss of democracy."


def test_what_no_definition_can_judge_is_not_called_no_co_production():
    unknown = (
        share("counts_under.ostrom_1996", 0.0, 0.0, 0.1),
        share("counts_under.parks_1981", 0.0, 0.0, 0.1),
    )
    assert in_short(finding("classify", estimates=unknown)).says.startswith("No definition can tell yet")


def test_costs_are_told_by_who_bears_them_and_only_where_they_changed():
    estimates = (
        share("change_public_cost", -90.0, -120.0, -60.0, "GBP"),
        share("change_citizen_hours", 70.0, 55.0, 90.0, "hours"),
        share("change_professional_hours", 1.0, -12.0, 13.0, "hours"),
    )
    assert minute(of(finding("value", estimates=estimates))).costs == (
        ("The public purse", "90 GBP (60–120) less a unit"),
        ("Citizens, in unpaid time", "70 hours (55–90) more a unit"),
    )


def test_a_hidden_number_falls_back_to_the_first_sentence():
    hidden = Estimate(name="citizen_event_share", label="", value=None, unit="proportion")
    assert in_short(finding("audit", estimates=(hidden,))).says == "It is so."


def test_hours_are_called_complements_or_substitutes_only_where_the_interval_says_so():
    def said(low, high):
        return in_short(
            finding("value", estimates=(share("elasticity_of_substitution", 1.0, low, high, "index"),))
        ).says

    assert said(0.3, 0.8) == "Citizens' and professionals' hours need each other."
    assert said(1.2, 3.0) == "Citizens' hours can stand in for professionals': watch that they do not."
    assert said(0.5, 1.5) == "It is so."


def test_what_is_not_known_names_questions_harms_and_weak_evidence():
    unknown = minute(
        of(
            finding("harms", verdict="quiet", tables=evils(loss_of_democracy="not_measured"), grade=LOW),
            unanswered=(Unanswered(question="audit", needs=("events",)),),
        )
    ).unknown
    assert unknown[0].endswith("It needs events.")
    assert "nobody measured: loss of democracy" in unknown[1]
    assert unknown[2] == "1 of the answers above rests on weak evidence."


@pytest.mark.parametrize("number", [1, 2])
def test_the_page_opens_with_the_minute_where_there_are_several_answers(number):
    found = [finding("audit"), finding("power")][:number]
    page = report_html(of(*found))
    assert ("In one minute" in page) == (number == 2)
