"""What somebody watches right now, and what a media center tells of it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from .account import Account
from .model import JsonObject, Kind, Title, stamp, to_seconds
from .refusal import Refusal
from .shapes import media_json
from .wire import Answer, Call

LEAST = 1
DONE = 80
# For how long a title that was scrobbled is not taken again: a guess.
WINDOW = timedelta(hours=1)
ONE_DAY = 24 * 60


class Step(StrEnum):
    """What a media center can tell."""

    START = "start"
    PAUSE = "pause"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Told:
    """What a body says: a title, and how far it was played."""

    title: Title
    progress: float


def scrobble(call: Call, step: Step) -> Answer:
    """POST /scrobble/{start|pause|stop}."""
    told = read(call)
    account, behaviour = call.account, call.service.behaviour
    if step is Step.START:
        account.start_watching(told.title, ends_after(told))
        return answer(0, Step.START, told)
    if told.progress < LEAST:
        raise Refusal(422, "progress is too low")
    if step is Step.STOP and told.progress > DONE:
        return finish(call, account, told)
    if step is Step.PAUSE and told.progress >= DONE and behaviour.refuses_late_pauses:
        raise Refusal(422, "progress is too high")
    if step is Step.PAUSE and behaviour.pause_goes_on_watching:
        account.start_watching(told.title, ends_after(told))
    else:
        account.stop_watching()
    paused = account.pause(told.title, told.progress)
    return answer(paused.id, Step.PAUSE, told)


def finish(call: Call, account: Account, told: Told) -> Answer:
    """Store a play, unless the title has just been scrobbled."""
    now = call.service.clock()
    last = max((play.at for play in account.history.of(told.title)), default=None)
    if last is not None and to_seconds(now - WINDOW) < last:
        again = last + WINDOW.total_seconds()
        dates = {"watched_at": stamp(last), "expires_at": stamp(again)}
        return Answer(dates, status=409)
    account.stop_watching()
    account.forget_playback(told.title)
    [play] = account.watch(told.title, now, "scrobble")
    return answer(play.id, "scrobble", told)


def answer(row_id: int, action: str, told: Told) -> Answer:
    """Return what is told of a scrobble."""
    media = media_json(told.title)
    del media["type"]
    body: JsonObject = {"id": row_id, "action": str(action), "progress": told.progress}
    return Answer(body | media, status=201)


def read(call: Call) -> Told:
    """Return what a body is about; 404 where nobody knows it."""
    progress = call.body.get("progress")
    if type(progress) not in (int, float) or not 0 <= float(str(progress)) <= 100:
        raise Refusal(422, "progress must be a number from 0 to 100")
    title = title_in(call)
    if title is None:
        raise Refusal(404)
    return Told(title, float(str(progress)))


def title_in(call: Call) -> Title | None:
    """Return the title in a body: a movie, or an episode by its ids or its place."""
    library, behaviour = call.service.library, call.service.behaviour
    movie, episode, show = (
        call.body.get(name) for name in ("movie", "episode", "show")
    )
    if isinstance(movie, dict):
        return library.resolve(Kind.MOVIE, movie, ("trakt", "slug", "imdb", "tmdb"))
    if not isinstance(episode, dict):
        raise Refusal(422, "there is neither a movie nor an episode")
    if "ids" in episode or not isinstance(show, dict):
        return library.resolve(Kind.EPISODE, episode, behaviour.episode_ids)
    accepted = ("trakt", "slug", "tvdb", "imdb", "tmdb")
    found = library.resolve(Kind.SHOW, show, accepted)
    season = found and found.children.get(episode.get("season", -1))
    return season.children.get(episode.get("number", -1)) if season else None


def ends_after(told: Told) -> timedelta:
    """Return how much of a title is left."""
    minutes = (told.title.runtime or ONE_DAY) * (1 - told.progress / 100)
    return timedelta(minutes=minutes)


def watching(call: Call) -> Answer:
    """GET /users/{me or slug}/watching; 204 where it is nothing."""
    if not call.service.behaviour.has_watching:
        raise Refusal(404)
    session = call.subject.watching
    if session is None:
        return Answer(status=204)
    return Answer(
        {
            "started_at": stamp(to_seconds(session.started_at)),
            "expires_at": stamp(to_seconds(session.expires_at)),
            "action": "scrobble",
            **media_json(session.title),
        }
    )
