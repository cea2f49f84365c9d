"""The ready instrument: a questionnaire on who co-produces, why, and what stands in the way."""

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
    with as_file(files("coproduce.starter") / "instrument") as folder:
        return read_form(folder, name="instrument")
