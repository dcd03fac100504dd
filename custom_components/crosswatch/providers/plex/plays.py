"""What a title's plays are, by all that a Plex server and our own notes say of them.

A server counts the views of a title and keeps the date of the last one. Its log has the
plays of players, but none of what was marked as watched, and goes on having those of a
title that was marked as unwatched since. What we wrote is known by our own notes, and so
is what was marked, once it was seen.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ...engine.model import Play, Watched
from .own import OwnPlay
from .rows import LogRow, Row, moment

# A player's play is logged near its end, and dated by its very end: until then this
# much may pass, or what the title lasts. In seconds.
_UNTIL_ITS_END: Final = 4 * 3600
_AND_A_BREAK: Final = 1800
# The server logs what it is told to mark within this time, if it logs it at all.
_SAME_WRITE: Final = 60
# How far our clock and the server's may be apart.
CLOCKS_APART: Final = 900


class Event(NamedTuple):
    """Something that counted as a view: when by the server's clock, and as what.

    `play` is None where it is not to count.
    """

    stamp: int
    play: Play | None


def watched_from(
    row: Row, log: Sequence[LogRow], own: Sequence[OwnPlay]
) -> Watched | None:
    """Return what is known of a title's plays, None where it is not watched.

    As many of the newest events count as the title has views: older ones are from
    before it was marked as unwatched.
    """
    if not row.views:
        return None
    if not log and not own and not row.offset:
        # By far the most frequent case.
        at = moment(row.viewed)
        if at is None:
            return Watched(None, (), row.views)
        return Watched(at, (Play(at, f"l{row.viewed}"),), row.views)
    events = sorted(events_of(row, log, own), key=lambda event: event.stamp)
    counted = events[-row.views :]
    plays = tuple(
        sorted(
            [event.play for event in counted if event.play is not None],
            key=lambda play: (play.at, play.native_id),
        )
    )
    gone = sum(event.play is None for event in counted)
    count = max(row.views - gone, len(plays), 1)
    return Watched(plays[-1].at if plays else None, plays, count)


def events_of(row: Row, log: Iterable[LogRow], own: Sequence[OwnPlay]) -> list[Event]:
    """Return all that may have counted as a view, in no order."""
    notes = [note for note in own if not note.pending and note.views <= row.views]
    events: list[Event] = []
    for line in log:
        note = note_of(line, notes)
        if note is not None:
            notes.remove(note)
            events.append(_noted(note, name=f"h{line.name}"))
        elif (at := moment(line.at)) is not None:
            events.append(Event(line.at, Play(at, f"h{line.name}")))
    events += [_noted(note) for note in notes]
    if _is_event_of_its_own(row, events) and (at := moment(row.viewed)) is not None:
        events.append(Event(row.viewed, Play(at, f"l{row.viewed}")))
    return events


def note_of(line: LogRow, notes: Iterable[OwnPlay]) -> OwnPlay | None:
    """Return which of our writes the server has logged here."""
    near = [note for note in notes if abs(note.stamp - line.at) <= _SAME_WRITE]
    return min(near, key=lambda note: abs(note.stamp - line.at), default=None)


def _noted(note: OwnPlay, name: str = "") -> Event:
    """Return the event of something that we wrote."""
    at = None if note.meant is None else moment(note.meant)
    return Event(note.stamp, Play(at, name or name_of(note)) if at else None)


def name_of(note: OwnPlay) -> str:
    """Return what a play in our notes is known by."""
    return f"l{note.stamp}" if note.meant == note.stamp else f"w{note.id}"


def witnessed(row: Row, watched: Watched, own: Iterable[OwnPlay]) -> OwnPlay | None:
    """Return the note to be made of a play that only the last view tells of.

    The next view takes its date away, and it would look like a play that was removed.
    """
    name = f"l{row.viewed}"
    if all(play.native_id != name for play in watched.plays):
        return None
    if any(note.stamp == row.viewed for note in own):
        return None
    return OwnPlay(row.viewed, row.viewed, row.views)


def _is_event_of_its_own(row: Row, events: Sequence[Event]) -> bool:
    """Tell whether the date of the last view is that of no other event.

    It also moves when a title is begun again and not played to its end.
    """
    if row.offset or not row.viewed or len(events) >= row.views:
        return False
    lasts = max(row.duration // 1000 + _AND_A_BREAK, _SAME_WRITE)
    if not row.duration:
        lasts = _UNTIL_ITS_END
    return not any(
        -_SAME_WRITE <= row.viewed - event.stamp <= lasts for event in events
    )


def settled(row: Row, note: OwnPlay, others: Iterable[OwnPlay] = ()) -> OwnPlay | None:
    """Return a write without an answer as it turned out, None if it did not arrive.

    The title has gained a view since, about when we wrote.
    """
    taken = {other.stamp for other in others if not other.pending}
    arrived = (
        row.views > note.views
        and abs(row.viewed - note.stamp) <= CLOCKS_APART
        and row.viewed not in taken
    )
    if not arrived:
        return None
    return note._replace(stamp=row.viewed, views=note.views + 1, pending=False)
