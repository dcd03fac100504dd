"""What is said to a Kodi, real or simulated, and what it answers, to be compared."""

from collections.abc import Mapping
from datetime import datetime
import json
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from custom_components.crosswatch.providers.kodi.rpc import authorization

from .kodi import PASSWORD, USER, ZONE
from .kodi_library import CATALOGUE

FILM = CATALOGUE.films[0]
HEADERS = {"Content-Type": "application/json", **authorization(USER, PASSWORD)}
FIELDS = ["playcount", "lastplayed", "userrating", "resume", "runtime", "year"]

# What is set of a film, one after the other.
CHANGES: list[dict[str, Any]] = [
    {"lastplayed": "2024-01-01 10:00:00"},
    {"playcount": 4},
    {"playcount": 4, "lastplayed": ""},
    {"playcount": 0},
    {"playcount": 0, "lastplayed": ""},
    {"playcount": 0, "lastplayed": "2020-01-01 00:00:00"},
    {"playcount": 1, "lastplayed": "2024-05-01T22:11:12"},
    {"lastplayed": "yesterday"},
    {"lastplayed": "2024-05-02"},
    {"lastplayed": "2024-03-10 02:30:00"},
    {"lastplayed": "2030-05-01 22:11:12"},
    {"lastplayed": None, "playcount": 7},
    {"playcount": -1},
    {"playcount": "1"},
    {"userrating": 10},
    {"userrating": 11},
    {"userrating": -3},
    {"userrating": 7.5},
    {"userrating": 8},
    {"title": None, "userrating": 5},
    {"resume": {"position": 50.9, "total": 100.9}},
    {"resume": {"position": 60}},
    {"resume": {"total": 100}},
    {"resume": {"position": 9000, "total": 100}},
    {"resume": {"position": "5"}},
    {"resume": {"position": 0}},
    {"playcount": 1, "resume": {"position": 5, "total": 9}, "userrating": 1},
    {"playcount": 2, "lastplayed": "2024-01-01 10:00:00", "resume": {"position": 0}},
    {},
    {"nothing": 1},
]

SOME: dict[str, Any] = {"field": "title", "operator": "is", "value": FILM.title}
WATCHED = {"field": "playcount", "operator": "greaterthan", "value": "0"}
BEGUN = {"field": "inprogress", "operator": "true", "value": ""}
RATED = {"field": "userrating", "operator": "greaterthan", "value": "0"}

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("JSONRPC.Ping", {}),
    ("JSONRPC.Permission", {}),
    ("Nothing.Get", {}),
    ("Profiles.GetCurrentProfile", {"properties": ["lockmode"]}),
    ("Player.GetActivePlayers", {}),
    ("Player.GetItem", {"playerid": 1, "properties": ["file"]}),
    ("Player.GetProperties", {"playerid": 1, "properties": ["time", "totaltime"]}),
    ("Settings.GetSettingValue", {"setting": "locale.timezone"}),
    ("Settings.GetSettingValue", {"setting": "services.deviceuuid"}),
    ("XBMC.GetInfoBooleans", {"booleans": ["Library.IsScanningVideo"]}),
    ("VideoLibrary.GetMovies", {"limits": {"start": 0, "end": 1}, "filter": SOME}),
    ("VideoLibrary.GetMovies", {"limits": {"start": 5, "end": 9}, "filter": SOME}),
    ("VideoLibrary.GetMovies", {"limits": {"start": 0, "end": 0}, "filter": SOME}),
    ("VideoLibrary.GetMovies", {"filter": WATCHED, "properties": ["playcount"]}),
    ("VideoLibrary.GetMovies", {"filter": {"or": [WATCHED, BEGUN, RATED]}}),
    ("VideoLibrary.GetMovies", {"filter": {"and": [WATCHED, RATED]}}),
    ("VideoLibrary.GetMovies", {"filter": {"field": "x", "operator": "is"}}),
    ("VideoLibrary.GetMovies", {"properties": ["nothing"]}),
    ("VideoLibrary.GetMovieDetails", {"movieid": 99_999}),
    ("VideoLibrary.GetMovieDetails", {}),
    ("VideoLibrary.SetMovieDetails", {"userrating": 2}),
    ("VideoLibrary.SetEpisodeDetails", {"episodeid": 99_999, "playcount": 1}),
    ("VideoLibrary.GetTVShows", {"filter": RATED}),
    ("VideoLibrary.GetEpisodes", {"filter": {"or": [WATCHED, BEGUN, RATED]}}),
]


async def ask(
    url: str, body: object, headers: Mapping[str, str] | None = None
) -> tuple[int, Any]:
    """Return status and answer to a request."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{url}/jsonrpc", data=data, headers={**HEADERS, **(headers or {})}
        ) as answer,
    ):
        text = await answer.read()
    return answer.status, json.loads(text) if text else None


async def call(url: str, method: str, **params: Any) -> Any:
    """Return the result of a call, or the code of its error."""
    body = {"jsonrpc": "2.0", "id": "a", "method": method, "params": params}
    status, reply = await ask(url, body)
    assert (status, reply["id"], reply["jsonrpc"]) == (200, "a", "2.0")
    if "error" in reply:
        return [reply["error"]["code"], reply["error"]["message"]]
    return same(reply["result"])


def same(value: Any) -> Any:
    """Return an answer without what has to differ: numbers, paths, the present."""
    if isinstance(value, dict):
        # Kodi 21 counts the versions of a film into what it tells of it.
        left_out = {"movieid", "episodeid", "tvshowid", "file", "dateadded"}
        return {key: same(each) for key, each in value.items() if key not in left_out}
    if isinstance(value, list):
        return [same(each) for each in value]
    return "now" if isinstance(value, str) and is_now(value) else value


def is_now(text: str) -> bool:
    """Tell whether a text is the present on the wall of the device."""
    try:
        moment = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(
            tzinfo=ZoneInfo(ZONE)
        )
    except ValueError:
        return False
    return abs((datetime.now(ZoneInfo(ZONE)) - moment).total_seconds()) < 60


async def film_number(url: str) -> int:
    """Return the number of the film today."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "VideoLibrary.GetMovies"}
    _, reply = await ask(url, {**body, "params": {"filter": SOME}})
    number: int = reply["result"]["movies"][0]["movieid"]
    return number


async def changed(url: str) -> list[Any]:
    """Change a film again and again, and return all answers, and what it is then."""
    number, seen = await film_number(url), []
    for change in CHANGES:
        method = "VideoLibrary.SetMovieDetails"
        seen.append([change, await call(url, method, movieid=number, **change)])
        method = "VideoLibrary.GetMovieDetails"
        seen.append(await call(url, method, movieid=number, properties=FIELDS))
    return seen


async def asked(url: str) -> list[Any]:
    """Watch a film, and return the answers to all calls."""
    watched = {"playcount": 1, "lastplayed": "2024-01-01 10:00:00"}
    method, number = "VideoLibrary.SetMovieDetails", await film_number(url)
    await call(url, method, movieid=number, **watched)
    return [
        [method, params, await call(url, method, **params)] for method, params in CALLS
    ]
