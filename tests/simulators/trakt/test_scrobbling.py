"""Telling the service what is watched, and hiding shows."""

import pytest

from ..clock import Clock
from ..openapi import OpenApi, load_openapi
from . import Title, TraktSimulator
from .conftest import Api
from .test_openapi import violations
from .test_writes import plays_of

BATMAN = {"movie": {"title": "Batman Begins", "year": 2005, "ids": {"tmdb": 272}}}
EPISODE = {"show": {"ids": {"tvdb": 81189}}, "episode": {"season": 1, "number": 2}}


@pytest.fixture
def published() -> OpenApi:
    """Return the published description."""
    return load_openapi("trakt")


def positions(trakt: TraktSimulator) -> list[float]:
    """Return where somebody stopped."""
    return [row.progress for row in trakt.alice.playback.values()]


@pytest.mark.parametrize("step", ["pause", "stop"])
@pytest.mark.parametrize("body", [BATMAN, EPISODE, {"episode": {"ids": {"trakt": 2}}}])
async def test_positions(
    trakt: TraktSimulator,
    api: Api,
    published: OpenApi,
    step: str,
    body: dict[str, object],
) -> None:
    """Below 80 % both keep the position, one for each title."""
    for progress in (1, 42.5, 79.99):
        reply = await api.post(f"/scrobble/{step}", {**body, "progress": progress})
        assert reply.status == 201
        assert (reply.data["action"], reply.data["progress"]) == ("pause", progress)
        assert positions(trakt) == [progress]
        path = f"/scrobble/{step}"
        assert not violations(published, "POST", path, 201, reply.text)
    assert plays_of(trakt.alice) == []


async def test_the_end(
    trakt: TraktSimulator, api: Api, batman: Title, clock: Clock
) -> None:
    """A stop above 80 % is a play, which ends the position and is not made twice."""
    trakt.alice.pause(batman, 50)
    trakt.alice.put_on_watchlist(batman)
    reply = await api.post("/scrobble/stop", {**BATMAN, "progress": 80.1})
    assert (reply.status, reply.data["action"]) == (201, "scrobble")
    assert plays_of(trakt.alice) == ["m1@2026-11-22T12:00"]
    assert positions(trakt) == []
    assert not trakt.alice.watchlist.live
    reply = await api.post("/scrobble/stop", {**BATMAN, "progress": 90})
    assert (reply.status, reply.data) == (
        409,
        {
            "watched_at": "2026-11-22T12:00:00.000Z",
            "expires_at": "2026-11-22T13:00:00.000Z",
        },
    )
    clock.move(seconds=3600)
    reply = await api.post("/scrobble/stop", {**BATMAN, "progress": 90})
    assert reply.status == 201
    assert len(plays_of(trakt.alice)) == 2


@pytest.mark.parametrize(
    ("step", "body", "status"),
    [
        ("pause", {**BATMAN, "progress": 0.99}, 422),
        ("stop", {**BATMAN, "progress": 0}, 422),
        ("pause", {**BATMAN, "progress": 80}, 422),
        ("stop", {**BATMAN, "progress": 101}, 422),
        ("stop", {**BATMAN, "progress": "50"}, 422),
        ("stop", {"progress": 50}, 422),
        ("start", {"movie": {"ids": {"tmdb": 999}}, "progress": 5}, 404),
        ("stop", {"episode": {"ids": {"tvdb": 999}}, "progress": 5}, 404),
        ("stop", {**EPISODE, "episode": {"season": 9}, "progress": 5}, 404),
        ("stop", {**EPISODE, "show": {"ids": {"tvdb": 9}}, "progress": 5}, 404),
    ],
)
async def test_refusals(
    trakt: TraktSimulator, api: Api, step: str, body: object, status: int
) -> None:
    """What makes no sense, and what nobody knows, changes nothing."""
    assert (await api.post(f"/scrobble/{step}", body)).status == status
    assert positions(trakt) == []
    assert trakt.alice.watching is None


async def test_watching(
    trakt: TraktSimulator, api: Api, batman: Title, clock: Clock
) -> None:
    """A start ends the position and is believed until the title must be over."""
    trakt.alice.pause(batman, 40)
    assert (await api.get("/users/me/watching")).status == 204
    reply = await api.post("/scrobble/start", {**BATMAN, "progress": 40})
    assert (reply.data["id"], reply.data["action"]) == (0, "start")
    assert positions(trakt) == []
    told = (await api.get("/users/me/watching")).data
    assert told["movie"] == {"title": "Batman Begins", "year": 2005, "ids": batman.ids}
    assert told["expires_at"] == "2026-11-22T13:00:30.000Z"
    clock.move(hours=1)
    assert (await api.get("/users/me/watching")).status == 204
    trakt.behaviour.has_watching = False
    assert (await api.get("/users/me/watching")).status == 404


@pytest.mark.parametrize("goes_on", [True, False])
async def test_pause_may_go_on(trakt: TraktSimulator, api: Api, goes_on: bool) -> None:
    """Whether a pause leaves its title being watched is a matter of belief."""
    trakt.behaviour.pause_goes_on_watching = goes_on
    await api.post("/scrobble/pause", {**BATMAN, "progress": 40})
    assert (trakt.alice.watching is not None) is goes_on
    await api.post("/scrobble/stop", {**BATMAN, "progress": 41})
    assert trakt.alice.watching is None
    trakt.behaviour.refuses_late_pauses = False
    await api.post("/scrobble/pause", {**BATMAN, "progress": 95})
    assert positions(trakt) == [95]


async def test_dropping_shows(
    trakt: TraktSimulator, api: Api, breaking_bad: Title
) -> None:
    """Shows are dropped and taken up again; the stamp moves with either."""
    stamps = [await dropped_at(api)]
    body = {"shows": [{"ids": {"tvdb": 81189}}, {"ids": {"tvdb": 9}}]}
    reply = await api.post("/users/hidden/dropped", body)
    assert (reply.status, reply.data["added"]) == (201, {"shows": 1})
    stamps.append(await dropped_at(api))
    [row] = (await api.get("/users/hidden/dropped?type=show&page=1&limit=250")).rows
    assert row["type"] == "show"
    assert row["hidden_at"] == "2026-11-22T12:00:30.000Z"
    assert list(trakt.alice.dropped) == [breaking_bad]
    assert (await api.get("/users/hidden/calendar")).rows == []
    assert (await api.get("/users/hidden/dropped?type=movie")).rows == []
    assert (await api.get("/users/hidden/fridge")).status == 404
    again = await api.post("/users/hidden/dropped", body)
    assert again.data["added"] == {"shows": 0}
    reply = await api.post("/users/hidden/dropped/remove", body)
    assert (reply.status, reply.data["deleted"]) == (200, {"shows": 1})
    stamps.append(await dropped_at(api))
    assert (await api.get("/users/hidden/dropped")).rows == []
    assert len(set(stamps)) == 3


async def dropped_at(api: Api) -> object:
    """Return when a show was dropped last."""
    shows = (await api.get("/sync/last_activities")).data["shows"]
    assert isinstance(shows, dict)
    return shows["dropped_at"]
