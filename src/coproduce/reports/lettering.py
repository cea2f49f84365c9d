"""Text in pictures that we draw ourselves: how wide it is, where it breaks, what XML can hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

SANS = "Arial, Liberation Sans, Helvetica, sans-serif"
NARROW, WIDE, CAPITAL, USUAL = 0.32, 0.92, 0.7, 0.57
# Controls (also those that steer a terminal), marks that turn the direction of a line, and what XML cannot hold.
UNDRAWABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)

AS_READ = (
    (re.compile(r"(?<![\w.)\]-])-(?=\.?\d)"), "\N{MINUS SIGN}"),
    (re.compile(r"(?<=\d) %"), "%"),
    (re.compile(r"\bp = [\d.]+e-(?:\d{2,}|[4-9])\b"), "p < 0.001"),
)


def harmless(text: str) -> str:
    """The text with every character that could break or disguise it made visible.

    Examples
    --------
    >>> harmless("Pay" + chr(27))
    'Pay�'
    """
    return UNDRAWABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def said(text: str) -> str:
    """A sentence with its numbers set as everywhere in a report.

    Examples
    --------
    >>> said("It fell by -2.5 (-3 to -2), in 41 % of cases (p = 4.3e-06).")
    'It fell by −2.5 (−3 to −2), in 41% of cases (p < 0.001).'
    """
    for written, read in AS_READ:
        text = written.sub(read, text)
    return text


def legal(text: str) -> str:
    """The same, on one line."""
    return " ".join(harmless(text).split())


def width(text: str, *, size: float) -> float:
    """About how many pixels wide a text is in a sans-serif face, rather too many than too few.

    Examples
    --------
    >>> width("ill", size=10) < width("www", size=10)
    True
    """
    return size * sum(_advance(letter) for letter in text)


def _advance(letter: str) -> float:
    if letter in "iljtfrI.,:;'|()[] ·":
        return NARROW
    if letter in "mwMW@%—" or ord(letter) > 0x2E80:
        return WIDE
    return CAPITAL if letter.isupper() else USUAL


def wrapped(text: str, *, size: float, room: float, lines: int) -> tuple[str, ...]:
    """The text in at most so many lines, each within the room; what is too long ends in an ellipsis.

    Examples
    --------
    >>> wrapped("Insert Date Appeal to Prefecture", size=12, room=110, lines=3)
    ('Insert Date Appeal', 'to Prefecture')
    >>> wrapped("Pneumonoultramicroscopic", size=12, room=60, lines=1)
    ('Pneumo…',)
    """
    done: list[str] = []
    words = legal(text).split() or ["(no name)"]
    for word in words:
        if done and width(f"{done[-1]} {word}", size=size) <= room:
            done[-1] += f" {word}"
        else:
            done.append(word)
    kept = done[:lines]
    if len(done) > lines:
        kept[-1] += "…"
    return tuple(_shortened(line, size=size, room=room) for line in kept)


def _shortened(line: str, *, size: float, room: float) -> str:
    if width(line, size=size) <= room:
        return line
    while line and width(line + "…", size=size) > room:
        line = line[:-1]
    return line.rstrip("… ") + "…"


def text_at(point: tuple[float, float], lines: Sequence[str], **attributes: object) -> str:
    """An SVG text of one or more lines; the point is the first line's baseline, ``leading`` the way to the next.

    Examples
    --------
    >>> text_at((1, 2), ["a < b"], fill="#000")
    '<text x="1" y="2" fill="#000">a &lt; b</text>'
    """
    leading = attributes.pop("leading", 14)
    x, y = (short(part) for part in point)
    inner = escape(legal(lines[0])) + "".join(
        f'<tspan x="{x}" dy="{leading}">{escape(legal(line))}</tspan>' for line in lines[1:]
    )
    return f'<text x="{x}" y="{y}"{drawn(attributes)}>{inner}</text>'


def drawn(attributes: dict[str, object]) -> str:
    """Attributes of an SVG element; ``font_size`` becomes ``font-size``.

    Examples
    --------
    >>> drawn({"font_size": 12, "rx": 3.456})
    ' font-size="12" rx="3.5"'
    """
    return "".join(
        f' {name.replace("_", "-")}="{short(value) if isinstance(value, float) else escape(str(value))}"'
        for name, value in attributes.items()
    )


def short(value: float) -> str:
    """A coordinate to a tenth of a pixel.

    Examples
    --------
    >>> short(3.0), short(3.14159), short(-0.01)
    ('3', '3.1', '0')
    """
    return f"{round(value, 1) + 0:g}"


def shape(kind: str, **attributes: object) -> str:
    """An SVG element without content.

    Examples
    --------
    >>> shape("circle", cx=1, r=2)
    '<circle cx="1" r="2"/>'
    """
    return f"<{kind}{drawn(attributes)}/>"
