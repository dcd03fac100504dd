"""Changing a pair."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

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
from .test_pair_flow import GUARDS, PLAIN, defaults

# All that can be answered in the sections of a pair of two trackers, and what is stored
# where the watchlist is given up; the date of the ratings comes in addition.
ANSWERED: Final[Mapping[str, dict[str, object]]] = {
    "watchlist": {"add": False},
    "history": {"add": True, "remove": True, "rewatches": True, "tolerance": 120},
    "ratings": {"add": False, "kinds": ["episode", "movie"], "since": "from_date"},
    "progress": {
        "min_seconds": 0,
        "delta_seconds": 10.0,
        "max_percent": 80,
        "replay": True,
    },
    "guards": {"delete_limit": 0, "delete_percent": 25, "shrink_guard": False},
}
STORED: Final[Mapping[str, dict[str, object]]] = {
    "history": {**PLAIN, "remove": True, "rewatches": True, "tolerance": 120},
    "ratings": {
        **PLAIN,
        "add": False,
        "kinds": ["movie", "episode"],
        "since": "from_date",
    },
    "progress": {
        **PLAIN,
        "min_seconds": 0,
        "delta_seconds": 10,
        "max_percent": 80,
        "replay": True,
    },
    "guards": {"delete_limit": 0, "delete_percent": 25, "shrink_guard": False},
}


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
    hass: HomeAssistant,
    result: SubentryFlowResult,
    answers: dict[str, Any],
    *,
    risk: str = "",
) -> None:
    """Submit a form of a pair that is to be accepted, and take the risk it brings."""
    result = await answer_pair(hass, result, answers)
    if risk:
        assert result["step_id"] == risk
        result = await answer_pair(hass, result, {"confirm": True})
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
        hass,
        tracker,
        other_tracker,
        features=["watchlist", "history", "ratings", "progress"],
    )


async def test_form(
    hass: HomeAssistant, tracker: ConfigEntry, pair: ConfigSubentry
) -> None:
    """Show what the pair does, and a section for each feature and the guards."""
    result = await begin_change(hass, tracker, pair)
    assert section_keys(result) == {
        "watchlist": [*PLAIN],
        "history": [*PLAIN, "rewatches", "tolerance"],
        "ratings": [*PLAIN, "kinds", "since", "from_date"],
        "progress": [*PLAIN, "min_seconds", "delta_seconds", "max_percent", "replay"],
        "guards": [*GUARDS],
    }
    filled = defaults(result)
    # Only suggested, so that it can be emptied.
    filled["ratings"].setdefault("from_date", None)
    assert filled == {
        key: value for key, value in pair.data.items() if key != "enabled"
    }
    target = hass.config_entries.async_get_known_entry(pair.data["target"])
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["summary"].startswith(
        "Every 12 hours, this pair copies the watchlist, the watch history, the ratings"
        f" and the playback positions from {tracker.title} to {target.title}, as a dry run:"
    )


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
        **PLAIN,
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
    today = {"from_date": dt_util.now().date().isoformat()}
    general = {
        "target": other_tracker.entry_id,
        "mode": "one_way",
        "dry_run": False,
        "interval": 5,
    }
    await finish(
        hass,
        await begin_change(hass, tracker, pair),
        {
            **general,
            "features": ["progress", "ratings", "history"],
            **ANSWERED,
            "ratings": ANSWERED["ratings"] | today,
        },
        risk="confirm_remove",
    )
    changed = only_pair(tracker)
    assert changed.subentry_id == pair.subentry_id
    assert changed.title == pair.title
    assert changed.unique_id == other_tracker.entry_id
    assert changed.data == {
        **general,
        "features": ["history", "ratings", "progress"],
        "enabled": True,
        **STORED,
        "ratings": STORED["ratings"] | today,
    }
    assert type(changed.data["progress"]["delta_seconds"]) is int
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
            "history": {
                **PLAIN,
                "add": False,
                "remove": True,
                "rewatches": True,
                "tolerance": 9,
            },
        },
    )
    await hass.async_block_till_done()
    result = await begin_change(hass, tracker, only_pair(tracker))
    await finish(
        hass, result, {"target": other_tracker.entry_id, "features": ["history"]}
    )
    changed = only_pair(tracker).data
    assert changed["enabled"] is False
    assert changed["history"] == {
        **PLAIN,
        "add": False,
        "remove": True,
        "rewatches": True,
        "tolerance": 9,
    }
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
                "features": ["history", "playlists"],
                "history": {"tolerance": 5, "later": True},
                "guards": {"shrink_guard": False},
                "playlists": {"add": True},
            }
        ),
        subentry_type="pair",
        title="Old",
        unique_id=other_tracker.entry_id,
    )
    hass.config_entries.async_add_subentry(tracker, pair)
    await hass.async_block_till_done()
    result = await begin_change(hass, tracker, pair)
    history = {**PLAIN, "rewatches": False, "tolerance": 5}
    assert defaults(result)["history"] == history
    await finish(hass, result, {"target": other_tracker.entry_id})
    assert only_pair(tracker).data == {
        "target": other_tracker.entry_id,
        "mode": "one_way",
        "features": ["history"],
        "dry_run": True,
        "interval": 720,
        "enabled": True,
        "history": history,
        "guards": {**GUARDS, "shrink_guard": False},
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
