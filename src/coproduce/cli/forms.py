"""The command that hands out the ready questionnaire."""

from __future__ import annotations

from pathlib import Path

from coproduce.cli.output import say
from coproduce.errors import Fault, StudyError


def instrument(out: Path) -> int:
    """Write the ready questionnaire (XLSForm, English and German), to be used as it is or made your own.

    Parameters
    ----------
    out
        A file that ends in .xlsx, or a folder for survey.csv, choices.csv and settings.csv; not there yet.

    Examples
    --------
    `coproduce instrument questionnaire.xlsx`

    `coproduce instrument questionnaire`
    """
    from coproduce.records.form_files import write_form
    from coproduce.records.instrument import ready_instrument

    if out.suffix.lower() not in {"", ".xlsx"}:
        wanted = "a name that ends in .xlsx, or that of a folder"
        raise StudyError(Fault(file=str(out), rule="kind", found=out.suffix, wanted=wanted))
    if out.exists():
        raise StudyError(
            Fault(file=str(out), rule="free", found="something in the way", wanted="a name that is free")
        )
    form = ready_instrument()
    try:
        write_form(form, out)
    except OSError as error:
        found = error.strerror or str(error)
        raise StudyError(
            Fault(file=str(out), rule="writable", found=found, wanted="a place to write to")
        ) from None
    say(
        f"{out} holds the questionnaire, in {' and '.join(form.languages)}. Licence of its words: {form.licence}."
    )
    return 0
