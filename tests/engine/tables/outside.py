"""Rows of the reference that are about something which the engine does not have."""

from typing import Final

_ANIME: Final = "No anime numbering: an episode is found by its ids, or by its show's."
_PLAYLISTS: Final = "Playlists are no feature yet."
_NO_HOOKS: Final = "Providers have no such hook: they resolve ids when they write."
_QUARANTINE: Final = "Quarantine has no settings: three failures, thirty days."

OUTSIDE: Final = {
    "R21": "Providers make datetimes of what services tell; each one's tests show it.",
    "H19": "No manual additions: a person corrects a date at the account itself.",
    "H28": _ANIME,
    "H29": _ANIME,
    "H30": _ANIME,
    "G3": _QUARANTINE,
    "G4": _QUARANTINE,
    "G6": "The forms of a pair refuse such numbers; their tests show it.",
    "G9": "The HTTP layer keeps the pace of a service; its tests show it.",
    "G12": "State is always kept: without it no removal could be earned.",
    "G15": "Providers say what an account may do; to the engine it is row H11.",
    "G16": _NO_HOOKS,
    "G17": _NO_HOOKS,
    "G18": _PLAYLISTS,
    "G19": _PLAYLISTS,
    "G20": _PLAYLISTS,
    "G21": _PLAYLISTS,
    "G22": _PLAYLISTS,
}
"""The numbers of these rows, and why they are not told."""
