"""What TMDb says of other services' items: what it knows, and never a guess of two."""

import asyncio

import pytest

from custom_components.crosswatch.engine.evidence import (
    Evidence,
    Informed,
    Origin,
    enriched,
)
from custom_components.crosswatch.engine.model import Item, MediaKind
from custom_components.crosswatch.engine.provider import (
    ProtocolError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.tmdb.names import plain, undated
from tests.simulators.tmdb import Episode, Kind, Title

from .tmdb_world import World, movie, show, tmdb_world
from .worlds import world_of

FREE = 5_000_000

world = world_of(tmdb_world)


def add(
    world: World, name: str, date: str = "", kind: Kind = Kind.MOVIE, **facts: object
) -> Title:
    """Let TMDb know another title."""
    number = FREE + len(list(world.tmdb.library))
    return world.tmdb.library.add(Title(kind, number, name, date, **facts))  # type: ignore[arg-type]


def said(item: Item, origin: Origin = Origin.EXTERNAL_ID) -> Evidence:
    """Return what TMDb says of a title."""
    return Evidence(item=item, origin=origin, informant="TMDb")


def known(title: Title, origin: Origin = Origin.EXTERNAL_ID) -> Evidence:
    """Return all that TMDb says of a title."""
    ids = {"tmdb": str(title.tmdb)}
    if title.imdb:
        ids["imdb"] = title.imdb
    if title.tvdb:
        ids["tvdb"] = str(title.tvdb)
    kind = MediaKind.MOVIE if title.kind is Kind.MOVIE else MediaKind.SHOW
    return said(Item(kind, ids, title.name, int(title.year)), origin)


async def test_informed(world: World) -> None:
    """An account is good for asking, with a name and answers that can be kept."""
    provider = world.provider()
    assert isinstance(provider, Informed)
    (informant,) = provider.informants()
    assert (informant.name, informant.numbers) == ("TMDb", False)
    assert informant.version
    assert informant is provider.informants()[0]


async def test_film_by_imdb(world: World) -> None:
    """One request finds the number of a film."""
    title = world.movies[0]
    item = Item(MediaKind.MOVIE, {"imdb": str(title.imdb)})
    assert await world.look_up(item) == [known(title)]
    assert world.tmdb.count() == 1


async def test_film_by_own_number(world: World) -> None:
    """One request finds its id at IMDb; the name has to fit, as numbers are bare."""
    title = world.movies[0]
    own = str(title.tmdb)
    assert await world.look_up(movie(title, tmdb=own)) == [known(title)]
    assert world.tmdb.count() == 1
    other = Item(MediaKind.MOVIE, {"tmdb": own}, "Something else", int(title.year))
    late = Item(MediaKind.MOVIE, {"tmdb": own}, title.name, int(title.year) + 2)
    nameless = Item(MediaKind.MOVIE, {"tmdb": own})
    undated_ = Item(MediaKind.MOVIE, {"tmdb": own}, title.name)
    assert await world.look_up(other, late, nameless, undated_) == [
        None,
        None,
        known(title),
        known(title),
    ]


async def test_names_that_fit(world: World) -> None:
    """A number is believed of a title by any of its names, and with a subtitle."""
    title = add(
        world,
        "Star Wars: A New Hope",
        "1977-05-25",
        original="Star Wars",
        also={"DE": "Krieg der Sterne"},
        translated={"fr": "La Guerre des étoiles"},
        imdb="tt0076759",
    )
    ids = {"tmdb": str(title.tmdb)}
    fit = ["STAR WARS", "Krieg der Sterne (1977)", "La guerre des etoiles", "Star"]
    items = [Item(MediaKind.MOVIE, ids, name, 1977) for name in fit]
    assert await world.look_up(*items) == [known(title)] * 4
    misfits = [
        Item(MediaKind.MOVIE, ids, "Star W", 1977),
        Item(MediaKind.MOVIE, ids, "Star", None),
        Item(MediaKind.MOVIE, ids, "Star Wars Holiday Special", 1978),
    ]
    assert await world.look_up(*misfits) == [None, None, known(title)]


async def test_series(world: World) -> None:
    """A series is found by any id, and gets the others."""
    title = world.shows[0]
    everything = {
        "imdb": str(title.imdb),
        "tvdb": str(title.tvdb),
        "tmdb": str(title.tmdb),
    }
    items = [show(title, **{name: value}) for name, value in everything.items()]
    assert await world.look_up(*items) == [known(title)] * 3
    assert world.tmdb.count() == 5
    world.tmdb.reset_requests()
    both = show(title, imdb=everything["imdb"], tvdb=everything["tvdb"])
    assert await world.look_up(both, show(title, **everything)) == [known(title)] * 2
    assert world.tmdb.count() == 3


async def test_wrong_kind(world: World) -> None:
    """A film's id that TMDb knows as a series is not known, also beside another."""
    film, series = world.movies[0], world.shows[0]
    episode = series.episodes[1, 1]
    items = [
        movie(series, imdb=str(series.imdb)),
        movie(film, imdb=str(series.imdb), tmdb=str(film.tmdb)),
        show(film, imdb=str(film.imdb)),
        show(series, imdb=str(episode.imdb)),
        # The number of the film is, among series, that of another one.
        show(film, tmdb=str(series.tmdb)),
        # TheTVDB's films are not among TMDb's ids.
        movie(film, tvdb=str(series.tvdb)),
    ]
    found = await world.look_up(*items)
    assert found[:5] == [None] * 5
    assert found[5] == known(film, Origin.SEARCH)


async def test_ids_of_different_titles(world: World) -> None:
    """Of ids that belong to different titles none is believed."""
    first, second, third = world.shows[:3]
    items = [
        show(first, imdb=str(first.imdb), tvdb=str(second.tvdb)),
        show(first, tmdb=str(first.tmdb), tvdb=str(second.tvdb)),
        show(first, tmdb=str(first.tmdb), imdb=str(second.imdb)),
        movie(
            world.movies[0],
            tmdb=str(world.movies[0].tmdb),
            imdb=str(world.movies[1].imdb),
        ),
    ]
    assert await world.look_up(*items) == [None] * 4
    # So it is where TMDb does not tell all ids of either.
    first.tvdb = third.imdb = None
    third_ids = {"tmdb": str(third.tmdb), "imdb": str(second.imdb)}
    items = [
        show(first, imdb=str(first.imdb), tvdb=str(second.tvdb)),
        show(third, **third_ids),
    ]
    assert await world.look_up(*items) == [None, None]


async def test_ids_that_are_not_known(world: World) -> None:
    """An id that TMDb does not know says nothing; without another one all is unknown."""
    title = world.shows[0]
    title.imdb = None
    items = [
        show(title, tvdb=str(title.tvdb), imdb="tt9999999"),
        show(title, tmdb=str(title.tmdb), imdb="tt9999999"),
        show(title, imdb="tt9999999"),
        movie(world.movies[0], imdb="tt9999999"),
        movie(world.movies[0], tmdb="99999999"),
        movie(world.movies[0], tmdb="9" * 5000),
    ]
    found = await world.look_up(*items)
    assert found == [known(title), known(title), None, None, None, None]


async def test_numbers_confirm_each_other(world: World) -> None:
    """Two bare numbers of one series need no name."""
    title = world.shows[0]
    title.imdb = None
    ids = {"tmdb": str(title.tmdb), "tvdb": str(title.tvdb)}
    [found] = await world.look_up(Item(MediaKind.SHOW, ids, "Anders", 1950))
    assert found == known(title)


async def test_series_number_of_an_episode(world: World) -> None:
    """A series and an episode of one number at TheTVDB are told apart."""
    first, second = world.shows[:2]
    strange = second.episodes[1, 1]
    strange.tvdb = first.tvdb
    ids = {"tvdb": str(first.tvdb)}
    found = await world.look_up(
        show(first, **ids), Item(MediaKind.EPISODE, ids, strange.name)
    )
    assert found == [known(first), None]


async def test_search(world: World) -> None:
    """Without an id a title is found by its name and year: a guess, told as such."""
    film = add(world, "Café: The Éclair", "1994-09-14", imdb="tt0110999")
    series = world.shows[0]
    items = [
        Item(MediaKind.MOVIE, {}, "Cafe - the eclair!", 1994),
        Item(MediaKind.MOVIE, {"trakt": "7"}, "Café: The Éclair (1994)", 1995),
        show(series),
    ]
    assert await world.look_up(*items) == [
        known(film, Origin.SEARCH),
        known(film, Origin.SEARCH),
        known(series, Origin.SEARCH),
    ]


async def test_search_by_other_names(world: World) -> None:
    """Original, alternative and translated titles are names as well."""
    title = add(
        world,
        "Carried Off",
        "2001-07-20",
        original="時の方舟の神隠し",
        also={"US": "Sen and Chihiro"},
        translated={"de": "Chihiros Reise ins Zauberland"},
        imdb="tt0245999",
    )
    names = ["時の方舟の神隠し", "Sen & Chihiro", "Chihiros Reise ins Zauberland"]
    items = [Item(MediaKind.MOVIE, {}, name, 2001) for name in names]
    assert await world.look_up(*items) == [known(title, Origin.SEARCH)] * 3


@pytest.mark.parametrize(
    ("rival", "date"),
    [
        pytest.param("Ghost Harbour", "2010-01-01", id="in one year"),
        pytest.param("ghost harbour!", "2011-12-31", id="remake a year later"),
        pytest.param("Ghost Harbour", "2009-06-01", id="a year before"),
    ],
)
async def test_rivals(world: World, rival: str, date: str) -> None:
    """Of two that are called the same within a year neither is meant."""
    title = add(world, "Ghost Harbour", "2010-06-01")
    other = add(world, rival, date)
    item = Item(MediaKind.MOVIE, {}, "Ghost Harbour", 2010)
    assert await world.look_up(item) == [None]
    world.tmdb.library.remove(other)
    add(world, rival, "2013-01-01")
    add(world, rival, "")
    add(world, rival, date, Kind.TV)
    assert await world.look_up(item) == [known(title, Origin.SEARCH)]


async def test_rival_by_another_name(world: World) -> None:
    """A film that is called so in another country is a rival, too."""
    add(world, "Die Insel", "2005-02-02")
    add(world, "The Island", "2005-07-20", also={"DE": "Die Insel"})
    item = Item(MediaKind.MOVIE, {}, "Die Insel", 2005)
    assert await world.look_up(item) == [None]


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(Item(MediaKind.MOVIE, {}, "Only Words"), id="no year"),
        pytest.param(Item(MediaKind.MOVIE, {}, "", 2010), id="no name"),
        pytest.param(Item(MediaKind.MOVIE, {"trakt": "5"}, "", None), id="nothing"),
        pytest.param(Item(MediaKind.MOVIE, {}, "Only", 2010), id="part of a name"),
        pytest.param(Item(MediaKind.MOVIE, {}, "Only Words", 2012), id="another year"),
        pytest.param(Item(MediaKind.SHOW, {}, "Only Words", 2010), id="another kind"),
        pytest.param(Item(MediaKind.SEASON, {}, "Only Words", 2010), id="a season"),
        pytest.param(Item(MediaKind.EPISODE, {}, "Only Words", 2010), id="an episode"),
    ],
)
async def test_not_found_by_name(world: World, item: Item) -> None:
    """What does not fit in every way is not found."""
    add(world, "Only Words", "2010-06-01")
    assert await world.look_up(item) == [None]


async def test_common_name(world: World) -> None:
    """What fills many pages is searched year by year, or given up."""
    for number in range(80):
        add(world, f"Love {number}", f"{1900 + number}-05-05")
    title = add(world, "Love", "2016-05-05")
    item = Item(MediaKind.MOVIE, {}, "Love", 2016)
    assert await world.look_up(item) == [known(title, Origin.SEARCH)]
    assert world.tmdb.count("GET", "/3/search/movie") == 4
    for number in range(15):
        add(world, f"Love is {number}", "2015-05-05")
    assert await world.look_up(item) == [None]
    for number in range(80):
        add(world, f"Love was {number}", "2017-05-05")
    world.tmdb.reset_requests()
    assert await world.look_up(item) == [None]
    # Not even the details of one of them are asked for.
    assert world.tmdb.count() == world.tmdb.count("GET", "/3/search/movie") == 4


async def test_second_page(world: World) -> None:
    """A rival on another page of the search is seen."""
    for number in range(25):
        add(world, f"Moon {number}", f"{1950 + number}-05-05", popularity=9.0)
    title = add(world, "A Moon", "2009-05-05")
    item = Item(MediaKind.MOVIE, {}, "Moon", 2009)
    assert await world.look_up(item) == [None]
    title.also["GB"] = "Moon"
    assert await world.look_up(item) == [known(title, Origin.SEARCH)]
    assert world.tmdb.count("GET", "/3/search/movie") == 4


async def test_episodes(world: World) -> None:
    """An episode with an id of its own gets its show and its place."""
    series = world.shows[0]
    episode = series.episodes[2, 3]
    items = [
        Item(MediaKind.EPISODE, {"imdb": str(episode.imdb)}),
        Item(MediaKind.EPISODE, {"tvdb": str(episode.tvdb)}, episode.name),
        Item(MediaKind.EPISODE, {"tvdb": str(episode.tvdb)}, season=2, number=3),
        Item(
            MediaKind.EPISODE,
            {"tvdb": str(episode.tvdb), "imdb": str(episode.imdb)},
            "Anders",
        ),
    ]
    found = await world.look_up(*items)
    wanted = Item(
        MediaKind.EPISODE,
        {"tmdb": str(episode.tmdb)},
        episode.name,
        show=known(series).item,
        season=2,
        number=3,
    )
    assert found == [said(wanted)] * 4
    assert found[0] is not None
    item = enriched(items[0], found[0])
    assert item.label == f"{series.name} S02E03"
    assert item.show is not None
    assert item.show.ids["tvdb"] == str(series.tvdb)


async def test_episodes_in_doubt(world: World) -> None:
    """An episode in another place, with ids of two, or a bare number is not known."""
    first, second = list(world.shows[0].episodes.values())[:2]
    items = [
        Item(MediaKind.EPISODE, {"imdb": str(first.imdb)}, season=7, number=9),
        Item(MediaKind.EPISODE, {"imdb": str(first.imdb), "tvdb": str(second.tvdb)}),
        Item(MediaKind.EPISODE, {"imdb": str(first.imdb), "tmdb": "1"}),
        Item(MediaKind.EPISODE, {"tvdb": str(first.tvdb)}, "Something else"),
        Item(MediaKind.EPISODE, {"tvdb": str(first.tvdb)}),
        Item(MediaKind.EPISODE, {"imdb": str(world.movies[0].imdb)}),
        Item(MediaKind.EPISODE, {"imdb": "tt9999999"}),
        Item(MediaKind.EPISODE, {"tmdb": str(first.tmdb)}),
    ]
    assert await world.look_up(*items) == [None] * len(items)


async def test_episodes_share_a_show(world: World) -> None:
    """The show of many episodes is asked for once."""
    series = world.shows[0]
    items = [
        Item(MediaKind.EPISODE, {"imdb": str(each.imdb)})
        for each in series.episodes.values()
    ]
    found = await world.look_up(*items)
    assert len({id(each.item.show) for each in found if each}) == 1
    assert world.tmdb.count("GET", f"/3/tv/{series.tmdb}") == 1


async def test_order(world: World) -> None:
    """Many answers come in the order of the questions, known or not."""
    items = [
        Item(MediaKind.MOVIE, {"imdb": str(each.imdb)})
        if number % 3
        else Item(MediaKind.MOVIE, {"imdb": f"tt9{number:06}"})
        for number, each in enumerate(world.movies)
    ]
    found = await world.look_up(*items)
    assert found == [
        known(each) if number % 3 else None for number, each in enumerate(world.movies)
    ]
    assert await world.look_up() == []


async def test_trouble(world: World) -> None:
    """A service that fails says so, and leaves nothing running."""
    items = [Item(MediaKind.MOVIE, {"imdb": str(each.imdb)}) for each in world.movies]
    world.tmdb.faults.fail(path="/3/find/.*", on_call=5, times=999, status=502)
    with pytest.raises(ProviderUnavailableError):
        await world.look_up(*items)
    assert not under_way()


def under_way() -> list[str]:
    """Return the questions that are still being asked."""
    return [name for each in asyncio.all_tasks() if "_ask" in (name := repr(each))]


async def test_giving_up(world: World) -> None:
    """Who has heard enough leaves nothing running."""
    (informant,) = world.provider().informants()
    items = [Item(MediaKind.MOVIE, {"imdb": str(each.imdb)}) for each in world.movies]
    answers = informant.look_up(items)
    assert await anext(answers) == known(world.movies[0])
    assert under_way()
    await answers.aclose()  # type: ignore[attr-defined]
    assert not under_way()


async def test_lists_that_are_left_out(world: World) -> None:
    """Where the list of its kind is told, one of another kind may be missing."""
    title = world.movies[0]
    body = '{"movie_results": []}'
    world.tmdb.faults.fail(path="/3/find/.*", times=99, status=200, body=body)
    assert await world.look_up(movie(title, imdb=str(title.imdb))) == [None]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/3/find/.*", '{"tv_results": []}'),
        ("/3/find/.*", '{"movie_results": [7]}'),
        ("/3/search/.*", '{"results": []}'),
        ("/3/search/.*", '{"total_pages": 1}'),
        ("/3/search/.*", "[]"),
    ],
)
async def test_odd_answers(world: World, path: str, body: str) -> None:
    """What makes no sense is no answer."""
    world.tmdb.faults.fail(path=path, times=99, status=200, body=body)
    title = world.movies[0]
    item = movie(title, imdb=str(title.imdb)) if "find" in path else movie(title)
    with pytest.raises(ProtocolError):
        await world.look_up(item)


async def test_odd_names(world: World) -> None:
    """Names are no necessity: odd ones are as good as none."""
    title = world.movies[0]
    body = (
        f'{{"id": {title.tmdb}, "title": 5, "release_date": "{title.date}",'
        '"alternative_titles": [], "translations": {"translations": [1, {"data": 2}]},'
        '"external_ids": {"imdb_id": "tt1234567"}}'
    )
    world.tmdb.faults.fail(path="/3/movie/.*", times=9, status=200, body=body)
    assert await world.look_up(movie(title, tmdb=str(title.tmdb))) == [None]
    [found] = await world.look_up(Item(MediaKind.MOVIE, {"tmdb": str(title.tmdb)}))
    assert found is not None
    assert found.item.ids["imdb"] == "tt1234567"


async def test_service_that_contradicts_itself(world: World) -> None:
    """A series that is found by an id, and then has another one, is not believed."""
    title = world.shows[0]
    body = f"""{{"id": {title.tmdb}, "name": "x", "external_ids": {{"tvdb_id": 5}}}}"""
    world.tmdb.faults.fail(path="/3/tv/.*", status=200, body=body)
    assert await world.look_up(show(title, tvdb=str(title.tvdb))) == [None]


async def test_two_of_one_id(world: World) -> None:
    """An id that two titles claim names neither."""
    first, second = world.movies[:2]
    second.imdb = first.imdb
    assert await world.look_up(movie(first, imdb=str(first.imdb))) == [None]
    number = FREE - 1
    episodes = world.shows[0].episodes
    episodes[9, 9] = Episode(
        world.shows[0], number, "Twice", 9, 9, imdb=episodes[1, 1].imdb
    )
    item = Item(MediaKind.EPISODE, {"imdb": str(episodes[1, 1].imdb)})
    assert await world.look_up(item) == [None]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Amélie", "AMELIE"),
        ("Fast & Furious", "fast and furious"),
        ("Ocean's Eleven", "Oceans Eleven"),
        ("Ocean’s Eleven", "ocean's  eleven"),
        ("WALL·E", "Wall-E"),
        ("Weiß", "weiss"),
        ("Ｆａｔｅ", "fate"),
        ("Rocky Ⅱ", "Rocky II"),
        ("9½ Weeks", "9 1⁄2 Weeks"),
        ("!!!", " !!! "),
    ],
)
def test_same_names(one: str, other: str) -> None:
    """Case, accents and signs do not tell names apart."""
    if "½" in one:
        assert plain(one).replace(" ", "") == plain(other).replace(" ", "")
    else:
        assert plain(one) == plain(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("!!!", "???"), ("Alien", "Aliens"), ("The Thing", "Thing"), ("Up", "Up 2")],
)
def test_different_names(one: str, other: str) -> None:
    """Everything else does."""
    assert plain(one) != plain(other)


@pytest.mark.parametrize(
    ("title", "year", "left"),
    [
        ("Dune (2021)", 2021, "Dune"),
        ("Dune (2021)", 2022, "Dune"),
        ("Dune (1984)", 2021, "Dune (1984)"),
        ("Dune (2021)", None, "Dune (2021)"),
        ("(2012)", 2012, "(2012)"),
        ("2012", 2012, "2012"),
    ],
)
def test_undated(title: str, year: int | None, left: str) -> None:
    """The year after a title is no part of it, unless it is all of it."""
    assert undated(title, year) == left
