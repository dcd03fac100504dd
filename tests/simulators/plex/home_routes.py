"""The people around an account: its home, into whom one can turn, and friends."""

from collections.abc import Callable, Iterator
from http import HTTPStatus

from aiohttp import web

from .account_routes import user_of
from .cloud_call import CloudCall, CloudRefusal, Surface, unknown, xml
from .people import Account
from .resource_routes import Registration
from .wire import Json, respond


def home_members(call: CloudCall) -> list[Account]:
    """Return all people of a home; who has none is alone."""
    account = call.account
    if account.admin is None:
        return [account]
    return [other for other in call.cloud.accounts if other.admin is account.admin]


def member_of(account: Account) -> Json:
    """Return somebody of a home."""
    return {
        "id": account.id,
        "uuid": account.uuid,
        "title": account.title,
        "username": account.username,
        "email": account.email,
        "friendlyName": "" if account.restricted else account.title,
        "thumb": account.thumb,
        "hasPassword": account.pin is not None,
        "restricted": account.restricted,
        "updatedAt": 1_700_000_000,
        "restrictionProfile": "little_kid" if account.restricted else None,
        "admin": account.is_home_admin,
        "guest": account.guest,
        "protected": account.pin is not None,
    }


def home_users(call: CloudCall) -> web.Response:
    """List the people of a home."""
    admin = call.account.admin or call.account
    members: Json = {
        "id": admin.id,
        "name": f"{admin.title}'s home",
        "guestUserID": None,
        "guestUserUUID": "",
        "guestEnabled": False,
        "subscription": admin.plex_pass,
        "users": [member_of(account) for account in home_members(call)],
    }
    return respond(call.request, "home", members, wrapped=False)


def old_home_users(call: CloudCall) -> web.Response:
    """List the people of a home, as it was done before."""
    people = home_members(call)
    rows = [member_of(account) for account in people]
    return xml(
        "MediaContainer", {"friendlyName": "myPlex", "size": len(rows), "User": rows}
    )


def switched(call: CloudCall, whom: Callable[[Account], bool]) -> Account:
    """Return whom of the home one turns into; the PIN has to be right."""
    wrong = HTTPStatus.FORBIDDEN
    if call.request.path.startswith("/api/home/"):
        wrong = HTTPStatus.UNAUTHORIZED
    for account in home_members(call):
        if whom(account):
            if account.pin is not None and call.given("pin") != account.pin:
                raise CloudRefusal(wrong, 1041, "Invalid PIN")
            return account
    raise unknown("User not found")


def switch(call: CloudCall) -> web.Response:
    """Turn into somebody else of the home, named by either id."""
    name = call.in_path("user")
    account = switched(call, lambda other: name in {other.uuid, str(other.id)})
    token = account.token_for(call.client)
    members = user_of(account, call.cloud.home_size(account), token)
    return respond(
        call.request, "user", members, status=HTTPStatus.CREATED, wrapped=False
    )


def old_switch(call: CloudCall) -> web.Response:
    """Turn into somebody else of the home, as it was done before."""
    name = call.in_path("user")
    account = switched(call, lambda other: name == str(other.id))
    token = account.token_for(call.client)
    members = {**member_of(account), "authenticationToken": token, "authToken": token}
    return xml("user", members, HTTPStatus.CREATED)


def others(call: CloudCall) -> Iterator[Account]:
    """Return who has to do with an account: of the home, and friends."""
    yield from (other for other in home_members(call) if other is not call.account)
    yield from call.account.friends


def users(call: CloudCall) -> web.Response:
    """List who has to do with an account and what of its servers is shared."""
    rows = [
        {
            "id": other.id,
            "title": other.title,
            "username": other.username,
            "email": other.email,
            "thumb": other.thumb,
            "home": other.in_home and other.admin is call.account.admin,
            "protected": other.pin is not None,
            "restricted": other.restricted,
            "allowSync": False,
            "Server": [
                {
                    "id": other.id * 10 + nth,
                    "serverId": nth,
                    "machineIdentifier": registration.server.machine_identifier,
                    "name": registration.server.name,
                    "numLibraries": len(registration.server.library.sections),
                    "allLibraries": True,
                    "owned": False,
                    "pending": False,
                }
                for nth, registration in enumerate(owned(call), 1)
                if other in registration.server.doings.viewers
            ],
        }
        for other in others(call)
    ]
    about = {"friendlyName": "myPlex", "size": len(rows), "totalSize": len(rows)}
    return xml("MediaContainer", {**about, "User": rows})


def owned(call: CloudCall) -> list[Registration]:
    """Return the servers that belong to an account."""
    registrations = call.cloud.registrations
    return [each for each in registrations if each.server.owner is call.account]


def shared_servers(call: CloudCall) -> web.Response:
    """List with whom a server is shared, with the token of each."""
    for registration in owned(call):
        server = registration.server
        if server.machine_identifier == call.in_path("machine"):
            break
    else:
        raise unknown("Server not found")
    rows = [
        {
            "id": viewer.account.id * 10,
            "username": viewer.account.username,
            "email": viewer.account.email,
            "userID": viewer.account.id,
            "accessToken": viewer.token,
            "name": server.name,
            "allLibraries": viewer.sections is None,
        }
        for viewer in server.doings.viewers.values()
        if not viewer.is_owner
    ]
    return xml("MediaContainer", {"size": len(rows), "SharedServer": rows})


ROUTES = (
    ("GET", "/api/v2/home/users", Surface.ACCOUNT, home_users),
    ("POST", "/api/v2/home/users/{user}/switch", Surface.ACCOUNT, switch),
    ("GET", "/api/home/users", Surface.ACCOUNT, old_home_users),
    ("POST", "/api/home/users/{user}/switch", Surface.ACCOUNT, old_switch),
    ("GET", "/api/users", Surface.ACCOUNT, users),
    ("GET", "/api/users/", Surface.ACCOUNT, users),
    ("GET", "/api/servers/{machine}/shared_servers", Surface.ACCOUNT, shared_servers),
)
