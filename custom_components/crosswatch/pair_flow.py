"""Subentry flow: adds a pair to its source account, or changes its settings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.util import dt as dt_util

from .account import CrossWatchConfigEntry, async_reloaded
from .const import (
    ARROW,
    CONF_FEATURES,
    CONF_MODE,
    CONF_TARGET,
    DOMAIN,
    SUBENTRY_TYPE_PAIR,
)
from .engine.policy import Mode
from .pair_confirm import Asked, ConfirmFlow
from .pair_forms import pair_fields, section_fields
from .pair_libraries import async_libraries
from .pair_risks import new_risk
from .pair_rules import (
    Refusal,
    accounts_with_libraries,
    in_order,
    is_read_only,
    modes_between,
    refusals,
    section_refusals,
    shared_features,
)
from .pair_settings import default_settings, settings_from, stored_settings
from .pair_summary import summary
from .pair_texts import PairTexts, async_pair_texts, errors_of
from .provider_parts import async_load_parts_of_all

# Where a person finds the new pair, whose own page is not there yet.
PAGE: Final = f"/config/integrations/integration/{DOMAIN}"


class PairSubentryFlow(ConfirmFlow):
    """Add a pair to the account that is its source, or change one."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask where to sync to, what, and how often."""
        source = self._get_entry()
        await async_reloaded(source)
        await async_load_parts_of_all(self.hass)
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
            return await self._show_user(source, targets)
        if (target := self._account(user_input[CONF_TARGET])) is None:
            refused = [Refusal(CONF_TARGET, "target_gone")]
            return await self._show_user(source, targets, user_input, refused)
        if refused := list(_pair_refusals(source, target, user_input)):
            return await self._show_user(source, targets, user_input, refused)
        settings = settings_from(source, target, user_input, {})
        risk = new_risk(default_settings(target, []), settings)
        if risk is not None and not self._is_accepted(risk):
            return await self._async_ask(
                Asked(
                    risk=risk,
                    target=target.title,
                    settings=settings,
                    go_on=partial(self.async_step_user, user_input),
                )
            )
        texts = await async_pair_texts(self.hass)
        return self.async_create_entry(
            title=f"{source.title}{ARROW}{target.title}",
            data=settings,
            description_placeholders={
                "summary": summary(texts, source.title, target.title, settings),
                "page": PAGE,
            },
            unique_id=target.entry_id,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for other settings, down to those of each feature."""
        source, pair = self._get_entry(), self._get_reconfigure_subentry()
        await async_reloaded(source)
        await async_load_parts_of_all(self.hass)
        if (target := self._account(pair.data[CONF_TARGET])) is None:
            return self.async_abort(
                reason="target_gone", description_placeholders={"pair": pair.title}
            )
        if user_input is None:
            return await self._show_reconfigure(source, target, pair)
        settings = settings_from(source, target, user_input, pair.data)
        if refused := list(_change_refusals(source, target, user_input, settings)):
            return await self._show_reconfigure(
                source, target, pair, user_input, refused
            )
        risk = new_risk(stored_settings(source, target, pair.data), settings)
        if risk is not None and not self._is_accepted(risk):
            return await self._async_ask(
                Asked(
                    risk=risk,
                    target=target.title,
                    settings=settings,
                    go_on=partial(self.async_step_reconfigure, user_input),
                )
            )
        return self.async_update_and_abort(source, pair, data=settings)

    async def _show_user(
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
        modes = {mode for target in targets for mode in modes_between(source, target)}
        first = targets[0]
        settings = default_settings(first, shared[first.entry_id][:1])
        fields = pair_fields(targets, sorted(modes), features, settings)
        texts = await async_pair_texts(self.hass)
        errors, placeholders = errors_of(refused, texts)
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(fields), user_input
            ),
            errors=errors,
            description_placeholders={
                "source": source.title,
                "summary": self._summary(texts, source, user_input or settings),
                **placeholders,
            },
        )

    def _summary(
        self, texts: PairTexts, source: ConfigEntry, answers: Mapping[str, Any]
    ) -> str:
        """Return what a new pair would do that is filled in like this."""
        if (target := self._account(answers[CONF_TARGET])) is None:
            return texts["no_target"]
        settings = settings_from(source, target, answers, {})
        return summary(texts, source.title, target.title, settings)

    async def _show_reconfigure(
        self,
        source: CrossWatchConfigEntry,
        target: CrossWatchConfigEntry,
        pair: ConfigSubentry,
        user_input: dict[str, Any] | None = None,
        refused: Iterable[Refusal] = (),
    ) -> SubentryFlowResult:
        """Show the form of a pair that exists, with what it does now."""
        settings = stored_settings(source, target, pair.data)
        mode = Mode(settings[CONF_MODE])
        modes = sorted({mode, *modes_between(source, target)})
        shelves = await async_libraries(
            account
            for feature in in_order(settings[CONF_FEATURES])
            for account in accounts_with_libraries(source, target, mode, feature)
        )
        features = shared_features(source, target)
        fields = pair_fields([target], modes, features, settings)
        fields |= section_fields(source, target, settings, shelves)
        silent = [
            each.title
            for each in (source, target)
            if shelves.get(each.entry_id, ()) is None
        ]
        if silent:
            note = Refusal("base", "no_libraries", {"servers": ", ".join(silent)})
            refused = [note, *refused]
        texts = await async_pair_texts(self.hass)
        errors, placeholders = errors_of(refused, texts)
        if user_input is not None:
            settings = settings_from(source, target, user_input, pair.data)
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(fields), user_input
            ),
            errors=errors,
            description_placeholders={
                "summary": summary(texts, source.title, target.title, settings),
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
    elif is_read_only(target):
        yield Refusal(CONF_TARGET, "target_read_only", {"target": target.title})
    else:
        yield from refusals(source, target, user_input)


def _change_refusals(
    source: ConfigEntry,
    target: ConfigEntry,
    user_input: Mapping[str, Any],
    settings: Mapping[str, Any],
) -> Iterator[Refusal]:
    """Yield what is wrong with a changed pair, its sections looked at last."""
    if user_input[CONF_TARGET] != target.entry_id:
        # Another target makes another pair, with a state of its own.
        yield Refusal(CONF_TARGET, "target_fixed", {"target": target.title})
    elif refused := list(refusals(source, target, user_input)):
        yield from refused
    else:
        today = dt_util.now().date()
        yield from section_refusals(source, target, settings, today)
