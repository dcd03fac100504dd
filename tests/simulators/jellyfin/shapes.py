"""Users, sessions, libraries and the server itself as they stand in answers."""

from .devices import Device, Pending
from .items import ItemWriter, Json
from .model import Library, User, guid
from .state import State
from .times import NEVER, to_text

# The server's own modules for signing in, as on a server without further ones.
LOCAL_PROVIDER = "Jellyfin.Server.Implementations.Users.DefaultAuthenticationProvider"
RESET_PROVIDER = "Jellyfin.Server.Implementations.Users.DefaultPasswordResetProvider"


def user_json(user: User, state: State) -> Json:
    """Return a user."""
    written: Json = {
        "Name": user.name,
        "ServerId": state.server_id,
        "Id": user.id,
        "HasPassword": True,
        "HasConfiguredPassword": bool(user.password),
        "HasConfiguredEasyPassword": False,
        "EnableAutoLogin": False,
        "Configuration": configuration_json(user),
        "Policy": policy_json(user),
    }
    if user.last_login is not None:
        written["LastLoginDate"] = to_text(user.last_login)
    if user.last_activity is not None:
        written["LastActivityDate"] = to_text(user.last_activity)
    return written


def configuration_json(user: User) -> Json:
    """Return a user's own settings."""
    return {
        "PlayDefaultAudioTrack": True,
        "SubtitleLanguagePreference": "",
        "DisplayMissingEpisodes": user.shows_missing,
        "GroupedFolders": [],
        "SubtitleMode": "Default",
        "DisplayCollectionsView": False,
        "EnableLocalPassword": False,
        "OrderedViews": [],
        "LatestItemsExcludes": [],
        "MyMediaExcludes": sorted(user.hides),
        "HidePlayedInLatest": True,
        "RememberAudioSelections": True,
        "RememberSubtitleSelections": True,
        "EnableNextEpisodeAutoPlay": True,
        "CastReceiverId": "F007D354",
    }


def policy_json(user: User) -> Json:
    """Return what a user may do."""
    return {
        "IsAdministrator": user.admin,
        "IsHidden": user.hidden,
        "EnableCollectionManagement": user.admin or user.collects,
        "EnableSubtitleManagement": user.admin,
        "EnableLyricManagement": False,
        "IsDisabled": user.disabled,
        "BlockedTags": [],
        "AllowedTags": [],
        "EnableUserPreferenceAccess": True,
        "AccessSchedules": [],
        "BlockUnratedItems": [],
        "EnableRemoteControlOfOtherUsers": user.admin,
        "EnableSharedDeviceControl": True,
        "EnableRemoteAccess": True,
        "EnableLiveTvManagement": user.admin,
        "EnableLiveTvAccess": True,
        "EnableMediaPlayback": True,
        "EnableAudioPlaybackTranscoding": True,
        "EnableVideoPlaybackTranscoding": True,
        "EnablePlaybackRemuxing": True,
        "ForceRemoteSourceTranscoding": False,
        "EnableContentDeletion": user.admin,
        "EnableContentDeletionFromFolders": [],
        "EnableContentDownloading": True,
        "EnableSyncTranscoding": True,
        "EnableMediaConversion": True,
        "EnabledDevices": [],
        "EnableAllDevices": True,
        "EnabledChannels": [],
        "EnableAllChannels": True,
        "EnabledFolders": sorted(user.libraries or ()),
        "EnableAllFolders": user.libraries is None,
        "InvalidLoginAttemptCount": user.failed_logins,
        "LoginAttemptsBeforeLockout": -1,
        "MaxActiveSessions": 0,
        "EnablePublicSharing": True,
        "BlockedMediaFolders": [],
        "BlockedChannels": [],
        "RemoteClientBitrateLimit": 0,
        "AuthenticationProviderId": LOCAL_PROVIDER,
        "PasswordResetProviderId": RESET_PROVIDER,
        "SyncPlayAccess": "CreateAndJoinGroups",
    }


def session_json(device: Device, state: State) -> Json:
    """Return the session of a signed-in device, with what is playing there."""
    playing: Json = {}
    if device.playing is not None:
        base = ItemWriter(state.server_id).item(device.playing, None, {"providerids"})
        playing = {"NowPlayingItem": base}
    return {
        **playing,
        "PlayState": {
            **({"PositionTicks": device.position} if playing else {}),
            "CanSeek": False,
            "IsPaused": False,
            "IsMuted": False,
            "RepeatMode": "RepeatNone",
            "PlaybackOrder": "Default",
        },
        "AdditionalUsers": [],
        "Capabilities": {
            "PlayableMediaTypes": [],
            "SupportedCommands": [],
            "SupportsMediaControl": False,
            "SupportsPersistentIdentifier": True,
        },
        "RemoteEndPoint": "127.0.0.1",
        "PlayableMediaTypes": [],
        "Id": guid(f"session:{device.token}"),
        "UserId": device.user.id,
        "UserName": device.user.name,
        "Client": device.client,
        "LastActivityDate": to_text(device.last_activity),
        "LastPlaybackCheckIn": NEVER,
        "DeviceName": device.name,
        "DeviceId": device.device_id,
        "ApplicationVersion": device.version,
        "IsActive": True,
        "SupportsMediaControl": False,
        "SupportsRemoteControl": False,
        "NowPlayingQueue": [],
        "NowPlayingQueueFullItems": [],
        "HasCustomDeviceName": False,
        "ServerId": state.server_id,
        "SupportedCommands": [],
    }


def login_json(device: Device, state: State) -> Json:
    """Return what a successful login is answered with."""
    return {
        "User": user_json(device.user, state),
        "SessionInfo": session_json(device, state),
        "AccessToken": device.token,
        "ServerId": state.server_id,
    }


def quick_connect_json(pending: Pending) -> Json:
    """Return a Quick Connect request."""
    return {
        "Authenticated": pending.device is not None,
        "Secret": pending.secret,
        "Code": pending.code,
        "DeviceId": pending.identity.device_id,
        "DeviceName": pending.identity.device,
        "AppName": pending.identity.client,
        "AppVersion": pending.identity.version,
        "DateAdded": to_text(pending.added),
    }


def view_json(library: Library, state: State) -> Json:
    """Return a library as a folder; a mixed one has no collection type."""
    written: Json = {
        "Name": library.name,
        "ServerId": state.server_id,
        "Id": library.id,
        "IsFolder": True,
        "Type": "CollectionFolder",
        "ImageTags": {},
        "BackdropImageTags": [],
        "ImageBlurHashes": {},
        "LocationType": "FileSystem",
        "MediaType": "Unknown",
        "UserData": {
            "PlaybackPositionTicks": 0,
            "PlayCount": 0,
            "IsFavorite": False,
            "Played": False,
            "Key": library.id,
            "ItemId": library.id,
        },
    }
    if library.kind is not None:
        written["CollectionType"] = library.kind
    return written


def grouped_view_id(kind: str | None) -> str:
    """Return the id of the view that shows all libraries of a kind."""
    return guid(f"view:{kind}")


def grouped_view_json(kind: str | None, state: State) -> Json:
    """Return the view that shows all libraries of a kind."""
    named = Library(grouped_view_id(kind), (kind or "mixed").title(), kind, "")
    return {**view_json(named, state), "Type": "UserView"}


def virtual_folder_json(library: Library) -> Json:
    """Return a library as an administrator sees it."""
    written: Json = {
        "Name": library.name,
        "Locations": [library.path],
        "ItemId": library.id,
        "RefreshStatus": "Idle",
        "LibraryOptions": {
            "Enabled": True,
            "EnableRealtimeMonitor": True,
            "PathInfos": [{"Path": library.path}],
        },
    }
    if library.kind is not None:
        written["CollectionType"] = library.kind
    return written
