"""The part of a config flow that signs in, whatever the provider asks."""

from abc import ABC, abstractmethod
import asyncio
from functools import partial
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigFlow, ConfigFlowResult
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .flow_forms import answers_from, form_schema, known_values, missing_answers
from .provider_parts import async_load_sign_in
from .providers.http import JsonObject
from .providers.registry import PROVIDERS
from .providers.sign_in import (
    DeviceCode,
    Progress,
    Question,
    SignedIn,
    SignIn,
    SignInError,
)
from .providers.spec import ProviderSpec, SignInContext, SignInParts
from .shared import async_get_limiters, storage_folder


class SignInFlow(ConfigFlow, ABC):
    """Asks what a provider needs to know, form by form, until somebody is signed in.

    Forms are steps: the first is named as the way to sign in, or as the provider where
    there is only one; later ones as the provider's questions.
    """

    _spec: ProviderSpec
    _parts: SignInParts
    _context: SignInContext
    _sign_in: SignIn
    _form: Question
    _code: DeviceCode
    _signed_in: SignedIn

    def __init__(self) -> None:
        """Give every provider a step of its own."""
        self._hints: JsonObject = {}
        self._suggested: JsonObject = {}
        self._failure: SignInError | None = None
        # After a wait, an answer at hand is not one to the form that comes next.
        self._is_unseen = False
        self._waiting: asyncio.Task[Progress] | None = None
        self._waited: asyncio.Task[Progress] | None = None
        for slug in PROVIDERS:
            setattr(self, f"async_step_{slug}", self._async_step_provider)

    @abstractmethod
    async def async_step_finish(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Keep what the sign-in brought."""

    async def _async_start(
        self,
        spec: ProviderSpec,
        *,
        device_id: str,
        hints: JsonObject,
        known: JsonObject | None = None,
    ) -> None:
        """Begin with a provider; `hints` fill its forms in."""
        self._spec = spec
        self._parts = await async_load_sign_in(self.hass, spec)
        for way in self._parts.ways:
            # A step of its own, too.
            setattr(self, f"async_step_{way}", partial(self._async_step_way, way))
        self._hints = hints
        self._context = SignInContext(
            session=lambda verify: async_get_clientsession(self.hass, verify),
            limiters=async_get_limiters(self.hass),
            device_id=device_id,
            folder=storage_folder(self.hass),
            known=known or {},
        )

    async def _async_step_provider(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the way to sign in, where there are several."""
        if not self._parts.ways:
            return await self._async_step_way(self._spec.slug)
        return self.async_show_menu(
            step_id=self._spec.slug,
            menu_options=list(self._parts.ways),
            description_placeholders=dict(self._spec.links),
        )

    async def _async_step_way(
        self, way: str, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Begin with a way to sign in; its form takes over from here."""
        self._sign_in = self._parts.ways.get(way, self._parts.sign_in)(self._context)
        fields = self._sign_in.fields
        self._ask(Question(step=way, fields=fields, answer=self._sign_in.begin))
        # Only where somebody looks at it: a code would run out unseen.
        is_seen = self._parts.ways or self.source == SOURCE_USER
        if is_seen and not fields:
            return await self._async_answer({})
        return self._show_form()

    def _ask(self, question: Question) -> None:
        """Make a form the one that is answered next."""
        self._form = question
        self._suggested = known_values(question.fields, self._hints)
        setattr(self, f"async_step_{question.step}", self._async_step_form)

    async def _async_step_form(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go on with the answers to a form."""
        if user_input is None or self._is_unseen:
            self._is_unseen = False
            failure, self._failure = self._failure, None
            return self._show_form(failure=failure)
        fields = self._form.fields
        answers = answers_from(fields, user_input)
        self._suggested = dict(answers)
        if errors := missing_answers(fields, answers):
            return self._show_form(errors)
        return await self._async_answer(answers)

    async def _async_answer(self, answers: dict[str, str | bool]) -> ConfigFlowResult:
        """Hand answers to the sign-in, and go where they lead."""
        try:
            progress = await self._form.answer(answers)
        except SignInError as err:
            return self._show_form(failure=err)
        if isinstance(progress, SignedIn):
            self._signed_in = progress
            return await self.async_step_finish()
        if isinstance(progress, Question):
            self._ask(progress)
            return self._show_form()
        self._wait_for(progress)
        return await self.async_step_device()

    def _show_form(
        self,
        errors: dict[str, str] | None = None,
        *,
        failure: SignInError | None = None,
    ) -> ConfigFlowResult:
        """Show the form, and why the last attempt failed if it did."""
        placeholders = {**self._spec.links, **self._form.placeholders}
        if failure is not None:
            errors = {"base": failure.key}
            placeholders |= failure.placeholders
        return self.async_show_form(
            step_id=self._form.step,
            data_schema=form_schema(self._form.fields, self._suggested),
            errors=errors,
            description_placeholders=placeholders,
        )

    def _wait_for(self, code: DeviceCode) -> None:
        """Begin to wait until a code was entered."""
        self._code = code
        self._waited = None
        self._waiting = self.hass.async_create_background_task(
            self._sign_in.finish(code), "CrossWatch sign-in"
        )
        self._waiting.add_done_callback(self._end_wait)

    async def async_step_device(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the code, and go on once the person has entered it."""
        if self._waited is None:
            return self._show_code()
        if isinstance(failure := self._waited.exception(), SignInError):
            self._failure = failure
            return self._show_next(self._form.step)
        progress = self._waited.result()
        if isinstance(progress, SignedIn):
            self._signed_in = progress
            return self._show_next("finish")
        if isinstance(progress, Question):
            self._ask(progress)
            return self._show_next(progress.step)
        self._wait_for(progress)
        return self._show_code()

    def _show_code(self) -> ConfigFlowResult:
        """Show the code that is waited for."""
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

    def _show_next(self, step: str) -> ConfigFlowResult:
        """Leave the code for another step."""
        self._is_unseen = True
        return self.async_show_progress_done(next_step_id=step)

    @callback
    def _end_wait(self, waited: asyncio.Task[Progress]) -> None:
        """Note that the wait has ended.

        A task is done a moment before Home Assistant hears of it. Somebody who looks
        at the flow in between must not carry it on, as Home Assistant then would too.
        """
        self._waited = waited
