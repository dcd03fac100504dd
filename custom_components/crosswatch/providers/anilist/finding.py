"""Which of AniList's entries an operation is about, and what the account has of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...engine.ids import item_keys
from ...engine.numbering import Numbering
from ...engine.plan import Operation
from ..http import JsonObject, JsonValue
from .client import AniListClient
from .fields import missing, number_in, object_in, score_format_in
from .mapping import item_from, score_in, status_in
from .queries import FOREIGN, PAGE
from .refusal import RefusedError
from .scores import ScoreFormat


@dataclass(frozen=True, slots=True)
class Target:
    """A title at AniList, and the account's entry of it as it is at this moment."""

    media_id: int
    entry_id: int | None = None
    status: str = ""
    score: float = 0.0
    in_use: bool = False


@dataclass(frozen=True, slots=True)
class _Wanted:
    """By what a title is asked for: its id there, or the one at MyAnimeList."""

    named: int | None = None
    foreign: int | None = None
    certain: bool = False


class Finder:
    """Finds titles, as many as possible with one request."""

    def __init__(self, client: AniListClient, numbering: Numbering | None) -> None:
        """Take the API, and what a mapping says."""
        self._client = client
        self._numbering = numbering
        self.form = ScoreFormat.POINT_10

    async def find(self, operations: Sequence[Operation]) -> list[Target | None]:
        """Return what operations are about, None for what AniList does not have.

        An item that would not be found again among what AniList lists then, as it is
        no item of its own there, is none.
        """
        wanted = [self._wanted(operation) for operation in operations]
        media = await self._media(wanted)
        found: list[Target | None] = []
        for operation, each in zip(operations, wanted, strict=True):
            row = media.get(("named", each.named)) or media.get(
                ("foreign", each.foreign)
            )
            if row is None or not (each.certain or self._is(row, operation)):
                found.append(None)
            else:
                found.append(_target(row))
        return found

    def _is(self, row: JsonObject, operation: Operation) -> bool:
        """Tell whether a title is known as what the operation is about."""
        keys = item_keys(item_from(row, self._numbering))
        return not set(keys).isdisjoint(operation.keys)

    def _wanted(self, operation: Operation) -> _Wanted:
        """Return what to ask for, which may be nothing."""
        for native_id in operation.native_ids:
            if native_id.isdecimal():
                return _Wanted(named=int(native_id), certain=True)
        item = operation.item
        entry = self._numbering.find(item) if self._numbering else None
        for ids in (item.ids, entry.ids if entry else {}):
            if "anilist" in ids:
                return _Wanted(named=int(ids["anilist"]))
            if "mal" in ids:
                return _Wanted(foreign=int(ids["mal"]))
        return _Wanted()

    async def _media(
        self, wanted: Sequence[_Wanted]
    ) -> Mapping[tuple[str, int | None], JsonObject]:
        """Return titles by what they were asked for; ambiguous ones are left out."""
        named = sorted({each.named for each in wanted if each.named is not None})
        foreign = sorted({each.foreign for each in wanted if each.foreign is not None})
        rows: dict[int, JsonObject] = {}
        while named or foreign:
            found = await self._look_up(named[:PAGE], foreign[:FOREIGN])
            named, foreign = named[PAGE:], foreign[FOREIGN:]
            rows.update((number_in(row, "id"), row) for row in found)
        media: dict[tuple[str, int | None], JsonObject] = {}
        doubtful: set[tuple[str, int | None]] = set()
        for media_id, row in rows.items():
            media["named", media_id] = row
            other = row.get("idMal")
            if isinstance(other, int):
                key = ("foreign", other)
                if key in media:
                    doubtful.add(key)
                media[key] = row
        return {key: row for key, row in media.items() if key not in doubtful}

    async def _look_up(
        self, named: Sequence[int], foreign: Sequence[int]
    ) -> Sequence[JsonObject]:
        """Return titles; what is too much at once is asked for in halves."""
        try:
            viewer, found = await self._client.look_up(named, foreign)
        except RefusedError as err:
            if not err.too_complex or len(named) + len(foreign) < 2:
                raise
        else:
            self.form = score_format_in(viewer)
            return found
        n, f = -(-len(named) // 2), len(foreign) // 2
        first = await self._look_up(named[:n], foreign[:f])
        return [*first, *await self._look_up(named[n:], foreign[f:])]


def _target(row: JsonObject) -> Target:
    """Return a title with the account's entry, if it has one."""
    media_id = number_in(row, "id")
    if row.get("mediaListEntry", row) is None:
        return Target(media_id)
    entry = object_in(row, "mediaListEntry")
    # What a person has put into it, and would lose with it.
    held: list[JsonValue] = []
    for name in ("progress", "repeat", "notes"):
        if name not in entry:
            raise missing(name, entry)
        held.append(entry[name])
    score = score_in(entry)
    return Target(
        media_id,
        number_in(entry, "id"),
        status_in(entry),
        score,
        in_use=bool(score) or any(held),
    )
