"""Django's commands for the platform: ``python -m coproduce_web serve``, ``… check --deploy``, ``… migrate``."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run a command of the platform."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coproduce_web.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["python -m coproduce_web", *sys.argv[1:]])


if __name__ == "__main__":
    main()
