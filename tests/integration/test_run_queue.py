"""The order of runs."""

import asyncio

import pytest

from custom_components.crosswatch.run_queue import MAX_PARALLEL, RunQueue


class Runs:
    """Runs that note when they begin and end."""

    def __init__(self) -> None:
        """Start with an empty queue."""
        self.queue = RunQueue(self.prepare)
        self.going: list[str] = []
        self.done: list[str] = []
        self.most = 0
        self.prepared = 0

    async def prepare(self) -> None:
        """Count how often something is about to begin."""
        await asyncio.sleep(0)
        self.prepared += 1

    async def run(self, accounts: str) -> None:
        """Use some accounts, each named by a letter, for a while."""
        async with self.queue.turn(accounts):
            assert self.prepared > len(self.done)
            assert not set(accounts) & set("".join(self.going))
            self.going.append(accounts)
            self.most = max(self.most, len(self.going))
            await asyncio.sleep(0.01)
            self.going.remove(accounts)
        self.done.append(accounts)


@pytest.fixture
def runs() -> Runs:
    """Return runs on a new queue."""
    return Runs()


async def test_shared_accounts(runs: Runs) -> None:
    """Never use an account twice at a time, in whatever order they are named."""
    names = ["ab", "ba", "bc", "ca", "ac", "cb"]
    async with asyncio.timeout(5):
        await asyncio.gather(*map(runs.run, names))
    assert sorted(runs.done) == sorted(names)
    assert runs.most == 1


async def test_side_by_side(runs: Runs) -> None:
    """Run what shares nothing side by side, but not too many."""
    await asyncio.gather(*map(runs.run, ["ab", "cd", "ef", "gh"]))
    assert runs.most == MAX_PARALLEL


async def test_cancelled_while_waiting(runs: Runs) -> None:
    """Take nothing from the others by giving up."""
    first = asyncio.create_task(runs.run("ab"))
    await asyncio.sleep(0)
    second = asyncio.create_task(runs.run("bc"))
    third = asyncio.create_task(runs.run("cd"))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(first, second, third, return_exceptions=True)
    assert sorted(runs.done) == ["ab", "cd"]
    await runs.run("bc")
    assert runs.done[-1] == "bc"


async def test_forget(runs: Runs) -> None:
    """Forget an account that nobody uses; one in use stays."""
    going = asyncio.create_task(runs.run("ab"))
    await asyncio.sleep(0)
    runs.queue.forget("a")
    waiting = asyncio.create_task(runs.run("a"))
    await asyncio.gather(going, waiting)
    runs.queue.forget("a")
    runs.queue.forget("nobody")
    await runs.run("a")
    assert runs.done == ["ab", "a", "a"]
