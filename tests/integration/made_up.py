"""A provider that there is not: with all that one can ask, offer and announce."""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from copy import replace
from dataclasses import dataclass, field
from typing import Any, cast, override
from unittest.mock import patch

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.provider import AccountInfo, FeatureSupport
from custom_components.crosswatch.providers.http import JsonObject
from custom_components.crosswatch.providers.registry import PROVIDERS
from custom_components.crosswatch.providers.sign_in import (
    Answers,
    DeviceCode,
    FieldKind,
    FormField,
    Progress,
    Question,
    SignedIn,
    SignIn,
    SignInError,
)
from custom_components.crosswatch.providers.spec import (
    Announcement,
    Connection,
    FoundServer,
    ProviderParts,
    ProviderSpec,
    SignInContext,
    SignInParts,
)
from custom_components.crosswatch.providers.tracker import SPEC as TRACKER
from custom_components.crosswatch.providers.tracker.database import create
from custom_components.crosswatch.providers.tracker.provider import TrackerProvider

from .flow_texts import TEXTS

ZEROCONF_TYPE = "_made-up._tcp.local."
MODEL_NAME = "Made Up Server"
PIN = "0815"

OPTIONS = (
    FormField("loud", FieldKind.SWITCH),
    FormField("shelf", FieldKind.SELECT, options={"upper": "", "lower": "Below"}),
    FormField("label", FieldKind.TEXT, default="Films"),
    FormField("note", FieldKind.TEXT, required=False),
    FormField("map", FieldKind.PATH, required=False),
)


@dataclass
class Service:
    """What the made-up provider does, and what it was told.

    `outcomes` is what waiting for a code leads to, one after the other. `codes` is how
    many codes were asked for. `fault` is what no provider may raise, but this one does.
    """

    outcomes: asyncio.Queue[Progress | SignInError] = field(
        default_factory=asyncio.Queue
    )
    codes: int = 0
    is_down: bool = False
    fault: Exception | None = None
    contexts: list[SignInContext] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    listening: list[str] = field(default_factory=list)

    def code(self) -> DeviceCode:
        """Return a new code."""
        self.codes += 1
        return DeviceCode(
            code=f"CODE{self.codes}",
            url="http://example.test/link",
            secret="s3cret",
            expires_in=900,
            interval=1,
        )


def signed_in(name: str = "Home", **data: Any) -> SignedIn:
    """Return a finished sign-in."""
    return SignedIn(
        data={"name": name, "token": "s3cret", **data},
        info=AccountInfo(account_id=name.lower(), name=name),
    )


async def _pin(answers: Answers) -> Progress:
    """Take the PIN of a user."""
    if answers["pin"] != PIN:
        raise SignInError("invalid_auth", user=str(answers["user"]))
    return signed_in(str(answers["user"]))


ASK_USER = Question(
    step="made_up_user",
    fields=(
        FormField("user", FieldKind.SELECT, options={"Home": "Owner", "Kid": "Child"}),
        FormField("pin", FieldKind.SECRET),
    ),
    answer=_pin,
    placeholders={"server": "Attic"},
)


class LinkSignIn(SignIn):
    """Asks nothing but to enter a code."""

    fields: tuple[FormField, ...] = ()

    def __init__(self, service: Service, context: SignInContext) -> None:
        """Note that somebody begins to sign in."""
        self._service = service
        service.contexts.append(context)

    @override
    async def begin(self, answers: Answers) -> Progress:
        """Return a code."""
        if self._service.is_down:
            raise SignInError("cannot_connect")
        return self._service.code()

    @override
    async def finish(self, code: DeviceCode) -> Progress:
        """Wait for what comes of the code."""
        outcome = await self._service.outcomes.get()
        if isinstance(outcome, SignInError):
            raise outcome
        return outcome


class ManualSignIn(LinkSignIn):
    """Asks for an address and a token, then for the user."""

    fields = (
        FormField("url", FieldKind.URL),
        FormField("token", FieldKind.SECRET),
        FormField("verify_ssl", FieldKind.SWITCH, default=True),
    )

    @override
    async def begin(self, answers: Answers) -> Progress:
        """Ask who it is."""
        return ASK_USER


class ListeningProvider(TrackerProvider):
    """A tracker that listens."""

    def __init__(self, service: Service, connection: Connection) -> None:
        """Note what the account is connected with; each shelf has a file."""
        name = str(connection.data["name"])
        path = connection.folder / f"{name}_{connection.options.get('shelf')}.db"
        if not path.exists():
            create(path)
        super().__init__(name, path)
        self._service = service
        self._name_heard = name
        service.connections.append(connection)

    @override
    async def identify(self) -> AccountInfo:
        """Return who this is, without any file."""
        return AccountInfo(account_id=self._name.lower(), name=self._name)

    @override
    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return the markers, unless there is a fault."""
        if self._service.fault is not None:
            raise self._service.fault
        return await super().activity(features)

    async def listen(self) -> None:
        """Be among those that listen until cancelled."""
        self._service.listening.append(self._name_heard)
        try:
            await asyncio.Event().wait()
        finally:
            self._service.listening.remove(self._name_heard)


def found(announcement: Announcement) -> FoundServer | None:
    """Return the server that an announcement tells of, if it has an id."""
    if (server_id := announcement.properties.get("id")) is None:
        return None
    url = f"http://{announcement.host}:{announcement.port}"
    return FoundServer(
        server_id=server_id,
        name=announcement.name,
        answers={"url": url, "token": "never shown"},
        marks={"url": url, "server_id": server_id},
    )


def address_at_plex(data: JsonObject) -> Answers:
    """Return the address in the data of Home Assistant's own integration."""
    config = cast(dict[str, str], data["server_config"])
    return {"url": config["url"], "token": config["token"]}


def made_up_specs(service: Service) -> dict[str, ProviderSpec]:
    """Return three providers.

    One has everything; one asks nothing, and holds no positions; one can only be read.
    """
    parts = ProviderParts(
        capabilities=TRACKER.load().capabilities,
        create=lambda connection: ListeningProvider(service, connection),
    )
    sign_in = SignInParts(sign_in=lambda context: LinkSignIn(service, context))
    full = ProviderSpec(
        slug="made_up",
        name="Made Up",
        load=lambda: replace(parts, found=found),
        load_sign_in=lambda: replace(
            sign_in,
            ways={
                "made_up_link": lambda context: LinkSignIn(service, context),
                "made_up_manual": lambda context: ManualSignIn(service, context),
            },
            known_from={"plex": address_at_plex},
        ),
        links={"page": "http://example.test"},
        options=OPTIONS,
        moved_by={"shelf": Feature.WATCHLIST},
        announced_as=(ZEROCONF_TYPE, MODEL_NAME),
    )
    without_positions: dict[Feature, FeatureSupport] = {
        feature: support
        for feature, support in parts.capabilities.items()
        if feature is not Feature.PROGRESS
    }
    bare = ProviderSpec(
        slug="bare",
        name="Bare",
        load=lambda: replace(parts, capabilities=without_positions),
        load_sign_in=lambda: sign_in,
    )
    read_only = {
        feature: replace(parts.capabilities[feature], add=False)
        for feature in (Feature.WATCHLIST, Feature.HISTORY)
    }
    reader = ProviderSpec(
        slug="reader",
        name="Reader",
        load=lambda: replace(parts, capabilities=read_only),
        load_sign_in=lambda: sign_in,
    )
    return {spec.slug: spec for spec in (full, bare, reader)}


def _step(*fields: str, **more: Any) -> dict[str, Any]:
    """Return the texts of a form."""
    texts = dict.fromkeys(fields, "A text")
    return {
        "title": "A title",
        "description": "A description",
        "data": texts,
        "data_description": texts,
        **more,
    }


STEPS = {
    "made_up": _step(
        menu_options={"made_up_link": "Link", "made_up_manual": "By hand"}
    ),
    "made_up_link": _step(),
    "made_up_manual": _step("url", "token", "verify_ssl"),
    "made_up_user": _step("user", "pin", description="At {server}, see {page}"),
    "bare": _step(),
    "reader": _step(),
}


@contextmanager
def made_up_providers(service: Service) -> Iterator[None]:
    """Have the made-up providers, and the texts of their forms, within the block."""
    providers = cast(dict[str, ProviderSpec], PROVIDERS)
    progress = dict.fromkeys(("made_up", "bare", "reader"), "Enter {code} at {url}")
    options = {"made_up": _step(*(each.name for each in OPTIONS))}
    with (
        patch.dict(providers, made_up_specs(service)),
        patch.dict(TEXTS["config"]["step"], STEPS),
        patch.dict(TEXTS["config"]["progress"], progress),
        patch.dict(TEXTS["options"]["step"], options),
    ):
        yield
