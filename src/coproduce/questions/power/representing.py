"""Who takes part and whose proposals are accepted, against the population served."""

from __future__ import annotations

from importlib.resources import files

from coproduce.findings import Cell, Table
from coproduce.findings.part import Part
from coproduce.methods.intervals import simultaneous, wilson
from coproduce.records.opening import Records

SQL = files("coproduce.questions.power")
ANY_GROUP = "group_1"
WHO = {"participants": ("participants.sql", "people"), "accepted proposals": ("proposers.sql", "decisions")}


def represented(records: Records, *, level: float) -> Part:
    """The ratio of each group's share among participants (and accepted proposals) to its share of the population.

    Parameters
    ----------
    records
        The study; nothing is said where it has no population.
    level
        The coverage that is promised, for all values of a group column together.
    """
    if not records.has("population"):
        return Part(
            caveats=("Whom those who take part stand for is not known: there is no table `population`.",)
        )
    rows: list[tuple[Cell, ...]] = []
    for group in records.tables["population"].groups:
        served = _counted(records, "population.sql", table="population", group=group)
        for who, (query, source) in WHO.items():
            needed = (source, "contributions") if who == "participants" else (source,)
            if all(map(records.has, needed)) and group in records.tables[source].groups:
                seen = _counted(records, query, table=source, group=group)
                rows += _rows(who, group, seen=seen, served=served, level=level)
    table = Table(
        caption="Who takes part, against the population served: 1 is as many as their share, 0.5 half as many",
        columns=(
            "who",
            "group",
            "value",
            "participants_share",
            "population_share",
            "ratio",
            "low",
            "high",
            "persons",
        ),
        rows=tuple(rows),
        counts={"persons": ("participants_share", "ratio", "low", "high")},
        adds_up=("who", "group"),
    )
    return Part(tables={"representation": table} if rows else {})


def _counted(records: Records, query: str, *, table: str, group: str) -> dict[str, float]:
    place = records.tables[table].groups.index(group) + 1
    script = (SQL / query).read_text(encoding="utf-8").replace(ANY_GROUP, f"group_{place}")
    return {value: float(persons) for value, persons in records.engine.rows(script) if value is not None}


def _rows(
    who: str, group: str, *, seen: dict[str, float], served: dict[str, float], level: float
) -> list[tuple[Cell, ...]]:
    """One row a value that the population has; people of other values are left to the checks of the records."""
    people, everyone = sum(seen.get(value, 0) for value in served), sum(served.values())
    if not people or not everyone:
        return []
    held = simultaneous(level, comparisons=len(served))
    rows: list[tuple[Cell, ...]] = []
    for value, persons in served.items():
        part = persons / everyone
        found = wilson(int(seen.get(value, 0)), int(people), level=held)
        ratio = [limit / part if part else None for limit in (found.value, found.low, found.high)]
        rows.append((who, group, value, found.value, part, *ratio, int(seen.get(value, 0))))
    return rows
