"""A Jellyfin server as either side of a two-way pair: removals, undoing, and doubts."""

from collections.abc import AsyncIterator, Callable
from copy import replace
from datetime import timedelta

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Rated,
    Record,
    Snapshot,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import Action, OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import (
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.mediabrowser import history

from ..simulators.base import FaultKind
from ..simulators.catalogue import make_catalogue
from ..simulators.jellyfin import Behaviour, Item as ServerItem, UserData
from .jellyfin_world import ITEMS, FaultRule, World, a_world
from .mediabrowser_world import moment
from .operating import operation, written

APPLIED = (OutcomeKind.APPLIED, None)
THERE = (OutcomeKind.ALREADY_THERE, None)
NOT_FOUND = (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
CHANGED = (OutcomeKind.FAILED, Reason.CHANGED_SINCE)

FEATURES = (Feature.HISTORY, Feature.WATCHLIST, Feature.RATINGS)
VALUES: dict[Feature, Value] = {
    Feature.HISTORY: Watched(moment(400)),
    Feature.WATCHLIST: Listed(),
    Feature.RATINGS: Rated(7.5),
}
FILMS = 80


@pytest.fixture
async def world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a server on which everything of eighty films is known."""
    catalogue = make_catalogue(films=FILMS + 40, shows=6)
    async with a_world(session, limiters, catalogue) as world:
        for number, film in enumerate(world.seeded.films[:FILMS]):
            world.server.play(world.user, film, moment(days=10 + number))
            world.server.favourite(world.user, film)
            world.server.rate(world.user, film, 7.5)
        yield world


def as_item(item: ServerItem) -> Item:
    """Return a film as another account would know it."""
    ids = {name.lower(): value for name, value in item.provider_ids.items()}
    return Item(MediaKind.MOVIE, ids, item.name, item.year)


def take_away(world: World, feature: Feature, *items: ServerItem) -> None:
    """Let a person take items out of a feature."""
    for item in items:
        match feature:
            case Feature.HISTORY:
                world.server.unplay(world.user, item)
            case Feature.WATCHLIST:
                world.server.favourite(world.user, item, on=False)
            case _:
                world.server.rate(world.user, item, None)


def said(world: World, item: ServerItem) -> tuple[bool, bool, float | None]:
    """Return whether an item is watched, liked and how it is rated."""
    data: UserData = world.user.of(item)
    return data.played, data.favourite, data.rating


async def read(
    world: World, feature: Feature, previous: Snapshot | None = None
) -> Snapshot:
    """Read a feature as a run does: the marker first."""
    markers = await world.provider.activity([feature])
    snapshot = await world.provider.read(feature, previous)
    return replace(snapshot, marker=markers.get(feature, ""))


# What a person takes away


@pytest.mark.parametrize("page", [5, 200])
@pytest.mark.parametrize("feature", FEATURES)
async def test_what_a_person_removes_is_gone(
    world: World, monkeypatch: pytest.MonkeyPatch, feature: Feature, page: int
) -> None:
    """The marker moves, and the next read does not list it any more."""
    monkeypatch.setattr(history, "DELTA_PAGE", page)
    before = await read(world, feature)
    assert len(before.records) == FILMS
    gone, deleted = world.seeded.films[3], world.seeded.films[60]
    take_away(world, feature, gone)
    after = await read(world, feature, before)
    assert after.records.keys() == before.records.keys() - {gone.id}
    assert feature is Feature.RATINGS or after.marker != before.marker
    world.server.state.remove_item(deleted)
    last = await read(world, feature, after)
    assert last.records.keys() == after.records.keys() - {deleted.id}
    everything = world.seeded.films
    world.server.state.touch()
    take_away(world, feature, *(film for film in everything if film is not deleted))
    assert (await read(world, feature, last)).records == {}


async def test_a_removal_that_the_marker_cannot_see(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old play goes and another old one comes: a day later it is known."""
    monkeypatch.setattr(history, "HEAD_SIZE", 5)
    before = await read(world, Feature.HISTORY)
    gone, new = world.seeded.films[40], world.seeded.films[FILMS]
    world.server.unplay(world.user, gone)
    world.server.play(world.user, new, moment(days=900))
    marker = (await world.provider.activity([Feature.HISTORY]))[Feature.HISTORY]
    assert marker == before.marker
    support = world.provider.capabilities[Feature.HISTORY]
    assert support.trust_marker_for == timedelta(days=1)
    old = replace(before, full_read_at=before.full_read_at - timedelta(days=1))
    after = await read(world, Feature.HISTORY, old)
    assert gone.id not in after.records
    assert new.id in after.records


async def test_a_removal_beside_our_own_writes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many go as we added out of sight: the number alone would not tell."""
    monkeypatch.setattr(history, "HEAD_SIZE", 5)
    monkeypatch.setattr(history, "DELTA_PAGE", 5)
    before = await world.provider.read(Feature.HISTORY, None)
    new, gone = world.seeded.films[FILMS], world.seeded.films[40]
    add = operation(as_item(new), Watched(moment(days=900)))
    assert await world.write(Feature.HISTORY, add) == [APPLIED]
    ours = Record(as_item(new), Watched(moment(days=900)), new.id, seen=False)
    world.server.unplay(world.user, gone)
    after = await world.provider.read(Feature.HISTORY, before.updated([ours]))
    assert gone.id not in after.records
    assert after.records[new.id].seen


@pytest.mark.parametrize("feature", FEATURES)
async def test_our_own_writes_are_seen_at_the_next_read(
    world: World, feature: Feature
) -> None:
    """What was written with an old date is listed, and so it can be removed later."""
    before = await read(world, feature)
    film = world.seeded.films[FILMS]
    change = operation(as_item(film), VALUES[feature], feature=feature)
    [outcome] = await written(world.provider, feature, [change])
    ours = Record(change.item, VALUES[feature], outcome.address, seen=False)
    noted = before.updated([ours])
    after = await read(world, feature, noted)
    record = after.records[film.id]
    assert record.seen
    assert record.value == VALUES[feature]
    assert feature is Feature.RATINGS or after.marker != before.marker
    take_away(world, feature, film)
    last = await read(world, feature, after)
    assert film.id not in last.records
    assert len(last.records) == FILMS


# Removals of our own, and taking them back


@pytest.mark.parametrize("feature", FEATURES)
async def test_a_removal_and_back_again(world: World, feature: Feature) -> None:
    """Nothing else of the item changes, nor any other item; the date comes back."""
    film, other = world.seeded.films[3:5]
    record = (await world.read(feature))[film.id]
    was = said(world, film)
    remove = operation(
        as_item(film),
        None,
        feature=feature,
        before=record.value,
        native_ids=[film.id],
    )
    assert await world.write(feature, remove) == [APPLIED]
    now = dict(zip(FEATURES, said(world, film), strict=True))
    assert not now.pop(feature)
    assert all(now.values())
    assert said(world, other) == (True, True, 7.5)
    assert await world.write(feature, remove) == [THERE]
    assert world.server.writes() == 1
    back = operation(as_item(film), record.value, feature=feature, native_ids=[film.id])
    assert await world.write(feature, back) == [APPLIED]
    assert said(world, film) == was
    assert (await world.read(feature))[film.id].value == record.value


async def test_additions_beside_removals(world: World) -> None:
    """Each operation is done and told for itself."""
    gone, there, new, unseen = world.seeded.films[FILMS - 2 : FILMS + 2]
    assert await world.write(
        Feature.HISTORY,
        operation(as_item(new), Watched(moment(1))),
        operation(as_item(gone), None, before=Watched(moment(1))),
        operation(as_item(unseen), None, before=Watched(moment(1))),
        operation(as_item(there), Watched(moment(900))),
    ) == [APPLIED, APPLIED, THERE, THERE]
    films = world.seeded.films[FILMS - 2 : FILMS + 2]
    assert [world.user.of(film).played for film in films] == [False, True, True, False]


async def test_a_film_in_two_libraries_is_unwatched_in_both(world: World) -> None:
    """A removal without an address finds all copies by their ids."""
    film = world.seeded.films[3]
    copy = replace(film, id="c" * 32, key="copy", library=world.seeded.mixed)
    world.server.state.add_item(copy)
    world.server.play(world.user, copy, moment(20))
    remove = operation(as_item(film), None, before=Watched(moment(13)))
    assert await world.write(Feature.HISTORY, remove) == [APPLIED]
    assert not world.user.of(film).played
    assert not world.user.of(copy).played


async def test_a_series_is_never_taken_as_a_whole(world: World) -> None:
    """Its address in the history would stand for all of its episodes."""
    series = world.seeded.series[0]
    episode = next(series.leaves())
    world.server.play(world.user, episode, moment(1))
    for value in (None, Watched(moment(2))):
        change = operation(as_item(series), value, native_ids=[series.id])
        assert await world.write(Feature.HISTORY, change) == [
            (OutcomeKind.FAILED, Reason.KIND_NOT_SUPPORTED)
        ]
    assert world.server.writes() == 0


@pytest.mark.parametrize(
    ("value", "result"),
    [pytest.param(None, THERE, id="remove"), (Watched(moment(1)), NOT_FOUND)],
)
async def test_an_item_that_goes_in_the_meantime(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    value: Watched | None,
    result: tuple[OutcomeKind, Reason | None],
) -> None:
    """It is asked for once more before it is called gone."""
    film = world.seeded.films[3]
    for method in ("POST", "DELETE"):
        world.server.faults.meanwhile(
            lambda: world.server.state.remove_item(film), method=method
        )
    write = operation(
        as_item(film), value, before=Watched(moment(13)), native_ids=[film.id]
    )
    assert await world.write(Feature.HISTORY, write) == [result]


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_a_proxy_that_does_not_know_the_way(world: World, method: str) -> None:
    """An item that is still listed is not gone, whatever the status says."""
    film = world.seeded.films[3]
    world.server.faults.fail(method=method, status=404, times=9)
    value = Watched(moment(1)) if method == "POST" else None
    change = operation(
        as_item(film), value, before=Watched(moment(13)), native_ids=[film.id]
    )
    assert await world.write(Feature.HISTORY, change) == [
        (OutcomeKind.FAILED, Reason.UNAVAILABLE)
    ]


@pytest.mark.parametrize(
    ("days", "before", "result"),
    [
        pytest.param(13, Watched(moment(13)), APPLIED, id="as it is known"),
        pytest.param(13, Watched(moment(12)), THERE, id="another date is there"),
        pytest.param(13, Watched(), THERE, id="known without a date"),
        pytest.param(13, None, THERE, id="not known"),
        pytest.param(20, Watched(moment(20)), THERE, id="there already"),
    ],
)
async def test_an_older_date_on_purpose(
    world: World,
    days: int,
    before: Watched | None,
    result: tuple[OutcomeKind, Reason | None],
) -> None:
    """Only who knows the date may put it back, as an undo does."""
    film = world.seeded.films[FILMS]
    world.server.play(world.user, film, moment(days))
    change = replace(
        operation(
            as_item(film), Watched(moment(20)), before=before, native_ids=[film.id]
        ),
        action=Action.UPDATE,
    )
    assert await world.write(Feature.HISTORY, change) == [result]
    value = (await world.read(Feature.HISTORY))[film.id].value
    assert value == Watched(moment(20 if result is APPLIED else days), (), 1)


async def test_a_date_that_does_not_go_back(world: World) -> None:
    """A server that keeps the newer date has not done what was wanted."""
    film = world.seeded.films[3]
    body = (
        '{"Played": true, "PlayCount": 1,'
        f' "LastPlayedDate": "{moment(13):%Y-%m-%dT%H:%M:%S}.0000000Z"}}'
    )
    world.server.faults.fail(method="POST", kind=FaultKind.NONSENSE, body=body)
    change = operation(
        as_item(film),
        Watched(moment(50)),
        before=Watched(moment(13)),
        native_ids=[film.id],
    )
    assert await world.write(Feature.HISTORY, change) == [
        (OutcomeKind.FAILED, Reason.REJECTED)
    ]


@pytest.mark.parametrize(
    ("held", "value", "before", "result"),
    [
        pytest.param(7.5, Rated(4), Rated(7.5), APPLIED, id="back to another"),
        pytest.param(7.5, None, Rated(7.5), APPLIED, id="removed"),
        pytest.param(7.5, None, None, APPLIED, id="removed, not known"),
        pytest.param(9.0, Rated(4), Rated(7.5), CHANGED, id="rated anew since"),
        pytest.param(9.0, None, Rated(7.5), CHANGED, id="rated anew, not removed"),
        pytest.param(9.0, Rated(4), None, CHANGED, id="rated since by a person"),
        pytest.param(None, Rated(4), Rated(7.5), CHANGED, id="cleared since"),
        pytest.param(None, None, Rated(7.5), THERE, id="gone already"),
        pytest.param(4.0, Rated(4), Rated(7.5), THERE, id="there already"),
        pytest.param(None, Rated(4), None, APPLIED, id="new"),
    ],
)
async def test_ratings_are_not_overwritten_unseen(
    world: World,
    held: float | None,
    value: Rated | None,
    before: Rated | None,
    result: tuple[OutcomeKind, Reason | None],
) -> None:
    """The server keeps no dates of ratings: what came in between is newer."""
    film = world.seeded.films[3]
    world.server.rate(world.user, film, held)
    change = operation(
        as_item(film),
        value,
        feature=Feature.RATINGS,
        before=before,
        native_ids=[film.id],
    )
    assert await world.write(Feature.RATINGS, change) == [result]
    left = held if result in {CHANGED, THERE} else value and value.rating
    assert world.user.of(film).rating == left


# Answers that look as if something were gone


def cut(world: World) -> None:
    """Show the first sixty, and say how many there are."""
    world.server.behaviour = Behaviour(cut_lists=60)


def cut_in_secret(world: World) -> None:
    """Show the first sixty as if these were all."""
    world.server.behaviour = Behaviour(cut_lists=60, honest_total=False)


def nothing(world: World) -> None:
    """Show nothing."""
    world.server.behaviour = Behaviour(empty_lists=True)


def of_another(world: World) -> None:
    """Show what somebody else watched, likes and rated."""
    ann = world.server.add_user("Ann")
    for film in world.seeded.films[50 : FILMS + 30]:
        world.server.play(ann, film, moment(3))
        world.server.favourite(ann, film)
        world.server.rate(ann, film, 2)
    world.server.behaviour = Behaviour(lists_of=ann)


def of_another_with_nothing(world: World) -> None:
    """Show what somebody did who has done nothing yet."""
    world.server.behaviour = Behaviour(lists_of=world.server.add_user("Ann"))


def as_another(world: World) -> None:
    """Take the login for that of somebody else, and show less."""
    nothing(world)
    body = '{"Id": "5", "ServerId": "1", "Name": "Ann"}'
    world.server.faults.fail(path="/Users/Me", kind=FaultKind.NONSENSE, body=body)


def failing(world: World) -> None:
    """Fail."""
    fault: FaultRule = {"status": 500}
    world.server.faults.fail(path=ITEMS, times=99, **fault)


def missing(world: World) -> None:
    """Know of no lists."""
    world.server.faults.fail(path=ITEMS, times=99, status=404)


@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.parametrize("how", ["delta", "full", "fresh"])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (cut, ProtocolError),
        (cut_in_secret, ProtocolError),
        (nothing, ProtocolError),
        (of_another, ProtocolError),
        (of_another_with_nothing, ProtocolError),
        (as_another, AuthenticationError),
        (failing, ProviderUnavailableError),
        (missing, ProtocolError),
    ],
)
async def test_answers_that_lack_what_is_there(
    world: World,
    feature: Feature,
    how: str,
    fault: Callable[[World], None],
    error: type[ProviderError],
) -> None:
    """Nothing is called gone that the server still has, whatever it lists."""
    before = await read(world, feature)
    previous: Snapshot | None = before
    if how == "full":
        day = timedelta(days=1)
        previous = replace(before, full_read_at=before.full_read_at - day)
    elif how == "fresh":
        # As the second read that a removal needs: what was listed last is known.
        previous = None
    fault(world)
    if fault is cut and feature is Feature.HISTORY and how == "delta":
        # The newest rows and the number of all are as before: nothing is missing.
        assert (await read(world, feature, before)).records == before.records
        return
    with pytest.raises(error):
        await read(world, feature, previous)
    world.server.behaviour = Behaviour()
    world.server.faults.clear()
    after = await read(world, feature, previous)
    assert dict(after.records) == dict(before.records)


async def test_more_is_gone_than_is_asked_for(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """The first ones stand for all: what is true of them is believed of the rest."""
    async with a_world(session, limiters, make_catalogue(films=400, shows=0)) as world:
        films = world.seeded.films
        for film in films:
            world.server.favourite(world.user, film)
        before = await read(world, Feature.WATCHLIST)
        cut_in_secret(world)
        with pytest.raises(ProtocolError, match="340"):
            await read(world, Feature.WATCHLIST, before)
        world.server.behaviour = Behaviour()
        take_away(world, Feature.WATCHLIST, *films[60:])
        after = await read(world, Feature.WATCHLIST, before)
        assert len(after.records) == 60


@pytest.mark.parametrize("feature", FEATURES)
async def test_a_stray_is_kept(world: World, feature: Feature) -> None:
    """A list that lacks a few by some oddity does not end the sync."""
    episode = world.seeded.episodes[0]
    world.server.play(world.user, episode, moment(500))
    world.server.rate(world.user, episode, 3)
    before = await read(world, feature)
    cut_to = len(before.records) - 2
    world.server.behaviour = Behaviour(cut_lists=cut_to, honest_total=False)
    for previous in (before, None, None):
        after = await read(world, feature, previous)
        assert dict(after.records) == dict(before.records)


async def test_items_that_were_hidden_are_gone(world: World) -> None:
    """What the user may not see any more is not listed, and that is no fault."""
    before = await read(world, Feature.WATCHLIST)
    hidden = world.seeded.films[:10]
    world.server.unshown.update(film.id for film in hidden)
    after = await read(world, Feature.WATCHLIST, before)
    assert len(after.records) == FILMS - 10


async def test_a_server_without_anything(world: World) -> None:
    """A library that is empty as a whole is not believed to be so for good."""
    before = await read(world, Feature.WATCHLIST)
    for item in (*world.seeded.films, *world.seeded.series):
        world.server.state.remove_item(item)
    with pytest.raises(ProviderUnavailableError, match="no films"):
        await read(world, Feature.WATCHLIST, before)
    with pytest.raises(ProviderUnavailableError, match="no films"):
        await read(world, Feature.WATCHLIST)
    # A server that never had anything has nothing to lose.
    anew = world.restarted()
    assert (await anew.read(Feature.WATCHLIST, None)).records == {}


async def test_where_items_cannot_be_asked(world: World) -> None:
    """A server that does not offer that way is believed by its lists."""
    before = await read(world, Feature.WATCHLIST)
    world.server.faults.fail(path=r"/UserItems/\w+/UserData", status=404, times=9)
    film = world.seeded.films[3]
    take_away(world, Feature.WATCHLIST, film)
    after = await read(world, Feature.WATCHLIST, before)
    assert after.records.keys() == before.records.keys() - {film.id}
