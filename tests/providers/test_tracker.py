"""The built-in tracker: what it keeps, and that it keeps it once."""

import asyncio
from datetime import timedelta
from pathlib import Path
import time

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Play,
    Progress,
    Rated,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import Action, OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import AuthenticationError
from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.spec import Connection
from custom_components.crosswatch.providers.tracker import SPEC
from custom_components.crosswatch.providers.tracker.provider import TrackerProvider
from custom_components.crosswatch.providers.tracker.values import to_moment, to_number

from .operating import operation, written
from .tracker_world import NAME, dates, day, episode, held, movie, put, show, tracker

APPLIED = OutcomeKind.APPLIED
THERE = OutcomeKind.ALREADY_THERE
CHANGED = OutcomeKind.FAILED

MATRIX = movie("The Matrix", 1999, imdb="tt0133093", tmdb="603")
THRONES = show("Game of Thrones", 2011, imdb="tt0944947", tvdb="121361")
PILOT = episode(THRONES, 1, 1, tvdb="3254641")
SPECIAL = episode(THRONES, 0, 1)


@pytest.fixture
def home(tmp_path: Path) -> TrackerProvider:
    """Return an empty tracker."""
    return tracker(tmp_path)


@pytest.mark.parametrize(
    ("feature", "item", "value"),
    [
        pytest.param(Feature.WATCHLIST, MATRIX, Listed(day(1)), id="listed"),
        pytest.param(Feature.WATCHLIST, THRONES, Listed(), id="listed, no date"),
        pytest.param(
            Feature.WATCHLIST,
            Item(MediaKind.SEASON, {"tvdb": "9"}, "", None, THRONES, 1),
            Listed(),
            id="a season",
        ),
        pytest.param(Feature.RATINGS, PILOT, Rated(7.3, day(2)), id="rated"),
        pytest.param(Feature.RATINGS, MATRIX, Rated(0.1), id="rated, no date"),
        pytest.param(
            Feature.PROGRESS,
            SPECIAL,
            Progress(1000, 60_000, None, day(3)),
            id="a position in a special",
        ),
        pytest.param(
            Feature.PROGRESS, MATRIX, Progress(percent=12.5), id="percent only"
        ),
    ],
)
async def test_keeps_all_of_a_record(
    home: TrackerProvider, feature: Feature, item: Item, value: Value
) -> None:
    """Everything that is written is read back, and is there once."""
    assert await put(home, feature, (item, value), (item, value)) == [APPLIED, THERE]
    assert await held(home, feature) == [(item, value)]
    assert await put(home, feature, (item, None), (item, None)) == [APPLIED, THERE]
    assert await held(home, feature) == []


async def test_keeps_every_play(home: TrackerProvider) -> None:
    """Plays are kept one by one, the same moment once."""
    assert await put(
        home,
        Feature.HISTORY,
        (MATRIX, Watched(day(3))),
        (MATRIX, Watched(day(1))),
        (MATRIX, Watched(day(3))),
        (MATRIX, Watched(day(4), (Play(day(3)), Play(day(4))))),
        (MATRIX, Watched(day(4) + timedelta(microseconds=1))),
    ) == [APPLIED, APPLIED, THERE, APPLIED, APPLIED]
    [(item, value)] = await held(home, Feature.HISTORY)
    assert item == MATRIX
    last = day(4) + timedelta(microseconds=1)
    assert dates(value) == [day(1), day(3), day(4), last]
    assert isinstance(value, Watched)
    assert (value.at, value.count) == (last, 4)
    assert len({play.native_id for play in value.plays}) == 4


async def test_an_undated_play_stays_undated(home: TrackerProvider) -> None:
    """A play without a date is kept as such, and adds nothing to a watched item."""
    undated = (MATRIX, Watched())
    assert await put(home, Feature.HISTORY, undated, undated) == [APPLIED, THERE]
    assert await held(home, Feature.HISTORY) == [(MATRIX, Watched(None, (), 1))]
    assert await put(home, Feature.HISTORY, (MATRIX, Watched(day(1))), undated) == [
        APPLIED,
        THERE,
    ]
    [(_, value)] = await held(home, Feature.HISTORY)
    assert isinstance(value, Watched)
    assert (value.at, dates(value), value.count) == (day(1), [day(1)], 2)


@pytest.mark.parametrize(
    ("before", "left"),
    [
        pytest.param(Watched(day(2), (), 2), [day(1)], id="only the last is told"),
        pytest.param(Watched(), [day(1), day(2)], id="only an undated one"),
        pytest.param(
            Watched(day(1), (Play(day(1)),), 1), [day(2)], id="a newer play stays"
        ),
        pytest.param(
            Watched(day(2), (Play(day(1)), Play(day(2))), 2),
            [],
            id="all that were seen",
        ),
        pytest.param(
            Watched(day(9), (Play(day(9)),), 1), [day(1), day(2)], id="none of them"
        ),
    ],
)
async def test_removes_exactly_the_plays_that_were_seen(
    home: TrackerProvider, before: Watched, left: list[object]
) -> None:
    """A play that came after the plan was made stays."""
    await put(home, Feature.HISTORY, (PILOT, Watched(day(1))), (PILOT, Watched(day(2))))
    [outcome] = await written(
        home, Feature.HISTORY, [operation(PILOT, None, before=before)]
    )
    assert outcome.kind is (THERE if len(left) == 2 else APPLIED)
    assert [dates(value) for _, value in await held(home, Feature.HISTORY)] == (
        [left] if left else []
    )


async def test_removing_seen_plays_takes_the_undated_one(home: TrackerProvider) -> None:
    """A count above the dated plays stands for one without a date."""
    await put(home, Feature.HISTORY, (PILOT, Watched()), (PILOT, Watched(day(1))))
    before = Watched(day(1), (Play(day(1)),), 2)
    [outcome] = await written(
        home, Feature.HISTORY, [operation(PILOT, None, before=before)]
    )
    assert outcome.kind is APPLIED
    assert await held(home, Feature.HISTORY) == []


@pytest.mark.parametrize(
    ("known", "wanted", "before", "expected"),
    [
        pytest.param(Rated(7, day(2)), Rated(8, day(3)), None, APPLIED, id="newer"),
        pytest.param(Rated(7, day(2)), Rated(8, day(1)), None, CHANGED, id="older"),
        pytest.param(Rated(7, day(2)), Rated(8, day(2)), None, APPLIED, id="as new"),
        pytest.param(Rated(7, day(2)), Rated(8), None, APPLIED, id="undated"),
        pytest.param(Rated(7, day(2)), Rated(7), None, THERE, id="undated, the same"),
        pytest.param(Rated(7), Rated(8, day(1)), None, APPLIED, id="over undated"),
        pytest.param(
            Rated(7, day(1)), Rated(7, day(2)), None, APPLIED, id="newer date"
        ),
        pytest.param(
            Rated(7, day(2)),
            Rated(8, day(1)),
            Rated(7, day(2)),
            APPLIED,
            id="older, but decided in full knowledge",
        ),
        pytest.param(
            Rated(7, day(2)),
            Rated(8, day(1)),
            Rated(6, day(1)),
            CHANGED,
            id="changed since",
        ),
        pytest.param(
            Rated(7, day(2)), Rated(8), Rated(6), CHANGED, id="undated, changed since"
        ),
    ],
)
async def test_ratings(
    home: TrackerProvider,
    known: Rated,
    wanted: Rated,
    before: Rated | None,
    expected: OutcomeKind,
) -> None:
    """The newer rating wins; one without a date overwrites."""
    await put(home, Feature.RATINGS, (MATRIX, known))
    [outcome] = await written(
        home,
        Feature.RATINGS,
        [
            operation(
                MATRIX,
                wanted,
                feature=Feature.RATINGS,
                action=Action.UPDATE,
                before=before,
            )
        ],
    )
    assert outcome.kind is expected
    assert (outcome.reason is Reason.CHANGED_SINCE) == (expected is CHANGED)
    left = wanted if expected is APPLIED else known
    assert await held(home, Feature.RATINGS) == [(MATRIX, left)]


@pytest.mark.parametrize(
    ("known", "wanted", "before", "applied"),
    [
        pytest.param(
            Progress(9, at=day(1)), Progress(5, at=day(2)), None, True, id="back"
        ),
        pytest.param(
            Progress(5, at=day(2)), Progress(9, at=day(1)), None, False, id="older"
        ),
        pytest.param(Progress(5, at=day(2)), Progress(9), None, True, id="undated"),
        pytest.param(
            Progress(5, at=day(2)),
            Progress(9, at=day(1)),
            Progress(5, at=day(2)),
            True,
            id="older, but decided in full knowledge",
        ),
    ],
)
async def test_progress(
    home: TrackerProvider,
    known: Progress,
    wanted: Progress,
    before: Progress | None,
    applied: bool,
) -> None:
    """The newer position wins, be it further or back."""
    await put(home, Feature.PROGRESS, (MATRIX, known))
    [outcome] = await written(
        home,
        Feature.PROGRESS,
        [operation(MATRIX, wanted, feature=Feature.PROGRESS, before=before)],
    )
    assert outcome.kind is (APPLIED if applied else CHANGED)
    assert await held(home, Feature.PROGRESS) == [
        (MATRIX, wanted if applied else known)
    ]


async def test_one_item_however_it_is_known(home: TrackerProvider) -> None:
    """An item shares a row with any that has a common key; ids come together."""
    await put(home, Feature.WATCHLIST, (movie(imdb="tt1"), Listed()))
    assert await put(
        home, Feature.WATCHLIST, (movie("A", 2000, imdb="tt1", tmdb="5"), Listed())
    ) == [THERE]
    await put(home, Feature.RATINGS, (movie(tmdb="5", trakt="7"), Rated(8)))
    whole = movie("A", 2000, imdb="tt1", tmdb="5", trakt="7")
    assert await held(home, Feature.WATCHLIST) == [(whole, Listed())]
    assert await held(home, Feature.RATINGS) == [(whole, Rated(8))]


async def test_the_kind_is_part_of_an_item(home: TrackerProvider) -> None:
    """A film and a series of the same number are two."""
    await put(
        home, Feature.WATCHLIST, (movie(tmdb="5"), Listed()), (show(tmdb="5"), Listed())
    )
    assert len(await held(home, Feature.WATCHLIST)) == 2


async def test_episodes_by_their_place(home: TrackerProvider) -> None:
    """An episode is found by its series and place, and completes what is known."""
    await put(home, Feature.HISTORY, (episode(THRONES, 1, 1), Watched(day(1))))
    other = episode(show(tvdb="121361", tmdb="1399"), 1, 1, tvdb="3254641")
    assert await put(home, Feature.HISTORY, (other, Watched(day(2)))) == [APPLIED]
    [(item, value)] = await held(home, Feature.HISTORY)
    assert item.ids == {"tvdb": "3254641"}
    assert item.show is not None
    assert item.show.title == "Game of Thrones"
    assert item.show.ids == {"imdb": "tt0944947", "tvdb": "121361", "tmdb": "1399"}
    assert dates(value) == [day(1), day(2)]


async def test_two_items_that_turn_out_to_be_one(home: TrackerProvider) -> None:
    """They are joined with all that was said of either; the newer value stays."""
    first, second = movie(imdb="tt1"), movie(tmdb="5")
    await put(home, Feature.WATCHLIST, (first, Listed(day(1))), (second, Listed()))
    await put(
        home, Feature.RATINGS, (first, Rated(5, day(1))), (second, Rated(6, day(2)))
    )
    await put(home, Feature.PROGRESS, (second, Progress(5)))
    await put(
        home,
        Feature.HISTORY,
        (first, Watched(day(1))),
        (first, Watched(day(2))),
        (second, Watched(day(2))),
        (second, Watched(day(3))),
    )
    both = movie(imdb="tt1", tmdb="5")
    assert await put(home, Feature.WATCHLIST, (both, Listed())) == [THERE]
    assert await held(home, Feature.WATCHLIST) == [(both, Listed(day(1)))]
    assert await held(home, Feature.RATINGS) == [(both, Rated(6, day(2)))]
    assert await held(home, Feature.PROGRESS) == [(both, Progress(5))]
    [(_, value)] = await held(home, Feature.HISTORY)
    assert dates(value) == [day(1), day(2), day(3)]


async def test_items_that_contradict_are_not_guessed(home: TrackerProvider) -> None:
    """Two different films that both look like the wanted one stay as they are."""
    first, second = movie(imdb="tt1", tmdb="1"), movie(imdb="tt2", tmdb="2")
    await put(home, Feature.WATCHLIST, (first, Listed()), (second, Listed()))
    mixed = movie(imdb="tt1", tmdb="2")
    [outcome] = await written(
        home, Feature.RATINGS, [operation(mixed, Rated(8), feature=Feature.RATINGS)]
    )
    assert (outcome.kind, outcome.reason) == (OutcomeKind.UNRESOLVED, Reason.AMBIGUOUS)
    assert await held(home, Feature.RATINGS) == []
    assert [item for item, _ in await held(home, Feature.WATCHLIST)] == [first, second]


async def test_items_without_ids_are_kept_by_title(home: TrackerProvider) -> None:
    """They are there once, and get their ids when these become known."""
    plain = movie("A Film", 2001)
    assert await put(home, Feature.WATCHLIST, (plain, Listed()), (plain, Listed())) == [
        APPLIED,
        THERE,
    ]
    [outcome] = await written(
        home,
        Feature.WATCHLIST,
        [
            operation(
                movie(imdb="tt9"),
                Listed(),
                feature=Feature.WATCHLIST,
                native_ids=("1",),
            )
        ],
    )
    assert (outcome.kind, outcome.native_id) == (THERE, "1")
    assert await held(home, Feature.WATCHLIST) == [
        (movie("A Film", 2001, imdb="tt9"), Listed())
    ]
    # It has an id now: its title alone no longer leads to it.
    assert await put(home, Feature.WATCHLIST, (plain, Listed())) == [APPLIED]


@pytest.mark.parametrize(
    ("change", "kind", "reason"),
    [
        pytest.param(
            operation(movie("No year"), Watched()),
            OutcomeKind.UNRESOLVED,
            Reason.NO_IDS,
            id="nothing to be found by",
        ),
        pytest.param(
            operation(MATRIX, Listed()),
            OutcomeKind.FAILED,
            Reason.REJECTED,
            id="a value of another feature",
        ),
        pytest.param(
            operation(MATRIX, Watched(day(1)), native_ids=("77", "own:x", "9" * 30)),
            APPLIED,
            None,
            id="an address that is gone",
        ),
        pytest.param(
            operation(MATRIX, None, before=Watched(day(1))),
            THERE,
            None,
            id="nothing to remove",
        ),
        pytest.param(
            operation(MATRIX, None),
            OutcomeKind.FAILED,
            Reason.REJECTED,
            id="no plays named",
        ),
    ],
)
async def test_outcomes(
    home: TrackerProvider, change: object, kind: OutcomeKind, reason: Reason | None
) -> None:
    """Each operation gets its own outcome."""
    [outcome] = await written(home, Feature.HISTORY, [change])  # type: ignore[list-item]
    assert (outcome.kind, outcome.reason) == (kind, reason)


async def test_markers_change_with_their_feature(home: TrackerProvider) -> None:
    """A marker changes exactly when its feature does."""
    start = await home.activity(set(Feature))
    assert set(start) == set(Feature)
    assert set(await home.activity({Feature.RATINGS})) == {Feature.RATINGS}
    await put(home, Feature.HISTORY, (MATRIX, Watched(day(1))))
    second = await home.activity(set(Feature))
    assert {name for name in Feature if start[name] != second[name]} == {
        Feature.HISTORY
    }
    await put(home, Feature.HISTORY, (MATRIX, Watched(day(1))))
    assert await home.activity(set(Feature)) == second
    await put(home, Feature.RATINGS, (movie(imdb="tt0133093", simkl="4"), Rated(8)))
    third = await home.activity(set(Feature))
    assert third[Feature.HISTORY] != second[Feature.HISTORY]


async def test_a_copy_goes_its_own_way(home: TrackerProvider, tmp_path: Path) -> None:
    """Two files that count alike have different markers."""
    other = tmp_path / "other"
    other.mkdir()
    copy = tracker(other)
    await put(home, Feature.HISTORY, (MATRIX, Watched(day(1))))
    await put(copy, Feature.HISTORY, (PILOT, Watched(day(1))))
    assert await home.activity([Feature.HISTORY]) != await copy.activity(
        [Feature.HISTORY]
    )


async def test_two_writers_at_once(home: TrackerProvider, tmp_path: Path) -> None:
    """Writes of several tasks come one after the other, and none is lost."""
    again = tracker(tmp_path)
    films = [movie(imdb=f"tt{number}") for number in range(1, 201)]
    kinds = await asyncio.gather(
        *(
            put(provider, Feature.HISTORY, *((film, Watched(day(1))) for film in part))
            for provider, part in (
                (home, films[:100]),
                (again, films[50:150]),
                (home, films[100:]),
                (again, films[:]),
            )
        )
    )
    assert sum(kind is APPLIED for some in kinds for kind in some) == 200
    assert len(await held(home, Feature.HISTORY)) == 200


async def test_ten_thousand_plays_are_quick(home: TrackerProvider) -> None:
    """A large history costs little to write and to read."""
    shows = [show(f"Show {number}", tvdb=str(number)) for number in range(1, 251)]
    items = [
        movie(f"Film {number}", 2000, imdb=f"tt{number}") for number in range(1, 5001)
    ]
    items += [episode(one, 1, number) for one in shows for number in range(1, 21)]
    changes = [operation(item, Watched(day(1))) for item in items]
    for start in range(0, len(changes), 1000):
        await written(home, Feature.HISTORY, changes[start : start + 1000])
    began = time.process_time()
    snapshot = await home.read(Feature.HISTORY, None)
    spent = time.process_time() - began
    assert len(snapshot.records) == 10_000
    assert len({id(record.item.show) for record in snapshot.records.values()}) == 251
    assert spent < 0.4, "a generous bound for a busy machine; mostly it is below 0.1"


async def test_is_made_from_its_data(
    tmp_path: Path, limiters: Limiters, session: object
) -> None:
    """The provider finds the file of its name."""
    tracker(tmp_path)

    async def save(data: JsonObject) -> None:
        """Take changed data, of which there is none."""

    def connection(data: JsonObject) -> Connection:
        """Return a connection with this data."""
        return Connection(
            data=data,
            session=session,  # type: ignore[arg-type]
            limiters=limiters,
            save=save,
            folder=tmp_path,
        )

    info = await SPEC.load().create(connection({"name": NAME})).identify()
    assert (info.account_id, info.name) == ("home", "Home")
    with pytest.raises(AuthenticationError, match="name"):
        SPEC.load().create(connection({}))


def test_moments() -> None:
    """Moments are kept to the microsecond."""
    moment = day(1) + timedelta(microseconds=123_457)
    assert to_moment(to_number(moment)) == moment
    assert to_number(None) is None
    assert to_moment(None) is None
