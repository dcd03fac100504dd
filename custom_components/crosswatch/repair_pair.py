"""What the repair flows of a pair share: the pair, and its run that is going on."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentry
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import PairCoordinator
from .engine.model import Side
from .engine.report import Report
from .pair_issues import DATA_ENTRY_ID, DATA_PAIR_ID, IssueData, async_account_names

_TIME: Final = "%Y-%m-%d %H:%M"


class PairRepairFlow(RepairsFlow, ABC):
    """A run left something of a pair to a person, who says how it goes on.

    An answer counts from the next run on: one that is going on ends first, as it
    would write down what it knew when it began.
    """

    def __init__(self, data: IssueData) -> None:
        """Take the pair and what its runs noted from the issue."""
        self._noted = data
        self._run_ends: asyncio.Task[None] | None = None

    @property
    def _placeholders(self) -> dict[str, str]:
        """Return what stands in the texts."""
        found = self._found
        title = found[1].title if found else str(self._noted["pair"])
        account = found[0].title if found else ""
        return {"pair": title, "account": account}

    @property
    def _found(self) -> tuple[ConfigEntry, ConfigSubentry] | None:
        """Return the pair and its account, None where one of them was removed."""
        entry = self.hass.config_entries.async_get_entry(
            str(self._noted[DATA_ENTRY_ID])
        )
        subentry = entry and entry.subentries.get(str(self._noted[DATA_PAIR_ID]))
        return (entry, subentry) if entry and subentry else None

    @property
    def _pair(self) -> PairCoordinator | None:
        """Return what runs the pair, None where it is gone or not loaded."""
        found = self._found
        if found is None or found[0].state is not ConfigEntryState.LOADED:
            return None
        pair: PairCoordinator | None
        pair = found[0].runtime_data.pairs.get(found[1].subentry_id)
        return pair

    @property
    def _accounts(self) -> dict[Side, str]:
        """Return the names of both accounts, while the pair is there."""
        return async_account_names(self.hass, *self._found) if self._found else {}

    @abstractmethod
    async def async_step_decide(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Do what the person has chosen; no run is going on."""

    async def async_step_wait(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Wait until the run that is going on has ended, if there is one."""
        if self._run_ends is None:
            pair = self._pair
            if pair is None or pair.run is None:
                return await self.async_step_decide()
            # Closing the dialog ends the waiting, not the run.
            self._run_ends = self._until_ended(pair.run)
        if self._run_ends.done():
            return self.async_show_progress_done(next_step_id="decide")
        return self.async_show_progress(
            step_id="wait",
            progress_action="wait_for_run",
            progress_task=self._run_ends,
            description_placeholders=self._placeholders,
        )

    def _until_ended(self, run: asyncio.Task[Report]) -> asyncio.Task[None]:
        """Wait in the background until a run has ended."""
        return self.hass.async_create_background_task(
            _ended(run), f"CrossWatch repair {self.issue_id}"
        )

    def _not_there(self) -> RepairsFlowResult:
        """Say that the pair is gone for good, or for now."""
        placeholders = self._placeholders
        if self._found is None:
            ir.async_delete_issue(self.hass, DOMAIN, self.issue_id)
            reason = "pair_removed"
        else:
            reason = "not_loaded"
        return self.async_abort(reason=reason, description_placeholders=placeholders)

    def _done(self, text: str, **placeholders: str) -> RepairsFlowResult:
        """Say what was done, with one of the texts for that."""
        return self.async_create_entry(
            data={},
            description=text,
            description_placeholders={**self._placeholders, **placeholders},
        )

    def _leave(self, reason: str) -> RepairsFlowResult:
        """Change nothing, and speak no more of it until there are news."""
        issue_id = self.issue_id
        if ir.async_get(self.hass).async_get_issue(DOMAIN, issue_id) is not None:
            ir.async_ignore_issue(self.hass, DOMAIN, issue_id, True)
        return self.async_abort(
            reason=reason, description_placeholders=self._placeholders
        )

    def _done_for_next_run(self, text: str, pair: PairCoordinator) -> RepairsFlowResult:
        """Say what the next run does, and when that is."""
        if pair.settings.dry_run:
            return self._done(f"{text}_after_dry_run")
        return self._done_at_next_run(text, pair)

    def _done_at_next_run(self, text: str, pair: PairCoordinator) -> RepairsFlowResult:
        """Say what the next run does that writes, and when that is."""
        if (due := pair.data.next_run) is None:
            return self._done(f"{text}_by_hand")
        return self._done(text, next_run=dt_util.as_local(due).strftime(_TIME))

    def _switch_off(
        self, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    ) -> RepairsFlowResult:
        """Change the settings of the pair, which takes effect at once."""
        if (found := self._found) is None:
            return self._not_there()
        entry, subentry = found
        self.hass.config_entries.async_update_subentry(
            entry, subentry, data={**subentry.data, **change(subentry.data)}
        )
        return self._done("switched_off")


async def _ended(run: asyncio.Task[Report]) -> None:
    """Wait until a run has ended, however it does."""
    await asyncio.wait([run])
