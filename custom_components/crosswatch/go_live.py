"""The hint that a pair only shows what it would do, and could go live."""

from collections.abc import Mapping
from hashlib import sha256
import json
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.event import async_track_device_registry_updated_event

from .const import (
    CONF_DRY_RUN,
    CONF_ENABLED,
    CONF_FEATURES,
    CONF_INTERVAL,
    DOMAIN,
    OFFERED_FEATURES,
)
from .engine.model import Feature
from .engine.report import Report, RunStatus
from .pair_issues import async_drop, async_tell, async_told, async_withdraw

# Repairs has nothing below a warning, which this is not: it is ignored for good as
# soon as a person says so.
GO_LIVE: Final = "go_live"

_DATA_SETTINGS: Final = "settings"
_SUCCESSFUL: Final = frozenset({RunStatus.SUCCESS, RunStatus.PARTIAL})

# Not what a run would do, only when and whether there is one.
_OF_NO_ACCOUNT: Final = frozenset({CONF_DRY_RUN, CONF_ENABLED, CONF_INTERVAL})


@callback
def async_note_dry_run(
    hass: HomeAssistant, entry: ConfigEntry, subentry: ConfigSubentry, report: Report
) -> None:
    """Tell what a pair would do that is set to dry run, after a run of all of it.

    A run that a guard held back or that could not read everything is no picture of
    what would happen. Settings that were changed since are asked about anew. A pair
    that a person has switched off is left in peace.
    """
    if (
        not _is_dry(subentry.data)
        or not _is_on(subentry.data)
        or report.status not in _SUCCESSFUL
        or report.failures
        or not report.features.keys() >= _features(subentry.data)
    ):
        return
    async_review_hint(hass, subentry)
    counts = report.counts
    numbers = {
        "added": counts.added,
        "updated": counts.updated,
        "removed": counts.removed,
    }
    async_tell(
        hass,
        GO_LIVE,
        entry,
        subentry,
        data={_DATA_SETTINGS: _mark(subentry.data), **numbers},
        placeholders={name: str(number) for name, number in numbers.items()},
    )


@callback
def async_review_hint(hass: HomeAssistant, subentry: ConfigSubentry) -> None:
    """Drop the hint of a pair that is live, is set anew, or was switched off.

    Only one that is switched off keeps the answer to it, as nothing else has changed.
    """
    pair_id = subentry.subentry_id
    if (told := async_told(hass, GO_LIVE, pair_id)) is None:
        return
    is_same = told.get(_DATA_SETTINGS) == _mark(subentry.data)
    if not is_same or not _is_dry(subentry.data):
        async_drop(hass, GO_LIVE, pair_id)
    elif not _is_on(subentry.data):
        async_withdraw(hass, GO_LIVE, pair_id)


@callback
def async_withdraw_hints(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Drop the hints of an account's pairs, which do not run for now."""
    for pair_id in entry.subentries:
        async_withdraw(hass, GO_LIVE, pair_id)


@callback
def async_watch_devices(hass: HomeAssistant, entry: ConfigEntry) -> CALLBACK_TYPE:
    """Drop the hint of a pair whose device is disabled; return what ends this."""
    registry = dr.async_get(hass)
    pairs: dict[str, str] = {}
    for pair_id in entry.subentries:
        identifier = (DOMAIN, pair_id)
        device = registry.async_get_device_by_identifier(identifier, entry.entry_id)
        if device is not None:
            pairs[device.id] = pair_id

    @callback
    def look(event: Event[dr.EventDeviceRegistryUpdatedData]) -> None:
        """See whether a device is disabled by now."""
        device = registry.async_get(event.data["device_id"])
        if device is not None and device.disabled:
            async_withdraw(hass, GO_LIVE, pairs[device.id])

    return async_track_device_registry_updated_event(hass, pairs, look)


def _is_dry(settings: Mapping[str, Any]) -> bool:
    """Tell whether a pair is set to dry run, as it is unless it says otherwise."""
    return bool(settings.get(CONF_DRY_RUN, True))


def _is_on(settings: Mapping[str, Any]) -> bool:
    """Tell whether a pair is switched on, whether it is scheduled or run by hand."""
    return bool(settings.get(CONF_ENABLED, True))


def _features(settings: Mapping[str, Any]) -> set[Feature]:
    """Return what a pair is set to sync, without what this release does not know."""
    return {each for each in OFFERED_FEATURES if each in settings[CONF_FEATURES]}


def _mark(settings: Mapping[str, Any]) -> str:
    """Return a text that changes with what a pair is set to do."""
    counting = {
        name: value for name, value in settings.items() if name not in _OF_NO_ACCOUNT
    }
    return sha256(
        json.dumps(counting, sort_keys=True, default=str).encode()
    ).hexdigest()
