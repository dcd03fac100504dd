"""The reference's rows for ratings, one-way."""

from copy import replace
from datetime import UTC, datetime

import pytest

from custom_components.crosswatch.engine.model import Feature, MediaKind
from custom_components.crosswatch.engine.policy import FeaturePolicy
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport
from custom_components.crosswatch.engine.rating_steps import rounded, same_rating

from .conftest import MakeArena

EVERY_TENTH = replace(FeatureSupport(kinds=ALL_KINDS), rating_step=0.1)
HALVES = replace(FeatureSupport(kinds=ALL_KINDS), rating_step=0.5)
WHOLE = FeatureSupport(kinds=ALL_KINDS)
FIVE_STARS = replace(FeatureSupport(kinds=ALL_KINDS), rating_step=2.0)


@pytest.mark.parametrize(
    ("source", "target", "policy", "expected", "after"),
    [
        pytest.param(
            "m1:7 m2:8", "m1:6 m3:9", {}, "+m2 ~m1", "m1:7 m2:8 m3:9", id="R1 R2"
        ),
        pytest.param("m1:7", "m1:7 m2:8", {}, "", "m1:7 m2:8", id="R3 R6 nothing removed"),
        pytest.param(
            # Rewriting a rating for its date alone would cost a write an item, for
            # nothing that a person sees.
            "m1:7@2024-06-02",
            "m1:7@2024-06-01",
            {},
            "",
            "m1:7",
            id="R8 the date drifts",
        ),
        pytest.param(
            # One-way: the source says what is right, whatever is newer.
            "m1:7@2024-01-01",
            "m1:9@2024-06-01",
            {},
            "~m1",
            "m1:7",
            id="R11 one-way",
        ),
        pytest.param(
            # An undated rating may be new; leaving it out is not noticed.
            "m1:7@2020-01-01 m2:7@2024-01-01 m4:7 s1:7@2024-01-01",
            "",
            {
                "kinds": frozenset({MediaKind.MOVIE}),
                "since": datetime(2023, 1, 1, tzinfo=UTC),
            },
            "+m2 +m4 skipped:m1:too_old skipped:s1:filtered",
            "m2:7 m4:7",
            id="R9",
        ),
        pytest.param(
            "m1:7@2020-01-01",
            "",
            {"since": datetime(2026, 1, 1, tzinfo=UTC)},
            "skipped:m1:too_old",
            "",
            id="R10 only new ones",
        ),
        pytest.param("m1{imdb}:8", "m1{imdb,tmdb}:8", {}, "", "m1:8", id="R22"),
        pytest.param(
            "m1:7 m3:8",
            "m1:6",
            {"add": False},
            "skipped:m1:adding_off skipped:m3:adding_off",
            "m1:6",
            id="R24",
        ),
        pytest.param("m1:0", "m2:5", {}, "", "m2:5", id="R4 no rating is no rating"),
        pytest.param(
            "m1:7@2024-01-01 m1{imdb}:9@2024-02-01", "m1:7", {}, "~m1", "m1:9",
            id="I26 two copies: the newer one counts",
        ),
        pytest.param(
            "m1:7 m1{imdb}:9", "m1:7", {}, "~m1", "m1:9",
            id="I26 undated copies: the higher one, so that order says nothing",
        ),
    ],
)  # fmt: skip
async def test_ratings(
    arena: MakeArena,
    source: str,
    target: str,
    policy: dict[str, object],
    expected: str,
    after: str,
) -> None:
    """A run does what its row says, and a second one nothing more."""
    world = arena(
        feature=Feature.RATINGS,
        policy=FeaturePolicy(**policy),  # type: ignore[arg-type]
    )
    world.hold(source, target)
    assert await world.did(dry_run=True) == expected
    assert await world.did() == expected
    assert world.target_shows == after
    writes = len(world.target.requests.writes)
    for _ in range(2):
        await world.run()
    assert len(world.target.requests.writes) == writes


@pytest.mark.parametrize(
    ("source_holds", "target_support", "target_holds", "after"),
    [
        pytest.param("m1:8.5", WHOLE, "m1:9", "m1:9", id="R7 equal to a whole step"),
        pytest.param("m1:8.5", HALVES, "m1:9", "m1:8.5", id="R7 halves differ"),
        pytest.param("m1:8.4", WHOLE, "m1:9", "m1:8", id="R7 rounded down"),
        pytest.param("m1:7.3", FIVE_STARS, "m1:8", "m1:8", id="five stars"),
        pytest.param("m1:0.3", WHOLE, "", "m1:1", id="the lowest is one step"),
        pytest.param("m1:8.3", EVERY_TENTH, "", "m1:8.3", id="decimals are kept"),
    ],
)
async def test_r7_steps(
    arena: MakeArena,
    source_holds: str,
    target_support: FeatureSupport,
    target_holds: str,
    after: str,
) -> None:
    """Ratings are compared as the target can hold them, and written with decimals."""
    world = arena(feature=Feature.RATINGS)
    world.source.support = EVERY_TENTH
    world.target.support = target_support
    world.hold(source_holds, target_holds)
    await world.run()
    assert world.target_shows == after
    assert (await world.run()).counts.updated == 0


async def test_a_target_that_cannot_update(arena: MakeArena) -> None:
    """What a target cannot change it is not asked to change."""
    world = arena(feature=Feature.RATINGS)
    world.target.support = replace(WHOLE, update=False)
    world.hold("m1:7 m2:8", "m1:6")
    assert await world.did() == "+m2 skipped:m1:feature_not_supported"


async def test_r4_changed_while_not_yet_listed(arena: MakeArena) -> None:
    """A newer rating is sent though the one before has never been listed."""
    world = arena(feature=Feature.RATINGS)
    world.target.hides = True
    world.hold("m1:7")
    assert await world.did() == "+m1"
    world.clock.advance(hours=12)
    assert await world.did() == "skipped:m1:not_listed"
    world.hold("m1:9")
    assert await world.did() == "+m1"
    assert world.target_shows == "m1:9"


async def test_a_rating_that_the_target_changed_is_set_again_at_once(
    arena: MakeArena,
) -> None:
    """It is listed, with another value: that is no write that was never listed."""
    world = arena(feature=Feature.RATINGS)
    world.hold("m1:7")
    await world.run()
    world.hold("m1:7", "m1:3")
    assert await world.did() == "~m1"


@pytest.mark.parametrize(
    ("rating", "step", "expected"),
    [(8.5, 1, 9), (8.49, 1, 8), (0.2, 1, 1), (7.25, 0.5, 7.5), (9.9, 2, 10), (6.9, 0.1, 6.9)],
)  # fmt: skip
def test_rounding(rating: float, step: float, expected: float) -> None:
    """Halves are rounded up, and no rating becomes none."""
    assert rounded(rating, step) == pytest.approx(expected)
    assert same_rating(rating, expected, step)
