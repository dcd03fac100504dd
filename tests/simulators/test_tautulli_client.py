"""A client that others wrote for the real Tautulli works with the simulated one."""

from datetime import UTC, datetime

import aiohttp
from pytautulli import (
    PyTautulli,
    PyTautulliAuthenticationException,
    PyTautulliConnectionException,
    PyTautulliHostConfiguration,
)
import pytest

from .catalogue import Catalogue
from .tautulli import TautulliSimulator, seed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def client_of(
    server: TautulliSimulator, session: aiohttp.ClientSession, key: str
) -> PyTautulli:
    """Return a client, made as Home Assistant's own integration does."""
    configuration = PyTautulliHostConfiguration(
        api_token=key, url=server.url, verify_ssl=True
    )
    return PyTautulli(host_configuration=configuration, session=session)


async def test_reads(small_catalogue: Catalogue) -> None:
    """It finds the server and its users, and reads history and metadata."""
    async with TautulliSimulator() as server, aiohttp.ClientSession() as session:
        film = seed(server, small_catalogue).films[0]
        jon = server.add_user("jon", 133788, friendly_name="Jon Snow")
        server.play(jon, film, NOW)
        client = client_of(server, session, server.api_key)
        info = await client.async_get_server_info()
        assert info.pms_identifier == server.machine_id
        users = await client.async_get_users()
        assert [(user.user_id, user.friendly_name) for user in users] == [
            (0, "Local"),
            (133788, "Jon Snow"),
        ]
        answer = await client.async_command("get_history", user_id=133788, grouping=0)
        data = answer["response"]["data"]
        assert (data["recordsFiltered"], data["data"][0]["title"]) == (1, film.title)
        answer = await client.async_command("get_metadata", rating_key=film.rating_key)
        assert answer["response"]["data"]["guids"] == list(film.guids)


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, PyTautulliConnectionException), (401, PyTautulliAuthenticationException)],
)
async def test_wrong_key(status: int, error: type[Exception]) -> None:
    """It understands the refusal of a wrong key."""
    async with TautulliSimulator() as server, aiohttp.ClientSession() as session:
        server.behaviour.refusal_status = status
        with pytest.raises(error):
            await client_of(server, session, "0" * 32).async_get_server_info()
