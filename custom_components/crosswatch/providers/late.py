"""Accounts whose reading and writing is imported when it is first asked for.

A start only asks each account who it is, and the imports for all else are most of what
that would cost.
"""

from abc import abstractmethod
import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
import logging
from typing import Protocol, override

from ..engine.model import Feature, Library, Snapshot
from ..engine.plan import Operation, Outcome
from ..engine.provider import Provider, ProviderUnavailableError

_LOGGER = logging.getLogger(__name__)


class Records(Protocol):
    """The records of an account, read and written; see `Provider`."""

    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return a change marker for these features."""

    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records."""

    async def libraries(self) -> Sequence[Library]:
        """Return the account's libraries."""

    async def locate(self, native_ids: Collection[str]) -> Mapping[str, str]:
        """Return the ids of the libraries that items are in."""

    def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Send operations and yield one outcome for each."""


class LateProvider[R: Records](Provider):
    """An account that can say who it is before the rest of it is imported."""

    def __init__(self) -> None:
        """Start without the rest."""
        self._records: R | None = None
        self._one_at_a_time = asyncio.Lock()

    @abstractmethod
    def _load(self) -> R:
        """Import what reads and writes, and return it; called in a worker thread."""

    async def records(self) -> R:
        """Return what reads and writes; raises ProviderUnavailableError."""
        async with self._one_at_a_time:
            if self._records is None:
                try:
                    self._records = await asyncio.to_thread(self._load)
                except ImportError as err:
                    _LOGGER.exception("A part of %s cannot be imported", self.slug)
                    raise ProviderUnavailableError(
                        "The files of CrossWatch have changed since Home Assistant was"
                        " started, or are damaged: restart Home Assistant"
                    ) from err
            return self._records

    @override
    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return a change marker for these features."""
        return await (await self.records()).activity(features)

    @override
    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records."""
        return await (await self.records()).read(feature, previous)

    @override
    async def libraries(self) -> Sequence[Library]:
        """Return the account's libraries."""
        return await (await self.records()).libraries()

    @override
    async def locate(self, native_ids: Collection[str]) -> Mapping[str, str]:
        """Return the ids of the libraries that items are in."""
        return await (await self.records()).locate(native_ids)

    @override
    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Send operations and yield one outcome for each."""
        async for outcome in (await self.records()).write(feature, operations):
            yield outcome
