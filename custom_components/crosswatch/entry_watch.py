"""Tells a change of an account that asks for a reload from one that does not."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .const import CONF_DRY_RUN, CONF_ENABLED
from .providers.http import JsonObject

# The switches of a pair write these; a run that is going on is not disturbed.
_SWITCHED: Final = frozenset({CONF_ENABLED, CONF_DRY_RUN})


class EntryWatch:
    """Remembers what an account was loaded with.

    A provider that renews its tokens has its account's entry changed while it runs,
    which must not reload it; a person who signs in again must.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Remember the entry as it is."""
        self._hass = hass
        self._entry = entry
        self._data = dict(entry.data)
        self._rest = _without_data(entry)
        self._settings = _settings_of_pairs(entry)

    @property
    def needs_reload(self) -> bool:
        """Return whether the entry changed in a way that it was not loaded with."""
        entry = self._entry
        return entry.data != self._data or _without_data(entry) != self._rest

    def take_changed_pairs(self) -> set[str]:
        """Return the ids of the pairs whose settings changed since this was asked."""
        before, self._settings = self._settings, _settings_of_pairs(self._entry)
        return {
            pair_id
            for pair_id, settings in self._settings.items()
            if before.get(pair_id, settings) != settings
        }

    async def async_save(self, data: JsonObject) -> None:
        """Persist what the provider changed itself."""
        if self._hass.config_entries.async_get_entry(self._entry.entry_id) is None:
            # Removed while a run was ending.
            return
        # Known before it is changed, as the listener is called at once.
        self._data = {**self._entry.data, **data}
        self._hass.config_entries.async_update_entry(self._entry, data=self._data)


def _without_data(entry: ConfigEntry) -> dict[str, Any]:
    """Return what else an account is loaded with: name, options and pairs."""
    return {
        "title": entry.title,
        "options": dict(entry.options),
        "pairs": {pair.subentry_id: pair.title for pair in entry.subentries.values()},
    }


def _settings_of_pairs(entry: ConfigEntry) -> dict[str, dict[str, Any]]:
    """Return the settings of each pair that its switches do not write."""
    return {
        pair.subentry_id: {
            key: value for key, value in pair.data.items() if key not in _SWITCHED
        }
        for pair in entry.subentries.values()
    }
