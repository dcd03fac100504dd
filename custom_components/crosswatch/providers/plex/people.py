"""The users of a home, and how to become one of them."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from ...engine.provider import AccountLimitError, AuthenticationError
from ..http import JsonObject
from ..sign_in import SignInError
from .account import PlexAccount
from .fields import text
from .login import OWNER
from .servers import Server, servers_in
from .wire import accepted

_WRONG_PIN: Final = frozenset({401, 403})


class Person(NamedTuple):
    """Somebody with an account at plex.tv; `number` is theirs there."""

    number: str
    uuid: str
    name: str
    protected: bool = False
    at_home: bool = False


def person_from(user: JsonObject) -> Person:
    """Return a user of plex.tv; raises SignInError where that makes no sense."""
    number, uuid = text(user, "id"), text(user, "uuid")
    if not number or not uuid:
        raise SignInError("invalid_answer")
    names = (text(user, name) for name in ("title", "friendlyName", "username"))
    return Person(
        number=number,
        uuid=uuid,
        name=next(filter(None, names), number),
        protected=user.get("protected") is True,
        at_home=user.get("home") is True,
    )


async def people_of(account: PlexAccount, token: str, me: Person) -> list[Person]:
    """Return whom of a home somebody can be: themselves first."""
    if not me.at_home:
        return [me]
    try:
        home = await account.home_users(token)
    except AccountLimitError, AuthenticationError:
        # Not everybody in a home may turn into somebody else.
        return [me]
    users = home.get("users")
    found = [
        person_from(user)
        for user in (users if isinstance(users, list) else ())
        if isinstance(user, dict)
    ]
    return [me, *(person for person in found if person.uuid != me.uuid)]


async def become(
    account: PlexAccount, token: str, person: Person, server_id: str, pin: str
) -> tuple[str, Server]:
    """Become somebody else of the home; return their token, and the server to them.

    Raises SignInError.
    """
    answer = await account.switch(token, person.uuid, pin)
    if answer.status in _WRONG_PIN:
        raise SignInError("plex_wrong_pin" if pin else "plex_pin_required")
    switched = accepted(answer, "plex.tv").object()
    own = text(switched, "authToken") or text(switched, "authenticationToken")
    if not own:
        raise SignInError("invalid_answer")
    servers = {each.server_id: each for each in await servers_of(account, own)}
    if (server := servers.get(server_id)) is None:
        raise SignInError("plex_not_shared", user=person.name)
    return own, server


async def servers_of(account: PlexAccount, token: str) -> list[Server]:
    """Return the servers that somebody can use, their own first."""
    return servers_in(await account.resources(token))


def user_id_of(person: Person, server: Server) -> str:
    """Return what a server calls a user."""
    return OWNER if server.owned else person.number


def names_of(people: Mapping[str, Person]) -> Mapping[str, str]:
    """Return the names of people, those that are alike with their number."""
    names = [person.name for person in people.values()]
    return {
        key: person.name
        if names.count(person.name) == 1
        else f"{person.name} ({person.number})"
        for key, person in people.items()
    }
