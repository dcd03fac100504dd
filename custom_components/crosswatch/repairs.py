"""Repair flows: what a person can do about an issue."""

from typing import cast

from homeassistant.components.repairs import (
    ConfirmRepairFlow,
    RepairsFlow,
    RepairsFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .issues import DATA_ENTRY_ID, DATA_PAIR_ID

type IssueData = dict[str, str | int | float | None]


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: IssueData | None
) -> RepairsFlow:
    """Return the flow of an issue that can be fixed."""
    if data is not None and DATA_PAIR_ID in data:
        return TargetMissingFlow(cast(dict[str, str], data))
    return ConfirmRepairFlow()


class TargetMissingFlow(RepairsFlow):
    """A pair lost its target: delete the pair, or leave it as it is."""

    def __init__(self, data: dict[str, str]) -> None:
        """Take the names of the pair and its account from the issue."""
        self._data = data

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Offer what can be done."""
        return self.async_show_menu(
            step_id="init",
            menu_options=["delete", "ignore"],
            description_placeholders=self._data,
        )

    async def async_step_delete(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Delete the pair, if it is still there."""
        entries = self.hass.config_entries
        entry = entries.async_get_entry(self._data[DATA_ENTRY_ID])
        if entry is not None and self._data[DATA_PAIR_ID] in entry.subentries:
            entries.async_remove_subentry(entry, self._data[DATA_PAIR_ID])
        return self.async_create_entry(data={})

    async def async_step_ignore(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Leave the pair, and speak of it no more."""
        ir.async_ignore_issue(self.hass, DOMAIN, self.issue_id, True)
        return self.async_abort(
            reason="issue_ignored", description_placeholders=self._data
        )
