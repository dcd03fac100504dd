"""What Home Assistant gives to a provider and to a sign-in."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

from custom_components.crosswatch.engine.provider import Provider
from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.sign_in import Answers
from custom_components.crosswatch.providers.spec import (
    Connection,
    ProviderSpec,
    SignInContext,
)

NO_FOLDER = Path("unused")


async def _save_nothing(data: JsonObject) -> None:
    """Refuse: what a sign-in kept does not change."""
    raise AssertionError(sorted(data))


def provider_of[T: Provider](
    kind: type[T],
    spec: ProviderSpec,
    data: JsonObject,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    *,
    save: Callable[[JsonObject], Awaitable[None]] = _save_nothing,
    folder: Path = NO_FOLDER,
    options: JsonObject | None = None,
) -> T:
    """Return the provider of what a sign-in kept."""
    provider = spec.load().create(
        connection_of(
            data, session, limiters, save=save, folder=folder, options=options
        )
    )
    assert isinstance(provider, kind)
    return provider


def connection_of(
    data: JsonObject,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    *,
    save: Callable[[JsonObject], Awaitable[None]] = _save_nothing,
    folder: Path = NO_FOLDER,
    options: JsonObject | None = None,
) -> Connection:
    """Return what a provider is given."""
    return Connection(
        data=data,
        session=session,
        limiters=limiters,
        save=save,
        folder=folder,
        options=options or {},
    )


def context_of(
    session: aiohttp.ClientSession,
    limiters: Limiters,
    *,
    device_id: str = "device",
    folder: Path = NO_FOLDER,
    known: JsonObject | None = None,
) -> SignInContext:
    """Return what a sign-in is given."""
    return SignInContext(
        session=lambda verify_ssl: session,
        limiters=limiters,
        device_id=device_id,
        folder=folder,
        known=known or {},
    )


def answers_of(
    url: str, username: str, password: str, /, **changes: str | bool
) -> Answers:
    """Return what a person fills in for a server of their own."""
    return {
        "url": url,
        "username": username,
        "password": password,
        "verify_ssl": True,
        **changes,
    }
