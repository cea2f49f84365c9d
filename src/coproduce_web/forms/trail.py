"""The form by which the trail is searched."""

from __future__ import annotations

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from coproduce_web.forms.renderer import Day
from coproduce_web.models import TrailEntry
from coproduce_web.permissions import Permission

_ACTIONS = sorted((permission.value, permission.value.replace("_", " ")) for permission in Permission)


class TrailForm(forms.Form):
    """What one looks for in the trail."""

    action = forms.ChoiceField(label=_("What was done"), choices=[("", _("all")), *_ACTIONS], required=False)
    who = forms.CharField(label=_("Pseudonym"), max_length=60, required=False)
    thing = forms.CharField(
        label=_("Thing"), help_text=_("Such as need, or need 12."), max_length=60, required=False
    )
    since = forms.DateField(label=_("From"), widget=Day(), required=False)
    until = forms.DateField(label=_("To, and including"), widget=Day(), required=False)

    def narrow(self, entries: QuerySet[TrailEntry]) -> QuerySet[TrailEntry]:
        """The entries that fit."""
        said = self.cleaned_data
        if said["action"]:
            entries = entries.filter(action=said["action"])
        if said["who"]:
            who = said["who"].strip()
            entries = entries.filter(Q(pseudonym=who) | Q(typed_by=who))
        if said["thing"]:
            kind, _space, key = said["thing"].strip().lower().rpartition(" ")
            whole = Q(case=said["thing"].strip()) | (
                Q(kind=kind, key=int(key)) if kind and key.isascii() and key.isdigit() else Q(kind=key)
            )
            entries = entries.filter(whole)
        if said["since"]:
            entries = entries.filter(at__date__gte=said["since"])
        if said["until"]:
            entries = entries.filter(at__date__lte=said["until"])
        return entries
