"""What an account says, and that it says all of it."""

from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import Feature, MediaKind

from .account import check, fill, read
from .cases import cases, has_specials, reads, some
from .stage import Login
from .titles import DOUBLE, FILMS, FOREIGN_SHOW, SHOWS, SPECIALS, name
from .values import made


@cases(reads)
async def test_nothing_there(login: Login, feature: Feature) -> None:
    """An account without any records has none."""
    snapshot = await login.provider().read(feature, None)
    assert not snapshot.records
    assert snapshot.complete
    assert snapshot.feature is feature


@cases(reads)
async def test_everything_is_read(login: Login, feature: Feature) -> None:
    """Items of all kinds are there with what was said of them."""
    wanted = await fill(login, feature, 9)
    check(await login.provider().read(feature, None), wanted, login.support(feature))


@cases(reads)
async def test_kinds(login: Login, feature: Feature) -> None:
    """Every kind that the feature is for can be read."""
    wanted = await fill(login, feature, 8)
    found = await login.provider().read(feature, None)
    assert {record.item.kind for record in found.records.values()} == {
        item.kind for item, _ in wanted.values()
    }
    assert {item.kind for item, _ in wanted.values()} == login.support(feature).kinds


@cases(reads)
async def test_nothing_changed(login: Login, feature: Feature) -> None:
    """An unchanged account has the same marker, and says the same."""
    await fill(login, feature, 5)
    provider = login.provider()
    before = await read(provider, feature)
    assert (await provider.activity([feature])).get(feature, "") == before.marker
    after = await read(login.provider(), feature, before)
    assert dict(after.records) == dict(before.records)
    assert after.marker == before.marker


@cases(reads)
async def test_changes(login: Login, feature: Feature) -> None:
    """What came and what went shows in the next read, as if all were read anew."""
    wanted = dict(await fill(login, feature, 5))
    provider = login.provider()
    snapshot = await read(provider, feature)
    more = some(login.support(feature), 8)[5:]
    for number, item in enumerate(more, 30):
        value = made(feature, item, number)
        await login.stage.put(feature, item, value)
        wanted[name(item)] = item, value
        snapshot = await read(provider, feature, snapshot)
        check(snapshot, wanted, login.support(feature))
    gone, _ = wanted.pop(next(iter(wanted)))
    await login.stage.put(feature, gone, None)
    snapshot = await read(provider, feature, snapshot)
    check(snapshot, wanted, login.support(feature))
    assert dict(snapshot.records) == dict(
        (await login.provider().read(feature, None)).records
    )


@cases(reads)
async def test_one_comes_as_another_goes(login: Login, feature: Feature) -> None:
    """A change is not hidden by another one that leaves the number as it is."""
    wanted = dict(await fill(login, feature, 4))
    provider = login.provider()
    snapshot = await read(provider, feature)
    gone, _ = wanted.pop(next(iter(wanted)))
    await login.stage.put(feature, gone, None)
    item = some(login.support(feature), 5)[4]
    value = made(feature, item, 50)
    await login.stage.put(feature, item, value)
    wanted[name(item)] = item, value
    check(await read(provider, feature, snapshot), wanted, login.support(feature))


@cases(reads)
async def test_a_marker_sees_what_changes(login: Login, feature: Feature) -> None:
    """A marker moves with what is added and with what is taken away."""
    wanted = await fill(login, feature, 3)
    provider = login.provider()
    markers = [(await provider.activity([feature])).get(feature)]
    item = some(login.support(feature), 4)[3]
    await login.stage.put(feature, item, made(feature, item, 40))
    markers.append((await provider.activity([feature])).get(feature))
    await login.stage.put(feature, next(iter(wanted.values()))[0], None)
    markers.append((await provider.activity([feature])).get(feature))
    assert markers == [None] * 3 or len(set(markers)) == 3


@cases(reads)
async def test_foreign_titles(login: Login, feature: Feature) -> None:
    """Titles come as they are, in any script."""
    support = login.support(feature)
    foreign = [
        item
        for item in (*FILMS, *SHOWS)
        if item.kind in support.kinds and not item.title.isascii()
    ]
    for number, item in enumerate(foreign):
        await login.stage.put(feature, item, made(feature, item, number))
    found = await login.provider().read(feature, None)
    titles = {record.item.title for record in found.records.values()}
    assert titles == {item.title for item in foreign}
    assert foreign


@cases(has_specials)
async def test_specials(login: Login, feature: Feature) -> None:
    """Specials are in season 0, and are no other episodes."""
    special = SPECIALS[0]
    await login.stage.put(feature, special, made(feature, special))
    [record] = (await login.provider().read(feature, None)).records.values()
    assert (record.item.season, record.item.number) == (0, special.number)
    assert not set(item_keys(special)).isdisjoint(record.keys)
    assert record.item.show is not None
    assert record.item.show.title == SHOWS[0].title


@cases(has_specials)
async def test_episodes_in_one_file(login: Login, feature: Feature) -> None:
    """Of a file with two episodes, both are watched, or the first at least.

    A position in such a file is one of neither of them.
    """
    first, second = DOUBLE
    await login.stage.put(feature, first, made(feature, first))
    found = (await login.provider().read(feature, None)).records.values()
    names = [name(record.item) for record in found]
    assert len(names) == len(set(names))
    assert set(names) <= {name(first), name(second)}
    shows = {record.item.show.title for record in found if record.item.show}
    assert shows <= {FOREIGN_SHOW}
    if login.stage.shares_files and feature is Feature.HISTORY:
        assert len(names) == 2
    elif feature is not Feature.PROGRESS:
        assert name(first) in names


@cases(reads)
async def test_items_without_ids(login: Login, feature: Feature) -> None:
    """A title of which no id is known is there by its name, or is left out."""
    support = login.support(feature)
    item, *_ = some(support, 1)
    assert item.kind is MediaKind.MOVIE
    await login.stage.put_without_ids(feature, item, made(feature, item))
    found = (await login.provider().read(feature, None)).records.values()
    for record in found:
        assert name(record.item) == name(item)
        assert not record.item.ids.keys() & others_ids(login)
    assert len(found) == 1


@cases(has_specials)
async def test_episodes_without_ids(login: Login, feature: Feature) -> None:
    """So is an episode of a series of which no id is known."""
    item = next(
        each for each in some(login.support(feature), 9) if each.show is SHOWS[1]
    )
    await login.stage.put_without_ids(feature, item, made(feature, item))
    [record] = (await login.provider().read(feature, None)).records.values()
    assert name(record.item) == name(item)
    assert record.item.show is not None
    assert not record.item.show.ids.keys() & others_ids(login)


def others_ids(login: Login) -> set[str]:
    """Return whose ids a title may lack; a service always has one of its own."""
    return {"imdb", "tmdb", "tvdb"} - {login.stage.spec.slug}
