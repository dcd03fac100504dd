"""Subentry flow: adds a pair to its source account, or changes its settings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.util import dt as dt_util

from .const import ARROW, CONF_FEATURES, CONF_TARGET, DOMAIN, SUBENTRY_TYPE_PAIR
from .pair_forms import (
    default_settings,
    pair_fields,
    section_fields,
    settings_from,
    stored_settings,
)
from .pair_rules import (
    Refusal,
    errors_of,
    in_order,
    refusals,
    section_refusals,
    shared_features,
)


class PairSubentryFlow(ConfigSubentryFlow):
    """Add a pair to the account that is its source, or change one."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask where to sync to, what, and how often."""
        source = self._get_entry()
        account = {"account": source.title}
        if source.state is not ConfigEntryState.LOADED:
            return self.async_abort(
                reason="entry_not_loaded", description_placeholders=account
            )
        if not (targets := self._possible_targets(source)):
            return self.async_abort(
                reason="no_target", description_placeholders=account
            )
        if user_input is None:
            return self._show_user(source, targets)
        if (target := self._account(user_input[CONF_TARGET])) is None:
            refused = [Refusal(CONF_TARGET, "target_gone")]
            return self._show_user(source, targets, user_input, refused)
        if refused := list(_pair_refusals(source, target, user_input)):
            return self._show_user(source, targets, user_input, refused)
        return self.async_create_entry(
            title=f"{source.title}{ARROW}{target.title}",
            data=settings_from(source, target, user_input, {}),
            unique_id=target.entry_id,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for other settings, down to those of each feature."""
        source, pair = self._get_entry(), self._get_reconfigure_subentry()
        if (target := self._account(pair.data[CONF_TARGET])) is None:
            return self.async_abort(
                reason="target_gone", description_placeholders={"pair": pair.title}
            )
        if user_input is None:
            return self._show_reconfigure(source, target, pair)
        settings = settings_from(source, target, user_input, pair.data)
        if user_input[CONF_TARGET] != target.entry_id:
            # Another target makes another pair, with a state of its own.
            refused = [Refusal(CONF_TARGET, "target_fixed", {"target": target.title})]
        elif not (refused := list(refusals(source, target, user_input))):
            today = dt_util.now().date()
            refused = list(section_refusals(source, target, settings, today))
        if refused:
            return self._show_reconfigure(source, target, pair, user_input, refused)
        return self.async_update_and_abort(source, pair, data=settings)

    def _show_user(
        self,
        source: ConfigEntry,
        targets: Sequence[ConfigEntry],
        user_input: dict[str, Any] | None = None,
        refused: Iterable[Refusal] = (),
    ) -> SubentryFlowResult:
        """Show the form of a new pair."""
        shared = {
            target.entry_id: shared_features(source, target) for target in targets
        }
        features = in_order([name for names in shared.values() for name in names])
        first = targets[0]
        settings = default_settings(first, shared[first.entry_id][:1])
        schema = vol.Schema(pair_fields(targets, features, settings))
        errors, placeholders = errors_of(refused)
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
            description_placeholders={"source": source.title, **placeholders},
        )

    def _show_reconfigure(
        self,
        source: ConfigEntry,
        target: ConfigEntry,
        pair: ConfigSubentry,
        user_input: dict[str, Any] | None = None,
        refused: Iterable[Refusal] = (),
    ) -> SubentryFlowResult:
        """Show the form of a pair that exists, with what it does now."""
        settings = stored_settings(source, target, pair.data)
        fields = pair_fields([target], shared_features(source, target), settings)
        schema = vol.Schema({**fields, **section_fields(source, target, settings)})
        errors, placeholders = errors_of(refused)
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
            description_placeholders={
                "source": source.title,
                "target": target.title,
                "features": ", ".join(settings[CONF_FEATURES]),
                **placeholders,
            },
        )

    def _possible_targets(self, source: ConfigEntry) -> list[ConfigEntry]:
        """Return the accounts that can be a target, those without a pair first."""
        paired = _paired(source)
        targets = [
            entry
            for entry in self.hass.config_entries.async_entries(
                DOMAIN, include_ignore=False, include_disabled=False
            )
            if entry.entry_id != source.entry_id and shared_features(source, entry)
        ]
        return sorted(targets, key=lambda entry: entry.entry_id in paired)

    def _account(self, entry_id: str) -> ConfigEntry | None:
        """Return an account, None where it was removed or is not one of ours."""
        entry = self.hass.config_entries.async_get_entry(entry_id)
        return None if entry is None or entry.domain != DOMAIN else entry


def _paired(source: ConfigEntry) -> set[str]:
    """Return the accounts that a source has pairs with."""
    return {
        pair.data[CONF_TARGET]
        for pair in source.get_subentries_of_type(SUBENTRY_TYPE_PAIR)
    }


def _pair_refusals(
    source: ConfigEntry, target: ConfigEntry, user_input: Mapping[str, Any]
) -> Iterator[Refusal]:
    """Yield what is wrong with a new pair; with its target, where that is wrong."""
    if target.entry_id == source.entry_id:
        yield Refusal(CONF_TARGET, "same_account")
    elif target.entry_id in _paired(source):
        yield Refusal(CONF_TARGET, "already_configured", {"target": target.title})
    else:
        yield from refusals(source, target, user_input)
