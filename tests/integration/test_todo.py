"""The watchlist of an account as a to-do list."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import mock_restore_cache

from custom_components.crosswatch.engine.model import Feature
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from tests.simulators.routing import route_hosts
from tests.simulators.tmdb import Kind, Title, TmdbSimulator

from .runs import (
    act,
    add_tracker,
    device_of,
    entity_of,
    listed,
    pair_data,
    put,
    set_up,
    settled,
    state_of,
    titles,
)
from .test_informants import sign_in

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")

KNOWN = (
    (Kind.MOVIE, 438631, "Dune", "2021-09-15"),
    (Kind.MOVIE, 275, "Fargo", "2014-03-08"),
    (Kind.TV, 60622, "Fargo", "2014-04-15"),
)


class List:
    """The to-do list of an account."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Take the account."""
        self.hass = hass
        self.entry = entry
        self.entity_id = entity_of(hass, "todo", entry, "watchlist")

    async def items(self) -> list[str]:
        """Return what is on the list."""
        await settled(self.hass)
        answer = await self._call("get_items", return_response=True)
        return [each["summary"] for each in answer[self.entity_id]["items"]]

    async def do(self, action: str, **data: Any) -> None:
        """Do something with an item."""
        await self._call(action, **data)

    async def refused(self, action: str, **data: Any) -> str:
        """Return why something cannot be done."""
        with pytest.raises(HomeAssistantError) as refused:
            await self._call(action, **data)
        assert "{" not in str(refused.value)
        return str(refused.value.translation_key)

    async def _call(self, action: str, **data: Any) -> Any:
        wants_answer = data.pop("return_response", False)
        return await self.hass.services.async_call(
            "todo",
            action,
            {"entity_id": self.entity_id, **data},
            blocking=True,
            return_response=wants_answer,
        )


@pytest.fixture
async def home(hass: HomeAssistant) -> List:
    """Return the list of a tracker, whose pair copies it to another one."""
    assert await async_setup_component(hass, "homeassistant", {})
    pairs = {"cabin": pair_data("Cabin", features=["watchlist"])}
    home = await add_tracker(hass, "Home", pairs=pairs)
    await set_up(hass, home, await add_tracker(hass, "Cabin"))
    # An update that is asked for while the list is being read is left out.
    await settled(hass)
    await put(home, listed(1, 2))
    shown = List(hass, home)
    await hass.services.async_call(
        "homeassistant",
        "update_entity",
        {"entity_id": [shown.entity_id]},
        blocking=True,
    )
    return shown


@pytest.fixture
async def tmdb(hass: HomeAssistant) -> AsyncIterator[TmdbSimulator]:
    """Return a TMDb with an account, that knows a film, and two of one title."""
    async with TmdbSimulator() as service:
        for kind, number, name, released in KNOWN:
            title = Title(kind, number, name, released, imdb=f"tt{number:07}")
            service.library.add(title)
        service.approve_by_itself(1)
        with route_hosts({"api.themoviedb.org": service.url}):
            await sign_in(hass, service)
            yield service


async def test_what_is_on_it(hass: HomeAssistant, home: List) -> None:
    """The list shows what the account has, and so does that of a pair's target."""
    assert await home.items() == ["Film 1 (2000)", "Film 2 (2000)"]
    assert state_of(hass, "todo", home.entry, "watchlist") == "2"
    (pair,) = home.entry.subentries.values()
    await act(hass, "sync", device_id=device_of(hass, home.entry, pair))
    (cabin,) = [
        each
        for each in hass.config_entries.async_entries("crosswatch")
        if each.title == "Cabin"
    ]
    assert await List(hass, cabin).items() == ["Film 1 (2000)", "Film 2 (2000)"]


async def test_a_new_account(hass: HomeAssistant) -> None:
    """The list of an account that nobody has read yet is read by itself."""
    entry = await add_tracker(hass, "Home")
    await set_up(hass, entry)
    assert await List(hass, entry).items() == []
    assert state_of(hass, "todo", entry, "watchlist") == "0"


@pytest.mark.parametrize(
    "name", ["Dune (2021)", "tt0438631", "tmdb:438631", "film: Dune (2021)"]
)
async def test_add(home: List, tmdb: TmdbSimulator, name: str) -> None:
    """A title is added by its name and year, or by an id."""
    await home.do("add_item", item=name)
    assert "Dune (2021)" in await home.items()
    assert "Dune" in await titles(home.entry, Feature.WATCHLIST)
    await home.do("add_item", item=name)
    assert (await home.items()).count("Dune (2021)") == 1


async def test_add_what_could_be_two(home: List, tmdb: TmdbSimulator) -> None:
    """A film and a series of one title have to be told apart."""
    assert await home.refused("add_item", item="Fargo (2014)") == "title_ambiguous"
    await home.do("add_item", item="show: Fargo (2014)")
    assert "Fargo (2014)" in await home.items()


async def test_add_what_nobody_knows(home: List, tmdb: TmdbSimulator) -> None:
    """A title that is not known is not added."""
    assert await home.refused("add_item", item="Nothing (1901)") == "title_not_known"
    assert len(await home.items()) == 2


async def test_add_without_tmdb(home: List) -> None:
    """An account that keeps titles takes one with its year; another needs an id."""
    await home.do("add_item", item="Dune (2021)")
    assert "Dune (2021)" in await home.items()
    assert await home.refused("add_item", item="Dune") == "title_not_added"


async def test_remove(home: List) -> None:
    """What is removed is gone from the account."""
    await home.do("remove_item", item=["Film 1 (2000)"])
    assert await home.items() == ["Film 2 (2000)"]
    assert await titles(home.entry, Feature.WATCHLIST) == {"Film 2"}


async def test_complete(hass: HomeAssistant, home: List) -> None:
    """What is completed is taken off, and marked as watched where that is wanted."""
    await home.do("update_item", item="Film 1 (2000)", status="completed")
    assert await home.items() == ["Film 2 (2000)"]
    assert await titles(home.entry, Feature.HISTORY) == set()
    switch = entity_of(hass, "switch", home.entry, "completing_watches")
    for action, state in (("turn_on", "on"), ("turn_off", "off"), ("turn_on", "on")):
        await hass.services.async_call(
            "switch", action, {"entity_id": switch}, blocking=True
        )
        assert state_of(hass, "switch", home.entry, "completing_watches") == state
    await home.do("update_item", item="Film 2 (2000)", status="completed")
    assert await home.items() == []
    assert await titles(home.entry, Feature.HISTORY) == {"Film 2"}


async def test_the_switch_stays_as_it_was(hass: HomeAssistant) -> None:
    """It is as it was before a restart."""
    mock_restore_cache(hass, [State("switch.home_completed_means_watched", "on")])
    entry = await add_tracker(hass, "Home")
    await set_up(hass, entry)
    assert state_of(hass, "switch", entry, "completing_watches") == "on"


async def test_a_series_is_not_watched_as_a_whole(
    hass: HomeAssistant, home: List, tmdb: TmdbSimulator
) -> None:
    """Nobody knows which of its episodes were watched."""
    await home.do("add_item", item="show: Fargo (2014)")
    home.entry.runtime_data.completing_watches = True
    key = await home.refused("update_item", item="Fargo (2014)", status="completed")
    assert key == "only_films_watched"
    assert "Fargo (2014)" in await home.items()


async def test_rename(home: List) -> None:
    """Nothing else of an item can be changed."""
    key = await home.refused("update_item", item="Film 1 (2000)", rename="Film 3")
    assert key == "title_not_changeable"
