"""How an entry is changed, as the real Kodi was seen to do it (release 20.1)."""

from datetime import datetime

from .model import Entry, File, Show
from .parameters import Params, number

HIGHEST_RATING = 10
FILE_PARAMS = ("playcount", "lastplayed", "resume", "userrating", "title")
SHOW_PARAMS = ("userrating", "title")


def change(params: Params, id_name: str, entry: Entry, now: datetime) -> None:
    """Change what the parameters tell, and nothing else."""
    rating = params.integer("userrating")
    if isinstance(entry, Show):
        params.only(id_name, *SHOW_PARAMS)
    else:
        params.only(id_name, *FILE_PARAMS)
        # Checked before anything is changed.
        resume = params.object("resume")
        if resume is not None:
            bookmark = [number(params.method, resume, n) for n in ("position", "total")]
        change_plays(params, entry.file, now)
        if resume is not None:
            entry.file.position, entry.file.total = stored_position(*bookmark)
    if rating is not None:
        entry.user_rating = rating if 0 <= rating <= HIGHEST_RATING else 0


def change_plays(params: Params, file: File, now: datetime) -> None:
    """Change how often and when a file was played; `now` is in local time.

    A count without a date is stamped with the present; an unreadable date is taken
    for none that was given.
    """
    told, text = params.integer("playcount"), params.text("lastplayed")
    count = file.play_count if told is None else max(told, 0)
    last = file.last_played if text is None else read_date(text, file.last_played)
    if (count, last) == (file.play_count, file.last_played):
        return
    if not last and count:
        last = written_date(now)
    file.play_count, file.last_played = count, last


def stored_position(position: float | None, total: float | None) -> tuple[float, float]:
    """Return a bookmark as it is kept: in whole seconds, and none at the start."""
    if not position:
        return 0.0, 0.0
    return float(int(position)), float(int(total or 0))


def read_date(text: str, before: str) -> str:
    """Return a date that was sent, as it is kept."""
    if not text:
        return ""
    try:
        return written_date(datetime.fromisoformat(text)) if len(text) > 10 else before
    except ValueError:
        return before


def written_date(moment: datetime) -> str:
    """Return a moment as Kodi writes it."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")
