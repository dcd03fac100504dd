"""The step of a pair's flow that explains a risk before it is taken."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, NamedTuple

import voluptuous as vol

from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult

from .const import CONF_CONFIRM, CONF_DELETE_LIMIT, CONF_DELETE_PERCENT, CONF_GUARDS
from .pair_forms import confirm_fields
from .pair_risks import Risk
from .pair_rules import Refusal
from .pair_summary import summary
from .pair_texts import async_pair_texts, errors_of


class Asked(NamedTuple):
    """A risk that a person is asked about, and what was chosen that brings it.

    `go_on` takes up the flow with the same answers, which are looked at once more:
    much may have changed meanwhile.
    """

    risk: Risk
    target: str
    settings: Mapping[str, Any]
    go_on: Callable[[], Awaitable[SubentryFlowResult]]


class ConfirmFlow(ConfigSubentryFlow):
    """Asks once more before a pair is made or changed that may do harm."""

    _asked: Asked
    _accepted: Risk | None = None

    def _is_accepted(self, risk: Risk) -> bool:
        """Tell whether a person has taken just this risk."""
        return risk == self._accepted

    async def _async_ask(self, asked: Asked) -> SubentryFlowResult:
        """Ask whether a risk is to be taken."""
        self._asked = asked
        return await self._async_show_confirm()

    async def _async_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Go on once the risk is taken."""
        if user_input is None:
            return await self._async_show_confirm()
        if not user_input[CONF_CONFIRM]:
            refused = [Refusal(CONF_CONFIRM, "not_confirmed")]
            return await self._async_show_confirm(refused)
        self._accepted = self._asked.risk
        return await self._asked.go_on()

    # A step for each risk, as each has texts of its own.
    async_step_confirm_two_way = _async_confirm
    async_step_confirm_two_way_removing = _async_confirm
    async_step_confirm_remove = _async_confirm
    async_step_confirm_remove_two_way = _async_confirm
    async_step_confirm_mirror = _async_confirm
    async_step_confirm_mirror_and_remove = _async_confirm

    async def _async_show_confirm(
        self, refused: Iterable[Refusal] = ()
    ) -> SubentryFlowResult:
        """Show what was chosen, what may happen, and a switch to turn on."""
        asked, source = self._asked, self._get_entry().title
        guards = asked.settings[CONF_GUARDS]
        texts = await async_pair_texts(self.hass)
        errors, placeholders = errors_of(refused, texts)
        return self.async_show_form(
            step_id=asked.risk.step,
            data_schema=vol.Schema(confirm_fields()),
            errors=errors,
            description_placeholders={
                "source": source,
                "target": asked.target,
                "summary": summary(texts, source, asked.target, asked.settings),
                "features": texts.listed(asked.risk.features),
                "removing": texts.listed(asked.risk.removing),
                "limit": str(guards[CONF_DELETE_LIMIT]),
                "percent": str(guards[CONF_DELETE_PERCENT]),
                **placeholders,
            },
        )
