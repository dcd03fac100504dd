"""Adding a pair."""

from collections.abc import Mapping
from typing import Any
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.crosswatch.const import DOMAIN, SUBENTRY_TYPE_PAIR
from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.providers.registry import PROVIDERS
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryDisabler,
    ConfigEntryState,
    SubentryFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, section
from tests.simulators.jellyfin import JellyfinSimulator

from . import (
    add_pair,
    answer_pair,
    connect,
    created,
    only_pair,
    start_pair_flow,
    with_capabilities,
)

# What every feature starts with, beside what is its own.
PLAIN = {"add": True, "remove": False, "remove_mode": "gone_from_source"}
GUARDS = {"delete_limit": 5, "delete_percent": 10, "shrink_guard": True}


def defaults(result: SubentryFlowResult) -> dict[str, Any]:
    """Return what a form is filled in with, sections included."""
    schema = result["data_schema"]
    assert schema is not None
    filled: dict[str, Any] = {}
    for marker, value in schema.schema.items():
        if isinstance(value, section):
            filled[str(marker)] = value.schema({})
        else:
            filled[str(marker)] = marker.default()
    return filled


def options(result: SubentryFlowResult, field: str) -> list[str]:
    """Return what a select of a form offers."""
    schema = result["data_schema"]
    assert schema is not None
    offered = schema.schema[field].config["options"]
    return [each if isinstance(each, str) else each["value"] for each in offered]


async def test_first_form(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Offer the other accounts, one way, in a dry run, every twelve hours."""
    result = await start_pair_flow(hass, tracker)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "user"
    assert list(defaults(result)) == [
        "target",
        "mode",
        "features",
        "dry_run",
        "interval",
    ]
    assert defaults(result) == {
        "target": other_tracker.entry_id,
        "mode": "one_way",
        "features": ["watchlist"],
        "dry_run": True,
        "interval": 720,
    }
    assert options(result, "target") == [other_tracker.entry_id]
    assert options(result, "mode") == ["one_way", "two_way"]
    assert options(result, "features") == [
        "watchlist",
        "history",
        "ratings",
        "progress",
    ]


async def test_new_pair(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Store the answers, with a section for each chosen feature."""
    result = await answer_pair(
        hass,
        await start_pair_flow(hass, tracker),
        {
            "target": other_tracker.entry_id,
            "mode": "one_way",
            "features": ["progress", "ratings", "history"],
            "dry_run": False,
            "interval": 60.0,
        },
    )
    await created(hass, result)
    pair = only_pair(tracker)
    assert pair.title == f"{tracker.title} → {other_tracker.title}"
    assert pair.unique_id == other_tracker.entry_id
    assert pair.data == {
        "target": other_tracker.entry_id,
        "mode": "one_way",
        "features": ["history", "ratings", "progress"],
        "dry_run": False,
        "interval": 60,
        "enabled": True,
        "history": {**PLAIN, "rewatches": False, "tolerance": 60},
        "ratings": {
            **PLAIN,
            "kinds": ["movie", "show", "season", "episode"],
            "since": "all",
            "from_date": None,
        },
        "progress": {
            **PLAIN,
            "min_seconds": 60,
            "delta_seconds": 30,
            "max_percent": 95,
            "replay": False,
        },
        "guards": GUARDS,
    }
    assert type(pair.data["interval"]) is int


async def test_only_defaults(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Add a pair by doing no more than submitting the form."""
    pair = await add_pair(hass, tracker, other_tracker)
    assert pair.data == {
        "target": other_tracker.entry_id,
        "mode": "one_way",
        "features": ["watchlist"],
        "dry_run": True,
        "interval": 720,
        "enabled": True,
        "watchlist": PLAIN,
        "guards": GUARDS,
    }


async def test_both_directions(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Allow a pair each way: they are two pairs."""
    there = await add_pair(hass, tracker, other_tracker)
    back = await add_pair(hass, other_tracker, tracker)
    assert there.data["target"] == other_tracker.entry_id
    assert back.data["target"] == tracker.entry_id


async def test_two_accounts_of_one_provider(
    hass: HomeAssistant, jellyfin: JellyfinSimulator, jellyfin_account: ConfigEntry
) -> None:
    """Sync between two servers of the same kind."""
    async with JellyfinSimulator(name="Cabin") as cabin:
        cabin.add_user("anna", "pw")
        other = await connect(
            hass,
            "jellyfin",
            {"url": cabin.url, "username": "anna", "password": "pw"},
        )
        pair = await add_pair(hass, jellyfin_account, other, features=["history"])
        assert pair.data["history"]["rewatches"] is False


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        pytest.param({"features": []}, {"features": "no_feature"}, id="no feature"),
        pytest.param(
            {"features": ["playlists", "history"]},
            {"features": "feature_not_supported"},
            id="of a later release",
        ),
        pytest.param(
            {"interval": 4}, {"interval": "interval_too_short"}, id="too often"
        ),
        pytest.param({"interval": 1}, {"interval": "interval_too_short"}, id="1"),
        pytest.param(
            {"features": [], "interval": 1},
            {"features": "no_feature", "interval": "interval_too_short"},
            id="two at once",
        ),
        pytest.param({"target": "gone"}, {"target": "target_gone"}, id="no account"),
    ],
)
async def test_wrong_answers(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    wrong: dict[str, Any],
    errors: Mapping[str, str],
) -> None:
    """Say what is wrong, and take the right answers afterwards."""
    right = {"target": other_tracker.entry_id, "features": ["history"]}
    result = await start_pair_flow(hass, tracker)
    result = await answer_pair(hass, result, {**right, **wrong})
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "user"
    assert result["errors"] == errors
    assert not tracker.subentries
    result = await answer_pair(hass, result, {**right, "interval": 0})
    await created(hass, result)
    assert only_pair(tracker).data["interval"] == 0


@pytest.mark.parametrize("lacking", [0, 1], ids=["source", "target"])
async def test_feature_of_one_account_only(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    jellyfin_account: ConfigEntry,
    lacking: int,
) -> None:
    """Name the feature, and which of the two accounts cannot take part in it."""
    accounts = [tracker, jellyfin_account]
    slug = accounts[lacking].data["provider"]
    capabilities = dict(PROVIDERS[slug].load().capabilities)
    del capabilities[Feature.RATINGS]
    poorer = with_capabilities(PROVIDERS[slug], capabilities)
    with patch.dict(PROVIDERS, {slug: poorer}):
        result = await start_pair_flow(hass, tracker)
        assert options(result, "features") == ["watchlist", "history", "progress"]
        result = await answer_pair(
            hass,
            result,
            {
                "target": jellyfin_account.entry_id,
                "features": ["history", "ratings"],
            },
        )
        assert result["errors"] == {"features": "feature_not_supported"}
        placeholders = result["description_placeholders"]
        assert placeholders is not None
        assert placeholders["feature"] == "the ratings"
        assert placeholders["account"] == accounts[lacking].title


async def test_same_account(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Refuse an account that would be synced with itself."""
    result = await start_pair_flow(hass, tracker)
    assert tracker.entry_id not in options(result, "target")
    result = await answer_pair(hass, result, {"target": tracker.entry_id})
    assert result["errors"] == {"target": "same_account"}
    result = await answer_pair(hass, result, {"target": other_tracker.entry_id})
    await created(hass, result)


async def test_account_of_another_integration(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Take nothing for a target that is no account of ours."""
    stranger = MockConfigEntry(domain="sun")
    stranger.add_to_hass(hass)
    result = await start_pair_flow(hass, tracker)
    result = await answer_pair(hass, result, {"target": stranger.entry_id})
    assert result["errors"] == {"target": "target_gone"}


async def test_same_pair_twice(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Refuse a second pair in the same direction, and offer other accounts first."""
    await add_pair(hass, tracker, other_tracker)
    result = await start_pair_flow(hass, tracker)
    result = await answer_pair(hass, result, {"target": other_tracker.entry_id})
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"target": "already_configured"}
    third = await connect(hass, "tracker", {"name": "Boat"})
    result = await start_pair_flow(hass, tracker)
    assert options(result, "target") == [third.entry_id, other_tracker.entry_id]
    assert defaults(result)["target"] == third.entry_id
    result = await answer_pair(hass, result, {"target": third.entry_id})
    await created(hass, result)
    assert len(tracker.subentries) == 2


async def test_target_removed_meanwhile(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Notice that the target was removed while the form was open."""
    third = await connect(hass, "tracker", {"name": "Boat"})
    result = await start_pair_flow(hass, tracker)
    await hass.config_entries.async_remove(third.entry_id)
    result = await answer_pair(hass, result, {"target": third.entry_id})
    assert result["errors"] == {"target": "target_gone"}
    assert options(result, "target") == [other_tracker.entry_id]
    result = await answer_pair(hass, result, {"target": other_tracker.entry_id})
    await created(hass, result)


@pytest.mark.parametrize("disabled", [False, True])
async def test_no_target(
    hass: HomeAssistant, tracker: ConfigEntry, disabled: bool
) -> None:
    """Explain that it takes two accounts; one that is turned off does not count."""
    if disabled:
        other = await connect(hass, "tracker", {"name": "Cabin"})
        await hass.config_entries.async_set_disabled_by(
            other.entry_id, ConfigEntryDisabler.USER
        )
    result = await start_pair_flow(hass, tracker)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "no_target"


async def test_account_of_a_newer_release(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Leave out an account at a provider that this release does not know."""
    MockConfigEntry(domain=DOMAIN, data={"provider": "to_come"}).add_to_hass(hass)
    result = await start_pair_flow(hass, tracker)
    assert options(result, "target") == [other_tracker.entry_id]


async def test_source_not_loaded(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Add no pair to an account that does not work."""
    await hass.config_entries.async_unload(tracker.entry_id)
    assert tracker.state is ConfigEntryState.NOT_LOADED
    result = await start_pair_flow(hass, tracker)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "entry_not_loaded"


async def test_account_that_fails_to_load_has_no_pair_flow(
    hass: HomeAssistant, tracker: ConfigEntry, jellyfin: JellyfinSimulator
) -> None:
    """Connect an account whose server goes away at once, without a second form."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": "user"}
    )
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"provider": "jellyfin"}
    )
    jellyfin.faults.fail(path=r"/Users/Me", times=100)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"],
        {"url": jellyfin.url, "username": "anna", "password": "correct horse"},
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].state is ConfigEntryState.SETUP_RETRY
    assert "next_flow" not in result
    assert hass.config_entries.subentries.async_progress() == []
    assert not result["result"].get_subentries_of_type(SUBENTRY_TYPE_PAIR)
