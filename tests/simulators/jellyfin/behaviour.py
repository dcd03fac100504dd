"""What can be switched at the simulated server: how its lists go wrong, or differ."""

from dataclasses import dataclass

from .model import User


@dataclass(slots=True)
class Behaviour:
    """The switches of the server; all of its lists obey them, and nothing else does."""

    cut_lists: int | None = None
    """How many rows of a list there are at most, whichever part of it is asked for."""
    cut_named: int | None = None
    """The same for lists of items that are asked for by their ids."""
    honest_total: bool = True
    """A list that was cut still tells how long it is; else it says what it shows."""
    empty_lists: bool = False
    """Lists are empty, and say so."""
    lists_of: User | None = None
    """The lists are those of another user, as from a proxy that mixes them up."""
    groups_views: bool = False
    """All libraries of a kind are shown as one view, as a user can choose. [unsure]"""
    refuses_unknown_parents: bool = False
    """What lies in something unknown is refused; else the root is taken for it."""
