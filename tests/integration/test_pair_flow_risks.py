"""Pairs that may do harm: each risk is explained before it is taken."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from copy import replace
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.providers.registry import PROVIDERS
from homeassistant.config_entries import ConfigEntry, ConfigSubentry, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from . import (
    add_pair,
    answer_pair,
    connect,
    created,
    only_pair,
    start_pair_flow,
    with_capabilities,
)
from .flow_texts import TEXTS
from .test_pair_flow import GUARDS, PLAIN, defaults, options
from .test_pair_flow_reconfigure import begin_change, finish, section_keys

MIRROR = {**PLAIN, "remove": True, "remove_mode": "mirror"}


@pytest.fixture
async def pair(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> ConfigSubentry:
    """Return a one-way pair of two features."""
    return await add_pair(
        hass, tracker, other_tracker, features=["watchlist", "ratings"]
    )


def told(result: SubentryFlowResult) -> str:
    """Return what a step says, with all that stands in it."""
    texts = TEXTS["config_subentries"]["pair"]["step"][result["step_id"]]
    text: str = texts["description"].format(**result["description_placeholders"] or {})
    return text


async def confirm(
    hass: HomeAssistant, result: SubentryFlowResult, step_id: str
) -> SubentryFlowResult:
    """Take the risk that a step explains."""
    assert result["type"] is FlowResultType.FORM, result
    assert result["step_id"] == step_id
    assert defaults(result) == {"confirm": False}
    result = await answer_pair(hass, result, {"confirm": True})
    await hass.async_block_till_done()
    return result


async def change(
    hass: HomeAssistant, source: ConfigEntry, answers: Mapping[str, Any]
) -> SubentryFlowResult:
    """Submit the form of an account's only pair."""
    pair = only_pair(source)
    result = await begin_change(hass, source, pair)
    return await answer_pair(hass, result, {"target": pair.data["target"], **answers})


async def test_new_two_way_pair(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Explain the risk of two-way after the form, and add the pair then."""
    result = await answer_pair(
        hass,
        await start_pair_flow(hass, tracker),
        {
            "target": other_tracker.entry_id,
            "mode": "two_way",
            "features": ["history", "watchlist"],
            "dry_run": False,
            "interval": 60,
        },
    )
    assert not tracker.subentries
    for named in (
        tracker.title,
        other_tracker.title,
        "the watchlist and the watch history",
    ):
        assert named in told(result)
    assert "Removing stays off until you switch it on" in told(result)
    result = await confirm(hass, result, "confirm_two_way")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert only_pair(tracker).data == {
        "target": other_tracker.entry_id,
        "mode": "two_way",
        "features": ["watchlist", "history"],
        "dry_run": False,
        "interval": 60,
        "enabled": True,
        "watchlist": PLAIN,
        "history": {**PLAIN, "rewatches": False, "tolerance": 60},
        "guards": GUARDS,
        "conflicts": {"prefer": "newest"},
    }
    assert only_pair(tracker).title == f"{tracker.title} → {other_tracker.title}"


async def test_risk_is_not_taken(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Add nothing until the risk is taken, and keep what was answered."""
    result = await answer_pair(
        hass,
        await start_pair_flow(hass, tracker),
        {"target": other_tracker.entry_id, "mode": "two_way", "interval": 30},
    )
    result = await answer_pair(hass, result, {"confirm": False})
    assert result["errors"] == {"confirm": "not_confirmed"}
    assert not tracker.subentries
    # A browser that opens the dialog again asks for the form once more.
    result = await hass.config_entries.subentries.async_configure(result["flow_id"])
    assert not result["errors"]
    result = await confirm(hass, result, "confirm_two_way")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert only_pair(tracker).data["interval"] == 30


async def test_removing(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    pair: ConfigSubentry,
) -> None:
    """Explain once what removing can do, and what holds it back."""
    removing = {"ratings": {**PLAIN, "remove": True}}
    result = await change(
        hass, tracker, {**removing, "guards": {"delete_limit": 3, "delete_percent": 7}}
    )
    assert only_pair(tracker).data["ratings"] == pair.data["ratings"]
    text = told(result)
    assert (
        f"whoever takes something off {tracker.title} takes it off"
        f" {other_tracker.title} with that; this goes for the ratings."
    ) in text
    assert "more than 3 records, and more than 7 % of" in text
    result = await confirm(hass, result, "confirm_remove")
    assert result["reason"] == "reconfigure_successful"
    assert only_pair(tracker).data["ratings"]["remove"] is True
    result = await change(hass, tracker, {**removing, "interval": 60})
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    result = await change(hass, tracker, {"ratings": PLAIN})
    assert result["reason"] == "reconfigure_successful"


async def test_one_step_for_several_risks(
    hass: HomeAssistant, tracker: ConfigEntry, pair: ConfigSubentry
) -> None:
    """Explain a mirror and removals that are chosen at once in one step."""
    removing = {**PLAIN, "remove": True}
    result = await change(hass, tracker, {"watchlist": MIRROR, "ratings": removing})
    text = told(result)
    assert f"nothing but what {tracker.title} has; this goes for the watchlist." in text
    assert "with that; this goes for the ratings." in text
    result = await confirm(hass, result, "confirm_mirror_and_remove")
    assert result["reason"] == "reconfigure_successful"
    assert only_pair(tracker).data["watchlist"] == MIRROR
    assert only_pair(tracker).data["ratings"]["remove"] is True


async def test_target_removed_while_asked(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Look at the answers again once the risk is taken: the target may be gone."""
    third = await connect(hass, "tracker", {"name": "Boat"})
    result = await answer_pair(
        hass,
        await start_pair_flow(hass, tracker),
        {"target": third.entry_id, "mode": "two_way"},
    )
    await hass.config_entries.async_remove(third.entry_id)
    result = await confirm(hass, result, "confirm_two_way")
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "user"
    assert result["errors"] == {"target": "target_gone"}
    # With another target it is another risk.
    result = await answer_pair(
        hass, result, {"target": other_tracker.entry_id, "mode": "two_way"}
    )
    assert other_tracker.title in told(result)
    result = await confirm(hass, result, "confirm_two_way")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert only_pair(tracker).data["target"] == other_tracker.entry_id


async def test_pair_becomes_two_way(
    hass: HomeAssistant, tracker: ConfigEntry, pair: ConfigSubentry
) -> None:
    """Explain the risk once: when the pair becomes two-way, not at later changes."""
    result = await change(hass, tracker, {"mode": "two_way"})
    assert only_pair(tracker).data["mode"] == "one_way"
    assert "the watchlist and the ratings" in told(result)
    result = await confirm(hass, result, "confirm_two_way")
    assert result["reason"] == "reconfigure_successful"
    changed = only_pair(tracker)
    assert changed.subentry_id == pair.subentry_id
    assert changed.data["mode"] == "two_way"
    assert changed.data["conflicts"] == {"prefer": "newest"}
    result = await change(hass, tracker, {"interval": 60})
    assert result["type"] is FlowResultType.ABORT
    assert only_pair(tracker).data["mode"] == "two_way"


async def test_removing_in_a_two_way_pair(
    hass: HomeAssistant, tracker: ConfigEntry, pair: ConfigSubentry
) -> None:
    """Explain that either account can lose something, when that is switched on."""
    result = await change(hass, tracker, {"mode": "two_way"})
    await confirm(hass, result, "confirm_two_way")
    result = await change(hass, tracker, {"watchlist": {**PLAIN, "remove": True}})
    assert "the other way round; this goes for the watchlist." in told(result)
    result = await confirm(hass, result, "confirm_remove_two_way")
    assert result["reason"] == "reconfigure_successful"
    assert only_pair(tracker).data["watchlist"]["remove"] is True
    result = await change(hass, tracker, {"mode": "one_way"})
    assert result["reason"] == "reconfigure_successful"


async def test_two_way_with_removing_on(
    hass: HomeAssistant, tracker: ConfigEntry, pair: ConfigSubentry
) -> None:
    """Say what else it means where removing is on already."""
    result = await change(hass, tracker, {"ratings": {**PLAIN, "remove": True}})
    await confirm(hass, result, "confirm_remove")
    result = await change(hass, tracker, {"mode": "two_way"})
    assert "Removing is switched on for the ratings." in told(result)
    result = await confirm(hass, result, "confirm_two_way_removing")
    assert result["reason"] == "reconfigure_successful"
    assert only_pair(tracker).data["ratings"]["remove"] is True


async def test_conflicts_belong_to_two_way(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    pair: ConfigSubentry,
) -> None:
    """Ask what to prefer in a two-way pair only, and drop it with two-way."""
    result = await begin_change(hass, tracker, pair)
    assert "conflicts" not in section_keys(result)
    await confirm(
        hass, await change(hass, tracker, {"mode": "two_way"}), "confirm_two_way"
    )
    result = await begin_change(hass, tracker, only_pair(tracker))
    assert section_keys(result)["conflicts"] == ["prefer"]
    target = {"target": other_tracker.entry_id}
    await finish(hass, result, {**target, "conflicts": {"prefer": "report"}})
    result = await begin_change(hass, tracker, only_pair(tracker))
    assert defaults(result)["conflicts"] == {"prefer": "report"}
    await finish(hass, result, {**target, "mode": "one_way"})
    assert "conflicts" not in only_pair(tracker).data


async def test_mirror(
    hass: HomeAssistant, tracker: ConfigEntry, pair: ConfigSubentry
) -> None:
    """Explain what a mirror removes, for the features that become one only."""
    result = await change(hass, tracker, {"ratings": MIRROR})
    assert only_pair(tracker).data["ratings"] == {**pair.data["ratings"]}
    assert "this goes for the ratings." in told(result)
    assert "also what never came from" in told(result)
    result = await confirm(hass, result, "confirm_mirror")
    assert result["reason"] == "reconfigure_successful"
    assert only_pair(tracker).data["ratings"]["remove_mode"] == "mirror"
    result = await change(hass, tracker, {"interval": 30})
    assert result["type"] is FlowResultType.ABORT
    await hass.async_block_till_done()
    result = await change(hass, tracker, {"watchlist": MIRROR})
    assert "this goes for the watchlist." in told(result)
    await confirm(hass, result, "confirm_mirror")
    assert only_pair(tracker).data["watchlist"] == MIRROR
    assert only_pair(tracker).data["ratings"]["remove_mode"] == "mirror"


async def test_mirror_that_removes_later(
    hass: HomeAssistant, tracker: ConfigEntry, pair: ConfigSubentry
) -> None:
    """Explain a mirror again when it begins to remove, but not when it stops."""
    for remove in (False, True):
        result = await change(
            hass, tracker, {"watchlist": {**MIRROR, "remove": remove}}
        )
        result = await confirm(hass, result, "confirm_mirror")
        assert result["reason"] == "reconfigure_successful"
        assert only_pair(tracker).data["watchlist"]["remove"] is remove
    result = await change(hass, tracker, {"watchlist": {**MIRROR, "remove": False}})
    assert result["type"] is FlowResultType.ABORT


async def test_other_risk_after_a_refusal(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    pair: ConfigSubentry,
) -> None:
    """Ask anew where the answers change after a risk was taken."""
    result = await change(hass, tracker, {"watchlist": MIRROR})
    without = with_capabilities(PROVIDERS["tracker"], {})
    with patch.dict(PROVIDERS, {"tracker": without}):
        result = await confirm(hass, result, "confirm_mirror")
        assert result["step_id"] == "reconfigure"
        assert result["errors"] == {"features": "feature_not_supported"}
    target = {"target": other_tracker.entry_id}
    result = await answer_pair(hass, result, {**target, "mode": "two_way"})
    result = await confirm(hass, result, "confirm_two_way")
    assert result["reason"] == "reconfigure_successful"
    assert only_pair(tracker).data["watchlist"] == PLAIN


async def test_mirror_in_two_way(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    pair: ConfigSubentry,
) -> None:
    """Refuse a mirror in a two-way pair, and take it one way."""
    mirrored = {"mode": "two_way", "ratings": {**MIRROR, "remove": False}}
    result = await change(hass, tracker, mirrored)
    assert result["errors"] == {"base": "mirror_in_two_way"}
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["feature"] == "the ratings"
    result = await answer_pair(
        hass,
        result,
        {**mirrored, "target": other_tracker.entry_id, "mode": "one_way"},
    )
    result = await confirm(hass, result, "confirm_mirror")
    assert result["reason"] == "reconfigure_successful"


def poorer(
    slug: str, feature: Feature, *, add: bool = True, remove: bool = True
) -> AbstractContextManager[object]:
    """Let a provider do less for a feature within the block."""
    spec = PROVIDERS[slug]
    support = replace(spec.load().capabilities[feature], add=add, remove=remove)
    capabilities = {**spec.load().capabilities, feature: support}
    return patch.dict(PROVIDERS, {slug: with_capabilities(spec, capabilities)})


async def test_feature_that_goes_one_way_only(
    hass: HomeAssistant, tracker: ConfigEntry, jellyfin_account: ConfigEntry
) -> None:
    """Refuse two-way where the source cannot be written, and name it."""
    answers = {
        "target": jellyfin_account.entry_id,
        "mode": "two_way",
        "features": ["history", "ratings"],
    }
    with poorer("tracker", Feature.RATINGS, add=False):
        result = await start_pair_flow(hass, tracker)
        result = await answer_pair(hass, result, answers)
        assert result["errors"] == {"features": "feature_one_way_only"}
        placeholders = result["description_placeholders"]
        assert placeholders is not None
        assert placeholders["feature"] == "the ratings"
        assert placeholders["account"] == tracker.title
        result = await answer_pair(hass, result, {**answers, "mode": "one_way"})
    await created(hass, result)


@pytest.mark.parametrize(
    ("mode", "slug", "refused"),
    [
        ("one_way", "tracker", False),
        ("one_way", "jellyfin", True),
        ("two_way", "tracker", True),
        ("two_way", "jellyfin", True),
    ],
)
async def test_removing_that_an_account_cannot_do(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    jellyfin_account: ConfigEntry,
    mode: str,
    slug: str,
    refused: bool,
) -> None:
    """Refuse removals where an account that is written cannot remove."""
    await add_pair(hass, tracker, jellyfin_account, features=["ratings"])
    with poorer(slug, Feature.RATINGS, remove=False):
        result = await change(
            hass, tracker, {"mode": mode, "ratings": {**PLAIN, "remove": True}}
        )
        assert (result.get("errors") == {"base": "remove_not_supported"}) is refused
        if refused:
            placeholders = result["description_placeholders"]
            assert placeholders is not None
            lacking = {"tracker": tracker, "jellyfin": jellyfin_account}[slug]
            assert placeholders["account"] == lacking.title
            assert placeholders["feature"] == "the ratings"


@pytest.mark.parametrize("first", ["one_way", "two_way"])
async def test_two_way_twice(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry, first: str
) -> None:
    """Refuse a pair back where one of the two goes both ways with a feature."""
    result = await answer_pair(
        hass,
        await start_pair_flow(hass, other_tracker),
        {"target": tracker.entry_id, "mode": first, "features": ["history"]},
    )
    if first == "two_way":
        result = await confirm(hass, result, "confirm_two_way")
    await created(hass, result)
    second = "two_way" if first == "one_way" else "one_way"
    answers = {"target": other_tracker.entry_id, "mode": second}
    result = await start_pair_flow(hass, tracker)
    assert options(result, "mode") == ["one_way", "two_way"]
    result = await answer_pair(
        hass, result, {**answers, "features": ["watchlist", "history"]}
    )
    assert result["errors"] == {"mode": "way_back"}
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["pair"] == only_pair(other_tracker).title
    result = await answer_pair(hass, result, {**answers, "features": ["watchlist"]})
    if second == "two_way":
        result = await confirm(hass, result, "confirm_two_way")
    await created(hass, result)
