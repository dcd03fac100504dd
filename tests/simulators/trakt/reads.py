"""Reading what an account holds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
import json
from zlib import crc32

from .dates import queried_moment
from .model import JsonObject, Kind, Listed, Play, Rated, Title, stamp
from .paging import paged
from .refusal import Refusal
from .settings import settings_json
from .shapes import (
    community_rating,
    listed_json,
    paused_json,
    play_json,
    profile_json,
    rated_json,
    title_json,
    votes,
)
from .wire import Answer, Call

SORT_KEYS: Mapping[str, Callable[[tuple[int, Listed]], float | str]] = {
    "rank": lambda ranked: ranked[0],
    "added": lambda ranked: ranked[1].at,
    "title": lambda ranked: sort_name(ranked[1].title),
    "released": lambda ranked: released(ranked[1].title),
    "runtime": lambda ranked: ranked[1].title.runtime or 0,
    "popularity": lambda ranked: votes(ranked[1].title),
    "percentage": lambda ranked: community_rating(ranked[1].title),
    "votes": lambda ranked: votes(ranked[1].title),
}


def sort_name(title: Title) -> str:
    """Return the name that a row is sorted by."""
    return (title.show or title).name.casefold()


def released(title: Title) -> float:
    """Return when a title came out, in seconds."""
    return title.released.timestamp() if title.released is not None else 0.0


def kinds_in(call: Call) -> frozenset[Kind]:
    """Return the kinds that the path asks for: one, several or `all`."""
    names = call.path.get("type", "all")
    if names == "all":
        return frozenset(Kind)
    known = {kind.plural: kind for kind in Kind} | {kind.value: kind for kind in Kind}
    chosen = names.split(",")
    if not all(name in known for name in chosen):
        raise Refusal(404)
    return frozenset(known[name] for name in chosen)


def shown[T](call: Call, rows: Sequence[T]) -> Sequence[T]:
    """Return the rows of a list, unless lists are to be empty."""
    return () if call.service.behaviour.empty_lists else rows


def last_activities(call: Call) -> Answer:
    """GET /sync/last_activities."""
    return Answer(call.account.activities.as_json())


def settings(call: Call) -> Answer:
    """GET /users/settings."""
    levels = call.extended("browsing")
    return Answer(settings_json(call.account, browsing="browsing" in levels))


def profile(call: Call) -> Answer:
    """GET /users/{me or slug}."""
    call.extended("vip")
    return Answer(profile_json(call.subject))


def watchlist(call: Call) -> Answer:
    """GET /sync/watchlist; known by an ETag, so that it need not be sent again."""
    full = "full" in call.extended()
    kinds = kinds_in(call)
    sort_by, sort_how = (
        call.path.get("sort_by", "rank"),
        call.path.get("sort_how", "asc"),
    )
    if sort_by not in SORT_KEYS or sort_how not in ("asc", "desc"):
        raise Refusal(404)
    _, rows = call.subject.watchlist.read()
    ranked = [
        (rank, row)
        for rank, row in enumerate(rows.values(), start=1)
        if row.title.kind in kinds
    ]
    ranked.sort(key=SORT_KEYS[sort_by], reverse=sort_how == "desc")
    answer = paged(
        shown(call, ranked), call.query, lambda each: listed_json(*each, full=full)
    )
    headers = {
        **answer.headers,
        "X-Sort-By": sort_by,
        "X-Sort-How": sort_how,
        "ETag": f'W/"{crc32(json.dumps([answer.body, len(ranked)]).encode()):08x}"',
    }
    if headers["ETag"] in call.headers.get("If-None-Match", ""):
        return Answer(status=304, headers=headers)
    return Answer(answer.body, headers=headers)


def ratings(call: Call) -> Answer:
    """GET /sync/ratings, the latest first."""
    full = "full" in call.extended()
    kinds = kinds_in(call)
    values = wanted_ratings(call.path.get("rating"))
    _, rows = call.subject.ratings.read()
    chosen = [
        rated
        for rated in rows.values()
        if rated.title.kind in kinds and rated.rating in values
    ]
    chosen.sort(key=rating_order)
    return paged(
        shown(call, chosen), call.query, lambda rated: rated_json(rated, full=full)
    )


def rating_order(rated: Rated) -> tuple[int, str, int]:
    """Return the place of a rating in the list."""
    return (-rated.at, rated.title.kind, rated.title.trakt)


def wanted_ratings(text: str | None) -> frozenset[int]:
    """Return the values that a path asks for: one, or several with commas."""
    if text is None:
        return frozenset(range(1, 11))
    values = text.split(",")
    if not all(value.isdecimal() and 1 <= int(value) <= 10 for value in values):
        raise Refusal(404)
    return frozenset(map(int, values))


def history(call: Call) -> Answer:
    """GET /sync/history, newest first; the dates are of watching, not of adding."""
    full = "full" in call.extended()
    kinds = kinds_in(call)
    plays = call.subject.history.newest(play_kind(kinds))
    if "id" in call.path:
        if len(kinds) != 1 or not call.path["id"].isdecimal():
            raise Refusal(404)
        (kind,) = kinds
        title = call.service.library.find(kind, "trakt", int(call.path["id"]))
        if title is None:
            raise Refusal(404)
        plays = [play for play in plays if play.title.belongs_to(title)]
    plays = within_dates(plays, call.query)
    return paged(
        shown(call, plays),
        call.query,
        lambda play: play_json(play, full=full),
        is_hidden=lambda play: play.title in call.service.behaviour.hidden,
    )


def play_kind(kinds: frozenset[Kind]) -> Kind | None:
    """Return which plays are meant: shows and seasons stand for their episodes."""
    if Kind.MOVIE not in kinds:
        return Kind.EPISODE
    return Kind.MOVIE if len(kinds) == 1 else None


def within_dates(plays: list[Play], query: Mapping[str, str]) -> list[Play]:
    """Return the plays between two dates, both included."""
    if "start_at" in query:
        start = queried_moment(query["start_at"])
        plays = [play for play in plays if play.at >= start]
    if "end_at" in query:
        end = queried_moment(query["end_at"], end=True)
        plays = [play for play in plays if play.at <= end]
    return plays


def watched(call: Call) -> Answer:
    """GET /sync/watched/{movies|shows}: a row a title, the last watched first."""
    # Which word brings the episodes back is not documented; this one is a guess.
    levels = call.extended("episodes", "noseasons")
    kinds = {"movies": Kind.MOVIE, "shows": Kind.EPISODE}
    kind = kinds.get(call.path["type"])
    if kind is None:
        raise Refusal(404)
    changed = stamp(call.account.activities.at(f"{kind.value}s", "watched_at"))
    of: dict[Title, list[Play]] = {}
    for play in call.account.history.newest(kind):
        of.setdefault(play.title.show or play.title, []).append(play)

    def row(plays: list[Play]) -> JsonObject:
        """Return a title with the number and the last of its plays."""
        title = plays[0].title.show or plays[0].title
        answer: JsonObject = {
            "plays": len(plays),
            "last_watched_at": stamp(plays[0].at),
            "last_updated_at": changed,
            "reset_at": None,
            title.kind.value: title_json(title, full="full" in levels),
        }
        if "episodes" in levels and kind is Kind.EPISODE:
            answer["seasons"] = list(watched_seasons(plays))
        return answer

    return paged(list(of.values()), call.query, row)


def watched_seasons(plays: list[Play]) -> Iterator[JsonObject]:
    """Return the watched episodes of a show by season."""
    of: dict[Title, list[Play]] = {}
    for play in plays:
        of.setdefault(play.title, []).append(play)
    titles = sorted(of, key=lambda title: (title.season, title.number))
    for number, episodes in groupby(titles, key=lambda title: title.season):
        rows = [
            {
                "number": title.number,
                "plays": len(of[title]),
                "last_watched_at": stamp(of[title][0].at),
            }
            for title in episodes
        ]
        yield {"number": number, "episodes": rows}


def playback(call: Call) -> Answer:
    """GET /sync/playback, the latest first."""
    full = "full" in call.extended()
    kinds = kinds_in(call)
    if "type" in call.path and kinds - {Kind.MOVIE, Kind.EPISODE}:
        raise Refusal(404)
    start = queried_moment(call.query.get("start_at", "1970-01-01"))
    end = queried_moment(call.query.get("end_at", "9999-01-01"), end=True)
    rows = [
        paused
        for paused in call.account.playback.values()
        if paused.title.kind in kinds and start <= paused.at <= end
    ]
    rows.sort(key=lambda paused: (paused.at, paused.id), reverse=True)
    return paged(rows, call.query, lambda paused: paused_json(paused, full=full))
