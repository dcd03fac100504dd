"""The repair flow of an account that is suddenly all but empty."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.components.repairs import RepairsFlowResult

from .const import CONF_GUARDS, CONF_SHRINK_GUARD
from .pair_issues import noted_in
from .repair_pair import PairRepairFlow


class ShrinkFlow(PairRepairFlow):
    """Asks whether the account is right after all."""

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Say which account it is, and offer what can be done."""
        if self._pair is None:
            return self._not_there()
        problems = [f"- {each}" for each in noted_in(self._noted).values()]
        return self.async_show_menu(
            step_id="init",
            menu_options=["believe", "switch_off", "keep"],
            description_placeholders={
                **self._placeholders,
                "problems": "\n".join(problems),
            },
        )

    async def async_step_believe(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Take the account as it is, for the next run only."""
        return await self.async_step_wait()

    async def async_step_switch_off(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Switch off the guard of this pair, until a person switches it on again."""

        def without_guard(settings: Mapping[str, Any]) -> Mapping[str, Any]:
            """Return the section of guards, with this one switched off."""
            guards = settings.get(CONF_GUARDS, {})
            return {CONF_GUARDS: {**guards, CONF_SHRINK_GUARD: False}}

        return self._switch_off(without_guard)

    async def async_step_keep(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Leave all as it is, until the account has its records again."""
        return self.async_abort(
            reason="kept", description_placeholders=self._placeholders
        )

    @override
    async def async_step_decide(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Forget how many records there were, so that the next run compares none."""
        if (pair := self._pair) is None:
            return self._not_there()
        for feature in noted_in(self._noted):
            await self.hass.async_add_executor_job(
                pair.store.believe, pair.pair_id, feature
            )
        return self._done_for_next_run("believed", pair)
