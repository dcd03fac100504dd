"""The reference's rows for identity: keys, ids and what matches."""

import pytest

from custom_components.crosswatch.engine.ids import (
    ids_conflict,
    item_keys,
    merge_ids,
    normalise_id,
    normalise_ids,
    title_key,
)
from custom_components.crosswatch.engine.matching import join
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Record,
    Snapshot,
    Watched,
)

from .worlds import READ_AT, parse, snapshot


def _keys(token: str) -> set[str]:
    return set(item_keys(parse(token)[0].item))


@pytest.mark.parametrize(
    ("token", "keys"),
    [
        pytest.param(
            "m1{tmdb=550,imdb}", "movie:tmdb:550 movie:imdb:tt0000001", id="I1"
        ),
        pytest.param("m1{imdb}", "movie:imdb:tt0000001", id="I2"),
        pytest.param("m1{}", "", id="I4 nothing but a title"),
        pytest.param("s1e2{|imdb}", "imdb:tt1000001#s1e2", id="I6"),
        pytest.param("s1x0e1{|tmdb}", "tmdb:1#s0e1", id="I7 specials"),
        pytest.param("s1x2{|tmdb=5}", "tmdb:5#s2", id="I8 season"),
        pytest.param("s1{tmdb}", "show:tmdb:1", id="I23 the kind is in the key"),
        pytest.param("m1{mal=1,simkl=2}", "movie:mal:1 movie:simkl:2", id="I11"),
        pytest.param("s1e2{tmdb=1|tmdb=1}", "tmdb:1#s1e2", id="H15 only the show's id"),
        pytest.param(
            "s1x1e100{tmdb=77|}", "episode:tmdb:77", id="I10 no id of the show"
        ),
    ],
)
def test_keys(token: str, keys: str) -> None:
    """An item is found by these keys, and no others."""
    assert _keys(token) == set(keys.split())


def test_i9_episode_without_a_place() -> None:
    """Only its own id tells what it is; a place that is not known is no key."""
    show = Item(MediaKind.SHOW, {"tvdb": "7"}, "Show")
    episode = Item(MediaKind.EPISODE, {"tvdb": "9"}, show=show, season=1)
    assert item_keys(episode) == ("episode:tvdb:9",)
    assert title_key(episode) is None
    assert episode.place is None
    assert Item(MediaKind.EPISODE, show=show).label == "Show"


@pytest.mark.parametrize(
    ("namespace", "value", "expected"),
    [
        pytest.param("imdb", "0137523", "tt0137523", id="I3"),
        pytest.param("imdb", "TT0137523", "tt0137523", id="I3 in capitals"),
        pytest.param("imdb", "imdb://tt123?lang=en", "tt123", id="I14"),
        pytest.param("imdb", "None", None, id="I15"),
        pytest.param("tmdb", "0", None, id="I15 zero"),
        pytest.param("tmdb", 0, None, id="I15 the number zero"),
        pytest.param("tmdb", "-1", None, id="minus one stands for none"),
        pytest.param("tmdb", 550, "550", id="a number"),
        pytest.param("tmdb", " 550 ", "550", id="I17"),
        pytest.param("tvdb", "tvdb-42", "42", id="I17 with its name"),
        pytest.param("imdb", "tt0000000", None, id="all zeros"),
        pytest.param("tvdb", "series", None, id="no digits"),
        pytest.param("imdb", None, None, id="absent"),
    ],
)
def test_normalised(
    namespace: str, value: str | int | None, expected: str | None
) -> None:
    """Ids are brought to one form; what says nothing is dropped."""
    assert normalise_id(namespace, value) == expected


def test_only_universal_ids_are_kept() -> None:
    """I12, I13, I24: what only one server understands never becomes a key."""
    ids = {"Imdb": "tt1", "Jellyfin": "2490a139-25", "guid": "plex://movie/5d77"}
    assert normalise_ids({**ids, "TMDB": 5, "tvdb": ""}) == {"imdb": "tt1", "tmdb": "5"}


def test_i18_merging_ids() -> None:
    """What is known first stays, and gaps are filled."""
    first = {"imdb": "tt1"}
    second = {"imdb": "tt2", "tmdb": "5"}
    assert merge_ids(first, second) == {"imdb": "tt1", "tmdb": "5"}
    assert ids_conflict(first, second)
    assert not ids_conflict(first, {"tmdb": "5"})


@pytest.mark.parametrize(
    ("source", "target", "matches", "ambiguous"),
    [
        pytest.param("m5{tmdb}", "s5{tmdb}", 0, 0, id="I23 film and show"),
        pytest.param("m1{imdb} m2{tmdb}", "m3{imdb=tt0000001,tmdb=2}", 1, 0, id="I25"),
        pytest.param("m1{tmdb} m1{tmdb,imdb}", "m1{imdb}", 1, 0, id="I26 two copies"),
        pytest.param("s1e2", "s1e2{|tvdb}", 1, 0, id="H12 the show's id"),
        pytest.param("s1e1{|tmdb}", "s1e1{|tvdb}", 0, 0, id="H13 no id in common"),
        pytest.param(
            "s1x23e1{tvdb=11526346|}", "s1x23e1156{tvdb=11526346|}", 1, 0, id="H14"
        ),
        pytest.param("s1x23e1{tvdb|tvdb}", "s1x23e2{|tvdb}", 0, 0, id="H15"),
        pytest.param("m1{}", "m1{}", 1, 0, id="I4 title and year"),
        pytest.param("s1{}", "m1{}", 0, 0, id="titles of other kinds"),
        pytest.param("s1e2{|}", "s1e2{|tmdb}", 1, 0, id="I5 episode by title"),
        pytest.param("s1e2{|}", "s1e3{|tmdb}", 0, 0, id="another place"),
        pytest.param(
            "m1{} m1{}", "m1{tmdb}", 0, 2, id="title not unique at the source"
        ),
        pytest.param(
            "m1{}", "m1{tmdb} m1{imdb}", 0, 1, id="title not unique at the target"
        ),
        pytest.param(
            "m1{imdb,tmdb=1} m2{imdb=tt0000001,tmdb=2}", "m3{imdb=tt0000001}", 0, 3
        ),
        pytest.param(
            "m1{imdb,tmdb=1} m2{imdb=tt0000001,tmdb=2}",
            "m1{tmdb} m2{tmdb}",
            2,
            0,
            id="a false id does no harm where others tell the films apart",
        ),
    ],
)
def test_what_matches(source: str, target: str, matches: int, ambiguous: int) -> None:
    """Items match by any id of one kind, and by title only as a last resort."""
    joined = join(
        snapshot(source, Feature.WATCHLIST), snapshot(target, Feature.WATCHLIST), []
    )
    both = [match for match in joined.matches if match.source and match.target]
    assert (len(both), len(joined.ambiguous)) == (matches, ambiguous)


def test_i19_title_key() -> None:
    """A title counts with its year and kind; an episode with its place."""
    arcane = Item(MediaKind.SHOW, title="Arcane!", year=2021)
    assert title_key(arcane) == "show|arcane|2021|"
    assert title_key(Item(MediaKind.MOVIE, title="Arcane")) is None
    assert title_key(Item(MediaKind.MOVIE, title="…", year=2021)) is None
    episode = Item(MediaKind.EPISODE, show=arcane, season=1, number=2)
    assert title_key(episode) == "episode|arcane||s1e2"


def test_labels() -> None:
    """An item is called what a person knows it by."""
    labels = [sample.item.label for sample in parse("m1 s1 s1x2 s1x2e3")]
    assert labels == ["Film 1 (2000)", "Show 1 (2010)", "Show 1 S02", "Show 1 S02E03"]
    assert Item(MediaKind.MOVIE, title="Solaris").label == "Solaris"


@pytest.mark.parametrize(
    ("here", "there", "matched"),
    [(1990, 2001, False), (1990, 1991, True), (1990, None, True), (None, 2001, True)],
)
def test_shows_of_one_title(here: int | None, there: int | None, matched: bool) -> None:
    """Episodes of a show without ids are not those of another one, made years later."""
    records = [
        Record(
            Item(
                MediaKind.EPISODE,
                show=Item(MediaKind.SHOW, ids, "Show", year),
                season=1,
                number=2,
            ),
            Watched(),
            "n1",
        )
        for year, ids in ((here, {}), (there, {"tvdb": "7"}))
    ]
    source, target = (Snapshot.of(Feature.HISTORY, [each], READ_AT) for each in records)
    found = join(source, target, ())
    assert len(found.matches) == (1 if matched else 2)
    assert not found.ambiguous
