"""An account at AniList, with a mapping of all titles."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import replace
from datetime import UTC, datetime
import json
from pathlib import Path

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    Rated,
    Value,
)
from custom_components.crosswatch.providers.anilist import SPEC, client
from custom_components.crosswatch.providers.sign_in import Answers, DeviceCode, Question

from ...simulators.anilist import (
    CLIENT_ID,
    CLIENT_SECRET,
    AniListSimulator,
    Behaviour,
    Entry,
    Media,
    seed,
)
from ...simulators.base import Simulator
from ..stage import Held, Site, Stage
from ..titles import CATALOGUE, FILMS, SEASONS, SHOWS, name


class AniListStage:
    """The service, one user, and the person's own mapping of its entries."""

    keeps_dates = True
    shares_files = False

    def __init__(self, service: AniListSimulator, path: Path) -> None:
        """Take the service, and the place for the mapping."""
        self.service = service
        seeded = seed(service, CATALOGUE)
        self._path = path
        self._rows = seeded.rows
        self._write_rows()
        self._media = dict(zip(map(name, FILMS), seeded.films, strict=True))
        for item in (*SHOWS, *SEASONS):
            title = (item.show or item).title
            self._media[name(item)] = seeded.shows[title, item.season]
        self._names = {media: each for each, media in self._media.items()}
        first, second = SPEC.options
        self.spec = replace(SPEC, options=(replace(first, default=str(path)), second))

    @property
    def simulators(self) -> Sequence[Simulator]:
        """Return the service."""
        return (self.service,)

    @property
    def hosts(self) -> Mapping[str, str]:
        """Return the hosts of the API and of the website."""
        return {"graphql.anilist.co": self.service.url, "anilist.co": self.service.url}

    def answers(self, *, right: bool) -> Answers:
        """Return the person's API client, or one that nobody knows."""
        secret = CLIENT_SECRET if right else "0" * 40
        return {"client_id": CLIENT_ID, "client_secret": secret}

    def reply(self, question: Question) -> Answers:
        """Paste the PIN."""
        return {"pin": self.service.show_pin()}

    def enter(self, code: DeviceCode) -> None:
        """Refuse: there is no code."""
        raise AssertionError(code.url)

    def end_login(self) -> None:
        """Take the tokens back."""
        self.service.logins.tokens.clear()

    def small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let lists come in chunks."""
        self.service.behaviour.at_once = 3
        monkeypatch.setattr(client, "CHUNK", 3)

    def has_pages(self, feature: Feature) -> bool:
        """Return that lists come at once, as long as AniList gives all of them."""
        return False

    async def put(self, feature: Feature, item: Item, value: Value | None) -> None:
        """Let the user do something."""
        media, alice = self._media[name(item)], self.service.alice
        match value:
            case Listed():
                self.service.put(alice, media, "PLANNING", at=value.at)
            case Rated():
                score = round(value.rating)
                self.service.put(alice, media, score=score, at=value.at)
            case None if feature is Feature.WATCHLIST:
                self.service.delete(alice, media)
            case None:
                self.service.put(alice, media, score=0)
            case _:
                raise AssertionError(feature)

    async def put_without_ids(self, feature: Feature, item: Item, value: Value) -> None:
        """Let the user do something with a title that no mapping has."""
        media = self._media[name(item)]
        media.id_mal = None
        self._rows = [row for row in self._rows if row["anilist"] != media.media_id]
        self._write_rows()
        await self.put(feature, item, value)

    async def held(self, feature: Feature) -> Held:
        """Return what the account holds."""
        found: dict[str, Value] = {}
        for entry in self.service.alice.entries.values():
            if (value := _value(entry, feature)) is not None:
                found[self._name(entry.media)] = value
        return found

    def _name(self, media: Media) -> str:
        """Return what the suite calls a media."""
        return self._names[media]

    def _write_rows(self) -> None:
        """Write the mapping."""
        self._path.write_text(json.dumps(self._rows))


def _value(entry: Entry, feature: Feature) -> Value | None:
    """Return what an entry says of a feature."""
    if feature is Feature.WATCHLIST:
        return Listed(_at(entry.created_at)) if entry.status == "PLANNING" else None
    return Rated(entry.raw / 10, _at(entry.updated_at)) if entry.raw else None


def _at(seconds: int) -> datetime:
    """Return a moment."""
    return datetime.fromtimestamp(seconds, UTC)


@asynccontextmanager
async def anilist(site: Site) -> AsyncIterator[Stage]:
    """Start a service that minds no pace, as time flies."""
    async with AniListSimulator(behaviour=Behaviour(requests_a_minute=None)) as service:
        yield AniListStage(service, site.folder / "numbering.json")
