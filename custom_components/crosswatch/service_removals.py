"""The action that decides on removals which wait for a person."""

from functools import partial

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError

from .const import DOMAIN
from .coordinator import PairCoordinator
from .engine.model import Feature
from .engine.store import Store
from .held_removals import HeldRemovals, decide, held_features, load_held
from .run_issues import async_clear_held_removals
from .service_fields import ATTR_DECISION, ATTR_FEATURES, ATTR_RUN_ID, DECISIONS
from .service_targets import check_features, pair_of
from .state_access import open_state


async def async_decide_removals(call: ServiceCall) -> ServiceResponse:
    """Let the next run remove what a run has held back, or keep it for good.

    Only what that run has told of is decided on: if more waits by now, nothing is.
    Answers with how many removals were decided on.
    """
    pair = pair_of(call.hass, call.data[ATTR_DEVICE_ID])
    pair.async_check_idle()
    wanted = frozenset(call.data.get(ATTR_FEATURES, ()))
    check_features(pair.subentry, pair.settings, wanted)
    features = wanted or frozenset(pair.settings.features)
    run_id = call.data[ATTR_RUN_ID]
    in_thread = call.hass.async_add_executor_job
    async with open_state(call.hass) as store:
        held = await in_thread(_held_by, store, pair.pair_id, run_id, features)
        if held is None:
            raise _refusal(pair, "nothing_held", run_id)
        decision = DECISIONS[call.data[ATTR_DECISION]]
        if held.count > len(held.items) or not await in_thread(
            partial(decide, store, pair.pair_id, held, decision)
        ):
            raise _refusal(pair, "more_held", run_id)
        if not await in_thread(
            held_features, store, pair.pair_id, pair.settings.features
        ):
            async_clear_held_removals(call.hass, pair.pair_id)
    return {"decided": held.count}


def _held_by(
    store: Store, pair_id: str, run_id: str, features: frozenset[Feature]
) -> HeldRemovals | None:
    """Return what a run has held back and still waits, None if that is nothing."""
    if store.report(pair_id, run_id) is None:
        return None
    held = load_held(store, pair_id, dict.fromkeys(features, run_id))
    return held if held.rows else None


def _refusal(pair: PairCoordinator, key: str, run_id: str) -> ServiceValidationError:
    """Return the error for a decision that cannot be made."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"pair": pair.subentry.title, "run_id": run_id},
    )
