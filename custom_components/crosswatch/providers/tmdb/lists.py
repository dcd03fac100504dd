"""The lists of an account: their markers, and all that is on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
import time
from typing import Final, NamedTuple

from ...engine.model import Feature, Item, MediaKind, Record, Snapshot
from .client import TmdbClient
from .mapping import Entry, Target, entry_from, show_from
from .paging import NEWEST, Page, gather, page_from, read_all


class ListAt(NamedTuple):
    """Where a list is, and what is on it."""

    path: str
    kind: MediaKind


LISTS: Final[Mapping[Feature, tuple[ListAt, ...]]] = {
    Feature.WATCHLIST: (
        ListAt("watchlist/movies", MediaKind.MOVIE),
        ListAt("watchlist/tv", MediaKind.SHOW),
    ),
    Feature.RATINGS: (
        ListAt("rated/movies", MediaKind.MOVIE),
        ListAt("rated/tv", MediaKind.SHOW),
        ListAt("rated/tv/episodes", MediaKind.EPISODE),
    ),
}
# How long, in seconds, the first pages may serve the read after a look at them.
_KEPT_FOR: Final = 30.0


@dataclass(frozen=True, slots=True)
class _Head:
    """The first page of a list, and until when it may be used."""

    page: Page
    until: float


@dataclass(slots=True)
class Lists:
    """The lists of one account."""

    client: TmdbClient
    _heads: dict[str, _Head] = field(default_factory=dict)
    _shows: dict[int, Item] = field(default_factory=dict)

    async def marker(self, feature: Feature) -> str:
        """Return a marker from the first pages; empty where they cannot tell.

        What comes to a list stands at its top, and what goes changes its length: so
        the first page of a watchlist shows every change. A rating that is changed
        stays where it is, so that only a list of one page shows that.
        """
        lists = LISTS[feature]
        for each in lists:
            self._heads.pop(each.path, None)
        pages = await gather(self._page(each, feature, 1, NEWEST) for each in lists)
        until = time.monotonic() + _KEPT_FOR
        for each, page in zip(lists, pages, strict=True):
            self._heads[each.path] = _Head(page, until)
        if feature is Feature.RATINGS and any(page.pages > 1 for page in pages):
            return ""
        return " ".join(f"{page.total}:{_digest(page)}" for page in pages)

    async def read(self, feature: Feature, previous: Snapshot | None) -> list[Record]:
        """Return all records; first pages are asked for once."""
        found = await gather(self._read(each, feature) for each in LISTS[feature])
        entries = [entry for part in found for entry in part]
        await self._find_shows(entries, previous)
        return [entry.record(self._show_of(entry.target)) for entry in entries]

    def forget(self) -> None:
        """Forget the first pages: something is about to change."""
        self._heads.clear()

    async def _read(self, which: ListAt, feature: Feature) -> list[Entry]:
        """Return all of one list."""
        head = self._heads.pop(which.path, None)
        first = head.page if head and time.monotonic() < head.until else None
        return await read_all(
            lambda number, order: self._page(which, feature, number, order), first
        )

    async def _page(
        self, which: ListAt, feature: Feature, number: int, order: str
    ) -> Page:
        """Return one page of a list."""
        rates = feature is Feature.RATINGS
        answer = await self.client.list_page(which.path, number, order)
        return page_from(
            answer, number, lambda row: entry_from(which.kind, row, rates=rates)
        )

    def _show_of(self, target: Target) -> Item | None:
        """Return the show of an episode."""
        is_part = target.kind is MediaKind.EPISODE
        return self._shows[target.number] if is_part else None

    async def _find_shows(
        self, entries: list[Entry], previous: Snapshot | None
    ) -> None:
        """Ask for the shows of episodes, each once and for all."""
        wanted = {
            entry.target.number
            for entry in entries
            if entry.target.kind is MediaKind.EPISODE
        } - self._shows.keys()
        known = shows_in(previous) if previous is not None and wanted else {}
        self._shows |= {number: known[number] for number in wanted & known.keys()}
        missing = sorted(wanted - known.keys())
        found = await gather(self._ask_for(number) for number in missing)
        self._shows |= dict(zip(missing, found, strict=True))

    async def _ask_for(self, number: int) -> Item:
        """Return a show with its name and its ids."""
        path = Target(MediaKind.SHOW, number).path
        return show_from(number, await self.client.details(path, "external_ids"))


def shows_in(snapshot: Snapshot) -> dict[int, Item]:
    """Return the shows whose names an older read has found, by their numbers."""
    found: dict[int, Item] = {}
    for record in snapshot.records.values():
        # What we wrote ourselves has the show as another service knows it.
        if record.seen and record.native_id.startswith(MediaKind.EPISODE):
            show = record.item.show
            number = show.ids.get("tmdb", "") if show else ""
            if show and show.title and number.isdecimal():
                found[int(number)] = show
    return found


def _digest(page: Page) -> str:
    """Return a short text that changes with what is on a page."""
    digest = blake2b(digest_size=8)
    for entry in page.entries:
        digest.update(f"{entry.native_id} {entry.value}\n".encode())
    return digest.hexdigest()
