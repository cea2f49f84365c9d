"""Rows written by the database itself: `INSERT ... SELECT` of a model's columns, numbered from 1 on.

Chance is a hash of the number, so that the same size is the same platform.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.core.management.color import no_style  # noqa: E402
from django.db import connection, models  # noqa: E402

DAYS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many there are of each."""

    contributions: int
    users: int

    @property
    def services(self) -> int:
        return max(1, self.contributions // 50_000)

    @property
    def initiatives(self) -> int:
        return max(1, self.contributions // 5_000)

    @property
    def citizens(self) -> int:
        """Of a service."""
        return max(2 * self.users, self.contributions // 50 // self.services)

    @property
    def professionals(self) -> int:
        """Of a service."""
        return max(12, self.citizens // 20)


def chance(seed: int, number: str = "i") -> str:
    """A number from 0 to 1 that hangs on another."""
    return f"((hashint8extended({number}, {seed}) & 2147483647) / 2147483648.0)"


def some(most: int | str, *, seed: int, number: str = "i", power: int = 1) -> str:
    """A whole number from 0 to one below `most`; with a power above 1 the first are the likelier."""
    return f"floor({most} * power({chance(seed, number)}, {power}))::bigint"


def ago(seed: int, number: str = "i", days: int = DAYS) -> str:
    """A moment of the last days."""
    return f"(now() - interval '1 day' * (2 + {days} * {chance(seed, number)}))"


def written(row: models.Model, source: int | str, **columns: str) -> None:
    """Write rows like `row` but for these columns, SQL over what the source gives (a number `i` from 1 on)."""
    origin = f"generate_series(1, {source}) AS numbers(i)" if isinstance(source, int) else source
    names, values, constants = [], [], []
    for field in row._meta.concrete_fields:
        if field.primary_key and field.name not in columns:
            continue
        names.append(connection.ops.quote_name(field.column))
        values.append(columns[field.name].replace("%", "%%") if field.name in columns else "%s")
        if field.name not in columns:
            constants.append(field.get_db_prep_save(field.value_from_object(row), connection))
    unknown = columns.keys() - {field.name for field in row._meta.concrete_fields}
    if unknown:
        raise SystemExit(f"{type(row).__name__} has no {', '.join(sorted(unknown))}")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {row._meta.db_table} ({', '.join(names)}) "  # noqa: S608  # names of our own models
            f"SELECT {', '.join(values)} FROM {origin.replace('%', '%%')}",
            constants,
        )


@contextmanager
def without_indexes() -> Iterator[None]:
    """Drop the indexes that hold nothing, and make them anew at the end: far quicker than keeping them up."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'platform\\_%' AND NOT EXISTS "
            "(SELECT FROM pg_constraint WHERE conindid = indexname::regclass)"
        )
        indexes = cursor.fetchall()
        cursor.execute("SET session_replication_role = replica")  # no foreign key or trigger is looked at
        for name, _made in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _name, made in indexes:
            cursor.execute(made)
        cursor.execute("SET session_replication_role = origin")
        for statement in connection.ops.sequence_reset_sql(no_style(), list(apps.get_models())):
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE")
