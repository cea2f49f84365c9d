"""What the platform's tests share. They need Django; without it they are not collected."""

import pytest
from django.test import Client
from tests.web.world import World, make_world


@pytest.fixture
def world(db) -> World:
    """A small world, made anew for each test."""
    return make_world()


@pytest.fixture
def signed_in(world):
    """A browser in which the person of a role is signed in: ``signed_in("citizen")``; ``visitor`` is nobody."""

    def client(role: str) -> Client:
        browser = Client()
        if role != "visitor":
            browser.force_login(world.people[role])
        return browser

    return client
