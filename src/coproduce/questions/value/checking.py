"""What cannot be: hours without output, costs that fell nowhere, two currencies, names of what is not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from coproduce.errors import SHOWN_ROWS, Fault, RecordsError, StudyError, nearest
from coproduce.questions.value.settings import CITIZEN_SHARE, OUTPUT, ValueSettings
from coproduce.records.engine import literal, quoted
from coproduce.records.opening import Records
from coproduce.records.settings import FILE

AT = "questions.value"
LARGEST = 1e15
"""Nobody spends or works more: a larger number is a slip."""


def check(records: Records, settings: ValueSettings) -> None:
    """Refuse records that cannot be, and settings that name what is not there.

    Raises
    ------
    RecordsError
        With every fault of the rows and the settings at once (`StudyError` where all are faults of ``study.toml``).
    """
    faults = [*_of_inputs(records, settings), *_of_costs(records), *_of_currency(records, settings)]
    faults += [*_of_arms(records, settings), *_of_outcome(records, settings)]
    if faults:
        raise (StudyError if all(fault.file == FILE for fault in faults) else RecordsError)(*faults)


def _rows(
    records: Records, table: str, condition: str, *, column: str, rule: str, wanted: str
) -> Iterator[Fault]:
    """A fault with the rows of a table where a condition is true."""
    found = records.engine.rows(f"SELECT count(*) FROM {table} WHERE {condition}")[0][0]  # noqa: S608 (quoted)
    if not found:
        return
    first = records.tables[table].first_row - 1
    rows = records.engine.rows(
        f"SELECT row_number, CAST({quoted(column)} AS VARCHAR) FROM {table} WHERE {condition} "  # noqa: S608 (quoted)
        f"ORDER BY row_number LIMIT {SHOWN_ROWS}"
    )
    yield Fault(
        file=records.tables[table].file,
        place=column,
        rule=rule,
        wanted=wanted,
        count=int(found),
        rows=tuple((int(number) + first, value) for number, value in rows),
    )


def _of_inputs(records: Records, settings: ValueSettings) -> Iterator[Fault]:
    if not records.has("inputs"):
        return
    wanted = "an output above 0 (leave out rows in which nothing was meant to be produced)"
    yield from _rows(records, "inputs", "output = 0", column="output", rule="output", wanted=wanted)
    wanted = "hours of at least one side where something was produced"
    nothing = "professional_hours = 0 AND citizen_hours = 0 AND output > 0"
    yield from _rows(records, "inputs", nothing, column="citizen_hours", rule="hours", wanted=wanted)
    for name in ("professional_hours", "citizen_hours", "output"):
        large = f"{name} > {LARGEST!r}"
        yield from _rows(
            records, "inputs", large, column=name, rule="number", wanted=f"less than {LARGEST:g}"
        )
    known = records.tables["inputs"].free
    for key, names in (("other_inputs", settings.other_inputs), ("efficiency_by", settings.efficiency_by)):
        for name in names:
            if name in known:
                yield from _numbers(records, name, least=key == "other_inputs")
            elif not (key == "efficiency_by" and name == CITIZEN_SHARE):
                near = (*known, CITIZEN_SHARE)
                yield _unknown(key, name, known=near, wanted="a further column of inputs")


def _numbers(records: Records, name: str, *, least: bool) -> Iterator[Fault]:
    number = f"TRY_CAST({quoted(name)} AS DOUBLE)"
    condition = f"{number} IS NULL OR NOT isfinite({number})" + (f" OR {number} < 0" if least else "")
    wanted = "a number of at least 0" if least else "a number"
    yield from _rows(records, "inputs", condition, column=name, rule="number", wanted=wanted)


def _unknown(key: str, found: str, *, known: Iterable[str], wanted: str) -> Fault:
    return Fault(
        file=FILE,
        place=f"{AT}.{key}",
        rule="known",
        found=found,
        wanted=wanted,
        hint=nearest(found, known),
    )


def _of_costs(records: Records) -> Iterator[Fault]:
    if not records.has("costs"):
        return
    yield from _rows(
        records,
        "costs",
        "unit IS NULL AND arm IS NULL",
        column="unit",
        rule="place",
        wanted="a unit or an arm that the amount fell in",
    )
    yield from _rows(
        records,
        "costs",
        f"NOT isfinite(amount) OR abs(amount) > {LARGEST!r}",
        column="amount",
        rule="number",
        wanted=f"an amount under {LARGEST:g}",
    )
    if not records.has("exposure"):
        return
    if "arm" in records.tables["exposure"].columns:
        yield from _strangers(records, "arm")
    yield from _strangers(records, "unit")
    other = "arm IS NOT NULL AND EXISTS (SELECT 1 FROM exposure AS e WHERE e.unit = costs.unit AND e.arm <> costs.arm)"
    yield from _rows(
        records, "costs", other, column="arm", rule="arm", wanted="the arm that the row's unit was in"
    )


def _strangers(records: Records, column: str) -> Iterator[Fault]:
    """Arms and units of costs that no exposure knows, each arm with the name that is nearest."""
    known = [row[0] for row in records.engine.rows(f"SELECT DISTINCT {column} FROM exposure ORDER BY ALL")]  # noqa: S608 (own names)
    names = records.engine.rows(
        f"SELECT DISTINCT c.{column} FROM costs AS c WHERE c.{column} IS NOT NULL AND NOT EXISTS "  # noqa: S608 (own names)
        f"(SELECT 1 FROM exposure AS e WHERE e.{column} = c.{column}) ORDER BY ALL LIMIT 10"
    )
    listed = ", ".join(map(str, known)) if column == "arm" else f"a unit of {records.tables['exposure'].file}"
    for (name,) in names:
        for fault in _rows(
            records,
            "costs",
            f"{column} = {literal(name)}",
            column=column,
            rule="link",
            wanted=f"one of {listed}" if column == "arm" else listed,
        ):
            yield Fault(
                file=fault.file,
                place=fault.place,
                rule=fault.rule,
                wanted=fault.wanted,
                count=fault.count,
                rows=fault.rows,
                hint=nearest(name, [one for one in known if one]),
            )


def _of_currency(records: Records, settings: ValueSettings) -> Iterator[Fault]:
    """One currency for all amounts, and that of the settings."""
    if not records.has("costs") or "currency" not in records.tables["costs"].columns:
        return
    counted = records.engine.rows(
        "SELECT currency, count(*) FROM costs WHERE currency IS NOT NULL GROUP BY ALL ORDER BY 2 DESC, 1"
    )
    if not counted:
        return
    wanted = settings.currency or counted[0][0]
    yield from _rows(
        records,
        "costs",
        f"currency <> {literal(wanted)} OR currency IS NULL",
        column="currency",
        rule="currency",
        wanted=f"one currency for all amounts, {wanted} (convert the others first)",
    )


def _of_arms(records: Records, settings: ValueSettings) -> Iterator[Fault]:
    if settings.control is None or not records.has("exposure"):
        return
    arms = [
        row[0]
        for row in records.engine.rows("SELECT DISTINCT arm FROM exposure WHERE arm IS NOT NULL ORDER BY 1")
    ]
    if settings.control not in arms:
        wanted = "one of the arms of exposure" + (f": {', '.join(arms)}" if arms else ", which has none")
        yield _unknown("control", settings.control, known=arms, wanted=wanted)


def _of_outcome(records: Records, settings: ValueSettings) -> Iterator[Fault]:
    if settings.outcome is None:
        return
    known = measured(records)
    if settings.outcome not in known:
        wanted = "one of " + ", ".join(known) if known else "a measure of `outcomes`, which is not there"
        yield _unknown("outcome", settings.outcome, known=known, wanted=wanted)


def measured(records: Records) -> list[str]:
    """What can be an outcome: the measures of `outcomes`, and the output of `inputs`."""
    found = []
    if records.has("outcomes"):
        found = [row[0] for row in records.engine.rows("SELECT DISTINCT measure FROM outcomes ORDER BY 1")]
    return [*found, *([OUTPUT] if records.has("inputs") and OUTPUT not in found else [])]
