"""The answers are as Plex's published description says, but for what is listed."""

import copy
import re

import pytest

from ..catalogue import Catalogue
from ..openapi import OpenApi, SchemaViolationError, load_openapi
from . import (
    Account,
    Behaviour,
    Oddities,
    PlexCloudSimulator,
    PlexServerSimulator,
    Seeded,
    seed,
    watch_some,
)
from .conftest import Api, Reply

BOX = "$.MediaContainer"


def unknown(place: str, *names: str) -> set[str]:
    """Return what is found wrong with members that the description leaves out."""
    return {f"{place}.{name}: unknown" for name in names}


# Of a list of items the description tells nothing but its length and its rows; the
# real server has always said more, which clients such as PlexAPI read.
OF_LISTS = unknown(BOX, "allowSync", "mediaTagPrefix", "mediaTagVersion")
OF_SECTION = OF_LISTS | unknown(BOX, "librarySectionID")
OF_PLACE = OF_SECTION | unknown(BOX, "librarySectionTitle")
OF_ALL = OF_PLACE | unknown(BOX, "title1", "viewGroup")
OF_PARENT = unknown(BOX, "allowSync", "key", "title1")
# The parameter `includeMeta` is described, but not what it brings.
META = unknown(BOX, "Meta")
# The root is described as a list of folders only; what it says of the server stands
# in another part of the description, which nothing refers to.
ROOT = unknown(
    BOX,
    "allowMediaDeletion",
    "allowSync",
    "friendlyName",
    "machineIdentifier",
    "multiuser",
    "myPlex",
    "myPlexMappingState",
    "myPlexSigninState",
    "myPlexSubscription",
    "myPlexUsername",
    "ownerFeatures",
    "platform",
    "platformVersion",
    "transcoderActiveVideoSessions",
    "updatedAt",
    "version",
)
# Newer servers tell their version of the interface, too.
IDENTITY = unknown(BOX, "apiVersion")
# What can be listed of a section is described by the rows of items.
FOLDERS = {f"{BOX}.Directory[].addedAt: missing", f"{BOX}.Directory[].type: missing"}
# Rows of the play log are described by those of films.
EPISODES = unknown(
    f"{BOX}.Metadata[]",
    "parentKey",
    "grandparentKey",
    "grandparentTitle",
    "index",
    "parentIndex",
)

READS = [
    ("/", ROOT),
    ("/identity", IDENTITY),
    ("/library/sections/1", FOLDERS),
    ("/library/sections/1/all?includeGuids=1", OF_ALL),
    (
        "/library/sections/1/all?X-Plex-Container-Start=3&X-Plex-Container-Size=4",
        OF_ALL,
    ),
    ("/library/sections/1/all?includeMeta=1&X-Plex-Container-Size=0", OF_ALL | META),
    ("/library/sections/2/all?type=2&includeGuids=1", OF_ALL),
    ("/library/sections/2/all?type=3", OF_ALL),
    ("/library/sections/2/all?type=4&includeGuids=1", OF_ALL),
    ("/library/sections/1/collections", OF_SECTION),
    ("/library/all?type=1&userRating>>=0&sort=lastRatedAt:desc", OF_LISTS),
    ("/library/all?type=4&viewCount>>=0&sort=lastViewedAt:desc", OF_LISTS),
    ("/library/metadata/101", OF_PLACE),
    ("/library/metadata/101,103", OF_PLACE),
    ("/status/sessions", set()),
    ("/status/sessions/history/all", EPISODES),
    ("/status/sessions/history/all?librarySectionID=1&X-Plex-Container-Size=3", set()),
    ("/status/sessions/history/all?accountID=77", set()),
]
IDENTIFIER = "identifier=com.plexapp.plugins.library"
WRITES = [
    (f"/:/{action}?{query}", status)
    for action, more in (("scrobble", ""), ("unscrobble", ""), ("rate", "&rating=7"))
    for query, status in (
        (f"{IDENTIFIER}&key=101{more}", 200),
        (f"{IDENTIFIER}&key=9999{more}", 404),
        (f"key=101{more}", 400),
    )
] + [(f"/:/rate?{IDENTIFIER}&key=101&rating=12", 400)]


@pytest.fixture
def published() -> OpenApi:
    """Return the published description."""
    return load_openapi("plex")


@pytest.fixture
def busy(plex: PlexServerSimulator, small_catalogue: Catalogue, jon: Account) -> Seeded:
    """Return a library with oddities in which Jon watched and rated much."""
    library = seed(plex, small_catalogue, oddities=Oddities())
    watch_some(plex, jon, library, rated=0.5)
    plex.play_now(jon, library.episodes[0], 90_000)
    plex.remove(library.films[1])
    return library


def violations(published: OpenApi, method: str, path: str, reply: Reply) -> set[str]:
    """Return what the description finds wrong with an answer, without numbers."""
    is_json = "json" in reply.headers.get("Content-Type", "")
    body = reply.data if is_json else None
    try:
        published.check(method, path.partition("?")[0], reply.status, body)
    except SchemaViolationError as error:
        lines = str(error).splitlines()
        return {re.sub(r"\[\d+\]", "[]", line.strip()) for line in lines[1:] or lines}
    return set()


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(("path", "deviations"), READS)
async def test_reads(
    published: OpenApi, api: Api, path: str, deviations: set[str]
) -> None:
    """What is read of a server is as described."""
    reply = await api.get(path)
    if "accountID=77" not in path and "collections" not in path:
        assert reply.box["size"] or "Meta" in reply.box or path == "/identity"
    assert violations(published, "GET", path, reply) == deviations


async def test_leaves(published: OpenApi, api: Api, busy: Seeded) -> None:
    """The episodes of a show are as described."""
    reply = await api.get(f"/library/metadata/{busy.series[0].key}/allLeaves")
    assert reply.rows
    path = "/library/metadata/{ids}/allLeaves"
    assert violations(published, "GET", path, reply) == OF_PARENT


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(("path", "status"), WRITES)
async def test_writes(published: OpenApi, api: Api, path: str, status: int) -> None:
    """What a change is answered with is as described."""
    reply = await api.call("PUT", path)
    assert reply.status == status
    assert violations(published, "PUT", path, reply) == set()


@pytest.mark.usefixtures("busy")
async def test_timeline(published: OpenApi, api: Api) -> None:
    """What a player is answered is as described."""
    for query, status in (
        ("ratingKey=101&state=stopped&time=70000&duration=8160000", 200),
        ("ratingKey=101", 400),
    ):
        reply = await api.call("POST", f"/:/timeline?{query}")
        assert reply.status == status
        assert violations(published, "POST", "/:/timeline", reply) == set()


async def test_account(
    published: OpenApi,
    plex: PlexServerSimulator,
    cloud: PlexCloudSimulator,
    at_cloud: Api,
    kid: Account,
) -> None:
    """What the cloud tells of an account and its servers is as described."""
    plex.share(kid)
    for account in (kid, plex.owner):
        at_cloud.token = cloud.sign_in(account)
        for path in ("/user", "/resources"):
            reply = await at_cloud.get(f"/api/v2{path}?includeHttps=1")
            found = violations(published, "GET", path, reply)
            assert found == set()
    at_cloud.token = "wrong"
    for client, status in (("client", 401), ("", 400)):
        at_cloud.client = client
        for path in ("/user", "/resources"):
            reply = await at_cloud.call("GET", f"/api/v2{path}")
            assert reply.status == status
            # Of the servers, a request without a client is described without a body.
            if (path, status) != ("/resources", 400):
                assert violations(published, "GET", path, reply) == set()


@pytest.mark.usefixtures("busy")
async def test_lists_that_go_wrong(
    published: OpenApi, api: Api, plex: PlexServerSimulator
) -> None:
    """Wrong as they are, they look like any other."""
    path = "/library/sections/1/all"
    for name, value in (
        ("empty_lists", True),
        ("cut_lists", 3),
        ("ignores_paging", True),
        ("largest_page", 2),
        ("no_guid_lists", True),
    ):
        setattr(plex.behaviour, name, value)
        reply = await api.get(f"{path}?includeGuids=1&X-Plex-Container-Size=5")
        assert violations(published, "GET", path, reply) == OF_ALL
        setattr(plex.behaviour, name, getattr(Behaviour(), name))


@pytest.mark.usefixtures("busy")
async def test_the_check_can_fail(published: OpenApi, api: Api) -> None:
    """An answer that is a little wrong is found out."""
    path = "/library/sections/1/all"
    good = (await api.get(path)).data
    for name, value in (
        ("ratingKey", 101),
        ("viewCount", "2"),
        ("duration", 8_160_000.5),
        ("originallyAvailableAt", "March"),
        ("Guid", [{"name": "imdb://tt0133093"}]),
        ("type", None),
    ):
        bad = copy.deepcopy(good)
        bad["MediaContainer"]["Metadata"][1][name] = value
        with pytest.raises(SchemaViolationError, match=name):
            published.check("GET", path, 200, bad)
