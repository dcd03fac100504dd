"""An AniList account with mapping files: seasons, shows and films of other services."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
import os
from pathlib import Path

import aiohttp
import pytest

from custom_components.crosswatch.engine.evidence import Informed
from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.ledger import LedgerRow
from custom_components.crosswatch.engine.linking import link
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Record,
)
from custom_components.crosswatch.engine.plan import OutcomeKind
from custom_components.crosswatch.engine.provider import ProtocolError
from custom_components.crosswatch.providers.http import Limiters

from .anilist_world import World, anilist_world, item, plan, rate, unplan
from .operating import kinds, write

SHOW = Item(MediaKind.SHOW, {"tvdb": "700", "tmdb": "800"}, "A Series", 2010)
FILM = Item(MediaKind.MOVIE, {"tmdb": "804"}, "A Film", 1990)
ROWS: tuple[dict[str, object], ...] = (
    {"anilist": 2001, "tvdb": 700, "tmdb": 800, "season": 1, "episodes": 25},
    {"anilist": 2002, "tvdb": 700, "tmdb": 800, "season": 2, "episodes": 12},
    {"anilist": 2003, "tvdb": 700, "tmdb": 800, "season": 2, "episode": 13},
    {"anilist": 1001, "tmdb": 804, "movie": True},
    # A mapping that has it for something else than AniList does.
    {"anilist": 1002, "tvdb": 701},
    {"anilist": 2004, "tmdb": 805, "movie": True},
)


@pytest.fixture
async def world(
    session: aiohttp.ClientSession, limiters: Limiters, tmp_path: Path
) -> AsyncIterator[World]:
    """Return a simulated AniList with an account that has a mapping."""
    async with anilist_world(session, limiters, tmp_path) as world:
        world.map(*ROWS)
        yield world


def season(number: int) -> Item:
    """Return a season of the series, as another service knows it."""
    return Item(MediaKind.SEASON, {}, show=SHOW, season=number)


async def items(world: World) -> dict[str, Item]:
    """Return what is on the watchlist."""
    records = (await world.provider().read(Feature.WATCHLIST, None)).records
    return {native_id: record.item for native_id, record in records.items()}


async def test_what_entries_are(world: World) -> None:
    """Entries are the shows, seasons and films that the mapping says they are."""
    for media in (*world.films[:3], *world.series[:4]):
        world.anilist.put(world.anilist.alice, media, "PLANNING")
    found = await items(world)
    show, later = found["2001"], found["2002"]
    assert show.kind is MediaKind.SHOW
    assert dict(show.ids) == {
        "anilist": "2001",
        "mal": "601",
        "tvdb": "700",
        "tmdb": "800",
    }
    assert (show.title, show.year) == ("Series 1", 2010)
    assert (later.kind, later.season) == (MediaKind.SEASON, 2)
    assert dict(later.ids) == {"anilist": "2002", "mal": "602"}
    assert later.show is not None
    assert dict(later.show.ids) == {"tvdb": "700", "tmdb": "800"}
    assert later.label == "Series 2 S02"
    # A part of a season, what no mapping has, and what contradicts AniList's format.
    for media in (world.series[2], world.films[2], world.films[1], world.series[3]):
        assert found[str(media.media_id)] == item(media)
    assert found["1001"].kind is MediaKind.MOVIE
    assert found["1001"].ids["tmdb"] == "804"


async def test_what_is_written_where(world: World) -> None:
    """A show goes to the entry of its first season, a season and a film to theirs."""
    wanted = [SHOW, season(2), FILM]
    outcomes = await write(world.provider(), plan(*wanted))
    assert kinds(outcomes) == [OutcomeKind.APPLIED] * 3
    entries = world.anilist.alice.entries.values()
    assert {entry.media.media_id for entry in entries} == {1001, 2001, 2002}
    found = await items(world)
    for native_id, wish in zip(("2001", "2002", "1001"), wanted, strict=True):
        assert not set(item_keys(found[native_id])).isdisjoint(item_keys(wish))


async def test_what_is_written_nowhere(world: World) -> None:
    """What would be listed as something else, or is not mapped, is not found."""
    unknown = [
        # The first season is the show.
        season(1),
        season(3),
        season(0),
        replace(SHOW, ids={"tvdb": "999"}),
        replace(FILM, ids={"tmdb": "700"}),
        # Contradicts the format.
        replace(FILM, ids={"tmdb": "805"}),
    ]
    outcomes = await write(world.provider(), plan(*unknown))
    assert kinds(outcomes) == [OutcomeKind.UNRESOLVED] * len(unknown)
    assert not world.anilist.alice.entries


async def test_seasons_are_rated(world: World) -> None:
    """A season is rated by its own entry, and the show by that of the first one."""
    outcomes = await write(world.provider(), [rate(season(2), 7), rate(SHOW, 9)])
    assert kinds(outcomes) == [OutcomeKind.APPLIED] * 2
    raw = {e.media.media_id: e.raw for e in world.anilist.alice.entries.values()}
    assert raw == {2002: 70, 2001: 90}


async def test_removed_by_its_own_name(world: World) -> None:
    """A record is removed by AniList's own id, whatever a mapping says by then."""
    world.anilist.put(world.anilist.alice, world.series[1], "PLANNING")
    provider = world.provider()
    [record] = (await provider.read(Feature.WATCHLIST, None)).records.values()
    world.map({"anilist": 1, "tvdb": 5})
    assert kinds(await write(provider, [unplan(record)])) == [OutcomeKind.APPLIED]
    assert not world.anilist.alice.entries


def ids_of(world: World) -> frozenset[str]:
    """Return the namespaces by which an account finds items."""
    return world.provider().capabilities[Feature.WATCHLIST].ids


async def test_namespaces(world: World) -> None:
    """Without files items are found by AniList's and MyAnimeList's ids only."""
    assert {"tvdb", "tmdb", "imdb", "anidb", "kitsu"} <= ids_of(world)
    provider = world.provider()
    assert isinstance(provider, Informed)
    [informant] = provider.informants()
    world.options.clear()
    assert ids_of(world) == {"anilist", "mal"}
    assert not world.provider().informants()
    # It says what the files say, from when they have been read.
    answers = [each async for each in informant.look_up([SHOW])]
    assert answers[0] is not None
    assert answers[0].item.ids["anilist"] == "2001"


async def test_version_of_the_files(world: World) -> None:
    """What the files say has a version, which moves when they change, unread too."""
    first, second = (world.provider().informants()[0].version for _ in range(2))
    assert first == second != ""
    path = world.map({"anilist": 1, "tvdb": 2})
    [informant] = world.provider().informants()
    assert informant.version not in {first, ""}
    path.unlink()
    [informant] = world.provider().informants()
    assert informant.version == ""
    with pytest.raises(ProtocolError):
        [each async for each in informant.look_up([SHOW])]


async def test_overrides(world: World) -> None:
    """What a person says in the second file wins."""
    world.map(
        {"anilist": 2003, "tvdb": 700, "season": 2},
        {"anilist": 2002, "tvdb": 700, "season": 3},
        option="numbering_overrides",
    )
    for media in world.series[:3]:
        world.anilist.put(world.anilist.alice, media, "PLANNING")
    found = await items(world)
    assert [found[str(2000 + number)].season for number in (1, 2, 3)] == [None, 3, 2]
    world.options.pop("numbering_file")
    found = await items(world)
    assert found["2001"] == item(world.series[0])
    assert found["2003"].season == 2


async def test_a_file_that_changes(world: World) -> None:
    """A file is read again when it has changed, and the marker tells of that."""
    world.anilist.put(world.anilist.alice, world.series[1], "PLANNING")
    provider = world.provider()
    first = await provider.activity([Feature.WATCHLIST])
    assert first == await provider.activity([Feature.WATCHLIST])
    path = world.map({"anilist": 2002, "tvdb": 777})
    os.utime(path, (1, 1))
    assert first != await provider.activity([Feature.WATCHLIST])
    [record] = (await provider.read(Feature.WATCHLIST, None)).records.values()
    assert record.item.kind is MediaKind.SHOW
    assert record.item.ids["tvdb"] == "777"


@pytest.mark.parametrize("option", ["numbering_file", "numbering_overrides"])
async def test_bad_files(world: World, option: str) -> None:
    """A file that cannot be used stops everything, and its content is not shown."""
    world.anilist.put(world.anilist.alice, world.series[0], "PLANNING")
    path = world.folder / "secrets.yaml"
    path.write_text("password: hunter2")
    for text in (str(path), str(world.folder / "missing"), "relative.json", "a\0b"):
        world.options[option] = text
        provider = world.provider()
        for work in (
            provider.activity([Feature.WATCHLIST]),
            provider.read(Feature.WATCHLIST, None),
            write(provider, plan(SHOW)),
        ):
            with pytest.raises(ProtocolError, match="options of the AniList") as error:
                await work
            assert not error.value.maybe_sent
            shown = str(error.value)
            assert "hunter2" not in shown
            assert str(world.folder) not in shown
    assert world.requests() == 0


async def test_a_file_that_breaks(world: World) -> None:
    """So does one that was good before: entries do not turn into other items."""
    world.anilist.put(world.anilist.alice, world.series[1], "PLANNING")
    provider = world.provider()
    await provider.read(Feature.WATCHLIST, None)
    path = world.map()
    with pytest.raises(ProtocolError):
        await provider.read(Feature.WATCHLIST, None)
    path.unlink()
    with pytest.raises(ProtocolError):
        await provider.read(Feature.WATCHLIST, None)
    world.map(*ROWS)
    [record] = (await provider.read(Feature.WATCHLIST, None)).records.values()
    assert record.item.season == 2


async def test_read_at_once(world: World) -> None:
    """Two that need the file at the same time have it read once, and both know it."""
    provider = world.provider()
    await asyncio.gather(
        provider.read(Feature.WATCHLIST, None),
        provider.read(Feature.RATINGS, None),
        write(provider, plan(SHOW)),
    )
    assert len(world.anilist.alice.entries) == 1


async def test_a_mapping_that_comes_later(world: World) -> None:
    """An entry that turns out to be a season is still the item that a pair knows."""
    world.anilist.put(world.anilist.alice, world.series[1], "PLANNING")
    world.options.clear()
    [before] = (await world.provider().read(Feature.WATCHLIST, None)).records.values()
    world.map(*ROWS)
    [after] = (await world.provider().read(Feature.WATCHLIST, None)).records.values()
    assert (before.item.kind, after.item.kind) == (MediaKind.SHOW, MediaKind.SEASON)
    # The other service has each season as a show of its own.
    theirs = Record(item(world.series[1]), Listed(), "simkl:5")
    row = LedgerRow(
        row_id=1,
        keys=" ".join(before.keys),
        source_native=before.native_id,
        target_native="simkl:5",
    )
    [(match, is_certain)] = link([after], [theirs], [row])
    assert is_certain
    assert (len(match.source), len(match.target), len(match.rows)) == (1, 1, 1)
