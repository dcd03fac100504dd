"""The action that tells how a pair sees an item, and what it would do with it."""

from collections.abc import Mapping
from typing import Any, Final, cast

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonArrayType

from .account import CrossWatchConfigEntry
from .const import DOMAIN
from .coordinator import PairCoordinator
from .engine.explain import Explanation, explain
from .engine.model import Feature, Side
from .engine.plan import Reason
from .engine.reading import Snapshots
from .engine.report import Failure
from .engine.waiting import SideError
from .informants import async_informants
from .pair_run import engine_pair, target_of
from .runtime import async_get_runtime
from .service_fields import ATTR_FEATURE, ATTR_QUERY
from .service_targets import check_features, pair_of
from .state_access import open_state

# A short title may be part of very many.
MAX_ITEMS: Final = 20


async def async_explain(call: ServiceCall) -> ServiceResponse:
    """Tell what both sides know of items, and what the next run would do."""
    hass = call.hass
    pair = pair_of(hass, call.data[ATTR_DEVICE_ID])
    feature = call.data[ATTR_FEATURE]
    check_features(pair.subentry, pair.settings, frozenset({feature}))
    found = await _async_found(hass, pair, feature, call.data[ATTR_QUERY])
    sentences = await async_get_translations(
        hass, hass.config.language, "selector", [DOMAIN]
    )
    items = [_as_dict(each, sentences) for each in found[:MAX_ITEMS]]
    return {"items": cast(JsonArrayType, items), "total": len(found)}


async def _async_found(
    hass: HomeAssistant, pair: PairCoordinator, feature: Feature, query: str
) -> list[Explanation]:
    """Wait for the accounts' turn, and return what is known of the items."""
    # The state stays open even if the account is unloaded meanwhile.
    async with (
        open_state(hass) as store,
        async_get_runtime(hass).queue.turn(pair.accounts),
    ):
        source, target = _loaded(hass, pair)
        for account in (source, target):
            _check_readable(account, feature)
        try:
            return await explain(
                engine_pair(source, pair.subentry, target, pair.created),
                feature,
                query,
                store=store,
                snapshots=Snapshots(store, dt_util.utcnow, async_informants(hass)),
                now=dt_util.utcnow,
            )
        except SideError as err:
            account = source if err.failure.side is Side.SOURCE else target
            raise _cannot_be_read(hass, account, err.failure) from err


def _loaded(
    hass: HomeAssistant, pair: PairCoordinator
) -> tuple[CrossWatchConfigEntry, CrossWatchConfigEntry]:
    """Return the entries of both accounts, or say which one is not there."""
    source, target = pair.config_entry, target_of(hass, pair.settings)
    if source.state is not ConfigEntryState.LOADED:
        key = "account_not_loaded"
    elif target is None:
        key = "target_removed"
    elif target.state is not ConfigEntryState.LOADED:
        key = "target_not_loaded"
    else:
        return source, target
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={
            "pair": pair.subentry.title,
            "account": source.title,
            "target": target.title if target else "",
        },
    )


def _check_readable(account: CrossWatchConfigEntry, feature: Feature) -> None:
    """Raise an error where an account has lost a feature that the pair syncs."""
    support = account.runtime_data.account.provider.capabilities.get(feature)
    if support is None or not support.read:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="feature_not_readable",
            translation_placeholders={
                "account": account.title,
                "feature": feature.value,
            },
        )


def _cannot_be_read(
    hass: HomeAssistant, account: CrossWatchConfigEntry, failure: Failure
) -> ServiceValidationError:
    """Return the error for an account that cannot be read, which may need a login."""
    if failure.reason is Reason.AUTHENTICATION:
        account.async_start_reauth(hass)
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="account_not_readable",
        translation_placeholders={"account": account.title, "error": failure.message},
    )


def _as_dict(explanation: Explanation, sentences: Mapping[str, str]) -> dict[str, Any]:
    """Return what is known of an item, with each reason also as a sentence."""
    answer: dict[str, Any] = explanation.as_dict()
    answer["next_run"] = [
        {**step, "explanation": _sentence(step["reason"], sentences)}
        for step in answer["next_run"]
    ]
    return answer


def _sentence(reason: str | None, sentences: Mapping[str, str]) -> str | None:
    """Return a reason in words."""
    return sentences.get(f"component.{DOMAIN}.selector.reason.options.{reason}")
