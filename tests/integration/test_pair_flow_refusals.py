"""Changes of a pair that are refused, or brought to what makes sense."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.util import dt as dt_util

from . import add_pair, answer_pair, only_pair
from .test_pair_flow import options
from .test_pair_flow_reconfigure import begin_change, finish


@pytest.fixture
async def pair(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> ConfigSubentry:
    """Return a pair of the two trackers."""
    return await add_pair(
        hass, tracker, other_tracker, features=["history", "ratings", "progress"]
    )


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        pytest.param({"features": []}, {"features": "no_feature"}, id="no feature"),
        pytest.param(
            {"features": ["playlists"]},
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


@pytest.mark.parametrize(
    ("section", "field", "answered", "stored"),
    [
        ("history", "tolerance", -1, 0),
        ("history", "tolerance", 86401, 86400),
        ("progress", "min_seconds", -5, 0),
        ("progress", "delta_seconds", -1, 0),
        ("progress", "max_percent", 140, 100),
        ("progress", "max_percent", 0, 0),
        ("guards", "delete_limit", -1, 0),
        ("guards", "delete_percent", 1000, 100),
    ],
)
async def test_numbers_out_of_range(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    pair: ConfigSubentry,
    section: str,
    field: str,
    answered: int,
    stored: int,
) -> None:
    """Bring numbers that make no sense into their range; zero is a number."""
    result = await begin_change(hass, tracker, pair)
    answers = {"target": other_tracker.entry_id, section: {field: answered}}
    await finish(hass, result, answers)
    assert only_pair(tracker).data[section] == {**pair.data[section], field: stored}


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "sideways"},
        {"interval": -1},
        {"interval": "soon"},
        {"history": {"remove_mode": "all"}},
        {"history": {"tolerance": "some"}},
        {"progress": {"max_percent": float("nan")}},
        {"conflicts": {"prefer": "source"}},
    ],
)
async def test_answers_that_no_form_gives(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    pair: ConfigSubentry,
    wrong: dict[str, Any],
) -> None:
    """Take nothing but what is offered, and go on with the form afterwards."""
    before = dict(pair.data)
    result = await begin_change(hass, tracker, pair)
    with pytest.raises(InvalidData):
        await answer_pair(hass, result, {"target": other_tracker.entry_id, **wrong})
    assert only_pair(tracker).data == before
    await finish(hass, result, {"target": other_tracker.entry_id})
