"""What can be switched at a simulated server: how versions differ, what goes wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field

from .people import Account


@dataclass(slots=True)
class Behaviour:
    """The switches of a media server."""

    copies_share_state: bool = True
    """Items of one name, such as two copies of a film, are watched and rated as one."""
    scrobble_writes_history: bool = False
    """Marking a film or an episode as watched adds to the play log, as before 1.40."""
    unscrobble_clears_history: bool = False
    """Marking something as not watched takes it out of the play log. [unsure]"""
    honours_rated_at: bool = True
    """The moment sent with a rating is kept, as only newer servers do."""
    viewed_at_inclusive: bool = True
    """`viewedAt>` in the play log includes the moment itself."""
    library_all: bool = True
    """`/library/all` answers shared users, too; else it is forbidden to them."""
    log_of_all: bool = True
    """Others than the owner are given their own plays; else they are refused the log,
    as is reported of servers of 2025."""
    only_gets: bool = False
    """Changes are asked for with GET only, as servers of old know it. [unsure]"""
    sections_in_rows: bool = True
    """Rows of a section's list say their section; else only the list itself does."""
    visible_after: float = 0.0
    """After how many seconds a change can be seen."""
    played_threshold: int = 90
    """From how much of an item on it counts as watched, in per cent."""
    credits_end: bool = True
    """Where the credits of an item are known, it counts as watched from there on."""
    least_offset: int = 60_000
    """Up to which position none is kept, in milliseconds."""
    ignored_filters: set[str] = field(default_factory=set)
    """Filters without effect, as `unwatched` had in some versions."""
    counts_lists: bool = True
    """A part of a list tells how long the whole is."""
    ignores_paging: bool = False
    """Every request gets the first rows, as behind a proxy that drops the headers."""
    largest_page: int | None = None
    """How many rows one answer holds at most."""
    cut_lists: int | None = None
    """How many rows a list has at most, whichever part of it is asked for."""
    honest_total: bool = True
    """A list that was cut still tells how long it is; else it says what it shows."""
    empty_lists: bool = False
    """Lists are empty, and say so."""
    lists_of: Account | None = None
    """Lists are those of another account, as from a proxy that mixes them up."""
    no_guid_lists: bool = False
    """Lists have no external ids, as servers before 1.24.3."""
    before_page: Callable[[int], None] | None = None
    """Called with the offset before each page of a list, to move things meanwhile."""
