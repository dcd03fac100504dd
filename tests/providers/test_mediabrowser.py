"""What Jellyfin and Emby share: addresses, rows, records, pages and workers."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from custom_components.crosswatch.engine.model import (
    Item,
    Listed,
    MediaKind,
    Rated,
    Record,
    Watched,
)
from custom_components.crosswatch.engine.plan import (
    Operation,
    Outcome,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import JsonObject, JsonValue
from custom_components.crosswatch.providers.mediabrowser.address import parse_address
from custom_components.crosswatch.providers.mediabrowser.library import fetch_page
from custom_components.crosswatch.providers.mediabrowser.mapping import (
    base_id,
    favourite_from_row,
    history_from_row,
    is_part,
    item_from_row,
    rating_from_row,
    show_from_row,
)
from custom_components.crosswatch.providers.mediabrowser.paging import gather, read_all
from custom_components.crosswatch.providers.mediabrowser.rows import (
    Page,
    Row,
    UserData,
    parse_ids,
    parse_moment,
    parse_row,
    parse_user_data,
)
from custom_components.crosswatch.providers.mediabrowser.writing import carry_out_all

from .operating import operation

MOVIE_JSON: JsonObject = {
    "Name": "The Matrix",
    "ServerId": "f40a6c1b",
    "Id": "f27caa37e5142225cceded48f6553502",
    "Type": "Movie",
    "MediaType": "Video",
    "ProductionYear": 1999,
    "PremiereDate": "1999-03-30T00:00:00.0000000Z",
    "RunTimeTicks": 81840000000,
    "ProviderIds": {"Tmdb": "603", "Imdb": "tt0133093", "TmdbCollection": "2344"},
    "UserData": {
        "PlaybackPositionTicks": 0,
        "PlayCount": 2,
        "IsFavorite": True,
        "Likes": True,
        "Rating": 8.5,
        "LastPlayedDate": "2024-05-01T20:11:12.1234567Z",
        "Played": True,
        "Key": "603",
        "ItemId": "f27caa37e5142225cceded48f6553502",
    },
}
EPISODE_JSON: JsonObject = {
    "Name": "The Red Woman",
    "Id": "e1",
    "Type": "Episode",
    "SeriesName": "Game of Thrones",
    "SeriesId": "s1",
    "SeasonId": "x6",
    "IndexNumber": 1,
    "ParentIndexNumber": 6,
    "LocationType": "FileSystem",
    "ProviderIds": {"Tvdb": "5469015", "IMDB": "tt3658014"},
    "UserData": {
        "PlaybackPositionTicks": 0,
        "PlayCount": 1,
        "IsFavorite": False,
        "LastPlayedDate": "2024-05-02T20:00:00.0000000Z",
        "Played": True,
    },
}
SERIES_JSON: JsonObject = {
    "Name": "Game of Thrones",
    "Id": "s1",
    "Type": "Series",
    "ProductionYear": 2011,
    "ProviderIds": {"Imdb": "tt0944947", "Tmdb": "1399", "Tvdb": "121361"},
    "UserData": {"PlayCount": 0, "IsFavorite": True, "Played": False},
}
THRONES = Item(
    MediaKind.SHOW,
    {"imdb": "tt0944947", "tmdb": "1399", "tvdb": "121361"},
    "Game of Thrones",
    2011,
)
SHOWS = {"s1": THRONES}


def row(base: JsonObject, **changes: JsonValue) -> Row:
    """Return a row of an answer with some members changed; None leaves one out."""
    merged = {**base, **changes}
    return parse_row(
        {name: value for name, value in merged.items() if value is not None}
    )


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://nas:8096", "http://nas:8096"),
        (" http://nas:8096/ ", "http://nas:8096"),
        ("nas:8096", "http://nas:8096"),
        ("nas", "http://nas"),
        ("192.168.1.5:8096/jellyfin/", "http://192.168.1.5:8096/jellyfin"),
        (
            "https://media.example.org/base/web/index.html#!/home",
            "https://media.example.org/base",
        ),
        ("https://media.example.org/web/", "https://media.example.org"),
        ("https://media.example.org/webcam", "https://media.example.org/webcam"),
        ("HTTPS://Media.Example.org:443/?x=1", "https://media.example.org"),
        ("http://jon:secret@nas:8096/a", "http://nas:8096/a"),
        ("https://nas/web/jellyfin/", "https://nas/web/jellyfin"),
        ("nas/jf/web/#/details?id=1", "http://nas/jf"),
        ("http://[::1]:8096", "http://[::1]:8096"),
        ("[2001:db8::5]:8096/web", "http://[2001:db8::5]:8096"),
        ("2001:db8::5", "http://[2001:db8::5]"),
        ("http://2001:db8::5", None),
        ("", None),
        ("ftp://nas", None),
        ("http://", None),
        ("http://nas:notaport", None),
        ("http://my nas:8096", None),
    ],
)
def test_addresses(text: str, address: str | None) -> None:
    """What a person types becomes the base address, or nothing."""
    assert parse_address(text) == address


def test_a_film() -> None:
    """A row holds what the answer says of a film."""
    film = row(MOVIE_JSON)
    assert film.ids == {"tmdb": "603", "imdb": "tt0133093"}
    assert film.data == UserData(
        played=True,
        play_count=2,
        last_played=datetime(2024, 5, 1, 20, 11, 12, 123456, tzinfo=UTC),
        favourite=True,
        rating=8.5,
        position=0,
    )
    item = Item(MediaKind.MOVIE, film.ids, "The Matrix", 1999)
    assert list(history_from_row(film, {})) == [
        Record(item, Watched(film.data.last_played, (), 2), film.id)
    ]
    assert favourite_from_row(film) == Record(item, Listed(), film.id)
    assert rating_from_row(film, {}) == Record(item, Rated(8.5), film.id)


def test_an_episode() -> None:
    """An episode carries its series, one object for all of its episodes."""
    [record] = history_from_row(row(EPISODE_JSON), SHOWS)
    assert record.item.show is THRONES
    assert record.item == Item(
        MediaKind.EPISODE,
        {"tvdb": "5469015", "imdb": "tt3658014"},
        "The Red Woman",
        None,
        THRONES,
        6,
        1,
    )


@pytest.mark.parametrize(
    ("changes", "natives", "places"),
    [
        pytest.param({"IndexNumberEnd": 2}, ["e1", "e1#2"], ["s6e1", "s6e2"], id="two"),
        pytest.param(
            {"IndexNumberEnd": 3},
            ["e1", "e1#2", "e1#3"],
            ["s6e1", "s6e2", "s6e3"],
            id="3",
        ),
        pytest.param(
            {"IndexNumberEnd": 1}, ["e1"], ["s6e1"], id="ends where it starts"
        ),
        pytest.param({"IndexNumberEnd": 0}, ["e1"], ["s6e1"], id="ends before"),
        pytest.param({"IndexNumberEnd": 900}, ["e1"], ["s6e1"], id="misread"),
        pytest.param(
            {"IndexNumber": None, "IndexNumberEnd": 2}, ["e1"], [None], id="none"
        ),
        pytest.param({"ParentIndexNumber": 0}, ["e1"], ["s0e1"], id="a special"),
        pytest.param({"ParentIndexNumber": -1}, ["e1"], [None], id="no season"),
        pytest.param({"LocationType": "Virtual"}, [], [], id="virtual"),
        pytest.param({"UserData": {"Played": False}}, [], [], id="not played"),
        pytest.param({"UserData": None}, [], [], id="no user data"),
        pytest.param({"Type": "Season"}, [], [], id="another type"),
    ],
)
def test_the_records_of_a_file(
    changes: dict[str, JsonValue], natives: list[str], places: list[str | None]
) -> None:
    """A file of several episodes is a record each, the ids being the first one's."""
    records = list(history_from_row(row(EPISODE_JSON, **changes), SHOWS))
    assert [record.native_id for record in records] == natives
    assert [record.item.place for record in records] == places
    assert all(not record.item.ids for record in records[1:])
    assert all(base_id(native) == "e1" for native in natives)
    assert [is_part(native) for native in natives] == [False, True, True][
        : len(natives)
    ]


@pytest.mark.parametrize(
    ("changes", "show"),
    [
        pytest.param(
            {"SeriesId": "gone"},
            Item(MediaKind.SHOW, {}, "Game of Thrones"),
            id="by name",
        ),
        pytest.param({"SeriesId": None, "SeriesName": None}, None, id="none"),
    ],
)
def test_an_episode_without_a_known_series(
    changes: dict[str, JsonValue], show: Item | None
) -> None:
    """Only its name is known, or nothing."""
    assert item_from_row(row(EPISODE_JSON, **changes), SHOWS).show == show


def test_a_season_is_rated() -> None:
    """A season's own number is its place."""
    season = row(
        EPISODE_JSON,
        Type="Season",
        IndexNumber=2,
        ParentIndexNumber=None,
        UserData={"Rating": 7},
    )
    record = rating_from_row(season, SHOWS)
    assert record is not None
    assert (record.item.kind, record.item.place) == (MediaKind.SEASON, "s2")
    assert record.value == Rated(7.0)


def test_what_is_no_record() -> None:
    """A favourite episode is no watchlist entry; what has no rating is not rated."""
    favourite = row(EPISODE_JSON, UserData={"IsFavorite": True})
    assert favourite_from_row(favourite) is None
    assert favourite_from_row(row(MOVIE_JSON, UserData=None)) is None
    assert rating_from_row(favourite, SHOWS) is None
    assert rating_from_row(row(MOVIE_JSON, Type="Audio"), SHOWS) is None


def test_a_series() -> None:
    """A favourite series is on the watchlist."""
    series = row(SERIES_JSON)
    assert show_from_row(series) == THRONES
    record = favourite_from_row(series)
    assert record is not None
    assert record.item == THRONES


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        pytest.param(
            {"TMDB": "603", "imdb": "TT0133093"},
            {"tmdb": "603", "imdb": "tt0133093"},
            id="case",
        ),
        pytest.param(
            {"Imdb": "0133093", "Tvdb": 42},
            {"imdb": "tt0133093", "tvdb": "42"},
            id="odd",
        ),
        pytest.param({"Tmdb": "0", "Imdb": "tt", "Tvdb": ""}, {}, id="say nothing"),
        pytest.param({"Tmdb": "000", "Imdb": "tt000"}, {}, id="zeros"),
        pytest.param({"Tmdb": None, "Zap2It": "EP01"}, {}, id="unknown"),
        pytest.param(
            {"AniDB": "1", "AniList": "2", "MyAnimeList": "3"},
            {"anidb": "1", "anilist": "2", "mal": "3"},
            id="anime",
        ),
        pytest.param(
            {"TheMovieDb": "5", "TheTvdb": "6"},
            {"tmdb": "5", "tvdb": "6"},
            id="old names",
        ),
        pytest.param([], {}, id="an empty list"),
        pytest.param(None, {}, id="nothing"),
    ],
)
def test_ids(value: JsonValue, ids: dict[str, str]) -> None:
    """Ids are told by the namespaces that mean the same everywhere."""
    assert parse_ids(value) == ids


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (
            "2024-05-01T20:11:12.1234567Z",
            datetime(2024, 5, 1, 20, 11, 12, 123456, tzinfo=UTC),
        ),
        ("2024-05-01T20:11:12Z", datetime(2024, 5, 1, 20, 11, 12, tzinfo=UTC)),
        (
            "2024-05-01T22:11:12.5+02:00",
            datetime(2024, 5, 1, 20, 11, 12, 500000, tzinfo=UTC),
        ),
        ("2024-05-01T20:11:12", datetime(2024, 5, 1, 20, 11, 12, tzinfo=UTC)),
        ("0001-01-01T00:00:00.0000000Z", None),
        (None, None),
    ],
)
def test_moments(text: str | None, moment: datetime | None) -> None:
    """Moments are in UTC, and the year 1 is never."""
    assert parse_moment(text) == moment


@pytest.mark.parametrize("text", ["yesterday", "", 5, "9999-12-31T23:59:59-05:00"])
def test_moments_that_make_no_sense(text: JsonValue) -> None:
    """A date that cannot be read stops the read, rather than to be taken as none."""
    with pytest.raises(ProtocolError, match="date"):
        parse_moment(text)


async def answered(body: JsonObject) -> JsonObject:
    """Return an answer."""
    return body


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"TotalRecordCount": 0}, "Items"),
        ({"Items": {}, "TotalRecordCount": 0}, "Items"),
        ({"Items": []}, "TotalRecordCount"),
        ({"Items": ["x"], "TotalRecordCount": 1}, "no item"),
        ({"Items": [{"Type": "Movie"}], "TotalRecordCount": 1}, "Id"),
        ({"Items": [{"Id": "", "Type": "Movie"}], "TotalRecordCount": 1}, "Id"),
        ({"Items": [{"Id": "a"}], "TotalRecordCount": 1}, "Type"),
    ],
)
async def test_pages_that_make_no_sense(body: JsonObject, named: str) -> None:
    """A missing member that we need is named."""
    with pytest.raises(ProtocolError, match=named):
        await fetch_page(answered(body))


def test_odd_user_data() -> None:
    """Members of a wrong type count as none."""
    assert (
        parse_user_data({"PlayCount": True, "Rating": True, "Played": 1}) == UserData()
    )
    assert parse_user_data({"PlayCount": -1, "Rating": "8"}) == UserData()


def rows(count: int, start: int = 0) -> list[Row]:
    """Return so many different rows."""
    return [row(MOVIE_JSON, Id=f"m{start + number}") for number in range(count)]


async def test_reads_all_pages() -> None:
    """The pages after the first are asked for at once."""
    asked: list[tuple[int, int]] = []

    async def fetch(start: int, limit: int) -> Page:
        """Return a page."""
        asked.append((start, limit))
        return Page(rows(25)[start : start + limit], 25)

    assert len((await read_all(fetch, 10)).rows) == 25
    assert asked == [(0, 10), (10, 10), (20, 10)]


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(lambda start, limit: Page(rows(6)[start:], 20), id="cut"),
        pytest.param(lambda start, limit: Page(rows(10), 20), id="ignores the start"),
        pytest.param(lambda start, limit: Page([], 20), id="nothing"),
        pytest.param(lambda start, limit: Page(rows(10), 5), id="more than it counts"),
        pytest.param(
            lambda start, limit: Page(rows(10, start), 20 + start), id="total changes"
        ),
        pytest.param(
            lambda start, limit: Page(rows(10, max(start - 1, 0)), 20), id="items move"
        ),
    ],
)
async def test_a_list_that_is_not_whole(page: Callable[[int, int], Page]) -> None:
    """It is read once more, then refused."""
    calls = 0

    async def fetch(start: int, limit: int) -> Page:
        """Return a faulty page."""
        nonlocal calls
        calls += start == 0
        return page(start, limit)

    with pytest.raises(ProtocolError, match="listed"):
        await read_all(fetch, 10)
    assert calls == 2


type Ends = Callable[[bool, int, int], Page]


def ends(
    all_rows: list[Row], hidden: frozenset[int] = frozenset(), cap: int = 99
) -> Ends:
    """Return the pages of a server that counts rows which it does not show.

    It leaves them out of a page that is made already. `cap` rows of a page are sent.
    """

    def page(backwards: bool, start: int, limit: int) -> Page:
        """Return a page, from either end."""
        shown = list(enumerate(all_rows))
        if backwards:
            shown.reverse()
        part = shown[start : start + limit]
        return Page(
            [row for place, row in part if place not in hidden][:cap], len(all_rows)
        )

    return page


async def read_ends(page: Ends) -> tuple[Page, int]:
    """Return what is read in pages of ten, and how often it was begun."""
    begun = 0

    async def fetch(start: int, limit: int) -> Page:
        """Return a page."""
        nonlocal begun
        begun += start == 0
        return page(False, start, limit)

    async def backwards(start: int, limit: int) -> Page:
        """Return a page from the other end."""
        nonlocal begun
        begun += start == 0
        return page(True, start, limit)

    return await read_all(fetch, 10, backwards=backwards), begun


@pytest.mark.parametrize(
    "hidden", [{0}, {24}, {9, 10}, {20, 21, 22, 23, 24}, set(range(10)), {0, 24}]
)
async def test_rows_that_are_counted_but_not_shown(hidden: set[int]) -> None:
    """What both ends agree on is the list that the user may see."""
    page, begun = await read_ends(ends(rows(25), frozenset(hidden)))
    assert {row.id for row in page.rows} == {
        f"m{number}" for number in range(25) if number not in hidden
    }
    assert page.total == 25
    assert begun == 2


async def test_a_row_that_moved_once_before_others_were_not_shown() -> None:
    """The last two attempts decide."""
    calls = 0

    def page(backwards: bool, start: int, limit: int) -> Page:
        """Count one more on the very first page."""
        nonlocal calls
        calls += 1
        shown = ends(rows(25), frozenset({3}))(backwards, start, limit)
        return shown._replace(total=26) if calls == 1 else shown

    page_read, begun = await read_ends(page)
    assert (len(page_read.rows), begun) == (24, 3)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            lambda backwards, start, limit: Page(
                rows(6, 14 if backwards else 0)[start:], 20
            ),
            id="cut at the end",
        ),
        pytest.param(lambda backwards, start, limit: Page(rows(15), 20), id="the same"),
        pytest.param(ends(rows(25), cap=8), id="each page is cut"),
        pytest.param(ends(rows(25), frozenset(range(13))), id="most are hidden"),
        pytest.param(ends(rows(2), frozenset({0, 1})), id="all are hidden"),
        pytest.param(
            lambda backwards, start, limit: Page(
                rows(7, start - 1) if start else rows(10), 20
            ),
            id="items move",
        ),
    ],
)
async def test_a_list_that_is_not_whole_from_either_end(page: Ends) -> None:
    """What the ends do not agree on is refused, as is what is hardly a list."""
    with pytest.raises(ProtocolError, match="listed"):
        await read_ends(page)


async def test_a_list_that_changes_once() -> None:
    """Items that move while the pages are read make it start again."""
    calls = 0

    async def fetch(start: int, limit: int) -> Page:
        """Return pages between which an item came in, the first time."""
        nonlocal calls
        calls += 1
        return Page(rows(12)[start : start + limit], 12 if calls > 1 else 11)

    assert len((await read_all(fetch, 10)).rows) == 12


async def test_a_list_without_end() -> None:
    """An absurd number of items is not asked for."""
    asked: list[int] = []

    async def fetch(start: int, limit: int) -> Page:
        """Return a full page of very many."""
        asked.append(start)
        return Page(rows(limit, start), 10**12)

    with pytest.raises(ProtocolError, match="claims to have"):
        await read_all(fetch, 10)
    assert asked == [0]


async def test_a_server_that_ignores_the_limit() -> None:
    """All rows at once are all there are."""

    async def fetch(start: int, limit: int) -> Page:
        """Return everything."""
        return Page(rows(25), 25)

    assert len((await read_all(fetch, 10)).rows) == 25


async def test_the_first_error_ends_all_calls() -> None:
    """One failed page fails the read with its own error, and the others end."""
    ended: list[int] = []

    async def call(number: int) -> int:
        """Fail at once, or take forever."""
        if number == 1:
            raise ProviderUnavailableError("one")
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(number)
        return number

    with pytest.raises(ProviderUnavailableError, match="one"):
        await gather(call(number) for number in range(3))
    assert sorted(ended) == [0, 2]


OPERATIONS = [
    operation(Item(MediaKind.MOVIE, {"imdb": f"tt{number}"}), Watched())
    for number in range(1, 13)
]


async def collect(
    errors: dict[int, Exception],
) -> tuple[list[Outcome], ProviderError | None, list[Operation]]:
    """Carry all out, with some that fail; return outcomes, error, and what began."""
    begun: list[Operation] = []

    async def carry_out(one: Operation) -> Outcome:
        """Do it, or fail."""
        begun.append(one)
        await asyncio.sleep(0)
        if (error := errors.get(OPERATIONS.index(one))) is not None:
            raise error
        await asyncio.sleep(0.01)
        return Outcome(one, OutcomeKind.APPLIED)

    outcomes: list[Outcome] = []
    try:
        async for outcome in carry_out_all(OPERATIONS, carry_out):
            outcomes.append(outcome)  # noqa: PERF401  # An error must not lose them.
    except ProviderError as err:
        return outcomes, err, begun
    return outcomes, None, begun


async def test_workers_do_everything_once() -> None:
    """Each operation has exactly one outcome."""
    outcomes, error, _ = await collect({})
    assert error is None
    assert sorted(id(outcome.operation) for outcome in outcomes) == sorted(
        map(id, OPERATIONS)
    )


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (ProtocolError("no"), OutcomeKind.FAILED, Reason.REJECTED),
        (ProviderUnavailableError("down"), OutcomeKind.FAILED, Reason.UNAVAILABLE),
        (ProtocolError("?", maybe_sent=True), OutcomeKind.UNKNOWN, Reason.NO_ANSWER),
        (
            ProviderUnavailableError("cut", maybe_sent=True),
            OutcomeKind.UNKNOWN,
            Reason.NO_ANSWER,
        ),
    ],
)
async def test_a_poisonous_item(
    error: ProviderError, kind: OutcomeKind, reason: Reason
) -> None:
    """One item that fails does not keep the others from being done."""
    outcomes, raised, _ = await collect({2: error})
    assert raised is None
    failed = [
        outcome for outcome in outcomes if outcome.kind is not OutcomeKind.APPLIED
    ]
    assert failed == [Outcome(OPERATIONS[2], kind, reason)]


async def test_a_server_that_is_down() -> None:
    """Several failures in a row speak for all that is left."""
    outcomes, raised, begun = await collect(
        {number: ProviderUnavailableError("down") for number in range(12)}
    )
    assert isinstance(raised, ProviderUnavailableError)
    assert not raised.maybe_sent
    assert len(outcomes) == len(begun) < len(OPERATIONS)


@pytest.mark.parametrize(
    "error", [AuthenticationError("revoked"), AccountLimitError("no right")]
)
async def test_an_error_that_concerns_all(error: ProviderError) -> None:
    """What is under way gets its outcome; the rest is spoken for by the error."""
    outcomes, raised, begun = await collect({2: error})
    assert raised is error
    done = [outcome.operation for outcome in outcomes]
    assert len(done) == len(begun) - 1
    assert OPERATIONS[2] not in done


async def test_an_unanswered_write_that_concerns_all() -> None:
    """The one that may have arrived is unknown; the others were not sent."""
    error = AuthenticationError("revoked")
    error.maybe_sent = True
    outcomes, raised, _ = await collect({2: error})
    assert raised is error
    assert not raised.maybe_sent
    unknown = [outcome for outcome in outcomes if outcome.kind is OutcomeKind.UNKNOWN]
    assert unknown == [Outcome(OPERATIONS[2], OutcomeKind.UNKNOWN, Reason.NO_ANSWER)]


async def test_a_fault_of_ours_is_seen() -> None:
    """Anything but a ProviderError is raised as it is."""
    with pytest.raises(ZeroDivisionError):
        await collect({2: ZeroDivisionError()})


async def test_ends_when_nobody_listens() -> None:
    """Closing the generator ends the work under way."""
    ended = 0

    async def carry_out(one: Operation) -> Outcome:
        """Do the first, and take forever for the others."""
        nonlocal ended
        if one is not OPERATIONS[0]:
            try:
                await asyncio.sleep(60)
            finally:
                ended += 1
        return Outcome(one, OutcomeKind.APPLIED)

    outcomes = carry_out_all(OPERATIONS, carry_out)
    assert (await anext(aiter(outcomes))).operation is OPERATIONS[0]
    await outcomes.aclose()  # type: ignore[attr-defined]
    assert ended == 4
