"""Patterns that a person writes (`*` any letters, `?` any letter) as SQL."""

from __future__ import annotations

from collections.abc import Iterable

from coproduce.records.engine import literal


def matches(text: str, patterns: Iterable[str]) -> str:
    r"""SQL that is true where a text is like one of the patterns.

    Parameters
    ----------
    text
        SQL for the text.
    patterns
        Exact texts, or texts with ``*`` and ``?``.

    Examples
    --------
    >>> print(matches("activity", ["Payment", "Send 10%*"]))
    (activity = 'Payment' OR activity LIKE 'Send 10\%%' ESCAPE '\')
    >>> matches("activity", [])
    '(FALSE)'
    """
    return "(" + (" OR ".join(_matches(text, pattern) for pattern in patterns) or "FALSE") + ")"


def _matches(text: str, pattern: str) -> str:
    if not set(pattern) & set("*?"):
        return f"{text} = {literal(pattern)}"
    escaped = "".join(f"\\{letter}" if letter in "%_\\" else letter for letter in pattern)
    return f"{text} LIKE {literal(escaped.replace('*', '%').replace('?', '_'))} ESCAPE '\\'"
