"""Pairs of accounts that cannot do everything: only be read, or hold no positions."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.crosswatch.const import DOMAIN
from homeassistant.config_entries import ConfigEntry, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from . import (
    answer,
    answer_pair,
    created,
    only_pair,
    start_flow,
    start_pair_flow,
    wait_for_code,
)
from .made_up import Service, signed_in
from .test_pair_flow import options


@pytest.fixture
async def reader(hass: HomeAssistant, made_up: Service) -> ConfigEntry:
    """Return an account that can only be read."""
    made_up.outcomes.put_nowait(signed_in("Watcher"))
    result = await wait_for_code(hass, await start_flow(hass, "reader"))
    await hass.async_block_till_done()
    return result["result"]


@pytest.fixture
def bare(hass: HomeAssistant, made_up: Service) -> ConfigEntry:
    """Return an account that holds no positions."""
    entry = MockConfigEntry(domain=DOMAIN, title="Bare", data={"provider": "bare"})
    entry.add_to_hass(hass)
    return entry


def shown(result: SubentryFlowResult, name: str) -> str:
    """Return what stands in the text of an error."""
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    return placeholders[name]


async def test_source_only(
    hass: HomeAssistant, tracker: ConfigEntry, reader: ConfigEntry
) -> None:
    """Offer an account that can only be read as a source, with what it can give."""
    result = await start_pair_flow(hass, reader)
    assert options(result, "target") == [tracker.entry_id]
    assert options(result, "features") == ["watchlist", "history"]
    result = await answer_pair(
        hass,
        result,
        {"target": tracker.entry_id, "mode": "two_way", "features": ["history"]},
    )
    assert result["errors"] == {"features": "feature_one_way_only"}
    assert shown(result, "account") == reader.title
    result = await answer_pair(
        hass, result, {"target": tracker.entry_id, "features": ["history"]}
    )
    await created(hass, result)
    assert only_pair(reader).data["features"] == ["history"]


async def test_no_other_target(
    hass: HomeAssistant, tracker: ConfigEntry, reader: ConfigEntry
) -> None:
    """Add no pair where the only other account can only be read."""
    result = await start_pair_flow(hass, tracker)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "no_target"


async def test_never_a_target(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    reader: ConfigEntry,
) -> None:
    """Do not offer such an account as a target, and say why where it is asked for."""
    result = await start_pair_flow(hass, tracker)
    assert options(result, "target") == [other_tracker.entry_id]
    result = await answer_pair(hass, result, {"target": reader.entry_id})
    assert result["errors"] == {"target": "target_read_only"}
    assert shown(result, "target") == reader.title
    result = await answer_pair(hass, result, {"target": other_tracker.entry_id})
    await created(hass, result)


async def test_progress_needs_positions_on_both_sides(
    hass: HomeAssistant, tracker: ConfigEntry, bare: ConfigEntry
) -> None:
    """Offer progress only where both accounts hold positions."""
    result = await start_pair_flow(hass, tracker)
    assert options(result, "features") == ["watchlist", "history", "ratings"]
    result = await answer_pair(
        hass, result, {"target": bare.entry_id, "features": ["progress"]}
    )
    assert result["errors"] == {"features": "feature_not_supported"}
    assert shown(result, "account") == bare.title


async def test_progress_with_one_of_several(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    bare: ConfigEntry,
) -> None:
    """Offer progress as soon as one of the targets holds positions."""
    result = await start_pair_flow(hass, tracker)
    assert "progress" in options(result, "features")
    result = await answer_pair(
        hass, result, {"target": other_tracker.entry_id, "features": ["progress"]}
    )
    await created(hass, result)


async def test_new_target_of_a_reader(hass: HomeAssistant, reader: ConfigEntry) -> None:
    """Go on to the pair of an account that can only be the source of it."""
    result = await answer(hass, await start_flow(hass, "tracker"), {"name": "Home"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (pair_flow,) = hass.config_entries.subentries.async_progress()
    assert result["next_flow"] == ("config_subentries_flow", pair_flow["flow_id"])
    assert pair_flow["handler"] == (reader.entry_id, "pair")
    form = await hass.config_entries.subentries.async_configure(pair_flow["flow_id"])
    assert options(form, "target") == [result["result"].entry_id]
