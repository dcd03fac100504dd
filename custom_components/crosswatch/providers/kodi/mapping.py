"""From what was done with an entry to records."""

from collections import Counter
from collections.abc import Iterable, Mapping

from ...engine.model import (
    Feature,
    Item,
    MediaKind,
    Progress,
    Rated,
    Record,
    Value,
    Watched,
)
from .host_time import HostTime
from .probe import Moment
from .rows import State


def records_of(
    feature: Feature,
    moment: Moment,
    states: Iterable[State],
    items: Mapping[str, Item],
    before: Mapping[str, Watched],
) -> list[Record]:
    """Return the records of a feature; `before` is the history that was told last."""
    records = []
    for state in states:
        value: Value | None
        match feature:
            case Feature.HISTORY:
                value = watched(state, moment.time, before.get(state.key))
            case Feature.RATINGS:
                value = Rated(float(state.rating))
            case _:
                value = progress(state, moment)
        records.append(Record(items[state.key], value, state.key))
    return records


def holds(feature: Feature, state: State) -> bool:
    """Tell whether a feature says something of an entry."""
    match feature:
        case Feature.HISTORY:
            return state.play_count > 0 and state.kind is not MediaKind.SHOW
        case Feature.RATINGS:
            return state.rating > 0
        case _:
            return state.position > 0


def without_shared(states: Iterable[State]) -> list[State]:
    """Return entries whose file is their own.

    A position in a file of several episodes is one of none of them.
    """
    entries = list(states)
    files = Counter(state.file for state in entries)
    return [state for state in entries if files[state.file] == 1]


def watched(state: State, time: HostTime, before: Watched | None) -> Watched:
    """Return when an entry was watched.

    The date is also moved by a viewing that was broken off. It then says nothing of
    the last one that was not, of which the date that was told before is kept; and so
    is one that Kodi only cannot hold as exactly.
    """
    at = time.moment(state.last_played)
    if (
        before is not None
        and before.at is not None
        and before.count == state.play_count
    ):
        begun_again = state.position > 0 and at is not None and at > before.at
        if begun_again or time.text(before.at) == state.last_played:
            at = before.at
    return Watched(at, (), state.play_count)


def progress(state: State, moment: Moment) -> Progress:
    """Return how far an entry was played.

    One that was watched to its end since has no position: the player drops it.
    """
    return Progress(
        position_ms=round(state.position * 1000),
        duration_ms=round(state.total * 1000) or None,
        at=moment.time.moment(state.last_played),
        playing=moment.playing == (state.kind, state.id),
    )
