"""Plex servers that differ from the newest one: older, stricter, terser."""

import pytest

from custom_components.crosswatch.engine.model import (
    Item,
    MediaKind,
    Play,
    Progress,
    Rated,
    Watched,
)
from custom_components.crosswatch.engine.plan import OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import (
    AccountLimitError,
    ProtocolError,
    ProviderError,
)
from custom_components.crosswatch.providers.plex import watchlist
from custom_components.crosswatch.providers.plex.paging import Page, read_all

from ..simulators.base import FaultKind
from ..simulators.plex import Account
from .operating import operation
from .plex_world import (
    APPLIED,
    HISTORY,
    LOG,
    PROGRESS,
    RATINGS,
    THERE,
    WATCHLIST,
    World,
    a_world,
    ago,
    removal,
)
from .worlds import world_with_files_of

world = world_with_files_of(a_world)


@pytest.fixture
def ann(world: World) -> Account:
    """Return a friend who uses the server, and is the account's user from now on."""
    ann = world.cloud.add_friend(world.jon, "Ann")
    world.server.share(ann)
    world.data = {
        **world.data,
        "token": world.server.token(ann),
        "account_token": world.cloud.sign_in(ann, "crosswatch-test-device"),
        "user_id": str(ann.id),
        "user_name": "Ann",
    }
    world.restart()
    return ann


def film_of(world: World, number: int = 0) -> Item:
    """Return a film as other services know it."""
    film = world.seeded.films[number]
    ids = dict(guid.split("://") for guid in film.guids)
    return Item(MediaKind.MOVIE, ids, film.title, film.year)


async def test_a_log_for_the_owner_only(world: World, ann: Account) -> None:
    """Who is not given the log has the plays that the items tell; it is asked once."""
    world.server.behaviour.log_of_all = False
    first, second = world.seeded.films[:2]
    world.server.watch(ann, first, ago(days=9))
    world.server.watch(ann, second, ago(days=8))

    before = await world.snapshot(HISTORY)
    world.clock.move(hours=1)
    world.server.watch(ann, first, world.clock.now)
    after = await world.snapshot(HISTORY, before)

    assert before.records.keys() == {first.key, second.key}
    value = after.records[first.key].value
    assert isinstance(value, Watched)
    assert ([play.at for play in value.plays], value.count) == (
        [ago(days=9), world.clock.now],
        2,
    )
    assert world.server.count("GET", LOG) == 1


async def test_writes_without_a_log(world: World, ann: Account) -> None:
    """Who is not given the log can mark and unmark all the same."""
    world.server.behaviour.log_of_all = False
    play = Watched(ago(days=50), (Play(ago(days=50)),))

    assert await world.write(HISTORY, operation(film_of(world), play)) == [APPLIED]
    (record,) = (await world.read(HISTORY)).values()
    assert record.value.at == ago(days=50)
    world.restart()
    assert await world.write(HISTORY, operation(film_of(world), play)) == [THERE]
    assert await world.write(HISTORY, removal(record, HISTORY)) == [APPLIED]
    assert not await world.read(HISTORY)


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_log_that_is_refused_all_at_once(
    world: World, ann: Account, restarted: bool
) -> None:
    """Plays that the log had told are not taken for gone when it is refused."""
    world.server.watch(ann, world.seeded.films[0], ago(days=9))
    before = await world.snapshot(HISTORY)
    world.server.behaviour.log_of_all = False
    world.server.watch(ann, world.seeded.films[0], ago(days=1))
    if restarted:
        world.restart()

    with pytest.raises(AccountLimitError):
        await world.snapshot(HISTORY, before)

    world.restart()
    (record,) = (await world.read(HISTORY)).values()
    assert record.value.at == ago(days=1)


async def test_the_owner_is_always_given_the_log(world: World) -> None:
    """A server that refuses its owner the log is not believed to have none."""
    world.server.watch(world.jon, world.seeded.films[0], ago(days=9))
    world.server.faults.fail(path=LOG, status=403, times=9)

    with pytest.raises(AccountLimitError):
        await world.read(HISTORY)


async def test_changes_by_get(world: World) -> None:
    """A server that takes changes by GET only is changed so, each of them once."""
    world.server.behaviour.only_gets = True
    film = film_of(world)
    play = Watched(ago(days=50), (Play(ago(days=50)),))
    begun = Progress(600_000, 5_400_000, at=ago(days=2))

    assert await world.write(RATINGS, operation(film, Rated(7), feature=RATINGS)) == [
        APPLIED
    ]
    assert await world.write(
        PROGRESS, operation(film_of(world, 1), begun, feature=PROGRESS)
    ) == [APPLIED]
    assert await world.write(HISTORY, operation(film, play)) == [APPLIED]
    (record,) = (await world.read(HISTORY)).values()
    assert isinstance(record.value, Watched)
    assert record.value.count == 1
    assert await world.write(HISTORY, removal(record, HISTORY)) == [APPLIED]


async def test_a_change_by_get_without_an_answer(world: World) -> None:
    """A change may look like a read: it is not repeated, and may have been made."""
    world.server.behaviour.only_gets = True
    world.server.faults.fail(
        method="GET", path=r"/:/scrobble", kind=FaultKind.CUT_AFTER
    )
    play = Watched(ago(days=50), (Play(ago(days=50)),))

    told = await world.write(HISTORY, operation(film_of(world), play))

    assert told == [(OutcomeKind.UNKNOWN, Reason.NO_ANSWER)]
    assert world.server.count("GET", r"/:/scrobble") == 1


async def test_sections_that_only_the_list_tells(world: World, ann: Account) -> None:
    """Where the rows of a library's list do not say which it is, the list does."""
    world.server.behaviour.library_all = False
    world.server.behaviour.sections_in_rows = False
    world.server.watch(ann, world.seeded.films[0], ago(days=1))
    world.server.watch(ann, world.seeded.episodes[0], ago(days=2))

    records = await world.read(HISTORY)

    assert {record.library for record in records.values()} == {
        world.seeded.movies.key,
        world.seeded.shows.key,
    }


async def test_lists_that_nobody_counted(world: World) -> None:
    """A list may not tell how long it is."""
    world.server.behaviour.counts_lists = False
    for film in world.seeded.films[:15]:
        world.server.watch(world.jon, film, ago(days=3))

    before = await world.snapshot(HISTORY)
    world.server.watch(world.jon, world.seeded.films[16])
    after = await world.snapshot(HISTORY, before)

    assert (len(before.records), len(after.records)) == (15, 16)


@pytest.mark.parametrize("length", [0, 5, 6, 7, 12, 15])
@pytest.mark.parametrize("repeats", [False, True])
async def test_pages_of_what_nobody_counted(length: int, repeats: bool) -> None:
    """It is read until a page is not full; one that is repeated leads nowhere."""
    rows = [str(number) for number in range(length)]

    async def fetch(start: int, size: int) -> Page[str]:
        """Return some rows; or the first ones, whatever is asked for."""
        first = 0 if repeats else start
        some = rows[first : first + size]
        return Page(some, start + len(some), len(some), counted=False)

    if repeats and length >= 6:
        with pytest.raises(ProtocolError, match="again"):
            await read_all(fetch, str, 6)
    else:
        assert await read_all(fetch, str, 6) == rows


async def test_another_server_has_its_address_now(world: World) -> None:
    """Where another server answers, the right one is looked for at plex.tv."""
    world.server.faults.fail(
        path="/",
        status=200,
        body='{"MediaContainer":{"machineIdentifier":"another"}}',
    )
    url = str(world.data["url"])
    # The same place by another name.
    other = url.replace("http:", "HTTP:")
    world.provider = world.provider_for({**world.data, "url": other})

    info = await world.provider.identify()

    assert info.account_id.startswith(str(world.data["server_id"]))
    assert world.saved[-1]["url"] == url


async def test_many_that_are_gone(world: World) -> None:
    """Of many items that are gone it is asked once whether the login is good."""
    keys = [str(number) for number in range(900_000, 900_040)]

    assert await world.provider.locate(keys) == {}

    assert world.server.count("GET", "/library/sections") == 1


async def test_ids_that_took_long_to_find(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the catalogue told before it had enough is not asked for again."""
    monkeypatch.setattr(watchlist, "TITLES_AT_ONCE", 4)
    for film in world.seeded.films[:10]:
        title = world.cloud.title(film.title)
        world.cloud.put_on_watchlist(world.jon, title)
    titles = r"/library/metadata/[0-9a-f]{24}"
    world.cloud.faults.fail(path=titles, status=500, on_call=9, times=99)

    with pytest.raises(ProviderError):
        await world.read(WATCHLIST)
    world.cloud.faults.clear()
    world.restart()
    world.forget_requests()

    assert len(await world.read(WATCHLIST)) == 10
    assert world.cloud.count("GET", titles) == 2
