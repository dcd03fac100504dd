"""The list of providers."""

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.providers.registry import PROVIDERS
from custom_components.crosswatch.providers.spec import ProviderSpec

COMMON = {Feature.WATCHLIST, Feature.HISTORY, Feature.RATINGS}


def test_the_slugs_are_those_of_the_specs() -> None:
    """Each provider is found by its own slug, which configurations refer to."""
    assert set(PROVIDERS) == {"jellyfin", "tracker", "trakt"}
    assert all(slug == spec.slug for slug, spec in PROVIDERS.items())


@pytest.mark.parametrize("spec", PROVIDERS.values(), ids=PROVIDERS)
def test_each_says_what_it_can_do(spec: ProviderSpec) -> None:
    """Every provider has a name, and can at least do what all have in common."""
    assert spec.name
    assert set(spec.capabilities) >= COMMON
    assert all(support.kinds for support in spec.capabilities.values())
    assert all(support.batch_size > 0 for support in spec.capabilities.values())


def test_the_tracker_holds_more() -> None:
    """Positions are the tracker's alone for now."""
    assert Feature.PROGRESS in PROVIDERS["tracker"].capabilities
    assert Feature.PROGRESS not in PROVIDERS["jellyfin"].capabilities
