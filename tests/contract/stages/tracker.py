"""The built-in tracker."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from custom_components.crosswatch.engine.model import Feature, Item, Value
from custom_components.crosswatch.providers.sign_in import Answers, DeviceCode, Question
from custom_components.crosswatch.providers.tracker import SPEC
from custom_components.crosswatch.providers.tracker.naming import file_name
from custom_components.crosswatch.providers.tracker.provider import TrackerProvider

from ...providers.operating import operation, written
from ...simulators.base import Simulator
from ..stage import Held, Site, Stage
from ..titles import name

NAME = "Home"


class TrackerStage:
    """A tracker's file; nothing knows it but the provider itself."""

    spec = SPEC
    keeps_dates = True
    shares_files = False

    def __init__(self, site: Site) -> None:
        """Take the folder of its file."""
        self._path = site.folder / file_name(NAME)

    @property
    def simulators(self) -> Sequence[Simulator]:
        """Return no web servers: there are none."""
        return ()

    @property
    def hosts(self) -> Mapping[str, str]:
        """Return no hosts."""
        return {}

    def answers(self, *, right: bool) -> Answers:
        """Return a name, or something that is none."""
        return {"name": NAME if right else "!"}

    def reply(self, question: Question) -> Answers:
        """Refuse: nothing more is asked."""
        raise AssertionError(question.step)

    def enter(self, code: DeviceCode) -> None:
        """Refuse: there is no code."""
        raise AssertionError(code.url)

    def end_login(self) -> None:
        """Refuse: nobody is ever kept out."""
        raise AssertionError(NAME)

    def small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Do nothing: a file has no pages."""

    def has_pages(self, feature: Feature) -> bool:
        """Return that nothing does."""
        return False

    async def put(self, feature: Feature, item: Item, value: Value | None) -> None:
        """Keep something, or forget it."""
        change = operation(
            item,
            value,
            feature=feature,
            before=None if value else (await self.held(feature))[name(item)],
        )
        await written(self._tracker(), feature, [change])

    async def put_without_ids(self, feature: Feature, item: Item, value: Value) -> None:
        """Keep something of a title without ids."""
        show = replace(item.show, ids={}) if item.show else None
        await self.put(feature, replace(item, ids={}, show=show), value)

    async def held(self, feature: Feature) -> Held:
        """Return what is in the file."""
        snapshot = await self._tracker().read(feature, None)
        return {name(each.item): each.value for each in snapshot.records.values()}

    def _tracker(self) -> TrackerProvider:
        """Return the tracker, apart from the one under test."""
        return TrackerProvider(NAME, self._path)


@asynccontextmanager
async def tracker(site: Site) -> AsyncIterator[Stage]:
    """Return a tracker; its file is made by signing in."""
    yield TrackerStage(site)
