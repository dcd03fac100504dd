"""A large Trakt stays quick enough to measure others with."""

from time import perf_counter, process_time

import aiohttp

from ..catalogue import make_catalogue
from ..clock import Clock
from . import Behaviour, TraktSimulator
from .conftest import Api

PLAYS = 10_000
BATCH = 1_000


async def test_many_plays(session: aiohttp.ClientSession, clock: Clock) -> None:
    """Ten thousand plays are written in large batches and read in large pages."""
    trakt = TraktSimulator(clock=clock, behaviour=Behaviour(enforce_rate=False))
    trakt.seed(make_catalogue(PLAYS // 2, 60, 5, 17))
    films = [
        {"ids": {"tmdb": t.ids["tmdb"]}} for t in trakt.library if t.kind == "movie"
    ]
    episodes = [
        {"ids": {"tvdb": t.ids["tvdb"]}} for t in trakt.library if t.kind == "episode"
    ]
    async with trakt:
        api = Api(trakt.url, session, trakt.headers(trakt.sign_in()))
        began = process_time()
        for start in range(0, PLAYS // 2, BATCH // 2):
            part = slice(start, start + BATCH // 2)
            body = {"movies": films[part], "episodes": episodes[part]}
            reply = await api.post("/sync/history", body)
            assert reply.data["added"] == {"movies": 500, "episodes": 500}
        seen: set[object] = set()
        for page in range(1, PLAYS // 250 + 1):
            reply = await api.get(f"/sync/history?limit=250&page={page}")
            seen |= {row["id"] for row in reply.rows}
        assert len(seen) == PLAYS
        # Five times what it takes, as other work may slow the machine.
        assert process_time() - began < 5


def test_large_library() -> None:
    """Fifty thousand titles are learnt quickly, and a fraction can stay unknown."""
    catalogue = make_catalogue(25_000, 300, 8, 11)
    trakt = TraktSimulator()
    began = perf_counter()
    trakt.seed(catalogue)
    assert perf_counter() - began < 10
    whole = sum(1 for _ in trakt.library)
    assert whole > 50_000
    movies = sum(1 for title in trakt.library if title.kind == "movie")
    assert movies == 25_000
    assert len({title.ids["slug"] for title in trakt.library if title.year}) == 25_300

    poorer, again = TraktSimulator(), TraktSimulator()
    poorer.seed(catalogue, unknown=0.1)
    again.seed(catalogue, unknown=0.1)
    known = sum(1 for title in poorer.library if title.kind == "movie")
    assert 0.88 * movies < known < 0.92 * movies
    assert [t.ids for t in poorer.library] == [t.ids for t in again.library]
