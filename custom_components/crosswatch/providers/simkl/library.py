"""What the library says of titles that are about to be changed.

Whoever takes a title off its list takes all that is known of it along: so it is looked
at before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from ...engine.ids import item_keys
from ...engine.plan import Operation
from ..answer import JsonObject
from .answers import buckets_in
from .client import SimklClient
from .mapping import ANIME, Titles, moment_from
from .options import COMPLETED
from .payload import MOVIES, SHOWS, Target
from .reading import ITEMS, PARTS
from .rows import number_in, rating_of, status_of


@dataclass(frozen=True, slots=True)
class Held:
    """A title in the library."""

    number: str
    bucket: str
    status: str
    is_rated: bool
    is_watched: bool
    watched_at: datetime | None

    @property
    def is_plain(self) -> bool:
        """Tell whether nothing is known of it but the list that it is on."""
        return not self.is_rated and not self.is_watched

    @property
    def target(self) -> Target:
        """Return how it is told in the body of a write: by its own number."""
        group = MOVIES if self.bucket == MOVIES else SHOWS
        return Target(group, {"simkl": self.number}, is_own=True)


@dataclass(slots=True)
class Library:
    """The titles in the library, by their numbers and by their keys."""

    by_number: dict[str, Held] = field(default_factory=dict)
    by_key: dict[str, Held] = field(default_factory=dict)
    by_series: dict[str, Held] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)

    @classmethod
    async def fetch(
        cls, client: SimklClient, buckets: Iterable[str], *, again: bool = False
    ) -> Self:
        """Return some parts of the library; with times of watching again."""
        library = cls()
        params = {"allow_rewatch": "yes"} if again else {}
        for bucket in buckets:
            parts = PARTS if bucket == ANIME else {}
            answer = await client.items(f"{ITEMS}/{bucket}", **parts, **params)
            library._take(bucket, buckets_in(answer).get(bucket, []))
        return library

    def find(self, operation: Operation) -> Held | None:
        """Return the title that an operation is about, by its name here or its ids."""
        for native_id in operation.native_ids:
            if (number := number_in(native_id)) and (
                held := self.by_number.get(number)
            ):
                return held
        if (show := operation.item.show) is not None:
            keys, known = item_keys(show), {**self.by_series, **self.by_key}
        else:
            keys, known = (*operation.keys, *item_keys(operation.item)), self.by_key
        return next((known[key] for key in keys if key in known), None)

    def is_again(self, held: Held) -> bool:
        """Tell whether a title was watched again, so that it has several times."""
        return held.number in self.again

    def _take(self, bucket: str, rows: list[JsonObject]) -> None:
        """Take in the rows of a part of the library."""
        titles = Titles()
        for row in rows:
            title = titles.title(row, bucket)
            if row.get("is_rewatch") is True:
                self.again.add(title.number)
                continue
            held = _held(title.number, bucket, row)
            self.by_number[title.number] = held
            for key in item_keys(title.item):
                self.by_key.setdefault(key, held)
            for series in filter(None, (title.parts, title.series)):
                for key in item_keys(series):
                    self.by_series.setdefault(key, held)


def _held(number: str, bucket: str, row: JsonObject) -> Held:
    """Return what a row says of a title."""
    at = moment_from(row.get("last_watched_at"))
    count = row.get("watched_episodes_count")
    status = status_of(row)
    # What cannot be told counts as watched: then nothing is lost.
    watched = (
        row.get("last_watched_at") is not None
        or status == COMPLETED
        or (bucket != MOVIES and count != 0)
    )
    return Held(number, bucket, status, rating_of(row) is not None, watched, at)
