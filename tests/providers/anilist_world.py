"""A simulated AniList with an account that is signed in, for tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
import json
from pathlib import Path

import aiohttp

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Rated,
    Record,
)
from custom_components.crosswatch.engine.plan import Action, Operation
from custom_components.crosswatch.providers.anilist import SPEC
from custom_components.crosswatch.providers.anilist.provider import AniListProvider
from custom_components.crosswatch.providers.http import JsonObject, Limiters
from tests.simulators.anilist import AniListSimulator, Behaviour, Media
from tests.simulators.routing import route_hosts

from .connecting import provider_of
from .operating import OperationOn

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(slots=True)
class World:
    """A simulated AniList and an account there, as the integration sees it.

    There are films and series, the second half of the series being later seasons.
    """

    anilist: AniListSimulator
    session: aiohttp.ClientSession
    limiters: Limiters
    folder: Path
    films: list[Media] = field(default_factory=list)
    series: list[Media] = field(default_factory=list)
    data: JsonObject = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    saved: list[JsonObject] = field(default_factory=list)

    def provider(self) -> AniListProvider:
        """Return the account, as if Home Assistant had just started."""

        async def save(data: JsonObject) -> None:
            """Keep what was saved."""
            self.saved.append(data)
            self.data = data

        return provider_of(
            AniListProvider,
            SPEC,
            self.data,
            self.session,
            self.limiters,
            save=save,
            folder=self.folder,
            options=self.options,
        )

    def map(self, *rows: object, option: str = "numbering_file") -> Path:
        """Write a mapping file and let the options name it."""
        path = self.folder / f"{option}.json"
        path.write_text(json.dumps(rows))
        self.options[option] = str(path)
        return path

    def requests(self) -> int:
        """Return how many requests were made, and forget them."""
        number = len(self.anilist.requests)
        self.anilist.reset_requests()
        return number


@asynccontextmanager
async def anilist_world(
    session: aiohttp.ClientSession,
    limiters: Limiters,
    folder: Path,
    kind: type[AniListSimulator] = AniListSimulator,
) -> AsyncIterator[World]:
    """Run an AniList that minds no pace, as time flies, and sign in."""
    anilist = kind(behaviour=Behaviour(requests_a_minute=None), clock=lambda: NOW)
    world = World(anilist, session, limiters, folder)
    for number in range(1, 41):
        film, series = 1000 + number, 2000 + number
        world.films.append(
            anilist.add(Media(film, f"Film {number}", 1990, 500 + number, "MOVIE"))
        )
        world.series.append(
            anilist.add(Media(series, f"Series {number}", 2010, 600 + number))
        )
    world.data = {
        "client_id": "21453",
        "access_token": anilist.sign_in(),
        "user_id": str(anilist.alice.user_id),
        "score_format": "POINT_10",
    }
    async with anilist:
        with route_hosts(
            {"graphql.anilist.co": anilist.url, "anilist.co": anilist.url}
        ):
            yield world


def item(media: Media, *namespaces: str) -> Item:
    """Return a title as another service with such ids would know it."""
    ids = {"anilist": str(media.media_id), "mal": str(media.id_mal)}
    kind = MediaKind.MOVIE if media.format == "MOVIE" else MediaKind.SHOW
    wanted = namespaces or tuple(ids)
    return Item(kind, {name: ids[name] for name in wanted}, media.title, media.year)


operation = OperationOn(item)


def plan(*what: Item | Media) -> list[Operation]:
    """Return operations that put titles on the watchlist."""
    return [operation(each, Listed(NOW)) for each in what]


def rate(what: Item | Media, rating: float) -> Operation:
    """Return an operation that rates a title."""
    return operation(what, Rated(rating, NOW))


def unplan(record: Record | Media) -> Operation:
    """Return an operation that takes a title off the watchlist."""
    return _removal(record, Feature.WATCHLIST)


def unrate(record: Record | Media) -> Operation:
    """Return an operation that takes a title's rating."""
    return _removal(record, Feature.RATINGS)


def _removal(record: Record | Media, feature: Feature) -> Operation:
    """Return an operation that removes a record, or of a title what it has."""
    if isinstance(record, Media):
        native_id = str(record.media_id)
        subject: Item | Media = record
    else:
        native_id, subject = record.native_id, record.item
    return operation(
        subject, None, Action.REMOVE, feature=feature, native_ids=(native_id,)
    )
