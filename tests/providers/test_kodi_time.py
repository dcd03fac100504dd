"""Local time without a zone: found out, and turned into moments and back."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta, timezone
import time
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import Feature, Watched
from custom_components.crosswatch.engine.plan import OutcomeKind
from custom_components.crosswatch.engine.provider import (
    ProtocolError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import JsonValue, Limiters
from custom_components.crosswatch.providers.kodi.clock import clocks
from custom_components.crosswatch.providers.kodi.host_time import (
    HostTime,
    MachineZone,
    Zones,
)

from .kodi_world import World, a_world, as_item
from .operating import operation

BERLIN = ZoneInfo("Europe/Berlin")
SUMMER = datetime(2026, 7, 1, 10, tzinfo=UTC)
WINTER = datetime(2026, 1, 1, 10, tzinfo=UTC)


@pytest.fixture
async def world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a device that is far away."""
    async with a_world(session, limiters, zone="Australia/Lord_Howe") as world:
        yield world


def clock_of(moment: datetime, offset: float) -> datetime:
    """Return what a clock shows that is so many hours ahead of UTC."""
    return moment.replace(tzinfo=None) + timedelta(hours=offset)


@pytest.mark.parametrize(
    ("now", "named", "offset", "expected"),
    [
        pytest.param(SUMMER, "Europe/Berlin", 2, BERLIN, id="it says it, and it fits"),
        pytest.param(WINTER, "Europe/Berlin", 1, BERLIN, id="in winter as well"),
        pytest.param(SUMMER, "Europe/Berlin", 2.08, BERLIN, id="a clock that is off"),
        pytest.param(
            SUMMER,
            "Europe/Berlin",
            5.5,
            timezone(timedelta(hours=5, minutes=30)),
            id="its clock says otherwise",
        ),
        pytest.param(
            SUMMER, "", -4, timezone(timedelta(hours=-4)), id="it says nothing"
        ),
        pytest.param(
            SUMMER, "Mars/Crater", 3, timezone(timedelta(hours=3)), id="unknown name"
        ),
        pytest.param(
            SUMMER,
            "../etc/passwd",
            3,
            timezone(timedelta(hours=3)),
            id="no name at all",
        ),
        pytest.param(SUMMER, "Europe/Berlin", None, BERLIN, id="no clock"),
        pytest.param(SUMMER, "Europe/Berlin", -490_000, BERLIN, id="never set clock"),
        pytest.param(
            SUMMER, "", 8, ZoneInfo("Australia/Perth"), id="that of this machine"
        ),
    ],
)
async def test_finding_the_zone(
    now: datetime,
    named: str,
    offset: float | None,
    expected: timezone | ZoneInfo,
) -> None:
    """The name counts as long as the clock does not contradict it."""
    zones = Zones(machine=ZoneInfo("Australia/Perth"))
    shown = [] if offset is None else [clock_of(now, offset)]
    assert (await zones.host_time(named, shown, now)).zone == expected


def labels(date: str, time: str, half: str) -> dict[str, JsonValue]:
    """Return the labels of a clock."""
    return {
        "System.Date(yyyy-mm-dd)": date,
        "System.Time(HH:mm:ss)": time,
        "System.Time(xx)": half,
    }


@pytest.mark.parametrize(
    ("time", "half", "expected"),
    [
        pytest.param("00:28:27", "", [0], id="midnight"),
        pytest.param("12:28:27", "", [12], id="noon"),
        pytest.param("18:28:27", "", [18], id="evening"),
        pytest.param("12:28:27", "AM", [0], id="midnight in half a day"),
        pytest.param("12:28:27", "PM", [12], id="noon in half a day"),
        pytest.param("06:28:27", "AM", [6], id="morning in half a day"),
        pytest.param("06:28:27", "PM", [18], id="evening in half a day"),
        pytest.param("11:28:27", "p. m.", [23], id="with dots"),
        pytest.param("18:28:27", "PM", [18], id="a word for nothing"),
        pytest.param("06:28:27", "午後", [6, 18], id="a word that nobody knows"),
        pytest.param("12:28:27", "午前", [0, 12], id="midnight or noon"),
        pytest.param("Busy", "Busy", [], id="not started"),
    ],
)
def test_clocks(time: str, half: str, expected: list[int]) -> None:
    """A clock of twelve hours shows the half of the day in a label of its own."""
    moments = [datetime(2026, 11, 23, hour, 28, 27) for hour in expected]
    assert list(clocks(labels("2026-11-23", time, half))) == moments


@pytest.mark.parametrize(
    ("named", "offsets", "expected"),
    [
        pytest.param("Europe/Berlin", (-10, 2), BERLIN, id="by its name"),
        pytest.param("", (-4, 8), ZoneInfo("Australia/Perth"), id="by this machine"),
        pytest.param("", (-17, -5), timezone(timedelta(hours=-5)), id="only one fits"),
    ],
)
async def test_half_a_day_apart(
    named: str, offsets: tuple[float, float], expected: timezone | ZoneInfo
) -> None:
    """Where morning and evening look alike, what is known of the device decides."""
    zones = Zones(machine=ZoneInfo("Australia/Perth"))
    pair = [clock_of(SUMMER, offset) for offset in offsets]
    assert (await zones.host_time(named, pair, SUMMER)).zone == expected


async def test_neither_morning_nor_evening() -> None:
    """Nobody guesses; where the device was a moment ago it still is."""
    zones = Zones(machine=ZoneInfo("Australia/Perth"))
    pair = [clock_of(SUMMER, -2), clock_of(SUMMER, 10)]
    with pytest.raises(ProviderUnavailableError, match="morning from evening"):
        await zones.host_time("", pair, SUMMER)
    before = (await zones.host_time("", pair[1:], SUMMER)).zone
    assert (await zones.host_time("", pair, SUMMER)).zone == before
    chosen = await Zones("Asia/Tokyo").host_time("", pair, SUMMER)
    assert chosen.zone == ZoneInfo("Asia/Tokyo")


async def test_a_device_that_tells_nothing() -> None:
    """Without a name and a clock, dates would be guesses."""
    with pytest.raises(ProtocolError, match="does not tell"):
        await Zones().host_time("", [], SUMMER)
    chosen = await Zones("Asia/Tokyo").host_time("", [], SUMMER)
    assert chosen.zone == ZoneInfo("Asia/Tokyo")


async def test_a_zone_that_nobody_knows() -> None:
    """A person who mistypes the zone is told so."""
    zones = Zones("Europe/Berlim")
    with pytest.raises(ProviderUnavailableError, match="Europe/Berlim"):
        await zones.host_time("Europe/Berlin", [clock_of(SUMMER, 2)], SUMMER)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01 12:00:00", datetime(2026, 1, 1, 11, tzinfo=UTC)),
        ("2026-07-01 12:00:00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        # Comes twice: the first is meant.
        ("2026-10-25 02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        # Does not come at all.
        ("2026-03-29 02:30:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 6, 30, 22, tzinfo=UTC)),
        ("", None),
        ("1601-01-01 00:00:00", None),
        ("yesterday", None),
        ("0001-01-01 00:00:00", None),
    ],
)
def test_moments(text: str, expected: datetime | None) -> None:
    """Dates follow the rules of their zone, not those of today."""
    assert HostTime(BERLIN).moment(text) == expected


@pytest.mark.parametrize("month", range(1, 13))
def test_there_and_back(month: int) -> None:
    """A date that was written is read as the same moment, in every month."""
    host = HostTime(BERLIN)
    at = datetime(2026, month, 15, 22, 11, 12, tzinfo=UTC)
    assert host.moment(host.text(at)) == at


@pytest.fixture
def in_new_york() -> Iterator[None]:
    """Let this machine be in New York for a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


def test_zone_of_this_machine(in_new_york: None) -> None:
    """It has its summer times."""
    host, zone = HostTime(MachineZone()), ZoneInfo("America/New_York")
    for day in range(0, 365, 3):
        at = datetime(2026, 1, 1, 4, 30, tzinfo=UTC) + timedelta(days=day)
        assert host.text(at) == HostTime(zone).text(at)
        assert host.moment(host.text(at)) == at
    assert (host.zone.tzname(None), host.zone.dst(None)) == ("local", None)
    assert repr(host.zone) == "local"
    assert host.zone.utcoffset(None) is not None


async def test_dates_of_a_device_far_away(world: World) -> None:
    """Plays of all seasons are read and written at their true moments."""
    movies = world.seeded.movies
    at = [datetime(2026, month, 3, 15, 45, 10, tzinfo=UTC) for month in range(1, 13)]
    for movie, moment in zip(movies, at, strict=False):
        world.server.play(movie, moment)
    values = [each.value for each in (await world.read(Feature.HISTORY)).values()]
    assert [each.at for each in values if isinstance(each, Watched)] == at
    operations = [
        operation(as_item(movie), Watched(moment))
        for movie, moment in zip(movies[12:], at, strict=False)
    ]
    came_of = await world.write(Feature.HISTORY, *operations)
    assert came_of == [(OutcomeKind.APPLIED, None)] * 12
    for movie, moment in zip(movies[12:], at, strict=False):
        assert movie.file.last_played == world.server.local(moment)


@pytest.mark.parametrize("known", ["by name", "by clock", "busy", "chosen"])
async def test_the_hour_that_comes_twice(world: World, known: str) -> None:
    """A date in it is written once, and stays what it was told to be."""
    world.server.zone = ZoneInfo("Europe/Berlin")
    options = {}
    if known == "by clock":
        world.server.zone = ZoneInfo("Etc/GMT-5")
        world.server.behaviour.reports_zone = False
    elif known == "busy":
        world.server.behaviour.busy_labels = 100
    elif known == "chosen":
        world.server.behaviour.reports_zone = False
        options = {"time_zone": "Europe/Berlin"}
    world.restart(options)
    movie = world.seeded.movies[0]
    second = datetime(2025, 10, 26, 1, 30, 5, 250, tzinfo=UTC)
    wanted = operation(as_item(movie), Watched(second))
    assert await world.write(Feature.HISTORY, wanted) == [(OutcomeKind.APPLIED, None)]
    assert movie.file.last_played == world.server.local(second)
    there = [(OutcomeKind.ALREADY_THERE, None)]
    assert await world.write(Feature.HISTORY, wanted) == there
    snapshot = await world.snapshot(Feature.HISTORY)
    [(key, record)] = snapshot.records.items()
    # As the run that wrote it remembers it.
    own = snapshot.updated([record.with_value(Watched(second, (), 1))])
    [again] = (await world.snapshot(Feature.HISTORY, own)).records.values()
    assert again.value == Watched(second, (), 1)
    remove = operation(as_item(movie), None, before=Watched(second), native_ids=[key])
    assert await world.write(Feature.HISTORY, remove) == [(OutcomeKind.APPLIED, None)]
