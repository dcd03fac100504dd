"""Forms of pairs show what both accounts can serve, for all pairs of providers."""

from copy import replace
from typing import Any, Final
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.engine.model import Feature, MediaKind
from custom_components.crosswatch.providers.registry import PROVIDERS
from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentryDataWithId,
    SubentryFlowResult,
)
from homeassistant.core import HomeAssistant

from . import answer_pair, only_pair, start_pair_flow
from .test_pair_flow import GUARDS, PLAIN, options
from .test_pair_flow_reconfigure import begin_change, finish, section_keys
from .test_pair_flow_risks import poorer

# What each service holds, as its own documentation has it.
FEATURES: Final = {
    "anilist": "watchlist ratings",
    "emby": "watchlist history ratings progress",
    "jellyfin": "watchlist history ratings progress",
    "kodi": "history ratings progress",
    "mdblist": "watchlist history ratings progress",
    "plex": "watchlist history ratings progress",
    "simkl": "watchlist history ratings progress",
    "tautulli": "history",
    "tmdb": "watchlist ratings",
    "tracker": "watchlist history ratings progress",
    "trakt": "watchlist history ratings progress",
}
RATED_KINDS: Final = {
    "anilist": "movie show season",
    "emby": "movie show season episode",
    "jellyfin": "movie show season episode",
    "kodi": "movie show episode",
    "mdblist": "movie show season episode",
    "plex": "movie show season episode",
    "simkl": "movie show",
    "tmdb": "movie show episode",
    "tracker": "movie show season episode",
    "trakt": "movie show season episode",
}
READ_ONLY: Final = {"tautulli"}
KEEPS_PLAYS: Final = {"mdblist", "plex", "tautulli", "tracker", "trakt"}
LIBRARIES: Final = {
    "emby": "watchlist history ratings progress",
    "jellyfin": "watchlist history ratings progress",
    "plex": "history ratings progress",
}

MODES: Final = ("one_way", "two_way")


def shared(source: str, target: str) -> list[str]:
    """Return the features that can be synced from one provider to another."""
    if target in READ_ONLY:
        return []
    taken = FEATURES[target].split()
    return [feature for feature in FEATURES[source].split() if feature in taken]


def offered_modes(source: str, *targets: str) -> list[str]:
    """Return the modes that a form offers for a provider and possible targets."""
    is_mutual = source not in READ_ONLY and READ_ONLY.isdisjoint(targets)
    return list(MODES) if is_mutual else list(MODES[:1])


def account(
    hass: HomeAssistant, slug: str, name: str, pair: dict[str, Any] | None = None
) -> MockConfigEntry:
    """Return an account that nothing is asked of, with a pair."""
    pairs = [
        ConfigSubentryDataWithId(
            data=data,
            subentry_id="pair",
            subentry_type="pair",
            title="Pair",
            unique_id=data["target"],
        )
        for data in ([pair] if pair else [])
    ]
    entry = MockConfigEntry(
        domain=DOMAIN,
        entry_id=name,
        title=f"{slug} ({name})",
        data={"provider": slug},
        subentries_data=pairs,
    )
    entry.add_to_hass(hass)
    return entry


def expected_fields(source: str, target: str, mode: str, feature: str) -> list[str]:
    """Return the fields of a section, in their order."""
    fields = ["add", "remove"]
    if mode == "one_way":
        fields.append("remove_mode")
    limited = [source, target] if mode == "two_way" else [source]
    if any(feature in LIBRARIES.get(slug, "") for slug in limited):
        fields.append("libraries")
    if feature == "history" and {source, target} <= KEEPS_PLAYS:
        fields += ["rewatches", "tolerance"]
    elif feature == "ratings":
        fields += ["kinds", "since", "from_date"]
    elif feature == "progress":
        fields += ["min_seconds", "delta_seconds", "max_percent", "replay"]
    return fields


def expected_sections(source: str, target: str, mode: str) -> dict[str, list[str]]:
    """Return the sections of a form with their fields, all in their order."""
    sections = {
        feature: expected_fields(source, target, mode, feature)
        for feature in shared(source, target)
    }
    sections["guards"] = list(GUARDS)
    if mode == "two_way":
        sections["conflicts"] = ["prefer"]
    return sections


def kinds_in(result: SubentryFlowResult) -> list[str]:
    """Return the kinds to choose from in the section of ratings."""
    schema = result["data_schema"]
    assert schema is not None
    kinds: list[str] = schema.schema["ratings"].schema.schema["kinds"].config["options"]
    return kinds


def rated_by_both(source: str, target: str) -> list[str]:
    """Return the kinds that two providers both rate."""
    kinds = RATED_KINDS[source].split()
    return [kind for kind in kinds if kind in RATED_KINDS[target].split()]


def test_every_provider_is_in_the_table() -> None:
    """Leave no provider out of these tests."""
    assert set(FEATURES) == set(PROVIDERS)


@pytest.mark.parametrize("source", FEATURES)
async def test_first_form(hass: HomeAssistant, source: str) -> None:
    """Offer for a new pair the targets there are, and what can be synced to them."""
    entry = account(hass, source, "source")
    entry.mock_state(hass, ConfigEntryState.LOADED)
    for slug in FEATURES:
        account(hass, slug, slug)
    targets = [slug for slug in FEATURES if shared(source, slug)]
    result = await start_pair_flow(hass, entry)
    assert options(result, "target") == targets
    assert options(result, "mode") == offered_modes(source)
    assert options(result, "features") == FEATURES[source].split()
    # There is nothing that could be unloaded.
    entry.mock_state(hass, ConfigEntryState.NOT_LOADED)


@pytest.mark.parametrize("source", FEATURES)
@pytest.mark.parametrize("mode", MODES)
async def test_sections(hass: HomeAssistant, source: str, mode: str) -> None:
    """Show in the sections of a pair what makes a difference between its accounts."""
    for target in FEATURES:
        features = shared(source, target)
        if not features or mode not in offered_modes(source, target):
            continue
        account(hass, target, f"{target}-target")
        data: dict[str, Any] = {
            "target": f"{target}-target",
            "mode": mode,
            "features": features,
            **{feature: {"libraries": ["1"]} for feature in features},
        }
        entry = account(hass, source, f"{target}-source", data)
        result = await begin_change(hass, entry, only_pair(entry))
        assert options(result, "features") == features, target
        assert options(result, "mode") == offered_modes(source, target), target
        assert section_keys(result) == expected_sections(source, target, mode), target
        if "ratings" in features:
            assert kinds_in(result) == rated_by_both(source, target), target


@pytest.mark.parametrize(
    ("mode", "lacking", "hidden"),
    [
        ("one_way", "target", ["remove", "remove_mode"]),
        ("one_way", "source", []),
        ("two_way", "target", ["remove", "remove_mode"]),
        ("two_way", "source", ["remove", "remove_mode"]),
    ],
)
async def test_account_that_cannot_remove(
    hass: HomeAssistant, mode: str, lacking: str, hidden: list[str]
) -> None:
    """Ask nothing about removals where an account that is written cannot remove."""
    slugs = {"source": "tracker", "target": "trakt"}
    account(hass, slugs["target"], "target")
    data = {"target": "target", "mode": mode, "features": ["watchlist", "progress"]}
    entry = account(hass, slugs["source"], "source", data)
    with poorer(slugs[lacking], Feature.PROGRESS, remove=False):
        result = await begin_change(hass, entry, only_pair(entry))
        shown = section_keys(result)
        assert {"remove", "remove_mode"}.isdisjoint(shown["progress"]) is bool(hidden)
        assert "remove" in shown["watchlist"]
        await finish(hass, result, {"target": "target", "interval": 60})
    stored = only_pair(entry).data["progress"]
    assert {key: stored[key] for key in PLAIN} == PLAIN


async def test_removing_that_is_on_can_be_switched_off(hass: HomeAssistant) -> None:
    """Show what an account cannot do any more as long as it is set."""
    account(hass, "trakt", "target")
    on = {"target": "target", "features": ["ratings"], "ratings": {"remove": True}}
    entry = account(hass, "tracker", "source", on)
    with poorer("trakt", Feature.RATINGS, remove=False):
        result = await begin_change(hass, entry, only_pair(entry))
        assert "remove" in section_keys(result)["ratings"]
        result = await answer_pair(hass, result, {"target": "target"})
        assert result["errors"] == {"base": "remove_not_supported"}
        await finish(hass, result, {"target": "target", "ratings": {"remove": False}})
    assert only_pair(entry).data["ratings"]["remove"] is False


async def test_rewatches_that_are_on_can_be_switched_off(hass: HomeAssistant) -> None:
    """Show plays that an account cannot keep as long as they are set."""
    account(hass, "jellyfin", "target")
    on = {"target": "target", "features": ["history"], "history": {"rewatches": True}}
    entry = account(hass, "trakt", "source", on)
    result = await begin_change(hass, entry, only_pair(entry))
    assert section_keys(result)["history"] == [*PLAIN, "rewatches", "tolerance"]
    off = {"target": "target", "history": {"rewatches": False, "tolerance": 9}}
    await finish(hass, result, off)
    result = await begin_change(hass, entry, only_pair(entry))
    assert section_keys(result)["history"] == [*PLAIN]
    await finish(hass, result, {"target": "target", "history": {"add": False}})
    # What is hidden keeps its value.
    assert only_pair(entry).data["history"] == {
        **PLAIN,
        "add": False,
        "rewatches": False,
        "tolerance": 9,
    }


async def test_only_kind(hass: HomeAssistant) -> None:
    """Ask for no kinds where there is one only."""
    account(hass, "simkl", "target")
    data = {"target": "target", "features": ["ratings"]}
    entry = account(hass, "tracker", "source", data)
    spec = PROVIDERS["simkl"]
    parts = spec.load()
    films = replace(
        parts.capabilities[Feature.RATINGS], kinds=frozenset({MediaKind.MOVIE})
    )
    fewer = replace(parts, capabilities={**parts.capabilities, Feature.RATINGS: films})
    with patch.dict(PROVIDERS, {"simkl": replace(spec, load=lambda: fewer)}):
        result = await begin_change(hass, entry, only_pair(entry))
        assert section_keys(result)["ratings"] == [*PLAIN, "since", "from_date"]
        await finish(hass, result, {"target": "target"})
    assert only_pair(entry).data["ratings"]["kinds"] == ["movie"]


async def test_two_way_pair_that_cannot_be_any_more(hass: HomeAssistant) -> None:
    """Show the mode that a pair has, and let it be changed."""
    account(hass, "trakt", "target")
    data = {"target": "target", "mode": "two_way", "features": ["history"]}
    entry = account(hass, "tautulli", "source", data)
    result = await begin_change(hass, entry, only_pair(entry))
    assert options(result, "mode") == ["one_way", "two_way"]
    result = await answer_pair(hass, result, {"target": "target"})
    assert result["errors"] == {"features": "feature_one_way_only"}
    await finish(hass, result, {"target": "target", "mode": "one_way"})
    result = await begin_change(hass, entry, only_pair(entry))
    assert options(result, "mode") == ["one_way"]
