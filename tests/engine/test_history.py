"""The reference's rows for history, one-way."""

from copy import replace
from datetime import timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.crosswatch.engine.model import Feature, Play
from custom_components.crosswatch.engine.planning.rewatch import missing_plays
from custom_components.crosswatch.engine.policy import FeaturePolicy
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport

from .arena import Arena
from .conftest import MakeArena
from .worlds import READ_AT

PLAYS = FeatureSupport(kinds=ALL_KINDS, plays=True)
LAST_ONLY = FeatureSupport(kinds=ALL_KINDS)
REWATCHES = FeaturePolicy(rewatches=True)
LONG = replace(REWATCHES, tolerance=timedelta(hours=2))
PLAIN = FeaturePolicy()


def _world(arena: MakeArena, policy: FeaturePolicy, *plays: bool) -> Arena:
    """Return a world of histories; both accounts keep all plays unless told."""
    world = arena(feature=Feature.HISTORY, policy=policy)
    for account, keeps in zip(
        world.accounts.values(), plays or (True, True), strict=True
    ):
        account.support = PLAYS if keeps else LAST_ONLY
    return world


@pytest.mark.parametrize(
    ("source", "target", "expected", "after"),
    [
        pytest.param(
            "m1@2024-01-01 m2@2024-01-01",
            "m1@2020-01-01",
            "+m2",
            "m1@2020-01-01 m2@2024-01-01",
            id="H1 H23 dates drift",
        ),
        pytest.param("m1@2024-01-01", "m1@2024-01-01 m2@2024-01-01", "", None, id="H2"),
        pytest.param("m1", "", "skipped:m1:no_date", "", id="H4 no date"),
        pytest.param("m1", "m1@2024-01-01", "", "m1@2024-01-01", id="H4 already there"),
        pytest.param(
            "m1@2024-01-01,2024-06-01", "", "+m1", "m1@2024-06-01", id="H5 the newest"
        ),
        pytest.param(
            "s1x0e48@2024-01-01", "", "+s1x0e48", "s1x0e48@2024-01-01", id="H16 special"
        ),
        pytest.param(
            "m1@2024-07-01T08:02:00", "m1@2024-07-01T07:55:00", "", None, id="H18"
        ),
        pytest.param(
            # A show's row says nothing of its episodes, so it stands for itself.
            "s1@2024-01-01",
            "s1e1@2024-01-01",
            "+s1",
            "s1@2024-01-01 s1e1@2024-01-01",
            id="H20 a show's own row",
        ),
        pytest.param(
            "s1e1{|tmdb,tvdb}@2024-01-01",
            "s1e1{|tvdb}@2024-01-01",
            "",
            "s1e1@2024-01-01",
            id="H12",
        ),
        pytest.param(
            "s1x1e40{tvdb=1}@2024-01-01",
            "s1x2e1{tvdb=1}@2024-01-01",
            "",
            "s1x2e1@2024-01-01",
            id="H17",
        ),
    ],
)
async def test_without_rewatches(
    arena: MakeArena, source: str, target: str, expected: str, after: str | None
) -> None:
    """An item is watched or not; dates that drift rewrite nothing."""
    world = _world(arena, PLAIN, True, False)
    world.hold(source, target)
    assert await world.did(dry_run=True) == expected
    assert await world.did() == expected
    assert world.target_shows == (target if after is None else after)
    for _ in range(2):
        world.clock.advance(hours=12)
        assert (await world.run()).counts.added == 0


@pytest.mark.parametrize(
    ("policy", "source", "target", "expected", "after"),
    [
        pytest.param(
            REWATCHES,
            "m1@2024-01-01,2024-06-01",
            "",
            "+m1 +m1",
            "m1@2024-01-01,2024-06-01",
            id="H6",
        ),
        pytest.param(
            REWATCHES,
            "m1@2024-01-01,2024-06-01",
            "m1@2024-06-01",
            "+m1",
            "m1@2024-01-01,2024-06-01",
            id="H6 one is there",
        ),
        pytest.param(
            REWATCHES, "m1@2024-01-01T10:00:00", "m1@2024-01-01T10:00:30", "", None, id="H8"
        ),
        pytest.param(
            REWATCHES, "m1@2024-01-01T10:00:00", "m1@2024-01-01T10:01:00", "", None, id="H9"
        ),
        pytest.param(
            REWATCHES,
            "m1@2024-01-01T10:00:00",
            "m1@2024-01-01T10:01:01",
            "+m1",
            "m1@2024-01-01T10:00:00,2024-01-01T10:01:01",
            id="H9 a second too much",
        ),
        pytest.param(
            REWATCHES, "m1@2024-01-01T10:00:00", "m1@2024-01-01T09:59:59", "", None, id="H10"
        ),
        pytest.param(
            LONG, "m1@2024-01-01T10:00:00", "m1@2024-01-01T11:59:00", "", None, id="two hours"
        ),
        pytest.param(REWATCHES, "m1", "", "skipped:m1:no_date", "", id="no date"),
        pytest.param(
            REWATCHES, "m1", "m1@2024-01-01", "", None, id="no date, and there already"
        ),
        pytest.param(
            # The play may well be the one that the target has without a date.
            REWATCHES, "m1@2024-01-01", "m1", "", None, id="no date at the target",
        ),
        pytest.param(
            REWATCHES,
            "m1{}@2024-01-01,2024-02-01",
            "",
            "skipped:m1:no_ids skipped:m1:no_ids",
            "",
            id="no ids",
        ),
        pytest.param(
            replace(REWATCHES, since=READ_AT),
            "m1@2024-01-01,2026-05-01",
            "",
            "+m1 skipped:m1:too_old",
            "m1@2026-05-01",
            id="since",
        ),
        pytest.param(
            REWATCHES,
            "m1@2024-01-01 m1{imdb}@2024-03-01",
            "m1@2024-03-01",
            "+m1",
            "m1@2024-01-01,2024-03-01",
            id="I26 two copies of one film",
        ),
    ],
)  # fmt: skip
async def test_with_rewatches(
    arena: MakeArena,
    policy: FeaturePolicy,
    source: str,
    target: str,
    expected: str,
    after: str | None,
) -> None:
    """Every play is there once, plays within the tolerance being one."""
    world = _world(arena, policy)
    world.hold(source, target)
    assert await world.did(dry_run=True) == expected
    assert await world.did() == expected
    assert world.target_shows == (target if after is None else after)
    for _ in range(3):
        world.clock.advance(hours=12)
        assert (await world.run()).counts.added == 0
    assert world.target_shows == (target if after is None else after)


@pytest.mark.parametrize("keeps", [(True, False), (False, True), (False, False)])
async def test_h7_rewatches_need_both_sides(
    arena: MakeArena, keeps: tuple[bool, bool]
) -> None:
    """Where one side keeps only the last play, items are watched or not."""
    world = _world(arena, REWATCHES, *keeps)
    world.hold("m1@2024-01-01,2024-06-01", "")
    assert await world.did() == "+m1"
    assert (await world.run()).counts.added == 0


async def test_a_new_play_of_what_is_there(arena: MakeArena) -> None:
    """Only the new play is written."""
    world = _world(arena, REWATCHES)
    world.hold("m1@2024-01-01", "m1@2024-01-01")
    await world.run()
    world.hold("m1@2024-01-01,2024-06-01")
    assert await world.did() == "+m1"
    assert world.target_shows == "m1@2024-01-01,2024-06-01"
    assert await world.did() == ""


@pytest.mark.parametrize("lag", [1, 2, 5])
@pytest.mark.parametrize("marker", [True, False])
async def test_plays_that_are_listed_late(
    arena: MakeArena, lag: int, marker: bool
) -> None:
    """Plays that the target took are not written again while it lists them late."""
    world = _world(arena, REWATCHES)
    world.target.lag = lag
    world.target.has_marker = marker
    world.hold("m1@2024-01-01,2024-02-01,2024-03-01 m2@2024-01-01")
    for _ in range(6):
        await world.run()
        world.clock.advance(hours=12)
    assert world.target_shows == "m1@2024-01-01,2024-02-01,2024-03-01 m2@2024-01-01"


@given(
    wanted=st.lists(st.integers(0, 600), max_size=12),
    held=st.lists(st.integers(0, 600), max_size=12),
    tolerance=st.integers(0, 90),
)
def test_the_fewest_plays_are_left_over(
    wanted: list[int], held: list[int], tolerance: int
) -> None:
    """No other way of matching plays one to one would leave fewer over."""

    def plays(seconds: list[int]) -> list[Play]:
        return [Play(READ_AT + timedelta(seconds=each)) for each in sorted(seconds)]

    missing = list(
        missing_plays(plays(wanted), plays(held), timedelta(seconds=tolerance))
    )
    assert len(missing) == len(wanted) - _most_pairs(wanted, held, tolerance)
    assert not set(missing) - set(plays(wanted))


def _most_pairs(wanted: list[int], held: list[int], tolerance: int) -> int:
    """Return the size of a largest matching, by augmenting paths."""
    partner: dict[int, int] = {}

    def place(each: int, tried: set[int]) -> bool:
        for other, moment in enumerate(held):
            if other in tried or abs(moment - wanted[each]) > tolerance:
                continue
            tried.add(other)
            if other not in partner or place(partner[other], tried):
                partner[other] = each
                return True
        return False

    return sum(place(each, set()) for each in range(len(wanted)))
