"""Signing in, and what happens when a login ends."""

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.provider import AuthenticationError
from custom_components.crosswatch.providers.sign_in import SignInError

from .account import adding, fill, read, removing, write
from .cases import adds, cases, every_login, every_service, reads, removes, some
from .stage import Login, Site, Stage, signed_in
from .values import made


@every_service
async def test_sign_in(stage: Stage, site: Site) -> None:
    """The account that signs in is the one that its provider finds itself to be."""
    result = await signed_in(stage, site)
    info = await Login(stage, site, result.data).provider().identify()
    assert info.account_id == result.info.account_id != ""
    assert result.info.name


@every_service
async def test_signing_in_twice(stage: Stage, site: Site) -> None:
    """An account stays the same when it signs in again."""
    first, second = await signed_in(stage, site), await signed_in(stage, site)
    assert first.info == second.info


@every_service
async def test_wrong_password(stage: Stage, site: Site) -> None:
    """What is wrong is told by a text of its own, and nothing is kept."""
    with pytest.raises(SignInError) as error:
        await signed_in(stage, site, right=False)
    assert error.value.key not in {"", "cannot_connect", "invalid_answer"}


@every_service
async def test_no_secret_is_shown(stage: Stage, site: Site) -> None:
    """What a sign-in has found can be logged."""
    result = await signed_in(stage, site)
    shown = repr(result) + repr(result.info)
    hidden = [
        str(value)
        for key, value in result.data.items()
        if any(part in key for part in ("token", "password", "secret", "api_key"))
    ]
    assert not any(value and value in shown for value in hidden)


@every_login
async def test_end_of_a_login(login: Login) -> None:
    """Whoever asks who the account is learns that it has to sign in again."""
    login.stage.end_login()
    with pytest.raises(AuthenticationError):
        await login.provider().identify()


@cases(reads, login=True)
async def test_end_of_a_login_before_a_read(login: Login, feature: Feature) -> None:
    """A read after the end says so, whether it was a short or a long one."""
    await fill(login, feature, 3)
    before = await read(login.provider(), feature)
    login.stage.end_login()
    for previous in (None, before):
        with pytest.raises(AuthenticationError):
            await login.provider().read(feature, previous)


@cases(reads, login=True)
async def test_end_of_a_login_between(login: Login, feature: Feature) -> None:
    """So does an account that has been in use for a while."""
    await fill(login, feature, 3)
    provider = login.provider()
    marker = (await read(provider, feature)).marker
    login.stage.end_login()
    if marker:
        with pytest.raises(AuthenticationError):
            await provider.activity([feature])
    with pytest.raises(AuthenticationError):
        await provider.read(feature, None)


@cases(adds, login=True)
async def test_end_of_a_login_before_a_write(login: Login, feature: Feature) -> None:
    """A write after the end says so, and has not done anything."""
    item, *_ = some(login.support(feature), 1)
    provider = login.provider()
    await provider.read(feature, None)
    login.stage.end_login()
    with pytest.raises(AuthenticationError):
        await write(provider, feature, [adding(feature, item, made(feature, item))])
    assert not await login.stage.held(feature)


@cases(removes, login=True)
async def test_end_of_a_login_before_a_removal(login: Login, feature: Feature) -> None:
    """A removal after the end says so, and has not removed anything."""
    wanted = await fill(login, feature, 2)
    provider = login.provider()
    snapshot = await provider.read(feature, None)
    login.stage.end_login()
    operations = [removing(feature, each) for each in snapshot.records.values()]
    with pytest.raises(AuthenticationError):
        await write(provider, feature, operations)
    assert (await login.stage.held(feature)).keys() == wanted.keys()
