"""Two or three accounts, a state file and a clock: what a run needs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import replace
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
import sqlite3
from typing import Self, override

from custom_components.crosswatch.engine.evidence import Informant
from custom_components.crosswatch.engine.model import Feature, Side
from custom_components.crosswatch.engine.pair import Account, Pair, RunOptions
from custom_components.crosswatch.engine.plan import Action
from custom_components.crosswatch.engine.policy import FeaturePolicy, Policy
from custom_components.crosswatch.engine.reading import Snapshots
from custom_components.crosswatch.engine.report import Report, ReportItem, Result
from custom_components.crosswatch.engine.runner import run_pair
from custom_components.crosswatch.engine.store import Store

from .fake_account import FakeAccount
from .worlds import name_of

_SIGNS = {Action.ADD: "+", Action.UPDATE: "~", Action.REMOVE: "-"}
_MARKS = {Result.SKIPPED: ":", Result.BLOCKED: "!", Result.UNRESOLVED: "?"}


class Killed(BaseException):
    """The process ends here."""


@dataclass(slots=True)
class Strike:
    """Something that happens at the n-th point of a run, counted from 1."""

    at: int
    what: Callable[[], None]
    passed: int = 0

    def pass_by(self) -> None:
        """Pass one point."""
        self.passed += 1
        if self.passed == self.at:
            self.what()


class WatchedStore(Store):
    """A store that passes a point before and after every transaction."""

    passing: Callable[[], None] = staticmethod(lambda: None)

    @contextmanager
    @override
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self.passing()
        with super()._transaction() as connection:
            yield connection
        self.passing()


@dataclass(slots=True)
class Clock:
    """The time of a test, which moves only when told to."""

    moment: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.moment

    def advance(self, **by: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**by)


@dataclass(slots=True, kw_only=True)
class Arena:
    """Accounts by name, first the source and then the target of a run."""

    path: Path
    accounts: Mapping[str, FakeAccount]
    feature: Feature
    policy: Policy
    clock: Clock = field(default_factory=Clock)
    opened: WatchedStore | None = None
    informants: Sequence[Informant] = ()

    @classmethod
    def of(
        cls,
        folder: Path,
        *accounts: FakeAccount,
        feature: Feature = Feature.WATCHLIST,
        policy: FeaturePolicy | Policy | None = None,
    ) -> Self:
        """Return an arena for one feature, by its policy or that of the whole pair."""
        whole = policy if isinstance(policy, Policy) else Policy()
        of_feature = policy if isinstance(policy, FeaturePolicy) else FeaturePolicy()
        made = accounts or (FakeAccount(name="S"), FakeAccount(name="T"))
        return cls(
            path=folder / "state.db",
            accounts={each.name: each for each in made},
            feature=feature,
            policy=replace(whole, features=whole.features or {feature: of_feature}),
        )

    @property
    def policies(self) -> Mapping[Feature, FeaturePolicy]:
        """Return the policy of every feature."""
        return self.policy.features

    @policies.setter
    def policies(self, policies: Mapping[Feature, FeaturePolicy]) -> None:
        self.policy = replace(self.policy, features=policies)

    @property
    def shrink_guard(self) -> bool:
        """Tell whether a suddenly empty side is disbelieved."""
        return self.policy.shrink_guard

    @shrink_guard.setter
    def shrink_guard(self, on: bool) -> None:
        self.policy = replace(self.policy, shrink_guard=on)

    @property
    def source(self) -> FakeAccount:
        """Return the first account."""
        return list(self.accounts.values())[0]

    @property
    def target(self) -> FakeAccount:
        """Return the second account."""
        return list(self.accounts.values())[1]

    @property
    def store(self) -> WatchedStore:
        """Return the store, opened if it is closed."""
        if self.opened is None:
            self.opened = WatchedStore.open(self.path)
        return self.opened

    def close(self) -> None:
        """Close the store, as at the end of the process."""
        if self.opened is not None:
            self.opened.passing = lambda: None
            self.opened.close()
            self.opened = None

    def hold(self, source: str, target: str | None = None) -> None:
        """Let the accounts hold these worlds."""
        self.source.hold(self.feature, source)
        if target is not None:
            self.target.hold(self.feature, target)

    @property
    def source_shows(self) -> str:
        """Return what the source holds."""
        return self.source.shown(self.feature)

    @property
    def target_shows(self) -> str:
        """Return what the target holds."""
        return self.target.shown(self.feature)

    def pair(self, source: str = "", target: str = "") -> Pair:
        """Return the pair of two accounts, by default of the first two."""
        source, target = source or self.source.name, target or self.target.name
        return Pair(
            pair_id=f"{source}>{target}",
            name=f"{source} → {target}",
            source=self._account(source),
            target=self._account(target),
            policy=self.policy,
        )

    def snapshots(self) -> Snapshots:
        """Return the empty snapshots that one run, or a run of several pairs, shares."""
        return Snapshots(self.store, self.clock, self.informants)

    async def run(
        self,
        *,
        pair: Pair | None = None,
        snapshots: Snapshots | None = None,
        dry_run: bool = False,
        full_refresh: bool = False,
        features: frozenset[Feature] | None = None,
    ) -> Report:
        """Run a pair, by default the one of the first two accounts."""
        return await run_pair(
            pair or self.pair(),
            RunOptions(dry_run=dry_run, full_refresh=full_refresh, features=features),
            store=self.store,
            snapshots=snapshots or self.snapshots(),
            now=self.clock,
        )

    async def did(self, **options: bool) -> str:
        """Run the pair and return what it did, in short."""
        return did(await self.run(**options))  # type: ignore[arg-type]

    def strike(self, strike: Strike) -> None:
        """Let every request and store call pass by this strike."""
        self.store.passing = strike.pass_by
        for account in self.accounts.values():
            account.passing = strike.pass_by

    def calm(self) -> None:
        """Take away all strikes."""
        self.strike(Strike(0, lambda: None))

    def dump(
        self, *, but: tuple[str, ...] = ("report", "last_run", "lookup")
    ) -> dict[str, list[object]]:
        """Return all rows of the state, but for these tables."""
        with sqlite3.connect(self.path) as connection:
            tables = [
                row[0]
                for row in connection.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table'"
                )
                if row[0] not in but
            ]
            rows = {
                table: list(connection.execute(f"SELECT * FROM {table}"))  # noqa: S608
                for table in tables
            }
        connection.close()
        return rows

    def _account(self, name: str) -> Account:
        account = self.accounts[name]
        account.now = self.clock
        return Account(account_id=name, name=name, provider=account)


def did(report: Report) -> str:
    """Return a report in short: "+m1 ~m2 skipped:m3:no_date", sorted."""
    return " ".join(sorted(map(_item_did, report.items)))


def moves(report: Report, source: str = "S", target: str = "T") -> str:
    """Return a report in short with its sides: "S+m1 T-m2 T:m3:removing_off"."""
    names = {Side.SOURCE: source, Side.TARGET: target}
    return " ".join(
        sorted(names[item.side] + _item_moved(item) for item in report.items)
    )


def _item_moved(item: ReportItem) -> str:
    name = name_of(item.item)
    if item.result in {Result.APPLIED, Result.PLANNED} and item.action:
        return f"{_SIGNS[item.action]}{name}"
    if item.result is Result.ALREADY_THERE:
        return f"={name}"
    reason = f":{item.reason.value}" if item.reason else ""
    return f"{_MARKS.get(item.result, f':{item.result.value}:')}{name}{reason}"


def _item_did(item: ReportItem) -> str:
    name = name_of(item.item)
    if item.result in {Result.APPLIED, Result.PLANNED} and item.action:
        return f"{_SIGNS[item.action]}{name}"
    reason = f":{item.reason.value}" if item.reason else ""
    return f"{item.result.value}:{name}{reason}"
