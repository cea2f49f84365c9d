"""The sheet `choices` of a form: its lists, in their order."""

from __future__ import annotations

import math
from collections.abc import Mapping

from coproduce.records.forms import Choice
from coproduce.records.readers.form_table import FormRow, FormTable

CHOICES = ("list_name", "name", "label", "counts_as")


def read_choices(table: FormTable) -> Mapping[str, tuple[Choice, ...]]:
    """The choices of each list, in the order of the sheet.

    Parameters
    ----------
    table
        The sheet.

    Returns
    -------
    Mapping
        Name of the list -> its choices; what is wrong in a row is a fault of the table, and the row is read on.
    """
    lists: dict[str, dict[str, Choice]] = {}
    if not table.needs("list_name", "name", "label"):
        return {}
    for row in table.rows():
        own = lists.setdefault(row.get("list_name"), {})
        if not _is_whole(row, own):
            continue
        name = row.get("name")
        own[name] = Choice(name=name, labels=row.said("label"), counts_as=_counted(row))
    return {name: tuple(choices.values()) for name, choices in lists.items()}


def _is_whole(row: FormRow, before: Mapping[str, Choice]) -> bool:
    """Whether a row can be kept; a fault for each thing that is wrong."""
    name = row.get("name")
    if not row.get("list_name"):
        row.refuse("list_name", rule="required", wanted="the name of a list")
    if not name or len(name.split()) > 1:
        row.refuse("name", rule="name", wanted="a name without a space")
    elif name in before:
        row.refuse("name", rule="twice", wanted="each name once in a list")
    if not row.said("label"):
        row.refuse("label", rule="required", wanted="what is shown")
    return bool(row.get("list_name") and name) and name not in before


def _counted(row: FormRow) -> float | None:
    """The number that a choice counts as."""
    text = row.get("counts_as")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        row.refuse("counts_as", rule="number", wanted="a number with a decimal point, or nothing")
        return None
    return value
