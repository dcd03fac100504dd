"""What a run learns of items that no id of theirs tells: asked for plan by plan."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from .evidence import Evidence, EvidencedRecord, Informant
from .lookups import Lookups, Tell
from .model import Record, Side, Snapshot
from .planning import Draft
from .planning.lacking import Asked, lacking, unplaced

type Wanted = Mapping[Side, Sequence[Record]]
type Wants = Callable[[Draft, Asked, Asked], Wanted]


class Learning:
    """What is known, beside what its accounts say, of the items of one feature.

    `unanswered` are the records, by their side and native id, that nobody could be
    asked about.
    """

    def __init__(self, lookups: Lookups) -> None:
        """Begin with what the accounts say."""
        self._lookups = lookups
        self._found: dict[Side, dict[str, tuple[Evidence, ...]]]
        self._found = {side: {} for side in Side}
        self._asked: dict[Wants, dict[Side, set[str]]]
        self._asked = defaultdict(lambda: {side: set() for side in Side})
        self._unknown: dict[Side, set[str]] = {side: set() for side in Side}
        self.unanswered: dict[Side, set[str]] = {side: set() for side in Side}

    @property
    def valid_until(self) -> float | None:
        """Return until when nobody has to be asked anew, in seconds since 1970."""
        return self._lookups.valid_until

    async def learn(self, draft: Draft, tell: Tell) -> bool:
        """Ask about what a draft leaves without a partner or a place.

        Return whether the draft is to be made anew. `tell` is told how many of the
        questions are answered, and how many there are.
        """
        numberers = self._lookups.numberers
        if numberers and await self._ask(draft, unplaced, numberers, tell):
            return True
        everybody = self._lookups.informants
        if not everybody:
            return False
        before = sum(map(len, self._unknown.values()))
        learnt = await self._ask(draft, lacking, everybody, tell)
        # What nobody knows is no reason any more to ask about the other side.
        return learnt or sum(map(len, self._unknown.values())) > before

    async def _ask(
        self, draft: Draft, wants: Wants, informants: Sequence[Informant], tell: Tell
    ) -> bool:
        """Ask some informants; return whether anything was learnt or left open."""
        asked = self._asked[wants]
        news = False
        wanted = await asyncio.to_thread(wants, draft, asked, self._unknown)
        for side, records in wanted.items():
            items = [record.item for record in records]
            answers = await self._lookups.ask(items, informants, tell)
            for record, answer in zip(records, answers, strict=True):
                news |= answer is None or bool(answer)
                self._take(side, record.native_id, answer, final=wants is lacking)
            asked[side].update(record.native_id for record in records)
        return news

    def _take(
        self, side: Side, name: str, answer: tuple[Evidence, ...] | None, *, final: bool
    ) -> None:
        """Take an answer about a record; a `final` one is that of everybody."""
        if answer is None:
            self.unanswered[side].add(name)
        elif answer:
            self._found[side][name] = (*self._found[side].get(name, ()), *answer)
            if final:
                # Who knows numbers may know them by what is known now.
                self._asked[unplaced][side].discard(name)
        elif final:
            self._unknown[side].add(name)

    def applied(self, side: Side, snapshot: Snapshot) -> Snapshot:
        """Return what a side lists, with all that was learnt of its items."""
        found = self._found[side]
        if not found:
            return snapshot
        records = dict(snapshot.records)
        for name, evidence in found.items():
            if record := records.get(name):
                records[name] = EvidencedRecord(record, evidence)
        return replace(snapshot, records=records)


def told(unanswered: Mapping[Side, Collection[str]], lookups: Lookups) -> str:
    """Return a sentence on what could not be asked, empty where all could."""
    count = sum(map(len, unanswered.values()))
    if not count or not lookups.failures:
        return ""
    reasons = "; ".join(f"{name}: {err}" for name, err in lookups.failures.items())
    return (
        f"{count} items wait for the next run, as nobody could be asked what they "
        f"are ({reasons})"
    )
