"""What can be read of the simulated server's library."""

from xml.etree import ElementTree as ET

import pytest

from ..catalogue import Catalogue
from . import Agent, Identity, Oddities, PlexServerSimulator, Seeded, seed
from .conftest import Api

MOVIES = "/library/sections/1/all"
EPISODES = "/library/sections/2/all?type=4"


async def test_who_it_is(api: Api, plex: PlexServerSimulator) -> None:
    """Anybody may ask which server it is, but nothing else."""
    api.token = ""
    reply = await api.get("/identity")
    assert reply.box["machineIdentifier"] == plex.machine_identifier
    assert reply.box["claimed"] is True
    other = PlexServerSimulator(name="Attic")
    assert other.machine_identifier != plex.machine_identifier
    for token in ("", "wrong"):
        api.token = token
        reply = await api.call("GET", "/library/sections")
        assert reply.status == 401
        # Whatever was asked for: the errors of a server are small pages.
        assert reply.headers["Content-Type"].startswith("text/html")


async def test_token_in_the_query(api: Api, plex: PlexServerSimulator) -> None:
    """A token may be a parameter, as every header may."""
    token, api.token = api.token, ""
    reply = await api.get(f"/?X-Plex-Token={token}")
    assert reply.box["friendlyName"] == "Tower"


async def test_sections(api: Api, library: Seeded) -> None:
    """Sections have a type and an agent, and say when they changed."""
    reply = await api.get("/library/sections")
    rows = reply.box["Directory"]
    assert [(row["key"], row["type"], row["agent"]) for row in rows] == [
        ("1", "movie", "tv.plex.agents.movie"),
        ("2", "show", "tv.plex.agents.series"),
    ]
    before = rows[0]["contentChangedAt"]
    library.films[0].section.changes += 1
    reply = await api.get("/library/sections/all")
    assert reply.box["Directory"][0]["contentChangedAt"] == before + 1
    assert (await api.call("GET", "/library/sections/9/all")).status == 404


async def test_json_or_xml(api: Api, library: Seeded) -> None:
    """Without a word about JSON the same comes as XML."""
    asked_for = await api.get("/library/metadata/101")
    reply = await api.call("GET", "/library/metadata/101", headers={"Accept": "*/*"})
    assert reply.headers["Content-Type"].startswith("text/xml")
    (video,) = ET.fromstring(reply.text)  # noqa: S314
    assert video.tag == "Video"
    (row,) = asked_for.rows
    simple = {k: str(v) for k, v in row.items() if not isinstance(v, list)}
    assert video.attrib == simple
    assert [it.get("id") for it in video.findall("Guid")] == [
        it["id"] for it in row["Guid"]
    ]
    path = f"/library/metadata/{library.series[0].key}"
    reply = await api.call("GET", path, headers={"Accept": ""})
    assert [it.tag for it in ET.fromstring(reply.text)] == ["Directory"]  # noqa: S314


async def test_an_item(api: Api, plex: PlexServerSimulator, library: Seeded) -> None:
    """What never happened to an item has no member; its ids come on request."""
    film = library.films[0]
    (row,) = [it for it in (await api.get(MOVIES)).rows if it["ratingKey"] == "101"]
    assert row["guid"].startswith("plex://movie/")
    missing = {"viewCount", "lastViewedAt", "viewOffset", "userRating", "lastRatedAt"}
    assert not (missing | {"Guid", "index", "parentKey"}) & row.keys()
    rows = (await api.get(f"{MOVIES}?includeGuids=1")).rows
    (row,) = [it for it in rows if it["ratingKey"] == "101"]
    assert row["Guid"] == [{"id": "imdb://tt0133093"}, {"id": "tmdb://603"}]
    plex.watch(plex.owner, film)
    plex.rate(plex.owner, film, 8)
    (row,) = (await api.get("/library/metadata/101")).rows
    now = plex.library.now()
    assert (row["viewCount"], row["lastViewedAt"]) == (1, now)
    assert (row["userRating"], row["lastRatedAt"]) == (8.0, now)


async def test_an_episode(api: Api, library: Seeded) -> None:
    """An episode names its season and its show."""
    show = library.series[0]
    assert (await api.titles(EPISODES)) != []
    (row,) = [
        it
        for it in (await api.get(f"{EPISODES}&includeGuids=1")).rows
        if (it["grandparentTitle"], it["parentIndex"], it["index"])
        == (show.title, 1, 2)
    ]
    assert row["grandparentRatingKey"] == show.key
    assert row["grandparentGuid"] == show.guid
    assert row["parentTitle"] == "Season 1"
    assert row["key"] == f"/library/metadata/{row['ratingKey']}"
    assert {it["id"].partition(":")[0] for it in row["Guid"]} == {
        "imdb",
        "tmdb",
        "tvdb",
    }


async def test_below_an_item(api: Api, library: Seeded) -> None:
    """Seasons and episodes come in order, the specials first."""
    path = f"/library/metadata/{library.series[0].key}"
    assert [it["index"] for it in (await api.get(f"{path}/children")).rows] == [0, 1, 2]
    rows = (await api.get(f"{path}/allLeaves")).rows
    places = [(it["parentIndex"], it["index"]) for it in rows]
    assert places == sorted(places)
    assert len(places) > 8
    assert all("Guid" not in it for it in rows)
    assert "Guid" in (await api.get(f"{path}/allLeaves?includeGuids=1")).rows[0]
    part = await api.get(f"{path}/allLeaves", **{"X-Plex-Container-Size": "2"})
    assert (part.box["size"], part.box["totalSize"]) == (2, len(places))
    assert (await api.call("GET", "/library/metadata/101/allLeaves")).status == 404


async def test_several_items(api: Api, library: Seeded) -> None:
    """Of several, those that are gone are left out; of none there is no answer."""
    rows = (await api.get("/library/metadata/101,9999,103")).rows
    assert [row["ratingKey"] for row in rows] == ["101", "103"]
    assert all("Guid" in row for row in rows)
    for keys in ("9999", "9998,9999", "abc"):
        assert (await api.call("GET", f"/library/metadata/{keys}")).status == 404


async def test_names_of_all_agents(
    api: Api, plex: PlexServerSimulator, small_catalogue: Catalogue
) -> None:
    """Every agent names items in its own way, and only the new ones have ids."""
    odd = Oddities(old_agent=4, home_video=7, unmatched=5, anime=3)
    library = seed(plex, small_catalogue, oddities=odd)
    named: dict[str, list[str]] = {}
    for title, section in library.sections.items():
        query = f"/library/sections/{section.key}/all?includeGuids=1"
        for row in (await api.get(query)).rows:
            named.setdefault(title, []).append(row["guid"])
            if row["guid"].startswith("plex://"):
                assert row["Guid"]
            else:
                assert "Guid" not in row
    starts = {
        title: {guid.partition("://")[0] for guid in guids}
        for title, guids in named.items()
    }
    assert starts["Movies"] == {"plex", "local"}
    assert starts["Home Videos"] <= {"com.plexapp.agents.none", "local"}
    assert starts["Old Movies (IMDB)"] <= {"com.plexapp.agents.imdb", "local"}
    assert starts["Old Movies (TMDB)"] <= {"com.plexapp.agents.themoviedb", "local"}
    assert starts["Old Shows (TVDB)"] == {"com.plexapp.agents.thetvdb"}
    anime = library.sections["Anime"].items
    show = next(it for it in library.series if it.section.title == "Anime")
    tvdb = show.guid.partition("tvdb-")[2].partition("?")[0]
    assert show.guid == f"com.plexapp.agents.hama://tvdb-{tvdb}?lang=en"
    leaf = next(it for it in show.leaves() if it.parent and it.parent.index == 1)
    assert leaf.guid == f"com.plexapp.agents.hama://tvdb-{tvdb}/1/1?lang=en"
    assert anime


async def test_files(plex: PlexServerSimulator, small_catalogue: Catalogue) -> None:
    """Two episodes may lie in one file, and one film in two."""
    library = seed(plex, small_catalogue, oddities=Oddities(two_in_one_file=1))
    first = [it for it in library.series[0].leaves() if it.parent and it.parent.index]
    assert first[0].files == first[1].files
    assert first[0].rating_key != first[1].rating_key
    assert first[2].files != first[1].files
    assert {len(film.files) for film in library.films} == {1, 2}


async def test_copies(
    api: Api, plex: PlexServerSimulator, small_catalogue: Catalogue
) -> None:
    """Copies of a film are watched as one, unless that is switched off."""
    library = seed(plex, small_catalogue, oddities=Oddities(second_copy=1))
    film, copy = library.films[0], library.copies[0]
    assert (film.guid, film.section) != (copy.guid, copy.section)
    assert film.guid == copy.guid
    found = (await api.get(f"/library/all?type=1&guid={film.guid}")).rows
    assert {row["ratingKey"] for row in found} == {film.key, copy.key}
    plex.watch(plex.owner, film)
    assert plex.view(plex.owner, copy).count == 1
    plex.behaviour.copies_share_state = False
    plex.watch(plex.owner, film)
    assert plex.view(plex.owner, copy).count == 0


async def test_what_was_begun(
    api: Api, plex: PlexServerSimulator, library: Seeded
) -> None:
    """What was begun can be continued; what comes next, too, though not begun."""
    film, show = library.films[3], library.series[2]
    plex.stop_at(plex.owner, film, 900_000)
    plex.watch(plex.owner, next(show.leaves()))
    begun = (await api.get("/hubs/continueWatching/items")).rows
    assert [(row["title"], row["viewOffset"]) for row in begun] == [
        (film.title, 900_000)
    ]
    deck = (await api.get("/library/onDeck")).rows
    assert [row["title"] for row in deck] == [film.title, list(show.leaves())[1].title]
    assert "viewOffset" not in deck[1]


async def test_removing_and_adding_again(
    api: Api, plex: PlexServerSimulator, library: Seeded
) -> None:
    """A title that comes back has another key, but is known by its name."""
    film, show = library.films[0], library.series[0]
    plex.watch(plex.owner, film)
    plex.remove(film)
    plex.remove(show)
    assert (await api.call("GET", f"/library/metadata/{film.key}")).status == 404
    assert len(await api.titles(MOVIES)) == 29
    again = plex.library.add_again(film)
    (row,) = (await api.get(f"/library/metadata/{again.key}")).rows
    assert (row["guid"], row["viewCount"]) == (film.guid, 1)
    assert again.key != film.key
    whole = plex.library.add_again(show)
    assert [it.guid for it in whole.leaves()] == [it.guid for it in show.leaves()]
    assert plex.show(show.title) is whole
    plex.library.rename(again, Identity("local://1"))
    (row,) = (await api.get(f"/library/metadata/{again.key}")).rows
    assert row["guid"] == "local://1"
    assert not {"viewCount", "Guid"} & row.keys()


async def test_adding_by_hand(api: Api, plex: PlexServerSimulator) -> None:
    """A test can put together what it needs."""
    section = plex.library.add_section("Rare", "movie", Agent.NEW_NONE)
    item = plex.library.add("movie", section, "Zürich — 日本", year=2001)
    (row,) = (await api.get("/library/sections/1/all")).rows
    assert (row["title"], row["guid"]) == ("Zürich — 日本", f"local://{item.key}")
    assert not {"duration", "originallyAvailableAt"} & row.keys()
    assert plex.film("Zürich — 日本") is item
    show = plex.library.add("show", plex.add_section("Shows", "show"), "Wien")
    season = plex.library.add("season", show.section, "One", parent=show, index=1)
    leaf = plex.library.add("episode", show.section, "A", parent=season, index=3)
    assert plex.episode("Wien", 1, 3) is leaf
    with pytest.raises(KeyError):
        plex.episode("Wien", 1, 4)
    with pytest.raises(KeyError):
        plex.film("Paris")
    with pytest.raises(KeyError):
        plex.episode("Paris", 1, 1)
