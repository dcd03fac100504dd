"""Filling the simulated server: the same every time, and enough of it."""

from datetime import UTC, datetime
import time

import pytest

from ..catalogue import Catalogue, make_catalogue
from . import Account, Oddities, PlexServerSimulator, seed, watch_some
from .conftest import NOW, Api

SIZE = "X-Plex-Container-Size"
START = "X-Plex-Container-Start"


def server() -> PlexServerSimulator:
    """Return a server that is not running."""
    return PlexServerSimulator(clock=lambda: NOW)


def test_plain(small_catalogue: Catalogue) -> None:
    """Without oddities there is one of each, with all ids."""
    library = seed(server(), small_catalogue)
    assert list(library.sections) == ["Movies", "TV Shows"]
    assert [it.title for it in library.films] == [
        film.title for film in small_catalogue.films
    ]
    assert len(library.episodes) == sum(1 for _ in small_catalogue.episodes())
    assert library.copies == []
    for item in [*library.films, *library.series, *library.episodes]:
        assert item.guid.startswith("plex://")
        assert len(item.guids) >= 2
    keys = [it.rating_key for it in library.films + library.episodes]
    assert len(set(keys)) == len(keys)


def test_odd(small_catalogue: Catalogue) -> None:
    """The first film and the first show are plain whatever is odd."""
    library = seed(server(), small_catalogue, oddities=Oddities(episode_no_ids=2))
    assert library.films[0].section is library.movies
    assert len(library.films[0].guids) == 2
    assert library.series[0].section is library.shows
    assert len(library.copies) == 2
    bare = [it for it in library.episodes if not it.guids]
    assert len(bare) >= len(library.episodes) // 2
    assert {len(it.guids) for it in library.films} == {0, 1, 2}
    one_id = [
        it.guids[0].partition(":")[0] for it in library.films if len(it.guids) == 1
    ]
    assert one_id == ["imdb"]
    assert library.films[28].guids[0].startswith("imdb://")
    assert library.films[14].guid.startswith("com.plexapp.agents.imdb://tt")
    wide = seed(server(), make_catalogue(45, 1, 1, 1), oddities=Oddities())
    assert [it.partition(":")[0] for it in wide.films[30].guids] == ["tmdb"]
    assert wide.films[36].guid == f"local://{wide.films[36].key}"
    assert wide.films[40].guid.startswith("com.plexapp.agents.none://")


def test_watching_is_repeatable(small_catalogue: Catalogue) -> None:
    """The same arguments always do the same."""
    logs = []
    for _ in range(2):
        plex = server()
        library = seed(plex, small_catalogue, oddities=Oddities())
        done = watch_some(plex, plex.owner, library, films=10, marked=0.3)
        assert len(done.films) == 10
        assert done.marked
        for item in done.marked:
            assert plex.view(plex.owner, item).count == 1
        for item in done.begun:
            assert plex.view(plex.owner, item).offset > 0
        for item in done.rated:
            assert plex.view(plex.owner, item).rating
        logs.append([(it.item.guid, it.viewed_at) for it in plex.doings.plays])
    assert logs[0] == logs[1] != []
    now = int(NOW.timestamp())
    assert all(at <= now for _, at in logs[0])
    with pytest.raises(ValueError, match="Cannot take 99"):
        watch_some(plex, plex.owner, library, films=99)


def test_nothing_is_watched_before_it_came_out(small_catalogue: Catalogue) -> None:
    """A play is never older than what was played."""
    plex = server()
    library = seed(plex, small_catalogue)
    watch_some(plex, plex.owner, library, films=1.0, episodes=1.0)
    for play in plex.doings.plays:
        released = datetime.fromisoformat(f"{play.item.released}T00:00:00Z")
        assert play.viewed_at >= int(released.astimezone(UTC).timestamp())


async def test_ten_thousand(api: Api, plex: PlexServerSimulator, jon: Account) -> None:
    """Ten thousand plays, and all items besides, come without a long wait."""
    began = time.process_time()
    library = seed(plex, make_catalogue(4000, 200, 5, 10))
    done = watch_some(plex, jon, library, films=2500, episodes=7500, marked=0, again=0)
    assert time.process_time() - began < 5
    assert len(done.films) + len(done.episodes) == 10_000
    began = time.process_time()
    seen: set[str] = set()
    for kind, key in ((1, library.movies.key), (4, library.shows.key)):
        path = f"/library/sections/{key}/all?type={kind}&viewCount>>=0&includeGuids=1"
        for start in range(0, 8000, 1000):
            sizes = {START: str(start), SIZE: "1000"}
            reply = await api.get(f"{path}&sort=lastViewedAt:desc", **sizes)
            seen |= {row["ratingKey"] for row in reply.rows}
    assert len(seen) == 10_000
    log = await api.get("/status/sessions/history/all", **{SIZE: "2000"})
    assert (log.box["size"], log.box["totalSize"]) == (2000, 10_000)
    assert time.process_time() - began < 10
