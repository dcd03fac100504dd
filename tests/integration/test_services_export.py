"""The export to files: what is written where, what is not, and what is refused."""

from collections.abc import AsyncIterator
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.crosswatch.engine.model import Feature, Item, MediaKind
from homeassistant.core import HomeAssistant
from tests.simulators.catalogue import make_catalogue
from tests.simulators.kodi import KodiSimulator
from tests.simulators.trakt import TraktSimulator

from . import connect
from .conftest import PASSWORD
from .import_world import World, counts, make_world
from .runs import act, device_of, listed, put, rated, watched
from .service_world import put_items, refusal
from .two_way import sign_in_at_trakt

CATALOGUE = make_catalogue(films=2, shows=1)
SHOW = Item(MediaKind.SHOW, {"tvdb": "81189"}, "Breaking Bad", 2008)
EPISODE = Item(MediaKind.EPISODE, show=SHOW, season=1, number=2)
ALL = watched(1, 2, 3) | listed(4) | rated(film_1=8.5)


@pytest.fixture
async def world(hass: HomeAssistant) -> World:
    """Return an account with a few films, and a folder that Home Assistant may use."""
    world = await make_world(hass)
    await put(world.home, ALL)
    return world


def files(response: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Return the names of the files that were written, and what is in them."""
    return {Path(file["path"]).name: file["records"] for file in response["files"]}


@pytest.mark.parametrize(
    ("format_", "expected"),
    [
        (
            "json",
            {
                "crosswatch-home-json.json": {
                    "watchlist": 1,
                    "history": 3,
                    "ratings": 1,
                    "progress": 0,
                }
            },
        ),
        (
            "csv",
            {
                "crosswatch-home-csv.csv": {
                    "watchlist": 1,
                    "history": 3,
                    "ratings": 1,
                    "progress": 0,
                }
            },
        ),
        (
            "trakt_json",
            {
                "crosswatch-home-trakt_json.json": {
                    "watchlist": 1,
                    "history": 3,
                    "ratings": 1,
                }
            },
        ),
        (
            "trakt_csv",
            {
                "crosswatch-home-trakt_csv.csv": {
                    "watchlist": 1,
                    "history": 3,
                    "ratings": 1,
                }
            },
        ),
        (
            "simkl",
            {"crosswatch-home-simkl.zip": {"watchlist": 1, "history": 3, "ratings": 1}},
        ),
        (
            "letterboxd",
            {
                "crosswatch-home-letterboxd-watchlist.csv": {"watchlist": 1},
                "crosswatch-home-letterboxd-history.csv": {"history": 3},
                "crosswatch-home-letterboxd-ratings.csv": {"ratings": 1},
            },
        ),
    ],
)
async def test_formats(
    world: World, format_: str, expected: dict[str, dict[str, int]]
) -> None:
    """Test that each format is written to a folder, and told."""
    response = await world.act("export", world.folder, format=format_)
    assert files(response) == expected
    assert response["left_out"] == {"total": 0, "reasons": {}, "items": []}
    assert {path.name for path in world.folder.iterdir()} == set(expected)


async def test_round_trip(hass: HomeAssistant, world: World) -> None:
    """Test that an account is the same after its export was imported into another."""
    path = world.folder / "home.json"
    await world.act("export", path)
    device = device_of(hass, world.cabin)
    response = await act(
        hass, "import", device_id=device, path=str(path), dry_run=False
    )
    assert counts(response["runs"][0]) == {"added": 5}
    for feature in Feature:
        home, cabin = [
            await entry.runtime_data.account.provider.read(feature, None)
            for entry in (world.home, world.cabin)
        ]
        assert [(each.item, each.value) for each in home.records.values()] == [
            (each.item, each.value) for each in cabin.records.values()
        ]
    again = await act(hass, "import", device_id=device, path=str(path), dry_run=False)
    assert counts(again["runs"][0]) == {}


async def test_what_does_not_fit_is_told(world: World) -> None:
    """Test that what a format cannot hold is counted by reason, and named."""
    await put_items(world.home, [EPISODE])
    response = await world.act(
        "export", world.folder, format="letterboxd", features="history"
    )
    assert response["left_out"]["total"] == 1
    assert response["left_out"]["reasons"] == {"kind_not_in_format": 1}
    (item,) = response["left_out"]["items"]
    assert (item["feature"], item["reason"]) == ("history", "kind_not_in_format")
    assert (item["kind"], item["season"], item["episode"]) == ("episode", 1, 2)


async def test_overwrite(hass: HomeAssistant, world: World) -> None:
    """Test that a file that is there stays, unless it is to be replaced."""
    path = world.folder / "home.json"
    path.write_text("mine", encoding="utf-8")
    fields = {"device_id": world.device, "path": "files/home.json"}
    assert await refusal(hass, "export", **fields) == "file_exists"
    assert path.read_text(encoding="utf-8") == "mine"
    await world.act("export", path, overwrite=True)
    written = json.loads(path.read_text(encoding="utf-8"))
    assert (written["format"], written["account"]) == ("crosswatch", "Home")
    assert [path] == list(world.folder.iterdir())


@pytest.mark.parametrize(
    ("path", "data", "key"),
    [
        ("home.json", {}, "path_not_allowed"),
        ("/etc/crosswatch.json", {}, "path_not_allowed"),
        ("files/../home.json", {}, "path_not_allowed"),
        ("files/no/home.json", {}, "file_no_folder"),
        ("files/home", {}, "file_no_folder"),
        ("files/home.csv", {"format": "letterboxd"}, "file_several_files"),
    ],
)
async def test_refused_paths(
    hass: HomeAssistant, world: World, path: str, data: dict[str, Any], key: str
) -> None:
    """Test that files are written to allowed folders only, and none is made."""
    fields = {"device_id": world.device, "path": path, **data}
    assert await refusal(hass, "export", **fields) == key
    assert not list(world.folder.iterdir())


async def test_full_disk(hass: HomeAssistant, world: World) -> None:
    """Test that a disk that is full is told."""
    fields = {"device_id": world.device, "path": str(world.folder)}
    with patch("os.fsync", side_effect=OSError(28, "No space left on device")):
        assert await refusal(hass, "export", **fields) == "file_not_writable"
    assert not list(world.folder.iterdir())


@pytest.fixture
async def kodi(world: World) -> AsyncIterator[None]:
    """Have a Kodi exported, which has no watchlist."""
    async with KodiSimulator(username="anna", password=PASSWORD) as server:
        login = {"url": server.url, "username": "anna", "password": PASSWORD}
        world.home = await connect(world.hass, "kodi", login)
        world.device = device_of(world.hass, world.home)
        yield


@pytest.mark.usefixtures("kodi")
async def test_features_of_an_account(hass: HomeAssistant, world: World) -> None:
    """Test that an account without a feature cannot export it, but all it has."""
    path = world.folder / "kodi.json"
    fields = {"device_id": world.device, "path": str(path)}
    key = await refusal(hass, "export", **fields, features=["watchlist", "history"])
    assert key == "account_lacks_features"
    response = await world.act("export", path)
    assert files(response) == {"kodi.json": {"history": 0, "ratings": 0, "progress": 0}}


@pytest.fixture
async def at_trakt(world: World, trakt: TraktSimulator) -> None:
    """Have the account of alice at Trakt exported."""
    trakt.seed(CATALOGUE)
    trakt.behaviour.enforce_rate = False
    trakt.alice.watch(next(iter(trakt.library)))
    world.home = await sign_in_at_trakt(world.hass, trakt)
    world.device = device_of(world.hass, world.home)


@pytest.mark.usefixtures("at_trakt")
@pytest.mark.parametrize("ended", [False, True], ids=["down", "signed out"])
async def test_account_that_cannot_be_read(
    hass: HomeAssistant, world: World, trakt: TraktSimulator, ended: bool
) -> None:
    """Test that an account that fails is told, and nothing is written."""
    if ended:
        trakt.oauth.revoke_tokens()
    else:
        trakt.faults.fail(status=500, times=99)
    fields = {"device_id": world.device, "path": str(world.folder)}
    assert await refusal(hass, "export", **fields) == "account_not_readable"
    assert not list(world.folder.iterdir())
    await hass.async_block_till_done()
    found = hass.config_entries.flow.async_progress()
    assert [flow["context"]["source"] for flow in found] == ["reauth"] * ended


@pytest.mark.usefixtures("at_trakt")
async def test_export_of_a_service(world: World, trakt: TraktSimulator) -> None:
    """Test that an account of a service is read for its export, and not written."""
    trakt.reset_requests()
    response = await world.act("export", world.folder, format="trakt_csv")
    assert files(response)["crosswatch-trakt-alice-trakt_csv.csv"]["history"] == 1
    assert trakt.writes() == 0
