"""The entities: what they show before, during and after runs."""

from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from custom_components import crosswatch
from custom_components.crosswatch import PLATFORMS
from custom_components.crosswatch.coordinator import PairState
from custom_components.crosswatch.engine.model import Feature, Side
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.report import (
    Counts,
    Failure,
    FeatureReport,
    Report,
    RunStatus,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    EVENT_STATE_CHANGED,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component

from .runs import (
    act,
    add_tracker,
    coordinator_of,
    entity_of,
    listed,
    pair_data,
    press,
    put,
    rated,
    set_up,
    settled,
    state_of,
    titles,
    watched,
)

STARTED = datetime(2026, 11, 22, 12, tzinfo=UTC)
FINISHED = datetime(2026, 11, 22, 12, 0, 3, 250_000, tzinfo=UTC)
COUNTS = ("added", "removed", "updated", "skipped", "unresolved", "errors")


def report(run_id: str, status: RunStatus, **features: FeatureReport) -> Report:
    """Return a report of the pair."""
    return Report(
        pair="Home → pair",
        pair_id="pair",
        run_id=run_id,
        status=status,
        dry_run=False,
        started=STARTED,
        finished=FINISHED,
        features={Feature(name): each for name, each in features.items()},
    )


@pytest.fixture
async def home(hass: HomeAssistant) -> MockConfigEntry:
    """Return an account that is not set up, with a pair."""
    data = pair_data("Cabin", features=["history", "watchlist", "ratings"])
    home = await add_tracker(hass, "Home", pairs={"pair": data})
    await add_tracker(hass, "Cabin")
    return home


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.freeze_time(STARTED)
@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_snapshot(
    hass: HomeAssistant,
    snapshot: SnapshotAssertion,
    home: MockConfigEntry,
    platform: Platform,
) -> None:
    """Show every entity after a run."""
    with patch("custom_components.crosswatch.PLATFORMS", [platform]):
        await set_up(hass, home)
    coordinator = coordinator_of(home, home.subentries["pair"])
    done = FeatureReport(counts=Counts(added=3, updated=1, skipped=2, unresolved=1))
    last = report("run-1", RunStatus.PARTIAL, history=done, ratings=FeatureReport())
    coordinator.async_set_updated_data(PairState(report=last, next_run=FINISHED))
    # A list that nobody has read yet is read first.
    await settled(hass)
    await snapshot_platform(hass, er.async_get(hass), snapshot, home.entry_id)


async def test_before_the_first_run(hass: HomeAssistant, home: MockConfigEntry) -> None:
    """Know nothing yet, and be no problem."""
    await set_up(hass, home)
    pair = home.subentries["pair"]
    assert state_of(hass, "sensor", pair, "status") == "idle"
    for key in (*COUNTS, "last_run"):
        assert state_of(hass, "sensor", pair, key) == STATE_UNKNOWN
    assert state_of(hass, "event", pair, "run") == STATE_UNKNOWN
    assert state_of(hass, "binary_sensor", pair, "problem") == STATE_OFF
    assert state_of(hass, "binary_sensor", home, "connected") == STATE_ON
    for key in ("watchlist", "history", "ratings"):
        assert state_of(hass, "sensor", home, key) == STATE_UNKNOWN


async def test_after_a_run(hass: HomeAssistant, home: MockConfigEntry) -> None:
    """Show what was done, feature by feature, and what the accounts hold."""
    await set_up(hass, home)
    await put(home, watched(1, 2, 3) | listed(4) | rated(film_1=8.0))
    pair = home.subentries["pair"]
    response = await act(hass, "sync")
    (run,) = response["runs"]
    state = hass.states.get(entity_of(hass, "sensor", pair, "added"))
    assert state is not None
    assert state.state == "5"
    expected = {"history": 3, "watchlist": 1, "ratings": 1, "dry_run": False}
    expected |= {"run_id": run["run_id"]}
    assert {key: state.attributes[key] for key in expected} == expected
    assert state_of(hass, "sensor", pair, "status") == "success"
    assert state_of(hass, "sensor", pair, "last_run") == run["finished"][:19] + "+00:00"
    assert state_of(hass, "sensor", home, "history") == "3"
    cabin = hass.config_entries.async_get_entry("entry-cabin")
    assert cabin is not None
    assert state_of(hass, "sensor", cabin, "watchlist") == "1"


async def test_dry_run_fills_the_counts(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """Say after a dry run what would have been done."""
    await set_up(hass, home)
    await put(home, watched(1, 2))
    pair = home.subentries["pair"]
    await press(hass, pair, "dry_run_now")
    await settled(hass)
    state = hass.states.get(entity_of(hass, "sensor", pair, "added"))
    assert state is not None
    assert state.state == "2"
    assert state.attributes["dry_run"] is True
    cabin = hass.config_entries.async_get_entry("entry-cabin")
    assert cabin is not None
    assert await titles(cabin, Feature.HISTORY) == set()


async def test_buttons(hass: HomeAssistant, home: MockConfigEntry) -> None:
    """Start a run by a button, and refuse a second one while it goes on."""
    await set_up(hass, home)
    await put(home, watched(1))
    pair = home.subentries["pair"]
    planned = state_of(hass, "sensor", pair, "next_run")
    assert planned != STATE_UNKNOWN
    await press(hass, pair, "sync")
    assert state_of(hass, "sensor", pair, "status") == "running"
    # It is set anew when the run has ended; meanwhile it would only flicker.
    assert state_of(hass, "sensor", pair, "next_run") == planned
    with pytest.raises(ServiceValidationError) as refused:
        await press(hass, pair, "dry_run_now")
    assert refused.value.translation_key == "already_running"
    await settled(hass)
    assert state_of(hass, "sensor", pair, "status") == "success"
    assert state_of(hass, "sensor", pair, "added") == "1"


def event_types(events: list[Event[Any]], entity_id: str) -> list[str]:
    """Return the types of what an event entity told, in order."""
    return [
        event.data["new_state"].attributes["event_type"]
        for event in events
        if event.data["entity_id"] == entity_id
    ]


@pytest.mark.parametrize("status", RunStatus)
async def test_event(
    hass: HomeAssistant, home: MockConfigEntry, status: RunStatus
) -> None:
    """Tell of each run once, with its counts."""
    await set_up(hass, home)
    pair = home.subentries["pair"]
    coordinator = coordinator_of(home, pair)
    entity_id = entity_of(hass, "event", pair, "run")
    ended = report("run-1", status, history=FeatureReport(counts=Counts(added=2)))
    coordinator.async_set_updated_data(PairState(report=ended))
    state = hass.states.get(entity_id)
    assert state is not None
    assert state.attributes["event_type"] == status
    expected = {"run_id": "run-1", "dry_run": False, **ended.counts.as_dict()}
    assert {key: state.attributes[key] for key in expected} == expected
    told_at = state.state
    coordinator.async_set_updated_data(PairState(report=ended, running=True))
    state = hass.states.get(entity_id)
    assert state is not None
    assert state.state == told_at


async def test_event_of_every_run(hass: HomeAssistant, home: MockConfigEntry) -> None:
    """Tell of real runs, and not again of the last one after a reload."""
    await set_up(hass, home)
    entity_id = entity_of(hass, "event", home.subentries["pair"], "run")
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    await act(hass, "sync")
    await act(hass, "dry_run")
    assert event_types(events, entity_id) == ["success", "success"]
    told = hass.states.get(entity_id)
    await hass.config_entries.async_reload(home.entry_id)
    again = hass.states.get(entity_id)
    assert told is not None
    assert again is not None
    assert told.state == again.state


@pytest.mark.parametrize(
    ("status", "counts", "problem"),
    [
        pytest.param(RunStatus.SUCCESS, Counts(added=1), STATE_OFF, id="success"),
        pytest.param(RunStatus.PARTIAL, Counts(unresolved=9), STATE_OFF, id="unknown"),
        pytest.param(RunStatus.PARTIAL, Counts(errors=1), STATE_ON, id="an error"),
        pytest.param(RunStatus.BLOCKED, Counts(blocked=5), STATE_ON, id="held back"),
        pytest.param(RunStatus.FAILED, Counts(errors=1), STATE_ON, id="failed"),
        pytest.param(RunStatus.CANCELLED, Counts(), STATE_OFF, id="cancelled"),
    ],
)
async def test_problem(
    hass: HomeAssistant,
    home: MockConfigEntry,
    status: RunStatus,
    counts: Counts,
    problem: str,
) -> None:
    """Be a problem only where a person may have to do something."""
    await set_up(hass, home)
    pair = home.subentries["pair"]
    ended = report("run-1", status, history=FeatureReport(counts=counts))
    coordinator_of(home, pair).async_set_updated_data(PairState(report=ended))
    assert state_of(hass, "binary_sensor", pair, "problem") == problem


async def test_problem_says_why(hass: HomeAssistant, home: MockConfigEntry) -> None:
    """Say each reason once."""
    await set_up(hass, home)
    pair = home.subentries["pair"]
    failed = FeatureReport(
        counts=Counts(errors=1),
        failure=Failure(
            side=Side.TARGET, reason=Reason.UNAVAILABLE, message="It is down"
        ),
    )
    ended = report("run-1", RunStatus.FAILED, history=failed, ratings=failed)
    coordinator_of(home, pair).async_set_updated_data(PairState(report=ended))
    state = hass.states.get(entity_of(hass, "binary_sensor", pair, "problem"))
    assert state is not None
    assert state.attributes["messages"] == ["It is down"]


async def test_unavailable_only_when_not_loaded(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """Be unavailable with the account, and keep the last result over that."""
    await set_up(hass, home)
    await act(hass, "sync")
    pair = home.subentries["pair"]
    await hass.config_entries.async_unload(home.entry_id)
    assert home.state is ConfigEntryState.NOT_LOADED
    for entry in er.async_entries_for_config_entry(er.async_get(hass), home.entry_id):
        if entry.disabled_by is None:
            state = hass.states.get(entry.entity_id)
            assert state is not None
            assert state.state == STATE_UNAVAILABLE
    await hass.config_entries.async_setup(home.entry_id)
    assert state_of(hass, "sensor", pair, "status") == "success"


async def test_update_starts_nothing(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """Take an update that a person asks for as no reason to run."""
    assert await async_setup_component(hass, "homeassistant", {})
    await set_up(hass, home)
    pair = home.subentries["pair"]
    for owner, key in ((pair, "status"), (home, "history")):
        await hass.services.async_call(
            "homeassistant",
            "update_entity",
            {"entity_id": entity_of(hass, "sensor", owner, key)},
            blocking=True,
        )
    await settled(hass)
    assert state_of(hass, "sensor", pair, "status") == "idle"


async def test_every_state_has_a_text(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """Name every entity, status and event in plain words."""
    await set_up(hass, home)
    texts = await async_get_translations(hass, "en", "entity", {"crosswatch"})
    prefix = "component.crosswatch.entity"
    for entry in er.async_entries_for_config_entry(er.async_get(hass), home.entry_id):
        key = f"{prefix}.{entry.domain}.{entry.translation_key}.name"
        assert key in texts, key
    for status in ("idle", "running", *RunStatus):
        assert f"{prefix}.sensor.status.state.{status}" in texts
    for status in RunStatus:
        attribute = f"{prefix}.event.run.state_attributes.event_type.state.{status}"
        assert attribute in texts


def test_every_entity_has_an_icon() -> None:
    """Give an icon to everything that has a name."""
    folder = Path(crosswatch.__path__[0])
    icons = json.loads((folder / "icons.json").read_text())["entity"]
    names = json.loads((folder / "translations" / "en.json").read_text())["entity"]
    assert {platform: set(keys) for platform, keys in icons.items()} == {
        platform: set(keys) for platform, keys in names.items()
    }
