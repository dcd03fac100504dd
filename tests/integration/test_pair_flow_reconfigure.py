"""Changing a pair."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.util import dt as dt_util

from . import add_pair, answer_pair, only_pair
from .test_pair_flow import defaults, options


async def begin_change(
    hass: HomeAssistant, source: ConfigEntry, pair: ConfigSubentry
) -> SubentryFlowResult:
    """Start to change a pair, and return its form."""
    result = await hass.config_entries.subentries.async_init(
        (source.entry_id, "pair"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": pair.subentry_id},
    )
    if result["type"] is FlowResultType.FORM:
        assert result["step_id"] == "reconfigure"
    return result


async def finish(
    hass: HomeAssistant, result: SubentryFlowResult, answers: dict[str, Any]
) -> None:
    """Submit a form of a pair that is to be accepted."""
    result = await answer_pair(hass, result, answers)
    assert result["type"] is FlowResultType.ABORT, result
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()


def section_keys(result: SubentryFlowResult) -> dict[str, list[str]]:
    """Return the fields of each section; all are collapsed."""
    schema = result["data_schema"]
    assert schema is not None
    found: dict[str, list[str]] = {}
    for marker, value in schema.schema.items():
        if isinstance(value, section):
            assert value.options == {"collapsed": True}
            found[str(marker)] = [str(key) for key in value.schema.schema]
    return found


@pytest.fixture
async def pair(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> ConfigSubentry:
    """Return a pair of the two trackers with all features."""
    return await add_pair(
        hass, tracker, other_tracker, features=["watchlist", "history", "ratings"]
    )


async def test_form(
    hass: HomeAssistant, tracker: ConfigEntry, pair: ConfigSubentry
) -> None:
    """Show what the pair does, and a section for each feature and the guards."""
    result = await begin_change(hass, tracker, pair)
    assert section_keys(result) == {
        "watchlist": ["add"],
        "history": ["add", "rewatches", "tolerance"],
        "ratings": ["add", "kinds", "since", "from_date"],
        "guards": ["shrink_guard"],
    }
    filled = defaults(result)
    # Only suggested, so that it can be emptied.
    filled["ratings"].setdefault("from_date", None)
    assert filled == {
        key: value for key, value in pair.data.items() if key != "enabled"
    }
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["features"] == "watchlist, history, ratings"
    assert placeholders["source"] == tracker.title


async def test_rewatches_need_plays_on_both_sides(
    hass: HomeAssistant, tracker: ConfigEntry, jellyfin_account: ConfigEntry
) -> None:
    """Refuse rewatches, and offer no kinds, that one of the accounts cannot hold."""
    pair = await add_pair(
        hass, tracker, jellyfin_account, features=["history", "ratings"]
    )
    result = await begin_change(hass, tracker, pair)
    wanted = {"add": False, "rewatches": True, "tolerance": 5}
    answer = {"target": jellyfin_account.entry_id, "history": wanted}
    result = await answer_pair(hass, result, answer)
    assert result["errors"] == {"base": "rewatches_not_supported"}
    await finish(
        hass,
        result,
        {
            "target": jellyfin_account.entry_id,
            "history": {"add": False, "rewatches": False, "tolerance": 5},
        },
    )
    assert only_pair(tracker).data["history"] == {
        "add": False,
        "rewatches": False,
        "tolerance": 5,
    }


async def test_change_everything(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    pair: ConfigSubentry,
) -> None:
    """Store every setting; a feature that was given up loses its section."""
    today = dt_util.now().date().isoformat()
    await finish(
        hass,
        await begin_change(hass, tracker, pair),
        {
            "target": other_tracker.entry_id,
            "mode": "one_way",
            "features": ["ratings", "history"],
            "dry_run": False,
            "interval": 5,
            "watchlist": {"add": False},
            "history": {"add": True, "rewatches": True, "tolerance": 120},
            "ratings": {
                "add": False,
                "kinds": ["episode", "movie"],
                "since": "from_date",
                "from_date": today,
            },
            "guards": {"shrink_guard": False},
        },
    )
    changed = only_pair(tracker)
    assert changed.subentry_id == pair.subentry_id
    assert changed.title == pair.title
    assert changed.unique_id == other_tracker.entry_id
    assert changed.data == {
        "target": other_tracker.entry_id,
        "mode": "one_way",
        "features": ["history", "ratings"],
        "dry_run": False,
        "interval": 5,
        "enabled": True,
        "history": {"add": True, "rewatches": True, "tolerance": 120},
        "ratings": {
            "add": False,
            "kinds": ["movie", "episode"],
            "since": "from_date",
            "from_date": today,
        },
        "guards": {"shrink_guard": False},
    }
    assert tracker.state is ConfigEntryState.LOADED


async def test_sections_left_alone_stay(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    pair: ConfigSubentry,
) -> None:
    """Keep the settings of sections that are not in the answer, and `enabled`."""
    hass.config_entries.async_update_subentry(
        tracker,
        pair,
        data={
            **pair.data,
            "enabled": False,
            "history": {"add": False, "rewatches": True, "tolerance": 9},
        },
    )
    await hass.async_block_till_done()
    result = await begin_change(hass, tracker, only_pair(tracker))
    await finish(
        hass, result, {"target": other_tracker.entry_id, "features": ["history"]}
    )
    changed = only_pair(tracker).data
    assert changed["enabled"] is False
    assert changed["history"] == {"add": False, "rewatches": True, "tolerance": 9}
    assert "ratings" not in changed
    assert "watchlist" not in changed


async def test_new_feature_starts_with_defaults(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Give a feature that is chosen now the settings of a new one."""
    pair = await add_pair(hass, tracker, other_tracker, features=["watchlist"])
    result = await begin_change(hass, tracker, pair)
    assert set(section_keys(result)) == {"watchlist", "guards"}
    await finish(
        hass,
        result,
        {"target": other_tracker.entry_id, "features": ["watchlist", "ratings"]},
    )
    result = await begin_change(hass, tracker, only_pair(tracker))
    assert set(section_keys(result)) == {"watchlist", "ratings", "guards"}
    assert only_pair(tracker).data["ratings"]["since"] == "all"


@pytest.mark.parametrize("since", ["all", "only_new"])
async def test_date_that_nothing_asks_for(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    pair: ConfigSubentry,
    since: str,
) -> None:
    """Drop a date where ratings are not picked by one."""
    await finish(
        hass,
        await begin_change(hass, tracker, pair),
        {
            "target": other_tracker.entry_id,
            "ratings": {"since": since, "from_date": "2024-01-01"},
        },
    )
    assert only_pair(tracker).data["ratings"]["since"] == since
    assert only_pair(tracker).data["ratings"]["from_date"] is None


async def test_date_can_be_emptied(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    pair: ConfigSubentry,
) -> None:
    """Tell a date that was emptied from one that was left alone."""
    target = {"target": other_tracker.entry_id}
    ratings = {"since": "from_date", "from_date": "2024-01-01"}
    result = await begin_change(hass, tracker, pair)
    await finish(hass, result, {**target, "ratings": ratings})
    result = await begin_change(hass, tracker, only_pair(tracker))
    result = await answer_pair(
        hass, result, {**target, "ratings": {"since": "from_date"}}
    )
    assert result["errors"] == {"base": "from_date_missing"}
    await finish(hass, result, target)
    assert only_pair(tracker).data["ratings"]["from_date"] == "2024-01-01"


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        pytest.param({"features": []}, {"features": "no_feature"}, id="no feature"),
        pytest.param(
            {"features": ["progress"]},
            {"features": "feature_not_supported"},
            id="of a later release",
        ),
        pytest.param(
            {"interval": 2}, {"interval": "interval_too_short"}, id="too often"
        ),
        pytest.param({"ratings": {"kinds": []}}, {"base": "no_kind"}, id="no kind"),
        pytest.param(
            {"ratings": {"since": "from_date"}},
            {"base": "from_date_missing"},
            id="no date",
        ),
        pytest.param(
            {
                "ratings": {
                    "since": "from_date",
                    "from_date": (
                        dt_util.utcnow().date() + timedelta(days=3)
                    ).isoformat(),
                }
            },
            {"base": "from_date_in_future"},
            id="date to come",
        ),
    ],
)
async def test_wrong_answers(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    pair: ConfigSubentry,
    wrong: dict[str, Any],
    errors: Mapping[str, str],
) -> None:
    """Say what is wrong, change nothing, and take the right answers afterwards."""
    before = dict(pair.data)
    right = {"target": other_tracker.entry_id, "features": ["ratings"]}
    result = await begin_change(hass, tracker, pair)
    result = await answer_pair(hass, result, {**right, **wrong})
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "reconfigure"
    assert result["errors"] == errors
    assert only_pair(tracker).data == before
    await finish(hass, result, {**right, "interval": 30})
    assert only_pair(tracker).data["interval"] == 30


async def test_feature_that_the_target_lacks(
    hass: HomeAssistant, tracker: ConfigEntry, pair: ConfigSubentry
) -> None:
    """Name the feature and the account that cannot take part in it."""
    result = await begin_change(hass, tracker, pair)
    result = await answer_pair(
        hass, result, {"target": pair.data["target"], "features": ["playlists"]}
    )
    assert result["errors"] == {"features": "feature_not_supported"}
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["feature"] == "playlists"
    assert placeholders["account"] == tracker.title


async def test_target_stays(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    pair: ConfigSubentry,
    jellyfin_account: ConfigEntry,
) -> None:
    """Refuse another target: the pair's state speaks of the old one."""
    before = dict(pair.data)
    result = await begin_change(hass, tracker, pair)
    assert options(result, "target") == [other_tracker.entry_id]
    result = await answer_pair(hass, result, {"target": jellyfin_account.entry_id})
    assert result["errors"] == {"target": "target_fixed"}
    assert only_pair(tracker).data == before
    await finish(hass, result, {"target": other_tracker.entry_id})


async def test_target_is_gone(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    pair: ConfigSubentry,
) -> None:
    """Explain that a pair whose target was removed cannot be mended."""
    await hass.config_entries.async_remove(other_tracker.entry_id)
    await hass.async_block_till_done()
    result = await begin_change(hass, tracker, pair)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "target_gone"


async def test_settings_of_another_release(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Fill in what is missing, and drop what this release does not know."""
    pair = ConfigSubentry(
        data=MappingProxyType(
            {
                "target": other_tracker.entry_id,
                "features": ["history", "progress"],
                "history": {"tolerance": 5, "remove": True},
                "conflicts": {"prefer": "newest"},
            }
        ),
        subentry_type="pair",
        title="Old",
        unique_id=other_tracker.entry_id,
    )
    hass.config_entries.async_add_subentry(tracker, pair)
    await hass.async_block_till_done()
    result = await begin_change(hass, tracker, pair)
    assert defaults(result)["history"] == {
        "add": True,
        "rewatches": False,
        "tolerance": 5,
    }
    await finish(hass, result, {"target": other_tracker.entry_id})
    assert only_pair(tracker).data == {
        "target": other_tracker.entry_id,
        "mode": "one_way",
        "features": ["history"],
        "dry_run": True,
        "interval": 720,
        "enabled": True,
        "history": {"add": True, "rewatches": False, "tolerance": 5},
        "guards": {"shrink_guard": True},
    }


async def test_change_while_the_source_is_not_loaded(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    pair: ConfigSubentry,
) -> None:
    """Let a pair be changed, for example slowed, while its account does not work."""
    await hass.config_entries.async_unload(tracker.entry_id)
    result = await begin_change(hass, tracker, pair)
    await finish(hass, result, {"target": other_tracker.entry_id, "interval": 0})
    assert only_pair(tracker).data["interval"] == 0
