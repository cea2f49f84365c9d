"""Addresses of a database and of a mail server, as one line of the environment says them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from coproduce.errors import EngineError

SQLITE_NAME = "coproduce.sqlite3"


def database(url: str | None, *, folder: Path) -> dict[str, Any]:
    """Django's settings of the database at `url`, or of a SQLite file in `folder` where there is none.

    Raises
    ------
    EngineError
        If the address is of another kind of database.

    Examples
    --------
    >>> database("postgres://ann:s%40fe@db.example:5433/care", folder=Path("."))["PASSWORD"]
    's@fe'
    >>> database(None, folder=Path("here"))["NAME"].as_posix()
    'here/coproduce.sqlite3'
    """
    if url is None:
        return _sqlite(folder / SQLITE_NAME)
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise EngineError(
            f"DATABASE_URL: found {parts.scheme}://, wanted postgres://user:password@host:5432/name or "
            "sqlite:///path/to/file"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {key: values[-1] for key, values in parse_qs(parts.query).items()},
    }


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "timeout": 20,
            # A write takes the lock at its start: two at once wait for each other instead of failing midway.
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def mail(url: str | None) -> dict[str, Any]:
    """Django's settings of the mail server at `url`; without one, letters are printed on the terminal.

    Raises
    ------
    EngineError
        If the address is not one of a mail server.

    Examples
    --------
    >>> mail("smtp://ann:pw@mail.example:587")["EMAIL_PORT"]
    587
    """
    backend = "django.core.mail.backends"
    if url is None:
        return {"EMAIL_BACKEND": f"{backend}.console.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"}:
        raise EngineError(f"EMAIL_URL: found {parts.scheme}://, wanted smtp://user:password@host:587")
    return {
        "EMAIL_BACKEND": f"{backend}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "",
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and bool(parts.username),
    }
