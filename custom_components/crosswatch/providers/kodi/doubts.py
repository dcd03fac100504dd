"""Believes that something is gone only where that makes sense.

A library that is being scanned, or whose database is away, lists less than there is.
"""

from collections.abc import Sequence
from typing import Final

from ...engine.model import Feature, Snapshot
from ...engine.provider import ProtocolError, ProviderUnavailableError
from .library import Library
from .lists import STATE_FIELDS, details_call, details_of
from .mapping import holds
from .probe import Probe
from .rows import parse_state
from .rpc import Code, RpcClient

# Of many entries that are missing, the first ones stand for all.
MOST_ASKED: Final = 50


class Doubts:
    """Compares what a Kodi lists with what it listed before."""

    def __init__(self, rpc: RpcClient, library: Library) -> None:
        """Start without having seen anything."""
        self._rpc = rpc
        self._library = library
        self._listed: dict[Feature, frozenset[str]] = {}

    async def settle(
        self, snapshot: Snapshot, previous: Snapshot | None, probe: Probe
    ) -> None:
        """Refuse a snapshot that lacks what was not undone.

        Without a previous one, what was listed last in this session is compared.
        """
        feature = snapshot.feature
        before = self._listed.get(feature, frozenset())
        if previous is not None:
            records = previous.records
            before = frozenset(key for key in records if records[key].seen)
        if gone := sorted(before - snapshot.records.keys()):
            if not probe.entries:
                raise ProviderUnavailableError(
                    "The library of Kodi is empty: check that its database is there"
                )
            if probe.moment.scanning:
                raise ProviderUnavailableError(
                    "Kodi is scanning its library, and may not list all of it now"
                )
            await self._check(feature, gone[:MOST_ASKED])
        self._listed[feature] = frozenset(snapshot.records)

    async def _check(self, feature: Feature, keys: Sequence[str]) -> None:
        """Ask the entries themselves whether there is still something to list."""
        known = {key: self._library.address(key) for key in keys}
        addresses = {key: each for key, each in known.items() if each is not None}
        if not addresses:
            return
        calls = [
            details_call(kind, entry_id, STATE_FIELDS[kind])
            for kind, entry_id in addresses.values()
        ]
        replies = await self._rpc.ask(calls)
        for (key, (kind, _)), call, reply in zip(
            addresses.items(), calls, replies, strict=True
        ):
            if reply.code == Code.INVALID_PARAMS:
                continue
            state = parse_state(kind, details_of(kind, call, reply))
            if state.key == key and holds(feature, state):
                raise ProtocolError(
                    "Kodi's lists contradict what it says of the entries themselves"
                )
