"""The contract that providers fulfil, and the errors they may raise."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple, Protocol, runtime_checkable

from .ids import UNIVERSAL_NAMESPACES
from .model import Feature, Library, MediaKind, Snapshot
from .plan import Operation, Outcome

ALL_KINDS = frozenset(MediaKind)


class FeatureSupport(NamedTuple):
    """What an account can do for one feature.

    `ids` are the namespaces by which it finds an item; an item that has none of them
    (nor a show that has one) is not sent. `by_title` says that it can also keep an
    item that has no id at all. `plays` says that it keeps every play, not only the
    last. `rating_step` is the distance between two ratings it can hold, out of 10.
    `batch_size` is how many operations one call of `write` takes at most.
    `precision` is how exactly it keeps the date of a play.
    `trust_marker_for` bounds how long an unchanged marker is believed, for a
    marker that cannot see every kind of change; None is forever.
    `libraries` says that the account can tell which library an item is in.
    `completes_at` is the percentage from which on a position that is written makes
    the item watched, for items of at least `completes_from`; None is never.
    `forgets` says that a record may vanish by itself: its loss says nothing.
    """

    kinds: frozenset[MediaKind]
    read: bool = True
    add: bool = True
    update: bool = True
    remove: bool = True
    ids: frozenset[str] = frozenset(UNIVERSAL_NAMESPACES)
    by_title: bool = False
    plays: bool = False
    rating_step: float = 1.0
    precision: timedelta = timedelta()
    batch_size: int = 100
    trust_marker_for: timedelta | None = None
    libraries: bool = False
    completes_at: float | None = None
    completes_from: timedelta = timedelta()
    drops_watched: bool = False
    forgets: bool = False


class AccountInfo(NamedTuple):
    """Who an account is at its service; `account_id` never changes."""

    account_id: str
    name: str
    version: str = ""


class Provider(Protocol):
    """One account at one service.

    Every method may raise a ProviderError, and nothing else.
    """

    slug: str

    @property
    def capabilities(self) -> Mapping[Feature, FeatureSupport]:
        """Return what this account can do, feature by feature."""

    async def identify(self) -> AccountInfo:
        """Return who this account is, with one cheap request that needs the login."""

    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return a cheap change marker for these features; none where there is none.

        An unchanged marker means that nothing needs to be read again.
        """

    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records: read in full, or `previous` brought up to date.

        An account that can miss a change lists everything again by itself when
        `previous.full_read_at` is long ago: it may compare both lists then.
        Raises instead of returning a part: a snapshot is complete or there is none.
        """

    async def libraries(self) -> Sequence[Library]:
        """Return the account's libraries, none where it has no such thing."""

    async def locate(self, native_ids: Collection[str]) -> Mapping[str, str]:
        """Return the ids of the libraries that items are in, by their native ids.

        What is in no library, or in none that this account may see, is left out.
        Asked only of an account whose features say that it can tell.
        """

    def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Send operations, at most a batch, and yield exactly one outcome for each.

        An error that it raises speaks for all operations without an outcome.
        """


@runtime_checkable
class LeavesOut(Protocol):
    """A provider whose account keeps a list of items to be left alone."""

    async def left_out(self, feature: Feature) -> Collection[str]:
        """Return the keys of items that are neither given nor taken.

        A show stands for all that is in it. They stay in the snapshots: what is left
        alone is not lost. Raises ProviderError.
        """


@runtime_checkable
class LosesItems(Protocol):
    """A provider whose records go with their items, as those of a media server do."""

    async def left(
        self, feature: Feature, native_ids: Collection[str]
    ) -> Collection[str]:
        """Return those of the items that the account has no more, or sees no more.

        Nobody has taken back what was watched, rated or listed of them. Raises
        ProviderError.
        """


class ProviderError(Exception):
    """Something went wrong at a service; the text holds no secrets.

    `maybe_sent` tells whether a write may have arrived all the same.
    """

    maybe_sent = False


class AuthenticationError(ProviderError):
    """The login is refused or has ended; the person has to sign in again."""


class AccountLimitError(ProviderError):
    """The account is full or lacks a right; the text says which, and what to do."""


class RateLimitedError(ProviderError):
    """The service asks to wait, longer than a run should."""

    def __init__(self, message: str, retry_after: float) -> None:
        """Remember after how many seconds the service may be asked again."""
        super().__init__(message)
        self.retry_after = retry_after


class ProviderUnavailableError(ProviderError):
    """The service cannot be reached or fails; worth another try later."""

    def __init__(self, message: str, *, maybe_sent: bool = False) -> None:
        """Remember whether a write may have arrived all the same."""
        super().__init__(message)
        self.maybe_sent = maybe_sent


class ProtocolError(ProviderError):
    """The answer made no sense; the text carries a redacted excerpt."""

    def __init__(self, message: str, *, maybe_sent: bool = False) -> None:
        """Remember whether a write may have arrived all the same."""
        super().__init__(message)
        self.maybe_sent = maybe_sent
