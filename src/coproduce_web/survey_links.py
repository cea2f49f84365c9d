"""Links by which a questionnaire is answered. A link is worked out from its respondent's code; kept is its hash."""

from __future__ import annotations

import secrets

from coproduce_web.models import Respondent
from coproduce_web.signing_in import hashed

SECRET_LETTERS = 40
"""160 bits, in hexadecimal."""


def new_code() -> str:
    """A number for a respondent of one wave, drawn by chance."""
    return secrets.token_hex(8)


def secret_of(wave: int, code: str) -> str:
    """The secret of a respondent's link: a reminder can say it again, and nobody without the platform's key can."""
    return hashed(f"survey {wave} {code}")[:SECRET_LETTERS]


def respondent_of(wave: int, secret: str) -> Respondent | None:
    """Whose link it is; nobody's if it is old or made up."""
    found = Respondent.objects.select_related("wave__instrument", "wave__initiative__service")
    return found.filter(wave=wave, hashed=hashed(secret)).first()
