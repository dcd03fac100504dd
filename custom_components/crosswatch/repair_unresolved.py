"""The repair flow of items that a service could not place."""

from collections.abc import Sequence
from typing import override

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.util import dt as dt_util

from .blocking import block_items
from .engine.report import ReportItem
from .item_list import async_list_words, listed_titles
from .pair_issues import IssueData, noted_in
from .repair_retry import RetryFlow
from .unresolved import UNRESOLVED, load_unresolved, noted_unresolved


class UnresolvedFlow(RetryFlow):
    """Lists the items, and asks what becomes of them."""

    kind = UNRESOLVED

    def __init__(self, data: IssueData) -> None:
        """Start without knowing the items, which are looked up to be shown."""
        super().__init__(data)
        self._items: Sequence[ReportItem] = ()
        self._blocks = False

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """List the items, and offer what can be done."""
        if (pair := self._pair) is None:
            return self._not_there()
        self._items = await self.hass.async_add_executor_job(
            load_unresolved, pair.store, pair.pair_id, noted_in(self._noted)
        )
        if not self._items:
            return self._done("settled")
        words = await async_list_words(self.hass)
        titles = listed_titles(self._items, self._accounts, words, reasons=True)
        return self.async_show_menu(
            step_id="init",
            menu_options=["try_again", "block_all", "leave"],
            description_placeholders={
                **self._placeholders,
                "count": str(len(self._items)),
                "titles": titles,
            },
        )

    async def async_step_block_all(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Have the pair leave alone what was listed, from the next run on."""
        self._blocks = True
        return await self.async_step_wait()

    @override
    async def async_step_decide(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Block what was listed, or send it again."""
        if not self._blocks:
            return await super().async_step_decide()
        if (pair := self._pair) is None:
            return self._not_there()
        blocked = await self.hass.async_add_executor_job(
            block_items, pair.store, pair.pair_id, self._items, dt_util.utcnow()
        )
        return self._done("blocked", count=str(blocked))

    @override
    def _still_waiting(self, told: IssueData) -> dict[str, str]:
        """Return how many items are left."""
        count = sum(each.count for each in noted_unresolved(told).values())
        return {"count": str(count)}
