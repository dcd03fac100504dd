"""Signing in and out, users, and the server's own description."""

from http import HTTPStatus

from aiohttp import web

from ..jellyfin.devices import Identity
from ..jellyfin.model import Library, guid
from ..jellyfin.refusal import Refusal
from .call import Access, EmbyCall, answer, no_content, page
from .shapes import login_json, session_json, user_json

PING = "Emby Server"


def public_info(call: EmbyCall) -> web.Response:
    """Describe the server to anyone; that it is an Emby is not said."""
    server = call.server
    return answer(
        {
            "LocalAddress": server.url,
            "LocalAddresses": [],
            "RemoteAddresses": [],
            "ServerName": server.name,
            "Version": server.version,
            "Id": call.state.server_id,
        }
    )


def system_info(call: EmbyCall) -> web.Response:
    """Describe the server to whoever is signed in."""
    server = call.server
    return answer(
        {
            "LocalAddress": server.url,
            "ServerName": server.name,
            "Version": server.version,
            "Id": call.state.server_id,
            "OperatingSystem": "Linux",
            "HasPendingRestart": False,
            "IsShuttingDown": False,
            "WebSocketPortNumber": 8096,
        }
    )


def ping(call: EmbyCall) -> web.Response:
    """Say what server this is."""
    return web.Response(text=PING)


def complete(identity: Identity) -> Identity:
    """Return the identity; refuse one that leaves out what a login needs."""
    needed = (identity.client, identity.device, identity.device_id, identity.version)
    if not all(needed):
        raise Refusal(HTTPStatus.BAD_REQUEST, "Value cannot be null. (appName)")
    return identity


async def form(call: EmbyCall) -> dict[str, object]:
    """Return what was sent, as JSON or as a form."""
    if call.request.content_type == "application/x-www-form-urlencoded":
        return {
            name.lower(): text for name, text in (await call.request.post()).items()
        }
    return call.json()


async def log_in(call: EmbyCall) -> web.Response:
    """Sign in with name and password."""
    sent = await form(call)
    device = call.server.devices.by_password(
        str(sent.get("username") or ""),
        str(sent.get("pw") or ""),
        complete(call.identity),
    )
    return answer(login_json(device, call.state))


def log_out(call: EmbyCall) -> web.Response:
    """End the caller's own token."""
    call.server.devices.by_token.pop(call.identity.token, None)
    return no_content()


def one_user(call: EmbyCall) -> web.Response:
    """Return a user by id; others than administrators see themselves only."""
    return answer(user_json(call.a_user(), call.state))


def query_users(call: EmbyCall) -> web.Response:
    """Return all users to an administrator."""
    rows = [user_json(user, call.state) for user in call.state.users.values()]
    return page(rows, len(rows))


def public_users(call: EmbyCall) -> web.Response:
    """Return the users that the login page shows."""
    return answer(
        [
            user_json(user, call.state)
            for user in call.state.users.values()
            if not user.hidden and not user.disabled
        ]
    )


def sessions(call: EmbyCall) -> web.Response:
    """Return the sessions that the caller may see."""
    own = call.device.user if call.device else None
    return answer(
        [
            session_json(device, call.server)
            for device in call.server.devices.by_token.values()
            if call.is_admin or device.user is own
        ]
    )


def virtual_folder(library: Library) -> dict[str, object]:
    """Return a library as an administrator sees it."""
    written: dict[str, object] = {
        "Name": library.name,
        "Locations": [library.path],
        "ItemId": library.id,
        "Id": library.id,
        "Guid": guid(f"folder:{library.id}"),
        "LibraryOptions": {
            "EnableRealtimeMonitor": True,
            "MinResumePct": 3,
            "MaxResumePct": 90,
            "MinResumeDurationSeconds": 120,
            "PathInfos": [{"Path": library.path}],
        },
    }
    if library.kind is not None:
        written["CollectionType"] = library.kind
    return written


def virtual_folders(call: EmbyCall) -> web.Response:
    """Return all libraries with their settings to an administrator."""
    rows = [virtual_folder(library) for library in call.state.libraries.values()]
    return page(rows, len(rows))


def media_folders(call: EmbyCall) -> web.Response:
    """Return all libraries to an administrator."""
    libraries = call.state.libraries.values()
    rows = [call.server.emby_writer.library(library) for library in libraries]
    return page(rows, len(rows))


ROUTES = (
    ("GET", "/System/Info/Public", Access.ANYONE, public_info),
    ("GET", "/System/Info", Access.SIGNED_IN, system_info),
    ("GET", "/System/Ping", Access.ANYONE, ping),
    ("POST", "/System/Ping", Access.ANYONE, ping),
    ("POST", "/Users/AuthenticateByName", Access.ANYONE, log_in),
    ("POST", "/Sessions/Logout", Access.SIGNED_IN, log_out),
    ("GET", "/Sessions", Access.SIGNED_IN, sessions),
    ("GET", "/Users/Public", Access.ANYONE, public_users),
    ("GET", "/Users/Query", Access.ADMIN, query_users),
    ("GET", "/Users/{userId}", Access.SIGNED_IN, one_user),
    ("GET", "/Library/VirtualFolders/Query", Access.ADMIN, virtual_folders),
    ("GET", "/Library/MediaFolders", Access.ADMIN, media_folders),
)
