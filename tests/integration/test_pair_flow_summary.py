"""What forms of pairs say that a pair will do, and what the new pair then is."""

from collections.abc import Mapping
import json
from typing import Any

import pytest

from custom_components.crosswatch.pair_summary import summary
from custom_components.crosswatch.pair_texts import PairTexts, async_pair_texts
from homeassistant.config_entries import ConfigEntry, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from . import add_pair, answer_pair, only_pair, start_pair_flow
from .flow_texts import TEXTS, placeholders
from .test_pair_flow_reconfigure import begin_change, finish

SHORT = TEXTS["selector"]["pair_summary"]["options"]

# What stands in many summaries.
NOTHING = "It removes nothing."
DRY = "as a dry run: it only tells what it would do, and writes nothing"
BOTH = "what is new at either account is written to the other"


@pytest.fixture
async def texts(hass: HomeAssistant) -> PairTexts:
    """Return the texts as Home Assistant has them."""
    return await async_pair_texts(hass)


def settings(**changes: Any) -> dict[str, Any]:
    """Return the settings of a pair, with a section a feature given as its letters.

    A small `a` stands for adding, `r` for removing, and `m` for a mirror.
    """
    sections = changes.pop("sections", {"history": "a"})
    return {
        "mode": "one_way",
        "dry_run": False,
        "interval": 720,
        "features": list(sections),
        **{
            feature: {
                "add": "a" in letters,
                "remove": "r" in letters,
                "remove_mode": "mirror" if "m" in letters else "gone_from_source",
            }
            for feature, letters in sections.items()
        },
        **changes,
    }


def said(result: SubentryFlowResult) -> str:
    """Return the summary that a form shows."""
    shown = result["description_placeholders"]
    assert shown is not None
    return shown["summary"]


@pytest.mark.parametrize(
    ("changes", "does", "removes"),
    [
        pytest.param({}, "copies the watch history from A to B", NOTHING, id="one way"),
        pytest.param(
            {"dry_run": True},
            f"copies the watch history from A to B, {DRY}",
            NOTHING,
            id="one way dry",
        ),
        pytest.param(
            {"mode": "two_way"},
            f"brings the watch history of A and B into line: {BOTH}",
            NOTHING,
            id="two-way",
        ),
        pytest.param(
            {"mode": "two_way", "dry_run": True},
            "brings the watch history of A and B into line, as a dry run: it only tells"
            " what it would write to either account, and writes nothing",
            NOTHING,
            id="two-way dry",
        ),
        pytest.param(
            {"sections": {"history": "", "watchlist": ""}},
            "compares the watchlist and the watch history of A and B, and adds nothing",
            NOTHING,
            id="adding off",
        ),
        pytest.param(
            {"sections": {"ratings": ""}, "dry_run": True, "mode": "two_way"},
            f"compares the ratings of A and B, {DRY}",
            NOTHING,
            id="adding off dry",
        ),
        pytest.param(
            {"sections": {"watchlist": "a", "history": "", "progress": ""}},
            "copies the watchlist from A to B. Adding is switched off for the watch"
            " history and the playback positions",
            NOTHING,
            id="adding off for some",
        ),
        pytest.param(
            {"sections": {"watchlist": "ar", "history": "a", "ratings": "ar"}},
            "copies the watchlist, the watch history and the ratings from A to B",
            "What is gone from A is removed from B as well; this goes for the watchlist"
            " and the ratings.",
            id="removing",
        ),
        pytest.param(
            {"sections": {"history": "ar"}, "mode": "two_way"},
            f"brings the watch history of A and B into line: {BOTH}",
            "What is gone from either account is removed from the other as well; this"
            " goes for the watch history.",
            id="removing two-way",
        ),
        pytest.param(
            {"sections": {"watchlist": "arm", "ratings": "ar", "history": "am"}},
            "copies the watchlist, the watch history and the ratings from A to B",
            "What is gone from A is removed from B as well; this goes for the ratings."
            " Whatever A does not have is removed from B; this goes for the watchlist.",
            id="mirror, removing, and a mirror that does not remove",
        ),
        pytest.param(
            {"sections": {"watchlist": "rm"}},
            "compares the watchlist of A and B, and adds nothing",
            "Whatever A does not have is removed from B; this goes for the watchlist.",
            id="mirror that only removes",
        ),
    ],
)
async def test_what(
    texts: PairTexts, changes: dict[str, Any], does: str, removes: str
) -> None:
    """Say what a pair does, what it leaves, and what it removes."""
    expected = f"Every 12 hours, this pair {does}. {removes}"
    assert summary(texts, "A", "B", settings(**changes)) == expected


async def test_no_feature(texts: PairTexts) -> None:
    """Say so while nothing is chosen."""
    text = summary(texts, "A", "B", settings(sections={}))
    assert text == "Nothing is chosen to be synced."


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"interval": 0}, "Whenever you start it"),
        ({"interval": 720, "enabled": False}, "Whenever you start it"),
        ({"interval": 1}, "Every minute"),
        ({"interval": 5}, "Every 5 minutes"),
        ({"interval": 60}, "Every hour"),
        ({"interval": 90}, "Every 90 minutes"),
        ({"interval": 120}, "Every 2 hours"),
        ({"interval": 1440}, "Once a day"),
        ({"interval": 2160}, "Every 36 hours"),
        ({"interval": 43200, "enabled": True}, "Every 30 days"),
    ],
)
async def test_when(texts: PairTexts, changes: dict[str, Any], expected: str) -> None:
    """Say how often a pair runs, in the largest unit that fits."""
    text = summary(texts, "A", "B", settings(**changes))
    assert text.startswith(f"{expected}, this pair copies")


async def test_names_with_braces(texts: PairTexts) -> None:
    """Leave names of accounts as they are."""
    assert "from {A} to {when}" in summary(texts, "{A}", "{when}", settings())


async def test_another_language(hass: HomeAssistant) -> None:
    """Speak the language of Home Assistant, and English where a text is missing."""
    hass.config.language = "xx"
    assert (await async_pair_texts(hass))["every_hour"] == SHORT["every_hour"]


def test_texts_have_what_stands_in_them() -> None:
    """Use no placeholder that is not filled, and leave none of the facts out."""
    sides = {"source", "target"}
    whole = {"when", "features"} | sides
    expected: Mapping[str, set[str]] = {
        **dict.fromkeys(("one_way", "one_way_dry_run", "two_way"), whole),
        **dict.fromkeys(("two_way_dry_run", "compare", "compare_dry_run"), whole),
        **dict.fromkeys(("removes", "mirrors"), {"features"} | sides),
        **{key: {"features"} for key in ("removes_two_way", "adds_none")},
        **{f"every_{unit}s": {"count"} for unit in ("minute", "hour", "day")},
        "list": {"first", "last"},
    }
    for key, text in SHORT.items():
        assert placeholders(text) == expected.get(key, set()), key


async def test_first_form(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Say what the pair will do that a person only has to submit, and is then told."""
    result = await start_pair_flow(hass, tracker)
    expected = (
        f"Every 12 hours, this pair copies the watchlist from {tracker.title} to"
        f" {other_tracker.title}, as a dry run: it only tells what it would do, and"
        " writes nothing. It removes nothing."
    )
    assert said(result) == expected
    result = await answer_pair(hass, result, {"target": other_tracker.entry_id})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert said(result) == expected
    shown = result["description_placeholders"]
    assert shown is not None
    assert shown["page"] == "/config/integrations/integration/crosswatch"
    await hass.async_block_till_done()


async def test_form_that_is_shown_again(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Follow what was filled in, once it has to be mended."""
    answers = {
        "target": other_tracker.entry_id,
        "features": ["ratings", "history"],
        "dry_run": False,
        "interval": 3,
    }
    result = await start_pair_flow(hass, tracker)
    result = await answer_pair(hass, result, answers)
    assert result["errors"] == {"interval": "interval_too_short"}
    assert said(result) == (
        f"Every 3 minutes, this pair copies the watch history and the ratings from"
        f" {tracker.title} to {other_tracker.title}. It removes nothing."
    )
    result = await answer_pair(hass, result, {**answers, "features": []})
    assert said(result) == "Nothing is chosen to be synced."
    result = await answer_pair(hass, result, {**answers, "target": "gone"})
    assert said(result) == "The target is not there any more."
    result = await answer_pair(hass, result, {**answers, "interval": 0})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert said(result).startswith("Whenever you start it, this pair copies")
    await hass.async_block_till_done()


async def test_change(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Say what the pair does now, and what it would do after a change."""
    pair = await add_pair(hass, tracker, other_tracker, features=["history"])
    target = {"target": other_tracker.entry_id}
    result = await begin_change(hass, tracker, pair)
    assert said(result).startswith("Every 12 hours, this pair copies the watch history")
    removing = {**target, "dry_run": False, "history": {"remove": True}}
    result = await answer_pair(hass, result, {**removing, "interval": 1})
    assert result["errors"]
    assert said(result).startswith("Every minute, this pair copies the watch history")
    result = await answer_pair(hass, result, {**removing, "interval": 60})
    assert result["step_id"] == "confirm_remove"
    names = (tracker.title, other_tracker.title)
    after = (
        f"Every hour, this pair copies the watch history from {names[0]} to"
        f" {names[1]}. What is gone from {names[0]} is removed from {names[1]} as well;"
        " this goes for the watch history."
    )
    assert said(result) == after
    await finish(hass, result, {"confirm": True})
    result = await begin_change(hass, tracker, only_pair(tracker))
    assert said(result) == after
    mirror = {"remove": True, "remove_mode": "mirror"}
    result = await answer_pair(hass, result, {**target, "history": mirror})
    assert result["step_id"] == "confirm_mirror"
    assert f"Whatever {names[0]} does not have is removed" in said(result)


async def test_new_two_way_pair(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Say exactly what was chosen before asking whether that is wanted."""
    answers = {
        "target": other_tracker.entry_id,
        "mode": "two_way",
        "features": ["ratings"],
        "interval": 1440,
    }
    result = await start_pair_flow(hass, tracker)
    result = await answer_pair(hass, result, answers)
    assert said(result).startswith(
        f"Once a day, this pair brings the ratings of {tracker.title} and"
        f" {other_tracker.title} into line, as a dry run:"
    )
    told = said(result)
    result = await answer_pair(hass, result, {"confirm": True})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert said(result) == told
    await hass.async_block_till_done()


def test_all_steps_show_it() -> None:
    """Have the summary in the text of each step of a pair, and of its result."""
    texts = TEXTS["config_subentries"]["pair"]
    for name, step in texts["step"].items():
        assert "{summary}" in step["description"], name
    assert all("{summary}" in each for each in texts["create_entry"].values())
    assert "{summary}" not in json.dumps(texts["abort"])
