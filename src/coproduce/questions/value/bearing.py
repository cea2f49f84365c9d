"""Who bears what: amounts and hours, by arm and by who bore them, never netted."""

from __future__ import annotations

from coproduce.findings import Table
from coproduce.findings.part import Part
from coproduce.questions.value.gathering import BEARERS, HOURS, Array, Compared
from coproduce.questions.value.section import Section
from coproduce.questions.value.settings import ValueSettings
from coproduce.records.opening import Records

Row = tuple[str | None, str, float, int | None, float | None]


def borne(compared: Compared, settings: ValueSettings) -> Part:
    """The costs of each arm by who bore them, and the hours of both sides.

    Parameters
    ----------
    compared
        One row a unit.
    settings
        The settings of the question.
    """
    rows: list[Row] = []
    hours: list[Row] = []
    for place, arm in enumerate(compared.arms):
        among = compared.arm == place
        number = int(among.sum())
        rows += [_row(arm, who, compared.values[f"cost_{who}"][among], number) for who in BEARERS]
        if compared.has_hours:
            hours += [
                _row(arm, name.removesuffix("_hours"), compared.values[name][among], number) for name in HOURS
            ]
            if settings.hour_value is not None:
                time = settings.hour_value * compared.values[HOURS[0]][among]
                rows.append(_row(arm, "citizen_time", time, number))
    tables = {"costs": _costs(rows)}
    if hours:
        tables["hours"] = _table(
            "Hours of both sides, by arm", ("arm", "side", "hours", "units", "per_unit"), hours
        )
    return Part(tables=tables)


def _row(arm: str, who: str, values: Array, number: int) -> Row:
    total = float(values.sum())
    return arm, who, total, number, total / number if number else None


def _costs(rows: list[Row]) -> Table:
    caption = (
        "What it cost, by arm and by who bore it (citizen_time: citizens' hours at the value of an hour)"
    )
    return _table(caption, ("arm", "borne_by", "amount", "units", "per_unit"), rows)


def _table(caption: str, columns: tuple[str, ...], rows: list[Row]) -> Table:
    return Table(
        caption=caption, columns=columns, rows=tuple(rows), counts={"units": (columns[2], "per_unit")}
    )


BEARER_WORDS = {"organisation": "the organisation", "citizen": "citizens", "other": "others"}


def all_borne(records: Records, settings: ValueSettings) -> Section:
    """All costs by who bore them, where they cannot be set against outcomes."""
    query = "SELECT borne_by, sum(amount ORDER BY amount) FROM costs GROUP BY ALL ORDER BY ALL"
    amounts = dict(records.engine.rows(query))
    if not amounts:
        return Section(name="Worth")
    there = [bearer for bearer in BEARERS if bearer in amounts]
    rows: list[Row] = [(None, bearer, float(amounts[bearer]), None, None) for bearer in there]
    money = f" {settings.currency}" if settings.currency else ""
    told = ", ".join(f"{BEARER_WORDS[bearer]} {amounts[bearer]:,.2f}{money}" for bearer in there)
    return Section(
        name="Worth",
        part=Part(tables={"costs": _costs(rows)}),
        sentences=(
            f"Of what it cost, this was borne by each: {told}. What came of it is not set against it.",
        ),
        doubts=("costs without what came of them say nothing of worth",),
    )
