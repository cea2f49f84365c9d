"""Settings written as TOML, which the standard library only reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any


def as_toml(settings: Mapping[str, Any], *, at: tuple[str, ...] = ()) -> str:
    r"""Nested settings as TOML: plain keys first, then a block for each table among them.

    Examples
    --------
    >>> print(
    ...     as_toml(
    ...         {"study": {"title": 'A "quoted" town', "groups": ["age"]}, "records": {"events": {"a b": 1}}}
    ...     )
    ... )
    [study]
    title = "A \"quoted\" town"
    groups = ["age"]
    <BLANKLINE>
    [records.events]
    "a b" = 1
    <BLANKLINE>
    """
    return "\n".join(_blocks(settings, at))


def _blocks(settings: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[str]:
    plain = {key: value for key, value in settings.items() if not isinstance(value, Mapping)}
    if plain or (at and not settings):
        head = f"[{'.'.join(map(_key, at))}]\n" if at else ""
        yield head + "".join(f"{_key(key)} = {_value(value)}\n" for key, value in plain.items())
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from _blocks(value, (*at, key))


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if bare else _value(key)


def _value(value: object) -> str:
    r"""A value as TOML.

    Examples
    --------
    >>> _value([True, 0.5, "a\n", {"x": 1}])
    '[true, 0.5, "a\\n", {x = 1}]'
    """
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case Mapping():
            return "{" + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_value, value)) + "]"
        case date() | time():
            return value.isoformat()
        case _:
            return repr(value)
