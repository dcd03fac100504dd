"""A run of one pair, feature by feature."""

import asyncio
from collections.abc import Callable, Iterable
from copy import replace
from dataclasses import dataclass
from datetime import datetime

from .block_lists import Blocks
from .blocks import Block
from .feature_run import FeatureRun
from .headway import Watch, nobody
from .model import Feature, Side
from .pair import FEATURE_ORDER, Account, Pair, RunOptions
from .plan import Reason
from .planning.rules import Rules
from .policy import FeaturePolicy, Mode
from .provider import LeavesOut
from .reading import Snapshots
from .report import Failure, Report, report_failure
from .running import Running
from .store import Store
from .waiting import SideError, both


async def run_pair(
    pair: Pair,
    options: RunOptions,
    *,
    store: Store,
    snapshots: Snapshots,
    now: Callable[[], datetime],
    watch: Watch = nobody,
) -> Report:
    """Run a pair once and return the report, which is also stored.

    `watch` is told how far the run has come.

    Whatever a service does ends up in the report. Being cancelled passes through,
    after the write in flight was settled and the report stored.
    """
    wanted = [
        feature
        for feature in FEATURE_ORDER
        if feature in pair.policy.features
        and (options.features is None or feature in options.features)
    ]
    running = Running.begin(
        pair, options, wanted=wanted, store=store, now=now, watch=watch
    )
    return await running.carry_out(_Sync(running, snapshots).run)


@dataclass(frozen=True, slots=True)
class _Sync:
    """The work of a run."""

    running: Running
    snapshots: Snapshots

    async def run(self) -> None:
        """Sync the wanted features one after another."""
        running = self.running
        pair, store = running.pair, running.store
        blocks = await asyncio.to_thread(store.blocks, pair.scopes)
        supported = [each for each in running.wanted if self._is_supported(each)]
        try:
            await both(
                self.snapshots.fetch_markers(pair.source, supported),
                self.snapshots.fetch_markers(pair.target, supported),
            )
        except SideError as err:
            running.fail(err.failure)
            return
        for feature in supported:
            rules = rules_of(pair, feature, blocks)
            try:
                rules = await without_left_out(pair, rules)
                report, cancelled = await FeatureRun.of(
                    running, rules, self.snapshots
                ).run()
            except SideError as err:
                report, cancelled = report_failure(err.failure), False
            notes = filter(None, (_note(pair, rules), report.note))
            running.features[feature] = replace(report, note="; ".join(notes))
            if cancelled:
                raise asyncio.CancelledError

    def _is_supported(self, feature: Feature) -> bool:
        """Tell whether both accounts can do their part, or report which cannot."""
        pair = self.running.pair
        for side in Side:
            account = pair.account(side)
            writes = side is Side.TARGET or pair.policy.mode is Mode.TWO_WAY
            if not supports(account, feature, writes=writes):
                does = "write" if writes else "read"
                message = f"{account.name} cannot {does} {feature.value}"
                failure = Failure(
                    side=side, reason=Reason.FEATURE_NOT_SUPPORTED, message=message
                )
                self.running.features[feature] = report_failure(failure)
                return False
        return True


def _note(pair: Pair, rules: Rules) -> str:
    """Return what of a feature's settings cannot be done."""
    is_history = rules.feature is Feature.HISTORY
    if not is_history or not rules.policy.rewatches or rules.rewatches:
        return ""
    lacking = [
        pair.account(side).name for side in Side if not rules.support(side).plays
    ]
    return (
        f"{' and '.join(lacking)} cannot tell every play, so only the newest play of "
        "each item is synced"
    )


def rules_of(pair: Pair, feature: Feature, blocks: Iterable[Block]) -> Rules:
    """Return the rules of a feature that both accounts of a pair support."""
    policy = pair.policy
    return Rules(
        feature=feature,
        # A run may be taken back after its feature was taken out of the pair.
        policy=policy.features.get(feature, FeaturePolicy()),
        source=pair.source.provider.capabilities[feature],
        target=pair.target.provider.capabilities[feature],
        mode=policy.mode,
        prefer=policy.prefer,
        delete_limit=policy.delete_limit,
        delete_percent=policy.delete_percent,
        blocks=Blocks.of(
            blocks,
            feature,
            pair.pair_id,
            {side: pair.account(side).account_id for side in Side},
            two_way=policy.mode is Mode.TWO_WAY,
        ),
    )


async def without_left_out(pair: Pair, rules: Rules) -> Rules:
    """Return rules that leave alone what either account wants to be left alone.

    Raises SideError.
    """
    lists = await both(*(_left_out(pair.account(side), rules.feature) for side in Side))
    left_out = frozenset().union(*lists)
    return replace(rules, left_out=left_out) if left_out else rules


async def _left_out(account: Account, feature: Feature) -> frozenset[str]:
    """Return the keys of what an account wants to be left alone."""
    if isinstance(account.provider, LeavesOut):
        return frozenset(await account.provider.left_out(feature))
    return frozenset()


def supports(account: Account, feature: Feature, *, writes: bool) -> bool:
    """Tell whether an account can take part in syncing a feature."""
    support = account.provider.capabilities.get(feature)
    return support is not None and support.read and (support.add or not writes)
