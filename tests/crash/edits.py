"""What a person changes at a service between two runs: some of everything."""

from collections.abc import Iterable
from datetime import UTC, datetime

from custom_components.crosswatch.engine.model import (
    Feature,
    Listed,
    Play,
    Rated,
    Record,
    Watched,
)
from custom_components.crosswatch.engine.plan import Operation

from ..providers import trakt_world
from ..providers.fault_stage import (
    CATALOGUE,
    End,
    JellyfinEnd,
    TrackerEnd,
    TraktEnd,
    moment,
)
from ..providers.operating import operation, written
from ..providers.tracker_world import put, tracker
from ..simulators.trakt import Kind, Title, TraktSimulator

# Later than anything that was there before.
NEW = 400
RATED = datetime(2026, 10, 1, 12, tzinfo=UTC)


async def change_some(end: End, *, as_source: bool) -> None:
    """Add, change and take away some of everything; other things at either side."""
    offset = 0 if as_source else 2
    match end:
        case JellyfinEnd():
            _at_jellyfin(end, offset)
        case TraktEnd():
            _at_trakt(end, offset)
        case TrackerEnd():
            await _at_tracker(end, offset)


def keep_apart(end: JellyfinEnd) -> None:
    """Like no longer what was watched: a watchlist may well not take it."""
    items = end.simulator.state.items.values()
    watched = {each.name for each in items if end.user.of(each).played}
    for item in items:
        if item.name in watched:
            end.simulator.favourite(end.user, item, on=False)


def change_little(end: TraktEnd) -> None:
    """Watch one more film, list another one, and rate a third."""
    alice = end.simulator.alice
    films = [each for each in end.simulator.library if each.kind is Kind.MOVIE]
    new = [each for each in films if not alice.history.of(each)]
    alice.watch(new[-1], moment(NEW + 90))
    alice.put_on_watchlist(
        next(each for each in films[::-1] if each not in alice.watchlist.live),
        moment(NEW + 90),
    )
    alice.rate(
        next(each for each in films[::-1] if each not in alice.ratings.live),
        8,
        RATED,
    )


def _at_jellyfin(end: JellyfinEnd, offset: int) -> None:
    """Play and unplay, like and no longer like, rate and rate no more."""
    server, user = end.simulator, end.user
    items = [each for each in server.state.items.values() if each.provider_ids]
    playable = [each for each in items if not each.is_folder and not each.virtual]
    played = [each for each in playable if user.of(each).played]
    unplayed = [
        each
        for each in playable
        if not user.of(each).played and not user.of(each).favourite
    ]
    for item in played[offset + 1 :: 6][:4]:
        server.unplay(user, item)
    for number, item in enumerate(unplayed[offset::2][:7]):
        server.play(user, item, moment(NEW + offset + number))
    for item in played[offset + 3 :: 6][:2]:
        server.play(user, item, moment(NEW + 50 + offset))
    listable = [each for each in items if each.type in {"Movie", "Series"}]
    liked = [each for each in listable if user.of(each).favourite]
    rated = [each for each in listable if user.of(each).rating is not None]
    seen = [each for each in listable if each in played or user.of(each).played]
    rest = [each for each in listable if each not in [*liked, *rated, *seen]]
    for item in liked[offset::3][:2]:
        server.favourite(user, item, on=False)
    for item in rest[offset::2][:4]:
        server.favourite(user, item)
        server.rate(user, item, 7.0)
    for item in rated[offset::4][:2]:
        server.rate(user, item, None)
    for item in rated[offset + 1 :: 4][:2]:
        server.rate(user, item, 10.0)


def _at_trakt(end: TraktEnd, offset: int) -> None:
    """Watch and forget, list and take off, rate and rate no more."""
    alice, titles = end.simulator.alice, list(end.simulator.library)
    playable = [each for each in titles if each.kind in {Kind.MOVIE, Kind.EPISODE}]
    played = [each for each in playable if alice.history.of(each)]
    unplayed = [each for each in playable if not alice.history.of(each)]
    twice = [each for each in played if len(alice.history.of(each)) > 1]
    alice.remove_plays([alice.history.of(each)[0] for each in twice[offset::5][:1]])
    for title in played[offset + 1 :: 6][:3]:
        alice.unwatch(title)
    for number, title in enumerate(unplayed[offset // 2 :: 2][:4]):
        alice.watch(title, moment(NEW + offset + number))
    for title in played[offset + 3 :: 6][:2]:
        alice.watch(title, moment(NEW + 50 + offset))
    listable = [each for each in titles if each.kind in {Kind.MOVIE, Kind.SHOW}]
    listed, rated = list(alice.watchlist.live), list(alice.ratings.live)
    rest = [each for each in listable if each not in listed and each not in rated]
    for title in listed[offset::4][:2]:
        alice.take_off_watchlist(title)
    for title in rest[offset::4][:3]:
        alice.put_on_watchlist(title, moment(NEW + offset))
        alice.rate(title, 3, moment(NEW + offset))
    for title in rated[offset::4][:2]:
        alice.unrate(title)
    for title in rated[offset + 1 :: 4][:2]:
        alice.rate(title, 10, RATED)


async def _at_tracker(end: TrackerEnd, offset: int) -> None:
    """Keep and forget, as another pair of the same tracker would."""
    provider = tracker(end.folder)
    held = {
        feature: sorted(
            (await provider.read(feature, None)).records.values(),
            key=lambda record: record.item.label,
        )
        for feature in (Feature.HISTORY, Feature.WATCHLIST, Feature.RATINGS)
    }
    removed = (
        (Feature.HISTORY, held[Feature.HISTORY][offset + 1 :: 6][:3]),
        (Feature.WATCHLIST, held[Feature.WATCHLIST][offset::4][:2]),
        (Feature.RATINGS, held[Feature.RATINGS][offset::4][:2]),
    )
    for feature, records in removed:
        await written(provider, feature, list(map(_removal, records)))
    again = moment(NEW + 50 + offset)
    await put(
        provider,
        Feature.HISTORY,
        *(
            (each.item, Watched(again, (Play(again),), 1))
            for each in held[Feature.HISTORY][offset + 3 :: 6][:2]
        ),
    )
    await put(
        provider,
        Feature.RATINGS,
        *(
            (each.item, Rated(9.5, RATED))
            for each in held[Feature.RATINGS][offset + 1 :: 4][:2]
        ),
    )
    new = [trakt_world.item(each) for each in _unknown(held.values())][offset:][:4]
    at = moment(NEW + offset)
    await put(provider, Feature.HISTORY, *((each, Watched(at)) for each in new))
    await put(provider, Feature.WATCHLIST, *((each, Listed(at)) for each in new))


def _removal(record: Record) -> Operation:
    """Return the removal of all that a record says."""
    feature = {Listed: Feature.WATCHLIST, Watched: Feature.HISTORY}.get(
        type(record.value), Feature.RATINGS
    )
    return operation(
        record.item,
        None,
        feature=feature,
        before=record.value,
        native_ids=(record.native_id,),
        keys=record.keys,
    )


def _unknown(held: Iterable[Iterable[Record]]) -> list[Title]:
    """Return films that the tracker knows nothing of."""
    known = {record.item.title for records in held for record in records}
    service = TraktSimulator()
    service.seed(CATALOGUE)
    return [
        title
        for title in service.library
        if title.kind is Kind.MOVIE and title.name not in known
    ]
