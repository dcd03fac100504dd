"""How a provider describes itself to the rest of the integration."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from ..engine.model import Feature
from ..engine.provider import FeatureSupport, Provider
from .http import JsonObject, Limiters
from .sign_in import SignIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What a provider is given to reach its account.

    `data` is what its sign-in returned. `save` persists data that changed at run
    time, such as rotated tokens, before they are used. `folder` is where a provider
    that keeps its records itself may put its file.
    """

    data: JsonObject = field(repr=False)
    session: aiohttp.ClientSession
    limiters: Limiters
    save: Callable[[JsonObject], Awaitable[None]]
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInContext:
    """What a sign-in is given: sessions, limits, and who Home Assistant is.

    `session` returns the session that verifies certificates, or not. `device_id` is
    unique to this sign-in and stays the same for its account.
    """

    session: Callable[[bool], aiohttp.ClientSession]
    limiters: Limiters
    device_id: str
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSpec:
    """One provider: its name, what it can do, how to sign in and how to build it.

    `links` are the addresses that the texts of its form refer to, as texts hold none.
    """

    slug: str
    name: str
    capabilities: Mapping[Feature, FeatureSupport]
    sign_in: Callable[[SignInContext], SignIn]
    create: Callable[[Connection], Provider]
    links: Mapping[str, str] = field(default_factory=dict)
