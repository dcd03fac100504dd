"""An AniList that takes only what clients have always asked, one thing at a time."""

from typing import Any, override

from aiohttp import web

from .model import Entry, Media, User
from .server import AniListSimulator

type Shape = dict[str, object]

# By these words it knows what is asked, and these variables come with it.
_OPERATIONS: tuple[tuple[str, set[str]], ...] = (
    ("SaveMediaListEntry", {"mediaId", "status", "scoreRaw"}),
    ("DeleteMediaListEntry", {"id"}),
    ("MediaListCollection", {"userId"}),
    ("Media(", {"id", "idMal"}),
    ("Viewer", set()),
)


class PlainAniListSimulator(AniListSimulator):
    """It reads no GraphQL: an operation that is not as it should be is refused.

    Unless it `reads_on`: then it passes over what it does not know of whoever asks.
    """

    reads_on = False

    @override
    def _reply(
        self,
        text: str,
        variables: dict[str, Any],
        user: User | None,
        headers: dict[str, str],
    ) -> web.Response:
        """Answer one operation."""
        if user is None:
            return _refused("Unauthorized.", 401)
        asked = [(name, known) for name, known in _OPERATIONS if name in text]
        is_more = "mediaListOptions" in text and not self.reads_on
        if len(asked) != 1 or is_more or "Page" in text:
            return _refused("validation", 400)
        name, known = asked[0]
        if not variables.keys() <= known:
            return _refused("validation", 400)
        match name:
            case "Viewer":
                return _told(name, {"id": user.user_id, "name": user.name})
            case "MediaListCollection":
                return _told(name, {"lists": self._lists(user)})
            case "Media(":
                found = self._media_by(variables)
                return _told("Media", _media(found)) if found else _missing("Media")
            case "DeleteMediaListEntry":
                if user.entries.pop(variables["id"], None) is None:
                    return _missing(name)
                return _told(name, {"deleted": True})
        return self._save(user, variables)

    def _save(self, user: User, variables: dict[str, Any]) -> web.Response:
        """Save an entry, and tell its number only."""
        media = self.media.get(variables["mediaId"])
        if media is None:
            return _missing("SaveMediaListEntry")
        entry = user.entry_of(media) or self.new_entry(user, media)
        entry.status = variables.get("status", entry.status)
        entry.raw = variables.get("scoreRaw", entry.raw)
        entry.updated_at = self.tick()
        return _told("SaveMediaListEntry", {"id": entry.entry_id})

    def _media_by(self, variables: dict[str, Any]) -> Media | None:
        """Return a media by its id, here or at MyAnimeList."""
        if "id" in variables:
            return self.media.get(variables["id"])
        found = (m for m in self.media.values() if m.id_mal == variables["idMal"])
        return next(found, None)

    def _lists(self, user: User) -> list[Shape]:
        """Return the lists of a user."""
        return [
            {
                "name": name,
                "isCustomList": status is None,
                "entries": [_entry(entry) for entry in entries],
            }
            for name, status, entries in user.lists()
        ]


def _entry(entry: Entry) -> Shape:
    """Return an entry, with its score out of 10."""
    return {
        "id": entry.entry_id,
        "mediaId": entry.media.media_id,
        "status": entry.status,
        "score": int(entry.raw / 10),
        "progress": entry.progress,
        "repeat": entry.repeat,
        "createdAt": entry.created_at,
        "updatedAt": entry.updated_at,
        "media": _media(entry.media),
    }


def _media(media: Media) -> Shape:
    """Return a media."""
    title = {"romaji": media.romaji or media.title, "english": media.title}
    return {
        "id": media.media_id,
        "idMal": media.id_mal,
        "format": media.format,
        "seasonYear": media.year,
        "startDate": {"year": media.year},
        "title": {**title, "native": media.native},
    }


def _told(name: str, value: Shape) -> web.Response:
    """Return the answer to an operation."""
    return web.json_response({"data": {name: value}})


def _missing(name: str) -> web.Response:
    """Return the answer about something that is not there."""
    return _refused("Not Found.", 404, {name: None})


def _refused(message: str, status: int, data: Shape | None = None) -> web.Response:
    """Return a refusal."""
    told = {"errors": [{"message": message, "status": status}], "data": data}
    return web.json_response(told, status=status)
