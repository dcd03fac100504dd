"""The simulated AniList behaves as its reference says."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from .anilist import (
    CLIENT_ID,
    CLIENT_SECRET,
    AniListSimulator,
    Behaviour,
    Media,
    scores,
    seed,
)
from .catalogue import Catalogue

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SAVE = "SaveMediaListEntry(mediaId: {}, status: PLANNING) {{ id status updatedAt }}"
LISTS = """query ($user: Int) { MediaListCollection(userId: $user, type: ANIME) {
  hasNextChunk lists { name isCustomList entries { id mediaId status score } } } }"""


class Caller:
    """Somebody who asks AniList."""

    def __init__(
        self, session: aiohttp.ClientSession, service: AniListSimulator
    ) -> None:
        """Sign in."""
        self._session = session
        self._service = service
        self.token = service.sign_in()

    async def ask(self, query: str, **variables: object) -> tuple[int, Any]:
        """Return the status and the body of an answer."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": query, "variables": variables}
        async with self._session.post(
            self._service.url, json=body, headers=headers
        ) as answer:
            return answer.status, await answer.json()

    async def data(self, query: str, **variables: object) -> Any:
        """Return the data in an answer that is a success."""
        status, told = await self.ask(query, **variables)
        assert (status, told.get("errors")) == (200, None), told
        return told["data"]


@pytest.fixture
async def service() -> AsyncIterator[AniListSimulator]:
    """Return an AniList with three media."""
    async with AniListSimulator(clock=lambda: NOW) as service:
        for number in (1, 2, 3):
            service.add(Media(number, f"Series {number}", 2010, 100 + number))
        yield service


@pytest.fixture
async def caller(service: AniListSimulator) -> AsyncIterator[Caller]:
    """Return somebody who is signed in."""
    async with aiohttp.ClientSession() as session:
        yield Caller(session, service)


def first_error(told: Any) -> tuple[str, int]:
    """Return what the first error says."""
    error = told["errors"][0]
    return error["message"], error["status"]


async def test_login(service: AniListSimulator, caller: Caller) -> None:
    """Who is signed in is told; a token that is not good is refused."""
    data = await caller.data("{ Viewer { id name mediaListOptions { scoreFormat } } }")
    assert data["Viewer"]["name"] == "Alice"
    caller.token = "eyJ"
    status, told = await caller.ask("{ Viewer { id } }")
    assert (status, first_error(told)) == (400, ("Invalid token", 400))
    caller.token = ""
    status, told = await caller.ask("{ Viewer { id } }")
    assert (status, first_error(told)) == (401, ("Unauthorized.", 401))
    service.clock = lambda: NOW + timedelta(days=366)
    caller.token = next(iter(service.logins.tokens))
    assert (await caller.ask("{ Viewer { id } }"))[0] == 400


async def test_token(service: AniListSimulator) -> None:
    """A code is swapped once, by the client that it was shown to."""
    asked = {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uri": "https://anilist.co/api/v2/oauth/pin",
        "code": service.show_pin(),
    }
    url = f"{service.url}/api/v2/oauth/token"
    async with aiohttp.ClientSession() as session:

        async def swap(**changed: str) -> tuple[int, Any]:
            """Return the answer."""
            async with session.post(url, json={**asked, **changed}) as answer:
                return answer.status, await answer.json()

        for changed, error in (
            ({"client_secret": "x"}, "invalid_client"),
            ({"redirect_uri": "https://example.com"}, "invalid_client"),
            ({"grant_type": "password"}, "unsupported_grant_type"),
            ({"code": "x"}, "invalid_request"),
        ):
            status, told = await swap(**changed)
            assert status in {400, 401}
            assert told["error"] == error
        status, told = await swap()
        assert (status, told["token_type"], told["expires_in"]) == (
            200,
            "Bearer",
            31_536_000,
        )
        status, told = await swap()
        assert (status, told["hint"]) == (400, "Authorization code has been revoked")
        async with session.post(url, data={**asked, "code": "x"}) as answer:
            assert answer.status == 400


async def test_lists(service: AniListSimulator, caller: Caller) -> None:
    """An entry is in the list of its status and in each own list."""
    alice = service.alice
    assert await caller.data(LISTS, user=alice.user_id) == {
        "MediaListCollection": {"hasNextChunk": False, "lists": []}
    }
    service.put(alice, service.media[1], "PLANNING", custom_lists={"A", "B"}, score=7)
    service.put(alice, service.media[2], "CURRENT", custom_lists={"A"}, hidden=True)
    data = await caller.data(LISTS, user=alice.user_id)
    lists = {
        each["name"]: [row["mediaId"] for row in each["entries"]]
        for each in data["MediaListCollection"]["lists"]
    }
    assert lists == {"Planning": [1], "A": [1, 2], "B": [1]}
    status, told = await caller.ask(LISTS, user=5)
    assert (status, first_error(told)) == (404, ("User not found", 404))


async def test_chunks(service: AniListSimulator, caller: Caller) -> None:
    """A list comes in chunks if that is asked for, or if AniList wants it so."""
    for media in service.media.values():
        service.put(service.alice, media, "PLANNING")
    query = """query ($user: Int, $chunk: Int) {
      MediaListCollection(userId: $user, type: ANIME, chunk: $chunk, perChunk: 2,
        sort: [MEDIA_ID]) { hasNextChunk lists { entries { mediaId } } } }"""
    found = []
    for chunk in (1, 2):
        data = await caller.data(query, user=service.alice.user_id, chunk=chunk)
        collection = data["MediaListCollection"]
        assert collection["hasNextChunk"] is (chunk == 1)
        found += [row["mediaId"] for row in collection["lists"][0]["entries"]]
    assert found == [1, 2, 3]
    service.behaviour.at_once = 1
    data = await caller.data(LISTS, user=service.alice.user_id)
    assert data["MediaListCollection"]["hasNextChunk"] is True


async def test_saving(service: AniListSimulator, caller: Caller) -> None:
    """Saving makes an entry or changes it, and moves its date each time."""
    query = f"mutation {{ {SAVE.format(1)} }}"
    first = (await caller.data(query))["SaveMediaListEntry"]
    second = (await caller.data(query))["SaveMediaListEntry"]
    assert first["id"] == second["id"]
    assert first["updatedAt"] < second["updatedAt"]
    query = "mutation { SaveMediaListEntry(mediaId: 2, score: 8) { id status score } }"
    made = (await caller.data(query))["SaveMediaListEntry"]
    assert (made["status"], made["score"]) == ("CURRENT", 8)
    query = f"mutation {{ SaveMediaListEntry(id: {made['id']}, score: 0) {{ score }} }}"
    assert (await caller.data(query))["SaveMediaListEntry"]["score"] == 0
    assert service.writes() == 4
    for asked, status in (
        ("mediaId: 9", 404),
        ("id: 9", 404),
        ("mediaId: 1, score: 101", 400),
    ):
        told = await caller.ask(f"mutation {{ SaveMediaListEntry({asked}) {{ id }} }}")
        assert told[0] == status


async def test_deleting(service: AniListSimulator, caller: Caller) -> None:
    """Deleting takes all that stands in an entry, once."""
    entry = service.put(service.alice, service.media[1], "COMPLETED", score=9)
    query = f"mutation {{ DeleteMediaListEntry(id: {entry.entry_id}) {{ deleted }} }}"
    assert (await caller.data(query))["DeleteMediaListEntry"] == {"deleted": True}
    assert not service.alice.entries
    status, told = await caller.ask(query)
    assert (status, first_error(told)) == (404, ("Not Found.", 404))
    assert told["data"] == {"DeleteMediaListEntry": None}


@pytest.mark.parametrize(
    ("whole", "stops", "saved"), [(True, False, 2), (False, False, 2), (False, True, 1)]
)
async def test_one_of_several_fails(
    service: AniListSimulator, caller: Caller, *, whole: bool, stops: bool, saved: int
) -> None:
    """Of several parts those that can be are done, whatever the answer shows."""
    service.behaviour.fails_as_a_whole = whole
    service.behaviour.stops_at_a_failure = stops
    parts = " ".join(f"a{n}: {SAVE.format(n)}" for n in (1, 99, 2))
    status, told = await caller.ask(f"mutation {{ {parts} }}")
    assert status == 404
    assert (told["data"]["a0" if "a0" in told["data"] else "a1"] is None) is whole
    assert len(service.alice.entries) == saved


async def test_media(service: AniListSimulator, caller: Caller) -> None:
    """Media are found by their ids, here and elsewhere, with one's own entry."""
    service.put(service.alice, service.media[2], "PLANNING")
    query = """query ($ids: [Int]) { Page { pageInfo { hasNextPage } media(
      idMal_in: $ids, type: ANIME) { id idMal mediaListEntry { status } } } }"""
    page = (await caller.data(query, ids=[101, 102, 999]))["Page"]
    assert [each["id"] for each in page["media"]] == [1, 2]
    assert [each["mediaListEntry"] for each in page["media"]] == [
        None,
        {"status": "PLANNING"},
    ]
    assert page["pageInfo"]["hasNextPage"] is False
    assert len((await caller.data(query, ids=[]))["Page"]["media"]) == 3
    status, told = await caller.ask("{ Media(idMal: 999) { id } }")
    assert (status, told["data"]) == (404, {"Media": None})
    data = await caller.data("{ Media(id: 3) { id title { english } } }")
    assert data["Media"]["title"]["english"] == "Series 3"
    data = await caller.data("{ MediaList(mediaId: 2) { status media { id } } }")
    assert data["MediaList"] == {"status": "PLANNING", "media": {"id": 2}}
    assert (await caller.ask("{ MediaList(mediaId: 1) { id } }"))[0] == 404


async def test_limits(service: AniListSimulator, caller: Caller) -> None:
    """After thirty requests in a minute the next ones are refused."""
    for _ in range(30):
        await caller.data("{ Viewer { id } }")
    status, told = await caller.ask("{ Viewer { id } }")
    assert (status, first_error(told)) == (429, ("Too Many Requests.", 429))
    service.clock = lambda: NOW + timedelta(seconds=61)
    await caller.data("{ Viewer { id } }")


async def test_refusals(service: AniListSimulator, caller: Caller) -> None:
    """What the schema does not have, what is too complex, and a service that is off."""
    status, told = await caller.ask("{ Viewer { id nonsense } }")
    assert status == 400
    assert "nonsense" in told["errors"][0]["message"]
    assert (await caller.ask("{ Viewer"))[0] == 400
    service.behaviour.max_complexity = 1
    status, told = await caller.ask("{ Viewer { id } }")
    assert first_error(told) == ("Max query complexity should be 1 but got 2.", 400)
    service.behaviour.api_is_off = True
    assert (await caller.ask("{ Viewer { id } }"))[0] == 403


@pytest.mark.parametrize(
    ("form", "highest"),
    [
        ("POINT_100", 100),
        ("POINT_10_DECIMAL", 10),
        ("POINT_10", 10),
        ("POINT_5", 5),
        ("POINT_3", 3),
    ],
)
def test_scores(form: str, highest: int) -> None:
    """A score is told as it was given, in each format."""
    for score in range(highest + 1):
        assert scores.told(scores.kept(score, form), form) == score


def test_seed(small_catalogue: Catalogue) -> None:
    """Every film, series and season is a media of its own, and is mapped."""
    service = AniListSimulator(behaviour=Behaviour())
    seeded = seed(service, small_catalogue)
    seasons = sum(len(show.seasons) for show in small_catalogue.shows)
    assert len(seeded.films) == 30
    assert len(seeded.shows) == 6 + seasons
    assert len(seeded.rows) == len(service.media) == 36 + seasons
