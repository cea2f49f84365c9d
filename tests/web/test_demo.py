"""The demo: a whole half year, made by the actions that people use, and told as simulated."""

from django.core.management import call_command

from coproduce_web.models import (
    Blueprint,
    BudgetRound,
    Concern,
    Contribution,
    Evaluation,
    GoalReview,
    Idea,
    Run,
    Service,
    Wave,
)


def test_the_demo_has_every_room_and_says_that_it_is_simulated(db, client, capsys):
    call_command("demo")
    assert "simulated" in capsys.readouterr().out
    assert Service.objects.get().simulated
    assert Contribution.objects.filter(status="confirmed").count() > 100
    assert {each.counted_at is None for each in BudgetRound.objects.all()} == {True, False}
    assert set(Idea.objects.values_list("conclusion", flat=True)) >= {"", "adopt", "adapt"}
    assert Blueprint.objects.exclude(shown_at=None).count() == 2
    assert {each.is_open for each in Wave.objects.all()} == {True, False}
    assert GoalReview.objects.exists()
    assert set(Concern.objects.values_list("status", flat=True)) == {"open", "answered", "closed"}
    assert Evaluation.objects.get().published_at
    assert set(Run.objects.values_list("state", "refusal")) == {("done", "")}
    found = {
        finding["question"]: finding for finding in Run.objects.get(evaluation=None).findings["findings"]
    }
    assert found.keys() >= {"audit", "classify", "power", "effects", "harms", "motives", "value"}
    assert "better at a price" in found["value"]["answer"]  # visits cost more, and help
    learned = client.get("/neighbourhood-care/learn").content.decode()
    assert "These records are simulated" in learned
    assert "Are people better off with a visit each week?" in learned
