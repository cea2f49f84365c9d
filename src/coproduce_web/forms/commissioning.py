"""Forms of proposals, priorities and budget rounds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from coproduce_web.forms.renderer import Moment
from coproduce_web.forms.uploads import MEGABYTE, Upload
from coproduce_web.models import BudgetProject, BudgetRound, Proposal


class ProposalForm(forms.ModelForm[Proposal]):
    """A proposal."""

    class Meta:
        model = Proposal
        fields = ("kind", "title", "text")
        widgets = {"kind": forms.RadioSelect, "text": forms.Textarea(attrs={"rows": 5})}


class PriorityForm(forms.Form):
    """How much a proposal matters."""

    weight = forms.TypedChoiceField(
        label=_("How much does it matter to you?"),
        coerce=int,
        choices=(
            (5, _("most of all")),
            (4, _("a lot")),
            (3, _("somewhat")),
            (2, _("a little")),
            (1, _("hardly")),
        ),
        widget=forms.RadioSelect,
    )


class RoundForm(forms.ModelForm[BudgetRound]):
    """A budget round."""

    class Meta:
        model = BudgetRound
        fields = (
            "title",
            "budget",
            "ballots",
            "most",
            "rule",
            "completion",
            "binding",
            "binds",
            "opens_at",
            "closes_at",
        )
        widgets = {
            "ballots": forms.RadioSelect,
            "rule": forms.RadioSelect,
            "completion": forms.RadioSelect,
            "opens_at": Moment(),
            "closes_at": Moment(),
            "binds": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts = {
            "rule": _(
                "Equal shares gives every voter the same part of the budget, so that many small groups get something; "
                "most votes first can leave large groups with nothing."
            ),
            "binding": _("Untick it where the organisation decides after the vote."),
            "binds": _("Voters read this before they vote. It cannot be changed once voting has opened."),
            "completion": _("Only for equal shares."),
        }

    def clean(self) -> dict[str, Any]:
        """Points need a number to share out; voting closes after it opens."""
        cleaned = super().clean() or {}
        if cleaned.get("ballots") == BudgetRound.Ballots.POINTS and not cleaned.get("most"):
            self.add_error("most", _("Say how many points each voter shares out."))
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("Voting must close after it opens."))
        return cleaned


class BallotProjectForm(forms.ModelForm[BudgetProject]):
    """A proposal with its cost, or why it is left out."""

    proposal = forms.ModelChoiceField(label=_("Proposal"), queryset=Proposal.objects.none())

    class Meta:
        model = BudgetProject
        fields = ("proposal", "cost", "left_out")
        help_texts = {"left_out": _("Leave it empty for a proposal that can be voted on.")}

    def __init__(self, *args: Any, budget_round: BudgetRound, **more: Any) -> None:
        super().__init__(*args, **more)
        self.budget_round = budget_round
        self.fields["proposal"].queryset = Proposal.objects.filter(  # type: ignore[attr-defined]  # of its own kind
            initiative=budget_round.initiative, kind=Proposal.Kind.PROJECT, withdrawn_at=None
        ).order_by("pk")


class BallotForm(forms.Form):
    """A ballot: ticks, or points for each project."""

    def __init__(self, *args: Any, budget_round: BudgetRound, **more: Any) -> None:
        super().__init__(*args, **more)
        self.budget_round = budget_round
        projects = list(budget_round.projects.filter(left_out="").select_related("proposal").order_by("pk"))
        if budget_round.ballots == BudgetRound.Ballots.APPROVAL:
            self.fields["ticked"] = forms.TypedMultipleChoiceField(
                label=_("What would you fund?"),
                coerce=int,
                required=False,
                choices=[(each.pk, each.proposal.title) for each in projects],
                widget=forms.CheckboxSelectMultiple,
            )
        else:
            for each in projects:
                self.fields[f"points_{each.pk}"] = forms.IntegerField(
                    label=each.proposal.title,
                    required=False,
                    min_value=0,
                    max_value=budget_round.most or None,
                )

    def clean(self) -> dict[str, Any]:
        """No more than the round allows."""
        cleaned = super().clean() or {}
        given = self.points()
        used = sum(given.values())
        if self.budget_round.most and used > self.budget_round.most:
            raise ValidationError(
                _("At most %(most)s; you used %(used)s."),
                params={"most": self.budget_round.most, "used": used},
            )
        return cleaned

    def points(self) -> dict[int, int]:
        """Points by the keys of the projects; a tick is one."""
        told = self.cleaned_data
        if "ticked" in self.fields:
            return dict.fromkeys(told.get("ticked", ()), 1)
        return {int(name.removeprefix("points_")): value for name, value in told.items() if value}


class PabulibForm(forms.Form):
    """A vote that was held elsewhere, as a file."""

    file = Upload(
        label=_("Pabulib file (.pb)"),
        help_text=_("Its projects become proposals here; its ballots are counted anew."),
        endings=(".pb",),
        most_bytes=20 * MEGABYTE,
    )

    def clean_file(self) -> bytes:
        """The file's bytes."""
        content: bytes = self.cleaned_data["file"].read()
        return content
