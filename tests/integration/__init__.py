"""Tests of the Home Assistant part, with real providers against the simulators."""

import asyncio
from collections.abc import Mapping
from copy import replace
from typing import Any

from custom_components.crosswatch.const import DOMAIN, SUBENTRY_TYPE_PAIR
from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.provider import FeatureSupport
from custom_components.crosswatch.providers.spec import ProviderSpec
from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, UnknownFlow

PATIENCE = 15.0


async def start_flow(hass: HomeAssistant, provider: str) -> ConfigFlowResult:
    """Start to connect an account, and return its provider's form."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    return await hass.config_entries.flow.async_configure(
        result["flow_id"], {"provider": provider}
    )


async def answer(
    hass: HomeAssistant, result: ConfigFlowResult, answers: dict[str, Any]
) -> ConfigFlowResult:
    """Submit a form of an account flow."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], answers)


async def connect(
    hass: HomeAssistant, provider: str, answers: dict[str, Any]
) -> ConfigEntry:
    """Connect an account that asks for one form only, and return its entry."""
    result = await answer(hass, await start_flow(hass, provider), answers)
    await created(hass, result)
    return result["result"]


async def created(
    hass: HomeAssistant, result: ConfigFlowResult | SubentryFlowResult
) -> None:
    """Check that a flow has made what it was for, and wait until that is set up."""
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await hass.async_block_till_done()


async def wait_for_code(
    hass: HomeAssistant, result: ConfigFlowResult
) -> ConfigFlowResult:
    """Wait until a flow that shows a code is done with it, and go on as a browser."""
    assert result["type"] is FlowResultType.SHOW_PROGRESS, result
    flow_id = result["flow_id"]
    async with asyncio.timeout(PATIENCE):
        while (result := await hass.config_entries.flow.async_configure(flow_id))[
            "type"
        ] is FlowResultType.SHOW_PROGRESS:
            await asyncio.sleep(0.01)
    return result


def waiting_flows(hass: HomeAssistant) -> list[ConfigFlowResult]:
    """Return the account flows that ask for a person, as Home Assistant lists them.

    A dialog that a person has opened, or that followed a new account, does not ask.
    """
    return [
        flow
        for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        if flow["context"]["source"] != SOURCE_USER
    ]


def state_of(entry: ConfigEntry) -> ConfigEntryState:
    """Return whether an account is loaded, afresh each time for type checkers."""
    return entry.state


def flow_is_open(hass: HomeAssistant, result: ConfigFlowResult) -> bool:
    """Tell whether an account flow goes on."""
    try:
        hass.config_entries.flow.async_get(result["flow_id"])
    except UnknownFlow:
        return False
    return True


async def start_pair_flow(
    hass: HomeAssistant, source: ConfigEntry
) -> SubentryFlowResult:
    """Start to add a pair to an account."""
    return await hass.config_entries.subentries.async_init(
        (source.entry_id, SUBENTRY_TYPE_PAIR), context={"source": SOURCE_USER}
    )


async def answer_pair(
    hass: HomeAssistant, result: SubentryFlowResult, answers: dict[str, Any]
) -> SubentryFlowResult:
    """Submit a form of a pair flow."""
    return await hass.config_entries.subentries.async_configure(
        result["flow_id"], answers
    )


def only_pair(entry: ConfigEntry) -> ConfigSubentry:
    """Return the one pair of an account."""
    (pair,) = entry.get_subentries_of_type(SUBENTRY_TYPE_PAIR)
    return pair


async def add_pair(
    hass: HomeAssistant, source: ConfigEntry, target: ConfigEntry, **answers: Any
) -> ConfigSubentry:
    """Add a pair, with the form's defaults but for these answers, and return it."""
    before = set(source.subentries)
    result = await answer_pair(
        hass,
        await start_pair_flow(hass, source),
        {"target": target.entry_id, **answers},
    )
    await created(hass, result)
    (added,) = set(source.subentries) - before
    return source.subentries[added]


def with_capabilities(
    spec: ProviderSpec, capabilities: Mapping[Feature, FeatureSupport]
) -> ProviderSpec:
    """Return a provider that can do something else."""
    parts = replace(spec.load(), capabilities=capabilities)
    return replace(spec, load=lambda: parts)
