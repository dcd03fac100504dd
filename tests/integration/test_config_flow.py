"""Connecting accounts."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
import ssl
from typing import Any

import pytest

from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.providers.registry import PROVIDERS
from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from tests.simulators.base import Simulator
from tests.simulators.faults import FaultKind
from tests.simulators.jellyfin import JellyfinSimulator
from tests.simulators.tls import self_signed_context

from . import answer, connect, created, flow_is_open, start_flow
from .conftest import PASSWORD


def password_answers(server: JellyfinSimulator) -> dict[str, Any]:
    """Return what anna enters to sign in to a Jellyfin server."""
    return {"url": server.url, "username": "anna", "password": PASSWORD}


def suggested(result: ConfigFlowResult) -> dict[str, Any]:
    """Return what a form is filled in with."""
    schema = result["data_schema"]
    assert schema is not None
    return {
        str(marker): marker.description["suggested_value"]
        for marker in schema.schema
        if marker.description
    }


async def test_all_providers_are_offered(hass: HomeAssistant) -> None:
    """Ask for the provider first."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "user"
    assert result["data_schema"] is not None
    (selector,) = result["data_schema"].schema.values()
    assert {
        option["value"]: option["label"] for option in selector.config["options"]
    } == {slug: spec.name for slug, spec in PROVIDERS.items()}


@pytest.mark.parametrize("slug", PROVIDERS)
async def test_every_provider_has_a_form(hass: HomeAssistant, slug: str) -> None:
    """Show the provider's own fields, or ways, at a step named as the provider."""
    result = await start_flow(hass, slug)
    assert result["step_id"] == slug
    if ways := PROVIDERS[slug].load_sign_in().ways:
        assert result["type"] is FlowResultType.MENU
        assert result["menu_options"] == list(ways)
    else:
        assert result["type"] is FlowResultType.FORM
        assert not result["errors"]
        assert suggested(result) == {}


async def test_first_account(hass: HomeAssistant) -> None:
    """Connect an account."""
    result = await answer(hass, await start_flow(hass, "tracker"), {"name": " Home "})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == f"{PROVIDERS['tracker'].name} (Home)"
    # A browser would be led on; nobody would ever end a dialog begun for a program.
    assert "next_flow" not in result
    assert hass.config_entries.flow.async_progress() == []
    await hass.async_block_till_done()
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data["provider"] == "tracker"
    assert entry.unique_id is not None
    assert entry.unique_id.startswith("tracker_")
    assert hass.config_entries.subentries.async_progress() == []


async def test_second_account_goes_on_to_a_pair(
    hass: HomeAssistant, tracker: ConfigEntry
) -> None:
    """Go on to the form of a pair once there are two accounts."""
    result = await answer(hass, await start_flow(hass, "tracker"), {"name": "Cabin"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (pair_flow,) = hass.config_entries.subentries.async_progress()
    assert result["next_flow"] == ("config_subentries_flow", pair_flow["flow_id"])
    assert pair_flow["handler"] == (result["result"].entry_id, "pair")
    assert pair_flow["step_id"] == "user"
    await hass.async_block_till_done()


async def test_blank_field(hass: HomeAssistant) -> None:
    """Point out a field that is needed but was filled with spaces."""
    result = await answer(hass, await start_flow(hass, "tracker"), {"name": "  "})
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"name": "required"}
    result = await answer(hass, result, {"name": "Home"})
    await created(hass, result)


async def test_jellyfin_with_password(
    hass: HomeAssistant, jellyfin: JellyfinSimulator
) -> None:
    """Sign in with a password, of which nothing is kept."""
    entry = await connect(hass, "jellyfin", password_answers(jellyfin))
    assert entry.state is ConfigEntryState.LOADED
    assert entry.title == "Jellyfin (anna, Living Room)"
    assert entry.data["url"] == jellyfin.url
    assert entry.data["verify_ssl"] is True
    assert entry.data["token"] in jellyfin.devices.by_token
    device = jellyfin.devices.by_token[entry.data["token"]]
    assert entry.data["device_id"] == device.device_id
    assert PASSWORD not in str(dict(entry.data))
    assert entry.unique_id is not None
    assert device.user.id in entry.unique_id


async def test_same_account_twice(
    hass: HomeAssistant, jellyfin: JellyfinSimulator, jellyfin_account: ConfigEntry
) -> None:
    """Refuse an account that is connected already, and leave that one alone."""
    before = dict(jellyfin_account.data)
    result = await start_flow(hass, "jellyfin")
    result = await answer(hass, result, password_answers(jellyfin))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert hass.config_entries.async_entries(DOMAIN) == [jellyfin_account]
    assert jellyfin_account.data == before
    # Its own login still works: the second one was another device.
    assert before["token"] in jellyfin.devices.by_token


async def test_two_users_of_one_server(
    hass: HomeAssistant, jellyfin: JellyfinSimulator, jellyfin_account: ConfigEntry
) -> None:
    """Tell two users of a server apart."""
    other = await connect(
        hass, "jellyfin", {**password_answers(jellyfin), "username": "ben"}
    )
    assert other.unique_id != jellyfin_account.unique_id
    assert other.data["device_id"] != jellyfin_account.data["device_id"]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        pytest.param({"password": "guess"}, {"base": "invalid_auth"}, id="password"),
        pytest.param({"username": "nobody"}, {"base": "invalid_auth"}, id="user"),
        pytest.param({"username": ""}, {"base": "username_required"}, id="no user"),
        pytest.param({"url": "http:// a b"}, {"base": "invalid_url"}, id="no address"),
        pytest.param({"url": " "}, {"url": "required"}, id="blank address"),
        pytest.param(
            {"url": "http://127.0.0.1:9"}, {"base": "cannot_connect"}, id="nobody there"
        ),
    ],
)
async def test_wrong_answers(
    hass: HomeAssistant,
    jellyfin: JellyfinSimulator,
    wrong: dict[str, Any],
    error: Mapping[str, str],
) -> None:
    """Say what is wrong, keep what was entered, and go on with the right answers."""
    right = password_answers(jellyfin)
    result = await start_flow(hass, "jellyfin")
    result = await answer(hass, result, {**right, **wrong})
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "jellyfin"
    assert result["errors"] == error
    assert hass.config_entries.async_entries(DOMAIN) == []
    entered = {name: value.strip() for name, value in {**right, **wrong}.items()}
    assert entered.items() <= suggested(result).items()
    result = await answer(hass, result, right)
    await created(hass, result)


async def test_server_that_is_not_jellyfin(
    hass: HomeAssistant, jellyfin: JellyfinSimulator
) -> None:
    """Recognise that something else answers at the address."""
    result = await start_flow(hass, "jellyfin")
    async with Simulator() as stranger:
        wrong = {**password_answers(jellyfin), "url": stranger.url}
        result = await answer(hass, result, wrong)
        assert result["errors"] == {"base": "not_jellyfin"}
        # No password goes to a server that has not said that it is a Jellyfin.
        assert all(PASSWORD.encode() not in each.raw for each in stranger.requests)
    jellyfin.faults.fail(kind=FaultKind.NONSENSE)
    result = await answer(hass, result, password_answers(jellyfin))
    assert result["errors"] == {"base": "not_jellyfin"}
    result = await answer(hass, result, password_answers(jellyfin))
    await created(hass, result)


@pytest.mark.parametrize(
    ("version", "error"),
    [("10.8.13", "version_too_old"), ("10.9.0", None)],
)
async def test_version(hass: HomeAssistant, version: str, error: str | None) -> None:
    """Refuse a server that is too old, saying what it runs."""
    async with JellyfinSimulator(version=version) as server:
        server.add_user("anna", PASSWORD)
        result = await start_flow(hass, "jellyfin")
        result = await answer(hass, result, password_answers(server))
        if error is None:
            await created(hass, result)
        else:
            assert result["errors"] == {"base": error}
            placeholders = result["description_placeholders"]
            assert placeholders is not None
            assert placeholders["version"] == version


async def test_server_that_starts(
    hass: HomeAssistant, jellyfin: JellyfinSimulator
) -> None:
    """Ask for patience with a server that is starting."""
    jellyfin.starting = True
    result = await start_flow(hass, "jellyfin")
    result = await answer(hass, result, password_answers(jellyfin))
    assert result["errors"] == {"base": "server_starting"}
    jellyfin.starting = False
    result = await answer(hass, result, password_answers(jellyfin))
    await created(hass, result)


async def test_disabled_user(hass: HomeAssistant, jellyfin: JellyfinSimulator) -> None:
    """Say that a user may not sign in."""
    user = jellyfin.state.user_named("anna")
    assert user is not None
    jellyfin.disable(user)
    result = await start_flow(hass, "jellyfin")
    result = await answer(hass, result, password_answers(jellyfin))
    assert result["errors"] == {"base": "user_disabled"}
    result = await answer(
        hass, result, {**password_answers(jellyfin), "username": "ben"}
    )
    await created(hass, result)


@contextmanager
def refused_certificate() -> Iterator[None]:
    """Let the server, which runs in the same loop, fail when it is hung up on."""
    loop = asyncio.get_running_loop()
    handler = loop.get_exception_handler()
    assert handler is not None

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Pass all errors on but those of a handshake."""
        if not isinstance(
            context.get("exception"), ConnectionResetError | ssl.SSLError
        ):
            handler(loop, context)

    loop.set_exception_handler(handle)
    try:
        yield
    finally:
        loop.set_exception_handler(handler)


async def test_self_signed_certificate(hass: HomeAssistant, tmp_path: Path) -> None:
    """Refuse a certificate that cannot be verified, unless told not to verify it."""
    context = await hass.async_add_executor_job(self_signed_context, tmp_path)
    server = JellyfinSimulator(ssl_context=context)
    with refused_certificate():
        async with server:
            server.add_user("anna", PASSWORD)
            result = await start_flow(hass, "jellyfin")
            result = await answer(
                hass, result, {**password_answers(server), "verify_ssl": True}
            )
            assert result["type"] is FlowResultType.FORM
            assert result["errors"] == {"base": "tls_error"}
            assert server.requests == []
            result = await answer(
                hass, result, {**password_answers(server), "verify_ssl": False}
            )
            await created(hass, result)
            entry = result["result"]
            assert entry.data["verify_ssl"] is False
            assert entry.state is ConfigEntryState.LOADED


async def test_closed_flow_is_gone(hass: HomeAssistant) -> None:
    """Leave nothing behind when a person closes the form."""
    result = await start_flow(hass, "tracker")
    hass.config_entries.flow.async_abort(result["flow_id"])
    assert not flow_is_open(hass, result)
    assert hass.config_entries.async_entries(DOMAIN) == []
