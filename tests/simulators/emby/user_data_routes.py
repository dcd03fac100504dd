"""What a user did with an item: every change of it."""

from http import HTTPStatus

from aiohttp import web

from ..jellyfin.model import Item, User, UserData
from ..jellyfin.refusal import Refusal
from ..jellyfin.times import parse
from .call import Access, EmbyCall, answer, no_content
from .items import FULL, user_data

DIGITS = 14


def subject(call: EmbyCall) -> tuple[User, Item]:
    """Return whom and what a request is about."""
    user = call.a_user()
    return user, call.item(user)


def done(call: EmbyCall, user: User, item: Item) -> web.Response:
    """Answer a change with what is known of the item since."""
    fields = FULL if call.behaviour.answers_with_dates else frozenset[str]()
    return answer({**user_data(item, user, fields), "ItemId": item.id})


def moment(text: str) -> int:
    """Return a moment that was sent; the server breaks on what is none."""
    if (found := parse(text, compact=True)) is None:
        raise Refusal(
            HTTPStatus.INTERNAL_SERVER_ERROR, f"Not recognized as a DateTime: {text}"
        )
    return found


def update(call: EmbyCall) -> web.Response:
    """Apply an update; there is nothing to say about it."""
    user, item = subject(call)
    if not call.behaviour.takes_updates:
        raise Refusal(HTTPStatus.NOT_FOUND, "Unable to find the specified route.")
    sent = {name: value for name, value in call.json().items() if value is not None}
    rating = sent.get("rating")
    if rating is not None and not call.behaviour.keeps_numbers:
        del sent["rating"]
    elif isinstance(rating, int | float) and not 0 <= rating <= 10:
        raise Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "A rating is from 0 to 10.")
    data = call.state.data(user, item)
    if not call.behaviour.updates_in_part:
        blank = UserData(rating=None if "rating" in sent else data.rating)
        for name in ("played", "play_count", "position", "last_played", "favourite"):
            setattr(data, name, getattr(blank, name))
    apply(data, sent)
    return no_content()


def apply(data: UserData, sent: dict[str, object]) -> None:
    """Apply the members that were sent; numbers may come as texts."""
    if "played" in sent:
        data.played = sent["played"] is True
    if "isfavorite" in sent:
        data.favourite = sent["isfavorite"] is True
    if "playcount" in sent:
        data.play_count = int(str(sent["playcount"]))
    if "playbackpositionticks" in sent:
        data.position = int(str(sent["playbackpositionticks"]))
    if "rating" in sent:
        data.rating = float(str(sent["rating"]))
    if "lastplayeddate" in sent:
        data.last_played = moment(str(sent["lastplayeddate"]))


def mark_played(call: EmbyCall) -> web.Response:
    """Mark as played, at the date given as yyyyMMddHHmmss."""
    user, item = subject(call)
    date = call.parameters.text("datePlayed")
    at = moment(date) if date and len(date) == DIGITS else None
    position = user.of(item).position
    call.state.mark_played(user, item, at)
    if not call.behaviour.plays_end_positions:
        call.state.data(user, item).position = position
    return done(call, user, item)


def mark_unplayed(call: EmbyCall) -> web.Response:
    """Mark as not played."""
    user, item = subject(call)
    call.state.mark_unplayed(user, item)
    return done(call, user, item)


def add_favourite(call: EmbyCall) -> web.Response:
    """Put among the favourites."""
    user, item = subject(call)
    call.state.set_favourite(user, item, on=True)
    return done(call, user, item)


def remove_favourite(call: EmbyCall) -> web.Response:
    """Take out of the favourites."""
    user, item = subject(call)
    call.state.set_favourite(user, item, on=False)
    return done(call, user, item)


def like(call: EmbyCall) -> web.Response:
    """Like or dislike."""
    user, item = subject(call)
    call.state.set_likes(user, item, call.parameters.boolean("likes"))
    return done(call, user, item)


def clear_rating(call: EmbyCall) -> web.Response:
    """Clear the rating."""
    user, item = subject(call)
    call.state.set_rating(user, item, None)
    return done(call, user, item)


def hide_from_resume(call: EmbyCall) -> web.Response:
    """Hide from what was begun, or show again; the position stays."""
    user, item = subject(call)
    mark = (user.id, item.id)
    if call.parameters.boolean("hide"):
        call.server.hidden_from_resume.add(mark)
    else:
        call.server.hidden_from_resume.discard(mark)
    return done(call, user, item)


U = "/Users/{userId}"
RATING = f"{U}/Items/{{itemId}}/Rating"
PLAYED = f"{U}/PlayedItems/{{itemId}}"
FAVOURITE = f"{U}/FavoriteItems/{{itemId}}"
ROUTES = (
    ("POST", f"{U}/Items/{{itemId}}/UserData", Access.SIGNED_IN, update),
    ("POST", PLAYED, Access.SIGNED_IN, mark_played),
    ("DELETE", PLAYED, Access.SIGNED_IN, mark_unplayed),
    ("POST", f"{PLAYED}/Delete", Access.SIGNED_IN, mark_unplayed),
    ("POST", FAVOURITE, Access.SIGNED_IN, add_favourite),
    ("DELETE", FAVOURITE, Access.SIGNED_IN, remove_favourite),
    ("POST", f"{FAVOURITE}/Delete", Access.SIGNED_IN, remove_favourite),
    ("POST", RATING, Access.SIGNED_IN, like),
    ("DELETE", RATING, Access.SIGNED_IN, clear_rating),
    ("POST", f"{RATING}/Delete", Access.SIGNED_IN, clear_rating),
    (
        "POST",
        f"{U}/Items/{{itemId}}/HideFromResume",
        Access.SIGNED_IN,
        hide_from_resume,
    ),
)
