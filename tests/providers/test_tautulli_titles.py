"""Finding out what Tautulli's rows are about: whose ids they are, and whose not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.crosswatch.engine.model import Feature, Item
from custom_components.crosswatch.engine.provider import ProviderUnavailableError
from tests.simulators.tautulli import Media, Title

from .tautulli_world import World, moment, tautulli_world
from .worlds import world_of

world = world_of(tautulli_world)


async def played(world: World, title: Title) -> Item:
    """Return the item of a title that was played."""
    world.server.play(world.jon, title, moment(1))
    [record] = (await world.provider().read(Feature.HISTORY, None)).records.values()
    return record.item


def show_of(title: Title) -> Title:
    """Return the show of an episode."""
    assert title.show is not None
    return title.show


@pytest.mark.parametrize(
    ("guid", "ids"),
    [
        ("com.plexapp.agents.imdb://tt0133093?lang=en", {"imdb": "tt0133093"}),
        ("com.plexapp.agents.themoviedb://603?lang=de", {"tmdb": "603"}),
    ],
)
async def test_film_of_an_older_agent(
    world: World, guid: str, ids: dict[str, str]
) -> None:
    """What an older agent has made tells the id, and nothing need be asked."""
    film = world.seeded.films[0]
    film.guid, film.guids = guid, ()
    item = await played(world, film)
    assert dict(item.ids) == ids
    assert world.server.calls("get_metadata") == 0


@pytest.mark.parametrize(
    ("guid", "ids"),
    [
        ("com.plexapp.agents.thetvdb://121361/6/1?lang=en", {"tvdb": "121361"}),
        ("com.plexapp.agents.themoviedb://1399/6/1?lang=en", {"tmdb": "1399"}),
        ("com.plexapp.agents.hama://anidb-239/1/4?lang=en", {"anidb": "239"}),
        ("com.plexapp.agents.hama://tvdb-78857/1/4?lang=en", {"tvdb": "78857"}),
    ],
)
async def test_episode_of_an_older_agent(
    world: World, guid: str, ids: dict[str, str]
) -> None:
    """An episode of an older agent tells the id of its show."""
    episode = world.seeded.episodes[1]
    episode.guid, episode.guids = guid, ()
    item = await played(world, episode)
    assert item.show is not None
    assert dict(item.show.ids) == ids
    assert not item.ids
    assert world.server.calls("get_metadata") == 0


async def test_show_of_an_older_agent(world: World) -> None:
    """A show may be named by an older agent while its episodes are not."""
    episode = world.seeded.episodes[0]
    show = show_of(episode)
    show.guid, show.guids = "com.plexapp.agents.thetvdb://121361?lang=en", ()
    item = await played(world, episode)
    assert item.show is not None
    assert dict(item.show.ids) == {"tvdb": "121361"}


async def test_items_without_ids(world: World) -> None:
    """A film of which nobody knows an id is there by its title and year."""
    film = world.seeded.films[0]
    film.guid, film.guids = "local://4711", ()
    item = await played(world, film)
    assert not item.ids
    assert (item.title, item.year) == (film.title, film.year)


async def test_film_that_is_gone(world: World) -> None:
    """A film that Plex does not have any more keeps its plays, without ids."""
    film = world.seeded.films[0]
    film.gone = True
    assert not (await played(world, film)).ids
    assert world.server.calls("server_status") == 1


async def test_gone_on_an_older_server(world: World) -> None:
    """A server that does not tell of its Plex server is believed."""
    film = world.seeded.films[0]
    film.gone = True
    world.server.behaviour.knows_status = False
    assert not (await played(world, film)).ids


async def test_plex_is_down(world: World) -> None:
    """Without its Plex server everything would seem to be gone: nothing is read."""
    world.server.behaviour.plex_connected = False
    with pytest.raises(ProviderUnavailableError, match="Plex"):
        await played(world, world.seeded.films[0])
    world.server.behaviour.plex_connected = True
    snapshot = await world.provider().read(Feature.HISTORY, None)
    [record] = snapshot.records.values()
    assert record.item.ids


async def test_refused_metadata(world: World) -> None:
    """A call for metadata that is refused tells that there is none."""
    film = world.seeded.films[0]
    body = '{"response": {"result": "error", "message": "Unable", "data": {}}}'
    world.server.faults.fail(status=400, body=body, on_call=2)
    assert not (await played(world, film)).ids


async def test_key_of_another_film(world: World) -> None:
    """A key that now names another film lends it no ids."""
    film, other = world.seeded.films[:2]
    world.server.play(world.jon, film, moment(1))
    world.server.titles[film.rating_key] = other
    [record] = (await world.provider().read(Feature.HISTORY, None)).records.values()
    assert record.item.title == film.title
    assert not record.item.ids


async def test_same_film_of_another_agent(world: World) -> None:
    """A film that got another name from another agent is still that film."""
    film = world.seeded.films[0]
    world.server.play(world.jon, film, moment(1))
    world.server.titles[film.rating_key] = replace(film, guid="plex://movie/other")
    [record] = (await world.provider().read(Feature.HISTORY, None)).records.values()
    assert record.item.ids


async def test_key_of_another_show(world: World) -> None:
    """A key that now names another show lends it no ids; the episode tells them."""
    episode = world.seeded.episodes[0]
    show, other = show_of(episode), world.seeded.shows[1]
    world.server.titles[show.rating_key] = other
    item = await played(world, episode)
    assert item.show is not None
    assert item.show.title == show.title
    assert dict(item.show.ids) == {
        guid.partition("://")[0]: guid.partition("://")[2] for guid in show.guids
    }
    assert item.ids


async def test_keys_of_another_library(world: World) -> None:
    """Where all keys name something else, an episode is known by its title only."""
    episode, other = world.seeded.episodes[0], world.seeded.episodes[-1]
    show = show_of(episode)
    world.server.play(world.jon, episode, moment(1))
    world.server.titles[show.rating_key] = world.seeded.films[0]
    world.server.titles[episode.rating_key] = other
    [record] = (await world.provider().read(Feature.HISTORY, None)).records.values()
    assert record.item.show is not None
    assert not record.item.ids
    assert not record.item.show.ids


async def test_same_episode_of_another_agent(world: World) -> None:
    """An episode at the same place of the same show is that episode."""
    episode = world.seeded.episodes[0]
    show = show_of(episode)
    world.server.play(world.jon, episode, moment(1))
    show.gone = True
    world.server.titles[episode.rating_key] = replace(episode, guid="plex://other")
    [record] = (await world.provider().read(Feature.HISTORY, None)).records.values()
    assert record.item.ids
    assert record.item.show is not None
    assert record.item.show.ids


async def test_episodes_share_their_show(world: World) -> None:
    """All episodes of a show have the very same show, however it was found."""
    for day, episode in enumerate(world.seeded.episodes[:3]):
        world.server.play(world.jon, episode, moment(day))
    show_of(world.seeded.episodes[0]).gone = True
    snapshot = await world.provider().read(Feature.HISTORY, None)
    assert len({id(each.item.show) for each in snapshot.records.values()}) == 1


async def test_episode_without_a_place(world: World) -> None:
    """An episode that has no number is found by its own ids."""
    episode = world.seeded.episodes[0]
    episode.index = None
    item = await played(world, episode)
    assert (item.number, item.place) == (None, None)
    assert item.ids
    assert item.show is not None
    assert item.show.ids


async def test_episode_without_a_show_key(world: World) -> None:
    """An episode whose row names no show is asked for itself."""
    episode = world.seeded.episodes[0]
    row = world.server.play(world.jon, episode, moment(1))
    row.shown["grandparent_rating_key"] = ""
    [record] = (await world.provider().read(Feature.HISTORY, None)).records.values()
    assert record.item.ids
    assert record.item.show is not None
    assert record.item.show.ids


async def test_row_without_any_key(world: World) -> None:
    """A row that names nothing to ask for is known by what it says."""
    row = world.server.play(world.jon, world.seeded.episodes[0], moment(1))
    row.shown |= {"grandparent_rating_key": "", "rating_key": "", "guid": ""}
    [record] = (await world.provider().read(Feature.HISTORY, None)).records.values()
    assert record.native_id == "episode:"
    assert record.item.show is not None
    assert world.server.calls("get_metadata") == 0


async def test_ids_that_come_later(world: World) -> None:
    """A new film that gets its ids after a day gets them with the next full read."""
    film, old = world.seeded.films[:2]
    guids, film.guids = film.guids, ()
    old.gone = True
    world.server.play(world.jon, old, moment(30))
    world.server.play(world.jon, film, moment(0))
    before = await world.read()
    assert not before.records[film.guid].item.ids
    film.guids = guids
    assert (await world.read(previous=before)).records == before.records
    world.now += timedelta(days=1)
    world.server.reset_requests()
    after = await world.read(previous=before)
    assert after.records[film.guid].item.ids
    # What was played long ago and is gone is not asked for again.
    assert world.server.calls("get_metadata") == 1


async def test_known_show_costs_nothing(world: World) -> None:
    """After a restart, a full read learns the shows from what it knows."""
    first, second = world.seeded.episodes[:2]
    world.server.play(world.jon, first, moment(3))
    before = await world.read()
    world.server.play(world.jon, second, moment(1))
    world.now += timedelta(days=1)
    world.server.reset_requests()
    after = await world.read(previous=before)
    assert world.server.calls("get_metadata") == 0
    shows = {id(each.item.show) for each in after.records.values()}
    assert len(after.records) == 2
    assert len(shows) == 1


async def test_foreign_and_odd_titles(world: World) -> None:
    """Titles come as they are, whatever signs are in them."""
    names = ["Amélie – Le Fabuleux Destin", "千と千尋の神隠し", "<3 & >", "🎬 & co"]
    for number, name in enumerate(names):
        guid = f"plex://movie/odd{number}"
        film = world.server.add(Media.MOVIE, name, guid, year=2001)
        world.server.play(world.jon, film, moment(number + 1))
    snapshot = await world.provider().read(Feature.HISTORY, None)
    assert sorted(each.item.title for each in snapshot.records.values()) == sorted(
        names
    )
