"""Finds titles without ids by their names: one that fits, or none.

A name is no proof. So all that is called the same, anywhere, counts as a rival, and a
title that has one within a year is not found at all.
"""

from typing import Final

from ...engine.model import Item, MediaKind
from ...engine.provider import ProtocolError
from ..http import JsonObject
from .client import TmdbClient
from .fields import number_in
from .mapping import MEDIA_TYPES, Target, year_in
from .names import ALL_NAMES, all_names, own_names, plain, undated
from .paging import gather

# A film is listed with the year of its first showing here, of its release there.
NEAR: Final = 1
# The most pages of a search that are read, and titles whose other names are asked for.
MOST_PAGES: Final = 3
MOST_RIVALS: Final = 12

_YEARS: Final = {
    MediaKind.MOVIE: "primary_release_year",
    MediaKind.SHOW: "first_air_date_year",
}


async def search(client: TmdbClient, item: Item) -> tuple[int, JsonObject] | None:
    """Return the number and the details of the one title that is called so."""
    title, year = undated(item.title, item.year), item.year
    if year is None or not (wanted := plain(title)):
        return None
    rows = await _rows(client, item.kind, title, year)
    if rows is None:
        return None
    near = {
        number_in(row, "id", least=1): own_names(row)
        for row in rows
        if (released := year_in(row)) is not None and abs(released - year) <= NEAR
    }
    others = [number for number, names in near.items() if wanted not in names]
    if len(near) - len(others) > 1 or len(others) > MOST_RIVALS:
        return None
    asked = await gather(_details(client, item.kind, number) for number in near)
    found = [
        (number, details)
        for number, details in zip(near, asked, strict=True)
        if details is not None and wanted in all_names(details)
    ]
    return found[0] if len(found) == 1 else None


async def _rows(
    client: TmdbClient, kind: MediaKind, title: str, year: int
) -> list[JsonObject] | None:
    """Return what a search finds, None where it is too much to look through.

    It is asked for all years at once if that is not much, and else for each.
    """
    rows = await _all_pages(client, kind, title)
    if rows is not None:
        return rows
    found: list[JsonObject] = []
    for each in range(year - NEAR, year + NEAR + 1):
        some = await _all_pages(client, kind, title, **{_YEARS[kind]: each})
        if some is None:
            return None
        found += some
    return found


async def _all_pages(
    client: TmdbClient, kind: MediaKind, title: str, **years: int
) -> list[JsonObject] | None:
    """Return all pages of a search, None where they are too many."""
    first = await client.search(MEDIA_TYPES[kind], title, 1, **years)
    pages = number_in(first, "total_pages")
    if pages > MOST_PAGES:
        return None
    numbers = range(2, pages + 1)
    more = await gather(
        client.search(MEDIA_TYPES[kind], title, number, **years) for number in numbers
    )
    return [row for page in (first, *more) for row in rows_in(page, "results")]


async def _details(
    client: TmdbClient, kind: MediaKind, number: int
) -> JsonObject | None:
    """Return the details of a title, with all its names and ids."""
    path = Target(kind, number).path
    return await client.details(path, "external_ids", *ALL_NAMES)


def rows_in(body: JsonObject, name: str) -> list[JsonObject]:
    """Return the rows of a list in an answer."""
    rows = body.get(name)
    if not isinstance(rows, list):
        raise ProtocolError(f"TMDb's answer lacks {name}")
    found: list[JsonObject] = []
    for row in rows:
        if not isinstance(row, dict):
            raise ProtocolError(f"TMDb's answer has a row in {name} that is no object")
        found.append(row)
    return found
