"""The join of two sides and the ledger: which records speak of the same item.

Nearly all of a library is plain: an item that either side has once, under ids that
nothing else has. So what belongs together is guessed first, by the ledger or by one id.
Then it is proved: no key may occur in two guesses, which a set of all keys tells. Only
what cannot be proved is linked key by key, and with it all that it touches. The outcome
is the same as if everything were.

Linear in the number of records. A set is filled without a step in Python for each key,
and a large one costs little more for each key than a small one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from .guessing import Guesses
from .ledger import LedgerRow
from .linking import link
from .match import Match, keys_of
from .model import MediaKind, Record, Snapshot

__all__ = ["Join", "Match", "join"]

_FILM: Final = f"{MediaKind.MOVIE}:"


@dataclass(frozen=True, slots=True)
class Join:
    """Every record of both sides, in exactly one of these."""

    matches: Sequence[Match]
    ambiguous: Sequence[Match]


def join(source: Snapshot, target: Snapshot, ledger: Sequence[LedgerRow]) -> Join:
    """Find the records that speak of the same item; ambiguity is never guessed away."""
    guesses = Guesses(source.records, target.records, ledger)
    matches = _proved(guesses)
    ambiguous: list[Match] = []
    if rest := guesses.rest:
        for match, certain in link(
            _of(rest, source.records.values()),
            _of(rest, target.records.values()),
            _of(rest, ledger),
        ):
            (matches if certain else ambiguous).append(match)
    return Join(matches, ambiguous)


def _proved(guesses: Guesses) -> list[Match]:
    """Return the guesses that nothing else can have a part in; the others are rest.

    Of two guesses that share a key the later one finds it in the set, and both are in
    doubt. So is what has a key of anything that was not guessed.
    """
    matches: list[Match] = []
    films: set[str] = set()
    others: set[str] = set()
    for match, keys in guesses:
        matches.append(match)
        # Films share no key with anything else. Two sets grow by smaller steps.
        seen = films if next(iter(keys)).startswith(_FILM) else others
        before = len(seen)
        seen |= keys
        if len(seen) - before != len(keys):
            guesses.doubts |= keys
    doubts = guesses.doubts
    if doubts.isdisjoint(films) and doubts.isdisjoint(others):
        return matches
    del films, others, seen
    proved: list[Match] = []
    for match in matches:
        records = (*match.source, *match.target)
        if all(doubts.isdisjoint(keys_of(record)) for record in records):
            proved.append(match)
        else:
            guesses.rest.update(map(id, (*records, *match.rows)))
    return proved


def _of[T: (Record, LedgerRow)](rest: set[int], everything: Iterable[T]) -> list[T]:
    """Return what belongs to the rest, in its order."""
    return [each for each in everything if id(each) in rest]
