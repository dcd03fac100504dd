"""Puts a library on a simulated Jellyfin server."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from ..simulators.jellyfin import Item, ItemType, JellyfinSimulator, User
from ..simulators.jellyfin.model import Library, guid, sort_name
from ..simulators.jellyfin.times import TICKS_A_MINUTE, to_ticks
from .listings import Listing, Shelf

WATCHED = datetime(2026, 2, 1, 20, tzinfo=UTC)


class Server:
    """A server with a library, of which its user likes and has watched everything."""

    def __init__(self, jellyfin: JellyfinSimulator, user: User) -> None:
        """Take an empty server."""
        self._jellyfin = jellyfin
        self._user = user
        self._films = jellyfin.state.add_library("Movies", "movies")
        self._shows = jellyfin.state.add_library("Shows", "tvshows")
        self.titles: dict[str, int] = {}
        self.parts: dict[str, tuple[int, int, int]] = {}

    def fill(self, shelf: Shelf) -> None:
        """Put all of a library there."""
        for number, listing in enumerate(shelf.listings):
            moment = WATCHED + timedelta(minutes=10 * number)
            if listing.is_film:
                row = self._add(ItemType.MOVIE, listing, self._films)
            else:
                row = self._add(ItemType.SERIES, listing, self._shows)
                self._add_parts(row, listing, moment)
            self.titles[row.id] = listing.number
            self._jellyfin.favourite(self._user, row)

    def _add_parts(self, series: Item, listing: Listing, moment: datetime) -> None:
        """Add the episodes of a series, all of them watched."""
        seasons: dict[int, Item] = {}
        for part in listing.parts:
            if (season := seasons.get(part.season)) is None:
                season = seasons[part.season] = self._make(
                    ItemType.SEASON,
                    f"Season {part.season}",
                    f"{series.path}/{part.season}",
                    {},
                    parent=series,
                    index=part.season,
                )
            row = self._make(
                ItemType.EPISODE,
                part.title,
                f"{season.path}/{part.number}",
                part.ids,
                parent=season,
                index=part.number,
                parent_index=part.season,
            )
            self.parts[row.id] = listing.number, part.season, part.number
            self._jellyfin.play(self._user, row, moment)

    def _add(self, kind: ItemType, listing: Listing, library: Library) -> Item:
        """Add a film or a series."""
        path = f"{library.path}/{listing.number}"
        return self._make(
            kind, listing.title, path, listing.ids, library=library, year=listing.year
        )

    def _make(
        self,
        kind: ItemType,
        name: str,
        path: str,
        ids: Mapping[str, str],
        *,
        parent: Item | None = None,
        library: Library | None = None,
        year: int | None = None,
        index: int | None = None,
        parent_index: int | None = None,
    ) -> Item:
        """Add an item."""
        where = library or (parent.library if parent else self._shows)
        came = to_ticks(WATCHED - timedelta(days=400))
        return self._jellyfin.state.add_item(
            Item(
                id=guid(path),
                type=kind,
                name=name,
                library=where,
                path=path,
                key=guid(path),
                sort_name=sort_name(name),
                created=came,
                saved=came,
                provider_ids={key.capitalize(): value for key, value in ids.items()},
                parent=parent,
                year=year,
                runtime=40 * TICKS_A_MINUTE,
                index=index,
                parent_index=parent_index,
            )
        )
