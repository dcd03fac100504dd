"""Items that leave a library take their records along: nobody has taken those back."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import (
    FeaturePolicy,
    Mode,
    Policy,
    RemoveMode,
)
from custom_components.crosswatch.engine.provider import ProviderUnavailableError
from custom_components.crosswatch.engine.report import RunStatus

from .arena import Arena, did
from .fake_account import FakeAccount

type MakeArena = Callable[..., Arena]


@dataclass(slots=True)
class Shelf(FakeAccount):
    """A media server: `files` are the native ids of what is in its library."""

    files: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    is_down: bool = False

    async def left(
        self, feature: Feature, native_ids: Collection[str]
    ) -> Collection[str]:
        """Return what is in the library no more."""
        if self.is_down:
            raise ProviderUnavailableError("The shelf is locked")
        self.asked += sorted(native_ids)
        return set(native_ids) - self.files


def _policy(mode: Mode, *, mirror: bool = False) -> Policy:
    removed = RemoveMode.MIRROR if mirror else RemoveMode.GONE_FROM_SOURCE
    policy = FeaturePolicy(remove=True, remove_mode=removed)
    return Policy(mode=mode, features={Feature.HISTORY: policy})


async def _began(arena: MakeArena, policy: Policy) -> tuple[Arena, Shelf]:
    """Return a pair of a server and a tracker that have the same."""
    shelf = Shelf(name="S", files={"f1", "f2", "f3"})
    it = arena(shelf, FakeAccount(name="T"), feature=Feature.HISTORY, policy=policy)
    it.hold("m1#f1@2025-01-01 m2#f2@2025-01-02 m3#f3@2025-01-03", "")
    assert await it.did() == "+m1 +m2 +m3"
    it.clock.advance(hours=1)
    assert await it.did() == ""
    it.clock.advance(hours=1)
    return it, shelf


@pytest.mark.parametrize("mode", Mode)
async def test_a_deleted_file(arena: MakeArena, mode: Mode) -> None:
    """What was watched stays so elsewhere; that is told once, and asked once."""
    it, shelf = await _began(arena, _policy(mode))
    shelf.files.discard("f1")
    it.hold("m2#f2@2025-01-02 m3#f3@2025-01-03")
    assert await it.did() == "skipped:m1:left_library"
    for _ in range(3):
        it.clock.advance(hours=1)
        assert did(await it.run()) == ""
        assert did(await it.run(full_refresh=True)) == ""
    assert shelf.asked == ["f1"]
    assert it.target_shows == "m1@2025-01-01 m2@2025-01-02 m3@2025-01-03"


@pytest.mark.parametrize("mode", Mode)
async def test_an_unwatched_item(arena: MakeArena, mode: Mode) -> None:
    """What is still in the library was taken back by somebody, and is removed."""
    it, shelf = await _began(arena, _policy(mode))
    shelf.files.discard("f1")
    it.hold("m3#f3@2025-01-03")
    assert await it.did() == "-m2 skipped:m1:left_library"
    assert shelf.asked == ["f1", "f2"]
    assert it.target_shows == "m1@2025-01-01 m3@2025-01-03"


async def test_a_file_that_comes_back(arena: MakeArena) -> None:
    """The item is known again; once it is unwatched after that, it is removed."""
    it, shelf = await _began(arena, _policy(Mode.ONE_WAY))
    shelf.files.discard("f1")
    it.hold("m2#f2@2025-01-02 m3#f3@2025-01-03")
    await it.run()
    it.clock.advance(hours=1)
    shelf.files.add("f9")
    it.hold("m1#f9@2025-01-01 m2#f2@2025-01-02 m3#f3@2025-01-03")
    assert await it.did() == ""
    it.clock.advance(hours=1)
    it.hold("m2#f2@2025-01-02 m3#f3@2025-01-03")
    assert await it.did() == "-m1"


async def test_a_mirror(arena: MakeArena) -> None:
    """The target of a mirror has what the source has, whatever became of the rest."""
    it, shelf = await _began(arena, _policy(Mode.ONE_WAY, mirror=True))
    shelf.files.discard("f1")
    it.hold("m2#f2@2025-01-02 m3#f3@2025-01-03")
    assert await it.did() == "-m1"
    assert not shelf.asked


async def test_a_server_that_does_not_say(arena: MakeArena) -> None:
    """Nothing is removed as long as nobody knows."""
    it, shelf = await _began(arena, _policy(Mode.ONE_WAY))
    shelf.is_down = True
    it.hold("m2#f2@2025-01-02 m3#f3@2025-01-03")
    report = await it.run()
    assert report.status is RunStatus.FAILED
    assert it.target_shows == "m1@2025-01-01 m2@2025-01-02 m3@2025-01-03"
    shelf.is_down = False
    it.clock.advance(hours=1)
    assert await it.did() == "-m1"


async def test_a_dry_run(arena: MakeArena) -> None:
    """It says what the run would do, and decides nothing."""
    it, shelf = await _began(arena, _policy(Mode.ONE_WAY))
    shelf.files.discard("f1")
    it.hold("m2#f2@2025-01-02 m3#f3@2025-01-03")
    assert did(await it.run(dry_run=True)) == "skipped:m1:left_library"
    shelf.files.add("f1")
    assert await it.did() == "-m1"
