"""How the simulated Tautulli writes things down: numbers now as such, now as texts."""

from collections.abc import Sequence
from datetime import datetime

from .model import Media, Session, Title, User

type Shape = dict[str, object]


def epoch(moment: datetime) -> int:
    """Return a moment in whole seconds."""
    return int(moment.timestamp())


def escaped(text: str) -> str:
    """Return a text as it may stand in a web page."""
    return text.replace("<", "&lt;").replace(">", "&gt;")


def user_shape(number: int, user: User) -> Shape:
    """Return a row of the list of users."""
    return {
        "row_id": number,
        "user_id": user.user_id,
        "username": user.username,
        "friendly_name": user.friendly_name,
        "thumb": "",
        "email": f"{user.username.lower()}@example.com",
        "is_active": int(user.is_active),
        "is_admin": int(user.is_admin),
        "is_home_user": 1,
        "is_allow_sync": 1,
        "is_restricted": 0,
        "do_notify": 1,
        "keep_history": 1,
        "allow_guest": 0,
        "server_token": "",
        "shared_libraries": ["1", "2"],
    }


def history_shape(rows: Sequence[Session], watched_percent: int) -> Shape:
    """Return a row of the history, which stands for one stretch or a group of them."""
    last = max(rows, key=lambda row: row.row_id)
    title = last.title
    started = min(epoch(row.started) for row in rows)
    stopped = max(epoch(row.stopped) for row in rows)
    percent = 100.0 if last.live else max(row.percent for row in rows)
    spent = sum(epoch(row.stopped) - epoch(row.started) for row in rows)
    shape: Shape = {
        "reference_id": None if last.running else last.reference_id,
        "row_id": None if last.running else last.row_id,
        "id": None if last.running else last.row_id,
        "date": max(epoch(row.started) for row in rows),
        "started": started,
        "stopped": 0 if last.running else stopped,
        "duration": spent,
        "play_duration": spent,
        "paused_counter": 0,
        "user_id": last.user.user_id,
        "user": last.user.username,
        "friendly_name": last.user.friendly_name,
        "user_thumb": "",
        "platform": "Windows",
        "product": "Plex for Windows",
        "player": "Castle-PC",
        "ip_address": "192.0.2.7",
        "live": int(last.live),
        "machine_id": "lmd93nkn12k29j2lnm",
        "location": "lan",
        "secure": 1,
        "relayed": 0,
        **_names(title),
        "full_title": escaped(title.full_title),
        "original_title": "",
        "year": title.year or "",
        "thumb": f"/library/metadata/{title.rating_key}/thumb/1462414561",
        "originally_available_at": "",
        "guid": title.guid,
        "transcode_decision": "direct play",
        "percent_complete": round(percent),
        "watched_status": quarters(percent, watched_percent),
        "group_count": len(rows),
        "group_ids": ",".join(str(row.row_id) for row in rows),
        "state": "playing" if last.running else None,
        "session_key": 27 if last.running else None,
    }
    shape.update(last.shown)
    return {name: value for name, value in shape.items() if name not in last.left_out}


def _names(title: Title) -> Shape:
    """Return what a title is called, and where it belongs."""
    season, show = title.parent, title.show
    return {
        "media_type": title.media.value,
        "rating_key": title.rating_key,
        "parent_rating_key": season.rating_key if season else "",
        "grandparent_rating_key": show.rating_key if show else "",
        "title": escaped(title.title),
        "parent_title": escaped(season.title) if season else "",
        "grandparent_title": escaped(show.title) if show else "",
        "media_index": "" if title.index is None else title.index,
        "parent_media_index": season.index if season else "",
    }


def quarters(percent: float, watched_percent: int) -> float:
    """Return how much of a title was watched, in quarters of what counts as all."""
    part = percent / watched_percent
    return next(
        status for status in (1, 0.75, 0.5, 0.25, 0) if part >= status or not status
    )


def metadata_shape(title: Title) -> Shape:
    """Return all that is known of a title; here every number is a text."""
    season = title.parent if title.media is not Media.SEASON else None
    show = title.show or (title.parent if title.media is Media.SEASON else None)
    return {
        "media_type": title.media.value,
        "section_id": "1" if title.media is Media.MOVIE else "2",
        "library_name": "Movies" if title.media is Media.MOVIE else "TV Shows",
        "rating_key": str(title.rating_key),
        "parent_rating_key": str(season.rating_key) if season else "",
        "grandparent_rating_key": str(show.rating_key) if show else "",
        "title": title.title,
        "parent_title": season.title if season else "",
        "grandparent_title": show.title if show else "",
        "full_title": title.full_title,
        "original_title": "",
        "media_index": "" if title.index is None else str(title.index),
        "parent_media_index": str(season.index) if season else "",
        "year": str(title.year or ""),
        "duration": str(title.seconds * 1000),
        "guid": title.guid,
        "parent_guid": season.guid if season else "",
        "grandparent_guid": show.guid if show else "",
        "guids": list(title.guids),
        "parent_guids": list(season.guids) if season else [],
        "grandparent_guids": list(show.guids) if show else [],
        "genres": ["Drama"],
        "labels": [],
        "live": 0,
    }
