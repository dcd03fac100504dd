"""What an action is about: the pairs and accounts behind the devices it names."""

from collections.abc import Iterator
from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr

from .account import CrossWatchConfigEntry, loaded_pairs
from .const import DOMAIN, SUBENTRY_TYPE_PAIR
from .coordinator import PairCoordinator
from .engine.model import Feature
from .pair import BrokenPairError, PairSettings, settings_from_data


@dataclass(frozen=True, slots=True)
class Scope:
    """A pair, or an account where `pair` is None; loaded or not."""

    entry: CrossWatchConfigEntry
    pair: ConfigSubentry | None = None

    @property
    def scope_id(self) -> str:
        """Return the id that the state knows it by."""
        return self.pair.subentry_id if self.pair else self.entry.entry_id

    @property
    def name(self) -> str:
        """Return what a person knows it by."""
        return self.pair.title if self.pair else self.entry.title


def pairs_of(call: ServiceCall) -> list[PairCoordinator]:
    """Return the pairs that a call is about: those it names, else all."""
    if (device_ids := call.data.get(ATTR_DEVICE_ID)) is None:
        return list(loaded_pairs(call.hass))
    # Named twice, a pair is still meant once.
    return [pair_of(call.hass, device_id) for device_id in dict.fromkeys(device_ids)]


def pairs_and_accounts_of(
    call: ServiceCall,
) -> tuple[list[PairCoordinator], list[CrossWatchConfigEntry]]:
    """Return the pairs and loaded accounts that a call is about: named ones, or all."""
    if (device_ids := call.data.get(ATTR_DEVICE_ID)) is None:
        entries: list[CrossWatchConfigEntry]
        entries = call.hass.config_entries.async_loaded_entries(DOMAIN)
        return list(loaded_pairs(call.hass)), entries
    pairs: list[PairCoordinator] = []
    accounts: list[CrossWatchConfigEntry] = []
    for device_id in dict.fromkeys(device_ids):
        found = _device(call.hass, device_id)
        if found is None or found[0].config_subentry_id is not None:
            pairs.append(pair_of(call.hass, device_id))
        elif found[1].state is ConfigEntryState.LOADED:
            accounts.append(found[1])
    return pairs, accounts


def pair_of(hass: HomeAssistant, device_id: str) -> PairCoordinator:
    """Return the pair that a device stands for, or say why there is none."""
    if (found := _device(hass, device_id)) is None:
        raise _not_found("device_not_found", device_id)
    device, entry = found
    names = {"pair": device.name_by_user or device.name or "", "account": entry.title}
    if device.config_subentry_id is None:
        key = "not_a_pair"
    elif device.disabled or entry.disabled_by is not None:
        key = "pair_disabled"
    elif entry.state is not ConfigEntryState.LOADED:
        key = "account_not_loaded"
    elif pair := entry.runtime_data.pairs.get(device.config_subentry_id):
        return pair
    else:
        key = "pair_broken"
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=names,
    )


def scope_of(hass: HomeAssistant, device_id: str) -> Scope:
    """Return the pair or account that a device stands for, loaded or not."""
    if found := _device(hass, device_id):
        device, entry = found
        if device.config_subentry_id is None:
            return Scope(entry)
        if pair := entry.subentries.get(device.config_subentry_id):
            return Scope(entry, pair)
    raise _not_found("scope_not_found", device_id)


def scopes_of(call: ServiceCall) -> Iterator[Scope]:
    """Yield the pairs and accounts that a call names, else all that there are."""
    if (device_ids := call.data.get(ATTR_DEVICE_ID)) is not None:
        for device_id in dict.fromkeys(device_ids):
            yield scope_of(call.hass, device_id)
        return
    entries: list[CrossWatchConfigEntry]
    entries = call.hass.config_entries.async_entries(DOMAIN)
    for entry in entries:
        yield Scope(entry)
        for pair in entry.get_subentries_of_type(SUBENTRY_TYPE_PAIR):
            yield Scope(entry, pair)


def settings_of(entry: CrossWatchConfigEntry, pair: ConfigSubentry) -> PairSettings:
    """Return the settings of a pair, loaded or not."""
    try:
        return settings_from_data(pair.data)
    except BrokenPairError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="pair_broken",
            translation_placeholders={"pair": pair.title, "account": entry.title},
        ) from err


def check_features(
    pair: ConfigSubentry, settings: PairSettings, wanted: frozenset[Feature]
) -> None:
    """Raise an error for features that a pair is not set to sync."""
    if missing := wanted.difference(settings.features):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="feature_not_in_pair",
            translation_placeholders={
                "pair": pair.title,
                "features": ", ".join(sorted(missing)),
            },
        )


def _device(
    hass: HomeAssistant, device_id: str
) -> tuple[dr.AnyDeviceEntry, CrossWatchConfigEntry] | None:
    """Return one of our devices and the account that it belongs to."""
    device = dr.async_get(hass).async_get(device_id)
    if device is None:
        return None
    entry: CrossWatchConfigEntry | None
    entry = hass.config_entries.async_get_entry(device.config_entry_id)
    if entry is None or entry.domain != DOMAIN:
        return None
    return device, entry


def _not_found(key: str, device_id: str) -> ServiceValidationError:
    """Return the error for a device that is not ours."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"device_id": device_id},
    )
