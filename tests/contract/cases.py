"""Which tests there are: for each service and feature what its account can do."""

from collections.abc import Callable, Iterable
from itertools import chain, zip_longest

import pytest

from custom_components.crosswatch.engine.model import Feature, Item, MediaKind
from custom_components.crosswatch.engine.provider import FeatureSupport

from .stages import SERVICES
from .titles import ITEMS, SHARED

type Ability = Callable[[FeatureSupport], bool]

every_service = pytest.mark.parametrize("slug", SERVICES)
every_login = pytest.mark.parametrize(
    "slug", [slug for slug, service in SERVICES.items() if service.has_login]
)


def reads(support: FeatureSupport) -> bool:
    """Tell whether the feature can be read."""
    return support.read


def adds(support: FeatureSupport) -> bool:
    """Tell whether records can be added."""
    return support.add


def updates(support: FeatureSupport) -> bool:
    """Tell whether records can be changed."""
    return support.update


def removes(support: FeatureSupport) -> bool:
    """Tell whether records can be removed."""
    return support.remove


def needs_ids(support: FeatureSupport) -> bool:
    """Tell whether there are items that it cannot find."""
    return support.add and not support.by_title


def cannot_write(support: FeatureSupport) -> bool:
    """Tell whether nothing can be written."""
    return not (support.add or support.update or support.remove)


def has_specials(support: FeatureSupport) -> bool:
    """Tell whether it has records of episodes."""
    return support.read and MediaKind.EPISODE in support.kinds


def cases(
    can: Ability, *, login: bool = False, only: Feature | None = None
) -> pytest.MarkDecorator:
    """Return the services and features that can do something, and need a `login`."""
    return pytest.mark.parametrize(
        ("slug", "feature"),
        [
            pytest.param(slug, feature, id=f"{slug}-{feature}")
            for slug, service in SERVICES.items()
            for feature, support in service.capabilities.items()
            if can(support) and service.has_login >= login and only in {feature, None}
        ],
    )


def some(support: FeatureSupport, number: int) -> list[Item]:
    """Return items of all kinds that a feature is for, in turn; foreign ones too."""
    kinds = [kind for kind in MediaKind if kind in support.kinds]
    columns: Iterable[tuple[Item | None, ...]] = zip_longest(
        *(mixed(ITEMS[kind]) for kind in kinds)
    )
    items = [item for item in chain.from_iterable(columns) if item is not None]
    return items[:number]


def mixed(items: tuple[Item, ...]) -> list[Item]:
    """Return items, from both ends in turn, without those in a file with others."""
    alone = [item for item in items if item not in SHARED]
    half = -(-len(alone) // 2)
    pairs = zip_longest(alone[:half], reversed(alone[half:]))
    return [item for item in chain.from_iterable(pairs) if item is not None]
