"""Whom to ask about items: the accounts that are good for that."""

from collections.abc import AsyncIterator, Sequence

from homeassistant.core import HomeAssistant, callback

from .account import CrossWatchConfigEntry
from .const import DOMAIN
from .engine.evidence import Evidence, Informant, Informed
from .engine.model import Item
from .engine.provider import AuthenticationError


@callback
def async_informants(hass: HomeAssistant) -> list[Informant]:
    """Return whom a run may ask about items: each only once, and first who numbers.

    Where episodes belong has to be known before anything else is asked about them.
    """
    entries: list[CrossWatchConfigEntry]
    entries = hass.config_entries.async_loaded_entries(DOMAIN)
    found: dict[tuple[str, str], Informant] = {}
    for entry in entries:
        provider = entry.runtime_data.account.provider
        if isinstance(provider, Informed):
            for each in provider.informants():
                # Two accounts at one service know the same.
                found.setdefault((each.name, each.version), _Asked(hass, entry, each))
    return sorted(found.values(), key=lambda each: not each.numbers)


class _Asked:
    """An informant whose account has to sign in again when it is refused."""

    def __init__(
        self, hass: HomeAssistant, entry: CrossWatchConfigEntry, informant: Informant
    ) -> None:
        """Remember whose account it is."""
        self._hass = hass
        self._entry = entry
        self._informant = informant

    @property
    def name(self) -> str:
        """Return the name that a person knows it by."""
        return self._informant.name

    @property
    def numbers(self) -> bool:
        """Tell whether it knows the numbers of episodes."""
        return self._informant.numbers

    @property
    def version(self) -> str:
        """Return a text for the state of what it knows."""
        return self._informant.version

    async def look_up(self, items: Sequence[Item]) -> AsyncIterator[Evidence | None]:
        """Yield one answer for each item; raises ProviderError."""
        try:
            async for answer in self._informant.look_up(items):
                yield answer
        except AuthenticationError:
            self._entry.async_start_reauth(self._hass)
            raise
