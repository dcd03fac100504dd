"""Users and sessions as they stand in answers."""

from typing import TYPE_CHECKING

from ..jellyfin.devices import Device
from ..jellyfin.model import User, guid
from ..jellyfin.times import to_text
from .items import FULL, Json
from .state import EmbyState

if TYPE_CHECKING:
    from .server import EmbySimulator


def user_json(user: User, state: EmbyState) -> Json:
    """Return a user."""
    written: Json = {
        "Name": user.name,
        "ServerId": state.server_id,
        "Prefix": user.name[:1].upper(),
        "Id": user.id,
        "HasPassword": bool(user.password),
        "HasConfiguredPassword": bool(user.password),
        "EnableAutoLogin": False,
        "Configuration": {
            "PlayDefaultAudioTrack": True,
            "DisplayMissingEpisodes": user.shows_missing,
            "SubtitleMode": "Smart",
            "OrderedViews": [],
            "LatestItemsExcludes": [],
            "MyMediaExcludes": [],
            "HidePlayedInLatest": True,
        },
        "Policy": {
            "IsAdministrator": user.admin,
            "IsHidden": user.hidden,
            "IsDisabled": user.disabled,
            "BlockedTags": [],
            "EnableUserPreferenceAccess": True,
            "EnableMediaPlayback": True,
            "EnableContentDeletion": user.admin,
            "EnabledFolders": sorted(user.libraries or ()),
            "EnableAllFolders": user.libraries is None,
            "InvalidLoginAttemptCount": user.failed_logins,
            "EnablePublicSharing": True,
            "AuthenticationProviderId": "Emby.Server.Implementations.Library"
            ".DefaultAuthenticationProvider",
        },
    }
    if user.last_login is not None:
        written["LastLoginDate"] = to_text(user.last_login)
    if user.last_activity is not None:
        written["LastActivityDate"] = to_text(user.last_activity)
    return written


def session_json(device: Device, server: EmbySimulator) -> Json:
    """Return the session of a signed-in device, and what is playing in it."""
    state = server.emby_state
    written: Json = {
        "PlayState": {"CanSeek": False, "IsPaused": False, "IsMuted": False},
        "AdditionalUsers": [],
        "RemoteEndPoint": "127.0.0.1",
        "PlayableMediaTypes": ["Video"],
        "PlaylistIndex": 0,
        "PlaylistLength": 0,
        "Id": guid(f"session:{device.token}"),
        "ServerId": state.server_id,
        "UserId": device.user.id,
        "UserName": device.user.name,
        "Client": device.client,
        "LastActivityDate": to_text(device.last_activity),
        "DeviceName": device.name,
        "DeviceId": device.device_id,
        "ApplicationVersion": device.version,
        "SupportedCommands": [],
        "SupportsRemoteControl": False,
    }
    if (item := device.playing) is not None:
        written["NowPlayingItem"] = server.emby_writer.item(item, None, FULL)
        written["PlayState"] = {
            "CanSeek": True,
            "IsPaused": False,
            "IsMuted": False,
            "PositionTicks": device.position,
            "MediaSourceId": f"mediasource_{item.id}",
            "PlayMethod": "DirectStream",
        }
    return written


def login_json(device: Device, state: EmbyState) -> Json:
    """Return what a successful login is answered with."""
    return {
        "User": user_json(device.user, state),
        "SessionInfo": {
            "Id": guid(f"session:{device.token}"),
            "UserId": device.user.id,
            "UserName": device.user.name,
            "Client": device.client,
            "DeviceName": device.name,
            "DeviceId": device.device_id,
            "ApplicationVersion": device.version,
        },
        "AccessToken": device.token,
        "ServerId": state.server_id,
    }
