"""The repair flow of an account that is full."""

from typing import override

from homeassistant.components.repairs import RepairsFlowResult

from .account_limits import ACCOUNT_LIMIT, limit_texts, limits_in
from .pair_issues import IssueData
from .repair_retry import RetryFlow


class AccountLimitFlow(RetryFlow):
    """Says what has no room, and tries again once there is some."""

    kind = ACCOUNT_LIMIT

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Say which account it is and what it said, and offer what can be done."""
        if self._pair is None:
            return self._not_there()
        return self.async_show_menu(
            step_id="init",
            menu_options=["try_again", "leave"],
            description_placeholders={
                **self._placeholders,
                **self._still_waiting(self._noted),
            },
        )

    @override
    def _still_waiting(self, told: IssueData) -> dict[str, str]:
        """Return how many items wait, and for what."""
        return limit_texts(limits_in(told), self._accounts)
