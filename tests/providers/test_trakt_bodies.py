"""No body ever says more than the operations in it: a law, for all of them.

In the history a show without seasons stands for all its episodes, and so does a
season without episodes. Nothing of the kind may ever be sent by accident.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Play,
    Rated,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import Action, Operation, Reason, Side
from custom_components.crosswatch.providers.trakt.batching import batches

NUMBERS = st.integers(-1, 4)
IDS = st.dictionaries(
    st.sampled_from(["trakt", "imdb", "tmdb", "tvdb", "mal", "anidb"]),
    st.sampled_from(["1", "2", "3", "9" * 30, "x", ""]),
    max_size=4,
)
DATES = st.none() | st.datetimes(
    datetime(1, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)
)
MINUTES = st.integers(0, 200).map(
    lambda second: datetime(2026, 5, 1, 20, second // 60, second % 60, tzinfo=UTC)
)
SHOWS = st.none() | st.builds(Item, st.just(MediaKind.SHOW), IDS)
ITEMS = st.builds(
    Item,
    st.sampled_from(MediaKind),
    IDS,
    show=SHOWS,
    season=st.none() | NUMBERS,
    number=st.none() | NUMBERS,
)
PLAYS = st.lists(st.builds(Play, MINUTES), max_size=3).map(tuple)
VALUES: Mapping[Feature, st.SearchStrategy[Value]] = {
    Feature.WATCHLIST: st.builds(Listed, DATES),
    Feature.RATINGS: st.builds(Rated, st.floats(-1, 12), DATES),
    Feature.HISTORY: st.builds(Watched, MINUTES | DATES, PLAYS, st.integers(0, 3)),
}
NATIVE_IDS = st.lists(
    st.sampled_from(["own:x", "movie:7", "show:7", "season:7", "episode:7"]), max_size=2
).map(tuple)


@st.composite
def operations(draw: st.DrawFn, feature: Feature) -> Operation:
    """Return an operation, however odd its item."""
    action = draw(st.sampled_from(Action))
    value = draw(VALUES[feature])
    removes = action is Action.REMOVE
    return Operation(
        feature=feature,
        side=Side.TARGET,
        action=action,
        item=draw(ITEMS),
        reason=Reason.MISSING,
        keys=(),
        value=None if removes else value,
        before=value if removes else None,
        native_ids=draw(NATIVE_IDS),
    )


type Leaf = tuple[str, str, int | None, int | None, str]


def leaves(body: Mapping[str, object]) -> Iterator[Leaf]:
    """Yield each thing that a body names: its kind, ids, place and date."""
    for group, rows in body.items():
        if group == "ids":
            continue
        assert isinstance(rows, list)
        assert rows
        for row in rows:
            assert row["ids"], row
            for name, value in row["ids"].items():
                assert type(value) is (str if name == "imdb" else int)
            ids = str(row["ids"])
            if group != "shows" or "seasons" not in row:
                assert "episodes" not in row
                yield group, ids, None, None, row.get("watched_at", "")
                continue
            assert set(row) == {"ids", "seasons"}
            assert row["seasons"], "an empty list would mean the whole show"
            for season in row["seasons"]:
                if "episodes" not in season:
                    yield "seasons", ids, season["number"], None, ""
                    continue
                assert set(season) == {"number", "episodes"}
                assert season["episodes"], "an empty list would mean the whole season"
                for episode in season["episodes"]:
                    place = season["number"], episode["number"]
                    yield "episodes", ids, *place, episode.get("watched_at", "")


GROUPS = {
    MediaKind.MOVIE: "movies",
    MediaKind.SHOW: "shows",
    MediaKind.SEASON: "seasons",
    MediaKind.EPISODE: "episodes",
}


@pytest.mark.parametrize("feature", [*VALUES])
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_a_body_says_what_its_operations_say(
    feature: Feature, data: st.DataObject
) -> None:
    """Nothing is named that no operation is about, and nothing twice."""
    wanted = data.draw(st.lists(operations(feature), max_size=12))
    handled: Counter[int] = Counter()
    for batch in batches(feature, wanted):
        request = batch.build(batch.operations)
        handled.update(map(id, request.sent))
        handled.update(id(outcome.operation) for outcome in request.refused)
        said = list(leaves(request.body))
        kinds = Counter(GROUPS[operation.item.kind] for operation in request.sent)
        assert {group for group, *_ in said} <= set(kinds)
        if feature is not Feature.HISTORY:
            assert all(
                sum(group == name for group, *_ in said) <= count
                for name, count in kinds.items()
            )
            continue
        assert set(kinds) <= {"movies", "episodes"}
        assert len(said) == len(set(said)), "Trakt would store a play twice"
        if not batch.path.endswith("/remove"):
            assert all(date.endswith(":00.000Z") for *_, date in said)
        places = {
            (each.item.season, each.item.number)
            for each in request.sent
            if each.item.kind is MediaKind.EPISODE
        }
        assert {(s, n) for _, _, s, n, _ in said} - {(None, None)} <= places
    assert handled == Counter(map(id, wanted))
