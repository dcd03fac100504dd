"""What an account has watched as a calendar."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Play,
    Progress,
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
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from tests.simulators.trakt import TraktSimulator

from .runs import (
    WATCHED_AT,
    act,
    add_tracker,
    entity_of,
    film,
    pair_data,
    put,
    set_up,
    settled,
    watched,
)
from .two_way import sign_in_at_trakt

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
FARGO = Item(MediaKind.SHOW, {"tmdb": "60622"}, "Fargo", 2014)
EPISODE = Item(
    MediaKind.EPISODE,
    {"tvdb": "4765"},
    "The Rooster Prince",
    show=FARGO,
    season=1,
    number=2,
)


class Calendar:
    """The calendar of an account."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Take the account."""
        self.hass = hass
        self.entry = entry
        self.entity_id = entity_of(hass, "calendar", entry, "watched")

    async def events(
        self, start: datetime = WATCHED_AT - DAY, end: datetime = WATCHED_AT + DAY
    ) -> list[dict[str, Any]]:
        """Return what is on it."""
        await settled(self.hass)
        answer = await self.hass.services.async_call(
            "calendar",
            "get_events",
            {
                "entity_id": self.entity_id,
                "start_date_time": start,
                "end_date_time": end,
            },
            blocking=True,
            return_response=True,
        )
        shown: Any = answer
        events: list[dict[str, Any]] = shown[self.entity_id]["events"]
        return events

    async def put(self, item: Item, value: Value, feature: Feature) -> None:
        """Put something into the account, as its provider would for any run."""
        operation = Operation(
            feature=feature,
            side=Side.TARGET,
            action=Action.ADD,
            item=item,
            reason=Reason.MISSING,
            keys=item_keys(item),
            value=value,
        )
        provider = self.entry.runtime_data.account.provider
        (outcome,) = [each async for each in provider.write(feature, [operation])]
        assert outcome.kind is OutcomeKind.APPLIED

    async def watch(self, item: Item, *dates: datetime) -> None:
        """Note plays of an item, and have the account read."""
        value = Watched(max(dates, default=None), tuple(Play(at) for at in dates))
        await self.put(item, value, Feature.HISTORY)
        await self.update()

    async def begin(self, item: Item, minutes: int) -> None:
        """Note a position in an item of some length, and have a run read it."""
        length = minutes * 60_000
        value = Progress(position_ms=600_000, duration_ms=length, at=WATCHED_AT)
        await self.put(item, value, Feature.PROGRESS)
        await act(self.hass, "sync", features=["progress"])

    async def update(self) -> None:
        """Have the account read, as a person asks for it."""
        await self.hass.services.async_call(
            "homeassistant",
            "update_entity",
            {"entity_id": [self.entity_id]},
            blocking=True,
        )

    @property
    def state(self) -> State:
        """Return what is shown."""
        state = self.hass.states.get(self.entity_id)
        assert state is not None
        return state


@pytest.fixture
async def home(
    hass: HomeAssistant, entity_registry_enabled_by_default: None
) -> Calendar:
    """Return the calendar of a tracker, whose pair copies it to another one."""
    assert await async_setup_component(hass, "homeassistant", {})
    pairs = {"cabin": pair_data("Cabin", features=["history", "progress"])}
    home = await add_tracker(hass, "Home", pairs=pairs)
    await set_up(hass, home, await add_tracker(hass, "Cabin"))
    await settled(hass)
    return Calendar(hass, home)


def summaries(events: list[dict[str, Any]]) -> list[str]:
    """Return what was watched."""
    return [event["summary"] for event in events]


async def test_disabled_by_default(hass: HomeAssistant) -> None:
    """Nobody is made to read a history that nobody looks at."""
    home = await add_tracker(hass, "Home")
    await set_up(hass, home)
    entity = er.async_get(hass).async_get(entity_of(hass, "calendar", home, "watched"))
    assert entity is not None
    assert entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    await settled(hass)
    coordinator = home.runtime_data.coordinator
    await coordinator.async_refresh()
    assert coordinator.data.records == {}


async def test_a_new_account(home: Calendar) -> None:
    """The calendar of an account that nobody has read yet is read by itself."""
    assert await home.events() == []
    assert home.state.state == STATE_OFF
    await home.entry.runtime_data.coordinator.async_refresh()
    assert home.entry.runtime_data.coordinator.data.records[Feature.HISTORY] == 0


async def test_a_film(home: Calendar) -> None:
    """A film is an event of half an hour, from when it was watched."""
    await home.watch(film(1), WATCHED_AT)
    (event,) = await home.events()
    assert event == {
        "start": "2024-05-01T13:00:00-07:00",
        "end": "2024-05-01T13:30:00-07:00",
        "summary": "Film 1 (2000)",
        "description": "imdb: tt0001001",
    }


async def test_an_episode(home: Calendar) -> None:
    """An episode has its place and its title, and the ids of its show."""
    await home.watch(EPISODE, WATCHED_AT)
    (event,) = await home.events()
    assert event["summary"] == "Fargo S01E02: The Rooster Prince"
    assert event["description"] == (
        "season: 1\nepisode: 2\ntvdb: 4765\nshow_tmdb: 60622"
    )


@pytest.mark.parametrize(
    ("item", "summary"),
    [
        pytest.param(
            Item(MediaKind.EPISODE, {"tvdb": "1"}, "", show=FARGO, season=0, number=3),
            "Fargo S00E03",
            id="an episode without a title",
        ),
        pytest.param(
            Item(MediaKind.MOVIE, {"imdb": "tt0000001"}, "Arrival"),
            "Arrival",
            id="a film without a year",
        ),
        pytest.param(FARGO, "Fargo (2014)", id="a whole show"),
    ],
)
async def test_summary(home: Calendar, item: Item, summary: str) -> None:
    """Everything has the name that it is known by."""
    await home.watch(item, WATCHED_AT)
    assert summaries(await home.events()) == [summary]


async def test_every_play(home: Calendar) -> None:
    """All plays are shown, and those without a date are not."""
    await home.watch(film(1), WATCHED_AT, WATCHED_AT + 3 * MINUTE)
    await home.watch(film(2), WATCHED_AT + MINUTE)
    await home.watch(film(3))
    assert summaries(await home.events()) == [
        "Film 1 (2000)",
        "Film 2 (2000)",
        "Film 1 (2000)",
    ]
    later = await home.events(WATCHED_AT + 30 * MINUTE, WATCHED_AT + DAY)
    assert summaries(later) == ["Film 2 (2000)", "Film 1 (2000)"]


async def test_as_long_as_the_film(home: Calendar) -> None:
    """A film whose length the account knows takes that long."""
    await home.begin(film(1), minutes=150)
    await home.watch(film(1), WATCHED_AT)
    (event,) = await home.events()
    assert event["end"] == "2024-05-01T15:30:00-07:00"


async def test_runs_bring_it_up_to_date(hass: HomeAssistant, home: Calendar) -> None:
    """What a run has read and written is shown at both of its accounts."""
    await put(home.entry, watched(1))
    await act(hass, "sync")
    cabin = hass.config_entries.async_get_entry("entry-cabin")
    assert cabin is not None
    assert summaries(await Calendar(hass, cabin).events()) == ["Film 1 (2000)"]
    assert summaries(await home.events()) == ["Film 1 (2000)"]


async def test_read_by_the_hour(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, home: Calendar
) -> None:
    """An account that no run reads is read by itself."""
    await put(home.entry, watched(1))
    assert await home.events() == []
    freezer.tick(timedelta(hours=1, seconds=1))
    async_fire_time_changed(hass)
    assert summaries(await home.events()) == ["Film 1 (2000)"]


async def test_what_goes_on_now(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, home: Calendar
) -> None:
    """The calendar is on while something is watched, and shows what was begun last."""
    freezer.move_to(WATCHED_AT)
    await home.begin(film(2), minutes=150)
    await home.watch(film(1), WATCHED_AT - 5 * MINUTE)
    await home.watch(film(2), WATCHED_AT - 20 * MINUTE)
    await home.watch(film(3), WATCHED_AT - 30 * MINUTE)
    await home.watch(film(4), WATCHED_AT + 50 * MINUTE)
    shown = []
    for minutes in (25, 105):
        shown.append(home.state.attributes["message"])
        assert home.state.state == STATE_ON
        freezer.tick(minutes * MINUTE)
        async_fire_time_changed(hass)
        await settled(hass)
    assert shown == ["Film 1 (2000)", "Film 2 (2000)"]
    assert home.state.state == STATE_OFF
    assert "message" not in home.state.attributes


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        pytest.param(datetime(1895, 12, 28, tzinfo=UTC), True, id="before 1970"),
        pytest.param(datetime(2999, 1, 1, tzinfo=UTC), True, id="in the future"),
        pytest.param(datetime(1, 1, 1, tzinfo=UTC), False, id="no date at all"),
    ],
)
async def test_odd_dates(home: Calendar, at: datetime, shown: bool) -> None:
    """A play stands at its date, and one of no date in no calendar."""
    await home.watch(film(1), at)
    start = datetime(1, 1, 3, tzinfo=UTC)
    events = await home.events(start, datetime(9999, 1, 1, tzinfo=UTC))
    assert summaries(events) == (["Film 1 (2000)"] if shown else [])
    assert home.state.state == STATE_OFF


async def test_summer_time(home: Calendar) -> None:
    """An event over the change to summer time is no longer for it."""
    await home.hass.config.async_set_time_zone("Europe/Berlin")
    await home.watch(film(1), datetime(2024, 3, 31, 0, 45, tzinfo=UTC))
    (event,) = await home.events(WATCHED_AT - 60 * DAY)
    assert event["start"] == "2024-03-31T01:45:00+01:00"
    assert event["end"] == "2024-03-31T03:15:00+02:00"


async def test_over_http(home: Calendar, hass_client: ClientSessionGenerator) -> None:
    """The calendar's own page gets the events of a month."""
    await home.watch(film(1), WATCHED_AT)
    client = await hass_client()
    response = await client.get(
        f"/api/calendars/{home.entity_id}",
        params={"start": "2024-05-01T00:00:00Z", "end": "2024-06-01T00:00:00Z"},
    )
    assert response.status == HTTPStatus.OK
    (event,) = await response.json()
    assert event["summary"] == "Film 1 (2000)"
    assert event["uid"].endswith("@2024-05-01T20:00:00+00:00")


async def test_whoever_looks_is_told(
    home: Calendar, hass_ws_client: WebSocketGenerator
) -> None:
    """A calendar that is open shows at once what a run has found."""
    client = await hass_ws_client()
    subscription = {
        "type": "calendar/event/subscribe",
        "entity_id": home.entity_id,
        "start": (WATCHED_AT - DAY).isoformat(),
        "end": (WATCHED_AT + DAY).isoformat(),
    }
    await client.send_json_auto_id(subscription)
    assert (await client.receive_json())["success"]
    first: Mapping[str, Any] = await client.receive_json()
    assert first["event"]["events"] == []
    await home.watch(film(1), WATCHED_AT)
    told: Mapping[str, Any] = await client.receive_json()
    assert summaries(told["event"]["events"]) == ["Film 1 (2000)"]


async def test_loaded_again(hass: HomeAssistant, home: Calendar) -> None:
    """An account that is loaded again shows what was stored."""
    await home.watch(film(1), WATCHED_AT)
    await hass.config_entries.async_reload(home.entry.entry_id)
    assert summaries(await home.events()) == ["Film 1 (2000)"]


async def test_at_trakt(
    hass: HomeAssistant,
    trakt: TraktSimulator,
    entity_registry_enabled_by_default: None,
) -> None:
    """The plays of a tracker are shown, and stay so while it cannot be reached."""
    assert await async_setup_component(hass, "homeassistant", {})
    trakt.behaviour.enforce_rate = False
    show = trakt.library.add_show("Fargo", 2014, ids=FARGO.ids)
    season = trakt.library.add_season(show, 1)
    pilot = trakt.library.add_episode(season, 1, name="The Crocodile's Dilemma")
    for at in (WATCHED_AT, WATCHED_AT + 60 * MINUTE):
        trakt.alice.watch(pilot, at)
    alice = await sign_in_at_trakt(hass, trakt)
    calendar = Calendar(hass, alice)
    name = "Fargo S01E01: The Crocodile's Dilemma"
    assert summaries(await calendar.events()) == [name, name]
    trakt.alice.watch(pilot, WATCHED_AT + 120 * MINUTE)
    trakt.faults.fail(path="/sync/.*", status=503, times=1000)
    await calendar.update()
    assert trakt.faults.fired
    assert summaries(await calendar.events()) == [name, name]
    trakt.faults.clear()
    await calendar.update()
    assert summaries(await calendar.events()) == [name, name, name]
