"""One look at a Kodi: everything that somebody did there, in one request."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from itertools import batched
from typing import Final

import orjson

from ...engine.model import Feature, MediaKind
from ...engine.provider import ProviderUnavailableError
from ..http import JsonValue
from .clock import LABELS, clocks, is_there
from .host_time import HostTime, Zones
from .identity import PROFILE
from .lists import STATE_PAGE, Listing, parse_page, read_lists, state_listing
from .rows import State, parse_state
from .rpc import Call, Reply, RpcClient, result_of, told_by

KINDS: Final = (MediaKind.MOVIE, MediaKind.EPISODE, MediaKind.SHOW)

# The player for videos has always had this number.
_VIDEO_PLAYER: Final = 1

_SCANNING: Final = "Library.IsScanningVideo"

_PLAYING: Final = Call(
    "Player.GetItem", {"playerid": _VIDEO_PLAYER, "properties": ["file"]}
)
_ZONE: Final = Call("Settings.GetSettingValue", {"setting": "locale.timezone"})
_BOOLEANS: Final = Call("XBMC.GetInfoBooleans", {"booleans": [_SCANNING]})

_CALLS: Final = (PROFILE, _PLAYING, LABELS, _ZONE, _BOOLEANS)

_ANYTHING: Final = (Listing(MediaKind.MOVIE, {}), Listing(MediaKind.EPISODE, {}))
# As many rows as take a few milliseconds.
_ROWS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Moment:
    """What a Kodi is doing at a moment, and what time it has."""

    time: HostTime
    scanning: bool
    playing: tuple[MediaKind, int] | None


@dataclass(slots=True)
class Probe:
    """What a look has shown.

    `entries` is how many films and episodes there are in the library, untouched ones
    included.
    """

    lists: Mapping[MediaKind, list[JsonValue]] = field(repr=False)
    moment: Moment
    entries: int
    _states: list[State] | None = field(default=None, repr=False)

    def fingerprint(self) -> str:
        """Return a text that stays the same as long as nothing at all was done."""
        found = blake2b(digest_size=8)
        for kind in KINDS:
            found.update(orjson.dumps(self.lists[kind]))
        found.update(f"{self.moment.time.zone}{self.moment.playing}".encode())
        return found.hexdigest()

    async def states(self) -> list[State]:
        """Return all entries that somebody did something with."""
        if self._states is None:
            states: list[State] = []
            for kind in KINDS:
                for some in batched(self.lists[kind], _ROWS_AT_ONCE, strict=False):
                    states += [parse_state(kind, row) for row in some]
                    # What else runs gets its turn.
                    await asyncio.sleep(0)
            self._states = states
        return self._states


class Scout:
    """Looks at a Kodi, which has to have the account's profile loaded."""

    def __init__(
        self,
        rpc: RpcClient,
        zones: Zones,
        profile: str,
        now: Callable[[], datetime],
    ) -> None:
        """Take whom to ask."""
        self._rpc = rpc
        self._zones = zones
        self._profile = profile
        self._now = now

    async def look(self) -> Probe:
        """Return everything that somebody did."""
        size_calls = [listing.call(0, 1) for listing in _ANYTHING]
        listings = [state_listing(kind) for kind in KINDS]
        extras = [*_CALLS, *size_calls]
        rows, replies = await read_lists(self._rpc, listings, STATE_PAGE, extras)
        sizes = replies[len(_CALLS) :]
        entries = sum(
            parse_page(listing, call, reply).total
            for listing, call, reply in zip(_ANYTHING, size_calls, sizes, strict=True)
        )
        moment = await self._moment(replies[: len(_CALLS)])
        return Probe(dict(zip(KINDS, rows, strict=True)), moment, entries)

    async def ask(self, calls: Sequence[Call]) -> tuple[list[Reply], Moment]:
        """Return the replies to some calls, and what happens at the same time."""
        replies = await self._rpc.ask([*calls, *_CALLS])
        moment = await self._moment(replies[len(calls) :])
        return replies[: len(calls)], moment

    async def _moment(self, replies: Sequence[Reply]) -> Moment:
        """Return what a Kodi is doing."""
        loaded, playing, labels, zone, booleans = replies
        _check_profile(loaded, self._profile)
        shown = told_by(LABELS, labels)
        time = await self._zones.host_time(
            _named(zone), clocks(shown), self._now(), has_clock=is_there(shown)
        )
        return Moment(
            time,
            told_by(_BOOLEANS, booleans).get(_SCANNING) is True,
            _playing(playing),
        )


def _check_profile(reply: Reply, profile: str) -> None:
    """Refuse the library of somebody else: each profile has its own."""
    loaded = result_of(PROFILE, reply).get("label")
    if loaded != profile:
        raise ProviderUnavailableError(
            "Another profile is loaded in Kodi than the one of this account"
        )


def _playing(reply: Reply) -> tuple[MediaKind, int] | None:
    """Return what is being played, if it is in the library.

    A Kodi that refuses to tell plays nothing that it knows.
    """
    item = reply.result.get("item") if isinstance(reply.result, dict) else None
    if not isinstance(item, dict):
        return None
    kind, entry_id = item.get("type"), item.get("id")
    if isinstance(entry_id, int) and kind in {MediaKind.MOVIE, MediaKind.EPISODE}:
        return MediaKind(str(kind)), entry_id
    return None


def markers(probe: Probe, states: Iterable[State]) -> dict[Feature, str]:
    """Return a text for each feature that changes with what it says.

    The ids are part of it: an entry that was looked up anew has another one, and may
    have turned out to be another film.
    """
    features = (Feature.HISTORY, Feature.RATINGS, Feature.PROGRESS)
    found = {feature: blake2b(digest_size=8) for feature in features}
    counts = dict.fromkeys(features, 0)
    for state in sorted(states):
        name = f"{state.key}|{state.id}|"
        said = {
            Feature.HISTORY: state.play_count
            and f"{name}{state.play_count}|{state.last_played}\n",
            Feature.RATINGS: state.rating and f"{name}{state.rating}\n",
            Feature.PROGRESS: state.position
            and f"{name}{state.position}|{state.total}|{state.last_played}\n",
        }
        for feature, text in said.items():
            if isinstance(text, str):
                found[feature].update(text.encode())
                counts[feature] += 1
    found[Feature.PROGRESS].update(f"{probe.moment.playing}".encode())
    zone = str(probe.moment.time.zone).encode()
    for feature in (Feature.HISTORY, Feature.PROGRESS):
        found[feature].update(zone)
    return {
        feature: f"{counts[feature]}:{found[feature].hexdigest()}"
        for feature in features
    }


def _named(reply: Reply) -> str:
    """Return the zone that the device says it is in; only on Linux it says one."""
    value = reply.result.get("value") if isinstance(reply.result, dict) else None
    return value if isinstance(value, str) else ""
