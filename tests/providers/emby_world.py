"""An Emby server with a user, and the provider that is signed in to it."""

from dataclasses import replace
from functools import partial

import aiohttp

from custom_components.crosswatch.engine.model import Feature, Snapshot
from custom_components.crosswatch.providers.emby import SPEC
from custom_components.crosswatch.providers.emby.provider import EmbyProvider
from custom_components.crosswatch.providers.http import JsonObject, Limiters

from ..simulators.emby import EmbySimulator
from .connecting import provider_of
from .mediabrowser_world import MediaBrowserWorld, mediabrowser_world

ITEMS = r"/Users/\w+/Items"

type World = MediaBrowserWorld[EmbySimulator, EmbyProvider]


def provider_for(
    data: JsonObject, session: aiohttp.ClientSession, limiters: Limiters
) -> EmbyProvider:
    """Return the provider of what a sign-in kept."""
    return provider_of(EmbyProvider, SPEC, data, session, limiters)


a_world = partial(mediabrowser_world, EmbySimulator, EmbyProvider, SPEC)


async def snapshot_with_marker(
    provider: EmbyProvider, feature: Feature, previous: Snapshot | None = None
) -> Snapshot:
    """Return what a run would store: what was read, with the marker from before."""
    marker = (await provider.activity([feature])).get(feature, "")
    if previous is not None and marker and marker == previous.marker:
        return previous
    return replace(await provider.read(feature, previous), marker=marker)
