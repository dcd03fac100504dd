"""Repair flows: what a person can do about an issue."""

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow
from homeassistant.core import HomeAssistant

from .late_imports import async_import
from .pair_issues import DATA_PAIR_ID, IssueData


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: IssueData | None
) -> RepairsFlow:
    """Return the flow of an issue that can be fixed."""
    if data is None or DATA_PAIR_ID not in data:
        return ConfirmRepairFlow()
    # A start does without the flows: few people have an issue just then.
    await async_import(hass, "repair_flows")
    from .repair_flows import FLOWS  # noqa: PLC0415

    return FLOWS[issue_id.removesuffix(f"_{data[DATA_PAIR_ID]}")](data)
