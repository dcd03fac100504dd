"""Signs a person in to a Jellyfin server: with a password, or with Quick Connect."""

import asyncio
import time
from typing import Final, override

from ...engine.provider import ProviderUnavailableError, RateLimitedError
from ..http import JsonObject
from ..mediabrowser.sign_in import FoundAt, MediaBrowserSignIn
from ..sign_in import DeviceCode, FieldKind, FormField, SignedIn, SignInError
from .authorization import authorization

CODE_LIFETIME: Final = 600.0
POLL_INTERVAL: Final = 3.0


class JellyfinSignIn(MediaBrowserSignIn):
    """One attempt to sign in to a Jellyfin server."""

    not_mine = "not_jellyfin"
    oldest = (10, 9)

    fields = (
        FormField("url", FieldKind.URL),
        FormField("username", FieldKind.TEXT, required=False),
        FormField("password", FieldKind.SECRET, required=False),
        FormField("verify_ssl", FieldKind.SWITCH, default=True),
    )

    @override
    def _headers(self) -> dict[str, str]:
        """Return the header by which the server knows who signs in."""
        return authorization(self._context.device_id)

    @override
    def _is_mine(self, info: JsonObject) -> bool:
        """Tell whether a Jellyfin describes itself."""
        return str(info.get("productname") or "").startswith("Jellyfin")

    @override
    async def finish(self, code: DeviceCode) -> SignedIn:
        """Wait until the code was entered in a client that is signed in."""
        if (server := self._server) is None:
            raise SignInError("code_expired")
        self._secrets.add(code.secret)
        deadline = time.monotonic() + code.expires_in
        while not await self._approved(server, code):
            if time.monotonic() + code.interval >= deadline:
                raise SignInError("code_expired")
            await asyncio.sleep(code.interval)
        answer = await self._ask(
            server,
            "POST",
            "/Users/AuthenticateWithQuickConnect",
            {"Secret": code.secret},
        )
        if answer.status in {401, 404}:
            raise SignInError("code_expired")
        return self._signed_in(server, answer)

    @override
    async def _without_name(self, server: FoundAt) -> DeviceCode:
        """Ask for a code that the person enters in another client."""
        enabled = await self._ask(server, "GET", "/QuickConnect/Enabled")
        if enabled.ok and enabled.body.strip().lower() == b"false":
            raise SignInError("quick_connect_disabled")
        answer = await self._ask(server, "POST", "/QuickConnect/Initiate")
        if answer.status == 401:
            raise SignInError("quick_connect_disabled")
        body = self._object(answer)
        return DeviceCode(
            code=self._text(body, "Code"),
            url=server.url,
            secret=self._text(body, "Secret"),
            expires_in=CODE_LIFETIME,
            interval=POLL_INTERVAL,
        )

    async def _approved(self, server: FoundAt, code: DeviceCode) -> bool:
        """Tell whether the code was entered; a server out of reach may come back."""
        try:
            answer = await server.http.request(
                "GET",
                f"{server.url}/QuickConnect/Connect",
                params={"secret": code.secret},
            )
        except ProviderUnavailableError, RateLimitedError:
            return False
        if answer.status == 404:
            raise SignInError("code_expired")
        if answer.status == 401:
            raise SignInError("quick_connect_disabled")
        return self._object(answer).get("Authenticated") is True
