"""What all loaded accounts share: the state file and the order of runs."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from secrets import token_hex
import sqlite3
from typing import Final

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.start import async_at_started
from homeassistant.util.hass_dict import HassKey

from .account import recalled_pairs
from .const import DOMAIN, LOGGER
from .engine.model import Feature
from .engine.store import Store
from .issues import async_report_damaged_state
from .run_queue import RunQueue
from .shared import storage_folder

STATE_FILE: Final = "state.db"

_RUNTIME: Final[HassKey[Runtime]] = HassKey(f"{DOMAIN}.runtime")


@callback
def async_get_runtime(hass: HomeAssistant) -> Runtime:
    """Return what all accounts share."""
    if _RUNTIME not in hass.data:
        hass.data[_RUNTIME] = Runtime(hass)
    return hass.data[_RUNTIME]


class Runtime:
    """Opens the state for the first account, and closes it after the last."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start without any account."""
        self.hass = hass
        self.queue = RunQueue(self.async_check)
        self._store: Store | None = None
        self._users: set[str] = set()
        self._turn = asyncio.Lock()
        self._check: asyncio.Task[Exception | None] | None = None
        self._stop_listening: list[CALLBACK_TYPE] = []

    @property
    def path(self) -> Path:
        """Return where the state is kept."""
        return storage_folder(self.hass) / STATE_FILE

    @property
    def store(self) -> Store:
        """Return the state; it is open while an account is attached."""
        if self._store is None:
            raise RuntimeError("No account is loaded")
        return self._store

    async def async_attach(self, user: str) -> Store:
        """Return the state, opened if need be, for as long as the user stays."""
        async with self._turn:
            self._users.add(user)
            if self._store is None:
                self._store = await self._async_open()
                self._async_listen()
            return self._store

    async def async_detach(self, user: str) -> None:
        """Close the state if this was its last user."""
        async with self._turn:
            self._users.discard(user)
            if not self._users:
                await self._async_close()

    async def async_check(self) -> None:
        """Look through the state if it is open and nobody has yet since it was opened.

        Where it is damaged it is set aside, and a person is told. What pairs have left
        that were deleted while nothing was loaded goes. Raises HomeAssistantError where
        it cannot be looked through: nobody is to rely on it then.
        """
        if self._store is None or self._store.checked:
            return
        if self._check is None:
            self._check = self.hass.async_create_task(
                self._async_check(), "CrossWatch looks through its state"
            )
        # Whoever is cancelled takes nobody along who waits for the same.
        if (error := await asyncio.shield(self._check)) is not None:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="state_unavailable",
                translation_placeholders={"error": str(error)},
            )

    async def _async_check(self) -> Exception | None:
        """Look through the state, while nobody opens or closes it; return what failed."""
        try:
            async with self._turn:
                if self._store is not None:
                    await self._async_look_through(self._store)
        except (OSError, sqlite3.Error) as err:
            LOGGER.warning("The state could not be looked through: %s", err)
            return err
        finally:
            self._check = None
        return None

    async def _async_look_through(self, store: Store) -> None:
        """Look through the state; raises OSError or sqlite3.Error."""
        try:
            await self.hass.async_add_executor_job(store.check)
        finally:
            if store.set_aside is not None:
                async_report_damaged_state(self.hass, store.set_aside)
        if store.set_aside is None:
            await self._async_forget_orphans(store)
            return
        # It begins anew, but knows since when the pairs are there.
        for pair in recalled_pairs(self.hass):
            await self.hass.async_add_executor_job(
                store.remember_pair, pair.pair_id, pair.created
            )

    async def async_forget_pairs(self, pair_ids: Collection[str]) -> None:
        """Drop all state of pairs that were removed."""
        async with self._opened() as store:
            for pair_id in pair_ids:
                await self.hass.async_add_executor_job(store.forget_pair, pair_id)

    async def async_forget_account(self, account_id: str) -> None:
        """Drop all state of an account that was removed."""
        self.queue.forget(account_id)
        async with self._opened() as store:
            await self.hass.async_add_executor_job(store.forget_account, account_id)

    async def async_begin_anew(
        self, account_id: str, pair_ids: Collection[str], features: Collection[Feature]
    ) -> None:
        """Drop what is known of features of an account, in whatever pair."""
        async with self._opened() as store:
            await self.hass.async_add_executor_job(
                _begin_anew, store, account_id, pair_ids, features
            )

    async def async_remove(self) -> None:
        """Delete the state file, as the last account was removed."""
        async with self._turn:
            await self._async_close()
            await self.hass.async_add_executor_job(_remove_state, self.path)

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Store]:
        """Keep the state open within the block, whoever else uses it or not."""
        user = f"block {token_hex(8)}"
        try:
            yield await self.async_attach(user)
        finally:
            await self.async_detach(user)

    async def _async_open(self) -> Store:
        """Open the state, and tell of a damaged file that was set aside."""
        store = await self.hass.async_add_executor_job(_open_state, self.path)
        if store.set_aside is not None:
            async_report_damaged_state(self.hass, store.set_aside)
        return store

    @callback
    def _async_listen(self) -> None:
        """Wait for the end of Home Assistant's start, and for its own end.

        Accounts stay loaded when it stops; by then, all runs have ended.
        """
        self._stop_listening = [
            self.hass.bus.async_listen_once(
                EVENT_HOMEASSISTANT_FINAL_WRITE, self._async_stop
            ),
            async_at_started(self.hass, self._async_started),
        ]

    async def _async_started(self, hass: HomeAssistant) -> None:
        """Look through the state without having a start wait for it."""
        with suppress(HomeAssistantError):
            # It was logged, and whoever needs the state tries again.
            await self.async_check()

    async def _async_forget_orphans(self, store: Store) -> None:
        """Drop the state of pairs that were deleted while nothing was loaded."""
        alive = {
            pair_id
            for entry in self.hass.config_entries.async_entries(DOMAIN)
            for pair_id in entry.subentries
        }
        known = await self.hass.async_add_executor_job(store.pair_ids)
        for pair_id in known - alive:
            await self.hass.async_add_executor_job(store.forget_pair, pair_id)

    async def _async_close(self) -> None:
        """Close the state if it is open."""
        for stop_listening in self._stop_listening:
            stop_listening()
        self._stop_listening = []
        if self._store is not None:
            store, self._store = self._store, None
            await self.hass.async_add_executor_job(store.close)

    async def _async_stop(self, event: Event) -> None:
        """Close the state as Home Assistant stops."""
        self._stop_listening = []
        async with self._turn:
            await self._async_close()


def import_scope(account_id: str) -> str:
    """Return the id under which the state keeps what imports into an account did."""
    return f"import:{account_id}"


def file_scope(account_id: str) -> str:
    """Return the id under which the state keeps a file while it is imported."""
    return f"file:{account_id}"


def _open_state(path: Path) -> Store:
    """Open the state in its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return Store.open(path)


def _begin_anew(
    store: Store,
    account_id: str,
    pair_ids: Collection[str],
    features: Collection[Feature],
) -> None:
    """Drop what pairs know of features, and have the account read anew."""
    for feature in features:
        store.forget_snapshot(account_id, feature)
        for pair_id in pair_ids:
            store.forget_feature(pair_id, feature)


def _remove_state(path: Path) -> None:
    """Delete the state file and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
