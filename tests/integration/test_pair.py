"""The settings of a pair, as they are stored and as they are understood."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.crosswatch.engine.model import Feature, MediaKind
from custom_components.crosswatch.engine.policy import (
    FeaturePolicy,
    Mode,
    Policy,
    Prefer,
    ProgressPolicy,
    RemoveMode,
)
from custom_components.crosswatch.pair import (
    BrokenPairError,
    PairSettings,
    policy_from_data,
    settings_from_data,
)
from homeassistant.core import HomeAssistant

CREATED = datetime(2026, 11, 1, 9, tzinfo=UTC)
LEAST = {"target": "01TARGET", "features": ["history"]}
FULL = {
    "target": "01TARGET",
    "mode": "one_way",
    "features": ["history", "ratings", "progress"],
    "dry_run": False,
    "interval": 30,
    "enabled": False,
    "history": {
        "add": False,
        "remove": True,
        "remove_mode": "mirror",
        "libraries": ["films", "shows"],
        "rewatches": True,
        "tolerance": 90,
    },
    "ratings": {
        "add": True,
        "remove": False,
        "remove_mode": "gone_from_source",
        "kinds": ["movie", "show"],
        "since": "from_date",
        "from_date": "2026-01-02",
    },
    "progress": {
        "add": True,
        "remove": True,
        "min_seconds": 0,
        "delta_seconds": 10,
        "max_percent": 80,
        "replay": True,
    },
    "guards": {"delete_limit": 0, "delete_percent": 25, "shrink_guard": False},
}


def test_defaults() -> None:
    """Fill in what an old or small pair does not say."""
    assert settings_from_data(LEAST) == PairSettings(
        target="01TARGET",
        features=(Feature.HISTORY,),
        dry_run=True,
        interval=timedelta(hours=12),
        enabled=True,
    )
    assert policy_from_data(LEAST, CREATED) == Policy(
        mode=Mode.ONE_WAY,
        features={Feature.HISTORY: FeaturePolicy()},
        shrink_guard=True,
    )


async def test_everything(hass: HomeAssistant) -> None:
    """Understand every setting; a date starts where the person lives."""
    await hass.config.async_set_time_zone("America/New_York")
    settings = settings_from_data(FULL)
    assert settings.interval == timedelta(minutes=30)
    assert not settings.dry_run
    assert not settings.enabled
    assert policy_from_data(FULL, CREATED) == Policy(
        mode=Mode.ONE_WAY,
        features={
            Feature.HISTORY: FeaturePolicy(
                add=False,
                remove=True,
                remove_mode=RemoveMode.MIRROR,
                libraries=frozenset({"films", "shows"}),
                rewatches=True,
                tolerance=timedelta(seconds=90),
            ),
            Feature.RATINGS: FeaturePolicy(
                kinds=frozenset({MediaKind.MOVIE, MediaKind.SHOW}),
                since=datetime(2026, 1, 2, 5, tzinfo=UTC),
            ),
            Feature.PROGRESS: FeaturePolicy(
                remove=True,
                progress=ProgressPolicy(
                    min_position=timedelta(),
                    step=timedelta(seconds=10),
                    max_percent=80,
                    replay=True,
                ),
            ),
        },
        shrink_guard=False,
        delete_limit=0,
        delete_percent=25,
    )


@pytest.mark.parametrize("prefer", Prefer)
def test_two_way(prefer: Prefer) -> None:
    """Understand what a two-way pair prefers, and the default of that."""
    data = {**LEAST, "mode": "two_way"}
    assert policy_from_data(data, CREATED).mode is Mode.TWO_WAY
    assert policy_from_data(data, CREATED).prefer is Prefer.NEWEST
    chosen = {**data, "conflicts": {"prefer": prefer.value}}
    assert policy_from_data(chosen, CREATED).prefer is prefer


def test_mirror_that_is_given_up() -> None:
    """Take a two-way pair whose mirror is that of a feature it does not sync."""
    data = {**LEAST, "mode": "two_way", "ratings": {"remove_mode": "mirror"}}
    assert set(policy_from_data(data, CREATED).features) == {Feature.HISTORY}


@pytest.mark.parametrize(
    ("field", "stored", "understood"),
    [
        ("min_position", {"min_seconds": -5}, timedelta()),
        ("min_position", {"min_seconds": 1e12}, timedelta(days=1)),
        ("step", {"delta_seconds": -1}, timedelta()),
        ("step", {"delta_seconds": "12"}, timedelta(seconds=12)),
        ("max_percent", {"max_percent": 140}, 100),
        ("max_percent", {"max_percent": -1}, 0),
        ("max_percent", {"max_percent": float("inf")}, 100),
        ("max_percent", {"max_percent": 0}, 0),
    ],
)
def test_limits_of_progress(
    field: str, stored: dict[str, Any], understood: object
) -> None:
    """Bring numbers that make no sense into their range; zero is a number."""
    data = {**LEAST, "features": ["progress"], "progress": stored}
    policy = policy_from_data(data, CREATED).features[Feature.PROGRESS].progress
    assert getattr(policy, field) == understood


@pytest.mark.parametrize(
    ("stored", "limit", "percent"),
    [
        ({}, 5, 10),
        ({"delete_limit": -1, "delete_percent": -1}, 0, 0),
        ({"delete_limit": 1e9, "delete_percent": 101}, 1_000_000, 100),
        ({"delete_limit": 7.0, "delete_percent": 12.5}, 7, 12.5),
    ],
)
def test_limits_of_guards(stored: dict[str, Any], limit: int, percent: float) -> None:
    """Bring limits that make no sense into their range."""
    policy = policy_from_data({**LEAST, "guards": stored}, CREATED)
    assert (policy.delete_limit, policy.delete_percent) == (limit, percent)
    assert type(policy.delete_limit) is int


@pytest.mark.parametrize(("stored", "seconds"), [(-1, 0), (999999, 86400)])
def test_limits_of_tolerance(stored: int, seconds: int) -> None:
    """Bring a tolerance that makes no sense into its range."""
    data = {**LEAST, "history": {"tolerance": stored}}
    policy = policy_from_data(data, CREATED).features[Feature.HISTORY]
    assert policy.tolerance == timedelta(seconds=seconds)


def test_data_of_the_release_before() -> None:
    """Let a pair go on as before: one way, nothing removed, no library left out."""
    data = {
        "target": "01TARGET",
        "mode": "one_way",
        "features": ["watchlist", "history", "ratings"],
        "dry_run": False,
        "interval": 720,
        "enabled": True,
        "watchlist": {"add": True},
        "history": {"add": False, "rewatches": True, "tolerance": 90},
        "ratings": {"add": True, "kinds": ["movie"], "since": "all", "from_date": None},
        "guards": {"shrink_guard": False},
    }
    assert policy_from_data(data, CREATED) == Policy(
        features={
            Feature.WATCHLIST: FeaturePolicy(),
            Feature.HISTORY: FeaturePolicy(
                add=False, rewatches=True, tolerance=timedelta(seconds=90)
            ),
            Feature.RATINGS: FeaturePolicy(kinds=frozenset({MediaKind.MOVIE})),
        },
        shrink_guard=False,
    )


def test_only_new() -> None:
    """Leave out what was there before the pair."""
    data = {**LEAST, "features": ["ratings"], "ratings": {"since": "only_new"}}
    policy = policy_from_data(data, CREATED)
    assert policy.features[Feature.RATINGS].since == CREATED


def test_by_hand_only() -> None:
    """Have no interval."""
    assert settings_from_data({**LEAST, "interval": 0}).interval is None


def test_data_of_a_later_release() -> None:
    """Leave out what is not known."""
    data = {
        **LEAST,
        "features": ["playlists", "history"],
        "weather": {"prefer": "sun"},
        "history": {"add": True, "later": True},
        "playlists": "anything",
    }
    assert settings_from_data(data).features == (Feature.HISTORY,)
    assert policy_from_data(data, CREATED) == policy_from_data(LEAST, CREATED)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        pytest.param({"features": ["history"]}, "target", id="no target"),
        pytest.param({"target": "x"}, "features", id="no features"),
        pytest.param({**LEAST, "features": []}, "feature", id="none chosen"),
        pytest.param({**LEAST, "features": ["x"]}, "feature", id="none known"),
        pytest.param({**LEAST, "mode": "sideways"}, "mode", id="mode"),
        pytest.param({**LEAST, "interval": "soon"}, "interval", id="interval"),
        pytest.param({**LEAST, "interval": -1}, "interval", id="negative"),
        pytest.param({**LEAST, "history": 7}, "history", id="section"),
        pytest.param(
            {**LEAST, "history": {"tolerance": "some"}}, "tolerance", id="tolerance"
        ),
        pytest.param(
            {
                **LEAST,
                "features": ["progress"],
                "progress": {"max_percent": float("nan")},
            },
            "max_percent",
            id="not a number",
        ),
        pytest.param(
            {**LEAST, "history": {"remove_mode": "all"}}, "remove_mode", id="removals"
        ),
        pytest.param(
            {**LEAST, "history": {"libraries": "films"}}, "libraries", id="libraries"
        ),
        pytest.param(
            {**LEAST, "conflicts": {"prefer": "me"}}, "prefer", id="conflicts"
        ),
        pytest.param(
            {**LEAST, "mode": "two_way", "history": {"remove_mode": "mirror"}},
            "mirror",
            id="two-way mirror",
        ),
        pytest.param(
            {**LEAST, "features": ["ratings"], "ratings": {"since": "from_date"}},
            "date",
            id="no date",
        ),
    ],
)
def test_broken(data: dict[str, Any], named: str) -> None:
    """Say what makes no sense."""
    with pytest.raises(BrokenPairError, match=named):
        settings_from_data(data)
    with pytest.raises(BrokenPairError, match=named):
        policy_from_data(data, CREATED)


def test_what_is_not_synced_breaks_nothing() -> None:
    """A section that makes no sense is of no account while its feature is not chosen."""
    data = {**LEAST, "ratings": {"since": "once"}, "progress": 7}
    assert settings_from_data(data) == settings_from_data(LEAST)
    assert policy_from_data(data, CREATED) == policy_from_data(LEAST, CREATED)
