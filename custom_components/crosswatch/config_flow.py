"""Config flow: connects an account, signs in again, or changes its settings."""

from collections.abc import Mapping
from typing import Any, override
from uuid import uuid4

import voluptuous as vol

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowContext,
    ConfigFlowResult,
    ConfigSubentryFlow,
    FlowType,
    OptionsFlow,
    SubentryFlowContext,
)
from homeassistant.core import callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.http import current_request
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from homeassistant.helpers.typing import UNDEFINED

from .const import CONF_DEVICE_ID, CONF_PROVIDER, DOMAIN, SUBENTRY_TYPE_PAIR
from .engine.provider import AccountInfo
from .known_servers import (
    Find,
    async_find_from_upnp,
    async_find_from_zeroconf,
    async_finds,
    async_known_answers,
)
from .options_flow import AccountOptionsFlow
from .pair_flow import PairSubentryFlow
from .pair_rules import shared_features
from .providers.registry import PROVIDERS
from .providers.spec import ProviderSpec
from .sign_in_flow import SignInFlow


def account_title(spec: ProviderSpec, info: AccountInfo) -> str:
    """Return the title of an account; a name with brackets has commas instead."""
    name = info.name
    if " (" in name:
        name = name.replace(" (", ", ").removesuffix(")")
    return f"{spec.name} ({name})"


class CrossWatchConfigFlow(SignInFlow, domain=DOMAIN):
    """Connect an account of any provider; the provider says what to ask."""

    VERSION = 1
    MINOR_VERSION = 1

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what an account can have: pairs of which it is the source."""
        return {SUBENTRY_TYPE_PAIR: PairSubentryFlow}

    @classmethod
    @callback
    @override
    def async_supports_options_flow(cls, config_entry: ConfigEntry) -> bool:
        """Tell whether there is something to choose for an account."""
        spec = PROVIDERS.get(config_entry.data.get(CONF_PROVIDER, ""))
        return spec is not None and bool(spec.options)

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the flow that asks for an account's options."""
        return AccountOptionsFlow()

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which provider the account is at."""
        if user_input is not None:
            spec = PROVIDERS[user_input[CONF_PROVIDER]]
            hints = await async_known_answers(self.hass, spec)
            await self._async_start(spec, device_id=uuid4().hex, hints=hints)
            return await self._async_step_provider()
        providers = SelectSelectorConfig(
            options=[
                SelectOptionDict(value=slug, label=spec.name)
                for slug, spec in PROVIDERS.items()
            ],
            mode=SelectSelectorMode.LIST,
        )
        return self.async_show_form(
            step_id="user",
            data_schema=vol.Schema(
                {vol.Required(CONF_PROVIDER): SelectSelector(providers)}
            ),
            description_placeholders={
                "accounts": ", ".join(
                    entry.title
                    for entry in self._async_current_entries(include_ignore=False)
                )
                or "–"
            },
        )

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Ask to sign in again, once the account's login has ended."""
        return await self._async_step_again(self._get_reauth_entry())

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for other settings of an account, such as a new address."""
        return await self._async_step_again(self._get_reconfigure_entry())

    async def _async_step_again(self, entry: ConfigEntry) -> ConfigFlowResult:
        """Show the form of an account that exists, with what is known of it."""
        known = {key: entry.data[key] for key in entry.data if key != CONF_PROVIDER}
        await self._async_start(
            PROVIDERS[entry.data[CONF_PROVIDER]],
            device_id=known.get(CONF_DEVICE_ID) or uuid4().hex,
            hints=known,
            known=known,
        )
        return await self._async_step_provider()

    @override
    async def async_step_zeroconf(
        self, discovery_info: ZeroconfServiceInfo
    ) -> ConfigFlowResult:
        """Offer a server that zeroconf has found."""
        return await self._async_step_found(
            await async_find_from_zeroconf(self.hass, discovery_info)
        )

    @override
    async def async_step_ssdp(
        self, discovery_info: SsdpServiceInfo
    ) -> ConfigFlowResult:
        """Offer a server that UPnP has found."""
        return await self._async_step_found(
            await async_find_from_upnp(self.hass, discovery_info)
        )

    async def _async_step_found(self, find: Find | None) -> ConfigFlowResult:
        """Show the form to sign in to a server, unless there is an account at it."""
        if find is None:
            return self.async_abort(reason="not_usable")
        account = {"account": find.server.name}
        # It is there for one account only, as others are easily added by hand; and
        # for as long as nobody has told Home Assistant to ignore it.
        await self.async_set_unique_id(f"{find.spec.slug}_{find.server.server_id}")
        self._abort_if_unique_id_configured(
            reload_on_update=False, description_placeholders=account
        )
        if any(map(find.is_at, self._async_current_entries(include_ignore=False))):
            return self.async_abort(
                reason="already_configured", description_placeholders=account
            )
        async_finds(self.hass)[self.flow_id] = find
        name = f"{find.spec.name} ({find.server.name})"
        self.context["title_placeholders"] = {"name": name}
        await self._async_start(
            find.spec, device_id=uuid4().hex, hints=dict(find.server.answers)
        )
        return await self._async_step_provider()

    @callback
    @override
    def async_remove(self) -> None:
        """Forget the server that this flow has offered."""
        async_finds(self.hass).pop(self.flow_id, None)

    @override
    async def async_step_finish(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Keep the account: a new one, or the one that signed in again."""
        slug, info = self._spec.slug, self._signed_in.info
        # A sign-in that another flow left open must not stand in the way of this one.
        await self.async_set_unique_id(
            f"{slug}_{info.account_id}", raise_on_progress=False
        )
        self._abort_if_unique_id_mismatch(
            description_placeholders={"account": info.name}
        )
        data = {CONF_PROVIDER: slug, **self._signed_in.data}
        title = account_title(self._spec, info)
        if self.source == SOURCE_REAUTH:
            return self._update(self._get_reauth_entry(), title, data)
        if self.source == SOURCE_RECONFIGURE:
            return self._update(self._get_reconfigure_entry(), title, data)
        self._abort_if_unique_id_configured(
            reload_on_update=False, description_placeholders={"account": info.name}
        )
        return self.async_create_entry(title=title, data=data)

    def _update(
        self, entry: ConfigEntry, title: str, data: dict[str, Any]
    ) -> ConfigFlowResult:
        """Keep what the sign-in brought for an account that exists."""
        # An account that is loaded listens for changes and reloads itself; one that
        # failed to load does not, and data that stays the same is no change.
        unheard = not entry.update_listeners or entry.data == data
        result = self.async_update_and_abort(
            entry,
            data=data,
            title=title if self._is_generated(entry.title) else UNDEFINED,
        )
        if unheard:
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return result

    def _is_generated(self, title: str) -> bool:
        """Tell whether a title is still ours, not one that the person chose."""
        return title.startswith(f"{self._spec.name} (") and title.endswith(")")

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Go on to the first pair of a new account, or to an account to pair it with."""
        entry = result["result"]
        self._withdraw_finds(entry)
        if entry.state is ConfigEntryState.LOADED:
            if next_flow := await self._async_next_flow(entry):
                result["next_flow"] = next_flow
        return result

    async def _async_next_flow(self, entry: ConfigEntry) -> tuple[FlowType, str] | None:
        """Start what comes after a new account, if anything; return which flow it is."""
        others = [each for each in self._loaded_entries() if each is not entry]
        # An account that can only be read is the source of its pairs, old or new.
        sources = [
            entry,
            *(each for each in others if shared_features(each, entry)),
        ]
        for source in sources:
            pair_flow = await self.hass.config_entries.subentries.async_init(
                (source.entry_id, SUBENTRY_TYPE_PAIR),
                context=SubentryFlowContext(source=SOURCE_USER),
            )
            # It ends at once where the account has no possible target.
            if pair_flow["type"] is FlowResultType.FORM:
                return FlowType.CONFIG_SUBENTRIES_FLOW, pair_flow["flow_id"]
        # A program that adds an account, as no browser does, adds the next one itself.
        if current_request.get() is None:
            return None
        account_flow = await self.hass.config_entries.flow.async_init(
            DOMAIN, context=ConfigFlowContext(source=SOURCE_USER)
        )
        return FlowType.CONFIG_FLOW, account_flow["flow_id"]

    def _loaded_entries(self) -> list[ConfigEntry]:
        """Return the accounts that work."""
        return [
            entry
            for entry in self._async_current_entries(include_ignore=False)
            if entry.state is ConfigEntryState.LOADED
        ]

    def _withdraw_finds(self, entry: ConfigEntry) -> None:
        """No longer offer the server of a new account."""
        finds = async_finds(self.hass)
        finds.pop(self.flow_id, None)
        for flow_id in [each for each, find in finds.items() if find.is_at(entry)]:
            self.hass.config_entries.flow.async_abort(flow_id)
