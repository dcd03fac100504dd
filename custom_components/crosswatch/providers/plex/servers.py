"""The servers of an account, and the best way to reach one."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, NamedTuple, override

import aiohttp
from yarl import URL

from ...engine.provider import ProviderError
from ..answer import JsonValue
from ..http import HttpClient, JsonObject, Limiters, Pace
from .fields import flag, text
from .wire import container_in, plex_headers

DEFAULT_PORT: Final = 32400
# More at once than this makes a small server slow for everybody else.
PACE: Final = Pace(concurrency=4)
# What does not answer by then is no good way, in seconds.
PROBE_TIMEOUT: Final = 4.0
MOST_WAYS: Final = 12


class Server(NamedTuple):
    """A server that an account can use; the token is good for this one only.

    `ways` are its addresses, the best first.
    """

    server_id: str
    name: str
    token: str
    owned: bool
    ways: tuple[str, ...]

    @override
    def __repr__(self) -> str:
        """Return no more than what it is: it holds secrets."""
        return "<Server>"


def servers_in(resources: Iterable[JsonValue]) -> list[Server]:
    """Return the servers among all that an account can reach."""
    found = [server for each in resources if (server := _server(each)) is not None]
    return sorted(found, key=lambda server: (not server.owned, server.name.casefold()))


def http_for(
    session: aiohttp.ClientSession,
    limiters: Limiters,
    url: str,
    secrets: Callable[[], Collection[str]],
) -> HttpClient:
    """Return the way to a server; all accounts on it share its limits."""
    limiter = limiters.for_host(str(URL(url).origin()), PACE)
    # A play that is marked again counts again: no proxy's word is enough.
    return HttpClient(session, limiter, secrets=secrets, busy_means_undone=False)


async def best_way(
    server: Server,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    device_id: str,
) -> str | None:
    """Return the best address at which the server itself answers, if there is one.

    All are tried at once: those that lead nowhere take as long as they may.
    """
    ways = server.ways[:MOST_WAYS]

    async def probe(url: str) -> bool:
        """Tell whether this server answers there."""
        http = http_for(session, limiters, url, lambda: (server.token,))
        return await identity_at(http, url, device_id) == server.server_id

    answers = await asyncio.gather(*map(probe, ways))
    return next((url for url, good in zip(ways, answers, strict=True) if good), None)


async def identity_at(http: HttpClient, url: str, device_id: str) -> str:
    """Return which server answers at an address, empty for none at all."""
    try:
        answer = await http.request(
            "GET",
            f"{url}/identity",
            headers=plex_headers(device_id),
            timeout=PROBE_TIMEOUT,
            attempts=1,
        )
        return text(container_in(answer), "machineIdentifier") if answer.ok else ""
    except ProviderError:
        return ""


def _server(resource: JsonValue) -> Server | None:
    """Return a server, None for a player or what makes no sense."""
    if not isinstance(resource, dict):
        return None
    if "server" not in text(resource, "provides").split(","):
        return None
    server_id, token = text(resource, "clientIdentifier"), text(resource, "accessToken")
    if not server_id or not token:
        return None
    return Server(
        server_id=server_id,
        name=text(resource, "name") or server_id,
        token=token,
        owned=flag(resource, "owned"),
        ways=_ways(resource),
    )


def _ways(resource: JsonObject) -> tuple[str, ...]:
    """Return all addresses of a server, the best first.

    Those of the home come first and the relay last, as it is slow; each without
    encryption only where it is not asked for. Plain http is tried at home only.
    """
    connections = resource.get("connections")
    insists = flag(resource, "httpsRequired")
    # The smaller the rank of an address, the better.
    ranks: dict[str, int] = {}
    for each in connections if isinstance(connections, list) else ():
        if not isinstance(each, dict):
            continue
        relayed, local = flag(each, "relay"), flag(each, "local")
        rank = 8 if relayed else 0 if local else 4
        rank += flag(each, "IPv6")
        uri = text(each, "uri").rstrip("/")
        if uri.startswith(("http://", "https://")):
            ranks.setdefault(uri, rank + 2 * uri.startswith("http://"))
        if local and not relayed and not insists and (plain := _plain(each)):
            ranks.setdefault(plain, rank + 2)
    return tuple(sorted(ranks, key=ranks.__getitem__))


def _plain(connection: Mapping[str, JsonValue]) -> str:
    """Return the address without encryption; some routers hide Plex's own names."""
    address, port = text(connection, "address"), text(connection, "port")
    if not address or not port.isdecimal():
        return ""
    host = f"[{address}]" if ":" in address else address
    return f"http://{host}:{port}"
