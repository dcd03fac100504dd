"""Ask informants about items: once a run, and no more often than their answers last."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from .evidence import Evidence, Informant, enriched
from .ids import item_keys, title_key
from .model import Item, MediaKind
from .provider import ProviderError
from .store import Store

FOUND_FOR: Final = timedelta(days=30)
UNKNOWN_FOR: Final = timedelta(days=7)

# For so long an old answer may still be of use where there is no new one.
_OF_USE_FOR: Final = timedelta(days=90)

# What was answered so far is kept every so often: a run may end at any time.
_KEPT_AT_ONCE: Final = 50

type Answers = dict[str, Evidence | None]
type Tell = Callable[[int, int], None]


class Lookups:
    """What one run, of one or several pairs, has asked informants.

    Answers are kept in the store even by a dry run: they are facts about films and
    series, and say nothing of any account. `failures` has, by the name of the
    informant, why it could not be asked; it is not asked again in this run. Until
    `valid_until`, in seconds since 1970, nobody has to be asked anew.
    """

    def __init__(
        self,
        informants: Sequence[Informant],
        store: Store,
        now: Callable[[], datetime],
    ) -> None:
        """Begin without any answer."""
        self.informants = informants
        self.failures: dict[str, ProviderError] = {}
        self._store = store
        self._now = now
        self._answers: dict[str, Answers] = {_who(each): {} for each in informants}
        self.valid_until: float | None = None

    @property
    def signature(self) -> str:
        """Return a text that changes whenever other answers are to be expected."""
        return "|".join(map(_who, self.informants))

    @property
    def numberers(self) -> Sequence[Informant]:
        """Return those who know the numbers of episodes."""
        return [each for each in self.informants if each.numbers]

    async def ask(
        self, items: Sequence[Item], informants: Sequence[Informant], tell: Tell
    ) -> list[tuple[Evidence, ...] | None]:
        """Return what is known of each item, None where it could not be found out.

        `tell` is told how many questions are answered of how many.
        """
        known: list[Item] = list(items)
        evidence: list[list[Evidence]] = [[] for _ in items]
        open_questions: set[int] = set()
        for informant in informants:
            units = [_unit(informant, item) for item in known]
            answers = await self._ask(informant, filter(None, units), tell)
            for at, unit in enumerate(units):
                if unit is None:
                    continue
                key = question(unit)
                if key not in answers:
                    open_questions.add(at)
                elif found := answers[key]:
                    evidence[at].append(found)
                    known[at] = enriched(known[at], found)
        return [
            tuple(each) if each or at not in open_questions else None
            for at, each in enumerate(evidence)
        ]

    async def _ask(
        self, informant: Informant, items: Iterable[Item], tell: Tell
    ) -> Answers:
        """Return the answers to these questions, as far as there are any."""
        answers = self._answers[_who(informant)]
        wanted = {question(item): item for item in items}
        new = {key: item for key, item in wanted.items() if key not in answers}
        if not new:
            return answers
        if informant.numbers:
            await self._fetch(informant, new, answers, tell)
            return answers
        stored = await asyncio.to_thread(
            self._store.load_lookups, informant.name, list(new)
        )
        now = self._now().timestamp()
        due = {
            key: item
            for key, item in new.items()
            if key not in stored or stored[key][1] <= now
        }
        for key in new.keys() - due.keys():
            answers[key], until = stored[key]
            self._note(until)
        if due:
            await self._fetch(informant, due, answers, tell)
            # An old answer is better than none.
            answers.update(
                (key, stored[key][0])
                for key in due
                if key not in answers and key in stored
            )
        return answers

    async def _fetch(
        self, informant: Informant, due: dict[str, Item], answers: Answers, tell: Tell
    ) -> None:
        """Ask an informant, as far as it answers."""
        if informant.name in self.failures:
            return
        fresh: Answers = {}
        keys = list(due)
        done = 0
        tell(done, len(due))
        try:
            async for each in informant.look_up(list(due.values())):
                fresh[keys[done]] = each
                done += 1
                tell(done, len(due))
                if len(fresh) >= _KEPT_AT_ONCE:
                    await self._keep(informant, fresh, answers)
                    fresh = {}
        except ProviderError as err:
            self.failures[informant.name] = err
        finally:
            await self._keep(informant, fresh, answers)

    async def _keep(
        self, informant: Informant, fresh: Answers, answers: Answers
    ) -> None:
        """Keep answers for this run, and those that cost something for later ones."""
        answers.update(fresh)
        if informant.numbers or not fresh:
            return
        now = self._now()
        unknown = any(each is None for each in fresh.values())
        self._note((now + (UNKNOWN_FOR if unknown else FOUND_FOR)).timestamp())
        await asyncio.to_thread(
            self._store.save_lookups,
            informant.name,
            fresh,
            found_until=now + FOUND_FOR,
            unknown_until=now + UNKNOWN_FOR,
            forget=now - _OF_USE_FOR,
        )

    def _note(self, until: float) -> None:
        """Note until when an answer holds."""
        self.valid_until = min(until, self.valid_until or until)


def _who(informant: Informant) -> str:
    """Return what tells an informant from others, and from what it was before."""
    return f"{informant.name}:{informant.version}"


def question(item: Item) -> str:
    """Return the key of a question: all that an item is known by.

    An item that gains an id is asked about anew.
    """
    if keys := sorted(item_keys(item)):
        return " ".join(keys)
    return title_key(item) or f"{item.kind.value}|{item.title.casefold()}|{item.year}"


def _unit(informant: Informant, item: Item) -> Item | None:
    """Return what to ask this informant about an item, None where it cannot help."""
    if informant.numbers or item.show is None:
        return item
    if item.show.ids or item.show.title:
        return item.show
    return item if item.kind is MediaKind.EPISODE and item.ids else None
