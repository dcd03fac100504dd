"""A pair from a tracker to Trakt, which does not know or take everything."""

from typing import Any, Self

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.crosswatch.coordinator import PairCoordinator
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from tests.simulators.trakt import TraktSimulator

from .repair_world import PAIR_ID
from .runs import act, add_tracker, coordinator_of, device_of, film, pair_data, set_up
from .two_way import sign_in_at_trakt


class TraktWorld:
    """The tracker Home, the account of alice at Trakt, and the pair between them."""

    def __init__(
        self,
        hass: HomeAssistant,
        trakt: TraktSimulator,
        home: MockConfigEntry,
        alice: ConfigEntry,
    ) -> None:
        """Take the accounts."""
        self.hass = hass
        self.trakt = trakt
        self.home = home
        self.alice = alice

    @classmethod
    async def begin(
        cls, hass: HomeAssistant, trakt: TraktSimulator, **data: Any
    ) -> Self:
        """Connect both accounts, with a pair that is run by hand."""
        # The limiters of these tests let no time pass.
        trakt.behaviour.enforce_rate = False
        alice = await sign_in_at_trakt(hass, trakt)
        settings = {
            **pair_data("Alice", features=["watchlist"], interval=0),
            "target": alice.entry_id,
            **data,
        }
        home = await add_tracker(hass, "Home", pairs={PAIR_ID: settings})
        await set_up(hass, home)
        return cls(hass, trakt, home, alice)

    @property
    def subentry(self) -> ConfigSubentry:
        """Return the pair as it is stored."""
        return self.home.subentries[PAIR_ID]

    @property
    def pair(self) -> PairCoordinator:
        """Return what runs the pair."""
        return coordinator_of(self.home, self.subentry)

    def publish(self, *numbers: int) -> None:
        """Let Trakt know films from now on."""
        for number in numbers:
            known = film(number)
            self.trakt.library.add_movie(
                known.title, known.year or 0, ids=dict(known.ids)
            )

    async def sync(self, **data: Any) -> dict[str, Any]:
        """Run the pair and return its report, with the items."""
        device = device_of(self.hass, self.home, self.subentry)
        data = {"include_items": True, **data}
        (run,) = (await act(self.hass, "sync", device_id=device, **data))["runs"]
        return dict(run)

    async def set(self, **data: Any) -> None:
        """Change settings of the pair."""
        data = {**self.subentry.data, **data}
        self.hass.config_entries.async_update_subentry(
            self.home, self.subentry, data=data
        )
        await self.hass.async_block_till_done()
