"""The two simulated services of the demo, and what a sync has to make of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle
from math import floor

from ..simulators.catalogue import make_catalogue
from ..simulators.jellyfin import (
    Item,
    ItemType,
    JellyfinSimulator,
    Oddities,
    Seeded,
    User,
    Watched,
    seed,
    watch_some,
)
from ..simulators.jellyfin.times import EPOCH
from ..simulators.trakt import Account, Kind, Library, Title, TraktSimulator
from ..simulators.trakt.model import to_minute, to_seconds

TRAKT_HOSTS = ("api.trakt.tv", "auth.trakt.tv")
FILMS = 300
SHOWS = 40
USER = "alex"
PASSWORD = "popcorn"
OTHER_USER = "sam"
OTHER_PASSWORD = "crisps"
# When files that hold two episodes were watched.
DOUBLE_SEEN = timedelta(days=40)
RATINGS = (8, 6.5, 7, 9, 4, 10, 7.5, 5)


@dataclass(slots=True, eq=False, repr=False)
class Expected:
    """What Trakt has to hold after the sync, and how much of that is new.

    It is worked out from what was seeded, by titles and places instead of ids, and
    so knows nothing of how CrossWatch matches items. Plays are minutes by title.
    """

    plays: dict[Title, int] = field(default_factory=dict)
    watchlist: set[Title] = field(default_factory=set)
    ratings: dict[Title, int] = field(default_factory=dict)
    added: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    undated: int = 0
    without_ids: int = 0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class World:
    """Both services, and the person's accounts there."""

    jellyfin: JellyfinSimulator
    trakt: TraktSimulator
    user: User
    account: Account
    seeded: Seeded
    watched: Watched
    expected: Expected

    @property
    def hosts(self) -> Mapping[str, str]:
        """Return where the hosts of Trakt are simulated, once that has started."""
        return dict.fromkeys(TRAKT_HOSTS, self.trakt.url)

    async def start(self) -> None:
        """Let both services listen on free ports."""
        await self.jellyfin.start()
        await self.trakt.start()

    async def stop(self) -> None:
        """End both services."""
        await self.jellyfin.stop()
        await self.trakt.stop()

    def watch_another(self) -> Title:
        """Let the person watch one more film, and return what Trakt calls it."""
        for film in self.seeded.films:
            seen = next(seen_at_trakt(self.trakt.library, film))
            if seen.has_ids and seen.title not in self.expected.plays:
                if not self.user.of(film).played:
                    self.jellyfin.play(self.user, film)
                    return seen.title
        raise LookupError("Everything was seen")

    def forget(self, number: int) -> list[Title]:
        """Let the person unwatch some films that are at both services; return them."""
        titles: list[Title] = []
        for film in self.watched.films:
            seen = next(seen_at_trakt(self.trakt.library, film))
            if len(titles) < number and seen.title in self.expected.plays:
                titles.append(seen.title)
                del self.expected.plays[seen.title]
        for film in self.watched.films:
            # There may be two files of a film.
            if next(seen_at_trakt(self.trakt.library, film)).title in titles:
                self.jellyfin.unplay(self.user, film)
        return titles

    def approve_by_themselves(self) -> None:
        """Let another person approve every further code, as nobody else can."""
        other = self.trakt.accounts[OTHER_USER]
        self.trakt.approve_by_itself(account=other)
        self.jellyfin.auto_approve = self.jellyfin.state.user_named(OTHER_USER)


@dataclass(frozen=True, slots=True)
class Seen:
    """What Trakt calls something at Jellyfin, and whether an id leads there."""

    title: Title
    has_ids: bool


def make_world(films: int = FILMS, shows: int = SHOWS) -> World:
    """Return the two services, seeded, the same every time but for the dates."""
    catalogue = make_catalogue(films, shows)
    jellyfin, trakt = JellyfinSimulator(), TraktSimulator()
    trakt.seed(catalogue)
    trakt.oauth.interval = 1
    seeded = seed(jellyfin, catalogue, oddities=Oddities())
    user = jellyfin.add_user(USER, PASSWORD, admin=True)
    jellyfin.add_user(OTHER_USER, OTHER_PASSWORD)
    account = trakt.add_account(USER)
    trakt.add_account(OTHER_USER)
    watched = watch_some(jellyfin, user, seeded, favourites=0, rated=0, undated=2)
    for double in [item for item in seeded.episodes if item.index_end][:2]:
        jellyfin.play(user, double, jellyfin.clock() - DOUBLE_SEEN)
        watched.episodes.append(double)
    world = World(jellyfin, trakt, user, account, seeded, watched, Expected())
    seeding = _Seeding(world)
    seeding.history()
    seeding.watchlist()
    seeding.ratings()
    return world


def seen_at_trakt(library: Library, item: Item) -> Iterator[Seen]:
    """Return what a film, series or file is at Trakt; a file may be two episodes."""
    series = item.series
    wanted = {"title": series.name, "year": series.year}
    kind = Kind.MOVIE if item.type is ItemType.MOVIE else Kind.SHOW
    top = library.resolve(kind, wanted, ())
    if top is None:
        raise KeyError((kind, wanted))
    if item.type is not ItemType.EPISODE:
        yield Seen(top, bool(item.provider_ids))
        return
    assert item.parent_index is not None
    assert item.index is not None
    for number in range(item.index, (item.index_end or item.index) + 1):
        # The ids of a file are those of its first episode.
        own = item.provider_ids if number == item.index else {}
        yield Seen(
            library.episode(top, item.parent_index, number),
            bool(own or series.provider_ids),
        )


def as_trakt_rates(rating: float) -> int:
    """Return the nearest rating that Trakt can hold; halves go up."""
    return max(1, floor(rating + 0.5))


class _Seeding:
    """Fills both accounts: some is at both, some at either."""

    def __init__(self, world: World) -> None:
        """Sort out what was watched and what was not."""
        self._world = world
        self._expected = world.expected
        watched = {seen.title for item in self._played() for seen in self._seen(item)}
        self._films = self._of_titles(world.seeded.films, watched)
        self._series = [
            series
            for series in world.seeded.series
            if watched.isdisjoint(next(self._seen(series)).title.episodes())
        ]

    def history(self) -> None:
        """Let Trakt hold a third of the films and a quarter of the series already."""
        expected, account = self._expected, self._world.account
        there: dict[Title, datetime] = {}
        dates = self._dates()
        dated = [seen for seen, at in dates.items() if at is not None]
        films = [seen for seen in dated if seen.title.kind is Kind.MOVIE]
        episodes = [seen for seen in dated if seen.title.kind is Kind.EPISODE]
        shows = list(dict.fromkeys(seen.title.show for seen in episodes))[::4]
        for seen in (
            *films[::3],
            *(each for each in episodes if each.title.show in shows),
        ):
            at = dates[seen]
            if seen.has_ids and at is not None:
                there[seen.title] = at
        for item in self._films[20:45]:
            seen = next(self._seen(item))
            there[seen.title] = self._world.jellyfin.clock()
        for title, at in there.items():
            account.watch(title, at)
            expected.plays[title] = to_minute(to_seconds(at))
        for seen, at in dates.items():
            if seen.title in there:
                continue
            if at is None:
                expected.undated += 1
            elif not seen.has_ids:
                expected.without_ids += 1
            else:
                expected.plays[seen.title] = to_minute(to_seconds(at))
        expected.added["history"] = len(expected.plays) - len(there)
        expected.updated["history"] = 0

    def watchlist(self) -> None:
        """Make favourites of things to be seen, and of a few that were seen.

        What Trakt lists already was not watched: watching it takes it off the list.
        """
        unwatched = [*self._films[:16], *self._series[:6]]
        favourites = [*unwatched, *self._world.watched.films[5:8]]
        for item in favourites:
            self._world.jellyfin.favourite(self._world.user, item)
        there = [*unwatched[::3], *self._films[45:50], *self._series[6:9]]
        listed = {seen.title for seen in self._known(there)}
        for title in listed:
            self._world.account.put_on_watchlist(title)
        wanted = {seen.title for seen in self._known(favourites)}
        self._expected.watchlist = listed | wanted
        self._expected.added["watchlist"] = len(wanted - listed)
        self._expected.updated["watchlist"] = 0

    def ratings(self) -> None:
        """Rate alike, differently, and on either side only."""
        world, expected = self._world, self._expected
        films, episodes = world.watched.films, world.watched.episodes
        rated = [*films[10:40], *world.seeded.series[:8], *episodes[::60]]
        wanted: dict[Title, int] = {}
        for item, rating in zip(rated, cycle(RATINGS), strict=False):
            world.jellyfin.rate(world.user, item, rating)
            wanted |= dict.fromkeys(
                (seen.title for seen in self._known([item])), as_trakt_rates(rating)
            )
        there = dict(list(wanted.items())[:8])
        there |= {title: 11 - rating for title, rating in list(wanted.items())[8:14]}
        there |= {seen.title: 7 for seen in self._known(self._films[20:30])}
        for title, rating in there.items():
            world.account.rate(title, rating)
        expected.ratings = there | wanted
        expected.added["ratings"] = len(wanted.keys() - there.keys())
        expected.updated["ratings"] = sum(
            1 for title in wanted.keys() & there.keys() if wanted[title] != there[title]
        )

    def _seen(self, item: Item) -> Iterator[Seen]:
        return seen_at_trakt(self._world.trakt.library, item)

    def _played(self) -> Sequence[Item]:
        return [*self._world.watched.films, *self._world.watched.episodes]

    def _known(self, items: Iterable[Item]) -> list[Seen]:
        """Return what can be found at Trakt: the first of each file."""
        return [seen for item in items if (seen := next(self._seen(item))).has_ids]

    def _of_titles(self, films: Iterable[Item], but: set[Title]) -> list[Item]:
        """Return one film of each title, but for some titles."""
        by_title = {next(self._seen(film)).title: film for film in films}
        return [film for title, film in by_title.items() if title not in but]

    def _dates(self) -> Mapping[Seen, datetime | None]:
        """Return when everything was watched last; two files may hold the same."""
        dates: dict[Seen, datetime | None] = {}
        for item in self._played():
            at = self._world.user.of(item).last_played
            moment = None if at is None else EPOCH + timedelta(microseconds=at // 10)
            for seen in self._seen(item):
                known = dates.get(seen)
                dates[seen] = max(filter(None, (known, moment)), default=None)
        return dates
