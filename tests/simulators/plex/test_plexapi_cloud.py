"""A client that others wrote for the real cloud works with the simulated one."""

from datetime import UTC, datetime

from plexapi.exceptions import Unauthorized
import pytest

from . import Account, PlexCloudSimulator, PlexServerSimulator
from .plexapi_client import MyPlexAccount, MyPlexPinLogin, Routed, run
from .resource_routes import direct_connections


async def test_signing_in_with_a_pin(cloud: PlexCloudSimulator, jon: Account) -> None:
    """A code is shown, entered by its owner, and ends in the account."""

    def work() -> None:
        """Do so."""
        session = Routed(cloud.hosts())
        login = MyPlexPinLogin(session=session)
        assert len(login.pin) == 4
        assert not login.checkLogin()
        cloud.link(login.pin, jon)
        assert login.checkLogin()
        account = MyPlexAccount(token=login.token, session=session)
        assert (account.username, account.id) == ("jon", jon.id)
        assert account.subscriptionActive
        assert account.ping()
        strong = MyPlexPinLogin(session=session, oauth=True)
        assert "app.plex.tv/auth" in strong.oauthUrl()
        account.signout()
        with pytest.raises(Unauthorized):
            MyPlexAccount(token=login.token, session=session)

    await run(work)


async def test_servers_and_people(
    cloud: PlexCloudSimulator,
    plex: PlexServerSimulator,
    jon: Account,
    kid: Account,
    ann: Account,
) -> None:
    """It finds the server by its connections, and turns into others of the home."""
    for account in (kid, ann):
        plex.share(account)
    # Who does not own a server is not sent to its local addresses.
    cloud.registrations[0].connections = direct_connections(plex)
    plex.add_section("Movies", "movie")

    def work() -> None:
        """Do so."""
        session = Routed(cloud.hosts())
        account = MyPlexAccount(token=cloud.sign_in(jon), session=session)
        servers = [it for it in account.resources() if "server" in it.provides]
        assert [server.name for server in servers] == ["Tower"]
        server = servers[0].connect()
        assert server.machineIdentifier == plex.machine_identifier
        assert [it.title for it in server.library.sections()] == ["Movies"]
        people = {person.title: person for person in account.users()}
        assert set(people) == {"Kid", "Ann"}
        assert people["Kid"].home
        assert people["Ann"].get_token(plex.machine_identifier) == plex.token(ann)
        with pytest.raises(Unauthorized):
            account.switchHomeUser(people["Kid"], pin="0000")
        other = account.switchHomeUser(people["Kid"], pin="1234")
        assert other.title == "Kid"
        resource = other.resource("Tower")
        assert not resource.owned
        assert resource.accessToken == plex.token(kid)
        assert resource.connect().library.section("Movies").totalSize == 0

    await run(work)


async def test_watchlist(cloud: PlexCloudSimulator, jon: Account) -> None:
    """It reads, extends and shortens the watchlist, and finds what to put on it."""
    matrix = cloud.title("The Matrix")
    cloud.put_on_watchlist(jon, matrix, datetime(2026, 1, 1, tzinfo=UTC))

    def work() -> None:
        """Do so."""
        session = Routed(cloud.hosts())
        account = MyPlexAccount(token=cloud.sign_in(jon), session=session)
        (item,) = account.watchlist()
        assert item.title == "The Matrix"
        assert {guid.id for guid in item.guids} == set(matrix.guids)
        assert account.onWatchlist(item)
        (found,) = account.searchDiscover("Breaking Bad", libtype="show")
        account.addToWatchlist(found)
        assert [it.title for it in account.watchlist(sort="titleSort:asc")] == [
            "Breaking Bad",
            "The Matrix",
        ]
        assert [it.title for it in account.watchlist(libtype="movie")] == ["The Matrix"]
        account.removeFromWatchlist(item)
        assert not account.onWatchlist(item)
        for title in list(cloud.titles.by_key.values()):
            cloud.put_on_watchlist(jon, title)
        assert len(account.watchlist(maxresults=None)) == len(cloud.titles.by_key)

    await run(work)
    assert [title.name for title in cloud.watchlist(jon)][:1] != []
