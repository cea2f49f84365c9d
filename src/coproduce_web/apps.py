"""The platform's one app."""

from __future__ import annotations

from django.apps import AppConfig


class Platform(AppConfig):
    """Everything that the platform keeps."""

    name = "coproduce_web"
    label = "platform"
    verbose_name = "Coproduce"
    default_auto_field = "django.db.models.BigAutoField"
