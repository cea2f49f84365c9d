"""Colours: a few hues that stay apart for colour-blind eyes, in light and in dark."""

from __future__ import annotations

import re

LIGHT = {
    "ink": "#1b2430",
    "muted": "#566170",
    "rule": "#d5dae1",
    "grid": "#e8ebef",
    "paper": "#ffffff",
    "panel": "#f6f7f9",
    "citizen": "#0d6486",
    "citizen-soft": "#dfeff5",
    "on-citizen": "#fffffe",
    "organisation": "#a24f17",
    "organisation-soft": "#faebdf",
    "system": "#68727f",
    "system-soft": "#eceff2",
}
DARK = {
    "ink": "#e9edf2",
    "muted": "#a9b4c2",
    "rule": "#3a4554",
    "grid": "#2a333f",
    "paper": "#11161d",
    "panel": "#1a212b",
    "citizen": "#67bddd",
    "citizen-soft": "#12384a",
    "on-citizen": "#06202b",
    "organisation": "#eda066",
    "organisation-soft": "#432a16",
    "system": "#9aa5b3",
    "system-soft": "#272f3a",
}
ROLES = {colour: role for role, colour in LIGHT.items()}
COLOUR = re.compile("|".join(re.escape(colour) for colour in ROLES))

SIDES = ("citizen", "professional", "organisation", "system")


def hue(side: object) -> str:
    """The colour of a side; professionals are the organisation's.

    Examples
    --------
    >>> hue("professional") == hue("organisation")
    True
    """
    return LIGHT[str(side)] if side in {"citizen", "system"} else LIGHT["organisation"]


def tint(side: object) -> str:
    """The pale colour of a side, to write on."""
    return LIGHT[f"{side}-soft"] if side in {"citizen", "system"} else LIGHT["organisation-soft"]


def themed(svg: str) -> str:
    """The same picture in colours that follow the page's theme.

    Examples
    --------
    >>> themed('<rect fill="#0d6486"/>')
    '<rect fill="var(--citizen, #0d6486)"/>'
    """
    return COLOUR.sub(lambda found: f"var(--{ROLES[found[0]]}, {found[0]})", svg)


def custom_properties(colours: dict[str, str]) -> str:
    """The colours as CSS custom properties.

    Examples
    --------
    >>> custom_properties({"ink": "#000"})
    '--ink: #000;'
    """
    return " ".join(f"--{role}: {colour};" for role, colour in colours.items())
