"""What players say: where they stand, and when they stop."""

from .model import JsonObject, Kind, Refusal, Title
from .wire import Call

WATCHED_FROM = 80
_BODY = ("movie", "show", "progress", "app_version")


def start(call: Call) -> JsonObject:
    """POST /scrobble/start: it plays now; that leaves no trace here."""
    _, percent = _scrobbled(call)
    return {"id": 0, "action": "start", "progress": percent}


def pause(call: Call) -> JsonObject | None:
    """POST /scrobble/pause: keep the position."""
    title, percent = _scrobbled(call)
    if not 0 < percent < 100:
        raise Refusal(400, "progress is out of range")
    row = call.account.pause(title, percent)
    if call.service.behaviour.silent_scrobbles:
        return None
    return {"id": row.row_id, "action": "pause", "progress": percent}


def stop(call: Call) -> JsonObject:
    """POST /scrobble/stop: watched if it was near enough to the end."""
    title, percent = _scrobbled(call)
    if percent < WATCHED_FROM:
        row = call.account.pause(title, percent)
        return {"id": row.row_id, "action": "pause", "progress": percent}
    for row_id in call.account.positions_of(title):
        call.account.clear(row_id)
    [(play, _)] = call.account.watch(title)
    return {"id": play.row_id, "action": "scrobble", "progress": percent}


def clear(call: Call) -> JsonObject | None:
    """POST /scrobble/clear: forget a position."""
    call.check_query()
    call.check_body("id")
    row_id = call.body.get("id")
    if type(row_id) is not int:
        raise Refusal(400, "id is not a number")
    deleted = call.account.clear(row_id)
    if call.service.behaviour.silent_scrobbles:
        return None
    return {"action": "clear", "deleted": deleted}


def _scrobbled(call: Call) -> tuple[Title, float]:
    """Return what is played, and how far."""
    call.check_query()
    call.check_body(*_BODY)
    percent = call.body.get("progress")
    if isinstance(percent, bool) or not isinstance(percent, int | float):
        raise Refusal(400, "progress is not a number")
    title = _title(call)
    if title is None:
        raise Refusal(404, "Not found")
    return title, float(percent)


def _title(call: Call) -> Title | None:
    """Return what a body names."""
    library = call.service.library
    if isinstance(movie := call.body.get("movie"), dict):
        return library.find(Kind.MOVIE, movie.get("ids"))
    if not isinstance(show := call.body.get("show"), dict):
        raise Refusal(400, "Neither a movie nor a show")
    found = library.find(Kind.SHOW, show.get("ids"))
    season = show.get("season")
    episode = season.get("episode") if isinstance(season, dict) else None
    if not isinstance(season, dict) or not isinstance(episode, dict):
        raise Refusal(400, "An episode is told by its season and number")
    if found is None:
        return None
    shelf = found.children.get(season.get("number", -1))
    return shelf.children.get(episode.get("number", -1)) if shelf else None
