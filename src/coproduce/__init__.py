"""Coproduce: what citizens and services make together, answered from a service's own records.

>>> import coproduce as cp
>>> study = cp.read_study("my-study")  # doctest: +SKIP
>>> findings = cp.run(study)  # doctest: +SKIP
>>> finding = cp.audit("log.csv", citizen=["Payment", "Send Appeal*"])  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from coproduce._version import __version__
from coproduce.errors import (
    CoproduceError,
    EngineError,
    EstimationError,
    PlanError,
    RecordsError,
    StudyError,
)

if TYPE_CHECKING:
    from coproduce.findings import Finding
    from coproduce.records.study import read_study
    from coproduce.runner import audit, determinants, effects, run, synthesis

__all__ = [
    "CoproduceError",
    "EngineError",
    "EstimationError",
    "Finding",
    "PlanError",
    "RecordsError",
    "StudyError",
    "__version__",
    "audit",
    "determinants",
    "effects",
    "read_study",
    "run",
    "synthesis",
]

_ROOMS = {
    "Finding": "coproduce.findings",
    "audit": "coproduce.runner",
    "determinants": "coproduce.runner",
    "effects": "coproduce.runner",
    "read_study": "coproduce.records.study",
    "run": "coproduce.runner",
    "synthesis": "coproduce.runner",
}


def __getattr__(name: str) -> Any:
    """Open a room when it is first asked for: the engine takes time that ``--help`` need not pay."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'coproduce' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)
