"""The tracker's file: made, brought up to date, and never silently replaced."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
import sqlite3

import pytest

from custom_components.crosswatch.engine.model import Feature, Listed, Rated, Watched
from custom_components.crosswatch.engine.plan import OutcomeKind
from custom_components.crosswatch.engine.provider import (
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.sign_in import (
    DeviceCode,
    SignedIn,
    SignInError,
)
from custom_components.crosswatch.providers.spec import SignInContext
from custom_components.crosswatch.providers.tracker import SPEC, database, schema
from custom_components.crosswatch.providers.tracker.naming import (
    account_slug,
    file_name,
)
from custom_components.crosswatch.providers.tracker.provider import TrackerProvider

from .operating import operation, written
from .signing_in import refusal_of
from .tracker_world import NAME, day, held, movie, put, tracker

MATRIX = movie("The Matrix", 1999, imdb="tt0133093")

type Call = Callable[[TrackerProvider], Awaitable[object]]

CALLS = [
    pytest.param(lambda home: home.identify(), id="identify"),
    pytest.param(lambda home: home.activity(set(Feature)), id="activity"),
    pytest.param(lambda home: home.read(Feature.HISTORY, None), id="read"),
    pytest.param(
        lambda home: written(
            home, Feature.HISTORY, [operation(MATRIX, Watched(day(1)))]
        ),
        id="write",
    ),
]


@pytest.fixture
async def home(tmp_path: Path) -> TrackerProvider:
    """Return a tracker that holds something."""
    home = tracker(tmp_path)
    await put(home, Feature.WATCHLIST, (MATRIX, Listed()))
    return home


@pytest.fixture
def path(tmp_path: Path, home: TrackerProvider) -> Path:
    """Return the place of its file."""
    return tmp_path / file_name(NAME)


@contextmanager
def changing(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file as another program would, and close it again."""
    with closing(sqlite3.connect(path)) as other, other:
        yield other


def sign_in(folder: Path, limiters: Limiters) -> Callable[[str], Awaitable[object]]:
    """Return how to sign in to a tracker in a folder."""

    def session(verify_ssl: bool) -> object:
        """Refuse: the tracker needs no network."""
        raise AssertionError

    context = SignInContext(
        session=session,  # type: ignore[arg-type]
        limiters=limiters,
        device_id="",
        folder=folder,
    )
    return lambda name: SPEC.load_sign_in().sign_in(context).begin({"name": name})


@pytest.mark.parametrize("call", CALLS)
async def test_a_missing_file_is_not_an_empty_one(
    home: TrackerProvider, path: Path, call: Call
) -> None:
    """Without its file every call says so, and none makes a new one."""
    path.unlink()
    with pytest.raises(ProviderUnavailableError, match="is missing"):
        await call(home)
    assert not path.exists()


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="emptied"),
        pytest.param(b"not a database" * 100, id="overwritten"),
        pytest.param(b"SQLite format 3\0" + b"\xff" * 2000, id="broken header"),
    ],
)
async def test_a_damaged_file_is_set_aside(
    home: TrackerProvider, path: Path, call: Call, content: bytes
) -> None:
    """It is kept under another name, and nothing takes its place until asked for."""
    path.write_bytes(content)
    with pytest.raises(ProtocolError, match=r"set aside as tracker_home\.db\.damaged"):
        await call(home)
    [aside] = path.parent.glob("*.damaged-*")
    assert aside.read_bytes() == content
    with pytest.raises(ProviderUnavailableError, match="is missing"):
        await call(home)


def cut(content: bytes) -> bytes:
    """Return a file of which the end is missing."""
    return content[:-4096]


def cut_short(content: bytes) -> bytes:
    """Return a file of which little more than the header is left."""
    return content[:200]


def with_odd_pages(content: bytes) -> bytes:
    """Return a file with pages of a size that there is none of."""
    return content[:16] + b"\x0f\xff" + content[18:]


@pytest.mark.parametrize("damaged", [cut, cut_short, with_odd_pages])
async def test_damage_behind_a_good_header(
    home: TrackerProvider, path: Path, damaged: Callable[[bytes], bytes]
) -> None:
    """A file that is not as long as it says is looked into, and set aside."""
    path.write_bytes(damaged(path.read_bytes()))
    with pytest.raises(ProtocolError, match="set aside"):
        await home.identify()


async def test_damage_within_the_file(home: TrackerProvider, path: Path) -> None:
    """Broken pages are found when they are read, and no part is returned."""
    films = [movie(f"Film {n}", 2000, imdb=f"tt{n}") for n in range(1, 2000)]
    await put(home, Feature.HISTORY, *((film, Watched(day(1))) for film in films))
    content = bytearray(path.read_bytes())
    content[20 * 4096 :] = b"\xa5" * (len(content) - 20 * 4096)
    path.write_bytes(content)
    with pytest.raises(ProtocolError, match="set aside"):
        await home.read(Feature.HISTORY, None)


async def test_a_foreign_database_is_no_tracker(
    home: TrackerProvider, path: Path
) -> None:
    """A file of another program is not taken for an empty tracker."""
    path.unlink()
    foreign = sqlite3.connect(path)
    foreign.execute("CREATE TABLE other (x)")
    foreign.close()
    with pytest.raises(ProtocolError, match="set aside"):
        await home.read(Feature.HISTORY, None)


async def test_a_file_that_cannot_be_set_aside(
    home: TrackerProvider, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it stays, and the error says so."""

    def rename(self: Path, target: Path) -> Path:
        """Refuse."""
        raise PermissionError(13, "Permission denied")

    path.write_bytes(b"nonsense" * 200)
    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(ProviderUnavailableError, match="cannot be set aside"):
        await home.read(Feature.HISTORY, None)
    assert path.exists()


async def test_companions_go_along(home: TrackerProvider, path: Path) -> None:
    """What SQLite keeps beside the file belongs to it."""
    beside = path.with_name(path.name + "-wal")
    with changing(path) as other:
        other.execute("SELECT * FROM item").fetchall()
        assert beside.exists()
        path.write_bytes(b"nonsense" * 2000)
        with pytest.raises(ProtocolError):
            await home.read(Feature.HISTORY, None)
    assert not beside.exists()
    assert len(list(path.parent.glob("*.damaged-*-wal"))) == 1


async def test_a_busy_file(
    home: TrackerProvider, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer who takes too long is told as such; nothing was written."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(ProviderUnavailableError, match="in use"):
            await put(home, Feature.HISTORY, (MATRIX, Watched(day(1))))
        assert await held(home, Feature.HISTORY) == []
    finally:
        other.close()
    assert await put(home, Feature.HISTORY, (MATRIX, Watched(day(1)))) == [
        OutcomeKind.APPLIED
    ]


async def test_a_full_disk(
    home: TrackerProvider, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that finds no room is undone as a whole."""
    genuine = database._prepare  # noqa: SLF001

    def prepare(connection: sqlite3.Connection) -> None:
        """Leave no room to grow."""
        genuine(connection)
        connection.execute("PRAGMA max_page_count = 1")

    monkeypatch.setattr(database, "_prepare", prepare)
    films = [movie(f"Film {n}" * 50, 2000, imdb=f"tt{n}") for n in range(1, 500)]
    with pytest.raises(ProviderUnavailableError, match="no room"):
        await put(home, Feature.HISTORY, *((film, Watched(day(1))) for film in films))
    assert await held(home, Feature.HISTORY) == []
    assert path.exists()


async def test_an_odd_error(
    home: TrackerProvider, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any other trouble of SQLite, or of the disk, is a ProviderError as well."""
    with changing(path) as other:
        other.execute("DROP TABLE progress")
    with pytest.raises(ProviderUnavailableError, match="cannot be used"):
        await home.read(Feature.PROGRESS, None)

    def exists(self: Path, **_: bool) -> bool:
        """Fail like a share that went away."""
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "exists", exists)
    with pytest.raises(ProviderUnavailableError, match="Input/output"):
        await home.read(Feature.HISTORY, None)


async def test_an_item_that_makes_no_sense(home: TrackerProvider, path: Path) -> None:
    """A row that cannot be read stops the read: the rest would be a part."""
    with changing(path) as other:
        other.execute("UPDATE item SET ids = '{'")
    with pytest.raises(ProtocolError, match="Item 1"):
        await home.read(Feature.WATCHLIST, None)


async def test_migrates_forward(
    home: TrackerProvider, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older file is brought up to date with all that it holds, or not at all."""
    broken = (
        *schema.MIGRATIONS,
        ("ALTER TABLE rated ADD COLUMN note TEXT", "NONSENSE"),
    )
    monkeypatch.setattr(database, "MIGRATIONS", broken)
    with pytest.raises(ProviderError):
        await home.identify()
    better = (*schema.MIGRATIONS, ("ALTER TABLE rated ADD COLUMN note TEXT",))
    monkeypatch.setattr(database, "MIGRATIONS", better)
    await put(home, Feature.RATINGS, (MATRIX, Rated(8)))
    assert await held(home, Feature.RATINGS) == [(MATRIX, Rated(8))]
    with changing(path) as other:
        assert other.execute("PRAGMA user_version").fetchone() == (2,)
        assert other.execute("SELECT note FROM rated").fetchall() == [(None,)]


@pytest.mark.parametrize("call", CALLS)
async def test_a_newer_file_is_left_alone(
    home: TrackerProvider, path: Path, call: Call
) -> None:
    """After a downgrade the file is neither read nor changed."""
    with changing(path) as other:
        other.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(ProtocolError, match="newer version"):
        await call(home)
    assert path.read_bytes() == before


async def test_who_it_is_tells_the_header(
    home: TrackerProvider, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite is not needed to say who a tracker is, as long as its file is at rest."""

    def refuse(*values: object, **more: object) -> None:
        """Refuse to open anything."""
        raise sqlite3.OperationalError("refused")

    monkeypatch.setattr(database.sqlite3, "connect", refuse)
    assert (await home.identify()).account_id == "home"
    path.with_name(f"{path.name}-wal").touch()
    with pytest.raises(ProviderUnavailableError, match="refused"):
        await home.identify()


async def test_a_newer_header_in_the_log(home: TrackerProvider, path: Path) -> None:
    """What was written last counts, also where it is not in the file itself yet."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 99")
        with pytest.raises(ProtocolError, match="newer version"):
            await home.identify()


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        pytest.param("Home", "home", id="plain"),
        pytest.param("  My TV / 2nd floor! ", "my_tv_2nd_floor", id="signs"),
        pytest.param("../../etc/passwd", "etc_passwd", id="a path"),
        pytest.param("Müller", "müller", id="umlaut"),
        pytest.param("映画", "映画", id="another script"),
        pytest.param("a" * 300, "a" * 48, id="long"),
        pytest.param("!?", "", id="nothing left"),
    ],
)
def test_slugs(name: str, slug: str) -> None:
    """A name becomes an account id that is a safe file name as well."""
    assert account_slug(name) == slug


async def test_signing_in_makes_the_file(tmp_path: Path, limiters: Limiters) -> None:
    """A new name gets a new file; the same name gets its old file again."""
    folder = tmp_path / "new" / "folder"
    begin = sign_in(folder, limiters)
    signed_in = await begin(" My List ")
    assert isinstance(signed_in, SignedIn)
    assert signed_in.data == {"name": "My List"}
    assert (signed_in.info.account_id, signed_in.info.name) == ("my_list", "My List")
    home = TrackerProvider("My List", folder / "tracker_my_list.db")
    await put(home, Feature.WATCHLIST, (MATRIX, Listed()))
    await begin("my list")
    assert await held(home, Feature.WATCHLIST) == [(MATRIX, Listed())]


async def test_signing_in_without_a_name(tmp_path: Path, limiters: Limiters) -> None:
    """A name of which nothing is left is refused."""
    assert (await refusal_of(sign_in(tmp_path, limiters)(" - "))).key == "invalid_name"
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("home")
async def test_signing_in_with_a_damaged_file(
    path: Path, tmp_path: Path, limiters: Limiters
) -> None:
    """The person is told first; only a second attempt starts anew."""
    path.write_bytes(path.read_bytes()[:5000])
    begin = sign_in(tmp_path, limiters)
    with pytest.raises(SignInError) as error:
        await begin(NAME)
    [aside] = tmp_path.glob("*.damaged-*")
    assert (error.value.key, error.value.placeholders) == (
        "file_damaged",
        {"file": aside.name},
    )
    path.with_name(path.name + "-wal").write_bytes(b"rest of the old one")
    assert isinstance(await begin(NAME), SignedIn)
    assert await held(tracker(tmp_path), Feature.WATCHLIST) == []
    assert len(list(tmp_path.glob("*.left-*-wal"))) == 1


@pytest.mark.usefixtures("home")
async def test_signing_in_looks_through_the_whole_file(
    path: Path, tmp_path: Path, limiters: Limiters
) -> None:
    """Damage that no ordinary read would meet at once is found."""
    with changing(path) as other:
        other.execute("PRAGMA writable_schema = ON")
        other.execute("UPDATE sqlite_schema SET rootpage = 3 WHERE name = 'play_once'")
    assert (await refusal_of(sign_in(tmp_path, limiters)(NAME))).key == "file_damaged"


@pytest.mark.usefixtures("home")
async def test_signing_in_with_a_newer_file(
    path: Path, tmp_path: Path, limiters: Limiters
) -> None:
    """The file of a newer version is refused."""
    with changing(path) as other:
        other.execute("PRAGMA user_version = 99")
    with pytest.raises(SignInError) as error:
        await sign_in(tmp_path, limiters)(NAME)
    assert (error.value.key, error.value.placeholders) == (
        "file_too_new",
        {"file": path.name},
    )


async def test_signing_in_where_nothing_can_be_written(
    tmp_path: Path, limiters: Limiters
) -> None:
    """A folder that cannot be made is told as such."""
    (tmp_path / "file").touch()
    error = await refusal_of(sign_in(tmp_path / "file", limiters)(NAME))
    assert error.key == "file_unusable"


async def test_there_is_no_code_to_wait_for(tmp_path: Path, limiters: Limiters) -> None:
    """The tracker's sign-in never shows a code."""
    context = SignInContext(
        session=None,  # type: ignore[arg-type]
        limiters=limiters,
        device_id="",
        folder=tmp_path,
    )
    code = DeviceCode(code="1", url="", secret="1", expires_in=1, interval=1)
    with pytest.raises(SignInError):
        await SPEC.load_sign_in().sign_in(context).finish(code)
