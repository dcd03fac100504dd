"""Switches for what the real service does now and then, or what is not known of it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Pagination(StrEnum):
    """What an answer with a list says of the pages."""

    FULL = "full"
    NO_MORE = "no_more"
    """There is no `has_more`, and no cursor either."""
    NONE = "none"
    """There is nothing at all."""


class Numbers(StrEnum):
    """What the headers of an answer count."""

    NONE = "none"
    DAY = "day"
    WINDOW = "window"


@dataclass(slots=True)
class Behaviour:
    """How the service behaves."""

    enforce_window: bool = True
    """Answer 429 to more than 1000 reads or 300 writes in 5 minutes."""
    headers: Numbers = Numbers.NONE
    tells_numbers: bool = True
    """The account tells how many requests a day it may make, and has made."""
    pagination: Pagination = Pagination.FULL
    max_limit: int = 1000
    retention: timedelta = timedelta(days=30)
    """How long the journal is kept."""
    since_by_value: bool = False
    """Lists take `since` for the date of watching or rating, not that of the change."""
    roll_ups: bool = False
    """The history also has rows of shows, which sum up their episodes."""
    status_of_new: str = "active"
    """What the journal calls what came: this, or `added`."""
    shows_in_journal: bool = False
    """A show that is marked as a whole has one row in the journal, not its episodes'."""
    read_lag: int = 0
    """After a write, so many reads of the same list still see it as before."""
    not_found_counts: bool = False
    """Answers say how many things were not found, not which."""
    many_shows_fail: bool = False
    """A write with several shows does the first one and answers 500."""
    silent_removals: bool = False
    """A removal is answered with 204."""
    reports_plays: bool = True
    """`report_added` is known; else the answer has the numbers only."""
    same_play: timedelta = timedelta(seconds=1)
    """Plays of one title that are nearer are taken as one."""
    removal_moves_watchlist: bool = True
    removal_moves_positions: bool = True
    """Stamps move when something is taken away."""
    flat_ids: bool = False
    """Rows of the watchlist have no `ids`, but `id`, `imdb_id` and `tvdb_id` only."""
    playback_in_object: bool = False
    """Positions come in an object, not as a list."""
    in_one_list: bool = False
    """The watchlist comes as one list of films and shows."""
    leaves_out_empty: bool = False
    """Of the lists in an answer, those that are empty are not there."""
    silent_scrobbles: bool = False
    """A position that is written or cleared is answered with 204."""
    positions_as_text: bool = False
    """How far something was played is a text."""
    empty_lists: bool = False
    """All lists are empty, and say so."""
