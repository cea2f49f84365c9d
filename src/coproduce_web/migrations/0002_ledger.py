"""The ledger is only added to: the database refuses to change or delete its rows."""

from __future__ import annotations

from typing import Any

from django.db import migrations

LEDGER = ("account", "transfer")
SAID = "the ledger is only added to"

SQLITE = [
    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON platform_{table} BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
    for table in LEDGER
    for verb in ("update", "delete")
]

POSTGRES = [
    f"""
    CREATE FUNCTION platform_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{SAID}' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    *[
        f"CREATE TRIGGER {table}_only_added_to BEFORE UPDATE OR DELETE ON platform_{table} "
        "FOR EACH ROW EXECUTE FUNCTION platform_only_added_to()"
        for table in LEDGER
    ],
]


def hold(apps: Any, schema_editor: Any) -> None:
    """Write the triggers of the database at hand."""
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRES:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """The triggers."""

    dependencies = (("platform", "0001_initial"),)
    operations = (migrations.RunPython(hold),)
