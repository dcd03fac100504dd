"""Reads how far items were played, and what is being played right now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ...engine.model import Feature, Record, Snapshot
from ...engine.provider import ProtocolError
from .client import PlexClient
from .fields import text, whole
from .library import IN_ORDER, Lists, ShowCache
from .mapping import progress_from_row
from .notes import Notes, title_of
from .paging import gather
from .probe import PLAYABLE, digest
from .wire import Query

BEGUN: Final[Query] = {"viewOffset>>": 0, "sort": IN_ORDER}


class Positions:
    """The positions of one user."""

    def __init__(
        self, client: PlexClient, lists: Lists, shows: ShowCache, notes: Notes
    ) -> None:
        """Start without knowing whether anything is being played."""
        self._client = client
        self._lists = lists
        self._shows = shows
        self._notes = notes
        self._playing: Mapping[str, int] | None = None

    async def marker(self, views: str) -> str:
        """Return a marker, given that of the views.

        What begins to be played is viewed; what ends may stay where it was. So as long
        as something was being played, it is asked whether it still is.
        """
        if self._playing == {}:
            return views
        playing = await self.playing()
        return f"{views} {digest(sorted(playing))}" if playing else views

    async def read(self, now: datetime) -> Snapshot:
        """Return all positions."""
        lists = await gather(self._lists.read(kind, BEGUN) for kind in PLAYABLE)
        rows = {row.key: row for rows in lists for row in rows if row.offset}
        self._playing = playing = await self.playing()
        begun = playing.keys() - rows.keys()
        rows |= await self._lists.by_key(sorted(begun))
        rows |= {
            key: rows[key]._replace(offset=offset)
            for key, offset in playing.items()
            if key in rows and offset
        }
        shows = await self._shows.of(rows.values(), afresh=True)
        meant = await self._notes.positions()
        records: list[Record] = []
        for row in rows.values():
            stamp, at = meant.get(title_of(row), (0, 0))
            record = progress_from_row(
                row,
                shows,
                at=at if row.viewed == stamp else row.viewed,
                playing=row.key in playing,
            )
            if record is not None:
                records.append(record)
        return Snapshot.of(Feature.PROGRESS, records, now)

    async def playing(self) -> Mapping[str, int]:
        """Return what this user is playing, and where it is.

        Only the owner of a server is told; others have nothing that can be known.
        """
        if not self._client.login.is_owner:
            return {}
        container = await self._client.allowed("/status/sessions")
        found = container.get("Metadata", []) if container else []
        if not isinstance(found, list):
            raise ProtocolError("The Plex server's list of sessions makes no sense")
        return {
            key: whole(session, "viewOffset") or 0
            for session in found
            if isinstance(session, dict)
            and isinstance(user := session.get("User"), dict)
            and text(user, "id") == self._client.login.user_id
            and (key := text(session, "ratingKey"))
        }
