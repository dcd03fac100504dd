"""What tests of the actions need: a few accounts with two pairs, and refusals."""

from collections.abc import Sequence
from typing import Any

import pytest

from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import Feature, Item, Play, Side, Watched
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    OutcomeKind,
    Reason,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError

from .runs import WATCHED_AT, act, add_tracker, device_of, pair_data, set_up

ALL = ["history", "watchlist", "ratings"]
ZERO = {
    "added": 0,
    "removed": 0,
    "updated": 0,
    "skipped": 0,
    "unresolved": 0,
    "errors": 0,
    "blocked": 0,
}


class World:
    """The accounts Home, Cabin and Boat, and the pairs from Home to the others."""

    def __init__(self, hass: HomeAssistant, *entries: ConfigEntry) -> None:
        """Take the accounts."""
        self.hass = hass
        self.home, self.cabin, self.boat = entries
        self.pair, self.second = self.home.subentries.values()

    @property
    def device(self) -> str:
        """Return the device of the pair Home → Cabin."""
        return device_of(self.hass, self.home, self.pair)

    async def sync(self, **data: Any) -> dict[str, Any]:
        """Run the pair Home → Cabin and return its report, items included."""
        response = await act(
            self.hass, "sync", device_id=self.device, include_items=True, **data
        )
        report: dict[str, Any] = response["runs"][0]
        return report


async def make_world(hass: HomeAssistant, **settings: Any) -> World:
    """Return empty accounts; the second of both pairs has its schedule off."""
    home = await add_tracker(
        hass,
        "Home",
        pairs={
            "cabin": pair_data("Cabin", **{"features": ALL, **settings}),
            "boat": pair_data("Boat", enabled=False),
        },
    )
    cabin = await add_tracker(hass, "Cabin")
    boat = await add_tracker(hass, "Boat")
    await set_up(hass, home, cabin, boat)
    return World(hass, home, cabin, boat)


async def put_items(entry: ConfigEntry, watched: Sequence[Item]) -> None:
    """Put watched items of any kind into an account."""
    provider = entry.runtime_data.account.provider
    operations = [
        Operation(
            feature=Feature.HISTORY,
            side=Side.TARGET,
            action=Action.ADD,
            item=item,
            reason=Reason.MISSING,
            keys=item_keys(item),
            value=Watched(WATCHED_AT, (Play(WATCHED_AT),)),
        )
        for item in watched
    ]
    outcomes = [each async for each in provider.write(Feature.HISTORY, operations)]
    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.APPLIED}


async def take(entry: ConfigEntry, feature: Feature, *titles: str) -> None:
    """Take films out of an account, all it has where none are named."""
    provider = entry.runtime_data.account.provider
    snapshot = await provider.read(feature, None)
    operations = [
        Operation(
            feature=feature,
            side=Side.TARGET,
            action=Action.REMOVE,
            item=record.item,
            reason=Reason.GONE_FROM_SOURCE,
            keys=record.keys,
            before=record.value,
            native_ids=(record.native_id,),
        )
        for record in snapshot.records.values()
        if not titles or record.item.title in titles
    ]
    outcomes = [outcome async for outcome in provider.write(feature, operations)]
    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.APPLIED}


async def refusal(hass: HomeAssistant, action: str, **data: Any) -> str:
    """Return which text an action refuses with."""
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, action, **data)
    assert refused.value.translation_domain == DOMAIN
    # The text itself, with everything filled in.
    assert str(refused.value) != refused.value.translation_key
    assert "{" not in str(refused.value)
    assert refused.value.translation_key is not None
    return refused.value.translation_key


def items(report: dict[str, Any]) -> set[tuple[str, str, str, str]]:
    """Return what a report says of its items, in short."""
    return {
        (each["title"], each["action"], each["outcome"], each["reason"])
        for each in report["items"]
    }
