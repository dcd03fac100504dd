"""Sends requests for public hosts to simulators, at the edge of the network.

Code under test asks for `https://api.trakt.tv/...` as it does in real life; only the
last step before the connection is redirected, so that it needs no hook for tests.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aiohttp import ClientResponse, ClientSession
from multidict import CIMultiDict
from yarl import URL

FORWARDED_HOST = "X-Forwarded-Host"
LOCAL_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


class UnroutedHostError(AssertionError):
    """A request was made for a host that no simulator stands in for."""


class Routes:
    """Which host goes where, until it is removed."""

    def __init__(self, hosts: Mapping[str, str], *, strict: bool) -> None:
        """Take the addresses of simulators by the host that they stand in for."""
        self._origins = {host.lower(): URL(url) for host, url in hosts.items()}
        self._strict = strict
        self._genuine = ClientSession._request  # noqa: SLF001

    def target(self, url: URL) -> URL | None:
        """Return where a request is to go instead, or None to leave it alone."""
        host = (url.host or "").lower()
        if (origin := self._origins.get(host)) is not None:
            return URL.build(
                scheme=origin.scheme,
                authority=origin.raw_authority,
                path=origin.raw_path.rstrip("/") + url.raw_path,
                query_string=url.raw_query_string,
                encoded=True,
            )
        if self._strict and host not in LOCAL_HOSTS:
            raise UnroutedHostError(
                f"Request for {url.origin()}, which no simulator stands in for"
            )
        return None

    def install(self) -> None:
        """Redirect the requests of all client sessions from now on."""
        routes, genuine = self, self._genuine

        async def request(
            session: ClientSession, method: str, str_or_url: str | URL, **kwargs: Any
        ) -> ClientResponse:
            """Send the request to where its host is routed."""
            # Building the whole URL first is what the session itself would do.
            url = session._build_url(str_or_url)  # noqa: SLF001
            if (target := routes.target(url)) is None:
                return await genuine(session, method, str_or_url, **kwargs)
            headers = CIMultiDict(kwargs.pop("headers", None) or {})
            headers[FORWARDED_HOST] = url.host or ""
            return await genuine(session, method, target, headers=headers, **kwargs)

        ClientSession._request = request  # type: ignore[assignment,method-assign]  # noqa: SLF001

    def remove(self) -> None:
        """Let requests go where they went before `install`."""
        ClientSession._request = self._genuine  # type: ignore[method-assign]  # noqa: SLF001


def install_routes(hosts: Mapping[str, str], *, strict: bool = False) -> Routes:
    """Route hosts for the rest of the process, or until `remove` is called."""
    routes = Routes(hosts, strict=strict)
    routes.install()
    return routes


@contextmanager
def route_hosts(hosts: Mapping[str, str], *, strict: bool = True) -> Iterator[Routes]:
    """Route hosts, such as `{"api.trakt.tv": simulator.url}`, within the block.

    With `strict`, a request for any other host but this machine is an error.
    """
    routes = install_routes(hosts, strict=strict)
    try:
        yield routes
    finally:
        routes.remove()
