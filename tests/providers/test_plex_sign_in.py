"""Signing in to Plex, over real sockets: by code, and by address and token."""

from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.plex import SPEC
from custom_components.crosswatch.providers.plex.files import (
    account_key,
    file_name,
    forget,
)
from custom_components.crosswatch.providers.plex.linking import LinkSignIn
from custom_components.crosswatch.providers.plex.manual import (
    ManualSignIn,
    address_known,
)
from custom_components.crosswatch.providers.sign_in import (
    DeviceCode,
    FieldKind,
    Progress,
    Question,
    SignedIn,
    SignInError,
)

from ..simulators.base import FaultKind
from ..simulators.clock import Clock as WorldClock
from ..simulators.plex import Account, PlexCloudSimulator, PlexServerSimulator
from ..simulators.plex.resource_routes import Connection
from ..simulators.routing import route_hosts
from .conftest import Clock
from .plex_world import DEVICE_ID, NOW, context, go_on
from .signing_in import refusal_of

USERS = {
    "id": 1_000_001,
    "uuid": "0123456789abcdef",
    "title": "Jon",
    "home": True,
}


@dataclass(slots=True, repr=False)
class Stage:
    """plex.tv with a family and their servers."""

    cloud: PlexCloudSimulator
    jon: Account
    kid: Account
    tower: PlexServerSimulator
    session: aiohttp.ClientSession
    limiters: Limiters

    def link(self, known: JsonObject | None = None) -> LinkSignIn:
        """Return an attempt with a code."""
        return LinkSignIn(context(self.session, self.limiters, known))

    def manual(self) -> ManualSignIn:
        """Return an attempt with an address and a token."""
        return ManualSignIn(context(self.session, self.limiters))

    async def sign_in(
        self, *answers: Mapping[str, str | bool], known: JsonObject | None = None
    ) -> SignedIn | Question:
        """Sign in with a code, and answer questions."""
        sign_in = self.link(known)
        return await go_on(sign_in, await sign_in.begin({}), *answers)

    async def by_hand(
        self, url: str, token: str, *answers: Mapping[str, str | bool]
    ) -> SignedIn | Question:
        """Sign in with an address and a token, and answer questions."""
        sign_in = self.manual()
        begun = await sign_in.begin({"url": url, "token": token, "verify_ssl": True})
        return await go_on(sign_in, begun, *answers)


@pytest.fixture
async def stage(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[Stage]:
    """Return plex.tv, where Jon enters every code at once."""
    clock = WorldClock(NOW)
    async with PlexCloudSimulator(clock=clock) as cloud:
        jon = cloud.add_account("Jon")
        async with PlexServerSimulator(owner=jon, clock=clock) as tower:
            kid = cloud.add_friend(jon, "Kid")
            tower.share(kid)
            cloud.add_server(tower)
            cloud.auto_link = jon
            with route_hosts(cloud.hosts()):
                yield Stage(cloud, jon, kid, tower, session, limiters)


@pytest.fixture
def family(stage: Stage) -> Account:
    """Put a child with a PIN, and one without, into Jon's home."""
    ben = stage.cloud.add_home_user(stage.jon, "Ben", pin="1234")
    stage.tower.share(ben)
    eve = stage.cloud.add_home_user(stage.jon, "Eve")
    stage.tower.share(eve)
    return ben


def data_of(signed_in: Progress) -> JsonObject:
    """Return what a sign-in keeps."""
    assert isinstance(signed_in, SignedIn)
    return signed_in.data


async def test_with_a_code(stage: Stage) -> None:
    """One server and nobody else at home: nothing more is asked."""
    sign_in = stage.link()
    assert sign_in.fields == ()
    code = await sign_in.begin({})
    assert isinstance(code, DeviceCode)
    assert code.url == "https://plex.tv/link"
    assert len(code.code) == 4
    assert code.expires_in == stage.cloud.pin_seconds

    signed_in = await sign_in.finish(code)

    assert isinstance(signed_in, SignedIn)
    assert signed_in.info.account_id == f"{stage.tower.machine_identifier}_1"
    assert signed_in.info.name == "Jon (Tower)"
    assert signed_in.data == {
        "url": stage.tower.url,
        "token": stage.tower.token(stage.jon),
        "account_token": stage.cloud.sign_in(stage.jon, DEVICE_ID),
        "server_id": stage.tower.machine_identifier,
        "server_name": "Tower",
        "user_id": "1",
        "user_name": "Jon",
        "device_id": DEVICE_ID,
        "verify_ssl": True,
    }
    assert str(signed_in.data["token"]) not in repr(signed_in)


async def test_the_code_takes_its_time(stage: Stage, clock: Clock) -> None:
    """Until the code is entered it is asked again, through outages and limits."""
    stage.cloud.auto_link = None
    pins = r"/api/v2/pins/\d+"
    sign_in = stage.link()
    code = await sign_in.begin({})
    stage.cloud.faults.fail(path=pins, on_call=1, times=3, status=503)
    stage.cloud.faults.fail(path=pins, on_call=4, times=3, status=429)
    stage.cloud.link(code.code, stage.jon)

    assert isinstance(await sign_in.finish(code), SignedIn)
    assert min(pause for pause in clock.slept if pause >= 1) >= 1


@pytest.mark.parametrize("gone", [True, False])
async def test_the_code_expires(stage: Stage, gone: bool) -> None:
    """A code that nobody enters comes to its end."""
    stage.cloud.auto_link = None
    stage.cloud.pin_seconds = 20
    sign_in = stage.link()
    code = await sign_in.begin({})
    if gone:
        stage.cloud.pins.by_id.clear()

    assert (await refusal_of(sign_in.finish(code))).key == "code_expired"


@pytest.mark.parametrize(
    ("status", "body", "key"),
    [
        (503, "", "cannot_connect"),
        (429, "", "rate_limited"),
        (400, "", "invalid_answer"),
        (401, "", "plex_refused"),
        (200, "{}", "invalid_answer"),
        (200, "nonsense", "invalid_answer"),
    ],
)
@pytest.mark.parametrize(
    "path", ["/api/v2/pins", "/api/v2/user", "/api/v2/resources", "/api/v2/home/users"]
)
async def test_plex_tv_refuses(
    stage: Stage, family: Account, path: str, status: int, body: str, key: str
) -> None:
    """Whatever plex.tv says instead, the person is told what it is."""
    stage.cloud.faults.fail(path=path, status=status, body=body, times=9)

    if path.endswith("home/users") and status in {200, 401} and body != "nonsense":
        # Not everybody in a home may turn into somebody else.
        assert isinstance(await stage.sign_in(), SignedIn)
        return
    assert (await refusal_of(stage.sign_in())).key == key


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ('{"id": 1, "code": "ABCD", "authToken": 7', "invalid_answer"),
        ('{"id": 1}', "code_expired"),
    ],
)
async def test_nonsense_about_a_code(stage: Stage, body: str, key: str) -> None:
    """An answer about a code that makes no sense is told; none is waited for."""
    stage.cloud.faults.fail(path=r"/api/v2/pins/\d+", status=200, body=body, times=9999)

    assert (await refusal_of(stage.sign_in())).key == key


async def test_no_server(stage: Stage) -> None:
    """An account without any server has nothing to sync."""
    stage.cloud.registrations.clear()

    assert (await refusal_of(stage.sign_in())).key == "plex_no_servers"


async def test_a_server_out_of_reach(stage: Stage) -> None:
    """It is told which one."""
    await stage.tower.stop()

    error = await refusal_of(stage.sign_in())
    assert error.key == "plex_server_unreachable"
    assert error.placeholders == {"server": "Tower"}
    await stage.tower.start()


async def test_several_servers(stage: Stage) -> None:
    """Of several servers the person chooses one; the own ones come first."""
    ann = stage.cloud.add_friend(stage.jon, "Ann")
    async with PlexServerSimulator(owner=ann, name="Attic") as attic:
        attic.share(stage.jon)
        stage.cloud.add_server(attic)

        question = await stage.sign_in()
        assert isinstance(question, Question)
        assert question.step == "plex_server"
        (field,) = question.fields
        assert field.kind is FieldKind.SELECT
        assert list(field.options.values()) == ["Tower", "Attic"]
        error = await refusal_of(question.answer({"server": "another"}))
        assert error.key == "required"
        data = data_of(await stage.sign_in({"server": attic.machine_identifier}))

        assert data["url"] == attic.url
        assert data["token"] == attic.token(stage.jon)
        # On a friend's server one is known by one's number.
        assert data["user_id"] == str(stage.jon.id)
        again = data_of(await stage.sign_in(known=data))
        assert again == data


async def test_users_of_a_home(stage: Stage, family: Account) -> None:
    """Everybody of the home can be chosen, with the PIN where there is one."""
    question = await stage.sign_in()
    assert isinstance(question, Question)
    assert question.step == "plex_user"
    choice, pin = question.fields
    assert set(choice.options.values()) == {"Jon", "Ben", "Eve"}
    assert choice.default == stage.jon.uuid
    assert (pin.kind, pin.required) == (FieldKind.SECRET, False)
    for answers, key in (
        ({"user": "nobody"}, "required"),
        ({"user": family.uuid}, "plex_pin_required"),
        ({"user": family.uuid, "pin": "9999"}, "plex_wrong_pin"),
    ):
        assert (await refusal_of(question.answer(answers))).key == key

    ben = data_of(await question.answer({"user": family.uuid, "pin": " 1234 "}))
    assert ben["user_id"] == str(family.id)
    assert ben["token"] == stage.tower.token(family)
    assert ben["account_token"] in family.tokens
    jon = data_of(await question.answer({"user": stage.jon.uuid}))
    assert jon["user_id"] == "1"
    # Who signs in again is asked no more than needed.
    assert data_of(await stage.sign_in(known=jon)) == jon
    asked = await stage.sign_in(known=ben)
    assert isinstance(asked, Question)
    assert asked.fields[0].default == family.uuid
    eve = next(account for account in stage.cloud.accounts if account.title == "Eve")
    known = {**ben, "user_id": str(eve.id)}
    assert data_of(await stage.sign_in(known=known))["user_name"] == "Eve"


async def test_not_shared_with_the_child(stage: Stage, family: Account) -> None:
    """A user of the home may not use every server."""
    stage.tower.unshare(family)

    error = await refusal_of(stage.sign_in({"user": family.uuid, "pin": "1234"}))
    assert error.key == "plex_not_shared"
    assert error.placeholders == {"user": "Ben"}


@pytest.mark.parametrize(
    ("status", "body", "key"),
    [(500, "", "cannot_connect"), (201, '{"id": 7}', "invalid_answer")],
)
async def test_turning_into_somebody_fails(
    stage: Stage, family: Account, status: int, body: str, key: str
) -> None:
    """It is told why one cannot become somebody else."""
    stage.cloud.faults.fail(path=r".*/switch", status=status, body=body, times=9)

    error = await refusal_of(stage.sign_in({"user": family.uuid, "pin": "1234"}))
    assert error.key == key


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        pytest.param((), "192-168-1-5", id="at home"),
        pytest.param(("192-168-1-5", "192.168.1.5"), "203-0-113-7", id="from outside"),
        pytest.param(
            ("192-168-1-5", "192.168.1.5", "203-0-113-7"), "198-51-100-9", id="by relay"
        ),
        pytest.param(("192-168-1-5",), "http://192.168.1.5:32400", id="no such name"),
    ],
)
async def test_the_best_way(
    stage: Stage, broken: tuple[str, ...], expected: str
) -> None:
    """The best address that leads to the server is taken."""
    stage.cloud.registrations.clear()
    stage.cloud.add_server(stage.tower, direct=True)
    hosts = {
        host: "http://127.0.0.1:9" if host.startswith(broken or "?") else url
        for host, url in stage.cloud.hosts().items()
    }
    with ExitStack() as stack:
        stack.enter_context(route_hosts(hosts))
        data = data_of(await stage.sign_in())

    assert expected in str(data["url"])


async def test_another_server_at_the_address(stage: Stage) -> None:
    """What is not the server itself is no way to it, whatever it answers."""
    async with PlexServerSimulator(name="Other") as other:
        stage.cloud.registrations.clear()
        stage.cloud.add_server(
            stage.tower,
            [Connection(other.url), Connection(stage.tower.url, local=False)],
        )
        assert data_of(await stage.sign_in())["url"] == stage.tower.url
        other.faults.fail(kind=FaultKind.NONSENSE, times=9)
        assert data_of(await stage.sign_in())["url"] == stage.tower.url


# By hand


async def test_by_hand_with_plex_tv(stage: Stage, family: Account) -> None:
    """A token that plex.tv knows has a watchlist, and its home, too."""
    token = stage.cloud.sign_in(stage.jon, "browser")

    data = data_of(
        await stage.by_hand(f"{stage.tower.url}/web/", token, {"user": stage.jon.uuid})
    )

    assert data["url"] == stage.tower.url
    assert data["account_token"] == token
    assert data["user_id"] == "1"
    assert data["verify_ssl"] is True
    linked = data_of(await stage.sign_in({"user": stage.jon.uuid}))
    assert {**data, "account_token": "", "token": ""} == {
        **linked,
        "account_token": "",
        "token": "",
    }


@pytest.mark.parametrize("online", [True, False])
async def test_by_hand_without_plex_tv(stage: Stage, online: bool) -> None:
    """A server's own token does, but for the watchlist."""
    if not online:
        stage.cloud.faults.fail(status=503, times=99)

    data = data_of(await stage.by_hand(stage.tower.url, stage.tower.token(stage.jon)))

    assert data["account_token"] == ""
    assert data["user_id"] == "1"
    assert data["server_name"] == "Tower"


async def test_by_hand_as_somebody_else(stage: Stage) -> None:
    """Who does not own the server is known by what they have played."""
    section = stage.tower.add_section("Movies", "movie")
    film = stage.tower.library.add(
        "movie",
        section,
        "A film",
        duration=6_000_000,
    )
    token = stage.tower.token(stage.kid)
    error = await refusal_of(stage.by_hand(stage.tower.url, token))
    assert error.key == "plex_user_unknown"
    stage.tower.watch(stage.kid, film)

    data = data_of(await stage.by_hand(stage.tower.url, token))

    assert data["user_id"] == str(stage.kid.id)
    stage.tower.faults.fail(path="/status/.*", status=404)
    error = await refusal_of(stage.by_hand(stage.tower.url, token))
    assert error.key == "plex_user_unknown"


async def test_by_hand_a_server_that_is_not_at_plex_tv(stage: Stage) -> None:
    """An account of plex.tv does not help where the server is not known there."""
    stage.cloud.registrations.clear()
    token = stage.cloud.sign_in(stage.jon, "browser")

    data = data_of(await stage.by_hand(stage.tower.url, token))

    assert (data["account_token"], data["user_id"]) == ("", "1")


@pytest.mark.parametrize(
    ("url", "token", "key"),
    [
        ("http://", "good", "invalid_url"),
        ("{url}", "", "plex_token_refused"),
        ("{url}", "wrong", "plex_token_refused"),
        ("http://127.0.0.1:9", "good", "cannot_connect"),
        ("{cloud}", "good", "not_plex"),
    ],
)
async def test_by_hand_refused(stage: Stage, url: str, token: str, key: str) -> None:
    """It is told what was wrong with what was entered."""
    if token == "good":
        token = stage.tower.token(stage.jon)

    error = await refusal_of(
        stage.by_hand(url.format(url=stage.tower.url, cloud=stage.cloud.url), token)
    )
    assert error.key == key


async def test_by_hand_with_plexs_own_port(stage: Stage) -> None:
    """Without a port the one is tried that servers listen at."""
    hosts = {**stage.cloud.hosts(), "nas": stage.tower.url}
    token = stage.tower.token(stage.jon)
    with route_hosts(hosts):
        stage.tower.faults.fail(path="/identity", status=404)
        data = data_of(await stage.by_hand("nas", token))
    assert data["url"] == "http://nas:32400"


@pytest.mark.parametrize(
    ("path", "kind", "status", "key"),
    [
        ("/identity", FaultKind.STATUS, 500, "cannot_connect"),
        ("/identity", FaultKind.NONSENSE, 200, "not_plex"),
        ("/", FaultKind.STATUS, 500, "cannot_connect"),
        ("/", FaultKind.STATUS, 404, "invalid_answer"),
        ("/", FaultKind.NONSENSE, 200, "invalid_answer"),
    ],
)
async def test_by_hand_an_ill_server(
    stage: Stage, path: str, kind: FaultKind, status: int, key: str
) -> None:
    """A server that fails is told from one that refuses."""
    stage.tower.faults.fail(path=path, kind=kind, status=status, times=9)

    error = await refusal_of(
        stage.by_hand(stage.tower.url, stage.tower.token(stage.jon))
    )
    assert error.key == key


async def test_no_code_by_hand(stage: Stage) -> None:
    """There is nothing to wait for without a code."""
    code = await stage.link().begin({})
    with pytest.raises(SignInError):
        await stage.manual().finish(code)


def test_what_is_known() -> None:
    """Home Assistant's own integration knows the address, and tells no secret."""
    data: JsonObject = {
        "server": "Tower",
        "server_id": "abc",
        "server_config": {"url": "http://nas:32400", "token": "x", "verify_ssl": False},
    }
    assert address_known(data) == {"url": "http://nas:32400", "verify_ssl": False}
    assert set(SPEC.load_sign_in().known_from) == {"plex"}
    assert address_known({"server_config": "nothing"}) == {}


def test_the_file_goes_with_its_account(tmp_path: Path) -> None:
    """Nothing is left of an account that is removed."""
    data: JsonObject = {"server_id": "abc", "user_id": "1"}
    other: JsonObject = {"server_id": "abc", "user_id": "2"}
    for each in (data, other):
        (tmp_path / file_name(account_key(each))).touch()

    forget(data, tmp_path)
    forget(data, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == [file_name(account_key(other))]
