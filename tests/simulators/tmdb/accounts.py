"""Calls about an account: its watchlist and its ratings."""

from collections.abc import Callable, Mapping
from typing import Final

from . import shapes
from .model import Behaviour, Episode, Kind, Rateable, Rating, Title
from .paging import page_number, paged
from .titles import Titles
from .wire import Answer, Call, Endpoint, Json, Refusal, told

_LIST: Final = frozenset({"page", "sort_by", "language", "session_id"})
_SESSION: Final = frozenset({"session_id"})
_ORDERS: Final = frozenset({"created_at.asc", "created_at.desc"})
# Documented without an order; the oldest first is the default of the real service.
_DEFAULT_ORDER: Final = "created_at.asc"

_EPISODE: Final = "/tv/{id}/season/{season}/episode/{number}"


class Accounts:
    """Answers on behalf of users."""

    def __init__(self, titles: Titles, behaviour: Behaviour) -> None:
        """Take the titles."""
        self._titles = titles
        self._behaviour = behaviour

    def endpoints(self) -> list[Endpoint]:
        """Return the calls."""
        found = [
            Endpoint("GET", "/account", self._account, _SESSION, True),
            Endpoint(
                "POST", "/account/{account}/watchlist", self._watch, _SESSION, True
            ),
        ]
        for path, rows in (
            ("watchlist/movies", self._watchlist(Kind.MOVIE)),
            ("watchlist/tv", self._watchlist(Kind.TV)),
            ("rated/movies", self._rated(lambda each: _is(each, Kind.MOVIE))),
            ("rated/tv", self._rated(lambda each: _is(each, Kind.TV))),
            ("rated/tv/episodes", self._rated(lambda each: isinstance(each, Episode))),
        ):
            address = f"/account/{{account}}/{path}"
            handle = self._listing(rows, rates=path.startswith("rated"))
            found.append(Endpoint("GET", address, handle, _LIST, True))
        for path, find in (
            ("/movie/{id}", lambda call: self._titles.title(Kind.MOVIE, call)),
            ("/tv/{id}", lambda call: self._titles.title(Kind.TV, call)),
            (_EPISODE, self._titles.episode),
        ):
            address = f"{path}/rating"
            found += [
                Endpoint("POST", address, self._rate(find), _SESSION, True),
                Endpoint("DELETE", address, self._unrate(find), _SESSION, True),
            ]
        return found

    def _account(self, call: Call) -> Answer:
        """Return whose session it is."""
        account = call.account
        return Answer(
            {
                "avatar": {
                    "gravatar": {"hash": "c9e9fc152ee756a900db85757c29815d"},
                    "tmdb": {"avatar_path": None},
                },
                "id": account.number,
                "include_adult": False,
                "iso_3166_1": "US",
                "iso_639_1": "en",
                "name": "",
                "username": account.username,
            }
        )

    def _listing(
        self, rows: Callable[[Call], list[Rateable]], *, rates: bool
    ) -> Callable[[Call], Answer]:
        """Return what answers with a page of a list."""

        def handle(call: Call) -> Answer:
            """Return the page."""
            if call.query.get("sort_by", _DEFAULT_ORDER) not in _ORDERS:
                raise Refusal(400, 5)
            number = page_number(call)
            ratings, hidden = call.account.ratings, self._behaviour.hidden
            found = [
                None if each in hidden else _shape(each, ratings if rates else {})
                for each in rows(call)
            ]
            return paged(found, number, self._behaviour)

        return handle

    def _watchlist(self, kind: Kind) -> Callable[[Call], list[Rateable]]:
        """Return what lists the titles of one kind."""

        def rows(call: Call) -> list[Rateable]:
            """Return them."""
            orders = call.account.watchlist
            listed = [each for each in orders if each.kind is kind]
            listed.sort(key=lambda each: orders[each], reverse=_is_newest_first(call))
            return [*listed]

        return rows

    def _rated(
        self, wanted: Callable[[Rateable], bool]
    ) -> Callable[[Call], list[Rateable]]:
        """Return what lists the ratings of one kind."""

        def rows(call: Call) -> list[Rateable]:
            """Return them."""
            ratings = call.account.ratings
            rated = [each for each in ratings if wanted(each)]
            rated.sort(
                key=lambda each: ratings[each].order, reverse=_is_newest_first(call)
            )
            return rated

        return rows

    def _watch(self, call: Call) -> Answer:
        """Put a title on the watchlist, or take it off."""
        body = call.body
        kinds = {"movie": Kind.MOVIE, "tv": Kind.TV}
        kind = kinds.get(str(body.get("media_type")))
        number, wanted = body.get("media_id"), body.get("watchlist")
        if kind is None or type(number) is not int or type(wanted) is not bool:
            raise Refusal(400, 5)
        title = self._titles.title(
            kind, Call({"id": str(number)}, call.query, {}, call.user)
        )
        if not wanted:
            call.account.take_off_watchlist(title)
            return told(13)
        added = call.account.put_on_watchlist(title)
        return told(1 if added else 12, 201)

    def _rate(self, find: Callable[[Call], Rateable]) -> Callable[[Call], Answer]:
        """Return what takes a rating."""

        def handle(call: Call) -> Answer:
            """Keep the rating."""
            title, value = find(call), call.body.get("value")
            if (
                not isinstance(value, int | float)
                or not 0.5 <= value <= 10
                or value * 2 % 1
            ):
                raise Refusal(400, 18)
            return told(1 if call.account.rate(title, value) else 12, 201)

        return handle

    def _unrate(self, find: Callable[[Call], Rateable]) -> Callable[[Call], Answer]:
        """Return what takes a rating back; it says the same if there was none."""

        def handle(call: Call) -> Answer:
            """Forget the rating."""
            call.account.unrate(find(call))
            return told(13)

        return handle


def shown(value: float) -> float | int:
    """Return a rating as it is written: a whole one without decimals."""
    return int(value) if value == int(value) else value


def _shape(each: Rateable, ratings: Mapping[Rateable, Rating]) -> Json:
    """Return a row, with the rating if it has one."""
    row = shapes.episode_row(each) if isinstance(each, Episode) else shapes.row(each)
    rating = ratings.get(each)
    return row if rating is None else {**row, "rating": shown(rating.value)}


def _is(each: Rateable, kind: Kind) -> bool:
    """Tell whether it is a title of this kind."""
    return isinstance(each, Title) and each.kind is kind


def _is_newest_first(call: Call) -> bool:
    """Tell which order is asked for."""
    return call.query.get("sort_by", _DEFAULT_ORDER) == "created_at.desc"
