"""What a person takes from an account by hand, beside all pairs."""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime

from .applying import Journal, apply
from .model import Feature, Side
from .pair import Account
from .plan import Action, Operation, Outcome, Reason
from .reading import Snapshots
from .store import Store
from .waiting import to_the_end


async def take_away(
    account: Account,
    feature: Feature,
    native_ids: Collection[str],
    *,
    store: Store,
    snapshots: Snapshots,
    now: Callable[[], datetime],
) -> list[Outcome]:
    """Remove records of an account, by their native ids; return what came of each.

    Records that are gone already have no outcome. Raises ProviderError.
    """
    reading = await snapshots.read(account, feature, keep=True)
    records = (await reading.snapshot()).records
    operations = [
        Operation(
            feature=feature,
            side=Side.TARGET,
            action=Action.REMOVE,
            item=records[name].item,
            reason=Reason.BY_HAND,
            keys=records[name].keys,
            before=records[name].value,
            native_ids=(name,),
        )
        for name in native_ids
        if name in records
    ]
    scope = f"hand:{account.account_id}"
    journal = Journal(store=store, run_id=scope, pair_id=scope, now=now)
    applied = await apply(
        operations, account.provider, feature, journal, lambda done: None
    )
    await to_the_end(snapshots.wrote(account, feature, applied.outcomes))
    # To take something away twice does no harm: nobody has to look what came of it.
    await asyncio.to_thread(store.forget_pair, scope)
    if applied.error is not None:
        raise applied.error
    return applied.outcomes
