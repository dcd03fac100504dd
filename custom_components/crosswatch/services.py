"""Actions: run pairs, look up their last runs, and cancel them."""

import asyncio
from collections.abc import Sequence
from typing import Final, cast

import voluptuous as vol

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.util.json import JsonArrayType

from .account import CrossWatchConfigEntry, loaded_pairs
from .batch import Request, async_run_in_order
from .const import DOMAIN, OFFERED_FEATURES
from .coordinator import PairCoordinator
from .engine.model import Feature
from .engine.pair import RunOptions
from .engine.report import Counts, Report

ATTR_DRY_RUN: Final = "dry_run"
ATTR_FEATURES: Final = "features"
ATTR_FULL_REFRESH: Final = "full_refresh"
ATTR_INCLUDE_ITEMS: Final = "include_items"

SERVICE_SYNC: Final = "sync"
SERVICE_DRY_RUN: Final = "dry_run"
SERVICE_GET_LAST_RUN: Final = "get_last_run"
SERVICE_CANCEL: Final = "cancel"

_PAIRS: Final = {
    vol.Optional(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string], vol.Length(1))
}
_RUN: Final = {
    **_PAIRS,
    vol.Optional(ATTR_FEATURES): vol.All(
        cv.ensure_list,
        [vol.In([feature.value for feature in OFFERED_FEATURES])],
        vol.Length(1),
    ),
    vol.Optional(ATTR_FULL_REFRESH, default=False): cv.boolean,
}
_SYNC: Final = {
    **_RUN,
    vol.Optional(ATTR_DRY_RUN): cv.boolean,
    vol.Optional(ATTR_INCLUDE_ITEMS, default=False): cv.boolean,
}


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for name, handler, fields, response in (
        (SERVICE_SYNC, _async_sync, _SYNC, SupportsResponse.OPTIONAL),
        (SERVICE_DRY_RUN, _async_dry_run, _RUN, SupportsResponse.OPTIONAL),
        (SERVICE_GET_LAST_RUN, _async_get_last_run, _PAIRS, SupportsResponse.ONLY),
        (SERVICE_CANCEL, _async_cancel, _PAIRS, SupportsResponse.OPTIONAL),
    ):
        hass.services.async_register(
            DOMAIN, name, handler, schema=vol.Schema(fields), supports_response=response
        )


async def _async_sync(call: ServiceCall) -> ServiceResponse:
    """Run pairs, each as it is set unless the call says otherwise."""
    reports = await async_run_in_order(
        _requests(call, dry_run=call.data.get(ATTR_DRY_RUN))
    )
    include_items = call.data[ATTR_INCLUDE_ITEMS]
    return await _async_response(call.hass, reports, include_items=include_items)


async def _async_dry_run(call: ServiceCall) -> ServiceResponse:
    """Show what runs of pairs would do."""
    reports = await async_run_in_order(_requests(call, dry_run=True))
    return await _async_response(call.hass, reports, include_items=True)


async def _async_get_last_run(call: ServiceCall) -> ServiceResponse:
    """Return the stored reports; pairs that never ran have none."""
    reports = [await pair.async_last_report() for pair in _pairs(call)]
    known = [report for report in reports if report]
    return await _async_response(call.hass, known, include_items=True)


async def _async_cancel(call: ServiceCall) -> ServiceResponse:
    """End the runs that are going on."""
    # All at once: one that waits for another must not start when that one ends.
    cancelled = await asyncio.gather(*(pair.async_cancel() for pair in _pairs(call)))
    return {"cancelled": sum(cancelled)}


def _requests(call: ServiceCall, *, dry_run: bool | None) -> list[Request]:
    """Return what is to run: the named pairs, else all whose schedule is on."""
    requests = [
        Request(pair, _options(call, pair, features, dry_run=dry_run))
        for pair in _pairs(call)
        if (features := _features(call, pair)) is not None
    ]
    if not requests:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_pairs"
        )
    return requests


def _features(call: ServiceCall, pair: PairCoordinator) -> frozenset[Feature] | None:
    """Return the features that a run of a pair has, None where it has no run.

    Naming a pair asks for exactly these features; else a pair takes part with those
    that it has.
    """
    features = frozenset(pair.settings.features)
    wanted = frozenset(map(Feature, call.data.get(ATTR_FEATURES, features)))
    if ATTR_DEVICE_ID not in call.data:
        takes_part = pair.settings.enabled and not pair.disabled
        return (wanted & features or None) if takes_part else None
    if missing := wanted - features:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="feature_not_in_pair",
            translation_placeholders={
                "pair": pair.subentry.title,
                "features": ", ".join(sorted(missing)),
            },
        )
    return wanted


def _options(
    call: ServiceCall,
    pair: PairCoordinator,
    features: frozenset[Feature],
    *,
    dry_run: bool | None,
) -> RunOptions:
    """Return how a pair is to run."""
    return RunOptions(
        dry_run=pair.settings.dry_run if dry_run is None else dry_run,
        full_refresh=call.data[ATTR_FULL_REFRESH],
        features=features,
    )


def _pairs(call: ServiceCall) -> list[PairCoordinator]:
    """Return the pairs that a call is about: those it names, else all."""
    if (device_ids := call.data.get(ATTR_DEVICE_ID)) is None:
        return list(loaded_pairs(call.hass))
    # Named twice, a pair is still meant once.
    return [_pair(call.hass, device_id) for device_id in dict.fromkeys(device_ids)]


def _pair(hass: HomeAssistant, device_id: str) -> PairCoordinator:
    """Return the pair that a device stands for, or say why there is none."""
    device = dr.async_get(hass).async_get(device_id)
    entry: CrossWatchConfigEntry | None = None
    if device is not None:
        entry = hass.config_entries.async_get_entry(device.config_entry_id)
    if device is None or entry is None or entry.domain != DOMAIN:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="device_not_found",
            translation_placeholders={"device_id": device_id},
        )
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


async def _async_response(
    hass: HomeAssistant, reports: Sequence[Report], *, include_items: bool
) -> ServiceResponse:
    """Return reports in the shape that actions answer with."""

    def answer() -> JsonArrayType:
        """Return the reports; their items may be very many."""
        return cast(
            JsonArrayType,
            [report.as_dict(include_items=include_items) for report in reports],
        )

    totals = sum((report.counts for report in reports), Counts())
    return {
        "runs": await hass.async_add_executor_job(answer),
        "totals": {**totals.as_dict()},
    }
