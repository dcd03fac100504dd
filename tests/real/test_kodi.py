"""The provider against a real Kodi: what a person does there, and what is written."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import time
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Progress,
    Rated,
    Record,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import Operation, OutcomeKind, Reason
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.kodi import SPEC, library
from custom_components.crosswatch.providers.kodi.provider import KodiProvider
from custom_components.crosswatch.providers.sign_in import SignedIn, SignInError
from tests.providers.kodi_world import answers, context, provider_for
from tests.providers.operating import operation, written
from tests.simulators.catalogue import Episode, Film, Show

from .kodi import PASSWORD, USER, ZONE, RealKodi
from .kodi_library import CATALOGUE, COPIED, WITHOUT_IDS

pytestmark = pytest.mark.real("kodi")

HISTORY, RATINGS, PROGRESS = Feature.HISTORY, Feature.RATINGS, Feature.PROGRESS
APPLIED = (OutcomeKind.APPLIED, None)
THERE = (OutcomeKind.ALREADY_THERE, None)

# Summer and winter time, and the hour that comes twice: the first time, and the second.
SUMMER = datetime(2024, 7, 1, 20, 30, 5, tzinfo=UTC)
WINTER = datetime(2024, 1, 15, 3, 15, 59, tzinfo=UTC)
FIRST = datetime(2024, 11, 3, 5, 30, 1, tzinfo=UTC)
SECOND = datetime(2024, 11, 3, 6, 30, 2, tzinfo=UTC)

STATE = ("title", "file", "playcount", "lastplayed", "userrating", "resume")
UNTOUCHED = {
    "playcount": 0,
    "lastplayed": "",
    "userrating": 0,
    "resume": {"position": 0},
}


def local(moment: datetime) -> str:
    """Return a moment as the clock at the device shows it."""
    return moment.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%d %H:%M:%S")


def film_item(film: Film) -> Item:
    """Return a film as another account knows it."""
    return Item(MediaKind.MOVIE, film.ids, film.title, film.year)


def show_item(show: Show) -> Item:
    """Return a series as another account knows it."""
    return Item(MediaKind.SHOW, show.ids, show.title, show.year)


def episode_item(show: Show, episode: Episode) -> Item:
    """Return an episode as another account knows it."""
    return Item(
        MediaKind.EPISODE,
        episode.ids,
        episode.title,
        None,
        show_item(show),
        episode.season,
        episode.number,
    )


FILMS = [
    film for film in CATALOGUE.films if film is not WITHOUT_IDS and film is not COPIED
]
SHOW = CATALOGUE.shows[1]
EPISODES = [each for each in SHOW.episodes() if each.season == 1]
SHARED = [each for each in SHOW.episodes() if each.season == 2][:2]


@dataclass(slots=True, repr=False)
class World:
    """A real Kodi, and its account as the engine sees it."""

    kodi: RealKodi
    provider: KodiProvider

    def movie(self, film: Film) -> dict[str, Any]:
        """Return a film's row, of the first copy if there are two."""
        rows = self.kodi.rows("GetMovies", "movies", *STATE, "year")
        return next(
            row
            for row in rows
            if (row["title"], row["year"]) == (film.title, film.year)
        )

    def episode(self, show: Show, episode: Episode) -> dict[str, Any]:
        """Return an episode's row."""
        wanted = ("showtitle", "season", "episode")
        rows = self.kodi.rows("GetEpisodes", "episodes", *STATE, *wanted)
        place = (show.title, episode.season, episode.number)
        return next(row for row in rows if tuple(row[each] for each in wanted) == place)

    def set_movie(self, film: Film, **values: object) -> None:
        """Change a film as another remote control does."""
        number = self.movie(film)["movieid"]
        self.kodi.call("VideoLibrary.SetMovieDetails", movieid=number, **values)

    def set_episode(self, show: Show, episode: Episode, **values: object) -> None:
        """Change an episode as another remote control does."""
        number = self.episode(show, episode)["episodeid"]
        self.kodi.call("VideoLibrary.SetEpisodeDetails", episodeid=number, **values)

    async def read(self, feature: Feature) -> dict[str, Record]:
        """Return the records of a feature, by the labels of their items."""
        records = (await self.provider.read(feature, None)).records.values()
        return {record.item.label: record for record in records}

    async def write(
        self, feature: Feature, *operations: Operation
    ) -> list[tuple[OutcomeKind, Reason | None]]:
        """Write, and return what came of it."""
        outcomes = await written(self.provider, feature, operations)
        told = {id(one.operation): (one.kind, one.reason) for one in outcomes}
        return [told[id(one)] for one in operations]


def reset(kodi: RealKodi) -> None:
    """Let nothing have been done with anything."""
    for row in kodi.rows("GetMovies", "movies"):
        kodi.call("VideoLibrary.SetMovieDetails", movieid=row["movieid"], **UNTOUCHED)
    for row in kodi.rows("GetEpisodes", "episodes"):
        kodi.call(
            "VideoLibrary.SetEpisodeDetails", episodeid=row["episodeid"], **UNTOUCHED
        )
    for row in kodi.rows("GetTVShows", "tvshows"):
        kodi.call(
            "VideoLibrary.SetTVShowDetails", tvshowid=row["tvshowid"], userrating=0
        )


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a client session."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def world(kodi: RealKodi, session: aiohttp.ClientSession) -> World:
    """Return an untouched Kodi, and the account that is signed in there."""
    reset(kodi)
    limiters = Limiters()
    signed_in = (
        await SPEC.load_sign_in()
        .sign_in(context(session, limiters))
        .begin(answers(kodi.url, username=USER, password=PASSWORD))
    )
    assert isinstance(signed_in, SignedIn)
    return World(kodi, provider_for(signed_in.data, session, limiters))


# Some show the morning and some the evening, whenever this runs.
PLACES = [
    ("United States", "America/New_York"),
    ("Germany", "Europe/Berlin"),
    ("Japan", "Asia/Tokyo"),
    ("New Zealand", "Pacific/Auckland"),
]


@pytest.fixture
def somewhere(kodi: RealKodi) -> Iterator[Callable[[str, str, str], None]]:
    """Return what takes the device to a region and a zone; it is brought back."""

    def go(region: str, country: str, zone: str) -> None:
        """Change the settings of the device."""
        for name, value in (
            ("locale.country", region),
            ("locale.timezonecountry", country),
            ("locale.timezone", zone),
        ):
            kodi.call("Settings.SetSettingValue", setting=name, value=value)

    yield go
    go("USA (12h)", "United States", ZONE)


@pytest.mark.parametrize("region", ["USA (12h)", "Central Europe"])
@pytest.mark.parametrize(("country", "zone"), PLACES)
async def test_clocks(
    world: World,
    somewhere: Callable[[str, str, str], None],
    region: str,
    country: str,
    zone: str,
) -> None:
    """Dates are true in regions of twelve and of 24 hours, at any time of the day."""
    somewhere(region, country, zone)
    at = SUMMER.astimezone(ZoneInfo(zone))
    world.set_movie(FILMS[0], playcount=1, lastplayed=f"{at:%Y-%m-%d %H:%M:%S}")
    history = await world.read(HISTORY)
    assert [record.value for record in history.values()] == [Watched(SUMMER)]


async def test_sign_in(kodi: RealKodi, session: aiohttp.ClientSession) -> None:
    """The name and the password are those of its web server."""
    attempt = SPEC.load_sign_in().sign_in(context(session, Limiters()))
    right = answers(kodi.url, username=USER, password=PASSWORD)
    signed_in = await attempt.begin(right)
    assert isinstance(signed_in, SignedIn)
    assert signed_in.data["profile"] == "Master user"
    assert signed_in.info.version.partition(".")[0].isdecimal()
    for wrong in ({"password": "wrong"}, {"username": "", "password": ""}):
        with pytest.raises(SignInError, match="kodi_invalid_auth"):
            await attempt.begin({**right, **wrong})


async def test_reads_what_a_person_did(world: World) -> None:
    """Films and episodes come with ids, dates in true time, ratings and positions."""
    assert await world.read(HISTORY) == {}
    moments = [SUMMER, WINTER, FIRST]
    for film, at in zip(FILMS, moments, strict=False):
        world.set_movie(film, playcount=2, lastplayed=local(at), userrating=7)
    world.set_episode(SHOW, EPISODES[0], playcount=1, lastplayed=local(SUMMER))
    world.set_episode(SHOW, EPISODES[1], resume={"position": 600.5, "total": 2700})
    show_id = world.kodi.rows("GetTVShows", "tvshows", "title")
    (number,) = (row["tvshowid"] for row in show_id if row["title"] == SHOW.title)
    world.kodi.call("VideoLibrary.SetTVShowDetails", tvshowid=number, userrating=9)

    history = await world.read(HISTORY)
    wanted = dict(zip((film_item(film).label for film in FILMS), moments, strict=False))
    assert {
        label: record.value.at
        for label, record in history.items()
        if record.item.kind is MediaKind.MOVIE
    } == wanted
    assert history[film_item(FILMS[0]).label].item == film_item(FILMS[0])
    assert history[film_item(FILMS[0]).label].value == Watched(SUMMER, (), 2)
    episode = episode_item(SHOW, EPISODES[0])
    assert history[episode.label].item == episode
    ratings = await world.read(RATINGS)
    assert {each.item.label: each.value for each in ratings.values()} == {
        **dict.fromkeys(wanted, Rated(7.0)),
        show_item(SHOW).label: Rated(9.0),
    }
    (begun,) = (await world.read(PROGRESS)).values()
    assert isinstance(begun.value, Progress)
    assert (begun.value.position_ms, begun.value.duration_ms) == (600_000, 2_700_000)


@pytest.mark.parametrize("at", [SUMMER, WINTER, FIRST, SECOND])
async def test_writes_plays(world: World, at: datetime) -> None:
    """Plays are written with their dates, once, and taken back."""
    items = [film_item(FILMS[0]), episode_item(SHOW, EPISODES[2])]
    adds = [operation(item, Watched(at)) for item in items]
    assert await world.write(HISTORY, *adds) == [APPLIED, APPLIED]
    for row in (world.movie(FILMS[0]), world.episode(SHOW, EPISODES[2])):
        assert (row["playcount"], row["lastplayed"]) == (1, local(at))
    assert await world.write(HISTORY, *adds) == [THERE, THERE]
    history = await world.read(HISTORY)
    assert len(history) == 2
    if at is not SECOND:
        assert {record.value.at for record in history.values()} == {at}
    removals = [
        operation(record.item, None, before=record.value, native_ids=[record.native_id])
        for record in history.values()
    ]
    assert await world.write(HISTORY, *removals) == [APPLIED, APPLIED]
    assert await world.read(HISTORY) == {}
    assert world.movie(FILMS[0])["lastplayed"] == ""


async def test_writes_ratings(world: World) -> None:
    """Films, episodes and series are rated, and the ratings taken off."""
    items = [
        film_item(FILMS[0]),
        episode_item(SHOW, EPISODES[0]),
        show_item(SHOW),
    ]
    for given, held in ((7.5, 8.0), (0.3, 1.0), (10.0, 10.0)):
        before = {
            each.item.label: each.value for each in (await world.read(RATINGS)).values()
        }
        rate = [
            operation(
                item, Rated(given), feature=RATINGS, before=before.get(item.label)
            )
            for item in items
        ]
        assert await world.write(RATINGS, *rate) == [APPLIED] * 3
        values: Iterable[Value] = (
            each.value for each in (await world.read(RATINGS)).values()
        )
        assert list(values) == [Rated(held)] * 3
    remove = [
        operation(item, None, feature=RATINGS, before=Rated(10.0)) for item in items
    ]
    assert await world.write(RATINGS, *remove) == [APPLIED] * 3
    assert await world.read(RATINGS) == {}


async def test_writes_positions(world: World) -> None:
    """Positions are written in seconds, and put back to the start."""
    film, episode = film_item(FILMS[0]), episode_item(SHOW, EPISODES[0])
    begin = [
        operation(film, Progress(754_900, 7_000_000, None, SUMMER), feature=PROGRESS),
        operation(episode, Progress(None, None, 25.0), feature=PROGRESS),
    ]
    assert await world.write(PROGRESS, *begin) == [APPLIED, APPLIED]
    assert await world.write(PROGRESS, *begin) == [THERE, THERE]
    row = world.movie(FILMS[0])
    assert (row["playcount"], row["lastplayed"]) == (0, local(SUMMER))
    assert row["resume"] == {"position": 754.0, "total": FILMS[0].runtime * 60.0}
    records = await world.read(PROGRESS)
    assert records[film.label].value == Progress(
        754_000, FILMS[0].runtime * 60_000, None, SUMMER
    )
    seconds = EPISODES[0].runtime * 15
    assert isinstance(quarter := records[episode.label].value, Progress)
    assert quarter.position_ms == seconds * 1000
    clear = [
        operation(each.item, None, feature=PROGRESS, before=each.value)
        for each in records.values()
    ]
    assert await world.write(PROGRESS, *clear) == [APPLIED, APPLIED]
    assert await world.read(PROGRESS) == {}
    assert await world.read(HISTORY) == {}


async def test_watched_to_the_end_clears_the_position(world: World) -> None:
    """A play that is newer than a position ends the viewing it is of."""
    world.set_movie(
        FILMS[0], lastplayed=local(WINTER), resume={"position": 600, "total": 7000}
    )
    watch = operation(film_item(FILMS[0]), Watched(SUMMER))
    assert await world.write(HISTORY, watch) == [APPLIED]
    assert world.movie(FILMS[0])["resume"] == {"position": 0.0, "total": 0.0}


async def test_copies_and_shared_files(world: World) -> None:
    """All copies of a film are marked; of a file with two episodes both are."""
    watch = operation(film_item(COPIED), Watched(SUMMER))
    assert await world.write(HISTORY, watch) == [APPLIED]
    rows = world.kodi.rows("GetMovies", "movies", "title", "playcount")
    marked = [row["title"] for row in rows if row["playcount"]]
    assert marked == [COPIED.title] * 2
    first = operation(episode_item(SHOW, SHARED[0]), Watched(SUMMER))
    assert await world.write(HISTORY, first) == [APPLIED]
    records = [
        each
        for each in (await world.provider.read(HISTORY, None)).records.values()
        if each.item.kind is MediaKind.EPISODE
    ]
    assert [each.item.number for each in records] == [1, 2]
    removals = [
        operation(each.item, None, before=each.value, native_ids=[each.native_id])
        for each in records
    ]
    ambiguous = (OutcomeKind.UNRESOLVED, Reason.AMBIGUOUS)
    assert await world.write(HISTORY, removals[0]) == [ambiguous]
    assert await world.write(HISTORY, *removals) == [APPLIED, APPLIED]


async def test_numbers_do_not_last(world: World) -> None:
    """An entry that was looked up anew has another number, and the same name."""
    world.set_movie(FILMS[0], playcount=1, lastplayed=local(SUMMER), userrating=6)
    before = await world.provider.read(RATINGS, None)
    (record,) = before.records.values()
    old = world.movie(FILMS[0])["movieid"]
    world.kodi.call("VideoLibrary.RefreshMovie", movieid=old)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (
        world.kodi.answer("VideoLibrary.GetMovieDetails", movieid=old).get("result")
        or len(world.kodi.rows("GetMovies", "movies")) < len(CATALOGUE.films) + 1
    ):
        await asyncio.sleep(0.2)
    assert world.movie(FILMS[0])["movieid"] != old
    # Whether a rating outlives that depends on the release.
    kept = world.movie(FILMS[0])["userrating"]
    rate = operation(
        record.item,
        Rated(9.0),
        feature=RATINGS,
        before=Rated(float(kept)) if kept else None,
        native_ids=[record.native_id],
    )
    assert await world.write(RATINGS, rate) == [APPLIED]
    assert world.movie(FILMS[0])["userrating"] == 9
    assert (await world.provider.read(RATINGS, before)).records.keys() == {
        record.native_id
    }


async def test_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of the real lists make up the whole of them."""
    monkeypatch.setattr(library, "FACTS_PAGE", 7)
    monkeypatch.setattr(
        "custom_components.crosswatch.providers.kodi.probe.STATE_PAGE", 3
    )
    for film in FILMS[:10]:
        world.set_movie(film, playcount=1, lastplayed=local(SUMMER))
    history = await world.read(HISTORY)
    assert history.keys() == {film_item(film).label for film in FILMS[:10]}


async def test_markers(world: World) -> None:
    """They stay while nothing happens, and move with what does."""
    features = (HISTORY, RATINGS, PROGRESS)
    before = await world.provider.activity(features)
    assert await world.provider.activity(features) == before
    world.set_movie(FILMS[0], userrating=3)
    after = await world.provider.activity(features)
    assert [each for each in features if before[each] != after[each]] == [RATINGS]
    # A play that Kodi dates itself is of this very moment.
    world.set_movie(FILMS[1], playcount=1)
    await world.provider.activity(features)
    (record,) = (await world.read(HISTORY)).values()
    assert record.value.at is not None
    assert abs(datetime.now(UTC) - record.value.at) < timedelta(minutes=1)
