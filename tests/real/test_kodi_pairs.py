"""Pairs with a real Kodi, made and run as a person does in Home Assistant."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Progress,
    Rated,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import OutcomeKind
from custom_components.crosswatch.providers import registry
from custom_components.crosswatch.providers.kodi import SPEC
from custom_components.crosswatch.providers.spec import ProviderSpec
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from tests.integration import connect
from tests.integration.runs import act
from tests.integration.two_way import Pair
from tests.providers.operating import operation

from .kodi import PASSWORD, USER, RealKodi
from .test_kodi import (
    EPISODES,
    FILMS,
    SHOW,
    SUMMER,
    WINTER,
    World,
    episode_item,
    film_item,
    local,
    reset,
)

pytestmark = pytest.mark.real("kodi")

FEATURES = ("history", "ratings", "progress")
ALL = (Feature.HISTORY, Feature.RATINGS, Feature.PROGRESS)

type Values = Mapping[Feature, list[tuple[Item, Value]]]


@pytest.fixture
async def kodi_account(
    hass: HomeAssistant, kodi: RealKodi, monkeypatch: pytest.MonkeyPatch
) -> ConfigEntry:
    """Return the account of an untouched Kodi."""
    reset(kodi)
    monkeypatch.setitem(
        cast(dict[str, ProviderSpec], registry.PROVIDERS), SPEC.slug, SPEC
    )
    return await connect(
        hass, "kodi", {"url": kodi.url, "username": USER, "password": PASSWORD}
    )


@pytest.fixture
def world(kodi: RealKodi, kodi_account: ConfigEntry) -> World:
    """Return the Kodi, and its account as Home Assistant has loaded it."""
    return World(kodi, kodi_account.runtime_data.account.provider)


async def put(entry: ConfigEntry, values: Values) -> None:
    """Put something into an account, as any run would."""
    provider = entry.runtime_data.account.provider
    for feature, records in values.items():
        operations = [
            operation(item, value, feature=feature) for item, value in records
        ]
        outcomes = [one async for one in provider.write(feature, operations)]
        assert {one.kind for one in outcomes} == {OutcomeKind.APPLIED}


async def held(entry: ConfigEntry) -> dict[Feature, dict[str, Value]]:
    """Return what an account holds, by features and labels."""
    provider = entry.runtime_data.account.provider
    await provider.activity(ALL)
    return {
        feature: {
            each.item.label: each.value
            for each in (await provider.read(feature, None)).records.values()
        }
        for feature in ALL
    }


async def sync(hass: HomeAssistant, pair: Pair) -> dict[str, Any]:
    """Run a pair, and return the totals of its report."""
    response = await act(hass, "sync", device_id=pair.device, dry_run=False)
    (run,) = response["runs"]
    assert run["status"] == "success", run
    return {
        name: run[name]
        for name in ("added", "removed", "updated", "errors")
        if run[name]
    }


def use(world: World) -> None:
    """Let a person watch, rate and stop."""
    world.set_movie(FILMS[0], playcount=1, lastplayed=local(SUMMER), userrating=8)
    world.set_movie(FILMS[1], playcount=2, lastplayed=local(WINTER))
    world.set_episode(
        SHOW, EPISODES[0], playcount=1, lastplayed=local(SUMMER), userrating=9
    )
    world.set_movie(
        FILMS[2], lastplayed=local(SUMMER), resume={"position": 1200, "total": 7000}
    )


FILM, OTHER, BEGUN = (film_item(film) for film in FILMS[:3])
EPISODE = episode_item(SHOW, EPISODES[0])
USED: dict[Feature, dict[str, Value]] = {
    Feature.HISTORY: {
        FILM.label: Watched(SUMMER),
        OTHER.label: Watched(WINTER),
        EPISODE.label: Watched(SUMMER),
    },
    Feature.RATINGS: {FILM.label: Rated(8), EPISODE.label: Rated(9)},
    Feature.PROGRESS: {BEGUN.label: Progress(1_200_000, 7_000_000, None, SUMMER)},
}


async def test_kodi_to_tracker(
    hass: HomeAssistant, world: World, kodi_account: ConfigEntry, tracker: ConfigEntry
) -> None:
    """Everything that was done at the device comes to the tracker, once."""
    use(world)
    pair = await Pair.add(hass, kodi_account, tracker, features=FEATURES)
    assert await sync(hass, pair) == {"added": 6}
    found = await held(tracker)
    for feature in (Feature.RATINGS, Feature.PROGRESS):
        assert found[feature] == USED[feature]
    assert {label: value.at for label, value in found[Feature.HISTORY].items()} == {
        label: value.at for label, value in USED[Feature.HISTORY].items()
    }
    assert await sync(hass, pair) == {}
    world.set_movie(FILMS[4], playcount=1, lastplayed=local(SUMMER), userrating=1)
    assert await sync(hass, pair) == {"added": 2}


async def test_tracker_to_kodi(
    hass: HomeAssistant, world: World, kodi_account: ConfigEntry, tracker: ConfigEntry
) -> None:
    """What the tracker holds is written to the device, once."""
    items = {each.label: each for each in (FILM, OTHER, BEGUN, EPISODE)}
    await put(
        tracker,
        {
            feature: [(items[label], value) for label, value in values.items()]
            for feature, values in USED.items()
        },
    )
    pair = await Pair.add(hass, tracker, kodi_account, features=FEATURES)
    assert await sync(hass, pair) == {"added": 6}
    row = world.movie(FILMS[0])
    told = (row["playcount"], row["lastplayed"], row["userrating"])
    assert told == (1, local(SUMMER), 8)
    assert world.movie(FILMS[1])["lastplayed"] == local(WINTER)
    assert world.episode(SHOW, EPISODES[0])["userrating"] == 9
    assert world.movie(FILMS[2])["resume"]["position"] == 1200
    assert await sync(hass, pair) == {}


async def test_two_way(
    hass: HomeAssistant, world: World, kodi_account: ConfigEntry, tracker: ConfigEntry
) -> None:
    """Both sides come to hold the same, and what one takes back the other loses."""
    use(world)
    last = film_item(FILMS[6])
    await put(
        tracker,
        {
            Feature.HISTORY: [(last, Watched(WINTER))],
            Feature.RATINGS: [(last, Rated(3))],
        },
    )
    removing = {"history": {"remove": True}, "ratings": {"remove": True}}
    pair = await Pair.add(
        hass, kodi_account, tracker, mode="two_way", features=FEATURES, **removing
    )
    assert await sync(hass, pair) == {"added": 8}
    row = world.movie(FILMS[6])
    assert (row["playcount"], row["lastplayed"]) == (1, local(WINTER))
    assert row["userrating"] == 3
    assert await sync(hass, pair) == {}
    world.set_movie(FILMS[6], playcount=0, lastplayed="", userrating=0)
    assert await sync(hass, pair) == {"removed": 2}
    found = await held(tracker)
    assert last.label not in found[Feature.HISTORY] | found[Feature.RATINGS]
    assert await sync(hass, pair) == {}
