"""Diagnostics: only what is listed here, so that nothing else can slip out."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from .account import CrossWatchConfigEntry
from .account_options import options_of
from .const import (
    CONF_CONFLICTS,
    CONF_DRY_RUN,
    CONF_ENABLED,
    CONF_FEATURES,
    CONF_GUARDS,
    CONF_INTERVAL,
    CONF_LIBRARIES,
    CONF_MODE,
    CONF_PROVIDER,
    CONF_TARGET,
    CONF_VERIFY_SSL,
    OFFERED_FEATURES,
)
from .coordinator import PairCoordinator, PairState
from .engine.ledger import Decision
from .engine.provider import FeatureSupport
from .engine.report import Report
from .providers.registry import PROVIDERS
from .providers.sign_in import FieldKind

# No address, name, id, token or key is among these.
_OF_AN_ACCOUNT: Final = (CONF_PROVIDER, CONF_VERIFY_SSL)
_OF_A_PAIR: Final = (
    CONF_MODE,
    CONF_FEATURES,
    CONF_DRY_RUN,
    CONF_INTERVAL,
    CONF_ENABLED,
    CONF_GUARDS,
    CONF_CONFLICTS,
)


_CHOICES: Final = frozenset({FieldKind.SELECT, FieldKind.SWITCH})


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: CrossWatchConfigEntry
) -> dict[str, Any]:
    """Return what helps to understand an account and its pairs."""
    shown = {
        "account": _allowed(entry.data, _OF_AN_ACCOUNT),
        "state": entry.state.value,
        "options": _options(entry),
        "pairs": [
            await _async_pair(hass, entry, pair) for pair in entry.subentries.values()
        ],
    }
    if entry.state is not ConfigEntryState.LOADED:
        return shown
    data = entry.runtime_data
    return {
        **shown,
        "connected": data.coordinator.data.connected,
        "records": dict(data.coordinator.data.records),
        "capabilities": {
            feature.value: _support(support)
            for feature, support in data.account.provider.capabilities.items()
        },
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: CrossWatchConfigEntry, device: dr.AnyDeviceEntry
) -> dict[str, Any]:
    """Return what helps to understand a pair, or its account."""
    if (pair := entry.subentries.get(device.config_subentry_id or "")) is None:
        return await async_get_config_entry_diagnostics(hass, entry)
    return {
        "account": _allowed(entry.data, _OF_AN_ACCOUNT),
        "pair": await _async_pair(hass, entry, pair),
    }


def _allowed(data: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """Return what may be seen of some data."""
    return {key: data[key] for key in keys if key in data}


def _options(entry: CrossWatchConfigEntry) -> dict[str, str | bool]:
    """Return what is chosen for an account; what a person has typed stays unsaid."""
    if (spec := PROVIDERS.get(str(entry.data.get(CONF_PROVIDER)))) is None:
        return {}
    chosen = options_of(spec, entry)
    return {
        field.name: chosen[field.name]
        for field in spec.options
        if field.kind in _CHOICES and field.name in chosen
    }


def _support(support: FeatureSupport) -> dict[str, Any]:
    """Return what an account can do for a feature."""
    return {
        "kinds": sorted(support.kinds),
        "read": support.read,
        "add": support.add,
        "update": support.update,
        "remove": support.remove,
        "plays": support.plays,
    }


async def _async_pair(
    hass: HomeAssistant, entry: CrossWatchConfigEntry, pair: ConfigSubentry
) -> dict[str, Any]:
    """Return the settings and the state of a pair."""
    target = hass.config_entries.async_get_entry(pair.data.get(CONF_TARGET, ""))
    shown = {
        "settings": _settings(pair.data),
        "target": None
        if target is None
        else {"provider": target.data[CONF_PROVIDER], "state": target.state.value},
        "state": None,
    }
    if entry.state is not ConfigEntryState.LOADED:
        return shown
    if (coordinator := entry.runtime_data.pairs.get(pair.subentry_id)) is None:
        return shown
    known = await hass.async_add_executor_job(_known, coordinator)
    return {**shown, "state": _state(coordinator.data), "known": known}


def _settings(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a pair; of the libraries only how many were chosen."""
    settings = _allowed(data, _OF_A_PAIR)
    for feature in OFFERED_FEATURES:
        if isinstance(section := data.get(feature.value), Mapping):
            libraries = len(section.get(CONF_LIBRARIES, ()))
            settings[feature.value] = {**section, CONF_LIBRARIES: libraries}
    return settings


def _known(pair: PairCoordinator) -> dict[str, Any]:
    """Return how much is known of a pair, and how much of it waits for something."""
    known: dict[str, Any] = {"blocks": len(pair.store.blocks([pair.pair_id]))}
    for feature in pair.settings.features:
        rows = pair.store.load_ledger(pair.pair_id, feature)
        known[feature.value] = {
            "items": len(rows),
            "waiting": sum(row.retry_at is not None for row in rows),
            **{
                decision.value: sum(row.decision == decision for row in rows)
                for decision in Decision
                if decision is not Decision.NONE
            },
        }
    return known


def _state(state: PairState) -> dict[str, Any]:
    """Return what a pair does, and how its last run went."""
    return {
        "running": state.running,
        "next_run": state.next_run,
        "last_run": _report(state.report) if state.report else None,
    }


def _report(report: Report) -> dict[str, Any]:
    """Return how a run went; what a service said may hold its address, so not that."""
    return {
        "run_id": report.run_id,
        "status": report.status.value,
        "dry_run": report.dry_run,
        "started": report.started,
        "finished": report.finished,
        "features": {
            feature.value: {
                **each.counts.as_dict(),
                "failure": {
                    "side": each.failure.side.value,
                    "reason": each.failure.reason.value,
                }
                if each.failure
                else None,
            }
            for feature, each in report.features.items()
        },
    }
