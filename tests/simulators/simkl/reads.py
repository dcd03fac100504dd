"""What a user may read."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from .behaviour import Empty
from .model import Bucket, Entry, JsonObject, Paused, Status, stamp
from .shapes import entry_json, ids_json, paused_json, rewatch_json
from .wire import Answer, Call, Refusal

type Rows = Callable[[Call, Entry], list[JsonObject]]

IDS_ONLY = frozenset({"simkl_ids_only", "ids_only"})
EXTENDED = IDS_ONLY | {"full", "full_anime_seasons"}
MAX_SESSIONS = 10_000


def activities(call: Call) -> Answer:
    """GET or POST /sync/activities."""
    return Answer(call.user.activities.json())


def settings(call: Call) -> Answer:
    """POST or GET /users/settings."""
    user = call.user
    return Answer(
        {
            "user": {
                "name": user.name,
                "joined_at": stamp(user.joined),
                "gender": "",
                "avatar": "",
                "bio": "",
                "loc": "",
                "age": "",
            },
            "account": {
                "id": user.user_id,
                "timezone": "America/New_York",
                "type": user.plan,
            },
            "connections": {"facebook": False},
        }
    )


def all_items(call: Call) -> Answer:
    """GET /sync/all-items[/{type}[/{status}]]."""
    extended = call.query.get("extended", "")
    if extended and extended not in EXTENDED:
        raise Refusal(400, "wrong_parameter", "extended")
    status = call.path.get("status", "all")
    if status != "all" and status not in Status:
        raise Refusal(404, "not_found")
    entries, _ = call.user.seen()
    since = moment_in(call.query, "date_from")
    chosen = [
        entry
        for entry in entries.values()
        if status in {"all", entry.status.value}
        and (since is None or entry.changed_at > since)
    ]
    limit = call.service.behaviour.max_items
    if limit is not None and status == "all" and len(chosen) > limit:
        raise Refusal(400, "max_items", "Too many items: ask for one status")
    return Answer(_in_buckets(call, chosen, rows_of))


def rows_of(call: Call, entry: Entry) -> list[JsonObject]:
    """Return the rows of a title: one, and one for each time it was watched again."""
    extended = call.query.get("extended", "")
    if extended in IDS_ONLY:
        return [ids_json(entry, extended)]
    rows = [entry_json(entry, call.query)]
    if call.query.get("allow_rewatch") == "yes" and call.user.plan != "free":
        rows += [rewatch_json(entry, each, call.query) for each in entry.rewatches]
    return rows


def ratings(call: Call) -> Answer:
    """GET /sync/ratings/{type}/{rating,…}."""
    wanted = {int(each) for each in call.path["rating"].split(",") if each.isdecimal()}
    entries, _ = call.user.seen()
    since = moment_in(call.query, "date_from")
    chosen = [
        entry
        for entry in entries.values()
        if entry.rating in wanted
        and (since is None or (entry.rated_at is not None and entry.changed_at > since))
    ]
    return Answer(_in_buckets(call, chosen, rows_of))


def playback(call: Call) -> Answer:
    """GET /sync/playback[/{type}]: the newest first."""
    entries, sessions = call.user.seen()
    wanted = call.path.get("type", "")
    if wanted not in {"", "movies", "episodes"}:
        raise Refusal(404, "not_found")
    rows = [
        session
        for session in sessions.values()
        if (not wanted or (session.episode is None) is (wanted == "movies"))
        and not (
            call.query.get("hide_watched", "true") == "true"
            and _is_watched_since(session, entries)
        )
    ]
    rows.sort(key=lambda session: (session.at, session.session_id), reverse=True)
    limit = int(call.query.get("limit", str(MAX_SESSIONS)))
    return Answer([paused_json(each) for each in rows[:limit]])


def _is_watched_since(session: Paused, entries: Mapping[int, Entry]) -> bool:
    """Tell whether something was watched to its end after somebody had stopped."""
    entry = entries.get(session.title.simkl)
    if entry is None:
        return False
    if session.episode is None:
        at = entry.last_watched_at
    else:
        at = entry.watched.get(session.episode.place)
    return at is not None and at > session.at


def moment_in(query: Mapping[str, str], name: str) -> datetime | None:
    """Return a moment in a query."""
    text = query.get(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(400, "wrong_parameter", name) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_buckets(call: Call, entries: Iterable[Entry], rows: Rows) -> object:
    """Return rows by the type of their titles; nothing at all looks otherwise."""
    wanted = call.path.get("type")
    if wanted is not None and wanted not in Bucket:
        raise Refusal(404, "not_found")
    found: dict[str, list[JsonObject]] = {}
    for entry in entries:
        bucket = entry.title.bucket
        if wanted in {None, bucket}:
            found.setdefault(bucket.value, []).extend(rows(call, entry))
    if found:
        return found
    match call.service.behaviour.empty:
        case Empty.NULL:
            return None
        case Empty.ARRAY:
            return []
    return {}
