"""What people are asked of themselves, what they answer, and how many of the people served are alike."""

from __future__ import annotations

from typing import Any

from coproduce_web.actions.acting import By, acting
from coproduce_web.models import Demographics, PopulationCell, Service
from coproduce_web.permissions import Permission


def ask(*, by: By, service: Service, questions: list[dict[str, Any]]) -> Service:
    """Set what the service asks people of themselves: column, label and choices of each question.

    Answers that fit no question of any service any more are erased.
    """
    with acting(by, Permission.RUN_SERVICE, service=service) as trail:
        changed = trail.change(service, asked=questions)
        fitting: dict[str, set[str]] = {}
        for asked in Service.objects.values_list("asked", flat=True):
            for question in asked:
                fitting.setdefault(question["column"], set()).update(question["choices"])
        for told in Demographics.objects.all():
            values = {name: value for name, value in told.values.items() if value in fitting.get(name, ())}
            if values != told.values:
                trail.change(told, values=values)
        return changed


def tell(*, by: By, service: Service, values: dict[str, str]) -> Demographics:
    """Tell of oneself what the service asks, or take it back; answers to other services' questions stay."""
    with acting(by, Permission.TELL, service=service) as trail:
        asked = {question["column"] for question in service.asked}
        mine = Demographics.objects.select_for_update().filter(actor=by.known).first()
        others = {name: value for name, value in (mine.values if mine else {}).items() if name not in asked}
        told = others | {name: value for name, value in values.items() if value and name in asked}
        if mine is None:
            return trail.add(Demographics(actor=by.known, values=told))
        return trail.change(mine, values=told)


def tell_population(
    *, by: By, service: Service, cells: list[tuple[dict[str, str], int]]
) -> list[PopulationCell]:
    """Say how many of the people served are alike, in place of what was said before."""
    with acting(by, Permission.RUN_SERVICE, service=service) as trail:
        for cell in PopulationCell.objects.filter(service=service):
            trail.remove(cell)
        rows = [PopulationCell(service=service, values=values, persons=persons) for values, persons in cells]
        return trail.add_all(rows)


def add_cell(*, by: By, service: Service, values: dict[str, str], persons: int) -> PopulationCell:
    """Say of one group how many there are; said before, it is said anew."""
    with acting(by, Permission.RUN_SERVICE, service=service) as trail:
        for cell in PopulationCell.objects.select_for_update().filter(service=service):
            if cell.values == values:
                return trail.change(cell, persons=persons)
        return trail.add(PopulationCell(service=service, values=values, persons=persons))


def remove_cell(*, by: By, cell: PopulationCell) -> None:
    """Take back how many there are of one group."""
    with acting(by, Permission.RUN_SERVICE, service=cell.service) as trail:
        trail.remove(cell)
