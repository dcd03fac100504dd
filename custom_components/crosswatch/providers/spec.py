"""How a provider describes itself to the rest of the integration."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol, override, runtime_checkable

import aiohttp

from ..engine.model import Feature
from ..engine.provider import FeatureSupport, Provider
from .http import JsonObject, Limiters
from .sign_in import Answers, FormField, SignIn


class Connection(NamedTuple):
    """What a provider is given to reach its account.

    `data` is what its sign-in returned. `options` holds a value for each field in
    `ProviderSpec.options`: what the person has chosen since, else its default. `save`
    persists data that changed at run time, such as rotated tokens, before they are
    used. `folder` is where a provider that keeps its records itself may put its file.
    `session` verifies certificates or not, as the person has chosen for a server of
    their own; `verified` always does, for what is asked elsewhere.
    """

    data: JsonObject
    session: aiohttp.ClientSession
    limiters: Limiters
    save: Callable[[JsonObject], Awaitable[None]]
    folder: Path
    options: JsonObject = MappingProxyType({})
    verified: aiohttp.ClientSession | None = None

    @override
    def __repr__(self) -> str:
        """Return no more than what it is: it holds secrets."""
        return "<Connection>"


@runtime_checkable
class Listener(Protocol):
    """A provider that hears of changes while its account is loaded."""

    async def listen(self) -> None:
        """Listen until cancelled; whatever fails is tried again, later and later."""


class Allowance(NamedTuple):
    """How many requests an account may make, and how many are left until `reset`."""

    limit: int
    left: int
    reset: datetime


@runtime_checkable
class Metered(Protocol):
    """A provider whose service counts the requests of an account."""

    @property
    def allowance(self) -> Allowance | None:
        """Return what is known of it without asking, None while nothing is."""


class SignInContext(NamedTuple):
    """What a sign-in is given: sessions, limits, and who Home Assistant is.

    `session` returns the session that verifies certificates, or not. `device_id` is
    unique to this sign-in and stays the same for its account. `known` is the data of
    an account that signs in again, so that nothing is asked which it tells already;
    a new account has none.
    """

    session: Callable[[bool], aiohttp.ClientSession]
    limiters: Limiters
    device_id: str
    folder: Path
    known: JsonObject = MappingProxyType({})

    @override
    def __repr__(self) -> str:
        """Return no more than what it is: it holds secrets."""
        return "<SignInContext>"


class Announcement(NamedTuple):
    """What something in the network tells of itself without being asked.

    `properties` are the fields of its zeroconf record, or of its UPnP description.
    """

    host: str
    port: int | None
    name: str
    properties: Mapping[str, str] = MappingProxyType({})

    @property
    def authority(self) -> str:
        """Return host and port as they stand in an address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


class FoundServer(NamedTuple):
    """A server that announces itself.

    `server_id` stays with the server. `answers` fill in the form to sign in. `marks`
    are what the data of an account at this server holds: one of them is enough.
    """

    server_id: str
    name: str
    answers: Answers
    marks: JsonObject


class ProviderParts(NamedTuple):
    """What the accounts of a provider are made of: what they can do, how to build one.

    `address` is where all of them are, empty where each has a server of its own.
    `found` returns the server that an announcement tells of: servers that there are
    accounts at announce themselves again and again. `forget` deletes the files that a provider keeps only as long as its account; it
    may raise OSError.
    """

    capabilities: Mapping[Feature, FeatureSupport]
    create: Callable[[Connection], Provider]
    address: str = ""
    found: Callable[[Announcement], FoundServer | None] | None = None
    forget: Callable[[JsonObject, Path], None] | None = None


class SignInParts(NamedTuple):
    """How a person comes to an account of a provider.

    With `ways` there are several ways to sign in, by the names of their forms, for the
    person to choose from; `sign_in` is then the one that most people take. `known_from`
    says in which entries of Home Assistant's own integrations, by their domains, an
    address of such a service stands: from the entry's data to the answers that it
    gives, none of them a secret.
    """

    sign_in: Callable[[SignInContext], SignIn]
    ways: Mapping[str, Callable[[SignInContext], SignIn]] = MappingProxyType({})
    known_from: Mapping[str, Callable[[JsonObject], Answers]] = MappingProxyType({})


class ProviderSpec(NamedTuple):
    """One provider, as far as it is known before it is needed.

    `load` imports its parts, when it is called for the first time: a home has accounts
    at few of all providers. `load_sign_in` imports how to sign in, which hardly anybody
    does after the first day. `links` are the addresses that the texts of its form refer
    to, as texts hold none. `options` are what a person may change without signing in
    again, and `moved_by` names those with which a feature's records are to be found
    elsewhere. `announced_as` are the zeroconf types or the UPnP model names of its
    servers.
    """

    slug: str
    name: str
    load: Callable[[], ProviderParts]
    load_sign_in: Callable[[], SignInParts]
    links: Mapping[str, str] = MappingProxyType({})
    options: tuple[FormField, ...] = ()
    moved_by: Mapping[str, Feature] = MappingProxyType({})
    announced_as: tuple[str, ...] = ()


def parts_of(package: str) -> Callable[[], ProviderParts]:
    """Return what imports the parts of the provider in a package."""
    return partial(_parts, package)


def sign_in_of(package: str) -> Callable[[], SignInParts]:
    """Return what imports how to sign in to the provider in a package."""
    return partial(_sign_in, package)


@cache
def _parts(package: str) -> ProviderParts:
    """Import the parts of the provider in a package."""
    parts: ProviderParts = import_module(f"{package}.parts").PARTS
    return parts


@cache
def _sign_in(package: str) -> SignInParts:
    """Import how to sign in to the provider in a package."""
    parts: SignInParts = import_module(f"{package}.sign_in_parts").PARTS
    return parts
