"""Runs that ask a TMDb account about items whose ids have nothing in common."""

from collections.abc import AsyncIterator

import pytest

from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.engine.model import Item, MediaKind
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from tests.simulators.routing import route_hosts
from tests.simulators.tmdb import Kind, Title, TmdbSimulator

from . import answer, start_flow, wait_for_code
from .runs import act, state_of
from .service_world import World, items, make_world, put_items

FILM = Title(Kind.MOVIE, 603, "The Matrix", "1999-03-30", imdb="tt0133093")


def known_by(**ids: str) -> Item:
    """Return the film as an account knows it."""
    return Item(MediaKind.MOVIE, ids, "The Matrix", 1999)


@pytest.fixture
async def tmdb() -> AsyncIterator[TmdbSimulator]:
    """Return a TMDb that knows one film."""
    async with TmdbSimulator() as service:
        service.library.add(FILM)
        service.approve_by_itself(1)
        with route_hosts({"api.themoviedb.org": service.url}):
            yield service


async def sign_in(hass: HomeAssistant, tmdb: TmdbSimulator) -> ConfigEntry:
    """Connect an account at TMDb."""
    result = await answer(
        hass, await start_flow(hass, "tmdb"), {"api_key": tmdb.API_KEY}
    )
    result = await wait_for_code(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await hass.async_block_till_done()
    entry: ConfigEntry = result["result"]
    return entry


async def make_two(hass: HomeAssistant) -> World:
    """Return two trackers that know the film by different ids."""
    world = await make_world(hass)
    await put_items(world.home, [known_by(imdb="tt0133093")])
    await put_items(world.cabin, [known_by(tmdb="603")])
    return world


async def test_without_tmdb(hass: HomeAssistant) -> None:
    """Nobody can know that it is the same film."""
    world = await make_two(hass)
    assert (await world.sync(dry_run=True))["added"] == 1


async def test_with_tmdb(hass: HomeAssistant, tmdb: TmdbSimulator) -> None:
    """The common id is looked up once, kept, and shown to who asks why."""
    await sign_in(hass, tmdb)
    world = await make_two(hass)
    tmdb.requests.clear()
    report = await world.sync(dry_run=True)
    assert (report["status"], report["added"]) == ("success", 0)
    asked = len(tmdb.requests)
    assert asked
    assert (await world.sync())["added"] == 0
    assert (await world.sync(full_refresh=True))["added"] == 0
    assert len(tmdb.requests) == asked
    found = await act(
        hass, "explain", device_id=world.device, feature="history", query="Matrix"
    )
    (item,) = found["items"]
    assert item["match"]["matched"] is True
    said = [*item["source"]["evidence"], *item["target"]["evidence"]]
    assert {(each["informant"], each["origin"]) for each in said} <= {
        ("TMDb", "external_id")
    }


async def test_tmdb_that_refuses(hass: HomeAssistant, tmdb: TmdbSimulator) -> None:
    """What is not known waits, and the person is asked to sign in again."""
    entry = await sign_in(hass, tmdb)
    world = await make_two(hass)
    tmdb.keys.clear()
    report = await world.sync()
    assert (report["status"], report["added"]) == ("success", 0)
    assert items(report) == {("The Matrix", "skip", "skipped", "not_looked_up")}
    assert "TMDb" in report["features"]["history"]["note"]
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flow["context"]["entry_id"] == entry.entry_id
    assert state_of(hass, "binary_sensor", world.pair, "problem") == "off"
    tmdb.keys.add(tmdb.API_KEY)
    assert items(await world.sync()) == set()


async def test_a_tmdb_account_that_goes(
    hass: HomeAssistant, tmdb: TmdbSimulator
) -> None:
    """What was matched with its help stays matched."""
    entry = await sign_in(hass, tmdb)
    world = await make_two(hass)
    await world.sync()
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert (await world.sync(full_refresh=True))["added"] == 0
