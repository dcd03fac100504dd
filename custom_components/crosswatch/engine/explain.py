"""Explain an item: what is known of it, and what the next run would do and why."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from .evidence import Evidence, evidence_of, own_record
from .feature_run import FeatureRun
from .ids import UNIVERSAL_NAMESPACES, normalise_id, title_words, with_namespace
from .ledger import LedgerRow
from .matching import Match
from .model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Progress,
    Rated,
    Record,
    Side,
    Value,
    Watched,
)
from .pair import Pair, RunOptions
from .plan import Operation, Reason, Skip
from .planning import Draft
from .planning.rules import combined
from .reading import NO_LIBRARY, Snapshots
from .report import JsonDict, Result, describe_item
from .runner import rules_of, without_left_out
from .running import Running
from .store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What the next run would do for an item on one side, or why it would not."""

    side: Side
    action: str
    result: Result
    reason: Reason

    def as_dict(self) -> JsonDict:
        """Return the step in the shape that actions answer with."""
        return {
            "side": self.side.value,
            "action": self.action,
            "outcome": self.result.value,
            "reason": self.reason.value,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What is known of one item; `ambiguous` tells that nobody knows which it is."""

    match: Match
    ambiguous: bool
    steps: Sequence[Step]

    @property
    def item(self) -> Item:
        """Return the item."""
        return self.match.item

    def as_dict(self) -> JsonDict:
        """Return the explanation in the shape that actions answer with."""
        match = self.match
        return {
            **describe_item(match.item),
            "source": _side_dict(match.source),
            "target": _side_dict(match.target),
            "match": {
                "matched": bool(match.source and match.target),
                "ambiguous": self.ambiguous,
                "by": _shared(match),
            },
            "ledger": _row_dict(match.rows[0]) if match.rows else None,
            "next_run": [step.as_dict() for step in self.steps],
        }


async def explain(
    pair: Pair,
    feature: Feature,
    query: str,
    *,
    store: Store,
    snapshots: Snapshots,
    now: Callable[[], datetime],
) -> list[Explanation]:
    """Return what is known of the items that a query names: a title, or an id.

    An id is written like `imdb:tt0133093`; one of a show also finds what is in it.
    Nothing is written anywhere. Raises SideError where an account cannot be read.
    """
    running = Running.begin(
        pair, RunOptions(dry_run=True), wanted=[feature], store=store, now=now
    )
    blocks = await asyncio.to_thread(store.blocks, pair.scopes)
    rules = await without_left_out(pair, rules_of(pair, feature, blocks))
    run = FeatureRun.of(running, rules, snapshots)
    draft = await run.draft()
    return await asyncio.to_thread(_find, draft, query)


def _find(draft: Draft, query: str) -> list[Explanation]:
    """Return what a draft says of the items that a query names."""
    wanted = _Query(query)
    found: list[Explanation] = []
    for ambiguous, matches in (
        (False, draft.join.matches),
        (True, draft.join.ambiguous),
    ):
        found += [
            Explanation(match=match, ambiguous=ambiguous, steps=_steps(draft, match))
            for match in matches
            if (match.source or match.target) and wanted.names(match)
        ]
    return sorted(found, key=lambda each: _order(each.item))


class _Query:
    """What a person asks for: an id or a title."""

    def __init__(self, query: str) -> None:
        """Take an id apart from a title; a title may well have a colon in it."""
        namespace, _, value = with_namespace(query).partition(":")
        namespace = namespace.strip().lower()
        self._keys: frozenset[str] = frozenset()
        self._words = title_words(query)
        if namespace in UNIVERSAL_NAMESPACES and (
            found := normalise_id(namespace, value)
        ):
            self._keys = frozenset(f"{kind}:{namespace}:{found}" for kind in MediaKind)

    def names(self, match: Match) -> bool:
        """Tell whether this is about an item."""
        if self._keys:
            return not self._keys.isdisjoint(_all_keys(match))
        return bool(self._words) and any(
            self._words in title_words(title)
            for record in (*match.source, *match.target)
            for title in _titles(record.item)
        )


def _all_keys(match: Match) -> Iterable[str]:
    """Yield the keys of an item and of its show."""
    for record in (*match.source, *match.target):
        yield from record.keys
        if (show := record.item.show) is not None:
            for namespace, value in show.ids.items():
                yield f"{MediaKind.SHOW}:{namespace}:{value}"
    for row in match.rows:
        yield from row.keys.split(" ")


def _titles(item: Item) -> Iterable[str]:
    """Yield what an item is called, with its year and with its place in a show."""
    yield item.title
    yield item.label
    if item.show is not None:
        yield item.show.label


def _steps(draft: Draft, match: Match) -> list[Step]:
    """Return what a draft has in mind for an item."""
    keys = frozenset(match.keys)
    plan = draft.plan
    steps = [
        _step(each, Result.PLANNED, each.reason)
        for each in plan.operations
        if draft.origins.of(each) is match
    ]
    steps += [
        _step(each, Result.BLOCKED, reason)
        for each, reason in plan.held
        if _is_about(each, match, keys)
    ]
    steps += [
        Step(side=each.side, action="skip", result=Result.SKIPPED, reason=each.reason)
        for each in (*plan.skips, *draft.quiet)
        if _is_about(each, match, keys)
    ]
    return steps


def _step(operation: Operation, result: Result, reason: Reason) -> Step:
    """Return an operation as a step."""
    return Step(
        side=operation.side,
        action=operation.action.value,
        result=result,
        reason=reason,
    )


def _is_about(each: Operation | Skip, match: Match, keys: frozenset[str]) -> bool:
    """Tell whether something planned is about an item."""
    if each.keys or keys:
        return not keys.isdisjoint(each.keys)
    return each.item == match.item


def _shared(match: Match) -> list[str]:
    """Return the keys that both sides know an item by."""
    theirs = {key for record in match.target for key in record.keys}
    ours = dict.fromkeys(key for record in match.source for key in record.keys)
    if shared := [key for key in ours if key in theirs]:
        return shared
    if not match.source or not match.target:
        return []
    return ["ledger"] if match.rows else ["title"]


def _side_dict(records: Sequence[Record]) -> JsonDict | None:
    """Return how a side knows an item."""
    if not records:
        return None
    first = records[0]
    described = describe_item(own_record(first).item)
    library = "" if first.library == NO_LIBRARY else first.library
    return {
        "title": described["title"],
        "year": described["year"],
        "ids": described["ids"],
        "native_ids": [record.native_id for record in records],
        "library": library or None,
        "listed": any(record.seen for record in records),
        "evidence": [
            _evidence_dict(each) for record in records for each in evidence_of(record)
        ],
        **_value_dict(combined(records)),
    }


def _evidence_dict(evidence: Evidence) -> JsonDict:
    """Return what an informant says of an item."""
    described = describe_item(evidence.item)
    return {
        "informant": evidence.informant,
        "origin": evidence.origin.value,
        **{name: described[name] for name in ("ids", "season", "episode")},
    }


def _value_dict(value: Value) -> JsonDict:
    """Return what a feature says of an item."""
    at = value.at.isoformat() if value.at else None
    match value:
        case Listed():
            return {"listed_at": at}
        case Watched(plays=plays, count=count):
            return {
                "watched_at": at,
                "plays": [play.at.isoformat() for play in plays],
                "play_count": count,
            }
        case Rated(rating=rating):
            return {"rating": rating, "rated_at": at}
        case Progress():
            return {
                "position_ms": value.position_ms,
                "duration_ms": value.duration_ms,
                "percent": value.percent,
                "played_at": at,
            }


def _row_dict(row: LedgerRow) -> JsonDict:
    """Return what the ledger says of an item."""
    return {
        "ids": row.keys.split(" ") if row.keys else [],
        "source_seen": _moment(row.source_seen_at),
        "source_gone": _moment(row.source_gone_at),
        "target_seen": _moment(row.target_seen_at),
        "target_gone": _moment(row.target_gone_at),
        "attempts": row.attempts,
        "retry_at": _moment(row.retry_at),
        "failure": row.failure or None,
        "decision": row.decision or None,
    }


def _moment(seconds: float | None) -> str | None:
    """Return a moment of the ledger for people to read."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def _order(item: Item) -> tuple[str, int, int, int]:
    """Order items as a person would look them up."""
    named = item.show or item
    return (
        title_words(named.title),
        named.year or 0,
        -1 if item.season is None else item.season,
        -1 if item.number is None else item.number,
    )
