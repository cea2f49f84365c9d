"""What people are asked of themselves: set by a steward, told freely, kept apart, shown only as counts."""

import io

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from coproduce_web.actions import asking, people
from coproduce_web.actions.acting import By
from coproduce_web.models import Demographics, PopulationCell, Service, TrailEntry

AGE = {"column": "age_group", "label": "How old are you?", "choices": ["young", "in between", "old"]}


@pytest.fixture
def asked(world):
    """The service asks one question of three choices."""
    return asking.ask(by=world.by("steward"), service=world.service, questions=[AGE])


def tell(service, answer, number):
    """So many new citizens of the service who give that answer."""
    for each in range(number):
        person = people.join(
            service=service, name="N", email=f"{answer.replace(' ', '')}{each}@example.org", password="a" * 20
        )
        asking.tell(by=By(actor=person.actor), service=service, values={"age_group": answer})


def questions(*rows):
    """The form of questions as a browser sends it."""
    sent = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": 0}
    for number, (column, label, choices) in enumerate(rows):
        sent |= {
            f"form-{number}-column": column,
            f"form-{number}-label": label,
            f"form-{number}-choices": choices,
        }
    return sent


def test_a_steward_sets_the_questions(world, signed_in):
    sent = questions(("district", "Where do you live?", "North\nSouth\n"), ("", "", ""))
    signed_in("steward").post(reverse("asked", args=["care"]), sent)
    kept = Service.objects.get(slug="care").asked
    assert kept == [{"column": "district", "label": "Where do you live?", "choices": ["North", "South"]}]


@pytest.mark.parametrize(
    "rows",
    [
        [("district", "Where?", "North")],
        [("district", "Where?", "North\nNorth")],
        [("district", "", "North\nSouth")],
        [("persons", "Where?", "North\nSouth")],
        [("two words", "Where?", "North\nSouth")],
        [("district", "Where?", "North\nSouth"), ("district", "And where?", "East\nWest")],
    ],
)
def test_a_question_that_cannot_be_counted_is_refused(world, signed_in, rows):
    before = Service.objects.get(slug="care").asked
    signed_in("steward").post(reverse("asked", args=["care"]), questions(*rows))
    assert Service.objects.get(slug="care").asked == before


def test_what_someone_tells_can_be_changed_and_taken_back(world, asked, signed_in):
    browser, page = signed_in("citizen"), reverse("about_me", args=["care"])
    browser.post(page, {"age_group": "old"})
    browser.post(page, {"age_group": "in between"})
    assert Demographics.objects.get().values == {"age_group": "in between"}
    browser.post(page, {"age_group": "a hundred"})
    assert Demographics.objects.get().values == {"age_group": "in between"}
    browser.post(page, {"age_group": ""})
    assert Demographics.objects.get().values == {}


def test_what_someone_tells_is_never_in_the_trail(world, asked, signed_in):
    signed_in("citizen").post(reverse("about_me", args=["care"]), {"age_group": "in between"})
    entries = TrailEntry.objects.filter(kind="demographics")
    assert entries.exists()
    assert "in between" not in str(list(entries.values()))


def test_a_question_taken_away_takes_its_answers_along(world, asked):
    tell(world.service, "old", 2)
    asking.ask(by=world.by("steward"), service=asked, questions=[])
    assert {str(each.values) for each in Demographics.objects.all()} == {"{}"}


def test_answers_that_another_service_asks_for_too_stay(world, asked):
    asking.ask(by=world.by("steward"), service=world.other_service, questions=[AGE])
    tell(world.service, "old", 1)
    asking.ask(by=world.by("steward"), service=asked, questions=[])
    assert Demographics.objects.get().values == {"age_group": "old"}


def test_only_counts_are_shown_and_no_small_one_can_be_worked_out(world, asked, client):
    tell(world.service, "young", 3)
    tell(world.service, "in between", 7)
    tell(world.service, "old", 9)
    page = client.get(reverse("who_takes_part", args=["care"])).content.decode()
    cells = page.split("<tbody>")[1].split("</tbody>")[0]
    rows = {
        row.split("<")[0].strip(): row for row in cells.split('<th scope="row" class="govuk-table__header">')
    }
    assert "hidden" in rows["young"]  # three people
    assert ">9<" in rows["old"]
    assert ">3<" not in page
    assert cells.count("hidden") >= 2  # one alone could be worked out


def test_nobody_is_shown_what_one_person_told(world, asked, signed_in):
    signed_in("citizen").post(reverse("about_me", args=["care"]), {"age_group": "in between"})
    member = reverse("member", args=["care", world.people["citizen"].actor_id])
    for role in ("coordinator", "steward"):
        assert "in between" not in signed_in(role).get(member).content.decode()


# --- the people served


def upload(browser, text, name="served.csv"):
    table = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    table.name = name
    return browser.post(reverse("population_file", args=["care"]), {"table": table})


def served():
    return {tuple(cell.values.items()): cell.persons for cell in PopulationCell.objects.all()}


def test_a_table_is_read_whole_in_place_of_the_one_before(world, asked, signed_in):
    steward = signed_in("steward")
    upload(steward, "age_group,persons\nyoung,100\nold,50\n")
    upload(steward, "\ufeffpersons,age_group\r\n70,young\r\n30,\r\n")
    assert served() == {(("age_group", "young"),): 70, (): 30}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("age,persons\nyoung,1\n", "Columns wanted: age_group, persons"),
        ("age_group,persons\nancient,1\n", "Line 2: ancient is none of the choices"),
        ("age_group,persons\nyoung,-1\n", "Line 2: -1 is no whole number"),
        ("age_group,persons\nyoung,1.5\n", "no whole number"),
        ("age_group,persons\nyoung,\u0661\n", "no whole number"),
        ("age_group,persons\nyoung,1\nyoung,2\n", "twice"),
        ("age_group,persons\nyoung\n", "no whole number"),
        (b"\xff\xfe\x00", "not what its name says"),
        ("", "The submitted file is empty"),
        ("young,old\n", "Columns wanted"),
        ("age_group,persons\n" + "young,1\n" * 6000, "more than 5000 rows"),
        ("age_group,persons\nyoung,1" + " " * 2**20, "larger than 1 MB"),
    ],
)
def test_a_table_that_is_wrong_changes_nothing_and_says_why(world, asked, signed_in, text, said):
    before = served()
    page = upload(signed_in("steward"), text).content.decode()
    assert said in page
    assert served() == before


def test_one_group_is_typed_said_anew_and_taken_away(world, asked, signed_in):
    steward, page = signed_in("steward"), reverse("population", args=["care"])
    steward.post(page, {"age_group": "young", "persons": 20})
    steward.post(page, {"age_group": "young", "persons": 25})
    assert served()[(("age_group", "young"),)] == 25
    cell = PopulationCell.objects.get(values={"age_group": "young"})
    steward.post(reverse("remove_cell", args=["care", cell.pk]))
    assert (("age_group", "young"),) not in served()


def test_only_a_steward_asks_and_says_who_is_served(world):
    for role in ("citizen", "coordinator", "evaluator"):
        with pytest.raises(PermissionDenied):
            asking.ask(by=world.by(role), service=world.service, questions=[])
        with pytest.raises(PermissionDenied):
            asking.tell_population(by=world.by(role), service=world.service, cells=[])


def test_nobody_tells_for_another(world, asked):
    typing = By(actor=world.people["citizen"].actor, typed_by=world.people["coordinator"].actor)
    with pytest.raises(PermissionDenied):
        asking.tell(by=typing, service=world.service, values={"age_group": "old"})
