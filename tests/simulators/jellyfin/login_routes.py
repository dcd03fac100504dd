"""Signing in and out, users, and the server's own description."""

from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from .call import Access, Call, answer, no_content
from .devices import Identity
from .model import User
from .refusal import VAGUE, Problem, Refusal, invalid, not_found
from .shapes import (
    login_json,
    quick_connect_json,
    session_json,
    user_json,
    view_json,
    virtual_folder_json,
)

if TYPE_CHECKING:
    from .server import JellyfinSimulator


def public_info(call: Call) -> web.Response:
    """Describe the server to anyone."""
    server = call.server
    return answer(
        {
            "LocalAddress": server.url,
            "ServerName": server.name,
            "Version": server.version,
            "ProductName": "Jellyfin Server",
            "OperatingSystem": "",
            "Id": server.state.server_id,
            "StartupWizardCompleted": True,
        }
    )


def early_info(server: JellyfinSimulator) -> web.Response:
    """Describe the server while it is starting: another program writes the names."""
    return answer(
        {
            "localAddress": server.url,
            "serverName": server.name,
            "version": server.version,
            "productName": "Jellyfin Server",
            "operatingSystem": "",
            "id": server.state.server_id,
            "startupWizardCompleted": False,
        }
    )


def system_info(call: Call) -> web.Response:
    """Describe the server to whoever is signed in."""
    server = call.server
    return answer(
        {
            "LocalAddress": server.url,
            "ServerName": server.name,
            "Version": server.version,
            "ProductName": "Jellyfin Server",
            "OperatingSystem": "",
            "Id": server.state.server_id,
            "StartupWizardCompleted": True,
            "HasPendingRestart": False,
            "IsShuttingDown": False,
            "SupportsLibraryMonitor": True,
            "WebSocketPortNumber": 8096,
            "CompletedInstallations": [],
        }
    )


def ping(call: Call) -> web.Response:
    """Say what server this is."""
    return answer("Jellyfin Server")


def complete(identity: Identity) -> Identity:
    """Return the identity; refuse one that leaves out what a login needs."""
    needed = (identity.client, identity.device, identity.device_id, identity.version)
    if not all(needed):
        raise Refusal(HTTPStatus.BAD_REQUEST, VAGUE)
    return identity


def log_in(call: Call) -> web.Response:
    """Sign in with name and password."""
    body = call.json()
    name, password = body.get("username"), body.get("pw")
    for key, value in (("$.Username", name), ("$.Pw", password)):
        if value is not None and not isinstance(value, str):
            raise invalid(key, value)
    device = call.server.devices.by_password(
        str(name or ""), str(password or ""), complete(call.identity)
    )
    return answer(login_json(device, call.server.state))


def log_out(call: Call) -> web.Response:
    """End the caller's own token."""
    call.server.devices.by_token.pop(call.identity.token, None)
    return no_content()


def quick_connect_enabled(call: Call) -> web.Response:
    """Tell whether Quick Connect is on."""
    return answer(call.server.quick_connect)


def quick_connect_initiate(call: Call) -> web.Response:
    """Start a Quick Connect request."""
    if not call.server.quick_connect:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "Quick connect is disabled")
    pending = call.server.devices.initiate(complete(call.identity))
    return answer(quick_connect_json(pending))


def quick_connect_state(call: Call) -> web.Response:
    """Tell whether a Quick Connect request was approved."""
    server = call.server
    pending = server.devices.waiting(call.parameters.text("secret") or "")
    written = quick_connect_json(pending)
    if pending.device is None and server.auto_approve is not None:
        # Approved between this question and the next, as by a person.
        server.devices.approve(pending.code, server.auto_approve)
    return answer(written)


def quick_connect_authorize(call: Call) -> web.Response:
    """Approve the code that another device shows."""
    server = call.server
    server.devices.approve(call.parameters.text("code") or "", call.a_user())
    return answer(True)


def quick_connect_log_in(call: Call) -> web.Response:
    """Sign in with an approved Quick Connect request."""
    secret = call.json().get("secret")
    if not isinstance(secret, str):
        raise invalid("Secret", secret)
    pending = call.server.devices.waiting(secret)
    if pending.device is None:
        raise Refusal(HTTPStatus.UNAUTHORIZED, VAGUE)
    return answer(login_json(pending.device, call.server.state))


def me(call: Call) -> web.Response:
    """Return the caller; an API key is nobody."""
    if call.device is None:
        raise Problem(HTTPStatus.BAD_REQUEST)
    return answer(user_json(call.device.user, call.server.state))


def users(call: Call) -> web.Response:
    """Return all users to an administrator, and only themselves to others."""
    state = call.server.state
    known = state.users.values() if call.is_admin else [call.a_user()]
    return answer([user_json(user, state) for user in known])


def public_users(call: Call) -> web.Response:
    """Return the users that the login page shows."""
    state = call.server.state
    return answer(
        [
            user_json(user, state)
            for user in state.users.values()
            if not user.hidden and not user.disabled
        ]
    )


def one_user(call: Call) -> web.Response:
    """Return a user by id."""
    found: User | None = call.server.state.users.get(call.id_in_path("userId") or "")
    if found is None:
        raise not_found()
    return answer(user_json(found, call.server.state))


def sessions(call: Call) -> web.Response:
    """Return the sessions that the caller may see."""
    own = call.device.user if call.device else None
    return answer(
        [
            session_json(device, call.server.state)
            for device in call.server.devices.by_token.values()
            if call.is_admin or device.user is own
        ]
    )


def media_folders(call: Call) -> web.Response:
    """Return all libraries to an administrator."""
    state = call.server.state
    rows = [view_json(library, state) for library in state.libraries.values()]
    return answer({"Items": rows, "TotalRecordCount": len(rows), "StartIndex": 0})


def virtual_folders(call: Call) -> web.Response:
    """Return all libraries with their settings to an administrator."""
    libraries = call.server.state.libraries.values()
    return answer([virtual_folder_json(library) for library in libraries])


ROUTES = (
    ("GET", "/System/Info/Public", Access.ANYONE, public_info),
    ("GET", "/System/Info", Access.SIGNED_IN, system_info),
    ("GET", "/System/Ping", Access.ANYONE, ping),
    ("POST", "/System/Ping", Access.ANYONE, ping),
    ("POST", "/Users/AuthenticateByName", Access.ANYONE, log_in),
    (
        "POST",
        "/Users/AuthenticateWithQuickConnect",
        Access.ANYONE,
        quick_connect_log_in,
    ),
    ("GET", "/QuickConnect/Enabled", Access.ANYONE, quick_connect_enabled),
    ("POST", "/QuickConnect/Initiate", Access.ANYONE, quick_connect_initiate),
    ("GET", "/QuickConnect/Connect", Access.ANYONE, quick_connect_state),
    ("POST", "/QuickConnect/Authorize", Access.SIGNED_IN, quick_connect_authorize),
    ("POST", "/Sessions/Logout", Access.SIGNED_IN, log_out),
    ("GET", "/Sessions", Access.SIGNED_IN, sessions),
    ("GET", "/Users/Public", Access.ANYONE, public_users),
    ("GET", "/Users/Me", Access.SIGNED_IN, me),
    ("GET", "/Users", Access.SIGNED_IN, users),
    ("GET", "/Users/{userId}", Access.SIGNED_IN, one_user),
    ("GET", "/Library/MediaFolders", Access.ADMIN, media_folders),
    ("GET", "/Library/VirtualFolders", Access.ADMIN, virtual_folders),
)
