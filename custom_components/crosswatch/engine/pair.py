"""What a run is about: two accounts, their pair, and the wishes of this one run."""

from typing import Final, NamedTuple

from .model import Feature, Side
from .policy import Policy
from .provider import Provider

# History first: watching something may take it off a watchlist by itself.
FEATURE_ORDER: Final = (
    Feature.HISTORY,
    Feature.WATCHLIST,
    Feature.RATINGS,
    Feature.PROGRESS,
)


class Account(NamedTuple):
    """One login at one provider; `account_id` scopes its stored snapshots."""

    account_id: str
    name: str
    provider: Provider


class Pair(NamedTuple):
    """A link source → target with its settings; `pair_id` scopes all its state."""

    pair_id: str
    name: str
    source: Account
    target: Account
    policy: Policy

    @property
    def scopes(self) -> tuple[str, str, str]:
        """Return what blocks may be made for that count here."""
        return self.pair_id, self.source.account_id, self.target.account_id

    def account(self, side: Side) -> Account:
        """Return the account on this side."""
        return self.source if side is Side.SOURCE else self.target


class RunOptions(NamedTuple):
    """How a run differs from the pair's settings.

    `features` narrows it. `full_refresh` reads everything again and retries what is
    in quarantine.
    """

    dry_run: bool
    full_refresh: bool = False
    features: frozenset[Feature] | None = None
