"""Who may ask the simulated server, and that everybody has a state of one's own."""

from . import Account, PlexCloudSimulator, PlexServerSimulator, Seeded
from .conftest import Api

MOVIES = "/library/sections/1/all"


async def test_everybody_has_an_own_state(
    api: Api, plex: PlexServerSimulator, library: Seeded, kid: Account, ann: Account
) -> None:
    """The token decides whose marks, ratings and positions are read and written."""
    film = library.films[0]
    for account in (kid, ann):
        plex.share(account)
    assert plex.viewer(plex.owner).local_id == 1
    assert plex.viewer(kid).local_id == kid.id
    api.token = plex.token(kid)
    await api.do("scrobble", film.rating_key)
    await api.do("rate", film.rating_key, "&rating=4")
    plex.rate(ann, film, 9)
    for account, views, rating in ((plex.owner, 0, None), (kid, 1, 4), (ann, 0, 9)):
        api.token = plex.token(account)
        (row,) = (await api.get(f"/library/metadata/{film.key}")).rows
        assert (row.get("viewCount", 0), row.get("userRating")) == (views, rating)


async def test_what_is_shared(
    api: Api, plex: PlexServerSimulator, library: Seeded, ann: Account
) -> None:
    """Whoever is shown some sections sees no others, nor what lies in them."""
    plex.share(ann, [library.movies])
    api.token = plex.token(ann)
    rows = (await api.get("/library/sections")).box["Directory"]
    assert [row["title"] for row in rows] == ["Movies"]
    assert (await api.call("GET", "/library/sections/2/all")).status == 404
    assert (await api.get("/library/all?type=2")).rows == []
    show = library.series[0]
    assert (await api.call("GET", f"/library/metadata/{show.key}")).status == 404
    assert await api.do("scrobble", show.rating_key) == 404
    for path in ("/status/sessions", "/accounts", "/:/prefs"):
        assert (await api.call("GET", path)).status == 403
    plex.behaviour.library_all = False
    assert (await api.call("GET", "/library/all?type=1")).status == 403
    api.token = plex.token(plex.owner)
    assert (await api.get("/library/all?type=1")).rows


async def test_tokens(
    api: Api,
    plex: PlexServerSimulator,
    cloud: PlexCloudSimulator,
    library: Seeded,
    kid: Account,
) -> None:
    """A server has tokens of its own, which can be ended; the owner has one more."""
    plex.share(kid)
    api.token = cloud.sign_in(kid)
    assert (await api.call("GET", MOVIES)).status == 401
    api.token = cloud.sign_in(plex.owner)
    assert (await api.call("GET", MOVIES)).status == 200
    old = plex.token(kid)
    plex.revoke(kid)
    for token, status in ((old, 401), (plex.token(kid), 200)):
        api.token = token
        assert (await api.call("GET", MOVIES)).status == status
    plex.unshare(kid)
    assert (await api.call("GET", MOVIES)).status == 401


async def test_servers_know_nothing_of_each_other(
    api: Api, plex: PlexServerSimulator, library: Seeded
) -> None:
    """The token of one server is none of another's."""
    async with PlexServerSimulator(owner=plex.owner, name="Attic") as attic:
        assert attic.token(plex.owner) != plex.token(plex.owner)
        api.url = attic.url
        assert (await api.call("GET", "/library/sections")).status == 401
        api.token = attic.token(plex.owner)
        assert (await api.get("/library/sections")).box["size"] == 0
