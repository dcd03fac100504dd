"""Changing what an account holds."""

from collections.abc import Iterable
from dataclasses import dataclass

from .account import Account, unique
from .behaviour import Repeats
from .dates import sent_moment
from .limits import UPGRADE_URL, refuse_if_full
from .model import (
    UNKNOWN_DATE,
    JsonObject,
    Kind,
    Rated,
    Title,
    stamp,
    to_minute,
    to_seconds,
)
from .refusal import Refusal
from .targets import Target, TargetReader, Targets
from .wire import Answer, Call

MAX_NOTES = 500
PLAYED = (Kind.MOVIE, Kind.EPISODE)


def read(call: Call, echo: str | None = None) -> Targets:
    """Return what the body means."""
    reader = TargetReader(call.service.library, call.service.behaviour, echo)
    return reader.read(call.body)


def tally(titles: Iterable[Title], kinds: Iterable[Kind] = Kind) -> dict[str, int]:
    """Return the number of titles of each kind."""
    counts = {kind.plural: 0 for kind in kinds}
    for title in titles:
        counts[title.kind.plural] += 1
    return counts


def list_json(account: Account) -> JsonObject:
    """Return what is told of the watchlist after each change."""
    return {
        "updated_at": stamp(account.activities.at("watchlist", "updated_at")),
        "item_count": len(account.watchlist.live),
    }


def add_to_watchlist(call: Call) -> Answer:
    """POST /sync/watchlist."""
    account, targets = call.account, read(call)
    rows = [
        (target.title, checked_notes(account, target.own("notes")))
        for target in targets.found
    ]
    titles = unique(title for title, _ in rows)
    new = [title for title in titles if title not in account.watchlist.live]
    refuse_if_full(
        len(account.watchlist.live),
        len(new),
        account.limits.watchlist,
        vip=account.vip,
    )
    added = account.add_to_watchlist(dict(rows).items())
    known = set(added)
    return Answer(
        {
            "added": tally(added),
            "existing": tally(title for title in titles if title not in known),
            "not_found": targets.not_found,
            "list": list_json(account),
        },
        status=201,
    )


def checked_notes(account: Account, notes: object) -> str | None:
    """Return the notes of a row; they are short, and only VIPs have them."""
    if notes is None:
        return None
    if not account.vip:
        raise Refusal(426, "VIP only", {"X-Upgrade-URL": UPGRADE_URL})
    if not isinstance(notes, str) or len(notes) > MAX_NOTES:
        raise Refusal(422, f"notes must be a text of at most {MAX_NOTES} characters")
    return notes


def remove_from_watchlist(call: Call) -> Answer:
    """POST /sync/watchlist/remove; what is not listed is just not counted."""
    targets = read(call)
    removed = call.account.remove_from_watchlist(t.title for t in targets.found)
    return Answer(
        {
            "deleted": tally(removed),
            "not_found": targets.not_found,
            "list": list_json(call.account),
        }
    )


def reorder_watchlist(call: Call) -> Answer:
    """POST /sync/watchlist/reorder."""
    row_ids = integers(call.body, "rank")
    skipped = call.account.reorder_watchlist(row_ids)
    updated = len(set(row_ids) - set(skipped))
    return Answer({"updated": updated, "skipped_ids": skipped})


def annotate_watchlist(call: Call) -> Answer:
    """PUT /sync/watchlist/{item}."""
    notes = checked_notes(call.account, call.body.get("notes"))
    row_id = call.path["id"]
    if not row_id.isdecimal() or not call.account.note(int(row_id), notes):
        raise Refusal(404)
    return Answer(status=204)


def add_ratings(call: Call) -> Answer:
    """POST /sync/ratings; a rating that is there already is replaced and counted."""
    account, targets = call.account, read(call, echo="rating")
    now = to_seconds(call.service.clock())
    rated = {target.title: rating_from(target, now) for target in targets.found}
    held = account.ratings.live
    new = sum(1 for title in rated if title not in held)
    refuse_if_full(len(held), new, account.limits.ratings, vip=account.vip)
    account.add_ratings(list(rated.values()))
    return Answer(
        {"added": tally(rated), "not_found": targets.not_found},
        status=201,
    )


def rating_from(target: Target, now: int) -> Rated:
    """Return the rating that was sent for a title: whole, from 1 to 10."""
    rating, at = target.own("rating"), target.own("rated_at")
    if type(rating) is not int or not 1 <= rating <= 10:
        raise Refusal(422, "rating must be a whole number from 1 to 10")
    return Rated(
        target.title, rating, now if at is None else sent_moment(at, "rated_at")
    )


def remove_ratings(call: Call) -> Answer:
    """POST /sync/ratings/remove."""
    targets = read(call)
    removed = call.account.remove_ratings(target.title for target in targets.found)
    return Answer({"deleted": tally(removed), "not_found": targets.not_found})


@dataclass(frozen=True, slots=True)
class NewPlays:
    """The plays of one request, sorted out."""

    wanted: list[tuple[Title, int]]
    repeats: list[Title]


def add_history(call: Call) -> Answer:
    """POST /sync/history."""
    account, repeats = call.account, call.service.behaviour.repeats
    targets = read(call)
    plays = sort_out(call, targets.found)
    if repeats is Repeats.CONFLICT and plays.repeats:
        raise Refusal(409)
    refuse_if_full(
        len(account.history),
        len(plays.wanted),
        account.limits.history,
        vip=account.vip,
    )
    added = account.add_plays(plays.wanted)
    answer: JsonObject = {
        "added": tally((play.title for play in added), PLAYED),
        "updated": tally((), PLAYED),
        "not_found": targets.not_found,
    }
    if repeats is Repeats.EXISTING:
        answer["existing"] = tally(plays.repeats, PLAYED)
    return Answer(answer, status=201)


def sort_out(call: Call, targets: Iterable[Target]) -> NewPlays:
    """Return the plays to store, and the titles whose plays are there already.

    Where repeats are stored too, nothing is told apart.
    """
    every = [play for target in targets for play in plays_from(call, target)]
    if call.service.behaviour.repeats is Repeats.PLAY:
        return NewPlays(every, [])
    seen: set[tuple[Title, int]] = set()
    sorted_out = NewPlays([], [])
    for title, at in every:
        play = (title, to_minute(at))
        held = any(known.at == play[1] for known in call.account.history.of(title))
        if held or play in seen:
            sorted_out.repeats.append(title)
        else:
            seen.add(play)
            sorted_out.wanted.append(play)
    return sorted_out


def plays_from(call: Call, target: Target) -> Iterable[tuple[Title, int]]:
    """Return the plays that a target stands for: those of aired episodes, or its own."""
    value = target.inherited("watched_at")
    titles = [target.title]
    now = call.service.clock()
    if target.title.kind in (Kind.SHOW, Kind.SEASON):
        titles = [each for each in target.title.episodes() if each.aired(now)]
    if value is None:
        return [(title, to_seconds(now)) for title in titles]
    if value == "unknown":
        return [(title, UNKNOWN_DATE) for title in titles]
    if value == "released":
        return [(title, end_of_premiere(title)) for title in titles]
    at = sent_moment(value, "watched_at")
    return [(title, at) for title in titles]


def end_of_premiere(title: Title) -> int:
    """Return when somebody had seen an episode who saw it at once."""
    if title.kind is not Kind.EPISODE or title.released is None:
        raise Refusal(422, "watched_at can be released for episodes only")
    return to_seconds(title.released) + 60 * (title.runtime or 0)


def remove_history(call: Call) -> Answer:
    """POST /sync/history/remove: single plays by id, or all plays of titles."""
    history = call.account.history
    targets = read(call)
    play_ids = unique(integers(call.body, "ids"))
    gone = {
        play.id: play
        for target in targets.found
        for title in target.title.episodes() or [target.title]
        for play in history.of(title)
    }
    gone |= {each: history.shelf.live[each] for each in play_ids if each in history}
    unknown = [each for each in play_ids if each not in history]
    call.account.remove_plays(list(gone.values()))
    return Answer(
        {
            "deleted": tally((play.title for play in gone.values()), PLAYED),
            "not_found": {**targets.not_found, "ids": unknown},
        }
    )


def integers(body: JsonObject, name: str) -> list[int]:
    """Return a list of whole numbers in a body; null is an empty list."""
    values = body.get(name)
    if values is None:
        return []
    if not isinstance(values, list) or any(type(value) is not int for value in values):
        raise Refusal(422, f"{name} must be an array of integers")
    return values


def delete_playback(call: Call) -> Answer:
    """DELETE /sync/playback/{id}."""
    row_id = call.path["id"]
    if not row_id.isdecimal() or not call.account.dismiss_playback(int(row_id)):
        raise Refusal(404)
    return Answer(status=204)
