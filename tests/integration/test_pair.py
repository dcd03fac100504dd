"""The settings of a pair, as they are stored and as they are understood."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.crosswatch.engine.model import Feature, MediaKind
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode, Policy
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
    "features": ["history", "ratings"],
    "dry_run": False,
    "interval": 30,
    "enabled": False,
    "history": {"add": False, "rewatches": True, "tolerance": 90},
    "ratings": {
        "add": True,
        "kinds": ["movie", "show"],
        "since": "from_date",
        "from_date": "2026-01-02",
    },
    "guards": {"shrink_guard": False},
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
                add=False, rewatches=True, tolerance=timedelta(seconds=90)
            ),
            Feature.RATINGS: FeaturePolicy(
                kinds=frozenset({MediaKind.MOVIE, MediaKind.SHOW}),
                since=datetime(2026, 1, 2, 5, tzinfo=UTC),
            ),
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
        "conflicts": {"prefer": "newest"},
        "history": {"add": True, "remove": True},
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
            {**LEAST, "history": {"tolerance": -1}}, "tolerance", id="tolerance"
        ),
        pytest.param(
            {**LEAST, "ratings": {"since": "from_date"}}, "date", id="no date"
        ),
    ],
)
def test_broken(data: dict[str, Any], named: str) -> None:
    """Say what makes no sense."""
    with pytest.raises(BrokenPairError, match=named):
        settings_from_data(data)
    with pytest.raises(BrokenPairError, match=named):
        policy_from_data(data, CREATED)
