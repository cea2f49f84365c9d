"""EXPORT: what the platform recorded, as a study folder, a Data Package or open data; everything that leaves goes here.

A study folder for the engine keeps the platform's pseudonyms and is removed when the run ends. One that leaves has
pseudonyms drawn anew for it, by a key that nobody keeps: two exports cannot be tied together, nor either to the
platform. Times of joining and leaving are days; what a person told of themselves leaves only where enough people told
the same; free text of people's own matters (concerns, notes, needs) never leaves.
"""

from __future__ import annotations

from coproduce_web.export.folder import write_study
from coproduce_web.export.open_data import write_open_data
from coproduce_web.export.scope import Scope

__all__ = ["Scope", "write_open_data", "write_study"]
