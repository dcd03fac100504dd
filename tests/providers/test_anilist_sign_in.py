"""Signing in to AniList: an API client of one's own, and the PIN of its page."""

from datetime import timedelta

import pytest
from yarl import URL

from custom_components.crosswatch.providers.anilist import SPEC
from custom_components.crosswatch.providers.anilist.oauth import code_in
from custom_components.crosswatch.providers.sign_in import (
    DeviceCode,
    Question,
    SignedIn,
    SignInError,
)
from custom_components.crosswatch.providers.spec import SignInContext
from tests.simulators.anilist import CLIENT_ID, CLIENT_SECRET
from tests.simulators.base import FaultKind

from .anilist_world import NOW, World, anilist_world
from .connecting import context_of
from .signing_in import refusal_of
from .worlds import world_with_files_of

ANSWERS = {"client_id": f" {CLIENT_ID} ", "client_secret": CLIENT_SECRET}
TOKEN = "/api/v2/oauth/token"

world = world_with_files_of(anilist_world)


def context(world: World) -> SignInContext:
    """Return what a sign-in is given."""
    return context_of(world.session, world.limiters, folder=world.folder)


async def question(world: World, **answers: str) -> Question:
    """Return the form that asks for the PIN."""
    found = (
        await SPEC.load_sign_in().sign_in(context(world)).begin({**ANSWERS, **answers})
    )
    assert isinstance(found, Question)
    return found


async def refused(world: World, pin: str) -> str:
    """Return the key of the error that a PIN leads to."""
    asked = await question(world)
    return (await refusal_of(asked.answer({"pin": pin}))).key


async def test_sign_in(world: World) -> None:
    """The client leads to the page with the PIN, and the PIN to the account."""
    asked = await question(world)
    assert asked.step == "anilist_pin"
    page = URL(asked.placeholders["authorize_url"])
    assert (page.host, page.path) == ("anilist.co", "/api/v2/oauth/authorize")
    assert dict(page.query) == {
        "client_id": CLIENT_ID,
        "redirect_uri": SPEC.links["redirect_uri"],
        "response_type": "code",
    }
    world.anilist.alice.score_format = "POINT_5"
    result = await asked.answer({"pin": f"\n {world.anilist.show_pin()} "})
    assert isinstance(result, SignedIn)
    assert result.info.name == "Alice"
    assert result.info.account_id == str(world.anilist.alice.user_id)
    assert result.data.keys() == {
        "client_id",
        "access_token",
        "user_id",
        "score_format",
    }
    assert result.data["score_format"] == "POINT_5"
    # What is needed for signing in only is not kept.
    assert CLIENT_SECRET not in map(str, result.data.values())
    world.data = result.data
    assert await world.provider().identify() == result.info


@pytest.mark.parametrize(
    "answers",
    [
        {"client_id": ""},
        {"client_secret": " "},
        {"client_secret": "wrong"},
        {"client_id": "999"},
    ],
)
async def test_wrong_client(world: World, answers: dict[str, str]) -> None:
    """An API client that AniList does not know is told at once."""
    error = await refusal_of(question(world, **answers))
    assert error.key == "anilist_invalid_client"


async def test_client_that_is_told_late(world: World) -> None:
    """It is told with the PIN, should AniList look at that first."""
    asked = await question(world)
    world.anilist.logins.clients[CLIENT_ID] = "another"
    error = await refusal_of(asked.answer({"pin": world.anilist.show_pin()}))
    assert error.key == "anilist_invalid_client"


async def test_wrong_pins(world: World) -> None:
    """A PIN that is wrong, used or too old is told apart, and can be entered again."""
    asked = await question(world)
    for pin in ("", "123", "https://anilist.co/api/v2/oauth/pin", "http://[odd"):
        assert (await refusal_of(asked.answer({"pin": pin}))).key == "anilist_wrong_pin"
    pin = world.anilist.show_pin()
    assert isinstance(await asked.answer({"pin": pin}), SignedIn)
    assert (await refusal_of(asked.answer({"pin": pin}))).key == "anilist_pin_used"
    old = world.anilist.show_pin()
    world.anilist.clock = lambda: NOW + timedelta(hours=1)
    assert (await refusal_of(asked.answer({"pin": old}))).key == "anilist_pin_used"
    assert isinstance(await asked.answer({"pin": world.anilist.show_pin()}), SignedIn)


async def test_pin_of_another_client(world: World) -> None:
    """A PIN that was shown to another API client is a wrong one."""
    assert await refused(world, world.anilist.show_pin(client_id="7")) == (
        "anilist_wrong_pin"
    )


def test_what_is_pasted() -> None:
    """The PIN is found in what people paste: with blanks, or with the address."""
    assert code_in(" def 50\n200 ") == "def50200"
    assert (
        code_in("https://anilist.co/api/v2/oauth/pin?code=def50200&x=1") == "def50200"
    )
    assert code_in("https://anilist.co/api/v2/oauth/pin") == ""


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ({"status": 503, "times": 9}, "cannot_connect"),
        ({"kind": FaultKind.CUT, "times": 9}, "cannot_connect"),
        ({"status": 429, "headers": {"Retry-After": "900"}}, "rate_limited"),
    ],
)
async def test_no_answer(world: World, fault: dict[str, object], key: str) -> None:
    """What keeps AniList from answering is told, on either form."""
    world.anilist.faults.fail(path=TOKEN, **fault)  # type: ignore[arg-type]
    assert (await refusal_of(question(world))).key == key
    world.anilist.faults.clear()
    asked = await question(world)
    world.anilist.faults.fail(path=TOKEN, **fault)  # type: ignore[arg-type]
    error = await refusal_of(asked.answer({"pin": world.anilist.show_pin()}))
    assert error.key == key


@pytest.mark.parametrize(
    ("status", "body", "key"),
    [
        (200, "{}", "invalid_answer"),
        (200, "<html>", "invalid_answer"),
        (400, "<html>", "anilist_wrong_pin"),
        (404, "{}", "invalid_answer"),
        (200, '{"access_token": "nobody knows it"}', "anilist_wrong_pin"),
    ],
)
async def test_odd_answers(world: World, status: int, body: str, key: str) -> None:
    """Answers that make no sense are told so."""
    asked = await question(world)
    world.anilist.faults.fail(path=TOKEN, status=status, body=body)
    error = await refusal_of(asked.answer({"pin": world.anilist.show_pin()}))
    assert error.key == key


async def test_api_that_is_down(world: World) -> None:
    """A token is of no use as long as nobody tells whose it is."""
    world.anilist.faults.fail(path="/", status=503, times=9)
    assert await refused(world, world.anilist.show_pin()) == "cannot_connect"


async def test_nothing_to_wait_for(world: World) -> None:
    """There is no code to be entered elsewhere."""
    code = DeviceCode(code="", url="", secret="", expires_in=1, interval=1)
    with pytest.raises(SignInError):
        await SPEC.load_sign_in().sign_in(context(world)).finish(code)
