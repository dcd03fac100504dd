"""The repair flow of a pair that only shows what it would do."""

from typing import override

from homeassistant.components.repairs import RepairsFlowResult

from .const import CONF_DRY_RUN
from .engine.pair import RunOptions
from .go_live import GO_LIVE
from .pair_issues import IssueData, async_told
from .repair_pair import PairRepairFlow


class GoLiveFlow(PairRepairFlow):
    """Asks whether the pair shall do from now on what it has shown."""

    def __init__(self, data: IssueData) -> None:
        """Start without an answer."""
        super().__init__(data)
        self._runs_now = False

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Say what the pair would do, and offer to let it."""
        if (pair := self._pair) is None:
            return self._not_there()
        if not pair.settings.dry_run:
            return self._done("is_live")
        return self.async_show_menu(
            step_id="init",
            menu_options=["run_now", "wait_for_schedule", "stay"],
            description_placeholders={
                **self._placeholders,
                **{
                    name: str(self._noted.get(name, 0))
                    for name in ("added", "updated", "removed")
                },
            },
        )

    async def async_step_run_now(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Go live with a run that starts at once."""
        self._runs_now = True
        return await self.async_step_wait()

    async def async_step_wait_for_schedule(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Go live with the run that is due next."""
        return await self.async_step_wait()

    async def async_step_stay(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Go on showing only, and do not ask again."""
        return self._leave("stays")

    @override
    async def async_step_decide(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Switch off dry run; no run is going on that would still be one."""
        pair, found = self._pair, self._found
        if pair is None or found is None:
            return self._not_there()
        entry, subentry = found
        if pair.settings.dry_run and not async_told(self.hass, GO_LIVE, pair.pair_id):
            # It would do something else by now than what was shown.
            return self.async_abort(
                reason="changed", description_placeholders=self._placeholders
            )
        self.hass.config_entries.async_update_subentry(
            entry, subentry, data={**subentry.data, CONF_DRY_RUN: False}
        )
        if not self._runs_now:
            return self._done_at_next_run("live", pair)
        if pair.run is None:
            pair.async_start_run(RunOptions(dry_run=False))
        return self._done("live_now")
