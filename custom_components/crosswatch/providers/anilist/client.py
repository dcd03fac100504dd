"""AniList's API on the wire: one address, GraphQL, and refusals in several forms."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import aiohttp

from ...engine.provider import (
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
)
from ..http import (
    Answer,
    HostLimiter,
    HttpClient,
    JsonObject,
    JsonValue,
    Limiters,
    Pace,
)
from . import queries
from .queries import Field

API: Final = "https://graphql.anilist.co"
# What a user may ask a minute: 90 are documented, 30 are what is really allowed.
# Requests that read are sent like writes as well, so that all count here.
PACE: Final = Pace(reads=30, period=60, concurrency=2)
WIRE: Final = Pace(concurrency=2)
# The most that AniList gives of a list at once, where it does not give all of it.
CHUNK: Final = 500
MAX_CHUNKS: Final = 200
TIMEOUT: Final = 60

_TOO_COMPLEX: Final = "complexity"
_NO_LOGIN: Final = ("invalid token", "unauthorized")
_WAIT: Final = 60.0


class RefusedError(ProtocolError):
    """AniList refuses a request, or a part of it; `data` is what it has done of it.

    `missing` tells that something it was about is not there, `too_complex` that
    nothing was done as too much was asked at once.
    """

    def __init__(
        self, message: str, data: JsonObject, *, missing: bool, too_complex: bool
    ) -> None:
        """Remember what was refused."""
        super().__init__(message)
        self.data = data
        self.missing = missing
        self.too_complex = too_complex


class AniListClient:
    """The API, on behalf of one account."""

    # [unsure] how much AniList takes at once: a refused mutation is sent in halves.
    at_once = 20
    is_plain = False

    def __init__(self, http: HttpClient, pace: HostLimiter) -> None:
        """Take the connection, and the limiter that counts all requests."""
        self._http = http
        self._pace = pace

    async def viewer(self) -> JsonObject:
        """Return whose account it is.

        [unsure] that the way it rates is told always: without it, it is still known.
        """
        try:
            data = await self._ask(queries.VIEWER, {})
        except RefusedError:
            data = await self._ask(queries.PLAIN_VIEWER, {})
        return object_in(data, "Viewer")

    async def collection(self, user_id: int) -> tuple[JsonObject, list[JsonObject]]:
        """Return whose account it is, and all of its entries: each of them once.

        An entry stands in the list of its status and in any number of own lists.
        """
        data = await self._ask(queries.COLLECTION, {"userId": user_id})
        # Many entries take a while: not in the event loop.
        entries, more = await asyncio.to_thread(entries_in, data)
        if more:
            entries, data = await self._in_chunks(user_id)
        _check(entries, data)
        return object_in(data, "Viewer"), list(entries.values())

    async def look_up(
        self, named: Sequence[int], foreign: Sequence[int]
    ) -> tuple[JsonObject, list[JsonObject]]:
        """Return whose account it is, and media with the account's own entries.

        They are asked for by their ids, and by those at MyAnimeList.
        """
        variables: dict[str, JsonValue] = {}
        if named:
            variables["named"] = list(named)
        if foreign:
            variables["foreign"] = list(foreign)
        data = await self._ask(queries.look_up(variables), variables)
        media: list[JsonObject] = []
        for name in variables:
            page = object_in(data, name)
            if object_in(page, "pageInfo").get("hasNextPage") is True:
                raise ProtocolError("AniList's answer is longer than a page can be")
            media += objects_in(page, "media")
        return object_in(data, "Viewer"), media

    async def change(self, mutation: str, variables: JsonObject) -> JsonObject:
        """Send a mutation and return what came of it; raises RefusedError."""
        return await self._send(mutation, variables, writes=True)

    def rate(self, media_id: int, score: float, *, new: bool) -> Field:
        """Return what gives an entry a score."""
        return queries.rate(media_id, score, new=new)

    def unrate(self, media_id: int, entry_id: int) -> Field:
        """Return what takes the score from an entry, which stays."""
        return queries.unrate(entry_id)

    async def _in_chunks(
        self, user_id: int
    ) -> tuple[dict[int, JsonObject], JsonObject]:
        """Return all entries, from as many answers as there have to be."""
        entries: dict[int, JsonObject] = {}
        for chunk in range(1, MAX_CHUNKS + 1):
            variables: dict[str, JsonValue] = {
                "userId": user_id,
                "chunk": chunk,
                "perChunk": CHUNK,
                # An order in which what changes meanwhile moves as little as may be.
                "sort": ["MEDIA_ID"],
            }
            data = await self._ask(queries.COLLECTION, variables)
            found, more = await asyncio.to_thread(entries_in, data)
            known = len(entries)
            entries.update(found)
            if not more:
                return entries, data
            if len(entries) == known:
                break
        raise ProtocolError("AniList gives the same part of the list again and again")

    async def _ask(self, query: str, variables: JsonObject) -> JsonObject:
        """Return what a query is answered with."""
        try:
            return await self._send(query, variables, writes=False)
        except ProviderError as err:
            # Sent like a write, but it is none.
            err.maybe_sent = False
            raise

    async def _send(
        self, text: str, variables: JsonObject, *, writes: bool
    ) -> JsonObject:
        """Return the data in the answer to a query or a mutation."""
        async with self._pace.read():
            answer = await self._http.request(
                "POST",
                API,
                json={"query": text, "variables": dict(variables)},
                timeout=TIMEOUT,
                idempotent=not writes,
            )
        return data_in(answer)


def client_of(
    session: aiohttp.ClientSession, limiters: Limiters, token: str
) -> AniListClient:
    """Return the API on behalf of the account with this token."""
    return AniListClient(wire_of(session, limiters, token), pace_of(limiters))


def wire_of(
    session: aiohttp.ClientSession, limiters: Limiters, token: str
) -> HttpClient:
    """Return the connection on behalf of the account with this token."""
    return HttpClient(
        session,
        limiters.for_host("anilist-wire", WIRE),
        secrets=lambda: (token,),
        headers={"Authorization": f"Bearer {token}"},
    )


def pace_of(limiters: Limiters) -> HostLimiter:
    """Return the limiter that counts all requests."""
    return limiters.for_host("anilist", PACE)


def data_in(answer: Answer) -> JsonObject:
    """Return the data in an answer without errors; raises what the errors say."""
    try:
        told = answer.object()
    except ProtocolError:
        if answer.ok:
            raise
        raise _plain_refusal(answer) from None
    errors = told.get("errors")
    data = told.get("data")
    if not errors and answer.ok and isinstance(data, dict):
        return data
    if not isinstance(errors, list) or not errors:
        raise answer.nonsense("holds neither data nor errors")
    raise _refusal(answer, errors, data if isinstance(data, dict) else {})


def _refusal(
    answer: Answer, errors: list[JsonValue], data: JsonObject
) -> ProviderError:
    """Return the error that GraphQL errors stand for."""
    said = [error for error in errors if isinstance(error, dict)]
    texts = [str(error.get("message") or "").lower() for error in said]
    statuses = {error.get("status") for error in said} | {answer.status}
    if 401 in statuses or any(word in text for text in texts for word in _NO_LOGIN):
        return AuthenticationError("AniList's login has ended: sign in again")
    if 429 in statuses:
        return RateLimitedError("AniList asks to wait", _WAIT)
    if 403 in statuses:
        # So it says when the API is turned off for all.
        return ProviderUnavailableError("AniList's API is turned off for now")
    if any(isinstance(each, int) and each >= 500 for each in statuses):
        return ProviderUnavailableError(
            f"{answer.request} failed within AniList", maybe_sent=True
        )
    return RefusedError(
        str(answer.nonsense("was refused")),
        data,
        missing=404 in statuses,
        too_complex=any(_TOO_COMPLEX in text for text in texts),
    )


def _plain_refusal(answer: Answer) -> ProviderError:
    """Return the error for an answer of whatever stands before the API."""
    match answer.status:
        case 401:
            return AuthenticationError("AniList's login has ended: sign in again")
        case 403:
            return ProviderUnavailableError("AniList's API is turned off for now")
        case status if status >= 500:
            return ProviderUnavailableError(
                f"{answer.request} was answered with status {status}", maybe_sent=True
            )
    return answer.nonsense("is not what was asked for")


def entries_in(data: JsonObject) -> tuple[dict[int, JsonObject], bool]:
    """Return the entries in an answer by their own ids, and whether there are more."""
    collection = object_in(data, "MediaListCollection")
    entries: dict[int, JsonObject] = {}
    for group in objects_in(collection, "lists"):
        for entry in objects_in(group, "entries"):
            entries[number_in(entry, "id")] = entry
    more = collection.get("hasNextChunk")
    if not isinstance(more, bool | None):
        raise missing("hasNextChunk", collection)
    return entries, more is True


def _check(entries: Mapping[int, JsonObject], data: JsonObject) -> None:
    """Check that a list holds what AniList, asked otherwise, says that there is.

    An entry that is hidden from the lists by status may be in none at all.
    """
    for name in queries.WITNESSES:
        for witness in objects_in(object_in(data, name), "mediaList"):
            hidden = witness.get("hiddenFromStatusLists") is True
            if not hidden and number_in(witness, "id") not in entries:
                raise ProtocolError("AniList's list lacks entries that it has")


def object_in(parent: JsonObject, name: str) -> JsonObject:
    """Return an object in another one, which has to be there."""
    value = parent.get(name)
    if isinstance(value, dict):
        return value
    raise missing(name, parent)


def objects_in(parent: JsonObject, name: str) -> list[JsonObject]:
    """Return a list of objects, which has to be there."""
    value = parent.get(name)
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        return [each for each in value if isinstance(each, dict)]
    raise missing(name, parent)


def number_in(parent: Mapping[str, JsonValue], name: str) -> int:
    """Return a whole number, which has to be there."""
    value = parent.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise missing(name, parent)


def missing(name: str, parent: JsonObject) -> ProtocolError:
    """Return the error for a field that we cannot do without."""
    known = ", ".join(sorted(parent)) or "nothing"
    return ProtocolError(f"AniList's answer lacks {name} (it has {known})")
