"""What can be switched at the simulated cloud."""

from collections.abc import Callable
from dataclasses import dataclass, field

from .people import Account


@dataclass(slots=True)
class CloudBehaviour:
    """The switches of the cloud."""

    strict_polling: bool = False
    """Asking for a PIN twice within a second is answered with 429."""
    refuses_repeats: bool = False
    """Adding what is on a watchlist is a conflict, removing what is not an error."""
    lists_guids: bool = False
    """Rows of a watchlist have external ids where they are asked for. [unsure]"""
    state_as_list: bool = False
    """What a person did with a title comes as a list of one."""
    matches_as_search: bool = False
    """Matches come in the form of search results."""
    wrong_matches: set[str] = field(default_factory=set)
    """External ids, such as "tmdb-603", for which another title is found first."""
    broken_matches: bool = False
    """Nothing is found by an external id, only by searching for its name."""
    largest_page: int = 300
    """How many rows one answer holds at most. [unsure]"""
    cut_lists: int | None = None
    """How many rows a watchlist has at most, whichever part of it is asked for."""
    honest_total: bool = True
    """A list that was cut still tells how long it is; else it says what it shows."""
    empty_lists: bool = False
    """Watchlists are empty, and say so."""
    ignores_paging: bool = False
    """Every request gets the first rows."""
    lists_of: Account | None = None
    """Watchlists are those of another account."""
    before_page: Callable[[int], None] | None = None
    """Called with the offset before each page of a watchlist."""
