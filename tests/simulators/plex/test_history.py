"""The play log of the simulated server."""

from datetime import timedelta

import pytest

from . import Account, PlexServerSimulator, Seeded
from .conftest import NOW, Api

LOG = "/status/sessions/history/all"


@pytest.fixture
def played(plex: PlexServerSimulator, library: Seeded, kid: Account) -> Seeded:
    """Return a library of which Jon and Kid played something on several days."""
    plex.share(kid)
    show = library.series[0]
    for days, account, item in (
        (5, plex.owner, library.films[0]),
        (4, plex.owner, show.children[1].children[0]),
        (3, kid, library.films[0]),
        (2, plex.owner, library.films[0]),
        (1, plex.owner, show.children[1].children[1]),
    ):
        plex.watch(account, item, NOW - timedelta(days=days))
    return library


async def test_rows(api: Api, played: Seeded) -> None:
    """A row names what was played, when and by whom, but has no ids."""
    rows = (await api.get(f"{LOG}?sort=viewedAt:desc")).rows
    assert [row["type"] for row in rows] == [
        "episode",
        "movie",
        "movie",
        "episode",
        "movie",
    ]
    stamps = [row["viewedAt"] for row in rows]
    assert stamps == sorted(stamps, reverse=True)
    episode, film = rows[0], rows[1]
    show = played.series[0]
    assert episode["grandparentKey"] == f"/library/metadata/{show.key}"
    assert (episode["parentIndex"], episode["index"]) == (1, 2)
    assert not {"grandparentRatingKey", "Guid", "guid"} & episode.keys()
    assert (film["ratingKey"], film["accountID"]) == ("101", 1)
    # A number among items, a text in the log.
    assert film["librarySectionID"] == "1"
    assert rows == (await api.get(LOG)).rows[::-1]


async def test_filters(api: Api, plex: PlexServerSimulator, played: Seeded) -> None:
    """By account, section, moment, and by what was played or all above it."""
    show, now = played.series[0], plex.library.now()
    moment = now - 3 * 86_400
    for query, count in (
        ("accountID=1", 4),
        ("accountID=5", 0),
        ("librarySectionID=2", 2),
        (f"metadataItemID={show.key}", 2),
        (f"metadataItemID={show.children[1].children[0].key}", 1),
        ("metadataItemID=101&accountID=1", 2),
        (f"viewedAt>={moment}", 3),
        (f"viewedAt>>={moment}", 2),
        (f"viewedAt<={moment}", 3),
        (f"viewedAt<<={moment}", 2),
    ):
        assert len((await api.get(f"{LOG}?{query}")).rows) == count, query
    plex.behaviour.viewed_at_inclusive = False
    assert len((await api.get(f"{LOG}?viewedAt>={moment}")).rows) == 2
    assert (await api.call("GET", f"{LOG}?title=x")).status == 400
    assert (await api.call("GET", f"{LOG}?device=1")).status == 501
    assert (await api.call("GET", f"{LOG}?sort=title")).status == 501


async def test_paging(api: Api, plex: PlexServerSimulator, played: Seeded) -> None:
    """Pages are as those of any list, and none has no rows."""
    rows = (await api.get(LOG)).rows
    page = await api.get(LOG, **{"X-Plex-Container-Start": "3"})
    assert page.rows == rows[3:]
    assert (page.box["totalSize"], page.box["offset"]) == (5, 3)
    count = await api.get(f"{LOG}?X-Plex-Container-Size=0")
    assert count.box == {"size": 0, "totalSize": 5, "offset": 0}
    seen: list[int] = []
    plex.behaviour.before_page = seen.append
    await api.get(f"{LOG}?X-Plex-Container-Start=2&X-Plex-Container-Size=1")
    assert seen == [2]


async def test_whose(
    api: Api, plex: PlexServerSimulator, played: Seeded, kid: Account
) -> None:
    """The owner sees the plays of all, others only their own."""
    accounts = (await api.get("/accounts")).box["Account"]
    assert [(it["id"], it["name"]) for it in accounts] == [
        (0, ""),
        (1, "Jon"),
        (kid.id, "Kid"),
    ]
    assert len((await api.get(LOG)).rows) == 5
    api.token = plex.token(kid)
    rows = (await api.get(f"{LOG}?accountID=1")).rows
    assert rows == []
    rows = (await api.get(LOG)).rows
    assert [row["accountID"] for row in rows] == [kid.id]


async def test_what_is_gone(
    api: Api, plex: PlexServerSimulator, played: Seeded
) -> None:
    """A row outlives its item, without its keys, until the item comes back."""
    film, show = played.films[0], played.series[0]
    plex.remove(film)
    plex.remove(show.children[1].children[0])
    rows = (await api.get(f"{LOG}?accountID=1")).rows
    assert len(rows) == 4
    gone = [row for row in rows if "ratingKey" not in row]
    assert len(gone) == 3
    assert {row["title"] for row in gone if row["type"] == "movie"} == {film.title}
    assert not any("key" in row or "parentKey" in row for row in gone)
    (episode,) = [row for row in gone if row["type"] == "episode"]
    assert episode["grandparentTitle"] == show.title
    again = plex.library.add_again(film)
    rows = (await api.get(f"{LOG}?accountID=1")).rows
    assert {it["ratingKey"] for it in rows if it["type"] == "movie"} == {again.key}


async def test_forgetting_a_play(
    api: Api, plex: PlexServerSimulator, played: Seeded, kid: Account
) -> None:
    """The owner can delete a row, which does not unwatch the item."""
    row = (await api.get(LOG)).rows[0]
    assert (await api.call("DELETE", row["historyKey"])).status == 200
    assert (await api.call("DELETE", row["historyKey"])).status == 404
    assert len((await api.get(LOG)).rows) == 4
    assert plex.view(plex.owner, played.films[0]).count == 2
    api.token = plex.token(kid)
    row = (await api.get(LOG)).rows[0]
    assert (await api.call("DELETE", row["historyKey"])).status == 403
