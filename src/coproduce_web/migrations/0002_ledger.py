"""The ledger is only added to: the database refuses to change or delete its rows.

What is added must be whole: both accounts are of the transfer's service, and a reversal mirrors what it reverses.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

LEDGER = ("account", "transfer")
SAID = "the ledger is only added to"

APART = "both accounts of a transfer belong to its service"
UNLIKE = "a reversal moves back what was moved, and is not reversed itself"

OTHER_SERVICE = """
EXISTS (SELECT 1 FROM platform_account WHERE id IN (NEW.out_of_id, NEW.into_id) AND service_id <> NEW.service_id)
"""
NO_MIRROR = """
NEW.reverses_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM platform_transfer AS first
    WHERE first.id = NEW.reverses_id AND first.reverses_id IS NULL AND first.minutes = NEW.minutes
        AND first.out_of_id = NEW.into_id AND first.into_id = NEW.out_of_id
)
"""

SQLITE = [
    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON platform_{table} BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
    for table in LEDGER
    for verb in ("update", "delete")
] + [
    f"CREATE TRIGGER transfer_{name} BEFORE INSERT ON platform_transfer WHEN {wrong} "
    f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
    for name, wrong, said in (("of_one_service", OTHER_SERVICE, APART), ("mirrored", NO_MIRROR, UNLIKE))
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
    f"""
    CREATE FUNCTION platform_whole_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {OTHER_SERVICE} THEN
            RAISE EXCEPTION '{APART}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF {NO_MIRROR} THEN
            RAISE EXCEPTION '{UNLIKE}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER transfer_whole BEFORE INSERT ON platform_transfer "
    "FOR EACH ROW EXECUTE FUNCTION platform_whole_transfer()",
]


def hold(apps: Any, schema_editor: Any) -> None:
    """Write the triggers of the database at hand."""
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRES:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """The triggers."""

    dependencies = (("platform", "0001_initial"),)
    operations = (migrations.RunPython(hold),)
