"""The trail's page: who did what, before and after; narrowed, paged, taken away as a table."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coproduce_web.actions import services
from coproduce_web.models import TrailEntry


def rows(browser, **said):
    """The rows of the trail's page."""
    page = browser.get(reverse("trail", args=["care"]), said).content.decode()
    return page.split("<tbody>")[1].split("</tbody>")[0]


def table(browser, **said):
    """The trail as a table."""
    answer = browser.get(reverse("trail_csv", args=["care"]), said)
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode())))


def test_a_change_is_shown_before_and_after(world, signed_in):
    services.change_service(by=world.by("steward"), service=world.service, title="Care for all")
    found = rows(signed_in("steward"), action="run_service", thing="service")
    assert "<del>Neighbourhood care</del>" in found
    assert "<ins>Care for all</ins>" in found
    assert world.people["steward"].actor.pseudonym in found


def test_what_was_typed_is_escaped(world, signed_in):
    services.change_service(by=world.by("steward"), service=world.service, title="<script>alert(1)</script>")
    assert "<script>alert" not in rows(signed_in("steward"))


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ({"action": "start_initiative"}, {"initiative", "phase", "activity"}),
        ({"thing": "phase"}, {"phase"}),
        ({"who": "nobody-here-1234"}, set()),
        ({"until": "2020-01-01"}, set()),
    ],
)
def test_the_trail_is_narrowed(world, signed_in, said, kinds):
    found = table(signed_in("steward"), **said)
    assert {row["kind"] for row in found} == kinds


def test_one_thing_is_found_by_its_number(world, signed_in):
    found = table(signed_in("steward"), thing=f"Activity {world.activity.pk}")
    assert [(row["kind"], row["key"]) for row in found] == [("activity", str(world.activity.pk))]


def test_days_are_counted_whole(world, signed_in):
    day = timezone.localdate()
    steward = signed_in("steward")
    assert table(steward, since=day, until=day)
    assert not table(steward, until=day - timedelta(days=1))


def test_the_trail_of_a_service_and_of_the_platform_are_apart(world, signed_in):
    steward = signed_in("steward")
    assert {row["kind"] for row in table(steward)}.isdisjoint({"organisation"})
    whole = b"".join(steward.get(reverse("platform_trail_csv"))).decode()
    assert "organisation" in whole
    assert "phase" not in whole


def test_a_long_trail_is_paged_at_a_steady_cost(world, signed_in, django_assert_max_num_queries):
    TrailEntry.objects.bulk_create(
        TrailEntry(
            act="00000000-0000-0000-0000-000000000000",
            action="comment",
            service=world.service.pk,
            kind="comment",
            key=number,
            after={"text": "said"},
        )
        for number in range(120)
    )
    steward = signed_in("steward")
    with django_assert_max_num_queries(12):
        found = rows(steward, thing="comment")
    assert found.count("<tr") == 50
    assert "page=2" in steward.get(reverse("trail", args=["care"]) + "?thing=comment").content.decode()


def test_no_cell_of_the_table_is_a_formula(world, signed_in):
    TrailEntry.objects.filter(service=world.service.pk).update(case="=HYPERLINK(1)")
    assert {row["case"] for row in table(signed_in("steward"))} == {"'=HYPERLINK(1)"}
