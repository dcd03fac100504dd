"""Who the server is, who is there, and what is being played."""

from aiohttp import web

from .call import Access, Call, container, paged
from .shapes import session_of
from .wire import Json


def identity(call: Call) -> web.Response:
    """Say which server this is, to anybody."""
    server = call.server
    return container(
        call,
        {
            "size": 0,
            "apiVersion": "1.2.2",
            "claimed": True,
            "machineIdentifier": server.machine_identifier,
            "version": server.version,
        },
    )


def root(call: Call) -> web.Response:
    """Say what this server is and can do."""
    server = call.server
    owner = server.viewer(server.owner)
    members: Json = {
        "size": 1,
        "allowMediaDeletion": call.viewer.is_owner,
        "allowSync": True,
        "friendlyName": server.name,
        "machineIdentifier": server.machine_identifier,
        "multiuser": True,
        "myPlex": True,
        "myPlexMappingState": "mapped",
        "myPlexSigninState": "ok",
        "myPlexSubscription": server.owner.plex_pass,
        "myPlexUsername": owner.account.email,
        "ownerFeatures": "webhooks" if server.owner.plex_pass else "",
        "platform": "Linux",
        "platformVersion": "6.1",
        "transcoderActiveVideoSessions": 0,
        "updatedAt": 1_700_000_000,
        "version": server.version,
        "Directory": [{"count": 1, "key": "library", "title": "library"}],
    }
    return container(call, members)


def accounts(call: Call) -> web.Response:
    """List who is known here, under the ids that the play log uses."""
    rows: list[Json] = [{"id": 0, "key": "/accounts/0", "name": ""}]
    rows.extend(
        {
            "id": viewer.local_id,
            "key": f"/accounts/{viewer.local_id}",
            "name": viewer.account.title,
            "defaultAudioLanguage": "en",
            "autoSelectAudio": True,
            "thumb": viewer.account.thumb,
        }
        for viewer in call.server.doings.viewers.values()
    )
    return paged(call, "Account", rows, {"identifier": "com.plexapp.system.accounts"})


def preferences(call: Call) -> web.Response:
    """List some of the settings."""
    threshold = call.server.behaviour.played_threshold
    rows: list[Json] = [
        {
            "id": "LibraryVideoPlayedThreshold",
            "label": "Video played threshold",
            "summary": "",
            "type": "int",
            "default": 90,
            "value": threshold,
            "hidden": False,
            "advanced": False,
            "group": "library",
        },
        {
            "id": "LibraryVideoPlayedAtBehaviour",
            "label": "Video play completion behaviour",
            "summary": "",
            "type": "int",
            "default": 3,
            "value": 3,
            "hidden": False,
            "advanced": False,
            "group": "library",
        },
    ]
    return container(call, {"size": len(rows), "Setting": rows})


def sessions(call: Call) -> web.Response:
    """List what is being played."""
    server = call.server
    rows = [
        session_of(
            session, server.writer.item(session.item, session.viewer, guids=False)
        )
        for session in server.doings.sessions.values()
    ]
    return paged(call, "Metadata", rows, {})


ROUTES = (
    (("GET",), "/identity", Access.ANYONE, identity),
    (("GET",), "/", Access.VIEWER, root),
    (("GET",), "/accounts", Access.OWNER, accounts),
    (("GET",), "/:/prefs", Access.OWNER, preferences),
    (("GET",), "/status/sessions", Access.OWNER, sessions),
)
