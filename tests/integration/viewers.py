"""Two services that know the same films, and the people who watch them there."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Play,
    Side,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    OutcomeKind,
    Reason,
)
from homeassistant.config_entries import ConfigEntry
from tests.simulators.catalogue import Film, make_catalogue
from tests.simulators.jellyfin import JellyfinSimulator, Oddities, Seeded, User, seed
from tests.simulators.jellyfin.times import EPOCH, MICROSECOND
from tests.simulators.trakt import TraktSimulator
from tests.simulators.trakt.account import Account
from tests.simulators.trakt.model import Title

WATCHED_AT = datetime(2025, 3, 1, 20, 30, tzinfo=UTC)


class Stage:
    """A Jellyfin server and a Trakt that know the same films, by their numbers."""

    def __init__(
        self,
        jellyfin: JellyfinSimulator,
        trakt: TraktSimulator,
        films: int,
        oddities: Oddities | None = None,
    ) -> None:
        """Fill both; nobody has watched anything."""
        catalogue = make_catalogue(films=films, shows=0)
        self.jellyfin = jellyfin
        self.trakt = trakt
        self.films: Sequence[Film] = catalogue.films
        self.seeded: Seeded = seed(jellyfin, catalogue, oddities=oddities)
        trakt.seed(catalogue)
        # The limiters of these tests let no time pass.
        trakt.behaviour.enforce_rate = False
        self.titles: Sequence[Title] = [
            trakt.library.movie(imdb=film.ids["imdb"]) for film in catalogue.films
        ]
        self.anna = JellyfinViewer(self, "anna")
        self.ben = JellyfinViewer(self, "ben")
        self.alice = TraktViewer(self, trakt.alice)

    def item(self, number: int) -> Item:
        """Return a film as the engine knows it."""
        film = self.films[number]
        return Item(MediaKind.MOVIE, film.ids, film.title, film.year)


class JellyfinViewer:
    """Somebody who uses the Jellyfin server, and knows films by their numbers."""

    def __init__(self, stage: Stage, name: str) -> None:
        """Find the user."""
        self._server = stage.jellyfin
        self._films = stage.seeded.films
        self.user: User
        (self.user,) = (
            user for user in stage.jellyfin.state.users.values() if user.name == name
        )

    def watch(self, *films: int, at: datetime = WATCHED_AT) -> None:
        """Watch films to their end."""
        for film in films:
            self._server.play(self.user, self._films[film], at)

    def unwatch(self, *films: int) -> None:
        """Mark films as not watched."""
        for film in films:
            self._server.unplay(self.user, self._films[film])

    def list(self, *films: int) -> None:
        """Put films among the favourites."""
        for film in films:
            self._server.favourite(self.user, self._films[film])

    def unlist(self, *films: int) -> None:
        """Take films from the favourites."""
        for film in films:
            self._server.favourite(self.user, self._films[film], on=False)

    def rate(self, film: int, rating: float | None) -> None:
        """Rate a film, or take the rating back."""
        self._server.rate(self.user, self._films[film], rating)

    @property
    def watched(self) -> set[int]:
        """Return what is watched, as the server keeps it."""
        return {n for n, item in enumerate(self._films) if self.user.of(item).played}

    def last_play(self, film: int) -> datetime | None:
        """Return when a film was last watched."""
        ticks = self.user.of(self._films[film]).last_played
        return None if ticks is None else EPOCH + ticks // 10 * MICROSECOND

    @property
    def listed(self) -> set[int]:
        """Return the favourites, as the server keeps them."""
        return {n for n, item in enumerate(self._films) if self.user.of(item).favourite}

    @property
    def ratings(self) -> dict[int, float]:
        """Return the ratings, as the server keeps them."""
        found = {n: self.user.of(item).rating for n, item in enumerate(self._films)}
        return {n: rating for n, rating in found.items() if rating is not None}


class TraktViewer:
    """Somebody who uses Trakt's web site, and knows films by their numbers."""

    def __init__(self, stage: Stage, account: Account) -> None:
        """Take the account."""
        self._titles = stage.titles
        self.account = account

    def watch(self, *films: int, at: datetime = WATCHED_AT) -> None:
        """Watch films to their end."""
        for film in films:
            self.account.watch(self._titles[film], at)

    def unwatch(self, *films: int) -> None:
        """Take all plays of films out of the history."""
        self.account.remove_plays(
            [
                play
                for film in films
                for play in self.account.history.of(self._titles[film])
            ]
        )

    def list(self, *films: int) -> None:
        """Put films on the watchlist."""
        for film in films:
            self.account.put_on_watchlist(self._titles[film])

    def unlist(self, *films: int) -> None:
        """Take films from the watchlist."""
        for film in films:
            self.account.take_off_watchlist(self._titles[film])

    def rate(self, film: int, rating: int) -> None:
        """Rate a film."""
        self.account.rate(self._titles[film], rating)

    def unrate(self, film: int) -> None:
        """Take a rating back."""
        self.account.unrate(self._titles[film])

    @property
    def watched(self) -> set[int]:
        """Return what is watched, as the service keeps it."""
        history = self.account.history
        return {n for n, title in enumerate(self._titles) if history.of(title)}

    @property
    def listed(self) -> set[int]:
        """Return the watchlist, as the service keeps it."""
        live = self.account.watchlist.live
        return {n for n, title in enumerate(self._titles) if title in live}

    @property
    def ratings(self) -> dict[int, float]:
        """Return the ratings, as the service keeps them."""
        live = self.account.ratings.live
        return {
            n: live[title].rating
            for n, title in enumerate(self._titles)
            if title in live
        }


class TrackerViewer:
    """Somebody who keeps films in the built-in tracker, and knows them by numbers."""

    def __init__(self, stage: Stage, entry: ConfigEntry) -> None:
        """Take the account."""
        self._stage = stage
        self._entry = entry

    async def watch(self, *films: int, at: datetime = WATCHED_AT) -> None:
        """Watch films to their end."""
        await self._put(Feature.HISTORY, films, Watched(at, (Play(at),)))

    async def list(self, *films: int) -> None:
        """Put films on the watchlist."""
        await self._put(Feature.WATCHLIST, films, Listed(WATCHED_AT))

    async def unlist(self, *films: int) -> None:
        """Take films from the watchlist."""
        held = await self._held(Feature.WATCHLIST)
        await self._write(
            self._operation(Feature.WATCHLIST, film, Action.REMOVE, before=held[film])
            for film in films
        )

    async def watched(self) -> set[int]:
        """Return what is watched."""
        return set(await self._held(Feature.HISTORY))

    async def listed(self) -> set[int]:
        """Return what is on the watchlist."""
        return set(await self._held(Feature.WATCHLIST))

    async def _held(self, feature: Feature) -> dict[int, Value]:
        """Return what the tracker says of films."""
        provider = self._entry.runtime_data.account.provider
        snapshot = await provider.read(feature, None)
        number_of = {film.ids["imdb"]: n for n, film in enumerate(self._stage.films)}
        return {
            number_of[record.item.ids["imdb"]]: record.value
            for record in snapshot.records.values()
        }

    async def _put(self, feature: Feature, films: Iterable[int], value: Value) -> None:
        """Say the same of some films."""
        await self._write(
            self._operation(feature, film, Action.ADD, value=value) for film in films
        )

    def _operation(
        self,
        feature: Feature,
        film: int,
        action: Action,
        *,
        value: Value | None = None,
        before: Value | None = None,
    ) -> Operation:
        """Return an operation on a film."""
        item = self._stage.item(film)
        return Operation(
            feature=feature,
            side=Side.TARGET,
            action=action,
            item=item,
            reason=Reason.MISSING,
            keys=item_keys(item),
            value=value,
            before=before,
        )

    async def _write(self, operations: Iterable[Operation]) -> None:
        """Let the provider of the tracker do it, as a person has no other way."""
        provider = self._entry.runtime_data.account.provider
        wanted = list(operations)
        if not wanted:
            return
        outcomes = [each async for each in provider.write(wanted[0].feature, wanted)]
        assert {each.kind for each in outcomes} == {OutcomeKind.APPLIED}
