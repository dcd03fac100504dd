"""Options flow: what can be chosen for an account without signing in again."""

import sqlite3
from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow

from .account_moves import async_moving, moved_features
from .account_options import options_of
from .allowed_paths import async_allowed_path
from .const import CONF_PROVIDER, LOGGER
from .flow_forms import answers_from, form_schema, missing_answers
from .providers.registry import PROVIDERS
from .providers.sign_in import FieldKind
from .providers.spec import ProviderSpec


class AccountOptionsFlow(OptionsFlow):
    """Ask for the options of an account; the provider says which there are."""

    def __init__(self) -> None:
        """Give every provider a step of its own, as each has texts of its own."""
        for slug in PROVIDERS:
            setattr(self, f"async_step_{slug}", self._async_step_options)

    @property
    def _spec(self) -> ProviderSpec:
        """Return the provider of the account."""
        return PROVIDERS[self.config_entry.data[CONF_PROVIDER]]

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Begin with the form of the account's provider."""
        return self._show(options_of(self._spec, self.config_entry))

    async def _async_step_options(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Keep what was chosen."""
        if user_input is None:
            return await self.async_step_init()
        fields = self._spec.options
        answers = answers_from(fields, user_input)
        errors = missing_answers(fields, answers)
        for field in fields:
            if field.kind is FieldKind.PATH and answers[field.name]:
                path, error = await self._async_file(str(answers[field.name]))
                answers[field.name] = path
                errors |= {field.name: error} if error else {}
        if errors:
            return self._show(answers, errors)
        entry = self.config_entry
        unheard = not entry.update_listeners and dict(entry.options) != answers
        moved = moved_features(self._spec, options_of(self._spec, entry), answers)
        try:
            async with async_moving(self.hass, entry, moved):
                self.hass.config_entries.async_update_entry(entry, options=answers)
        except OSError, sqlite3.Error:
            LOGGER.exception("The options of %s were not changed", entry.title)
            return self._show(answers, {"base": "state_unavailable"})
        if unheard:
            # An account that failed to load does not listen for changes.
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return self.async_create_entry(data=answers)

    async def _async_file(self, text: str) -> tuple[str, str]:
        """Return the whole path of a file, and why it cannot be used, if so."""
        path = await async_allowed_path(self.hass, text)
        if path is None:
            return text, "path_not_allowed"
        if not await self.hass.async_add_executor_job(path.is_file):
            return text, "file_not_found"
        return str(path), ""

    def _show(
        self,
        suggested: dict[str, str | bool],
        errors: dict[str, str] | None = None,
    ) -> ConfigFlowResult:
        """Show the form, filled in with what is chosen now."""
        return self.async_show_form(
            step_id=self._spec.slug,
            data_schema=form_schema(self._spec.options, suggested),
            errors=errors,
            description_placeholders={
                **self._spec.links,
                "account": self.config_entry.title,
            },
        )
