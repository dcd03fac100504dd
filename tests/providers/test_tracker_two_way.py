"""The built-in tracker as either side of a two-way pair: removals and undoing."""

from dataclasses import replace
from pathlib import Path

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    Play,
    Progress,
    Rated,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import Action, OutcomeKind, Reason
from custom_components.crosswatch.providers.tracker.provider import TrackerProvider

from .operating import operation, written
from .tracker_world import day, episode, held, movie, put, show, tracker

APPLIED = OutcomeKind.APPLIED
THERE = OutcomeKind.ALREADY_THERE
FAILED = OutcomeKind.FAILED

MATRIX = movie("The Matrix", 1999, imdb="tt0133093", tmdb="603")
THRONES = show("Game of Thrones", 2011, imdb="tt0944947", tvdb="121361")
PILOT = episode(THRONES, 1, 1, tvdb="3254641")
VALUES: dict[Feature, Value] = {
    Feature.WATCHLIST: Listed(day(2)),
    Feature.HISTORY: Watched(day(2), (Play(day(2)),), 1),
    Feature.RATINGS: Rated(7, day(2)),
    Feature.PROGRESS: Progress(60_000, 120_000, 50.0, day(2)),
}


@pytest.fixture
def home(tmp_path: Path) -> TrackerProvider:
    """Return an empty tracker."""
    return tracker(tmp_path)


async def test_it_has_no_libraries(home: TrackerProvider) -> None:
    """There is one place for everything."""
    assert await home.libraries() == ()
    assert await home.locate(["1"]) == {}
    assert not any(support.libraries for support in home.capabilities.values())


@pytest.mark.parametrize("feature", list(Feature))
async def test_a_removal_takes_nothing_else(
    home: TrackerProvider, feature: Feature
) -> None:
    """The item leaves one feature; its others stay, and so do other items."""
    for each, value in VALUES.items():
        await put(home, each, (MATRIX, value), (PILOT, value))
    before = await home.activity(set(Feature))
    snapshot = await home.read(feature, None)
    record = next(one for one in snapshot.records.values() if one.item == MATRIX)
    change = operation(
        MATRIX,
        None,
        feature=feature,
        before=record.value,
        native_ids=(record.native_id,),
    )
    [outcome] = await written(home, feature, [change])
    assert (outcome.kind, outcome.reason) == (APPLIED, None)
    for each in Feature:
        items = [item for item, _ in await held(home, each)]
        assert items == ([PILOT] if each is feature else [MATRIX, PILOT])
    after = await home.activity(set(Feature))
    assert {each for each in Feature if before[each] != after[each]} == {feature}
    [again] = await written(home, feature, [change])
    assert (again.kind, again.reason) == (THERE, None)


@pytest.mark.parametrize("feature", list(Feature))
async def test_a_removal_is_seen_by_the_next_read(
    home: TrackerProvider, feature: Feature
) -> None:
    """What somebody else removed from the file is not listed any more."""
    value = VALUES[feature]
    await put(home, feature, (MATRIX, value), (PILOT, value))
    previous = await home.read(feature, None)
    change = operation(MATRIX, None, feature=feature, before=value)
    await written(home, feature, [change])
    snapshot = await home.read(feature, previous)
    assert [record.item for record in snapshot.records.values()] == [PILOT]


@pytest.mark.parametrize("feature", list(Feature))
async def test_undoing_a_removal_keeps_the_date(
    home: TrackerProvider, feature: Feature
) -> None:
    """What is added again is as it was, however old."""
    value = VALUES[feature]
    await put(home, feature, (MATRIX, value))
    was = await held(home, feature)
    await written(
        home, feature, [operation(MATRIX, None, feature=feature, before=value)]
    )
    [(item, kept)] = was
    await put(home, feature, (item, kept))
    [(_, again)] = await held(home, feature)
    assert again == kept or feature is Feature.HISTORY
    assert getattr(again, "at", None) == day(2)


@pytest.mark.parametrize(
    ("feature", "known", "before"),
    [
        (Feature.WATCHLIST, Listed(day(3)), Listed(day(1))),
        (Feature.RATINGS, Rated(7, day(3)), Rated(7, day(1))),
        (Feature.RATINGS, Rated(9, day(3)), Rated(7, day(1))),
        (Feature.RATINGS, Rated(9), Rated(7)),
        (Feature.PROGRESS, Progress(9, at=day(3)), Progress(5, at=day(1))),
        (Feature.PROGRESS, Progress(percent=9.0), Progress(percent=5.0)),
    ],
)
async def test_what_is_newer_is_not_removed(
    home: TrackerProvider, feature: Feature, known: Value, before: Value
) -> None:
    """A person changed it after the removal was planned."""
    await put(home, feature, (MATRIX, known))
    [outcome] = await written(
        home, feature, [operation(MATRIX, None, feature=feature, before=before)]
    )
    assert (outcome.kind, outcome.reason) == (FAILED, Reason.CHANGED_SINCE)
    assert await held(home, feature) == [(MATRIX, known)]


@pytest.mark.parametrize(
    ("feature", "known", "before"),
    [
        (Feature.RATINGS, Rated(7, day(1)), Rated(8, day(3))),
        (Feature.RATINGS, Rated(7), Rated(7, day(3))),
        (Feature.RATINGS, Rated(7, day(3)), None),
        (Feature.PROGRESS, Progress(5, 9, None, day(1)), Progress(5, 10, 50.0)),
    ],
)
async def test_what_is_not_newer_is_removed(
    home: TrackerProvider, feature: Feature, known: Value, before: Value | None
) -> None:
    """An older value, or one that differs in nothing that counts, is no objection."""
    await put(home, feature, (MATRIX, known))
    # Of the last one only the position counts.
    if isinstance(before, Progress):
        before = replace(before, percent=None)
    [outcome] = await written(
        home, feature, [operation(MATRIX, None, feature=feature, before=before)]
    )
    assert outcome.kind is APPLIED


@pytest.mark.parametrize("feature", list(Feature))
async def test_a_removal_that_knows_of_another_feature(
    home: TrackerProvider, feature: Feature
) -> None:
    """It is refused, and nothing goes."""
    await put(home, feature, (MATRIX, VALUES[feature]))
    other = Feature.RATINGS if feature is Feature.HISTORY else Feature.HISTORY
    change = operation(MATRIX, None, feature=feature, before=VALUES[other])
    [outcome] = await written(home, feature, [change])
    assert (outcome.kind, outcome.reason) == (FAILED, Reason.REJECTED)
    assert len(await held(home, feature)) == 1


@pytest.mark.parametrize(
    "position",
    [
        pytest.param(Progress(0, 90_000, 0.0, day(1)), id="put back to the start"),
        pytest.param(Progress(percent=33.3, at=day(1)), id="percent only"),
        pytest.param(Progress(percent=0.0), id="percent only, at the start"),
        pytest.param(Progress(5000, None, None, None), id="no date, no length"),
    ],
)
async def test_positions(home: TrackerProvider, position: Progress) -> None:
    """Every kind of position is kept as it is, and goes when it is removed."""
    change = operation(MATRIX, position, feature=Feature.PROGRESS)
    assert [one.kind for one in await written(home, Feature.PROGRESS, [change])] == [
        APPLIED
    ]
    assert await held(home, Feature.PROGRESS) == [(MATRIX, position)]
    remove = operation(MATRIX, None, feature=Feature.PROGRESS, before=position)
    assert [one.kind for one in await written(home, Feature.PROGRESS, [remove])] == [
        APPLIED
    ]
    assert await held(home, Feature.PROGRESS) == []


@pytest.mark.parametrize(("playing", "watched"), [(True, False), (False, True)])
async def test_what_a_file_cannot_know_of_a_position(
    home: TrackerProvider, playing: bool, watched: bool
) -> None:
    """That it runs, or was watched since, is not kept and makes no difference."""
    position = Progress(60_000, 120_000, 50.0, day(2))
    flagged = replace(position, playing=playing, watched=watched)
    kinds = await put(
        home, Feature.PROGRESS, (MATRIX, flagged), (MATRIX, flagged), (MATRIX, position)
    )
    assert kinds == [APPLIED, THERE, THERE]
    assert await held(home, Feature.PROGRESS) == [(MATRIX, position)]
    back = operation(
        MATRIX,
        replace(flagged, position_ms=10, at=day(1)),
        feature=Feature.PROGRESS,
        action=Action.UPDATE,
        before=flagged,
    )
    remove = operation(
        MATRIX,
        None,
        feature=Feature.PROGRESS,
        before=replace(flagged, position_ms=10, at=day(1)),
    )
    outcomes = await written(home, Feature.PROGRESS, [back, remove])
    assert [outcome.kind for outcome in outcomes] == [APPLIED, APPLIED]


async def test_one_play_of_several(home: TrackerProvider) -> None:
    """A play that was taken back goes by its moment; the others stay."""
    plays: list[tuple[Item, Value | None]] = [
        (PILOT, Watched(day(number))) for number in (1, 2, 3)
    ]
    await put(home, Feature.HISTORY, *plays)
    change = operation(PILOT, None, before=Watched(day(2), (Play(day(2), "77"),), 1))
    [outcome] = await written(home, Feature.HISTORY, [change])
    assert outcome.kind is APPLIED
    [(_, value)] = await held(home, Feature.HISTORY)
    assert isinstance(value, Watched)
    assert [play.at for play in value.plays] == [day(1), day(3)]
