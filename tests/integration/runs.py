"""What tests of runs need: films to sync, and ways to run pairs and look."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.coordinator import PairCoordinator
from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Play,
    Rated,
    Side,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.providers.registry import PROVIDERS
from custom_components.crosswatch.providers.sign_in import SignedIn
from custom_components.crosswatch.providers.spec import SignInContext
from custom_components.crosswatch.shared import async_get_limiters, storage_folder
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigSubentry,
    ConfigSubentryDataWithId,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.aiohttp_client import async_get_clientsession

WATCHED_AT = datetime(2024, 5, 1, 20, tzinfo=UTC)
PATIENCE = 15.0
LISTENING = "CrossWatch listens"


async def settled(hass: HomeAssistant) -> None:
    """Wait for all but listening, which ends with its account only."""
    await hass.async_block_till_done()
    while tasks := [
        task
        for task in asyncio.all_tasks()
        if task.get_name().startswith("CrossWatch ")
        and not task.get_name().startswith(LISTENING)
    ]:
        await asyncio.wait(tasks)
        await hass.async_block_till_done()


def film(number: int) -> Item:
    """Return the n-th of some films."""
    return Item(
        MediaKind.MOVIE, {"imdb": f"tt{1000 + number:07}"}, f"Film {number}", 2000
    )


async def put(
    entry: ConfigEntry, values: Mapping[Feature, Mapping[int, Value]]
) -> None:
    """Put films into an account, as its provider would for any run."""
    provider = entry.runtime_data.account.provider
    for feature, films in values.items():
        operations = [
            Operation(
                feature=feature,
                side=Side.TARGET,
                action=Action.ADD,
                item=film(number),
                reason=Reason.MISSING,
                keys=item_keys(film(number)),
                value=value,
            )
            for number, value in films.items()
        ]
        outcomes = [outcome async for outcome in provider.write(feature, operations)]
        assert {outcome.kind for outcome in outcomes} == {OutcomeKind.APPLIED}


def watched(*numbers: int) -> dict[Feature, dict[int, Value]]:
    """Return films that were watched once."""
    return {
        Feature.HISTORY: {
            number: Watched(WATCHED_AT, (Play(WATCHED_AT),)) for number in numbers
        }
    }


def listed(*numbers: int) -> dict[Feature, dict[int, Value]]:
    """Return films on a watchlist."""
    return {Feature.WATCHLIST: {number: Listed(WATCHED_AT) for number in numbers}}


def rated(**ratings: float) -> dict[Feature, dict[int, Value]]:
    """Return films with ratings, given as `film_1=8`."""
    return {
        Feature.RATINGS: {
            int(name.removeprefix("film_")): Rated(rating, WATCHED_AT)
            for name, rating in ratings.items()
        }
    }


async def titles(entry: ConfigEntry, feature: Feature) -> set[str]:
    """Return the titles that an account has."""
    snapshot = await entry.runtime_data.account.provider.read(feature, None)
    return {record.item.title for record in snapshot.records.values()}


def coordinator_of(entry: ConfigEntry, pair: ConfigSubentry) -> PairCoordinator:
    """Return what runs a pair."""
    coordinator: PairCoordinator = entry.runtime_data.pairs[pair.subentry_id]
    return coordinator


def device_of(
    hass: HomeAssistant, entry: ConfigEntry, pair: ConfigSubentry | None = None
) -> str:
    """Return the id of the device of a pair, or else of its account."""
    identifier = pair.subentry_id if pair else entry.entry_id
    return dr.async_get_device_id_by_identifier(
        hass, (DOMAIN, identifier), config_entry_id=entry.entry_id
    )


def entity_of(
    hass: HomeAssistant, platform: str, owner: ConfigEntry | ConfigSubentry, key: str
) -> str:
    """Return the id of an entity of a pair or an account."""
    owner_id = (
        owner.subentry_id if isinstance(owner, ConfigSubentry) else owner.entry_id
    )
    entity_id = er.async_get(hass).async_get_entity_id(
        platform, DOMAIN, f"{owner_id}_{key}"
    )
    assert entity_id is not None, f"no {platform} {key}"
    return entity_id


def state_of(
    hass: HomeAssistant, platform: str, owner: ConfigEntry | ConfigSubentry, key: str
) -> str:
    """Return the state of an entity of a pair or an account."""
    state = hass.states.get(entity_of(hass, platform, owner, key))
    assert state is not None
    return state.state


async def act(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    """Call one of our actions and return its response."""
    response = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    assert response is not None
    await hass.async_block_till_done()
    return dict(response)


async def press(hass: HomeAssistant, pair: ConfigSubentry, key: str) -> None:
    """Press a button of a pair; the run that it starts goes on."""
    await hass.services.async_call(
        "button",
        "press",
        {"entity_id": entity_of(hass, "button", pair, key)},
        blocking=True,
    )


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something has come true."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


def is_telling(pair_id: str) -> bool:
    """Return whether somebody is about to tell what a run of a pair leaves."""
    name = f"CrossWatch tells of the run of {pair_id}"
    return name in {task.get_name() for task in asyncio.all_tasks()}


async def add_tracker(
    hass: HomeAssistant,
    name: str,
    *,
    pairs: Mapping[str, Mapping[str, Any]] | None = None,
    version: int = 1,
) -> MockConfigEntry:
    """Add a tracker account whose ids never change, and do not set it up.

    `pairs` are the data of its pairs, by their ids.
    """
    sign_in = (
        PROVIDERS["tracker"]
        .load_sign_in()
        .sign_in(
            SignInContext(
                session=lambda verify: async_get_clientsession(hass, verify),
                limiters=async_get_limiters(hass),
                device_id="test",
                folder=storage_folder(hass),
            )
        )
    )
    signed_in = await sign_in.begin({"name": name})
    assert isinstance(signed_in, SignedIn)
    entry = MockConfigEntry(
        domain=DOMAIN,
        entry_id=entry_id_of(name),
        title=name,
        unique_id=f"tracker_{name}",
        version=version,
        data={"provider": "tracker", **signed_in.data},
        subentries_data=[
            ConfigSubentryDataWithId(
                data=dict(data),
                subentry_id=pair_id,
                subentry_type="pair",
                title=f"{name} → {pair_id}",
                unique_id=pair_id,
            )
            for pair_id, data in (pairs or {}).items()
        ],
    )
    entry.add_to_hass(hass)
    return entry


def entry_id_of(name: str) -> str:
    """Return the id of the account of this name."""
    return f"entry-{name.lower()}"


def pair_data(target: str, **data: Any) -> dict[str, Any]:
    """Return the data of a pair that writes to a tracker; as small as it may be."""
    return {
        "target": entry_id_of(target),
        "features": ["history"],
        "dry_run": False,
        **data,
    }


async def set_up(hass: HomeAssistant, *entries: MockConfigEntry) -> None:
    """Set up accounts; the first one brings all others that are known with it."""
    for entry in entries:
        if entry.state is ConfigEntryState.NOT_LOADED:
            await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
