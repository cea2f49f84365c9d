"""The platform's settings for its tests: a trial, quick passwords, letters kept in memory, tasks done at once."""

import os

os.environ.setdefault("COPRODUCE_TRIAL", "1")
os.environ.setdefault("COPRODUCE_SECRET_KEY", "for tests only, and known to everybody")

from coproduce_web.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
