"""What the suite needs of each service: to sign in there, and to be a person there."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import Feature, Item, Value
from custom_components.crosswatch.engine.provider import FeatureSupport, Provider
from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.sign_in import (
    Answers,
    DeviceCode,
    Progress,
    Question,
    SignedIn,
)
from custom_components.crosswatch.providers.spec import (
    Connection,
    ProviderSpec,
    SignInContext,
)

from ..simulators.base import Simulator

type Held = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Site:
    """What a stage is set up with."""

    session: aiohttp.ClientSession
    limiters: Limiters
    folder: Path

    def context(self) -> SignInContext:
        """Return what a sign-in is given."""
        return SignInContext(
            session=lambda verify_ssl: self.session,
            limiters=self.limiters,
            device_id="crosswatch-contract-device",
            folder=self.folder,
        )


class Stage(Protocol):
    """One service, filled with the suite's titles, and one account there.

    `keeps_dates` says that a play is kept with the date that it is written with.
    `shares_files` says that the first two episodes of the foreign show's first season
    lie in one file, so that who has watched the one has watched the other.
    """

    spec: ProviderSpec
    keeps_dates: bool
    shares_files: bool

    @property
    def simulators(self) -> Sequence[Simulator]:
        """Return the web servers of the service."""

    @property
    def hosts(self) -> Mapping[str, str]:
        """Return the public hosts that they stand in for."""

    def answers(self, *, right: bool) -> Answers:
        """Return what a person fills into the first form."""

    def reply(self, question: Question) -> Answers:
        """Return what a person fills into a further form."""

    def enter(self, code: DeviceCode) -> None:
        """Enter a code, as a person does elsewhere."""

    def end_login(self) -> None:
        """Let the login end, so that nothing can renew it."""

    def small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let lists come in pages of three, where they come in pages."""

    def has_pages(self, feature: Feature) -> bool:
        """Tell whether all titles come in several of these pages."""

    async def put(self, feature: Feature, item: Item, value: Value | None) -> None:
        """Let a person do something at the service, or undo it without a value."""

    async def put_without_ids(self, feature: Feature, item: Item, value: Value) -> None:
        """Do so with a title of which the service knows no id."""

    async def held(self, feature: Feature) -> Held:
        """Return what the service holds, by the names of the titles."""


class Opener(Protocol):
    """What sets up a stage."""

    def __call__(self, site: Site) -> AbstractAsyncContextManager[Stage]:
        """Return the stage, to be entered."""


async def signed_in(stage: Stage, site: Site, *, right: bool = True) -> SignedIn:
    """Sign in as a person does, form by form; raises SignInError."""
    attempt = stage.spec.load_sign_in().sign_in(site.context())
    reached: Progress = await attempt.begin(stage.answers(right=right))
    while not isinstance(reached, SignedIn):
        match reached:
            case Question():
                reached = await reached.answer(stage.reply(reached))
            case DeviceCode():
                stage.enter(reached)
                reached = await attempt.finish(reached)
    return reached


@dataclass(slots=True)
class Login:
    """An account that has signed in, with what it keeps between two starts."""

    stage: Stage
    site: Site
    data: JsonObject

    def support(self, feature: Feature) -> FeatureSupport:
        """Return what the account can do for a feature."""
        return self.stage.spec.load().capabilities[feature]

    def forget_requests(self) -> None:
        """Forget the requests so far."""
        for simulator in self.stage.simulators:
            simulator.reset_requests()

    def requests(self) -> int:
        """Return how many requests were made."""
        return sum(len(simulator.requests) for simulator in self.stage.simulators)

    def provider(self) -> Provider:
        """Return the account, as if Home Assistant had just started."""
        spec = self.stage.spec

        async def save(data: JsonObject) -> None:
            """Keep what has changed."""
            self.data = data

        return spec.load().create(
            Connection(
                data=self.data,
                session=self.site.session,
                limiters=self.site.limiters,
                save=save,
                folder=self.site.folder,
                options={
                    each.name: _first(each.default, each.options)
                    for each in spec.options
                },
            )
        )


def _first(default: str | bool | None, options: Mapping[str, str]) -> str | bool:
    """Return what a field has if nobody changes it."""
    return next(iter(options), "") if default is None else default
