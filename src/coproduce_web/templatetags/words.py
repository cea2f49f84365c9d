"""Template tags: the service's own words, facts about times, and queries kept in links."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.forms import Form
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coproduce_web.disclosure import single
from coproduce_web.forms.renderer import GovukField
from coproduce_web.models import Service
from coproduce_web.terms import TERMS

register = template.Library()


@register.simple_tag(takes_context=True)
def term(context: template.Context, word: str) -> str:
    """The service's own word for a word of the field."""
    service = context.get("service")
    renamed = service.terms if service is not None else {}
    return str(renamed.get(word) or _(TERMS[word]))


@register.filter
def hours(minutes: int | None) -> str:
    """Minutes as people say them.

    Examples
    --------
    >>> hours(95)
    '1 h 35 min'
    """
    if minutes is None:
        return "–"
    whole, rest = divmod(abs(int(minutes)), 60)
    said = " ".join(
        part for part in (f"{whole} h" if whole else "", f"{rest} min" if rest or not whole else "") if part
    )
    return f"−{said}" if minutes < 0 else said


@register.filter
def counted(count: int | None, service: Service) -> str:
    """A count of people as the gate lets it through: ``{{ number|counted:service }}``; None is one that it hid."""
    if count is None:
        return _("hidden")
    if single(count, small_numbers=service.small_numbers) is None:
        return _("fewer than %(number)s") % {"number": service.small_numbers}
    return number_format(count, force_grouping=True)


@register.filter
def amount(value: int) -> str:
    """A whole amount with its thousands apart, as the visitor's language does it."""
    return str(number_format(value, use_l10n=True, force_grouping=True))


@register.filter
def named(called: Mapping[int, str], key: int) -> str:
    """What stands for a key; nothing where it has none."""
    return called.get(key, "")


@register.simple_tag
def faults_title(form: Form) -> str:
    """What stands above the list of a form's faults."""
    number = sum(len(faults) for faults in form.errors.values())
    return ngettext("There is a problem", "There are problems", number)


_CLASSES = {
    "select": "govuk-select",
    "textarea": "govuk-textarea",
    "file": "govuk-file-upload",
    "input": "govuk-input",
    "hidden": "",
}


@register.simple_tag
def drawn(field: GovukField) -> SafeString:
    """A field's own control, with its class and what it is described by."""
    described = [
        f"{field.auto_id}_{part}"
        for part, there in (("hint", field.help_text), ("fault", field.errors))
        if there
    ]
    fault = f" {_CLASSES[field.kind]}--error" if field.errors else ""
    attributes: dict[str, str | bool] = {"class": _CLASSES[field.kind] + fault}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attributes)
