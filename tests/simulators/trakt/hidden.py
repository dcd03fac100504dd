"""Shows that a user hides: of all sections only what was dropped is kept."""

from .model import Hidden, JsonObject, Kind, Title, stamp
from .paging import paged
from .refusal import Refusal
from .shapes import media_json
from .wire import Answer, Call
from .writes import read

DROPPED = "dropped"
SECTIONS = frozenset(
    {
        "calendar",
        "progress_watched",
        "progress_collected",
        "recommendations",
        "comments",
        DROPPED,
    }
)


def kept(call: Call) -> dict[Title, Hidden]:
    """Return what the section in the path holds."""
    section = call.path["section"]
    if section not in SECTIONS:
        raise Refusal(404)
    return call.account.dropped if section == DROPPED else {}


def shows(call: Call) -> Answer:
    """GET /users/hidden/{section}, the latest first."""
    if call.query.get("type", "show") != "show":
        return paged([], call.query, str)
    rows = sorted(kept(call).values(), key=lambda row: (-row.at, row.title.trakt))
    return paged(rows, call.query, hidden_json)


def hidden_json(row: Hidden) -> JsonObject:
    """Return a row of a section."""
    return {"hidden_at": stamp(row.at), **media_json(row.title)}


def hide(call: Call) -> Answer:
    """POST /users/hidden/{section}."""
    kept(call)
    targets = read(call)
    found = [each.title for each in targets.found if each.title.kind is Kind.SHOW]
    added = [show for show in found if call.account.drop(show)]
    body = {"added": {"shows": len(added)}, "not_found": targets.not_found}
    return Answer(body, status=201)


def show_again(call: Call) -> Answer:
    """POST /users/hidden/{section}/remove."""
    kept(call)
    targets = read(call)
    found = [each.title for each in targets.found if each.title.kind is Kind.SHOW]
    gone = [show for show in found if call.account.pick_up(show)]
    body = {"deleted": {"shows": len(gone)}, "not_found": targets.not_found}
    return Answer(body)
