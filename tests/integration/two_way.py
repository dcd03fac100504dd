"""Pairs that remove, made and run as a person does."""

from collections.abc import Sequence
from typing import Any, Self

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from tests.simulators.jellyfin import JellyfinSimulator
from tests.simulators.trakt import TraktSimulator
from tests.simulators.trakt.account import Account

from . import answer, answer_pair, connect, start_flow, start_pair_flow, wait_for_code
from .conftest import PASSWORD
from .runs import act, device_of

type Report = dict[str, Any]


class Pair:
    """A pair that a person made, and can change and run."""

    def __init__(self, hass: HomeAssistant, source: ConfigEntry, pair_id: str) -> None:
        """Take the account that it belongs to."""
        self._hass = hass
        self._source = source
        self.pair_id = pair_id

    @classmethod
    async def add(
        cls,
        hass: HomeAssistant,
        source: ConfigEntry,
        target: ConfigEntry,
        *,
        mode: str = "one_way",
        features: Sequence[str] = ("history",),
        **sections: Any,
    ) -> Self:
        """Fill in the first form, take the risk, and then set what is in sections."""
        before = set(source.subentries)
        answers = {
            "target": target.entry_id,
            "mode": mode,
            "features": list(features),
            "dry_run": False,
            "interval": 0,
        }
        result = await answer_pair(hass, await start_pair_flow(hass, source), answers)
        result = await _take_risks(hass, result)
        assert result["type"] is FlowResultType.CREATE_ENTRY, result
        await hass.async_block_till_done()
        (pair_id,) = set(source.subentries) - before
        pair = cls(hass, source, pair_id)
        if sections:
            await pair.change(**sections)
        return pair

    @property
    def subentry(self) -> ConfigSubentry:
        """Return the pair as it is stored."""
        return self._source.subentries[self.pair_id]

    @property
    def device(self) -> str:
        """Return the device of the pair."""
        return device_of(self._hass, self._source, self.subentry)

    async def change(self, **answers: Any) -> None:
        """Change settings in the form of the pair, and take their risk."""
        result = await self._hass.config_entries.subentries.async_init(
            (self._source.entry_id, "pair"),
            context={"source": SOURCE_RECONFIGURE, "subentry_id": self.pair_id},
        )
        answers = {"target": self.subentry.data["target"], **answers}
        result = await answer_pair(self._hass, result, answers)
        result = await _take_risks(self._hass, result)
        assert result.get("reason") == "reconfigure_successful", result
        await self._hass.async_block_till_done()

    async def sync(self, **data: Any) -> Report:
        """Run the pair, and return its report with the items."""
        (run,) = await sync(self._hass, self, **data)
        return run


async def sync(hass: HomeAssistant, *pairs: Pair, **data: Any) -> list[Report]:
    """Run pairs in one action, and return their reports with the items."""
    data = {"include_items": True, **data}
    devices = [pair.device for pair in pairs]
    response = await act(hass, "sync", device_id=devices, **data)
    return list(response["runs"])


async def _take_risks(
    hass: HomeAssistant, result: SubentryFlowResult
) -> SubentryFlowResult:
    """Confirm what a flow warns of."""
    while str(result.get("step_id")).startswith("confirm"):
        assert not result["errors"], result
        result = await answer_pair(hass, result, {"confirm": True})
    return result


async def sign_in_at_trakt(
    hass: HomeAssistant, trakt: TraktSimulator, account: Account | None = None
) -> ConfigEntry:
    """Connect an account at Trakt, that of alice unless another is named."""
    trakt.approve_by_itself(1, account)
    app = {"client_id": trakt.CLIENT_ID, "client_secret": trakt.CLIENT_SECRET}
    result = await answer(hass, await start_flow(hass, "trakt"), app)
    result = await wait_for_code(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await hass.async_block_till_done()
    entry: ConfigEntry = result["result"]
    return entry


async def sign_in_at_jellyfin(
    hass: HomeAssistant, jellyfin: JellyfinSimulator, name: str
) -> ConfigEntry:
    """Connect the account of a user of the Jellyfin server."""
    answers = {"url": jellyfin.url, "username": name, "password": PASSWORD}
    return await connect(hass, "jellyfin", answers)


def counts(run: Report) -> tuple[str, int, int, int, int]:
    """Return how a run ended: status, added, removed, blocked and errors."""
    return (
        run["status"],
        run["added"],
        run["removed"],
        run["blocked"],
        run["errors"],
    )


def reasons(run: Report) -> set[str]:
    """Return the reasons that a run gives for its items."""
    return {item["reason"] for item in run["items"]}
