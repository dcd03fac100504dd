"""A Jellyfin server with a user, and the provider that is signed in to it."""

from functools import partial
from typing import TypedDict

import aiohttp

from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.jellyfin import SPEC
from custom_components.crosswatch.providers.jellyfin.provider import JellyfinProvider

from ..simulators.base import FaultKind
from ..simulators.jellyfin import JellyfinSimulator
from .connecting import provider_of
from .mediabrowser_world import MediaBrowserWorld, mediabrowser_world

ITEMS = "/Items"

type World = MediaBrowserWorld[JellyfinSimulator, JellyfinProvider]


class FaultRule(TypedDict, total=False):
    """What a simulator is told to do wrong."""

    status: int
    kind: FaultKind
    body: bytes | str


def provider_for(
    data: JsonObject, session: aiohttp.ClientSession, limiters: Limiters
) -> JellyfinProvider:
    """Return the provider of what a sign-in kept."""
    return provider_of(JellyfinProvider, SPEC, data, session, limiters)


a_world = partial(mediabrowser_world, JellyfinSimulator, JellyfinProvider, SPEC)
