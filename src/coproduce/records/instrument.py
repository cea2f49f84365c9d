"""The ready instruments: who co-produces, why and what stands in the way; and how taking part was experienced."""

from __future__ import annotations

from importlib.resources import as_file, files

from coproduce.records.forms import Form
from coproduce.records.readers.xlsform import read_form


def ready_instrument() -> Form:
    """The questionnaire that comes with Coproduce, in English and German.

    Returns
    -------
    Form
        The form; its words may be used under CC BY 4.0. It has not been validated.

    References
    ----------
    Its motives are the five of Alford, J. (2009), Engaging Public Sector Clients, Palgrave Macmillan; its phases and
    levels are those of Nabatchi, T., Sancino, A. and Sicilia, M. (2017), Public Administration Review 77(5).

    Examples
    --------
    >>> ready_instrument().languages
    ('English (en)', 'Deutsch (de)')
    """
    return _of_starter("instrument")


def experience_instrument() -> Form:
    """The short questionnaire on taking part: being heard, a fair say, worth the time, safe, would do it again.

    Returns
    -------
    Form
        The form, in English and German; its words may be used under CC BY 4.0. It has not been validated.

    Examples
    --------
    >>> sorted({question.construct for question in experience_instrument().questions if question.construct})
    ['experience.again', 'experience.heard', 'experience.safe', 'experience.say', 'experience.worth']
    """
    return _of_starter("experience")


def _of_starter(name: str) -> Form:
    with as_file(files("coproduce.starter") / name) as folder:
        return read_form(folder, name=name)
