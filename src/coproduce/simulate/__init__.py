"""SIMULATED STUDIES: made-up records whose truth is known, for demonstrations, tests and drills."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from coproduce.errors import Fault, StudyError
from coproduce.records.settings import FILE
from coproduce.simulate.comparing import Compared, compare, coverage
from coproduce.simulate.efforts import MEASURES, USUAL
from coproduce.simulate.elsewhere import CONDITIONS, OUTCOME
from coproduce.simulate.producing import CURRENCY, HOUR_VALUE, WILLINGNESS
from coproduce.simulate.tables import GROUPS, Sheet, sheets
from coproduce.simulate.truth import TrueValue, Truth, truth

__all__ = ["TRUTH", "Compared", "TrueValue", "Truth", "compare", "coverage", "simulate"]

TRUTH = "truth.json"


def simulate(folder: str | Path, *, seed: int, cases: int = 2000) -> Truth:
    """Make a simulated study, with its truth beside it.

    The study is a neighbourhood-care service: requests, intake talks (some missed and booked again), goals that the
    citizen sets, home checks, reminders, visits, carers' tasks and reviews; contributions to four initiatives, what was
    decided and what worried people; streets of which some were given visitors by chance; and what was seen elsewhere.
    ``truth.json`` holds the true values and how each follows from the process that made the records.

    Parameters
    ----------
    folder
        A folder that is not there yet, or empty.
    seed
        Not negative; the same seed and cases give the same bytes.
    cases
        How many people ask for support, at least 1.

    Returns
    -------
    Truth
        The true values, named as the findings name them.

    Raises
    ------
    StudyError
        If something is in the folder already, or a number is out of its range.

    Examples
    --------
    >>> import tempfile
    >>> true = simulate(Path(tempfile.mkdtemp()) / "care", seed=1, cases=50)
    >>> true.value("kind", activity="Set goals")
    'intrinsic'
    """
    folder = Path(folder)
    _refuse(folder, seed=seed, cases=cases)
    folder.mkdir(parents=True, exist_ok=True)
    tables = sheets(seed, cases=cases)
    for name, sheet in tables.items():
        _write(folder / f"{name}.csv", sheet.as_csv())
    true = truth(seed=seed, cases=cases)
    _write(folder / TRUTH, json.dumps(asdict(true), ensure_ascii=False, indent=1) + "\n")
    _write(folder / FILE, _settings(tables, seed=seed))
    return true


def _refuse(folder: Path, *, seed: int, cases: int) -> None:
    faults = [
        Fault(
            file="simulate",
            place=name,
            rule="minimum",
            found=str(found),
            wanted=f"a whole number of at least {least}",
        )
        for name, found, least in (("seed", seed, 0), ("cases", cases, 1))
        if found < least
    ]
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        faults.append(
            Fault(
                file=str(folder),
                rule="empty",
                found="something in the way",
                wanted="a folder that is not there yet, or empty",
            )
        )
    if faults:
        raise StudyError(*faults)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


BLOCKS = (
    "".join(
        f"""
[questions.effects.{measure.measure}]
design = "randomised"
outcome = "{measure.measure}"
control = "{USUAL}"
starts = 1
groups = ["deprivation"]
"""
        for measure in MEASURES
    )
    + f"""
[questions.value]
outcome = "{MEASURES[0].measure}"
control = "{USUAL}"
starts = 1
randomised = true
hour_value = {HOUR_VALUE}
currency = "{CURRENCY}"
willingness_to_pay = {WILLINGNESS}

[questions.determinants.elsewhere]
outcome = "{OUTCOME}"
conditions = {json.dumps(CONDITIONS)}

[questions.synthesis.elsewhere]
effect = "effect"
variance = "variance"
better = "down"
"""
)
"""What is asked of the tables, block by block."""


def _settings(tables: dict[str, Sheet], *, seed: int) -> str:
    head = f"""\
# A simulated study (seed {seed}): nobody in it exists. Its true values stand in {TRUTH}.

[study]
title = "Neighbourhood care (simulated)"
service = "neighbourhood care"
simulated = true
groups = {json.dumps(GROUPS)}

[questions.audit]
complete = ["Close case"]
{BLOCKS}"""
    return head + "".join(f'\n[records.{name}]\npath = "{name}.csv"\n' for name in tables)
