"""The repair flows, by the kind of issue that each is for."""

from collections.abc import Callable
from typing import Final, cast

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.helpers import issue_registry as ir

from .account_limits import ACCOUNT_LIMIT
from .const import DOMAIN
from .go_live import GO_LIVE
from .issues import TARGET_MISSING
from .pair_issues import DATA_ENTRY_ID, DATA_PAIR_ID, IssueData
from .repair_go_live import GoLiveFlow
from .repair_limit import AccountLimitFlow
from .repair_removals import RemovalsHeldFlow
from .repair_shrink import ShrinkFlow
from .repair_unresolved import UnresolvedFlow
from .run_issues import REMOVALS_HELD, SHRINK
from .unresolved import UNRESOLVED


class TargetMissingFlow(RepairsFlow):
    """A pair lost its target: delete the pair, or leave it as it is."""

    def __init__(self, data: IssueData) -> None:
        """Take the names of the pair and its account from the issue."""
        self._data = cast(dict[str, str], data)

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


FLOWS: Final[dict[str, Callable[[IssueData], RepairsFlow]]] = {
    TARGET_MISSING: TargetMissingFlow,
    REMOVALS_HELD: RemovalsHeldFlow,
    SHRINK: ShrinkFlow,
    ACCOUNT_LIMIT: AccountLimitFlow,
    UNRESOLVED: UnresolvedFlow,
    GO_LIVE: GoLiveFlow,
}
