"""What an account reads."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from .behaviour import Pagination
from .model import JsonObject, Kind, Noted, Refusal, Row, text_of
from .shapes import (
    latest_shape,
    listed_shape,
    noted_shape,
    play_shape,
    position_shape,
    rating_shape,
)
from .wire import Call

DEFAULT_LIMIT = 100
_PAGED = frozenset({"limit", "offset", "cursor"})


def user(call: Call) -> JsonObject:
    """GET /user: whose key it is, and what it may do."""
    call.check_query()
    account = call.account
    told: JsonObject = {
        "user_id": account.user_id,
        "username": account.username,
        "patron_status": None,
        "limits": {"lists": 4, "items": 10_000},
    }
    if call.service.behaviour.tells_numbers:
        told["api_requests"] = account.daily_limit
        told["api_requests_count"] = call.service.limiter.used(account)
    return told


def last_activities(call: Call) -> JsonObject:
    """GET /sync/last_activities."""
    call.check_query()
    return call.account.activities()


def journal(call: Call) -> JsonObject:
    """GET /sync/journal: what came and went since a moment."""
    call.check_query("since", "limit", "cursor")
    account, behaviour = call.account, call.service.behaviour
    begins = call.service.clock() - behaviour.retention
    kept = [row for row in account.journal if row.action_at >= begins]
    oldest = text_of(kept[0].action_at) if kept else None
    since, limit = _since(call), _limit(call)
    told: JsonObject = {"journal_oldest_at": oldest, "requires_full_sync": False}
    if since is not None and since < begins:
        pagination = {"has_more": False, "next_cursor": None}
        return {
            **told,
            "journal": [],
            "requires_full_sync": True,
            "pagination": pagination,
        }
    rows: Sequence[Noted]
    if "cursor" in call.query:
        first = _cursor(call, "j")
        rows = account.journal[first:]
    else:
        first = len(account.journal) - len(kept)
        while first < len(account.journal) and (
            since is not None and account.journal[first].action_at < since
        ):
            first += 1
        rows = account.journal[first:]
    more = len(rows) > limit
    cursor = f"j{first + limit}" if more else None
    return {
        **told,
        "journal": [noted_shape(row, behaviour) for row in rows[:limit]],
        "pagination": {"has_more": more, "next_cursor": cursor},
    }


def watched(call: Call) -> JsonObject:
    """GET /sync/watched: the latest play of each title, or with `plays=all` every one."""
    call.check_query(*_PAGED, "since", "plays", "mediatype", "extended")
    if call.query.get("plays", "all") != "all" or "extended" in call.query:
        raise Refusal(400, "Not known here")
    _, plays = call.account.history.read()
    rows: Iterable[Row] = plays.values()
    shape = play_shape
    if "plays" not in call.query:
        ordered = sorted(rows, key=lambda row: row.at)
        rows = {row.title: row for row in ordered}.values()
        shape = latest_shape
    told = _listed(call, rows, shape, list(Kind))
    if call.service.behaviour.roll_ups:
        shows = {row.title.show: row for row in rows if row.title.show}
        told["shows"] = [
            {"last_watched_at": text_of(row.at), "show": {"ids": dict(show.ids)}}
            for show, row in shows.items()
            if show is not None
        ]
    return told


def ratings(call: Call) -> JsonObject:
    """GET /sync/ratings."""
    call.check_query(*_PAGED, "since")
    _, rows = call.account.ratings.read()
    return _listed(call, rows.values(), rating_shape, list(Kind))


def watchlist(call: Call) -> JsonObject:
    """GET /watchlist/items: films and shows."""
    call.check_query(*_PAGED)
    behaviour = call.service.behaviour
    _, found = call.account.watchlist.read()
    rows = list(found.values())
    told = _listed(
        call,
        rows,
        lambda row: listed_shape(row, behaviour),
        [Kind.MOVIE, Kind.SHOW],
    )
    if isinstance(pagination := told.get("pagination"), dict):
        kinds = [] if behaviour.empty_lists else [row.title.kind for row in rows]
        pagination["total_movies"] = kinds.count(Kind.MOVIE)
        pagination["total_shows"] = kinds.count(Kind.SHOW)
    if behaviour.in_one_list:
        return {
            "items": [*told.pop("movies", ()), *told.pop("shows", ())],  # type: ignore[misc]
            **told,
        }
    return told


def playback(call: Call) -> object:
    """GET /sync/playback: all positions at once."""
    call.check_query()
    _, rows = call.account.positions.read()
    shapes = [position_shape(row) for row in rows.values()]
    if call.service.behaviour.empty_lists:
        shapes = []
    if call.service.behaviour.positions_as_text:
        shapes = [{**each, "progress": f"{each['progress']:.2f}"} for each in shapes]
    return {"playback": shapes} if call.service.behaviour.playback_in_object else shapes


def _listed(
    call: Call,
    rows: Iterable[Row],
    shape: Callable[[Row], JsonObject],
    kinds: Iterable[Kind],
) -> JsonObject:
    """Return one page of rows, each in the list of its kind."""
    behaviour, limit = call.service.behaviour, _limit(call)
    since = _since(call)
    wanted = call.query.get("mediatype")
    found = sorted(
        (
            row
            for row in rows
            if since is None
            or (row.at if behaviour.since_by_value else row.changed) >= since
            if wanted in {None, (row.title.show or row.title).kind.value}
        ),
        key=lambda row: row.key,
    )
    if behaviour.empty_lists:
        found = []
    first = int(call.query.get("offset", 0))
    if "cursor" in call.query:
        # It remembers the row, so that others may come and go meanwhile.
        after = _cursor(call, "r")
        keys = [row.row_id for row in found]
        first = keys.index(after) + 1 if after in keys else len(found)
    page = found[first : first + limit]
    told: JsonObject = {
        kind.plural: [shape(row) for row in page if row.title.kind is kind]
        for kind in kinds
    }
    if behaviour.leaves_out_empty:
        told = {name: found for name, found in told.items() if found}
    more = first + limit < len(found)
    match behaviour.pagination:
        case Pagination.FULL:
            cursor = f"r{page[-1].row_id}" if more else None
            told["pagination"] = {
                "has_more": more,
                "limit": limit,
                "next_cursor": cursor,
            }
        case Pagination.NO_MORE:
            told["pagination"] = {"limit": limit}
    return told


def _limit(call: Call) -> int:
    """Return how long a page is; more than allowed is as much as is allowed."""
    text = call.query.get("limit", str(DEFAULT_LIMIT))
    if not text.isdecimal() or not int(text):
        raise Refusal(400, "limit is not a number")
    return min(int(text), call.service.behaviour.max_limit)


def _since(call: Call) -> datetime | None:
    """Return since when changes are wanted."""
    if (text := call.query.get("since")) is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(400, "since is not a date") from None


def _cursor(call: Call, prefix: str) -> int:
    """Return the number in a cursor."""
    text = call.query["cursor"]
    if not text.startswith(prefix) or not text[1:].isdecimal():
        raise Refusal(400, "The cursor is not known")
    return int(text[1:])
