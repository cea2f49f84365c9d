"""A figure: a static picture with its title, its text alternative and, for a chart, its Vega-Lite specification."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from coproduce.reports.lettering import legal

NOISE = re.compile(r' (?:role|aria-[a-z]+|pointer-events)="[^"]*"')
CLIP = re.compile(r'(?<=id=")clip\d+(?=")|(?<=url\(#)clip\d+(?=\))')
IDS = re.compile(r'(\bid="|url\(#|href="#)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture of one finding.

    Parameters
    ----------
    name
        What the file is called after the finding's id.
    title
        What it shows.
    description
        The same in words, for those who cannot see it.
    svg
        The picture, complete in itself.
    spec
        The Vega-Lite specification with its data; None where the picture is our own drawing.
    table
        The table of the finding that holds its numbers.
    """

    name: str
    title: str
    description: str
    svg: str
    spec: Mapping[str, Any] | None = None
    table: str | None = None


def framed(
    svg: str,
    *,
    name: str,
    title: str,
    description: str,
    table: str | None = None,
    spec: Mapping[str, Any] | None = None,
) -> Figure:
    """A figure whose picture says what it shows: one image with a title and a description.

    Its ids carry the figure's name, so that several pictures can stand in one page.

    Examples
    --------
    >>> framed("<svg><g/></svg>", name="audit-map", title="A map", description="Two lanes.").svg
    '<svg role="img" aria-labelledby="audit-map-title audit-map-description">...</svg>'
    """
    inner = IDS.sub(rf"\g<1>{name}-", _renumbered(NOISE.sub("", svg)))
    head, body = inner.split(">", 1)
    labelled = f'{head} role="img" aria-labelledby="{name}-title {name}-description">'
    told = (
        f'<title id="{name}-title">{escape(legal(title))}</title>'
        f'<desc id="{name}-description">{escape(legal(description))}</desc>'
    )
    return Figure(
        name=name, title=title, description=description, svg=labelled + told + body, spec=spec, table=table
    )


def _renumbered(svg: str) -> str:
    """The ids of clips counted from 1 in each picture: the drawing program counts on through a process."""
    numbers: dict[str, int] = {}
    return CLIP.sub(lambda found: f"clip{numbers.setdefault(found[0], len(numbers) + 1)}", svg)
