"""What the tests of the simulated Kodi share."""

from collections.abc import AsyncIterator

import pytest

from tests.simulators.catalogue import make_catalogue

from . import KodiSimulator, Seeded, seed

USER, PASSWORD = "jon", "win ter"


@pytest.fixture
async def kodi() -> AsyncIterator[KodiSimulator]:
    """Return a Kodi that asks for a password."""
    async with KodiSimulator(username=USER, password=PASSWORD) as server:
        yield server


@pytest.fixture
def library(kodi: KodiSimulator) -> Seeded:
    """Return a small library, which the Kodi has."""
    return seed(kodi, make_catalogue(films=12, shows=3))
