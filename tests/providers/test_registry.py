"""The list of providers."""

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.provider import FeatureSupport
from custom_components.crosswatch.providers.registry import PROVIDERS
from custom_components.crosswatch.providers.spec import ProviderSpec

# What each can hold, as the tables of their services say: read and write, or read only.
FEATURES = {
    "anilist": {"watchlist", "ratings"},
    "emby": {"watchlist", "history", "ratings", "progress"},
    "jellyfin": {"watchlist", "history", "ratings", "progress"},
    "kodi": {"history", "ratings", "progress"},
    "mdblist": {"watchlist", "history", "ratings", "progress"},
    "plex": {"watchlist", "history", "ratings", "progress"},
    "simkl": {"watchlist", "history", "ratings", "progress"},
    "tautulli": {"history"},
    "tmdb": {"watchlist", "ratings"},
    "tracker": {"watchlist", "history", "ratings", "progress"},
    "trakt": {"watchlist", "history", "ratings", "progress"},
}
READ_ONLY = {"tautulli"}


def test_all_are_there() -> None:
    """Each provider is found by its own slug, which configurations refer to."""
    assert {
        slug: set(spec.load().capabilities) for slug, spec in PROVIDERS.items()
    } == FEATURES
    assert all(slug == spec.slug for slug, spec in PROVIDERS.items())


@pytest.mark.parametrize("spec", PROVIDERS.values(), ids=PROVIDERS)
def test_each_says_what_it_can_do(spec: ProviderSpec) -> None:
    """Every provider has a name, reads all its features, and writes what it can."""
    assert spec.name
    for support in spec.load().capabilities.values():
        assert support.kinds
        assert support.batch_size > 0
        assert support.read
        assert _writes(support) is (spec.slug not in READ_ONLY)


def _writes(support: FeatureSupport) -> bool:
    return support.add or support.update or support.remove


@pytest.mark.parametrize("spec", PROVIDERS.values(), ids=PROVIDERS)
def test_positions_belong_to_what_is_played(spec: ProviderSpec) -> None:
    """A show or a season has no position."""
    if Feature.PROGRESS in spec.load().capabilities:
        kinds = {
            kind.value for kind in spec.load().capabilities[Feature.PROGRESS].kinds
        }
        assert kinds == {"movie", "episode"}
