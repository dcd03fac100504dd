"""The calls about the application: its version, clock, settings, profile, player."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from .errors import FAILED_TO_EXECUTE, INVALID_PARAMS, RpcError
from .model import Episode, Movie
from .parameters import Params
from .shapes import EPISODE_FIELDS, MOVIE_FIELDS, write_row

if TYPE_CHECKING:
    from .server import KodiSimulator

VIDEO_PLAYER = 1
PERMISSIONS = [
    "ControlGUI",
    "ControlNotify",
    "ControlPVR",
    "ControlPlayback",
    "ControlPower",
    "ControlSystem",
    "ExecuteAddon",
    "ManageAddon",
    "Navigate",
    "ReadData",
    "RemoveData",
    "UpdateData",
    "WriteFile",
]


def ping(server: KodiSimulator, params: Params) -> object:
    """Answer."""
    return "pong"


def version(server: KodiSimulator, params: Params) -> object:
    """Return the version of the API."""
    major, minor, patch = server.api_version
    return {"version": {"major": major, "minor": minor, "patch": patch}}


def permission(server: KodiSimulator, params: Params) -> object:
    """Return what may be done over this connection: everything."""
    return dict.fromkeys(PERMISSIONS, True)


def application(server: KodiSimulator, params: Params) -> object:
    """Return what is asked for of the application."""
    major, minor = server.version
    facts: dict[str, object] = {
        "name": "Kodi",
        "version": {"major": major, "minor": minor, "revision": "1", "tag": "stable"},
        "volume": 100,
        "muted": False,
        "language": "en_GB",
    }
    return {name: facts[name] for name in params.texts("properties", facts)}


def info_labels(server: KodiSimulator, params: Params) -> object:
    """Return labels; those of the time are in local time."""
    now = server.local_now()
    halves = server.behaviour.halves_of_the_day
    # As the real one has it, which heeds only the region.
    time = "%I:%M:%S" if halves else "%H:%M:%S"
    labels = {
        "System.Date(yyyy-mm-dd)": f"{now:%Y-%m-%d}",
        "System.Date(yyyy-MM-dd)": f"{now:%Y-%m-%d}",
        "System.Time(HH:mm:ss)": f"{now:{time}}",
        "System.Time(hh:mm:ss)": f"{now:{time}}",
        "System.Time(xx)": halves[now.hour // 12] if halves else "",
        "System.FriendlyName": server.name,
        "System.ProfileName": server.behaviour.profile,
    }
    wanted = params.texts("labels")
    if server.behaviour.busy_labels > 0:
        server.behaviour.busy_labels -= 1
        return dict.fromkeys(wanted, "Busy")
    known = server.behaviour.known_labels
    has = labels.keys() if known is None else known
    return {name: labels.get(name, "") if name in has else "" for name in wanted}


def info_booleans(server: KodiSimulator, params: Params) -> object:
    """Return states."""
    scanning = server.behaviour.scanning
    states = {"Library.IsScanning": scanning, "Library.IsScanningVideo": scanning}
    return {name: states.get(name, False) for name in params.texts("booleans")}


def setting(server: KodiSimulator, params: Params) -> object:
    """Return the value of a setting; refuse one that this host does not have."""
    settings = {"services.devicename": server.name}
    if server.behaviour.reports_zone:
        settings["locale.timezone"] = server.behaviour.zone_name or server.zone.key
    if (name := params.text("setting")) not in settings:
        raise RpcError(INVALID_PARAMS)
    return {"value": settings[name]}


def profile(server: KodiSimulator, params: Params) -> object:
    """Return the profile that is loaded."""
    return {"label": server.behaviour.profile, "lockmode": 0}


def active_players(server: KodiSimulator, params: Params) -> object:
    """Return the players that play."""
    if server.playing is None:
        return []
    return [{"playerid": VIDEO_PLAYER, "playertype": "internal", "type": "video"}]


def player_item(server: KodiSimulator, params: Params) -> object:
    """Return what a player plays; nothing known while it does not."""
    playing = server.playing if player_of(params) else None
    fields = params.texts("properties")
    if playing is None:
        empty = {"file": "", "title": "", "season": -1, "episode": -1}
        known = {name: empty[name] for name in fields if name in empty}
        return {"item": {**known, "label": "", "type": "unknown"}}
    kind, allowed = {
        Movie: ("movie", MOVIE_FIELDS),
        Episode: ("episode", EPISODE_FIELDS),
    }[type(playing)]
    row = write_row(playing, [name for name in fields if name in allowed])
    for name in ("movieid", "episodeid"):
        row.pop(name, None)
    return {"item": {**row, "id": playing.id, "type": kind}}


def player_properties(server: KodiSimulator, params: Params) -> object:
    """Return how far a player is."""
    active = player_of(params) and server.playing is not None
    at, total = server.playing_at if active else (0.0, 0.0)
    facts: dict[str, object] = {
        "speed": 1 if active else 0,
        "time": clock_time(at),
        "totaltime": clock_time(total),
        "percentage": 100 * at / total if total else 0.0,
        "live": False,
    }
    return {name: facts[name] for name in params.texts("properties", facts)}


def player_of(params: Params) -> bool:
    """Tell whether the player for videos is meant; refuse one that does not exist."""
    wanted = params.needed("playerid")
    if wanted not in {0, VIDEO_PLAYER, 2}:
        raise RpcError(FAILED_TO_EXECUTE)
    return wanted == VIDEO_PLAYER


def clock_time(seconds: float) -> dict[str, object]:
    """Return a time as players tell it."""
    whole = timedelta(seconds=seconds)
    minutes, rest = divmod(int(whole.total_seconds()), 60)
    return {
        "hours": minutes // 60,
        "minutes": minutes % 60,
        "seconds": rest,
        "milliseconds": whole.microseconds // 1000,
    }


CALLS: dict[str, Callable[[KodiSimulator, Params], object]] = {
    "JSONRPC.Ping": ping,
    "JSONRPC.Version": version,
    "JSONRPC.Permission": permission,
    "Application.GetProperties": application,
    "XBMC.GetInfoLabels": info_labels,
    "XBMC.GetInfoBooleans": info_booleans,
    "Settings.GetSettingValue": setting,
    "Profiles.GetCurrentProfile": profile,
    "Player.GetActivePlayers": active_players,
    "Player.GetItem": player_item,
    "Player.GetProperties": player_properties,
}
