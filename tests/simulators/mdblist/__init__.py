"""A stateful MDBList for tests and benches: library, accounts, journal and limits.

    async with MdblistSimulator() as service:
        service.seed(make_catalogue())
        service.alice.watch(service.library.movie(imdb="tt0133093"), when)
        with route_hosts({"api.mdblist.com": service.url}):
            ...

Whatever is a guess about the real service is a switch in `behaviour`.
"""

from .account import Account
from .behaviour import Behaviour, Numbers, Pagination
from .library import Library
from .model import Kind, Title
from .server import MdblistSimulator

__all__ = [
    "Account",
    "Behaviour",
    "Kind",
    "Library",
    "MdblistSimulator",
    "Numbers",
    "Pagination",
    "Title",
]
