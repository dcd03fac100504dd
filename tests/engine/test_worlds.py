"""Tests of the notation for worlds, and of the account that the tests use."""

from datetime import UTC, datetime

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Library,
    Listed,
    MediaKind,
    Play,
    Progress,
    Rated,
    Side,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport

from .fake_account import FakeAccount, Fault
from .worlds import name_of, parse, records, shown

MAY = datetime(2024, 5, 1, tzinfo=UTC)


def test_a_world_of_all_kinds() -> None:
    """A token says the kind, the place and all ids."""
    film, show, season, episode, special = parse("m1 s2 s2x3 s2e4 s2x0e1")
    ids = {"imdb": "tt1000002", "tmdb": "2", "tvdb": "102"}
    shared = Item(MediaKind.SHOW, ids, "Show 2", 2010)
    assert film.item == Item(
        MediaKind.MOVIE, {"imdb": "tt0000001", "tmdb": "1"}, "Film 1", 2000
    )
    assert show.item == shared
    assert (season.item.kind, season.item.show, season.item.season) == (
        MediaKind.SEASON,
        shared,
        3,
    )
    assert (episode.item.place, special.item.place) == ("s1e4", "s0e1")
    assert episode.item.ids == {"imdb": "tt20201004", "tvdb": "201004"}


@pytest.mark.parametrize(
    ("token", "ids", "show_ids"),
    [
        pytest.param("m1{}", {}, None, id="none"),
        pytest.param("m1{tmdb}", {"tmdb": "1"}, None, id="one"),
        pytest.param("m1{tmdb=9,imdb}", {"tmdb": "9", "imdb": "tt0000001"}, None),
        pytest.param("s1e2{|tvdb}", {}, {"tvdb": "101"}, id="of the show"),
        pytest.param("s1e2{tvdb|}", {"tvdb": "101002"}, {}, id="of the episode"),
    ],
)
def test_chosen_ids(
    token: str, ids: dict[str, str], show_ids: dict[str, str] | None
) -> None:
    """Braces choose the ids."""
    (sample,) = parse(token)
    assert sample.item.ids == ids
    assert (sample.item.show and sample.item.show.ids) == show_ids


def test_values() -> None:
    """A token says what a feature says of its item."""
    (rated,) = parse("m1#a7:8.5@2024-05-01")
    assert rated.native_id == "a7"
    assert rated.value(Feature.RATINGS) == Rated(8.5, MAY)
    assert rated.value(Feature.WATCHLIST) == Listed(MAY)
    (played,) = parse("m1@2024-05-01,2023-01-01T10:00:30")
    early = datetime(2023, 1, 1, 10, 0, 30, tzinfo=UTC)
    assert played.value(Feature.HISTORY) == Watched(MAY, (Play(early), Play(MAY)), 2)
    assert played.value(Feature.HISTORY, plays=False) == Watched(MAY)
    assert parse("m1")[0].value(Feature.HISTORY) == Watched(None)


@pytest.mark.parametrize(
    ("token", "value"),
    [
        ("m1+600@2024-05-01", Progress(600_000, 6_000_000, None, MAY)),
        ("m1+0.5of30", Progress(500, 30_000)),
        ("m1+600of0", Progress(600_000)),
        ("m1%21.05", Progress(percent=21.05)),
        ("m1+600!", Progress(600_000, 6_000_000, playing=True)),
        ("m1%50*", Progress(percent=50, watched=True)),
    ],
)
def test_positions(token: str, value: Progress) -> None:
    """A token says how far an item was played."""
    assert parse(token)[0].value(Feature.PROGRESS) == value


def test_libraries() -> None:
    """A token says which library its item is in."""
    (record,) = records("m1#a7/kids:8", Feature.RATINGS)
    assert (record.native_id, record.library) == ("a7", "kids")


@pytest.mark.parametrize("world", ["x1", "m", "m1[tmdb]", "m1@yesterday"])
def test_nonsense_is_refused(world: str) -> None:
    """What is no token is no silent nothing."""
    with pytest.raises(ValueError):
        parse(world)


@pytest.mark.parametrize("name", ["m1", "s2", "s2x1", "s2x3", "s2e4", "s2x0e1"])
def test_names(name: str) -> None:
    """An item's name is its token."""
    assert name_of(parse(name)[0].item) == name
    with pytest.raises(ValueError, match="Solaris"):
        name_of(Item(MediaKind.MOVIE, title="Solaris"))


@pytest.mark.parametrize(
    ("feature", "world", "short"),
    [
        (Feature.WATCHLIST, "m2 m1@2024-01-01", "m1 m2"),
        (Feature.RATINGS, "m1:8.5 m2:7@2024-01-01", "m1:8.5 m2:7"),
        (Feature.HISTORY, "m1@2024-01-01,2024-01-02T10:00:00 m2", None),
        (Feature.PROGRESS, "m1%21.5 m2+600@2024-01-01 m3+0", "m1%21.5 m2+600 m3+0"),
    ],
)
def test_shown(feature: Feature, world: str, short: str | None) -> None:
    """Records are shown as a world again."""
    assert shown(records(world, feature), feature) == (short or world)


async def test_the_account_keeps_what_it_holds() -> None:
    """An item that stays keeps its native id; a marker moves with every change."""
    account = FakeAccount(name="A", lists=frozenset({"tmdb"}))
    account.hold(Feature.WATCHLIST, "m1 m2")
    first = await account.read(Feature.WATCHLIST, None)
    before = await account.activity([Feature.WATCHLIST])
    assert await account.activity([Feature.WATCHLIST]) == before
    account.hold(Feature.WATCHLIST, "m2 m3")
    second = await account.read(Feature.WATCHLIST, first)
    assert await account.activity([Feature.WATCHLIST]) != before
    assert set(first.records) & set(second.records) == {"A2"}
    assert second.records["A2"].item.ids == {"tmdb": "2"}
    assert (await account.identify()).account_id == "A"


PLAYS = FeatureSupport(kinds=ALL_KINDS, plays=True)


async def _held(account: FakeAccount, feature: Feature, name: str) -> Value | None:
    """Return what an account lists of an item."""
    listed = (await account.read(feature, None)).records.values()
    return next((each.value for each in listed if name_of(each.item) == name), None)


async def _remove(
    account: FakeAccount, feature: Feature, name: str, before: Value | None = None
) -> tuple[OutcomeKind, Reason | None]:
    """Remove an item, of history the plays that stand in `before`."""
    item = parse(name)[0].item
    operation = Operation(
        feature=feature,
        side=Side.TARGET,
        action=Action.REMOVE,
        item=item,
        reason=Reason.GONE_FROM_SOURCE,
        keys=(f"movie:tmdb:{item.ids['tmdb']}",),
        before=before,
    )
    (outcome,) = [each async for each in account.write(feature, [operation])]
    return outcome.kind, outcome.reason


APPLIED = (OutcomeKind.APPLIED, None)


@pytest.mark.parametrize(
    ("feature", "world"),
    [
        (Feature.WATCHLIST, "m1 m2"),
        (Feature.RATINGS, "m1:8 m2:7"),
        (Feature.PROGRESS, "m1+600 m2%50"),
        (Feature.HISTORY, "m1@2024-01-01 m2@2024-01-01"),
    ],
)
async def test_the_account_removes(feature: Feature, world: str) -> None:
    """An item is gone once it is removed, and nothing else is."""
    account = FakeAccount(name="A")
    account.hold(feature, world)
    assert await _remove(account, feature, "m1") == APPLIED
    assert account.shown(feature) == shown(records(world, feature)[1:], feature)
    assert await _remove(account, feature, "m1") == (OutcomeKind.ALREADY_THERE, None)


async def test_the_account_removes_the_plays_it_is_told() -> None:
    """Plays have names that stay; of two of one moment only the named one goes."""
    account = FakeAccount(name="A", support=PLAYS)
    account.hold(Feature.HISTORY, "m1@2024-01-01,2024-05-01,2024-05-01")
    held = await _held(account, Feature.HISTORY, "m1")
    assert isinstance(held, Watched)
    assert len({play.native_id for play in held.plays} - {""}) == 3
    gone = Watched(MAY, held.plays[2:], 1)
    assert await _remove(account, Feature.HISTORY, "m1", gone) == APPLIED
    kept = await _held(account, Feature.HISTORY, "m1")
    assert kept == Watched(MAY, held.plays[:2], 2)
    account.hold(Feature.HISTORY, "m1@2024-01-01,2024-05-01")
    assert await _held(account, Feature.HISTORY, "m1") == kept
    by_moment = Watched(MAY, (Play(MAY),), 1)
    assert await _remove(account, Feature.HISTORY, "m1", by_moment) == APPLIED
    assert account.shown(Feature.HISTORY) == "m1@2024-01-01"
    assert await _remove(account, Feature.HISTORY, "m1", held) == APPLIED
    assert account.shown(Feature.HISTORY) == ""


async def test_removals_that_do_not_go_as_told() -> None:
    """One is refused, one only acknowledged, and one is listed for some time."""
    keys = {number: frozenset({f"movie:tmdb:{number}"}) for number in (1, 2)}
    account = FakeAccount(name="A", unremovable=keys[1], clings=keys[2], lag=1)
    account.hold(Feature.WATCHLIST, "m1 m2 m3")
    refused = await _remove(account, Feature.WATCHLIST, "m1")
    assert refused == (OutcomeKind.UNRESOLVED, Reason.REJECTED)
    for name in ("m2", "m3"):
        assert await _remove(account, Feature.WATCHLIST, name) == APPLIED
    assert account.shown(Feature.WATCHLIST) == "m1 m2"
    for listed in (3, 2):
        snapshot = await account.read(Feature.WATCHLIST, None)
        assert len(snapshot.records) == listed


async def test_additions_that_do_not_go_as_told() -> None:
    """One is only acknowledged, one is done in silence, one read lists nothing."""
    account = FakeAccount(
        name="A",
        ghosts=frozenset({"movie:tmdb:1"}),
        mute=frozenset({"movie:tmdb:2"}),
        faults={("read", 1): Fault.EMPTY},
    )
    operations = [
        Operation(
            feature=Feature.WATCHLIST,
            side=Side.TARGET,
            action=Action.ADD,
            item=record.item,
            reason=Reason.MISSING,
            keys=record.keys,
            value=record.value,
        )
        for record in records("m1 m2 m3", Feature.WATCHLIST)
    ]
    done = [each async for each in account.write(Feature.WATCHLIST, operations)]
    assert [each.operation for each in done] == [operations[0], operations[2]]
    assert account.shown(Feature.WATCHLIST) == "m2 m3"
    empty = await account.read(Feature.WATCHLIST, None)
    assert (empty.complete, len(empty.records)) == (True, 0)
    assert len((await account.read(Feature.WATCHLIST, None)).records) == 2


async def test_the_account_knows_its_libraries() -> None:
    """It tells which library an item is in when it is asked, or with every read."""
    account = FakeAccount(
        name="A", support=FeatureSupport(kinds=ALL_KINDS, libraries=True)
    )
    account.hold(Feature.WATCHLIST, "m1#a/kids m2#b m3#c/films")
    assert await account.libraries() == [
        Library("films", "Library films"),
        Library("kids", "Library kids"),
    ]
    assert await account.locate(["a", "b"]) == {"a": "kids"}
    (first, *_) = (await account.read(Feature.WATCHLIST, None)).records.values()
    assert first.library == ""
    account.lists_libraries = True
    (first, *_) = (await account.read(Feature.WATCHLIST, None)).records.values()
    assert first.library == "kids"


async def test_a_position_that_completes() -> None:
    """A position written from some point on makes the item watched: it is gone."""
    account = FakeAccount(
        name="A", support=FeatureSupport(kinds=ALL_KINDS, completes_at=90)
    )
    account.hold(Feature.PROGRESS, "m1+600 m2+600")
    snapshot = await account.read(Feature.PROGRESS, None)
    operations = [
        Operation(
            feature=Feature.PROGRESS,
            side=Side.TARGET,
            action=Action.UPDATE,
            item=record.item,
            reason=Reason.CHANGED,
            keys=record.keys,
            value=Progress(seconds * 1000, 6_000_000),
            native_ids=(record.native_id,),
        )
        for record, seconds in zip(snapshot.records.values(), (5399, 5400), strict=True)
    ]
    done = [each.kind async for each in account.write(Feature.PROGRESS, operations)]
    assert done == [OutcomeKind.APPLIED] * 2
    assert account.shown(Feature.PROGRESS) == "m1+5399"
