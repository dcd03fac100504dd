"""What a user did with an item: read and write."""

from http import HTTPStatus

from aiohttp import web

from .call import Access, Call, answer
from .items import user_data
from .model import Item, User
from .refusal import VAGUE, Refusal, invalid
from .times import parse

# The members of an update, in lower case.
WHOLE = frozenset({"playbackpositionticks", "playcount", "unplayeditemcount"})
NUMBERS = frozenset({"rating", "playedpercentage"})
TRUTHS = frozenset({"isfavorite", "likes", "played"})
TEXTS = frozenset({"key", "itemid", "lastplayeddate"})


def subject(call: Call) -> tuple[User, Item]:
    """Return whom and what a request is about."""
    user = call.a_user()
    return user, call.item(user)


def read(call: Call) -> web.Response:
    """Return what a user did with an item."""
    user, item = subject(call)
    return answer(user_data(item, user))


def update(call: Call) -> web.Response:
    """Apply the members that were sent with a value, and only those."""
    user, item = subject(call)
    sent = {name: value for name, value in call.json().items() if value is not None}
    check(sent)
    played_at = None
    if "lastplayeddate" in sent:
        played_at = parse(str(sent["lastplayeddate"]))
        if played_at is None:
            raise invalid("$.LastPlayedDate", sent["lastplayeddate"])
    state = call.server.state
    try:
        if isinstance(rating := sent.get("rating"), int | float):
            state.set_rating(user, item, float(rating))
    except ValueError:
        raise Refusal(HTTPStatus.BAD_REQUEST, VAGUE) from None
    if isinstance(likes := sent.get("likes"), bool):
        state.set_likes(user, item, likes)
    data = state.data(user, item)
    if isinstance(position := sent.get("playbackpositionticks"), int):
        data.position = position
    if isinstance(play_count := sent.get("playcount"), int):
        data.play_count = play_count
    if isinstance(favourite := sent.get("isfavorite"), bool):
        data.favourite = favourite
    if isinstance(played := sent.get("played"), bool):
        data.played = played
    if played_at is not None:
        data.last_played = played_at
    return answer(user_data(item, user))


def check(sent: dict[str, object]) -> None:
    """Refuse members of a wrong type; unknown ones are ignored."""
    for name, value in sent.items():
        truth = isinstance(value, bool)
        wrong = (
            (name in WHOLE and (truth or not isinstance(value, int)))
            or (name in NUMBERS and (truth or not isinstance(value, int | float)))
            or (name in TRUTHS and not truth)
            or (name in TEXTS and not isinstance(value, str))
        )
        if wrong:
            raise invalid(f"$.{name}", value)


def mark_played(call: Call) -> web.Response:
    """Mark as played; a date that cannot be read counts as none."""
    user, item = subject(call)
    date = call.parameters.text("datePlayed")
    at = parse(date, compact=True) if date else None
    call.server.state.mark_played(user, item, at)
    return answer(user_data(item, user))


def mark_unplayed(call: Call) -> web.Response:
    """Mark as not played."""
    user, item = subject(call)
    call.server.state.mark_unplayed(user, item)
    return answer(user_data(item, user))


def add_favourite(call: Call) -> web.Response:
    """Put among the favourites."""
    user, item = subject(call)
    call.server.state.set_favourite(user, item, on=True)
    return answer(user_data(item, user))


def remove_favourite(call: Call) -> web.Response:
    """Take out of the favourites."""
    user, item = subject(call)
    call.server.state.set_favourite(user, item, on=False)
    return answer(user_data(item, user))


def like(call: Call) -> web.Response:
    """Like or dislike; without saying which, the rating is cleared."""
    user, item = subject(call)
    call.server.state.set_likes(user, item, call.parameters.boolean("likes"))
    return answer(user_data(item, user))


def clear_rating(call: Call) -> web.Response:
    """Clear the rating."""
    user, item = subject(call)
    call.server.state.set_rating(user, item, None)
    return answer(user_data(item, user))


# Method, path, path below /Users/{userId} of old, handler.
BOTH = (
    ("POST", "/UserItems/{itemId}/UserData", "/Items/{itemId}/UserData", update),
    ("POST", "/UserPlayedItems/{itemId}", "/PlayedItems/{itemId}", mark_played),
    ("DELETE", "/UserPlayedItems/{itemId}", "/PlayedItems/{itemId}", mark_unplayed),
    ("POST", "/UserFavoriteItems/{itemId}", "/FavoriteItems/{itemId}", add_favourite),
    (
        "DELETE",
        "/UserFavoriteItems/{itemId}",
        "/FavoriteItems/{itemId}",
        remove_favourite,
    ),
    ("POST", "/UserItems/{itemId}/Rating", "/Items/{itemId}/Rating", like),
    ("DELETE", "/UserItems/{itemId}/Rating", "/Items/{itemId}/Rating", clear_rating),
)

ROUTES = (
    ("GET", "/UserItems/{itemId}/UserData", Access.SIGNED_IN, read),
    *((method, path, Access.SIGNED_IN, handler) for method, path, _, handler in BOTH),
    *(
        (method, f"/Users/{{userId}}{old}", Access.SIGNED_IN, handler)
        for method, _, old, handler in BOTH
    ),
)
