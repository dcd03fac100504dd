"""Answers with odd, missing and unknown fields: nothing but our own errors come of it."""

from collections.abc import Awaitable, Callable
from datetime import UTC

import pytest

from custom_components.crosswatch.engine.model import Feature, Item, Record, Watched
from custom_components.crosswatch.engine.plan import OutcomeKind
from custom_components.crosswatch.engine.provider import ProviderError

from ..providers.operating import kinds
from .account import adding, check, fill, read, removing, write
from .cases import adds, cases, every_login, reads, removes, some
from .stage import Login
from .tampering import CHANGES, Tape, without_last
from .titles import name
from .values import made


@cases(reads, login=True)
async def test_unknown_fields(
    login: Login, feature: Feature, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fields that nobody knows change nothing."""
    wanted = await fill(login, feature, 4)
    tape = Tape(more=True)
    tape.install(monkeypatch)
    snapshot = await read(login.provider(), feature)
    check(snapshot, wanted, login.support(feature))
    assert tape.answers


@cases(reads, login=True)
async def test_odd_fields_of_a_read(
    login: Login, feature: Feature, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each field of each answer, when it is odd: sane records, or our own error."""
    wanted = await fill(login, feature, 4)
    tape = Tape()
    tape.install(monkeypatch)

    async def work() -> None:
        """Read everything as a new account."""
        tape.changed = 0
        records = (await read(login.provider(), feature)).records
        for record in records.values():
            assert_sane(record)
        # What is changed is the first row of an answer: no other one is lost.
        assert len(records) >= len(wanted) - tape.changed

    await tamper(tape, work, secrets_of(login))


@cases(reads, login=True)
async def test_rows_that_are_left_out(
    login: Login, feature: Feature, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that once lacks a row is noticed: all is read anew, or refused."""
    login.stage.small_pages(monkeypatch)
    wanted = await fill(login, feature, 9)
    tape = Tape()
    tape.install(monkeypatch)
    await read(login.provider(), feature)
    pages = tape.lists(3)
    assert bool(pages) >= login.stage.has_pages(feature)
    tape.change, tape.times = without_last, 1
    for tape.only, tape.path in pages:
        tape.changed = 0
        try:
            snapshot = await read(login.provider(), feature)
        except ProviderError:
            continue
        found = {name(record.item) for record in snapshot.records.values()}
        assert found == wanted.keys(), tape.only


@cases(adds, login=True)
async def test_odd_fields_of_a_write(
    login: Login, feature: Feature, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is with the answers to a write: one outcome each, or our own error."""
    items = some(login.support(feature), 2)
    operations = [adding(feature, item, made(feature, item)) for item in items]
    tape = Tape()
    tape.install(monkeypatch)

    async def work() -> list[OutcomeKind]:
        """Write as a new account."""
        return kinds(await write(login.provider(), feature, operations))

    await tamper(tape, work, secrets_of(login))


@cases(removes, login=True)
async def test_odd_fields_of_a_removal(
    login: Login, feature: Feature, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is with the answers to a removal."""
    await fill(login, feature, 2)
    snapshot = await read(login.provider(), feature)
    operations = [removing(feature, record) for record in snapshot.records.values()]
    tape = Tape()
    tape.install(monkeypatch)

    async def work() -> list[OutcomeKind]:
        """Remove as a new account."""
        return kinds(await write(login.provider(), feature, operations))

    await tamper(tape, work, secrets_of(login))


@every_login
async def test_odd_fields_of_an_account(
    login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is with the question whose account it is."""
    tape = Tape()
    tape.install(monkeypatch)

    async def work() -> None:
        """Ask as a new account."""
        info = await login.provider().identify()
        assert isinstance(info.account_id, str)
        assert isinstance(info.name, str)
        assert info.account_id

    await tamper(tape, work, secrets_of(login))


async def tamper(
    tape: Tape, work: Callable[[], Awaitable[object]], secrets: list[str]
) -> None:
    """Do some work again with each field changed in each way.

    Some fields are needed: if none was missed, nothing would have been changed.
    """
    plain, missed = await work(), 0
    paths = tape.paths()
    for path in paths:
        for kind, change in CHANGES.items():
            tape.path, tape.change = path, change
            try:
                missed += await work() != plain
            except ProviderError as err:
                missed += 1
                text = str(err)
                assert text, (path, kind)
                assert not any(secret in text for secret in secrets), (path, kind)
            except Exception as err:
                err.add_note(f"{kind}: {'.'.join(path)}")
                raise
    assert missed


def secrets_of(login: Login) -> list[str]:
    """Return what must stand in no text."""
    return [
        value
        for key, value in login.data.items()
        if isinstance(value, str)
        and any(part in key for part in ("token", "password", "secret", "api_key"))
        and len(value) > 3
    ]


def assert_sane(record: Record) -> None:
    """Check that everything in a record is of the type that it has to be."""
    assert isinstance(record.native_id, str)
    assert record.native_id
    assert_sane_item(record.item)
    at = record.value.at
    assert at is None or at.tzinfo is UTC
    if isinstance(record.value, Watched):
        assert isinstance(record.value.count, int)
        moments = [play.at for play in record.value.plays]
        assert moments == sorted(moments)


def assert_sane_item(item: Item) -> None:
    """Check that everything in an item is of the type that it has to be."""
    assert isinstance(item.title, str)
    assert all(isinstance(each, str) for pair in item.ids.items() for each in pair)
    for number in (item.year, item.season, item.number):
        assert number is None or type(number) is int
    if item.show is not None:
        assert_sane_item(item.show)
