"""Actions that run pairs, take runs back, look them up, and cancel them."""

import asyncio
from collections.abc import Sequence
from itertools import islice
from typing import Final, cast

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonArrayType

from .batch import Request, async_run_in_order
from .const import DOMAIN
from .coordinator import PairCoordinator
from .engine.model import Feature
from .engine.pair import RunOptions
from .engine.report import Counts, Report
from .import_run import async_cancel_import
from .service_fields import (
    ATTR_DRY_RUN,
    ATTR_FEATURES,
    ATTR_FULL_REFRESH,
    ATTR_INCLUDE_ITEMS,
    ATTR_RUN_ID,
)
from .service_targets import check_features, pair_of, pairs_and_accounts_of, pairs_of
from .state_access import open_state

# How many runs that can be taken back an error names.
_NAMED_RUNS: Final = 5


async def async_sync(call: ServiceCall) -> ServiceResponse:
    """Run pairs, each as it is set unless the call says otherwise."""
    reports = await async_run_in_order(
        _requests(call, dry_run=call.data.get(ATTR_DRY_RUN))
    )
    include_items = call.data[ATTR_INCLUDE_ITEMS]
    return await _async_response(call.hass, reports, include_items=include_items)


async def async_dry_run(call: ServiceCall) -> ServiceResponse:
    """Show what runs of pairs would do."""
    reports = await async_run_in_order(_requests(call, dry_run=True))
    return await _async_response(call.hass, reports, include_items=True)


async def async_get_last_run(call: ServiceCall) -> ServiceResponse:
    """Return the stored reports; pairs that never ran have none."""
    reports = [await pair.async_last_report() for pair in pairs_of(call)]
    known = [report for report in reports if report]
    return await _async_response(call.hass, known, include_items=True)


async def async_cancel(call: ServiceCall) -> ServiceResponse:
    """End the runs that are going on, and the imports."""
    pairs, accounts = pairs_and_accounts_of(call)
    imports = [each for entry in accounts for each in entry.runtime_data.imports]
    # All at once: one that waits for another must not start when that one ends.
    cancelled = await asyncio.gather(
        *(pair.async_cancel() for pair in pairs), *map(async_cancel_import, imports)
    )
    return {"cancelled": sum(cancelled)}


async def async_undo_run(call: ServiceCall) -> ServiceResponse:
    """Take back what a run of a pair did, as a run of its own."""
    pair = pair_of(call.hass, call.data[ATTR_DEVICE_ID])
    run_id = call.data[ATTR_RUN_ID]
    await _async_check_undo(call.hass, pair, run_id)
    dry_run = call.data.get(ATTR_DRY_RUN, pair.settings.dry_run)
    options = RunOptions(dry_run=dry_run)
    reports = await async_run_in_order([Request(pair, options, undo_of=run_id)])
    return await _async_response(call.hass, reports, include_items=True)


async def _async_check_undo(
    hass: HomeAssistant, pair: PairCoordinator, run_id: str
) -> None:
    """Raise an error for a run of which there is nothing to take back."""
    pair.async_check_idle()
    run = (pair.pair_id, run_id)
    async with open_state(hass) as store:
        if await hass.async_add_executor_job(store.done_by, *run):
            return
        report = await hass.async_add_executor_job(store.report, *run)
        others = await hass.async_add_executor_job(store.changing_runs, pair.pair_id)
    known = [
        f"{name} ({dt_util.as_local(at):%Y-%m-%d %H:%M})"
        for name, at in islice(others.items(), _NAMED_RUNS)
    ]
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="run_changed_nothing" if report else "unknown_run",
        translation_placeholders={
            "run_id": run_id,
            "pair": pair.subentry.title,
            "runs": ", ".join(known) or "–",
        },
    )


def _requests(call: ServiceCall, *, dry_run: bool | None) -> list[Request]:
    """Return what is to run: the named pairs, else all whose schedule is on.

    Of all pairs, those that run already are left to it, as long as there are others.
    """
    requests = [
        Request(pair, _options(call, pair, features, dry_run=dry_run))
        for pair in pairs_of(call)
        if (features := _features(call, pair)) is not None
    ]
    if not requests:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_pairs"
        )
    if ATTR_DEVICE_ID in call.data:
        return requests
    return [each for each in requests if each.pair.run is None] or requests


def _features(call: ServiceCall, pair: PairCoordinator) -> frozenset[Feature] | None:
    """Return the features that a run of a pair has, None where it has no run.

    Naming a pair asks for exactly these features; else a pair takes part with those
    that it has.
    """
    features = frozenset(pair.settings.features)
    wanted = frozenset(call.data.get(ATTR_FEATURES, features))
    if ATTR_DEVICE_ID not in call.data:
        takes_part = pair.settings.enabled and not pair.disabled
        return (wanted & features or None) if takes_part else None
    check_features(pair.subentry, pair.settings, wanted)
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

    totals = Counts.sum_of(report.counts for report in reports)
    return {
        "runs": await hass.async_add_executor_job(answer),
        "totals": {**totals.as_dict()},
    }
