"""A client that others wrote for the real AniList works with the simulated one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from logging import getLogger
from typing import cast

from aiohttp import ClientError
from anibridge.providers.list.anilist.client import AnilistClient
from anibridge.providers.list.anilist.models import MediaList, MediaListStatus
from anibridge.utils.types import ProviderLogger
import pytest

from .anilist import AniListSimulator, Media
from .routing import route_hosts


@asynccontextmanager
async def signed_in(
    service: AniListSimulator, token: str = ""
) -> AsyncIterator[AnilistClient]:
    """Return a client of Alice, or with another token."""
    client = AnilistClient(
        token or service.sign_in(),
        cast(ProviderLogger, getLogger(__name__)),
        rate_limit=60_000,
    )
    with route_hosts({"graphql.anilist.co": service.url}):
        try:
            yield client
        finally:
            await client.close()


@pytest.fixture
async def service() -> AsyncIterator[AniListSimulator]:
    """Return an AniList with some media, two of them on Alice's list."""
    async with AniListSimulator() as service:
        for number in range(1, 14):
            service.add(Media(number, f"Series {number}", 2010, 100 + number))
        service.put(service.alice, service.media[1], "PLANNING", custom_lists={"A"})
        service.put(service.alice, service.media[2], "COMPLETED", score=8)
        yield service


async def test_reads(service: AniListSimulator) -> None:
    """It finds whose account it is, and the entries of all lists."""
    async with signed_in(service) as client:
        await client.initialize()
        assert client.user is not None
        assert (client.user.id, client.user.name) == (5724017, "Alice")
        media = await client.get_anime(2)
        assert media.title is not None
        assert media.title.english == "Series 2"
        assert media.media_list_entry is not None
        assert media.media_list_entry.status is MediaListStatus.COMPLETED
        assert media.media_list_entry.score == 8
        many = await client.batch_get_anime([1, 3, 4])
        assert [each.id for each in many] == [1, 3, 4]


async def test_writes(service: AniListSimulator) -> None:
    """It saves one entry and many at once, and deletes one."""
    alice = service.alice
    async with signed_in(service) as client:
        await client.initialize()

        def planned(media_id: int) -> MediaList:
            """Return an entry that is planned."""
            return MediaList(
                id=0,
                user_id=alice.user_id,
                media_id=media_id,
                status=MediaListStatus.PLANNING,
                score=6,
            )

        await client.update_anime_entry(planned(3))
        updated = await client.batch_update_anime_entries(
            [planned(number) for number in range(4, 14)]
        )
        assert updated == set(range(4, 14))
        first = alice.entry_of(service.media[1])
        assert first is not None
        assert await client.delete_anime_entry(first.entry_id, 1)
    held = {e.media.media_id: (e.status, e.raw) for e in alice.entries.values()}
    assert held == {
        2: ("COMPLETED", 80),
        **dict.fromkeys(range(3, 14), ("PLANNING", 60)),
    }


async def test_login_that_has_ended(service: AniListSimulator) -> None:
    """It understands the refusal of a token."""
    async with signed_in(service, "eyJ.old") as client:
        with pytest.raises(ClientError, match="invalid or expired"):
            await client.initialize()
