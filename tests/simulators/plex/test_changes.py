"""What can be changed at the simulated server, and how it shows."""

import asyncio

import pytest

from ..clock import Clock
from . import Account, PlexServerSimulator, Seeded
from .conftest import Api

IDENTIFIER = "identifier=com.plexapp.plugins.library"


async def test_marking(
    api: Api, plex: PlexServerSimulator, library: Seeded, clock: Clock
) -> None:
    """Marking says "now", whatever was sent, and counts every time."""
    film, jon = library.films[0], plex.owner
    plex.stop_at(jon, film, 900_000)
    assert await api.do("scrobble", film.rating_key, "&viewedAt=1500000000") == 200
    view = plex.view(jon, film)
    assert (view.count, view.viewed_at, view.offset) == (1, plex.library.now(), 0)
    clock.move(seconds=100)
    assert await api.do("scrobble", film.rating_key, method="PUT") == 200
    view = plex.view(jon, film)
    assert (view.count, view.viewed_at) == (2, plex.library.now())
    assert plex.doings.plays == []
    assert plex.writes() == 2


async def test_marking_a_show(
    api: Api, plex: PlexServerSimulator, library: Seeded
) -> None:
    """All episodes of a show are marked and logged; itself has nothing to tell."""
    show, jon = library.series[0], plex.owner
    leaves = list(show.leaves())
    await api.do("scrobble", show.rating_key)
    assert {plex.view(jon, leaf).count for leaf in leaves} == {1}
    assert [play.item for play in plex.doings.plays] == leaves
    (row,) = (await api.get(f"/library/metadata/{show.key}")).rows
    assert row["viewedLeafCount"] == row["leafCount"] == len(leaves)
    assert not {"viewCount", "lastViewedAt"} & row.keys()
    season = show.children[1]
    await api.do("unscrobble", season.rating_key)
    left = [leaf for leaf in leaves if plex.view(jon, leaf).count]
    assert len(left) == len(leaves) - len(season.children)


async def test_marking_episodes(
    api: Api, plex: PlexServerSimulator, library: Seeded
) -> None:
    """Episodes that are marked one by one show in the season and in the show."""
    season, jon = library.series[0].children[1], plex.owner
    for leaf in season.children:
        await api.do("scrobble", leaf.rating_key)
    for item in (season, season.top):
        (row,) = (await api.get(f"/library/metadata/{item.key}")).rows
        assert row["viewCount"] == row["viewedLeafCount"] == len(season.children)
        assert row["lastViewedAt"] == plex.library.now()
    await api.do("unscrobble", season.children[0].rating_key)
    assert plex.view(jon, season).count == len(season.children) - 1
    await api.do("unscrobble", season.rating_key)
    for item in (season, season.top, *season.children):
        view = plex.view(jon, item)
        assert (view.count, view.viewed_at) == (0, None)


async def test_taking_back(
    api: Api, plex: PlexServerSimulator, library: Seeded
) -> None:
    """Taking back forgets all but the rating, and leaves the play log alone."""
    film, jon = library.films[0], plex.owner
    plex.watch(jon, film)
    plex.rate(jon, film, 7)
    assert await api.do("unscrobble", film.rating_key, method="PUT") == 200
    view = plex.view(jon, film)
    assert (view.count, view.viewed_at, view.offset) == (0, None, 0)
    assert view.rating == 7
    assert len(plex.doings.plays) == 1
    plex.watch(jon, film)
    plex.behaviour.unscrobble_clears_history = True
    await api.do("unscrobble", film.rating_key)
    assert plex.doings.plays == []


async def test_marking_may_write_the_log(
    api: Api, plex: PlexServerSimulator, library: Seeded
) -> None:
    """Where that is switched on, marking adds a row of now."""
    plex.behaviour.scrobble_writes_history = True
    await api.do("scrobble", library.films[0].rating_key)
    (play,) = plex.doings.plays
    assert (play.item, play.viewed_at) == (library.films[0], plex.library.now())


@pytest.mark.parametrize("action", ["scrobble", "unscrobble", "rate", "progress"])
async def test_refusals(
    api: Api, plex: PlexServerSimulator, library: Seeded, action: str
) -> None:
    """Something is missing, wrong or gone."""
    more = "&rating=5&time=70000"
    for query, status in (
        (f"key=101{more}", 400),
        (f"{IDENTIFIER}{more}", 400),
        (f"identifier=com.plexapp.plugins.other&key=101{more}", 404),
        (f"{IDENTIFIER}&key=9999{more}", 404),
        (f"{IDENTIFIER}&key=abc{more}", 404),
        (f"{IDENTIFIER}&ratingKey=101{more}", 400),
    ):
        reply = await api.call("GET", f"/:/{action}?{query}")
        assert reply.status == status, query
    assert (await api.call("DELETE", f"/:/{action}?{IDENTIFIER}&key=101")).status == 405
    api.token = "wrong"
    assert await api.do(action, 101, more) == 401
    assert plex.owner in plex.doings.viewers
    assert plex.viewer(plex.owner).views == {}


async def test_by_address(api: Api, plex: PlexServerSimulator, library: Seeded) -> None:
    """An item may be named by its whole address."""
    uri = f"server://{plex.machine_identifier}/com.plexapp.plugins.library"
    path = f"/:/scrobble?{IDENTIFIER}&uri={uri}/library/metadata/101"
    assert (await api.call("PUT", path)).status == 200
    assert plex.view(plex.owner, library.films[0]).count == 1


async def test_rating(
    api: Api, plex: PlexServerSimulator, library: Seeded, clock: Clock
) -> None:
    """Ratings from 1 to 10 are kept with their moment; less clears them."""
    film, jon, now = library.films[0], plex.owner, plex.library.now()
    assert await api.do("rate", 101, "&rating=8", "PUT") == 200
    assert (plex.view(jon, film).rating, plex.view(jon, film).rated_at) == (8.0, now)
    assert await api.do("rate", 101, f"&rating=7&ratedAt={now - 500}") == 200
    assert plex.view(jon, film).rated_at == now - 500
    plex.behaviour.honours_rated_at = False
    assert await api.do("rate", 101, f"&rating=7&ratedAt={now - 500}") == 200
    assert plex.view(jon, film).rated_at == now
    plex.behaviour.honours_rated_at = True
    for more in ("&rating=11", "&rating=-2", "&rating=good", "", "&rating=5&ratedAt=x"):
        assert await api.do("rate", 101, more) == 400
    assert await api.do("rate", 101, f"&rating=7&ratedAt={now + 60}") == 400
    for nothing in ("-1", "0"):
        plex.rate(jon, film, 5)
        assert await api.do("rate", 101, f"&rating={nothing}", "PUT") == 200
        view = plex.view(jon, film)
        assert (view.rating, view.rated_at) == (None, None)
    show = library.series[0]
    assert await api.do("rate", show.rating_key, "&rating=9") == 200
    assert plex.view(jon, show).rating == 9
    assert all(plex.view(jon, leaf).rating is None for leaf in show.leaves())
    with pytest.raises(ValueError, match="no rating"):
        plex.rate(jon, film, 11)


def timeline(key: int, time: int, state: str = "stopped", length: int = 1) -> str:
    """Return what a player sends."""
    path = f"/:/timeline?ratingKey={key}&key=/library/metadata/{key}&state={state}"
    return f"{path}&time={time}" + (f"&duration={length}" if length else "")


async def test_where_a_player_is(
    api: Api, plex: PlexServerSimulator, library: Seeded
) -> None:
    """Very little counts as nothing, most of it as watched, the rest is kept."""
    film, jon = library.films[0], plex.owner
    length = film.duration or 0
    for time, kept in ((60_000, 0), (60_001, 60_001), (length * 89 // 100, None)):
        await api.call("POST", timeline(101, time, length=length))
        assert plex.view(jon, film).offset == (time if kept is None else kept)
    view = plex.view(jon, film)
    assert (view.count, view.viewed_at) == (0, plex.library.now())
    await api.get(timeline(101, length * 9 // 10, length=length))
    view = plex.view(jon, film)
    assert (view.count, view.offset) == (1, 0)
    assert [play.item for play in plex.doings.plays] == [film]
    assert plex.doings.sessions == {}


async def test_what_a_player_leaves_out(
    api: Api, plex: PlexServerSimulator, library: Seeded
) -> None:
    """Without a length nothing is kept; without the rest it is refused."""
    film, jon = library.films[0], plex.owner
    await api.get(timeline(101, 900_000, length=0))
    assert plex.view(jon, film).offset == 0
    assert (await api.call("POST", timeline(9999, 900_000))).status == 404
    assert (await api.call("POST", timeline(101, 900_000, "gone"))).status == 400
    path = "/:/timeline?state=stopped&time=1"
    assert (await api.call("POST", path)).status == 400
    api.client = ""
    assert (await api.call("POST", timeline(101, 900_000))).status == 400


async def test_playing(api: Api, plex: PlexServerSimulator, library: Seeded) -> None:
    """What plays is listed until it stops, and counts once however often it is told."""
    film, jon = library.films[0], plex.owner
    length = film.duration or 0
    await api.get(timeline(101, 900_000, "playing", length))
    (row,) = (await api.get("/status/sessions")).rows
    assert (row["ratingKey"], row["viewOffset"]) == ("101", 900_000)
    assert (row["User"]["id"], row["Player"]["state"]) == ("1", "playing")
    assert "Guid" not in row
    for part in (91, 93, 95):
        await api.get(timeline(101, length * part // 100, "playing", length))
    await api.get(timeline(101, length, "stopped", length))
    assert plex.view(jon, film).count == 1
    assert len(plex.doings.plays) == 1
    reply = await api.get("/status/sessions")
    assert reply.box == {"size": 0}
    session = plex.play_now(jon, library.episodes[0], 5000)
    assert session.key == 2
    assert (await api.get("/status/sessions")).rows[0]["sessionKey"] == "2"


async def test_the_simple_way_to_keep_a_position(
    api: Api, plex: PlexServerSimulator, library: Seeded, kid: Account
) -> None:
    """It works for the owner only; for others it is lost without a word."""
    film = library.films[0]
    plex.share(kid)
    assert await api.do("progress", 101, "&time=900000&state=stopped") == 200
    assert plex.view(plex.owner, film).offset == 900_000
    assert await api.do("progress", 101, "&state=stopped") == 400
    api.token = plex.token(kid)
    assert await api.do("progress", 101, "&time=900000&state=stopped") == 200
    assert plex.view(kid, film).offset == 0
    await api.get(timeline(101, 800_000, length=film.duration or 0))
    assert plex.view(kid, film).offset == 800_000


async def test_seen_later(
    api: Api, plex: PlexServerSimulator, library: Seeded, clock: Clock
) -> None:
    """Where that is switched on, a change shows only after a while."""
    plex.behaviour.visible_after = 2
    await api.do("scrobble", 101)
    path = "/library/metadata/101"
    clock.move(seconds=1)
    assert "viewCount" not in (await api.get(path)).rows[0]
    clock.move(seconds=1)
    row = (await api.get(path)).rows[0]
    assert row["viewCount"] == 1
    assert row["lastViewedAt"] == plex.library.now() - 2


async def test_threshold(api: Api, plex: PlexServerSimulator, library: Seeded) -> None:
    """The owner can read from when on something counts as watched, and set it."""
    plex.behaviour.played_threshold = 50
    settings = (await api.get("/:/prefs")).box["Setting"]
    assert {it["id"]: it["value"] for it in settings} == {
        "LibraryVideoPlayedThreshold": 50,
        "LibraryVideoPlayedAtBehaviour": 3,
    }
    film = library.films[0]
    length = film.duration or 0
    await api.get(timeline(101, length // 2, length=length))
    assert plex.view(plex.owner, film).count == 1


async def test_all_at_once(
    api: Api, plex: PlexServerSimulator, library: Seeded
) -> None:
    """Many changes at a time are all made."""
    keys = [film.rating_key for film in library.films]
    done = await asyncio.gather(*(api.do("scrobble", key) for key in keys))
    assert set(done) == {200}
    assert all(plex.view(plex.owner, film).count == 1 for film in library.films)
