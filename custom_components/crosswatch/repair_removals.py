"""The repair flow of removals that were too many to go unasked."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.repairs import RepairsFlowResult

from .const import CONF_REMOVE
from .engine.ledger import Decision
from .held_removals import HeldRemovals, decide, load_held
from .item_list import async_list_words
from .pair_issues import IssueData, noted_in
from .repair_pair import PairRepairFlow

_NOTHING: Final = HeldRemovals({}, ())


class RemovalsHeldFlow(PairRepairFlow):
    """Shows what would be removed, and asks whether it shall be."""

    def __init__(self, data: IssueData) -> None:
        """Start without knowing what waits, which is looked up when it is shown."""
        super().__init__(data)
        self._held = _NOTHING
        self._decision = Decision.NONE

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """List what waits, and offer what can be done."""
        if (pair := self._pair) is None:
            return self._not_there()
        self._held = await self.hass.async_add_executor_job(
            load_held, pair.store, pair.pair_id, noted_in(self._noted)
        )
        if not self._held.rows:
            return self._done("settled")
        words = await async_list_words(self.hass)
        return self.async_show_menu(
            step_id="init",
            menu_options=["approve", "keep_blocked", "switch_off"],
            description_placeholders={
                **self._placeholders,
                "count": str(self._held.count),
                "titles": self._held.titles(self._accounts, words),
                "features": ", ".join(map(words.feature, self._held.rows)),
            },
        )

    async def async_step_approve(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Let the next run remove what was listed."""
        self._decision = Decision.APPROVED
        return await self.async_step_wait()

    async def async_step_keep_blocked(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Keep what was listed, and ask no more about it."""
        self._decision = Decision.DISMISSED
        return await self.async_step_wait()

    async def async_step_switch_off(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Keep what was listed, and remove nothing in these features any more."""

        def without_removals(settings: Mapping[str, Any]) -> Mapping[str, Any]:
            """Return the sections of the features, with removals switched off."""
            return {
                feature.value: {
                    **settings.get(feature.value, {}),
                    CONF_REMOVE: False,
                }
                for feature in self._held.rows
            }

        return self._switch_off(without_removals)

    @override
    async def async_step_decide(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Decide on what was listed, unless it is more by now."""
        if (pair := self._pair) is None:
            return self._not_there()
        if not await self.hass.async_add_executor_job(
            decide, pair.store, pair.pair_id, self._held, self._decision
        ):
            return self.async_abort(
                reason="changed", description_placeholders=self._placeholders
            )
        if self._decision is Decision.DISMISSED:
            return self._done("kept")
        return self._done_for_next_run("approved", pair)
