"""The import of files: what is added, what is left out and why, and what is refused."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
import os
from pathlib import Path
from time import thread_time
from typing import Any

import pytest
import voluptuous as vol

from custom_components.crosswatch.engine.model import Feature, Rated, Watched
from custom_components.crosswatch.files.errors import FileFault
from custom_components.crosswatch.runtime import async_get_runtime, import_scope
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.files import exports
from tests.files.exports import archive, text_file
from tests.simulators.catalogue import make_catalogue
from tests.simulators.faults import FaultKind
from tests.simulators.kodi import KodiSimulator
from tests.simulators.routing import route_hosts
from tests.simulators.tmdb import Kind, Title, TmdbSimulator
from tests.simulators.trakt import TraktSimulator

from . import answer, connect, start_flow, wait_for_code
from .conftest import PASSWORD
from .flow_texts import TEXTS
from .import_world import World, counts, make_world, outcomes
from .runs import (
    act,
    add_tracker,
    device_of,
    listed,
    put,
    rated,
    set_up,
    state_of,
    titles,
    until,
    watched,
)
from .service_world import refusal
from .two_way import sign_in_at_trakt

MIB = 1024 * 1024

# How many rows are imported at once, and for how many seconds nothing else may happen.
ROWS = 20_000
LONGEST = 0.1


@pytest.fixture
async def world(hass: HomeAssistant) -> World:
    """Return empty accounts, and a folder that Home Assistant may use."""
    return await make_world(hass)


async def all_titles(entry: ConfigEntry) -> dict[str, set[str]]:
    """Return the titles that an account has, by feature."""
    return {feature.value: await titles(entry, feature) for feature in Feature}


async def sizes(entry: ConfigEntry) -> dict[str, int]:
    """Return how many records an account has, by feature, where it has any."""
    provider = entry.runtime_data.account.provider
    found = [await provider.read(feature, None) for feature in Feature]
    return {each.feature.value: len(each.records) for each in found if each.records}


NOTHING: dict[str, set[str]] = {feature.value: set() for feature in Feature}


@pytest.mark.parametrize(
    ("name", "content", "expected", "left"),
    [
        pytest.param(
            "trakt.zip",
            exports.TRAKT,
            {"added": 6},
            {"history": 2, "ratings": 2, "watchlist": 1},
            id="trakt",
        ),
        pytest.param(
            "SimklBackup.zip",
            {"SimklBackup.json": exports.SIMKL},
            {"added": 8, "skipped": 1},
            {"history": 6, "watchlist": 1, "ratings": 2},
            id="simkl",
        ),
        pytest.param(
            "letterboxd.zip",
            exports.LETTERBOXD,
            {"added": 5, "skipped": 1},
            {"history": 2, "ratings": 2, "watchlist": 1},
            id="letterboxd",
        ),
        pytest.param(
            "ratings.csv", exports.IMDB_RATINGS, {"added": 3}, {"ratings": 3}, id="imdb"
        ),
    ],
)
async def test_preview_import_and_again(
    world: World,
    name: str,
    content: Any,
    expected: dict[str, int],
    left: dict[str, int],
) -> None:
    """Show what would be added, add just that, and find nothing the second time."""
    path = world.folder / name
    if isinstance(content, str):
        text_file(path, content)
    else:
        archive(path, content)

    shown = await world.act("import", path)
    (run,) = shown["runs"]
    assert run["dry_run"] is True
    assert run["pair"] == f"{name} → Home"
    assert counts(run) == expected
    assert shown["file"]["name"] == name
    assert shown["file"]["records"] == left
    assert {each["outcome"] for each in run["items"]} <= {"planned", "skipped"}
    assert await all_titles(world.home) == NOTHING

    done = await world.add(path)
    assert (done["status"], done["dry_run"]) == ("success", False)
    assert counts(done) == expected
    assert [each["title"] for each in done["items"] if each["outcome"] == "applied"]
    found = await sizes(world.home)
    no_date = {each[0] for each in outcomes(done) if each[2] == "no_date"}
    assert found == {
        name: count - len(no_date) * (name == "history") for name, count in left.items()
    }

    again = await world.add(path)
    assert again["status"] == "success"
    assert counts(again) == {
        key: number for key, number in expected.items() if key == "skipped"
    }
    assert await sizes(world.home) == found


async def test_answer_tells_what_was_left_out(world: World) -> None:
    """Test that a row that cannot be used, and a file not looked into, are told."""
    text_file(world.folder / "imdb.csv", exports.IMDB_RATINGS)
    response = await world.act("import", "files/imdb.csv", include_items=False)
    assert "items" not in response["runs"][0]
    assert response["totals"] == {
        **dict.fromkeys(response["totals"], 0),
        "added": 3,
    }
    assert response["file"] == {
        "name": "imdb.csv",
        "format": "imdb",
        "records": {"ratings": 3},
        "features_left_out": [],
        "rows_left_out": 1,
        "rows": [
            {
                "file": "imdb.csv",
                "row": "line 5",
                "reason": "kind_not_supported",
                "detail": "Half-Life is a Video Game",
            }
        ],
        "files_not_read": [],
    }


async def test_play_without_a_date(world: World) -> None:
    """Test that what was only marked as watched is skipped, unless a person insists."""
    path = text_file(world.folder / "watched.csv", exports.WATCHED)
    report = await world.add(path)
    assert outcomes(report) == [
        ("Arrival", "skipped", "no_date"),
        ("Crouching Tiger, Hidden Dragon", "skipped", "no_date"),
    ]
    assert counts(await world.add(path, logged_dates=True)) == {"added": 2}


async def test_rating_that_is_there_stays(world: World) -> None:
    """Test that only a newer rating takes the place of one that is there."""
    await put(world.home, rated(film_1=8.0, film_2=8.0, film_3=8.0))
    rows = [
        {
            "imdb_id": f"tt{1000 + number:07}",
            "type": "movie",
            "rating": 3,
            **({"rated_at": at} if at else {}),
        }
        for number, at in ((1, "2020-01-01T00:00:00Z"), (2, "2025-01-01"), (3, None))
    ]
    report = await world.add(text_file(world.folder / "trakt.json", rows))
    assert counts(report) == {"updated": 1, "skipped": 2}
    provider = world.home.runtime_data.account.provider
    snapshot = await provider.read(Feature.RATINGS, None)
    assert {
        record.item.title: record.value.rating
        for record in snapshot.records.values()
        if isinstance(record.value, Rated)
    } == {"Film 1": 8.0, "Film 2": 3.0, "Film 3": 8.0}


def diary(*days: str) -> str:
    """Return a diary of one film, watched on these days."""
    head = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
    return head + "".join(
        f"{day},Film 1,2000,https://boxd.it/1,,,,{day}\n" for day in days
    )


async def test_day_stands_for_a_play_of_that_day(world: World) -> None:
    """Test that a play of a day is not written beside one of the same day.

    What is there was watched in the evening of May 1st.
    """
    await world.hass.config.async_set_time_zone("UTC")
    await put(world.home, watched(1))
    path = text_file(world.folder / "diary.csv", diary("2024-05-01", "2024-05-03"))
    assert counts(await world.add(path)) == {"added": 1}
    provider = world.home.runtime_data.account.provider
    snapshot = await provider.read(Feature.HISTORY, None)
    (record,) = snapshot.records.values()
    assert isinstance(record.value, Watched)
    assert [f"{play.at:%d %H}" for play in record.value.plays] == ["01 20", "03 12"]


async def test_another_file_is_no_removal(world: World) -> None:
    """Test that a later, smaller file neither removes nor alarms, and says nothing more."""
    many = [
        {"imdb_id": f"tt{n:07}", "type": "movie", "watched_at": "2020-01-01T10:00:00Z"}
        for n in range(1, 61)
    ]
    path = world.folder / "history.json"
    assert counts(await world.add(text_file(path, many))) == {"added": 60}
    few = [{**many[0], "imdb_id": "tt0000099"}]
    report = await world.add(text_file(path, few))
    assert report["status"] == "success"
    assert counts(report) == {"added": 1}
    assert len(report["items"]) == 1
    provider = world.home.runtime_data.account.provider
    assert len((await provider.read(Feature.HISTORY, None)).records) == 61
    # The report stays, nothing else.
    assert world.state_rows() == {"report": 2}


async def test_preview_leaves_no_trace(world: World) -> None:
    """Test that a dry run keeps nothing but its report."""
    await world.act("import", archive(world.folder / "trakt.zip", exports.TRAKT))
    assert world.state_rows() == {"report": 1}
    store = async_get_runtime(world.hass).store
    report = store.last_report(import_scope(world.home.entry_id))
    assert report is not None
    assert report.dry_run


async def test_features(world: World) -> None:
    """Test that only what is asked for is imported."""
    path = archive(world.folder / "trakt.zip", exports.TRAKT)
    report = await world.add(path, features=["ratings"])
    assert list(report["features"]) == ["ratings"]
    assert counts(report) == {"added": 2}
    assert {name for name, each in (await all_titles(world.home)).items() if each} == {
        "ratings"
    }


async def test_pair_goes_on_from_what_was_imported(world: World) -> None:
    """Test that a pair takes what was imported further, as anything else."""
    await world.add(archive(world.folder / "trakt.zip", exports.TRAKT))
    device = device_of(world.hass, world.home, world.pair)
    response = await act(world.hass, "sync", device_id=device)
    assert response["totals"]["added"] == 2
    assert "The Matrix" in await titles(world.cabin, Feature.HISTORY)
    assert state_of(world.hass, "sensor", world.home, "ratings") == "2"


async def test_import_waits_for_its_turn(world: World) -> None:
    """Test that an import and a run on the same account never overlap."""
    path = archive(world.folder / "trakt.zip", exports.TRAKT)
    queue = async_get_runtime(world.hass).queue
    async with queue.turn([world.home.entry_id]):
        waiting = world.hass.async_create_task(world.add(path))
        for _ in range(20):
            await asyncio.sleep(0.01)
        assert not waiting.done()
        assert await all_titles(world.home) == NOTHING
    assert counts(await waiting) == {"added": 6}


@pytest.mark.parametrize("named", [True, False])
async def test_cancel(world: World, named: bool) -> None:
    """Test that an import that waits is ended by name, or as all are that go on."""
    path = archive(world.folder / "trakt.zip", exports.TRAKT)
    imports = world.home.runtime_data.imports
    device = {"device_id": world.device} if named else {}
    async with async_get_runtime(world.hass).queue.turn([world.home.entry_id]):
        waiting = asyncio.create_task(world.add(path))
        await until(lambda: bool(imports))
        assert await act(world.hass, "cancel", **device) == {"cancelled": 1}
        with pytest.raises(HomeAssistantError) as ended:
            await waiting
    assert ended.value.translation_key == "import_cancelled"
    assert not imports
    assert await all_titles(world.home) == NOTHING
    assert await act(world.hass, "cancel", **device) == {"cancelled": 0}


async def test_cancel_another(world: World) -> None:
    """Test that to cancel what an account does leaves the others alone."""
    other = await add_tracker(world.hass, "Other")
    await set_up(world.hass, other)
    path = archive(world.folder / "trakt.zip", exports.TRAKT)
    async with async_get_runtime(world.hass).queue.turn([world.home.entry_id]):
        waiting = asyncio.create_task(world.add(path))
        await until(lambda: bool(world.home.runtime_data.imports))
        device = device_of(world.hass, other)
        assert await act(world.hass, "cancel", device_id=device) == {"cancelled": 0}
    assert counts(await waiting) == {"added": 6}


@pytest.mark.parametrize("end", ["unload", "stop"])
async def test_import_ends_with_its_account(world: World, end: str) -> None:
    """Test that an import that waits is ended, and says so."""
    path = archive(world.folder / "trakt.zip", exports.TRAKT)
    queue = async_get_runtime(world.hass).queue
    async with queue.turn([world.home.entry_id]):
        waiting = asyncio.create_task(world.add(path))
        await until(
            lambda: any(
                task.get_name().startswith("CrossWatch import")
                for task in asyncio.all_tasks()
            )
        )
        for _ in range(5):
            await asyncio.sleep(0.01)
        if end == "unload":
            await world.hass.config_entries.async_unload(world.home.entry_id)
        else:
            world.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        with pytest.raises(HomeAssistantError) as ended:
            await waiting
    assert ended.value.translation_key == "import_cancelled"
    assert "Home" in str(ended.value)


# Any account


CATALOGUE = make_catalogue(films=12, shows=2, seasons_per_show=1, episodes_per_season=6)


@pytest.fixture
async def at_trakt(world: World, trakt: TraktSimulator) -> None:
    """Have the files imported into the account of alice at Trakt."""
    trakt.seed(CATALOGUE)
    trakt.behaviour.enforce_rate = False
    world.home = await sign_in_at_trakt(world.hass, trakt)
    world.device = device_of(world.hass, world.home)


def plays_of_the_catalogue() -> list[dict[str, Any]]:
    """Return a row for each film and episode of the catalogue, as Trakt imports it."""
    found = [(film.ids, "movie") for film in CATALOGUE.films]
    found += [
        (each.ids, "episode") for show in CATALOGUE.shows for each in show.episodes()
    ]
    return [
        {
            **{f"{name}_id": value for name, value in ids.items()},
            "type": kind,
            "watched_at": f"2025-03-01T{n % 24:02}:30:00Z",
        }
        for n, (ids, kind) in enumerate(found)
    ]


@pytest.mark.usefixtures("at_trakt")
async def test_into_trakt(world: World, trakt: TraktSimulator) -> None:
    """Test that an account of a service takes a file, through the plan of any run."""
    rows = plays_of_the_catalogue()
    path = text_file(world.folder / "trakt.json", rows)
    shown = await world.act("import", path)
    assert counts(shown["runs"][0]) == {"added": len(rows)}
    assert trakt.writes() == 0
    assert counts(await world.add(path)) == {"added": len(rows)}
    assert len(trakt.alice.history) == len(rows)
    trakt.reset_requests()
    assert counts(await world.add(path)) == {}
    assert trakt.writes() == 0


@pytest.mark.usefixtures("at_trakt")
async def test_write_without_an_answer_is_read_back(
    world: World, trakt: TraktSimulator
) -> None:
    """Test that the next import finds out what came of a write, and repeats none of it.

    The service took it, and the connection was cut before it could say so.
    """
    rows = plays_of_the_catalogue()
    path = text_file(world.folder / "trakt.json", rows)
    trakt.reset_requests()
    await world.act("import", path)
    reads = trakt.count(path="/sync/history.*", method="GET")
    assert reads > 0
    # The service is down right after the write, so that this import cannot look.
    trakt.faults.fail(path="/sync/history", method="POST", kind=FaultKind.CUT_AFTER)
    trakt.outage(path="/sync/history.*", method="GET", on_call=reads + 1, times=99)
    cut = await world.add(path)
    assert {each[1:] for each in outcomes(cut)} == {("unknown", "no_answer")}
    assert len(trakt.alice.history) == len(rows)
    assert world.state_rows()["planned"] == 1

    trakt.faults.rules.clear()
    other = text_file(world.folder / "other.json", rows[:1])
    assert counts(await world.add(other)) == {}
    assert world.state_rows() == {"report": 3}
    assert counts(await world.add(path)) == {}
    assert len(trakt.alice.history) == len(rows)


@pytest.mark.usefixtures("at_trakt")
async def test_import_that_is_ended_loses_nothing(
    world: World, trakt: TraktSimulator
) -> None:
    """Test that a write in flight is settled, and the next import goes on from there."""
    rows = plays_of_the_catalogue()
    path = text_file(world.folder / "trakt.json", rows)
    trakt.latency = 0.4
    trakt.reset_requests()
    running = asyncio.create_task(world.add(path))
    await until(lambda: trakt.writes() > 0)
    await world.hass.config_entries.async_unload(world.home.entry_id)
    with pytest.raises(HomeAssistantError) as ended:
        await running
    assert ended.value.translation_key == "import_cancelled"
    store = async_get_runtime(world.hass).store
    report = store.last_report(import_scope(world.home.entry_id))
    assert report is not None
    assert report.status == "cancelled"
    assert report.counts.added == len(rows)

    trakt.latency = 0
    await world.hass.config_entries.async_setup(world.home.entry_id)
    assert counts(await world.add(path)) == {}
    assert len(trakt.alice.history) == len(rows)


@pytest.mark.usefixtures("at_trakt")
async def test_login_that_has_ended(world: World, trakt: TraktSimulator) -> None:
    """Test that an account that refuses its login is told, and asked to sign in."""
    trakt.oauth.revoke_tokens()
    path = text_file(world.folder / "trakt.json", plays_of_the_catalogue())
    report = await world.add(path)
    assert report["status"] == "failed"
    (flow,) = world.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"


@pytest.mark.usefixtures("at_trakt")
async def test_title_that_only_trakt_could_guess(
    world: World, trakt: TraktSimulator
) -> None:
    """Test that a film without an id is not sent where only ids are understood."""
    path = text_file(world.folder / "diary.csv", exports.DIARY)
    report = await world.add(path, features=["history"])
    assert {each[1:] for each in outcomes(report)} == {("skipped", "no_ids")}
    assert trakt.writes() == 0


@pytest.mark.usefixtures("at_trakt")
async def test_title_that_tmdb_knows(world: World, trakt: TraktSimulator) -> None:
    """Test that with an account at TMDb a film is found by its title and year."""
    film = CATALOGUE.films[0]
    known = Title(
        Kind.MOVIE,
        int(film.ids["tmdb"]),
        film.title,
        f"{film.year}-03-30",
        imdb=film.ids["imdb"],
    )
    days = diary("2024-05-01", "2024-05-03").replace("Film 1,2000", "{film}")
    named = days.replace("{film}", f'"{film.title}",{film.year}')
    path = text_file(world.folder / "diary.csv", named)
    async with TmdbSimulator() as tmdb:
        tmdb.library.add(known)
        tmdb.approve_by_itself(1)
        hosts = dict.fromkeys(("api.trakt.tv", "auth.trakt.tv"), trakt.url)
        with route_hosts({**hosts, "api.themoviedb.org": tmdb.url}):
            form = await start_flow(world.hass, "tmdb")
            form = await answer(world.hass, form, {"api_key": tmdb.API_KEY})
            await wait_for_code(world.hass, form)
            await world.hass.async_block_till_done()
            assert counts(await world.add(path)) == {"added": 2}
            assert counts(await world.add(path)) == {}
    assert len(trakt.alice.history) == 2


# Refusals


async def test_not_an_account(hass: HomeAssistant, world: World) -> None:
    """Test that the device has to be that of a loaded account."""
    path = str(text_file(world.folder / "imdb.csv", exports.IMDB_RATINGS))
    pair = device_of(hass, world.home, world.pair)
    for device, key in ((pair, "not_an_account"), ("no-device", "scope_not_found")):
        assert await refusal(hass, "import", device_id=device, path=path) == key
    await hass.config_entries.async_unload(world.home.entry_id)
    key = await refusal(hass, "import", device_id=world.device, path=path)
    assert key == "account_of_file_not_loaded"


def _outside(world: World) -> Path:
    """Return a file outside the allowed folders."""
    return text_file(world.folder.parent / "imdb.csv", exports.IMDB_RATINGS)


def _linked(world: World) -> Path:
    """Return a link in the allowed folder to a file outside of it."""
    link = world.folder / "imdb.csv"
    link.symlink_to(_outside(world))
    return link


def _huge(world: World) -> Path:
    """Return a file of 200 MB."""
    path = world.folder / "huge.json"
    path.touch()
    os.truncate(path, 200 * MIB)
    return path


def _bytes(data: bytes) -> Callable[[World], Path]:
    """Return what makes a file of these bytes."""
    return lambda world: text_file(world.folder / "diary.csv", data)


def _json(content: Any) -> Callable[[World], Path]:
    """Return what makes a file of this JSON."""
    return lambda world: text_file(world.folder / "file.json", content)


@pytest.mark.parametrize(
    ("make", "data", "key"),
    [
        pytest.param(_outside, {}, "path_not_allowed", id="outside"),
        pytest.param(_linked, {}, "path_not_allowed", id="a link to the outside"),
        pytest.param(
            lambda world: f"{world.folder}/../imdb.csv",
            {},
            "path_not_allowed",
            id="up and out",
        ),
        pytest.param(lambda world: "a\0b", {}, "path_not_allowed", id="no path at all"),
        pytest.param(
            lambda world: world.folder / "no.csv", {}, "file_not_found", id="missing"
        ),
        pytest.param(lambda world: world.folder, {}, "file_not_a_file", id="a folder"),
        pytest.param(_huge, {}, "file_too_big", id="200 MB"),
        pytest.param(_bytes(b""), {}, "file_empty", id="empty"),
        pytest.param(
            _bytes(exports.DIARY.encode("utf-16")), {}, "file_not_text", id="utf-16"
        ),
        pytest.param(
            _bytes("Date,Name\n,Amélie\n".encode("latin-1")),
            {},
            "file_not_utf8",
            id="latin-1",
        ),
        pytest.param(_bytes(bytes(range(256))), {}, "file_not_text", id="binary"),
        pytest.param(
            _json('[{"watched_at": "2020-01'), {}, "file_broken_json", id="half JSON"
        ),
        pytest.param(_json({"a": 1}), {}, "file_unknown_format", id="another JSON"),
        pytest.param(
            _bytes(b'Name,Letterboxd URI,Rating\n"Heat,x,4\n'),
            {},
            "file_broken_csv",
            id="quotes",
        ),
        pytest.param(
            _bytes(b"Name,Year\nHeat,1995\n"), {}, "file_unknown_columns", id="columns"
        ),
        pytest.param(
            _bytes(b"Name,Year\nHeat,1995\n"),
            {"format": "letterboxd"},
            "file_missing_columns",
            id="columns of Letterboxd",
        ),
        pytest.param(
            _bytes(exports.DIARY.encode()),
            {"format": "imdb"},
            "file_other_format",
            id="another format",
        ),
        pytest.param(
            lambda world: text_file(world.folder / "films.csv", exports.WATCHED),
            {},
            "file_which_list",
            id="which list",
        ),
        pytest.param(
            _json([{"watched_at": "soon", "movie": exports.MATRIX}]),
            {},
            "file_no_good_rows",
            id="no good row",
        ),
        pytest.param(
            _json({"format": "crosswatch", "version": 9, "records": []}),
            {},
            "file_newer_version",
            id="newer release",
        ),
        pytest.param(
            _bytes(b"PK\x03\x04"), {}, "file_broken_archive", id="half archive"
        ),
        pytest.param(
            lambda world: archive(world.folder / "a.zip", {"../a.csv": exports.DIARY}),
            {},
            "file_archive_paths",
            id="archive that climbs",
        ),
        pytest.param(
            lambda world: archive(
                world.folder / "a.zip", {"diary.csv": " " * (65 * MIB)}
            ),
            {},
            "file_archive_too_big",
            id="archive that explodes",
        ),
        pytest.param(
            lambda world: archive(
                world.folder / "a.zip", {f"{n}.txt": "" for n in range(2001)}
            ),
            {},
            "file_archive_members",
            id="archive of too many files",
        ),
        pytest.param(
            _json(exports.TRAKT["watched-history-1.json"]),
            {"features": ["ratings"]},
            "file_lacks_features",
            id="feature that is not there",
        ),
    ],
)
async def test_refused_files(
    hass: HomeAssistant,
    world: World,
    make: Callable[[World], Path | str],
    data: dict[str, Any],
    key: str,
) -> None:
    """Test that a bad file gets its own clear error, and nothing is changed."""
    await put(world.home, listed(1))
    before = await all_titles(world.home)
    path = str(make(world))
    fields = {"device_id": world.device, "path": path, "dry_run": False, **data}
    assert await refusal(hass, "import", **fields) == key
    assert await all_titles(world.home) == before
    assert not world.state_rows()


def test_each_refusal_has_a_text() -> None:
    """Test that whatever is wrong with a file can be told, and names the file."""
    for fault in FileFault:
        message = TEXTS["exceptions"][f"file_{fault}"]["message"]
        assert "{file}" in message


@pytest.mark.parametrize(
    "fields",
    [
        {"path": ""},
        {"path": " "},
        {},
        {"path": "a.csv", "format": "xml"},
        {"path": "a.csv", "features": []},
        {"path": "a.csv", "features": ["playlists"]},
        {"path": "a.csv", "dry_run": "maybe"},
    ],
)
async def test_fields(
    hass: HomeAssistant, world: World, fields: dict[str, Any]
) -> None:
    """Test that fields have to make sense."""
    with pytest.raises(vol.Invalid):
        await act(hass, "import", device_id=world.device, **fields)


@pytest.fixture
async def kodi(world: World) -> AsyncIterator[KodiSimulator]:
    """Have the files imported into a Kodi, which has no watchlist."""
    async with KodiSimulator(username="anna", password=PASSWORD) as server:
        login = {"url": server.url, "username": "anna", "password": PASSWORD}
        world.home = await connect(world.hass, "kodi", login)
        world.device = device_of(world.hass, world.home)
        yield server


@pytest.mark.usefixtures("kodi")
async def test_account_that_cannot_take_it(hass: HomeAssistant, world: World) -> None:
    """Test that what an account cannot be given is refused, or told as left out."""
    only = text_file(world.folder / "watchlist.csv", exports.WATCHLIST)
    fields = {"device_id": world.device, "path": str(only)}
    assert await refusal(hass, "import", **fields) == "account_cannot_take"
    both = archive(world.folder / "trakt.zip", exports.TRAKT)
    response = await world.act("import", both)
    assert response["file"]["features_left_out"] == ["watchlist"]
    assert set(response["runs"][0]["features"]) == {"history", "ratings"}
    fields = {"device_id": world.device, "path": str(both)}
    key = await refusal(hass, "import", **fields, features=["watchlist", "history"])
    assert key == "account_cannot_take"


async def test_event_loop_is_not_held(world: World) -> None:
    """Test that a large file leaves the event loop free for others."""
    rows = [
        {
            "watched_at": f"{datetime(2020, 1, 1 + n % 28, tzinfo=UTC).isoformat()}",
            "type": "movie",
            "movie": {"title": f"Film {n}", "year": 2000, "ids": {"tmdb": n + 1}},
        }
        for n in range(ROWS)
    ]
    path = text_file(world.folder / "watched-history.json", rows)
    done = asyncio.create_task(world.act("import", path, include_items=False))
    longest = 0.0
    while not done.done():
        # Of this thread alone, as others have work of their own to do.
        before = thread_time()
        await asyncio.sleep(0.001)
        longest = max(longest, thread_time() - before)
    response = await done
    assert response["totals"]["added"] == ROWS
    assert longest < LONGEST
