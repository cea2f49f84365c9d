"""Costs: written down by those who record outcomes, read by everyone, and set against outcomes by the engine."""

import csv
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from tests.web.evidence import evidence

from coproduce_web.actions import costing, evaluating
from coproduce_web.actions.acting import NotNow
from coproduce_web.export.folder import write_study
from coproduce_web.export.scope import Scope
from coproduce_web.models import Cost, Evaluation, TrailEntry


def place(world, name, *more):
    return reverse(name, args=[world.service.slug, world.initiative.pk, *more])


def write(world, role="coordinator", **fields):
    told = {"item": "Rooms", "amount": Decimal("30.50"), "borne_by": "organisation"} | fields
    return costing.record_cost(by=world.by(role), initiative=world.initiative, **told)


@pytest.mark.parametrize("role", ["citizen", "professional", "steward", "handler"])
def test_only_who_records_outcomes_writes_costs_down(world, role):
    with pytest.raises(PermissionDenied):
        write(world, role)


def test_a_cost_falls_in_an_arm_or_a_known_unit(world):
    evaluating.name_units(
        by=world.by("coordinator"), initiative=world.initiative, units=[{"name": "Mill Lane"}]
    )
    assert write(world, unit="Mill Lane").unit.name == "Mill Lane"
    for wrong in ({"unit": "nowhere"}, {"unit": "Mill Lane", "arm": "visits"}):
        with pytest.raises(NotNow):
            write(world, **wrong)


def test_everyone_reads_who_bears_what_and_of_a_unit_only_that_it_was_one(world, client):
    evaluating.name_units(
        by=world.by("coordinator"), initiative=world.initiative, units=[{"name": "Ann Smith"}]
    )
    write(world)
    write(world, item="Fares", amount=Decimal(10), borne_by="citizen", unit="Ann Smith")
    shown = client.get(place(world, "costs")).content.decode()
    assert "40.50" in shown
    assert "75%" in shown  # 30.50 of 40.50
    assert "25%" in shown
    assert "one unit" in shown
    assert "Ann Smith" not in shown


@pytest.mark.parametrize("amount", ["-1", "much", "1e400", "NaN"])
def test_an_amount_is_a_number_of_nought_or_more(world, signed_in, amount):
    told = {"item": "Rooms", "amount": amount, "borne_by": "organisation"}
    answer = signed_in("evaluator").post(place(world, "new_cost"), told)
    assert answer.status_code == 200
    assert not Cost.objects.exists()


def test_a_cost_is_struck_out_and_the_trail_keeps_it(world, signed_in):
    held = write(world)
    signed_in("coordinator").post(place(world, "strike_cost", held.pk))
    assert not Cost.objects.exists()
    assert [entry.after is None for entry in TrailEntry.objects.filter(kind="cost").order_by("pk")] == [
        False,
        True,
    ]


def test_the_form_offers_the_arms_and_what_was_written_leaves_with_an_export(world, signed_in, tmp_path):
    evaluation = Evaluation.objects.get(pk=evidence(world)["evaluation"])
    Cost.objects.all().delete()
    assert evaluation.arms[1] in signed_in("evaluator").get(place(world, "new_cost")).content.decode()
    told = {"item": "Meals", "amount": "12.5", "borne_by": "other", "arm": "", "unit": "", "period": "3"}
    signed_in("evaluator").post(place(world, "new_cost"), told)
    write_study(Scope(service=world.service), tmp_path / "study")
    with (tmp_path / "study" / "costs.csv").open() as file:
        [row] = csv.DictReader(file)
    assert (row["item"], row["amount"], row["borne_by"], row["period"]) == ("Meals", "12.50", "other", "3")
    assert row["unit"] == f"i{world.initiative.pk}"
