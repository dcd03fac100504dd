"""A simulated AniList with an account that is signed in, for tests."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
import json
from pathlib import Path

import aiohttp

from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Rated,
    Record,
    Side,
    Value,
)
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    Outcome,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.providers.anilist import SPEC
from custom_components.crosswatch.providers.anilist.provider import AniListProvider
from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.spec import Connection
from tests.simulators.anilist import AniListSimulator, Behaviour, Media
from tests.simulators.routing import route_hosts

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

        provider = SPEC.load().create(
            Connection(
                data=self.data,
                session=self.session,
                limiters=self.limiters,
                save=save,
                folder=self.folder,
                options=dict(self.options),
            )
        )
        assert isinstance(provider, AniListProvider)
        return provider

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


def operation(
    what: Item | Media,
    value: Value | None = None,
    action: Action = Action.ADD,
    *,
    feature: Feature | None = None,
    native_ids: tuple[str, ...] = (),
) -> Operation:
    """Return an operation on AniList."""
    subject = what if isinstance(what, Item) else item(what)
    told = Feature.RATINGS if isinstance(value, Rated) else Feature.WATCHLIST
    return Operation(
        feature=feature or told,
        side=Side.TARGET,
        action=action,
        item=subject,
        reason=Reason.MISSING,
        keys=item_keys(subject),
        value=value,
        native_ids=native_ids,
    )


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


async def write(
    provider: AniListProvider, operations: Sequence[Operation]
) -> list[Outcome]:
    """Write and return the outcomes in the order of the operations."""
    outcomes = [
        outcome async for outcome in provider.write(operations[0].feature, operations)
    ]
    told = {id(outcome.operation): outcome for outcome in outcomes}
    assert len(told) == len(outcomes) == len(operations)
    return [told[id(each)] for each in operations]


def kinds(outcomes: Iterable[Outcome]) -> list[OutcomeKind]:
    """Return only what came of each operation."""
    return [outcome.kind for outcome in outcomes]
