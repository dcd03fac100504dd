"""The plays of an account by date, out of its stored history."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
import random

import pytest

from custom_components.crosswatch.engine.diary import LONGEST, Diary
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Play,
    Progress,
    Record,
    Snapshot,
    Watched,
)
from custom_components.crosswatch.engine.store import Store

ACCOUNT = "home"
EVENING = datetime(2024, 5, 1, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALWAYS = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))

type Save = Callable[..., None]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty state."""
    opened = Store.open(tmp_path / "state.db")
    yield opened
    opened.close()


@pytest.fixture
def diary() -> Diary:
    """Return the diary of the account."""
    return Diary(ACCOUNT)


@pytest.fixture
def save(store: Store) -> Save:
    """Return what stores a feature of the account anew."""

    def _save(
        *records: Record,
        feature: Feature = Feature.HISTORY,
        as_before: bool = False,
        account: str = ACCOUNT,
    ) -> None:
        """Store these records, and no others."""
        store.save_snapshot(
            account,
            Snapshot.of(feature, records, EVENING),
            store.load_snapshot(account, feature),
            as_before=as_before,
        )

    return _save


def film(number: int) -> Item:
    """Return the n-th of some films."""
    return Item(MediaKind.MOVIE, {"imdb": f"tt{1000 + number:07}"}, f"Film {number}")


def seen(number: int, *dates: datetime, name: str = "") -> Record:
    """Return a film that was watched whenever it says."""
    value = Watched(
        max(dates, default=None), tuple(Play(at) for at in sorted(dates)), len(dates)
    )
    return Record(film(number), value, name or f"n{number}")


def begun(number: int, length: timedelta) -> Record:
    """Return a film that somebody has begun to watch."""
    value = Progress(
        position_ms=60_000, duration_ms=length // timedelta(milliseconds=1)
    )
    return Record(film(number), value, f"p{number}")


def hours(numbers: Iterable[float]) -> list[datetime]:
    """Return moments, as hours of that evening."""
    return [EVENING + HOUR * number for number in numbers]


def told(
    diary: Diary, store: Store, start: datetime, end: datetime
) -> list[tuple[str, float]]:
    """Return what was watched, and how many hours after the evening began."""
    entries = diary.between(store, start, end)
    assert entries is not None
    return [(each.item.title, (each.at - EVENING) / HOUR) for each in entries]


def test_never_read(diary: Diary, store: Store, save: Save) -> None:
    """An account that was never read has no diary; an empty one has an empty one."""
    assert diary.between(store, *ALWAYS) is None
    save()
    assert diary.between(store, *ALWAYS) == []


def test_every_play_in_order(diary: Diary, store: Store, save: Save) -> None:
    """All plays of all items are told, oldest first, and none without a date."""
    last = Record(film(4), Watched(EVENING + HOUR * 3, (), 7), "n4")
    save(seen(1, *hours([4, 1])), seen(2, *hours([2])), seen(3), last)
    assert told(diary, store, *ALWAYS) == [
        ("Film 1", 1),
        ("Film 2", 2),
        ("Film 4", 3),
        ("Film 1", 4),
    ]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param(0, 1, [0, 0.75], id="from the start"),
        pytest.param(0.25, 1, [0, 0.75], id="while one goes on"),
        pytest.param(0.5, 1, [0.75], id="as it ends"),
        pytest.param(0, 0.75, [0], id="until another begins"),
        pytest.param(1.25, 2, [], id="as the last one ends"),
        pytest.param(-9, 0, [], id="until the first begins"),
        pytest.param(1, 1, [0.75], id="no time at all"),
    ],
)
def test_span(
    diary: Diary,
    store: Store,
    save: Save,
    start: float,
    end: float,
    expected: list[float],
) -> None:
    """What goes on within a span is told, and takes half an hour."""
    save(seen(1, *hours([0, 0.75])))
    found = told(diary, store, *hours([start, end]))
    assert [at for _, at in found] == expected


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        pytest.param(HOUR * 2, HOUR * 2, id="known"),
        pytest.param(LONGEST, LONGEST, id="the longest"),
        pytest.param(HOUR * 100, HOUR / 2, id="too long"),
        pytest.param(timedelta(), HOUR / 2, id="none"),
    ],
)
def test_length(
    diary: Diary, store: Store, save: Save, length: timedelta, expected: timedelta
) -> None:
    """An item takes as long as its position says, and as soon as it does."""
    save(seen(1, EVENING))
    before = diary.between(store, EVENING, EVENING + HOUR)
    assert before is not None
    assert [each.length for each in before] == [HOUR / 2]
    # What was said before counts no more.
    save(begun(1, HOUR * 3), feature=Feature.PROGRESS)
    assert diary.between(store, EVENING, EVENING + HOUR) != before
    save(begun(1, length), begun(2, HOUR), feature=Feature.PROGRESS)
    entries = diary.between(store, EVENING, EVENING + HOUR)
    assert entries is not None
    assert [each.length for each in entries] == [expected]
    still = diary.between(store, EVENING + expected - HOUR / 60, EVENING + LONGEST)
    assert still == entries
    assert diary.between(store, EVENING + expected, EVENING + LONGEST) == []


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(datetime(1, 1, 1, tzinfo=UTC), 0, id="no date at all"),
        pytest.param(datetime(1895, 12, 28, tzinfo=UTC), 1, id="before 1970"),
        pytest.param(datetime(1970, 1, 1, tzinfo=UTC), 1, id="1970"),
        pytest.param(datetime(2999, 1, 1, tzinfo=UTC), 1, id="in the future"),
        pytest.param(datetime(9999, 12, 31, 23, tzinfo=UTC), 0, id="the last moment"),
    ],
)
def test_odd_dates(
    diary: Diary, store: Store, save: Save, at: datetime, expected: int
) -> None:
    """A play is told at its date, unless no calendar could show that everywhere."""
    save(seen(1, at), seen(2, EVENING))
    assert len(told(diary, store, *ALWAYS)) == 1 + expected
    near = diary.between(store, EVENING - HOUR, EVENING + HOUR)
    assert near is not None
    assert [each.item.title for each in near] == ["Film 2"]


def test_follows_the_history(diary: Diary, store: Store, save: Save) -> None:
    """What was read since is told, and what is gone is not."""
    save(seen(1, EVENING), seen(2, EVENING + HOUR))
    assert told(diary, store, *ALWAYS) == [("Film 1", 0), ("Film 2", 1)]
    save(seen(2, *hours([1, 2])), seen(3, EVENING))
    assert told(diary, store, *ALWAYS) == [("Film 3", 0), ("Film 2", 1), ("Film 2", 2)]
    store.forget_account(ACCOUNT)
    assert diary.between(store, *ALWAYS) is None


def test_another_name(diary: Diary, store: Store, save: Save) -> None:
    """What an account lists under a name of its own, once it does, stays told."""
    save(seen(1, EVENING, name="ours"), seen(2, EVENING + HOUR))
    assert told(diary, store, *ALWAYS) == [("Film 1", 0), ("Film 2", 1)]
    state = store.snapshot_state(ACCOUNT, Feature.HISTORY)
    save(seen(1, EVENING, name="theirs"), seen(2, EVENING + HOUR), as_before=True)
    assert state is not None
    assert store.snapshot_state(ACCOUNT, Feature.HISTORY) == state
    assert told(diary, store, *ALWAYS) == [("Film 1", 0), ("Film 2", 1)]


def test_of_one_account(diary: Diary, store: Store, save: Save) -> None:
    """What others have watched is theirs."""
    save(seen(1, EVENING))
    save(seen(2, EVENING), account="cabin")
    assert told(diary, store, *ALWAYS) == [("Film 1", 0)]


def test_very_many(diary: Diary, store: Store, save: Save) -> None:
    """However many there are, in whatever order, they are told in theirs."""
    chance = random.Random(1)
    dates = [EVENING + HOUR * chance.randrange(1_000_000) for _ in range(25_000)]
    save(*(seen(number, at) for number, at in enumerate(dates)))
    entries = diary.between(store, *ALWAYS)
    assert entries is not None
    assert [each.at for each in entries] == sorted(dates)
    middle = sorted(dates)[12_000]
    some = diary.between(store, middle, middle + HOUR)
    assert some is not None
    assert [each.at for each in some] == [at for at in sorted(dates) if at == middle]
