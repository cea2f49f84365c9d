"""The tests' settings, but tasks wait in the database for a worker."""

from tests.web.settings import *  # noqa: F403

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
