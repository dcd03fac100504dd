"""Players report where they are; what was stopped can be gone on with elsewhere."""

from datetime import timedelta

from .model import Bucket, Episode, JsonObject, Title, stamp
from .shapes import title_json, tvdb_json
from .wire import Answer, Call, Refusal
from .writes import find_episode

COMPLETE = 80.0
AGAIN = timedelta(hours=1)


def start(call: Call) -> Answer:
    """POST /scrobble/start: nothing is kept."""
    title, episode = _named(call)
    return Answer(_told(0, "start", _progress(call), title, episode), 201)


def pause(call: Call) -> Answer:
    """POST /scrobble/pause: the place is kept, however near the end it is."""
    title, episode = _named(call)
    progress = _progress(call)
    _refuse_repeat(call, title, episode, progress)
    session = call.user.pause(title, episode, progress)
    told = _told(session.session_id, "pause", progress, title, episode)
    return Answer(told, 201)


def stop(call: Call) -> Answer:
    """POST /scrobble/stop: near the end it has been watched."""
    title, episode = _named(call)
    progress = _progress(call)
    if progress < COMPLETE:
        return pause(call)
    _refuse_repeat(call, title, episode, progress)
    now = call.service.clock()
    call.user.watch(title, episode, now)
    call.service.finished[call.user.user_id, title, episode] = now
    for session in list(call.user.paused.values()):
        if session.title is title and session.episode is episode:
            call.user.dismiss(session.session_id)
    return Answer(_told(0, "scrobble", progress, title, episode), 201)


def delete(call: Call) -> Answer:
    """DELETE /sync/playback/{id}."""
    number = call.path["id"]
    if not number.isdecimal() or not call.user.dismiss(int(number)):
        raise Refusal(404, "not_found")
    if call.service.behaviour.deletes_with_body:
        return Answer({"deleted": True})
    return Answer(status=204, empty=True)


def _refuse_repeat(
    call: Call, title: Title, episode: Episode | None, progress: float
) -> None:
    """Refuse to be told within the hour what has been watched."""
    at = call.service.finished.get((call.user.user_id, title, episode))
    now = call.service.clock()
    if at is not None and progress >= COMPLETE and now - at < AGAIN:
        told = {"watched_at": stamp(at), "expires_at": stamp(at + AGAIN)}
        raise Refusal(409, "conflict", body=dict(told))


def _named(call: Call) -> tuple[Title, Episode | None]:
    """Return what a player is playing."""
    body = call.object
    names = [name for name in ("movie", "show", "anime") if body.get(name)]
    if len(names) != 1:
        raise Refusal(400, "wrong_parameter", "One of movie, show and anime")
    item = body[names[0]]
    if not isinstance(item, dict):
        raise Refusal(400, "wrong_parameter", names[0])
    group = "movies" if names[0] == "movie" else "shows"
    title = call.service.library.resolve(group, item)
    if title is None:
        raise Refusal(404, "not_found")
    sent = body.get("episode")
    if group == "movies" or not isinstance(sent, dict):
        if title.bucket is Bucket.SHOWS:
            raise Refusal(400, "empty_field", "episode")
        return title, None
    number = sent.get("season", 1)
    where = item | ({"use_tvdb_anime_seasons": True} if names[0] == "show" else {})
    season = number if isinstance(number, int) else -1
    found = find_episode(call, title, where, season, sent)
    if found is None:
        raise Refusal(404, "not_found")
    return found


def _progress(call: Call) -> float:
    """Return how far it was played, in percent."""
    value = call.object.get("progress")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refusal(400, "empty_field", "progress")
    if not 0 <= value <= 100 or round(value, 2) != value:
        raise Refusal(400, "wrong_parameter", "progress")
    return float(value)


def _told(
    number: int, action: str, progress: float, title: Title, episode: Episode | None
) -> JsonObject:
    """Return what the service has made of it."""
    told: JsonObject = {"id": number, "action": action, "progress": progress}
    if episode is not None:
        told["episode"] = {
            "season": episode.season,
            "number": episode.number,
            "title": episode.name,
            **tvdb_json(episode),
        }
    key = "anime" if title.bucket is Bucket.ANIME else title.bucket.media
    told[key] = title_json(title, numbers=True)
    return told
