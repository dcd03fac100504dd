"""Who is signed in: a device keeps its token when it signs in again."""

from http import HTTPStatus
from typing import override

from aiohttp import web

from ..jellyfin.devices import Device, Devices, Identity, identity_of
from ..jellyfin.model import User
from ..jellyfin.refusal import Refusal

# The web client says in the query what others say in a header.
IN_QUERY = {
    "client": "x-emby-client",
    "device": "x-emby-device-name",
    "device_id": "x-emby-device-id",
    "version": "x-emby-client-version",
    "token": "x-emby-token",
}


def identity(request: web.Request) -> Identity:
    """Read who asks, from a header or the query."""
    said = identity_of(request, legacy=True)
    query = {name.lower(): value for name, value in request.query.items()}
    return Identity(
        **{
            name: getattr(said, name) or query.get(in_query, "")
            for name, in_query in IN_QUERY.items()
        }
    )


class EmbyDevices(Devices):
    """The signed-in devices of a server."""

    @override
    def by_password(self, name: str, password: str, identity: Identity) -> Device:
        """Sign a device in; refuse a wrong password or a disabled user."""
        user = self._state.user_named(name)
        if user is None or user.password != password:
            raise Refusal(
                HTTPStatus.UNAUTHORIZED, "Invalid username or password entered."
            )
        if user.disabled:
            raise Refusal(
                HTTPStatus.FORBIDDEN, "The account is disabled. Ask the administrator."
            )
        return self.sign_in(user, identity)

    @override
    def sign_in(self, user: User, identity: Identity) -> Device:
        """Sign a device in, with the token that it has if it has one."""
        for device in self.by_token.values():
            if device.user is user and device.device_id == identity.device_id:
                device.last_activity = self._state.now()
                return device
        return super().sign_in(user, identity)
