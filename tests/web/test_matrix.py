"""Every address of the platform is walked by every role, and answers as the written matrix says."""

import pytest
from django.db import transaction
from django.urls import get_resolver, reverse
from tests.web.matrix import MATRIX, ROLES
from tests.web.things import things

REFUSED = {401, 403, 405}


def addresses():
    """The names of all addresses."""
    return sorted(pattern.name for pattern in get_resolver().url_patterns)


def test_every_address_is_in_the_matrix_and_nothing_else():
    assert addresses() == sorted(MATRIX)


def address(known, name):
    """The address with known things in it."""
    pattern = next(pattern for pattern in get_resolver().url_patterns if pattern.name == name)
    return reverse(name, kwargs={key: known[key] for key in pattern.pattern.converters})


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_and_does_what_is_written_and_nothing_else(world, signed_in, role):
    wrong, known = [], things(world)
    for name, cells in MATRIX.items():
        place = address(known, name)
        if name == "sign_out" and cells[role] != "-":
            continue  # it would end the walk; tests of people press it
        with transaction.atomic():  # what one address does, the next must not find
            seen = signed_in(role).get(place)
            sent = signed_in(role).post(place, {})
            transaction.set_rollback(True)
        to_the_door = seen.status_code == 302 and "/sign-in?" in seen.headers.get("Location", "")
        sees = seen.status_code not in REFUSED and not to_the_door
        does = sent.status_code not in REFUSED
        said = "do" if does and (sees or cells[role] == "do") else "see" if sees else "-"
        if said != cells[role] or max(seen.status_code, sent.status_code) >= 500:
            wrong.append(
                f"{name}: {role} is {said} ({seen.status_code}, {sent.status_code}), written {cells[role]}"
            )
    assert not wrong, "\n".join(wrong)
