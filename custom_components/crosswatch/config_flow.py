"""Config flow: connects an account, signs in again, or changes its settings."""

import asyncio
from collections.abc import Mapping
from typing import Any, override
from uuid import uuid4

import voluptuous as vol

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    FlowType,
    SubentryFlowContext,
)
from homeassistant.core import callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.helpers.typing import UNDEFINED

from .const import CONF_DEVICE_ID, CONF_PROVIDER, DOMAIN, SUBENTRY_TYPE_PAIR
from .engine.provider import AccountInfo
from .flow_forms import answers_from, known_values, missing_answers, sign_in_schema
from .pair_flow import PairSubentryFlow
from .providers.registry import PROVIDERS
from .providers.sign_in import DeviceCode, SignedIn, SignIn, SignInError
from .providers.spec import ProviderSpec, SignInContext
from .shared import async_get_limiters, storage_folder


def account_title(spec: ProviderSpec, info: AccountInfo) -> str:
    """Return the title of an account; a name with brackets has commas instead."""
    name = info.name
    if " (" in name:
        name = name.replace(" (", ", ").removesuffix(")")
    return f"{spec.name} ({name})"


class CrossWatchConfigFlow(ConfigFlow, domain=DOMAIN):
    """Connect an account of any provider; the provider says what to ask."""

    VERSION = 1
    MINOR_VERSION = 1

    _spec: ProviderSpec
    _sign_in: SignIn
    _code: DeviceCode
    _signed_in: SignedIn

    def __init__(self) -> None:
        """Give every provider's form a step of its own, named as the provider."""
        self._suggested: dict[str, Any] = {}
        self._failure: SignInError | None = None
        self._waiting: asyncio.Task[SignedIn] | None = None
        self._waited: asyncio.Task[SignedIn] | None = None
        for slug in PROVIDERS:
            setattr(self, f"async_step_{slug}", self._async_step_sign_in)

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what an account can have: pairs of which it is the source."""
        return {SUBENTRY_TYPE_PAIR: PairSubentryFlow}

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which provider the account is at."""
        if user_input is not None:
            self._start(user_input[CONF_PROVIDER], device_id=uuid4().hex)
            return await self._async_step_sign_in()
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
        device_id = entry.data.get(CONF_DEVICE_ID) or uuid4().hex
        self._start(entry.data[CONF_PROVIDER], device_id=device_id)
        self._suggested = known_values(self._sign_in.fields, entry.data)
        return await self._async_step_sign_in()

    def _start(self, slug: str, *, device_id: str) -> None:
        """Begin an attempt to sign in at a provider."""
        self._spec = PROVIDERS[slug]
        self._sign_in = self._spec.sign_in(
            SignInContext(
                session=lambda verify: async_get_clientsession(self.hass, verify),
                limiters=async_get_limiters(self.hass),
                device_id=device_id,
                folder=storage_folder(self.hass),
            )
        )

    async def _async_step_sign_in(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what the provider needs to know, and begin to sign in with it."""
        # After a wait that failed, the answer at hand is not one to this form.
        if user_input is None or self._failure is not None:
            failure, self._failure = self._failure, None
            return self._show_sign_in(failure=failure)
        fields = self._sign_in.fields
        answers = answers_from(fields, user_input)
        self._suggested = dict(answers)
        if errors := missing_answers(fields, answers):
            return self._show_sign_in(errors)
        try:
            begun = await self._sign_in.begin(answers)
        except SignInError as err:
            return self._show_sign_in(failure=err)
        if isinstance(begun, SignedIn):
            self._signed_in = begun
            return await self.async_step_finish()
        self._code = begun
        self._waiting = self._waited = None
        return await self.async_step_device()

    def _show_sign_in(
        self,
        errors: dict[str, str] | None = None,
        *,
        failure: SignInError | None = None,
    ) -> ConfigFlowResult:
        """Show the provider's form, and why the last attempt failed if it did."""
        placeholders = dict(self._spec.links)
        if failure is not None:
            errors = {"base": failure.key}
            placeholders |= failure.placeholders
        return self.async_show_form(
            step_id=self._spec.slug,
            data_schema=sign_in_schema(self._sign_in.fields, self._suggested),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def async_step_device(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the code, and wait until the person has entered it."""
        if self._waiting is None:
            self._waiting = self.hass.async_create_background_task(
                self._sign_in.finish(self._code), "CrossWatch sign-in"
            )
            self._waiting.add_done_callback(self._end_wait)
        if self._waited is None:
            return self.async_show_progress(
                step_id="device",
                progress_action=self._spec.slug,
                description_placeholders={
                    "code": self._code.code,
                    "url": self._code.url,
                    "minutes": str(max(round(self._code.expires_in / 60), 1)),
                },
                progress_task=self._waiting,
            )
        if isinstance(failure := self._waited.exception(), SignInError):
            self._failure = failure
            return self.async_show_progress_done(next_step_id=self._spec.slug)
        self._signed_in = self._waited.result()
        return self.async_show_progress_done(next_step_id="finish")

    @callback
    def _end_wait(self, waited: asyncio.Task[SignedIn]) -> None:
        """Note that the wait has ended.

        A task is done a moment before Home Assistant hears of it. Somebody who looks
        at the flow in between must not carry it on, as Home Assistant then would too.
        """
        self._waited = waited

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
        """Go on to the first pair of a new account, where it can have one."""
        pair_flow = await self.hass.config_entries.subentries.async_init(
            (result["result"].entry_id, SUBENTRY_TYPE_PAIR),
            context=SubentryFlowContext(source=SOURCE_USER),
        )
        # It ends at once where there is no other account to pair with.
        if pair_flow["type"] is FlowResultType.FORM:
            flow_id = pair_flow["flow_id"]
            result["next_flow"] = (FlowType.CONFIG_SUBENTRIES_FLOW, flow_id)
        return result
