"""What leaves: a study folder that the engine answers to the numbers of the database, and open data."""

import csv
import io
import json
import tracemalloc
from datetime import timedelta

import pytest
from django.db.models import Count, Q, Sum
from django.utils import timezone
from tests.web.records_of import fill

import coproduce as cp
from coproduce.runner import check
from coproduce_web.actions import needs, surveys
from coproduce_web.actions.claims import Given, claim, respond
from coproduce_web.export import Scope, write_open_data, write_study
from coproduce_web.export.folder import WRITTEN, write_package
from coproduce_web.export.open_data import open_table
from coproduce_web.models import (
    Actor,
    Answer,
    Concern,
    Contribution,
    Decision,
    Demographics,
    PopulationCell,
    Respondent,
    TrailEntry,
    Wave,
)
from coproduce_web.models import Person as PersonModel
from coproduce_web.questionnaires import form_of


def rows(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def filled(world):
    fill(world)
    return world


@pytest.fixture
def folder(filled, tmp_path):
    """The study folder of the service, for the engine."""
    write_study(Scope(service=filled.service, leaves=False), tmp_path / "study")
    return tmp_path / "study"


def power_is_that_of_the_database(found):
    answered = Decision.objects.exclude(result="")
    for side, name in ((Q(proposed_by="citizen"), "citizen"), (~Q(proposed_by="citizen"), "organisation")):
        accepted = answered.filter(side, result__in=["accepted", "amended"]).count()
        assert found.estimate(f"acceptance_{name}").value == accepted / answered.filter(side).count()
    done = list(Decision.objects.filter(done_at__isnull=False).prefetch_related("judgements"))
    contested = 0
    for one in done:
        said = [judgement.says for judgement in one.judgements.all()]
        contested += 2 * said.count("done") <= len(said)
    assert found.estimate("mismatch").value == contested / len(done)


def classify_is_that_of_the_database(finding, folder):
    given = Contribution.objects.filter(side="citizen")
    assert len(rows(folder, "contributions")) == Contribution.objects.count()
    numbers = {one.n for one in finding.estimates if one.n}
    assert numbers & {given.count(), given.filter(status="confirmed").count()}


def test_the_engine_answers_the_counts_of_the_database(filled, folder, tmp_path):
    """And a folder that leaves, with other pseudonyms, is answered the same."""
    assert check(cp.read_study(folder)) == ()
    own = cp.run(cp.read_study(folder), only=["classify", "power", "harms"])
    power_is_that_of_the_database(own.finding("power"))
    classify_is_that_of_the_database(own.finding("classify"), folder)
    told = rows(folder, "concerns")
    assert len(told) == Concern.objects.exclude(evil="").count()
    assert own.finding("harms").tables["evils"].rows
    write_study(Scope(service=filled.service), tmp_path / "leaves")
    study = cp.read_study(tmp_path / "leaves")
    assert check(study) == ()
    theirs = cp.run(study, only=["classify", "power"])
    for name in ("classify", "power"):
        mine = {(e.name, e.group): e.value for e in own.finding(name).estimates}
        for e in theirs.finding(name).estimates:
            assert mine[e.name, e.group] == pytest.approx(e.value, abs=1e-9)


def test_the_trail_is_an_event_log(world, tmp_path):
    """The audit's steps and the citizens' share are those of the acts in the trail."""
    for number in range(12):
        need = needs.raise_need(by=world.by("citizen"), initiative=world.initiative, title=f"Help {number}")
        needs.report_done(by=world.by("professional"), need=need)
        if number % 2:
            needs.judge_need(by=world.by("citizen"), need=need, says="done")
    (made,) = claim(
        by=world.by("citizen"),
        activity=world.activity,
        given_on=timezone.localdate(),
        given=[Given(actor=world.people["citizen"].actor, minutes=30)],
    ).contributions.all()
    respond(by=world.by("coordinator"), contribution=made, answer="confirm")
    write_study(Scope(service=world.service, leaves=False), tmp_path / "study")
    steps = [row for row in rows(tmp_path / "study", "events") if row["case_id"].startswith("need ")]
    acts = TrailEntry.objects.filter(case__startswith="need ")
    assert len(steps) == acts.values("act").distinct().count() == 12 + 12 + 6
    found = cp.run(cp.read_study(tmp_path / "study"), only=["audit"]).finding("audit")
    every = rows(tmp_path / "study", "events")
    assert found.estimate("citizen_event_share").value == pytest.approx(
        sum(row["side"] == "citizen" for row in every) / len(every), abs=1e-12
    )
    contributions = [row["activity"] for row in every if row["case_id"] == f"contribution {made.pk}"]
    assert contributions == ["Record time given", "Answer a record of time"]
    assert not [row for row in every if row["case_id"].startswith(("thread ", "claim "))]


def test_the_data_package_is_a_study_too(filled, tmp_path):
    write_package(Scope(service=filled.service), tmp_path / "package")
    package = json.loads((tmp_path / "package" / "datapackage.json").read_text())
    assert {one["name"] for one in package["resources"]} >= {"contributions", "people", "decisions"}
    assert cp.read_study(tmp_path / "package").has("contributions")


def text_of(folder):
    return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.iterdir()))


def test_no_name_no_address_no_pseudonym_and_no_word_told_in_trust_leaves(filled, tmp_path):
    scope = Scope(service=filled.service)
    write_study(scope, tmp_path / "one")
    write_study(Scope(service=filled.service), tmp_path / "two")
    first, second = text_of(tmp_path / "one"), text_of(tmp_path / "two")
    for person in PersonModel.objects.select_related("actor"):
        assert person.name not in first
        assert (person.email or "@@") not in first
    for actor in Actor.objects.all():
        assert actor.pseudonym not in first
    assert "what I was told" not in first
    drawn = [{row["actor"] for row in rows(tmp_path / name, "people")} for name in ("one", "two")]
    assert not drawn[0] & drawn[1]
    assert first != second


def test_what_few_told_of_themselves_does_not_leave(filled, tmp_path):
    rare = Actor.objects.filter(demographics__isnull=False)[:3]
    Demographics.objects.filter(actor__in=rare).update(values={"district": "island"})
    write_study(Scope(service=filled.service), tmp_path / "leaves")
    write_study(Scope(service=filled.service, leaves=False), tmp_path / "own")
    assert {row["district"] for row in rows(tmp_path / "leaves", "people")} == {"north", "south", ""}
    assert "island" in {row["district"] for row in rows(tmp_path / "own", "people")}


def test_whose_people_do_not_leave_are_not_counted_among_the_people_served(filled, tmp_path):
    """A group that is served and of which nobody is left would look as if none of it took part."""
    rare = Actor.objects.filter(demographics__isnull=False)[:3]
    Demographics.objects.filter(actor__in=rare).update(values={"district": "island"})
    for district in ("island", "north"):
        PopulationCell.objects.create(service=filled.service, values={"district": district}, persons=500)
    served = {}
    for leaves in (True, False):
        folder = tmp_path / str(leaves)
        write_study(Scope(service=filled.service, leaves=leaves), folder)
        assert check(cp.read_study(folder)) == ()
        served[leaves] = {row["district"] for row in rows(folder, "population")}
    assert served[True] == {""}
    assert served[False] >= {"island", "north"}


def test_words_that_a_spreadsheet_would_run_are_guarded_where_they_leave(filled, tmp_path):
    write_study(Scope(service=filled.service), tmp_path / "leaves")
    assert {row["topic"][:2] for row in rows(tmp_path / "leaves", "decisions")} == {"'@"}
    assert {row["item"] for row in rows(tmp_path / "leaves", "costs")} == {"'=rent()"}
    write_study(Scope(service=filled.service, leaves=False), tmp_path / "own")
    assert {row["topic"][0] for row in rows(tmp_path / "own", "decisions")} == {"@"}


def test_open_data_holds_no_small_number_and_nothing_to_work_it_out_from(filled, tmp_path):
    small = Concern.objects.values("evil").annotate(n=Count("pk")).filter(n__lt=5)
    assert small.exists()
    write_open_data(Scope(service=filled.service), tmp_path / "open")
    for path in (tmp_path / "open").iterdir():
        for row in csv.DictReader(io.StringIO(path.read_text())):
            for column in ("persons", "concerns"):
                if row.get(column):
                    assert int(row[column]) == 0 or int(row[column]) >= 5
    concerns = list(
        csv.DictReader(io.StringIO("".join(open_table(Scope(service=filled.service), "concerns"))))
    )
    hidden = [row for row in concerns if row["concerns"] == ""]
    assert len(hidden) != 1


def test_open_sums_are_those_of_the_database(filled):
    lines = list(
        csv.DictReader(io.StringIO("".join(open_table(Scope(service=filled.service), "contributions"))))
    )
    for row in lines:
        if row["persons"]:
            year, month = map(int, row["month"].split("-"))
            own = Contribution.objects.filter(
                status="confirmed", side=row["side"], given_on__year=year, given_on__month=month
            )
            assert int(row["contributions"]) == own.count()
            assert float(row["hours"]) == pytest.approx(own.aggregate(m=Sum("minutes"))["m"] / 60, abs=0.005)
            assert int(row["persons"]) == own.values("actor").distinct().count()
    assert any(row["persons"] for row in lines)


def anew(row):
    """A copy of a row, not written yet."""
    fields = row._meta.concrete_fields
    return type(row)(**{f.attname: getattr(row, f.attname) for f in fields if not f.primary_key})


def test_every_column_that_is_written_is_one_of_the_tables():
    from coproduce.records.schema import TABLES

    for name, table in WRITTEN.items():
        unknown = set(table.columns) - set(TABLES[name].names)
        assert not unknown or TABLES[name].free, f"{name}: {unknown}"


def test_answers_to_the_ready_questionnaire_are_scored(filled, tmp_path):
    """Every question that was asked stands in the folder, and the question of motives is answered from it."""
    instrument = surveys.add_ready(by=filled.by("evaluator"), service=filled.service, about="motives")
    wave = Wave.objects.create(
        instrument=instrument,
        initiative=filled.initiative,
        title="First",
        closes_at=timezone.now() + timedelta(days=9),
    )
    chosen = [one for one in form_of(instrument).questions if one.kind == "select_one"]
    for number in range(24):
        respondent = Respondent.objects.create(
            wave=wave,
            code=str(number),
            hashed=str(number),
            answered_at=timezone.now(),
            groups={"district": ["north", "south"][number % 2]},
        )
        for place, one in enumerate(chosen):
            names = one.names()
            value = "citizen" if "citizen" in names else names[(number + place) % len(names)]
            Answer.objects.create(respondent=respondent, item=one.name, value=value)
    write_study(Scope(service=filled.service), tmp_path / "study")
    assert len(rows(tmp_path / "study", "responses")) == Answer.objects.count()
    study = cp.read_study(tmp_path / "study")
    assert check(study) == ()
    assert cp.run(study, only=["motives"]).finding("motives").estimates


def test_an_initiative_alone(filled, tmp_path):
    from coproduce_web.actions import services

    other = services.start_initiative(
        by=filled.by("coordinator"), service=filled.service, title="Other", started_on="2026-01-01"
    )
    write_study(Scope(service=filled.service, initiative=other, leaves=False), tmp_path / "study")
    assert [row["initiative"] for row in rows(tmp_path / "study", "initiatives")] == [f"i{other.pk}"]
    assert not (tmp_path / "study" / "contributions.csv").exists()


def test_rows_are_streamed(filled, tmp_path):
    """Four times as many contributions need about as much memory."""

    def peak(name):
        tracemalloc.start()
        write_study(Scope(service=filled.service), tmp_path / name)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    copies = [anew(Contribution.objects.first()) for _ in range(2000)]
    Contribution.objects.bulk_create(copies)
    few = peak("few")
    for _ in range(3):
        Contribution.objects.bulk_create([anew(one) for one in copies])
    assert peak("many") < 2 * few
