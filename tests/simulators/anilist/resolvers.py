"""What queries and mutations do, once AniList's schema has let them through."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    get_argument_values,
    get_named_type,
)

from . import scores
from .model import Entry, Media, User

if TYPE_CHECKING:
    from .server import AniListSimulator

type Shape = dict[str, object]
type Arguments = Any
type Info = GraphQLResolveInfo
STATUSES = ("CURRENT", "PLANNING", "COMPLETED", "DROPPED", "PAUSED", "REPEATING")
CHUNK = 500


def refusal(message: str, status: int) -> GraphQLError:
    """Return an error as AniList tells it."""
    return GraphQLError(message, extensions={"status": status})


class Resolvers:
    """The root of everything, for one request of one user, or of nobody."""

    def __init__(self, service: AniListSimulator, user: User | None) -> None:
        """Take the service, and who asks."""
        self._service = service
        self._user = user
        self._failed = False

    def root(self) -> Mapping[str, Callable[..., object]]:
        """Return what can be asked for."""
        return {
            "Viewer": self._viewer,
            "Page": self._page,
            "Media": self._media,
            "MediaList": self._media_list,
            "MediaListCollection": self._collection,
            "SaveMediaListEntry": self._save,
            "DeleteMediaListEntry": self._delete,
        }

    def _known(self) -> User:
        """Return who asks, who has to be signed in."""
        if self._user is None:
            raise refusal("Unauthorized.", 401)
        return self._user

    def _viewer(self, info: Info) -> Shape:
        """Return who asks."""
        return user_shape(self._known())

    def _page(self, info: Info, page: int = 1, perPage: int = 50) -> Shape:
        """Return a page of media, or of a user's entries."""
        size = min(perPage, 50)

        def matching(asked: Mapping[str, Any]) -> list[Media]:
            """Return the media that fulfil all conditions, on whatever page."""
            return [each for each in self._service.media.values() if fits(each, asked)]

        def media(info: Info, **asked: Arguments) -> list[Shape]:
            """Return the media on this page."""
            some = matching(asked)[(page - 1) * size : page * size]
            return [self._media_shape(each) for each in some]

        def media_list(info: Info, **asked: Arguments) -> list[Shape]:
            """Return entries of a user, which is how they are paged as well."""
            user = self._service.users[asked["userId"]]
            found = [
                each
                for each in user.entries.values()
                if asked.get("status", each.status) == each.status
            ]
            if "SCORE_DESC" in asked.get("sort", ()):
                found.sort(key=lambda each: -each.raw)
            some = found[(page - 1) * size : page * size]
            return [self._entry_shape(each, user) for each in some]

        wanted = asked_of("media", info)
        return {
            "pageInfo": {
                # The real service does not tell this one truly, either.
                "total": 5000,
                "perPage": size,
                "currentPage": page,
                "hasNextPage": wanted is not None
                and len(matching(wanted)) > page * size,
            },
            "media": media,
            "mediaList": media_list,
        }

    def _media(self, info: Info, **asked: Arguments) -> Shape:
        """Return one media."""
        for each in self._service.media.values():
            if fits(each, asked):
                return self._media_shape(each)
        raise refusal("Not Found.", 404)

    def _media_list(self, info: Info, **asked: Arguments) -> Shape:
        """Return one entry of a user's list."""
        user = self._service.users.get(asked.get("userId", 0), self._user)
        for entry in user.entries.values() if user else ():
            if asked.get("id", entry.entry_id) == entry.entry_id and (
                asked.get("mediaId", entry.media.media_id) == entry.media.media_id
            ):
                return self._entry_shape(entry)
        raise refusal("Not Found.", 404)

    def _collection(self, info: Info, **asked: Arguments) -> Shape:
        """Return the lists of a user, all of them or a chunk."""
        user = self._service.users.get(asked.get("userId", 0))
        if user is None:
            raise refusal("User not found", 404)
        if "type" not in asked:
            raise refusal("validation", 400)
        rows = [
            (name, status, entry)
            for name, status, entries in user.lists()
            for entry in entries
            if asked.get("status", entry.status) == entry.status
        ]
        start, size = 0, self._service.behaviour.at_once or len(rows)
        if "chunk" in asked:
            size = min(asked.get("perChunk", CHUNK), CHUNK)
            start = (max(asked["chunk"], 1) - 1) * size
        if "sort" in asked:
            rows.sort(key=lambda row: row[2].media.media_id)
        some = rows[start : start + size]
        groups: dict[tuple[str, str | None], list[Shape]] = {}
        for name, status, entry in some:
            groups.setdefault((name, status), []).append(self._entry_shape(entry, user))
        return {
            "user": user_shape(user),
            "hasNextChunk": start + size < len(rows),
            "lists": [
                {
                    "name": name,
                    "status": status,
                    "isCustomList": status is None,
                    "isSplitCompletedList": False,
                    "entries": entries,
                }
                for (name, status), entries in groups.items()
            ],
        }

    def _save(self, info: Info, **asked: Arguments) -> Shape | None:
        """Make an entry, or change what is told of it."""
        user = self._known()
        if self._stopped():
            return None
        entry = user.entries.get(asked.get("id", 0))
        if "id" in asked and entry is None:
            raise self._failure("Not Found.", 404)
        media = self._service.media.get(asked.get("mediaId", 0))
        if entry is None:
            if media is None:
                raise self._failure("Not Found.", 404)
            entry = user.entry_of(media) or self._service.new_entry(user, media)
        score = asked.get("score")
        if score is not None and not 0 <= score <= 100:
            raise self._failure("validation", 400)
        if score is not None:
            entry.raw = scores.kept(score, user.score_format)
        entry.raw = asked.get("scoreRaw", entry.raw)
        entry.status = asked.get("status", entry.status)
        entry.progress = asked.get("progress", entry.progress)
        entry.repeat = asked.get("repeat", entry.repeat)
        entry.notes = asked.get("notes", entry.notes)
        entry.custom_lists = set(asked.get("customLists", entry.custom_lists))
        entry.updated_at = self._service.tick()
        return self._entry_shape(entry)

    def _delete(self, info: Info, id: int = 0) -> Shape | None:
        """Delete an entry with all that stands in it."""
        user = self._known()
        if self._stopped():
            return None
        if user.entries.pop(id, None) is None:
            raise self._failure("Not Found.", 404)
        return {"deleted": True}

    def _stopped(self) -> bool:
        """Tell whether nothing is done any more as a part has failed."""
        return self._failed and self._service.behaviour.stops_at_a_failure

    def _failure(self, message: str, status: int) -> GraphQLError:
        """Return an error, and remember that there was one."""
        self._failed = True
        return refusal(message, status)

    def _entry_shape(self, entry: Entry, owner: User | None = None) -> Shape:
        """Return an entry as whoever asks sees it."""
        asker = self._user or owner

        def score(info: Info, format: str | None = None) -> float:
            """Return the score."""
            form = format or (asker.score_format if asker else "POINT_10")
            return scores.told(entry.raw, form)

        return {
            "id": entry.entry_id,
            "userId": (owner or self._user or User(0, "")).user_id,
            "mediaId": entry.media.media_id,
            "status": entry.status,
            "score": score,
            "progress": entry.progress,
            "repeat": entry.repeat,
            "notes": entry.notes,
            "hiddenFromStatusLists": entry.hidden,
            "createdAt": entry.created_at,
            "updatedAt": entry.updated_at,
            "media": lambda info: self._media_shape(entry.media),
        }

    def _media_shape(self, media: Media) -> Shape:
        """Return a media with the entry that whoever asks has of it."""

        def own_entry(info: Info) -> Shape | None:
            """Return the entry."""
            entry = self._user.entry_of(media) if self._user else None
            return self._entry_shape(entry) if entry else None

        return {
            "id": media.media_id,
            "idMal": media.id_mal,
            "title": {
                "romaji": media.romaji or media.title,
                "english": media.title or None,
                "native": media.native or media.title,
                "userPreferred": media.romaji or media.title,
            },
            "type": "ANIME",
            "format": media.format,
            "status": "FINISHED",
            "startDate": {"year": media.year, "month": None, "day": None},
            "seasonYear": media.year,
            "mediaListEntry": own_entry,
        }


def asked_of(name: str, info: Info) -> Mapping[str, Any] | None:
    """Return with which arguments a field of what is resolved is asked for, if it is."""
    kind = get_named_type(info.return_type)
    assert isinstance(kind, GraphQLObjectType)
    chosen = info.field_nodes[0].selection_set
    for node in chosen.selections if chosen else ():
        if isinstance(node, FieldNode) and node.name.value == name:
            return get_argument_values(kind.fields[name], node, info.variable_values)
    return None


def fits(media: Media, asked: Mapping[str, Any]) -> bool:
    """Tell whether a media fulfils all conditions; an empty list is none of them."""
    conditions: Iterable[tuple[str, object]] = (
        ("id", media.media_id),
        ("idMal", media.id_mal),
    )
    for name, value in conditions:
        if name in asked and asked[name] != value:
            return False
        if asked.get(f"{name}_in") and value not in asked[f"{name}_in"]:
            return False
    return bool(asked.get("type", "ANIME") == "ANIME")


def user_shape(user: User) -> Shape:
    """Return a user."""
    return {
        "id": user.user_id,
        "name": user.name,
        "options": {"titleLanguage": "ROMAJI", "timezone": None},
        "mediaListOptions": {"scoreFormat": user.score_format, "rowOrder": "title"},
    }
