"""I1 to I26: which item is which.

The reference finds an item by the best of its ids alone; here it is found by each of
them, and the kind is part of every key.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from custom_components.crosswatch.engine.ids import (
    item_keys,
    merge_ids,
    normalise_ids,
    title_key,
)
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Play,
    Watched,
)
from custom_components.crosswatch.engine.policy import FeaturePolicy

from ..worlds import parse
from .steps import hold, run, sent, shows
from .story import Setting, Stage, Story, numbered, row, tell

MOVIE, SHOW = MediaKind.MOVIE, MediaKind.SHOW
TITLE = "Some Indie!"
WATCHLIST, RATINGS = Setting(Feature.WATCHLIST), Setting(Feature.RATINGS)
REWATCHES = Setting(Feature.HISTORY, FeaturePolicy(rewatches=True))
PLAYS = REWATCHES.with_support(plays=True)


@pytest.mark.parametrize(
    ("token", "keys"),
    [
        numbered("I1", "m1{tmdb=550,imdb=tt9}", "movie:tmdb:550 movie:imdb:tt9"),
        numbered("I2", "m1{imdb=tt0137523}", "movie:imdb:tt0137523"),
        numbered("I6", "s1e2{|imdb=tt0903747}", "imdb:tt0903747#s1e2"),
        numbered("I7", "s1x0e1{|tmdb=63372}", "tmdb:63372#s0e1"),
        numbered("I8", "s1x2{|tmdb=5}", "tmdb:5#s2"),
        # Its own id is no id of the show.
        numbered("I10", "s1x1e100{tmdb=77|}", "episode:tmdb:77"),
        numbered("I11", "m1{mal=1,simkl=2}", "movie:mal:1 movie:simkl:2"),
    ],
)  # fmt: skip
def test_keys(token: str, keys: str) -> None:
    """The item is found by these keys and no others."""
    assert set(item_keys(parse(token)[0].item)) == set(keys.split())


@pytest.mark.parametrize(
    ("item", "key"),
    [
        numbered("I4", Item(MOVIE, title=TITLE, year=2024), "movie|some indie|2024|"),
        # No anime apart: services list it among their shows.
        numbered("I5", Item(SHOW, title="X", year=2020), "show|x|2020|"),
        numbered(
            "I12",
            Item(MOVIE, normalise_ids({"jellyfin": "a", "mdblist": "b"}), "Q", 1),
            "movie|q|1|",
        ),
        # What only one server understands addresses an item there, and is no key.
        numbered(
            "I13",
            Item(MOVIE, normalise_ids({"guid": "plex://movie/5d77"}), "Q", 1),
            "movie|q|1|",
        ),
        numbered(
            "I15",
            Item(MOVIE, normalise_ids({"tmdb": "0", "imdb": "None"}), "Q", 1),
            "movie|q|1|",
        ),
    ],
)
def test_found_by_title_only(item: Item, key: str) -> None:
    """Without an id the title is all there is."""
    assert item_keys(item) == ()
    assert title_key(item) == key


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        numbered("I3", {"imdb": "0137523"}, {"imdb": "tt0137523"}),
        numbered(
            "I14",
            {"imdb": "com.plexapp.agents.imdb://tt123?lang=en"},
            {"imdb": "tt123"},
        ),
        numbered(
            "I16",
            {
                "tmdb": "tmdb://movie/550",
                "tvdb": "tvdb://series/121361",
                "imdb": "imdb://title/tt7654321",
            },
            {"tmdb": "550", "tvdb": "121361", "imdb": "tt7654321"},
        ),
        numbered(
            "I17",
            {"Imdb": "tt0012345", "Tmdb": " 550 ", "Tvdb": "tvdb-42"},
            {"imdb": "tt0012345", "tmdb": "550", "tvdb": "42"},
        ),
    ],
)
def test_normalised(ids: dict[str, str], expected: dict[str, str]) -> None:
    """However a service writes an id, it is the same id."""
    assert normalise_ids(ids) == expected


@pytest.mark.parametrize("number", [numbered("I9", 9)])
def test_an_episode_without_a_number(number: int) -> None:
    """Only its own id tells which one it is."""
    show = Item(SHOW, {"tvdb": "7"}, "Show")
    episode = Item(MediaKind.EPISODE, {"tvdb": f"{number}"}, show=show, season=1)
    assert item_keys(episode) == (f"episode:tvdb:{number}",)


@pytest.mark.parametrize(
    ("old", "new", "merged"),
    [
        numbered(
            "I18",
            {"imdb": "tt1"},
            {"imdb": "tt2", "tmdb": "5"},
            {"imdb": "tt1", "tmdb": "5"},
        )
    ],
)
def test_merged(
    old: dict[str, str], new: dict[str, str], merged: dict[str, str]
) -> None:
    """What was known first stays, and gaps are filled."""
    assert merge_ids(old, new) == merged


@pytest.mark.parametrize(
    ("item", "key", "title"),
    [
        numbered(
            "I19",
            Item(SHOW, {"tmdb": "94605"}, "Arcane", 2021),
            "show:tmdb:94605",
            "show|arcane|2021|",
        )
    ],
)
def test_found_by_either(item: Item, key: str, title: str) -> None:
    """An item with an id can be found by its title, where the other side has none."""
    assert (item_keys(item), title_key(item)) == ((key,), title)


@pytest.mark.parametrize("number", [numbered("I20", 1704067200)])
async def test_the_moment_of_a_play(number: int, tmp_path: Path) -> None:
    """A play is an item and a moment, which is kept as seconds since 1970."""

    async def see(stage: Stage) -> None:
        (row,) = stage.arena.store.load_ledger("S>T", Feature.HISTORY)
        snapshot = stage.arena.store.load_snapshot("T", Feature.HISTORY)
        assert snapshot is not None
        (record,) = snapshot.records.values()
        at = datetime.fromtimestamp(number, UTC)
        assert record.value == Watched(at, (Play(at),), 1)
        assert str(number) in row.source_value

    await tell((PLAYS(hold(S="m5@2024-01-01"), run("T+m5"), see),), tmp_path)


ROWS = [
    row(
        "I21",
        # A play that has a name but no date is not written as if it happened now.
        PLAYS(hold(S="m5"), run("T:m5:no_date"), sent(T=0)),
    ),
    row(
        "I22",
        PLAYS(
            hold(S="s1e1@2024-01-01,2024-06-01", T="s1e1@2024-01-01"), run("T+s1e1"),
            shows(T="s1e1@2024-01-01,2024-06-01"), run(), sent(T=1),
        ),
    ),
    row(
        "I23",
        WATCHLIST(
            hold(S="m5{tmdb}", T="s5{tmdb}"), run("T+m5"), shows(T="m5 s5"), run(),
        ),
    ),
    row(
        "I25",
        WATCHLIST(
            hold(S="m1{imdb} m1{imdb,tmdb}"), run("T+m1"), shows(T="m1"), run(),
            # The one item has both ids.
            hold(T="m1{tmdb}"), run(), sent(T=1),
        ),
    ),
    row(
        "I26",
        RATINGS(
            hold(S="m1{imdb}:7 m1{imdb,tmdb}:7"), run("T+m1"), shows(T="m1:7"), run(),
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize("stories", ROWS)
async def test_identity(stories: tuple[Story, ...], tmp_path: Path) -> None:
    """The row goes as it is told."""
    await tell(stories, tmp_path)


@pytest.mark.parametrize("native_id", [numbered("I24", "2490a139-25")])
async def test_native_ids_are_kept_verbatim(native_id: str, tmp_path: Path) -> None:
    """They are never changed, and never taken for an id of another kind."""

    async def see(stage: Stage) -> None:
        snapshot = stage.arena.store.load_snapshot("S", Feature.WATCHLIST)
        assert snapshot is not None
        assert set(snapshot.records) == {native_id}
        (row,) = stage.arena.store.load_ledger("S>T", Feature.WATCHLIST)
        assert row.source_native == native_id
        assert native_id not in row.keys

    await tell((WATCHLIST(hold(S=f"m1#{native_id}"), run("T+m1"), see),), tmp_path)
