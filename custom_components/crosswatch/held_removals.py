"""The removals of a pair that wait for a person: which they are, and what to do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .engine.ids import item_keys
from .engine.ledger import Decision
from .engine.model import Feature, Side
from .engine.plan import Reason
from .engine.report import Report, ReportItem
from .engine.store import Store
from .item_list import ListWords, listed_titles


@dataclass(frozen=True, slots=True)
class HeldRemovals:
    """What waits: the ledger's rows by their ids, and the items that they are about.

    An item may be missing whose report is no longer known.
    """

    rows: Mapping[Feature, frozenset[int]]
    items: Sequence[ReportItem]

    @property
    def count(self) -> int:
        """Return how many removals wait."""
        return max(len(self.items), sum(map(len, self.rows.values())))

    def titles(self, accounts: Mapping[Side, str], words: ListWords) -> str:
        """Return the items as a list in Markdown, by the account that loses them."""
        unnamed = self.count - len(self.items)
        return listed_titles(self.items, accounts, words, unnamed=unnamed)


def held_features(
    store: Store, pair_id: str, features: Iterable[Feature]
) -> list[Feature]:
    """Return those of the features in which removals wait."""
    return [each for each in features if _held_rows(store, pair_id, each)]


def load_held(store: Store, pair_id: str, runs: Mapping[Feature, str]) -> HeldRemovals:
    """Return what waits now; `runs` are the last ones that told of each feature.

    The ledger says which removals wait, and the reports of those runs what they are.
    """
    rows: dict[Feature, frozenset[int]] = {}
    items: list[ReportItem] = []
    for feature in runs:
        if held := _held_rows(store, pair_id, feature):
            rows[feature] = frozenset(held)
            report = store.report(pair_id, runs[feature]) or store.last_report(pair_id)
            keys = {key for keys in held.values() for key in keys}
            items += _items_of(report, feature, keys) if report else ()
    return HeldRemovals(rows, items)


def decide(store: Store, pair_id: str, shown: HeldRemovals, decision: Decision) -> bool:
    """Decide on what was shown, unless more than that waits by now."""
    if any(
        _held_rows(store, pair_id, feature).keys() - rows
        for feature, rows in shown.rows.items()
    ):
        return False
    for feature in shown.rows:
        store.decide(pair_id, feature, decision)
    return True


def _held_rows(
    store: Store, pair_id: str, feature: Feature
) -> dict[int, tuple[str, ...]]:
    """Return the keys of the items whose removal waits, by the ids of their rows."""
    return {
        row.row_id: tuple(row.keys.split(" "))
        for row in store.load_ledger(pair_id, feature)
        if row.decision == Decision.HELD and row.row_id is not None
    }


def _items_of(report: Report, feature: Feature, keys: set[str]) -> list[ReportItem]:
    """Return the items that a run held back, as far as they have these keys.

    One without any id was matched by its title, and is taken as it is.
    """
    told = report.features.get(feature)
    return [
        item
        for item in (told.items if told else ())
        if item.reason is Reason.MASS_DELETE
        and (not (own := item_keys(item.item)) or not keys.isdisjoint(own))
    ]
