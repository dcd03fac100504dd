"""The servers and players of an account, and how they can be reached."""

from dataclasses import dataclass, field
import re

from aiohttp import web
from yarl import URL

from .account_routes import instant
from .cloud_call import CloudCall, Surface, xml
from .server import PlexServerSimulator
from .wire import Json, respond

DIRECT = re.compile(r"(\d+(?:-\d+){3})\..+\.plex\.direct")


@dataclass(frozen=True, slots=True)
class Connection:
    """One address under which a server can be reached."""

    uri: str
    local: bool = True
    relay: bool = False
    ipv6: bool = False

    @property
    def host(self) -> str:
        """Return the host in the address."""
        return URL(self.uri).host or ""

    @property
    def address(self) -> str:
        """Return the address without a name, which such a name has in it."""
        match = DIRECT.fullmatch(self.host)
        return match[1].replace("-", ".") if match else self.host


@dataclass(slots=True)
class Registration:
    """A server at the cloud; without connections it is where it listens."""

    server: PlexServerSimulator
    connections: list[Connection] = field(default_factory=list)
    presence: bool = True
    https_required: bool = False

    def reached_by(self) -> list[Connection]:
        """Return the addresses of the server."""
        return self.connections or [Connection(self.server.url)]


def direct_connections(server: PlexServerSimulator) -> list[Connection]:
    """Return the addresses that a server at home usually has."""
    domain = f"{server.machine_identifier[:32]}.plex.direct"
    return [
        Connection(f"https://192-168-1-5.{domain}:32400"),
        Connection(f"https://203-0-113-7.{domain}:32400", local=False),
        Connection(f"https://198-51-100-9.{domain}:8443", local=False, relay=True),
    ]


def connection_of(connection: Connection, *, https: bool) -> Json:
    """Return an address as it stands in answers."""
    url = URL(connection.uri)
    uri, protocol = connection.uri.rstrip("/"), url.scheme
    if not https:
        uri, protocol = f"http://{connection.address}:{url.port}", "http"
    return {
        "protocol": protocol,
        "address": connection.address,
        "port": url.port,
        "uri": uri,
        "local": connection.local,
        "relay": connection.relay,
        "IPv6": connection.ipv6,
    }


def resources(call: CloudCall) -> web.Response:
    """List the servers and players of an account, with a token for each server."""
    rows = [server_of(call, registration) for registration in known_to(call)]
    rows.append(player_of(call))
    return respond(call.request, "resources", rows, wrapped=False)


def known_to(call: CloudCall) -> list[Registration]:
    """Return the servers that an account may use."""
    return [
        registration
        for registration in call.cloud.registrations
        if call.account in registration.server.doings.viewers
    ]


def server_of(call: CloudCall, registration: Registration) -> Json:
    """Return a server as an account sees it."""
    server, account = registration.server, call.account
    owned = server.owner is account
    connections = [
        connection_of(connection, https=call.given("includeHttps") == "1")
        for connection in registration.reached_by()
        if (not connection.relay or call.given("includeRelay") == "1")
        and (not connection.ipv6 or call.given("includeIPv6") == "1")
    ]
    return device(
        name=server.name,
        product="Plex Media Server",
        productVersion=server.version,
        clientIdentifier=server.machine_identifier,
        createdAt="2020-01-01T10:00:00Z",
        lastSeenAt=instant(call.cloud.clock()),
        provides="server",
        ownerId=None if owned else server.owner.id,
        sourceTitle=None if owned else server.owner.title,
        accessToken=server.token(account),
        owned=owned,
        home=account.in_home and account.admin is server.owner.admin and not owned,
        relay=any(connection.relay for connection in registration.reached_by()),
        presence=registration.presence,
        httpsRequired=registration.https_required,
        connections=connections,
    )


def player_of(call: CloudCall) -> Json:
    """Return something that plays, which every account has."""
    return device(
        name="Shield",
        product="Plex for Android (TV)",
        productVersion="10.0.0",
        clientIdentifier="shield",
        createdAt="2021-01-01T10:00:00Z",
        lastSeenAt=instant(call.cloud.clock()),
        provides="client,player,pubsub-player",
        ownerId=None,
        sourceTitle=None,
        accessToken="",
        owned=True,
        home=False,
        relay=False,
        presence=False,
        httpsRequired=False,
        connections=[],
    )


def device(**members: object) -> Json:
    """Return a device with what is the same of all."""
    return {
        "platform": "Linux",
        "platformVersion": "6.1",
        "device": "PC",
        "publicAddress": "203.0.113.7",
        "synced": False,
        "publicAddressMatches": True,
        "dnsRebindingProtection": False,
        "natLoopbackSupported": False,
        **members,
    }


def old_resources(call: CloudCall) -> web.Response:
    """List the servers of an account, as it was done before."""
    rows = []
    for registration in known_to(call):
        server = server_of(call, registration)
        connections = server.pop("connections")
        rows.append({**server, "Connection": connections})
    return xml("MediaContainer", {"size": len(rows), "Device": rows})


ROUTES = (
    ("GET", "/api/v2/resources", Surface.ACCOUNT, resources),
    ("GET", "/api/resources", Surface.ACCOUNT, old_resources),
)
