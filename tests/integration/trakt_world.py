"""A pair from a tracker to Trakt, which does not know or take everything."""

from typing import Any, Self

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from tests.simulators.trakt import TraktSimulator

from .pair_world import PAIR_ID, PairWorld
from .runs import add_tracker, film, pair_data, set_up
from .two_way import sign_in_at_trakt


class TraktWorld(PairWorld):
    """The tracker Home, the account of alice at Trakt, and the pair between them."""

    def __init__(
        self,
        hass: HomeAssistant,
        trakt: TraktSimulator,
        home: MockConfigEntry,
        alice: ConfigEntry,
    ) -> None:
        """Take the accounts."""
        super().__init__(hass, home)
        self.trakt = trakt
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

    def publish(self, *numbers: int) -> None:
        """Let Trakt know films from now on."""
        for number in numbers:
            known = film(number)
            self.trakt.library.add_movie(
                known.title, known.year or 0, ids=dict(known.ids)
            )
