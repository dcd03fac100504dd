"""Limiting a pair to libraries, as a media server lists them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.crosswatch import pair_libraries
from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.pair import policy_from_data
from homeassistant.config_entries import ConfigEntry, ConfigSubentry, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import InvalidData
from homeassistant.util import dt as dt_util
from tests.simulators.faults import FaultKind
from tests.simulators.jellyfin import JellyfinSimulator, Library

from . import add_pair, answer_pair, connect, created, only_pair
from .conftest import PASSWORD
from .test_pair_flow import PLAIN
from .test_pair_flow_reconfigure import begin_change, finish, section_keys

VIEWS = r"/UserViews"


@pytest.fixture
def films(jellyfin: JellyfinSimulator) -> Library:
    """Return a library of films."""
    return jellyfin.state.add_library("Films", "movies")


@pytest.fixture
def series(jellyfin: JellyfinSimulator) -> Library:
    """Return a library of series."""
    return jellyfin.state.add_library("Series", "tvshows")


@pytest.fixture
async def pair(
    hass: HomeAssistant,
    films: Library,
    series: Library,
    jellyfin_account: ConfigEntry,
    tracker: ConfigEntry,
) -> ConfigSubentry:
    """Return a pair from a media server with two libraries to a tracker."""
    return await add_pair(
        hass, jellyfin_account, tracker, features=["watchlist", "history"]
    )


@pytest.fixture
async def cabin(hass: HomeAssistant) -> AsyncIterator[ConfigEntry]:
    """Return an account at another server, whose films are called otherwise."""
    async with JellyfinSimulator(name="Cabin") as server:
        server.add_user("anna", PASSWORD)
        server.state.add_library("Documentaries", "movies")
        yield await connect(
            hass,
            "jellyfin",
            {"url": server.url, "username": "anna", "password": PASSWORD},
        )


async def two_way(
    hass: HomeAssistant, source: ConfigEntry, target: ConfigEntry
) -> ConfigSubentry:
    """Add a pair of histories that goes both ways."""
    result = await hass.config_entries.subentries.async_init(
        (source.entry_id, "pair"), context={"source": "user"}
    )
    answers = {"target": target.entry_id, "mode": "two_way", "features": ["history"]}
    result = await answer_pair(hass, result, answers)
    result = await answer_pair(hass, result, {"confirm": True})
    await created(hass, result)
    return only_pair(source)


def offered(result: SubentryFlowResult, feature: str) -> dict[str, str]:
    """Return the libraries to choose from for a feature, and their names."""
    schema = result["data_schema"]
    assert schema is not None
    fields = schema.schema[feature].schema.schema
    options = fields["libraries"].config["options"] if "libraries" in fields else []
    return {each["value"]: each["label"] for each in options}


async def choose(
    hass: HomeAssistant, pair: ConfigSubentry, source: ConfigEntry, *libraries: str
) -> None:
    """Limit the history of a pair to libraries."""
    result = await begin_change(hass, source, pair)
    history = {**PLAIN, "rewatches": False, "tolerance": 60}
    await finish(
        hass,
        result,
        {
            "target": pair.data["target"],
            "history": {**history, "libraries": list(libraries)},
        },
    )


async def test_all_libraries_at_first(pair: ConfigSubentry) -> None:
    """Start without a limit, for each feature by itself."""
    assert pair.data["watchlist"] == {**PLAIN, "libraries": []}
    assert pair.data["history"]["libraries"] == []
    assert (
        not policy_from_data(pair.data, dt_util.utcnow())
        .features[Feature.HISTORY]
        .libraries
    )


async def test_choose_libraries(
    hass: HomeAssistant,
    pair: ConfigSubentry,
    jellyfin_account: ConfigEntry,
    films: Library,
    series: Library,
) -> None:
    """Offer the libraries by their names, store their ids, and leave the rest."""
    result = await begin_change(hass, jellyfin_account, pair)
    assert not result["errors"]
    assert section_keys(result)["history"] == [*PLAIN, "libraries"]
    for feature in ("watchlist", "history"):
        assert offered(result, feature) == {films.id: "Films", series.id: "Series"}
    await choose(hass, pair, jellyfin_account, series.id)
    changed = only_pair(jellyfin_account)
    assert changed.data["history"]["libraries"] == [series.id]
    assert changed.data["watchlist"]["libraries"] == []
    policy = policy_from_data(changed.data, dt_util.utcnow())
    assert policy.features[Feature.HISTORY].libraries == {series.id}
    # A section that is left alone keeps its libraries.
    result = await begin_change(hass, jellyfin_account, changed)
    await finish(hass, result, {"target": pair.data["target"], "interval": 30})
    assert only_pair(jellyfin_account).data["history"]["libraries"] == [series.id]
    await choose(hass, only_pair(jellyfin_account), jellyfin_account)
    assert only_pair(jellyfin_account).data["history"]["libraries"] == []


async def test_library_that_there_is_not(
    hass: HomeAssistant, pair: ConfigSubentry, jellyfin_account: ConfigEntry
) -> None:
    """Take no library that was not offered."""
    with pytest.raises(InvalidData):
        await choose(hass, pair, jellyfin_account, "attic")


async def test_library_that_is_gone(
    hass: HomeAssistant,
    pair: ConfigSubentry,
    jellyfin: JellyfinSimulator,
    jellyfin_account: ConfigEntry,
    films: Library,
    series: Library,
) -> None:
    """Keep and show a chosen library that the server no longer has."""
    await choose(hass, pair, jellyfin_account, films.id)
    del jellyfin.state.libraries[films.id]
    result = await begin_change(hass, jellyfin_account, only_pair(jellyfin_account))
    assert not result["errors"]
    assert offered(result, "history") == {series.id: "Series", films.id: films.id}
    assert offered(result, "watchlist") == {series.id: "Series"}
    await finish(hass, result, {"target": pair.data["target"]})
    assert only_pair(jellyfin_account).data["history"]["libraries"] == [films.id]


@pytest.mark.parametrize("kind", [FaultKind.STATUS, FaultKind.NONSENSE, FaultKind.CUT])
async def test_server_that_does_not_tell(
    hass: HomeAssistant,
    pair: ConfigSubentry,
    jellyfin: JellyfinSimulator,
    jellyfin_account: ConfigEntry,
    films: Library,
    kind: FaultKind,
) -> None:
    """Open the form all the same, keep what is chosen, and say what is missing."""
    await choose(hass, pair, jellyfin_account, films.id)
    jellyfin.faults.fail(path=VIEWS, kind=kind, times=100)
    result = await begin_change(hass, jellyfin_account, only_pair(jellyfin_account))
    assert result["errors"] == {"base": "no_libraries"}
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["servers"] == jellyfin_account.title
    assert offered(result, "history") == {films.id: films.id}
    assert "libraries" not in section_keys(result)["watchlist"]
    # What is wrong with the answers matters more.
    answers: dict[str, Any] = {"target": pair.data["target"], "interval": 45}
    wrong = {"history": {**PLAIN, "rewatches": True, "tolerance": 5}}
    result = await answer_pair(hass, result, {**answers, **wrong})
    assert result["errors"] == {"base": "rewatches_not_supported"}
    await finish(hass, result, answers)
    changed = only_pair(jellyfin_account).data
    assert changed["interval"] == 45
    assert changed["history"]["libraries"] == [films.id]
    assert changed["watchlist"]["libraries"] == []


async def test_server_that_is_slow(
    hass: HomeAssistant,
    pair: ConfigSubentry,
    jellyfin: JellyfinSimulator,
    jellyfin_account: ConfigEntry,
) -> None:
    """Do not let a person wait for a server forever."""
    jellyfin.faults.fail(path=VIEWS, kind=FaultKind.SLOW, seconds=0.3, times=100)
    with patch.object(pair_libraries, "PATIENCE", 0.05):
        result = await begin_change(hass, jellyfin_account, pair)
    assert result["errors"] == {"base": "no_libraries"}
    # Let the server end its answer, which nobody waits for any more.
    await asyncio.sleep(0.4)


async def test_account_that_is_not_loaded(
    hass: HomeAssistant, pair: ConfigSubentry, jellyfin_account: ConfigEntry
) -> None:
    """Let a pair be changed while its account cannot be asked."""
    await hass.config_entries.async_unload(jellyfin_account.entry_id)
    result = await begin_change(hass, jellyfin_account, pair)
    assert result["errors"] == {"base": "no_libraries"}
    await finish(hass, result, {"target": pair.data["target"], "interval": 0})


async def test_one_way_to_a_server(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    jellyfin: JellyfinSimulator,
    films: Library,
    jellyfin_account: ConfigEntry,
) -> None:
    """Ask for libraries of the source only, and not the server for nothing."""
    pair = await add_pair(hass, tracker, jellyfin_account, features=["history"])
    assert "libraries" not in pair.data["history"]
    jellyfin.faults.fail(path=VIEWS, times=100)
    result = await begin_change(hass, tracker, pair)
    assert not result["errors"]
    assert "libraries" not in section_keys(result)["history"]


async def test_two_way_with_a_server(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    films: Library,
    jellyfin_account: ConfigEntry,
) -> None:
    """Ask for libraries of the target too where it is a source as well."""
    pair = await two_way(hass, tracker, jellyfin_account)
    assert pair.data["history"]["libraries"] == []
    result = await begin_change(hass, tracker, pair)
    assert offered(result, "history") == {f"target:{films.id}": "Films"}


async def test_two_servers(
    hass: HomeAssistant,
    films: Library,
    jellyfin_account: ConfigEntry,
    cabin: ConfigEntry,
) -> None:
    """Say whose each library is where both accounts have some."""
    pair = await two_way(hass, jellyfin_account, cabin)
    result = await begin_change(hass, jellyfin_account, pair)
    assert list(offered(result, "history").values()) == [
        f"{jellyfin_account.title}: Films",
        f"{cabin.title}: Documentaries",
    ]


async def test_two_users_of_one_server(
    hass: HomeAssistant,
    jellyfin: JellyfinSimulator,
    films: Library,
    jellyfin_account: ConfigEntry,
) -> None:
    """Tell the libraries of both accounts apart though they have the same ids."""
    ben = await connect(
        hass,
        "jellyfin",
        {"url": jellyfin.url, "username": "ben", "password": PASSWORD},
    )
    attic = jellyfin.state.add_library("Attic", "movies")
    jellyfin.state.users[ben.data["user_id"]].libraries = frozenset({films.id})
    pair = await two_way(hass, jellyfin_account, ben)
    result = await begin_change(hass, jellyfin_account, pair)
    assert offered(result, "history") == {
        films.id: f"{jellyfin_account.title}: Films",
        attic.id: f"{jellyfin_account.title}: Attic",
        f"target:{films.id}": f"{ben.title}: Films",
    }
    section = {**pair.data["history"], "libraries": [attic.id, f"target:{films.id}"]}
    policy = policy_from_data({**pair.data, "history": section}, dt_util.utcnow())
    assert policy.features[Feature.HISTORY].libraries == {attic.id}
    assert policy.features[Feature.HISTORY].target_libraries == {films.id}
