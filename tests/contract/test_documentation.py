"""What the documentation says of services holds for the simulated ones."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
import re
from typing import Final

import pytest

from custom_components.crosswatch.engine.model import Feature, MediaKind
from custom_components.crosswatch.engine.policy import Mode
from custom_components.crosswatch.engine.provider import FeatureSupport, Provider
from custom_components.crosswatch.providers.registry import PROVIDERS
from custom_components.crosswatch.providers.spec import Listener

from ..bench.__main__ import PLAYS
from ..bench.routes import ROUTES
from ..documents import page, section, table
from .account import fill, read
from .couple import features_of
from .stage import Login
from .stages import SERVICES

SLUGS: Final[Mapping[str, str]] = {spec.name: slug for slug, spec in PROVIDERS.items()}
MODES: Final = {"→": Mode.ONE_WAY, "↔": Mode.TWO_WAY}
NONE: Final = "–"

ACCOUNTS: Final = table(page("README.md"), "Account", "History", "Watchlist")
ORDER: Final = (Feature.HISTORY, Feature.WATCHLIST, Feature.RATINGS, Feature.PROGRESS)

USES: Final = table(page("README.md"), "What for", "Pair")

UPDATES: Final = page("docs/data-updates.md")
LOOKS: Final = table(UPDATES, "Account", "Watchlist", "History", "Ratings", "Progress")
SHOWN: Final = (Feature.WATCHLIST, Feature.HISTORY, Feature.RATINGS, Feature.PROGRESS)
# How the name of an account goes on whose service tells of changes.
TELLING: Final = ", while it tells of changes"
# Seconds in which such a service is to be heard.
PATIENCE: Final = 60.0

TRUSTED: Final = {
    "an hour": timedelta(hours=1),
    "6 hours": timedelta(hours=6),
    "a day": timedelta(days=1),
    "7 days": timedelta(days=7),
}

each_look = pytest.mark.parametrize(
    ("slug", "told", "listens"),
    [
        pytest.param(
            slug := SLUGS[name.removesuffix(TELLING)],
            told,
            listens := name.endswith(TELLING),
            id=f"{slug}-listening" if listens else slug,
        )
        for name, *told in LOOKS
    ],
)


def kinds_in(cell: str) -> set[MediaKind]:
    """Return the kinds that a cell names."""
    if cell.startswith("all kinds"):
        return set(MediaKind)
    return {kind for kind in MediaKind if f"{kind}s" in re.findall(r"\w+", cell)}


def supported(slug: str, feature: Feature) -> FeatureSupport | None:
    """Return what accounts of a provider can do for a feature."""
    return SERVICES[slug].capabilities.get(feature)


@asynccontextmanager
async def listening(provider: Provider) -> AsyncIterator[None]:
    """Let an account listen, as while it is loaded."""
    assert isinstance(provider, Listener)
    task = asyncio.create_task(provider.listen())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_every_account_is_told() -> None:
    """The first table has a row for each provider, by its name."""
    names = [re.findall(r"\*\*(.+?)\*\*", row[0])[0] for row in ACCOUNTS]
    assert sorted(names) == sorted(SLUGS)


@pytest.mark.parametrize("row", ACCOUNTS, ids=lambda row: row[0].split("**")[1])
def test_what_accounts_can_do(row: Sequence[str]) -> None:
    """What the table says of an account is what it can do."""
    slug = SLUGS[row[0].split("**")[1]]
    for feature, cell in zip(ORDER, row[1:], strict=False):
        support = supported(slug, feature)
        assert (support is None) == (cell == NONE), feature
        if support is None:
            continue
        if kinds := kinds_in(cell):
            assert kinds == support.kinds, feature
        if feature is Feature.HISTORY:
            assert support.plays == ("(every play)" in cell)
        assert support.add == ("read only" not in cell), feature


@pytest.mark.parametrize("use", USES, ids=lambda use: re.sub(r"\W+", "-", use[1]))
def test_uses_are_possible(use: Sequence[str]) -> None:
    """A pair that the readme proposes can be made, with what it proposes to set."""
    _, pair, what, settings = use
    found = re.fullmatch(r"(.+) ([→↔]) (.+)", pair)
    assert found is not None
    source, mode = SLUGS[found[1]], MODES[found[2]]
    features = [Feature(name.lower()) for name in what.split(", ")]
    for target in [SLUGS[name] for name in found[3].split(", ")]:
        assert set(features) <= set(features_of(source, target, mode))
        both = [
            support
            for slug in (source, target)
            for feature in features
            if (support := supported(slug, feature))
        ]
        if "*Sync every play*" in settings:
            history = (supported(each, Feature.HISTORY) for each in (source, target))
            assert all(support and support.plays for support in history)
        if settings.startswith("*Remove what is gone*"):
            assert all(support.remove for support in both)


def test_every_look_is_told() -> None:
    """The table of looks has all providers, and those apart that tell of changes."""
    plain = [name for name, *_ in LOOKS if not name.endswith(TELLING)]
    assert sorted(plain) == sorted(SLUGS)


@each_look
async def test_looks_cost_what_is_told(
    login: Login, told: Sequence[str], listens: bool
) -> None:
    """To find out that nothing has changed takes the requests that are told."""
    *single, whole, loading = told
    support = SERVICES[login.stage.spec.slug].capabilities
    wanted = {
        feature: int(cell)
        for feature, cell in zip(SHOWN, single, strict=True)
        if cell != NONE
    }
    for feature in support:
        await fill(login, feature, 5)
    login.forget_requests()
    provider = login.provider()
    await provider.identify()
    assert login.requests() == int(loading)
    for feature in support:
        await read(provider, feature)

    async def look(*features: Feature) -> int:
        """Return how many requests a look at these features takes."""
        login.forget_requests()
        assert (
            wanted.keys() & set(features) <= (await provider.activity(features)).keys()
        )
        return login.requests()

    async with listening(provider) if listens else nullcontext():
        async with asyncio.timeout(PATIENCE):
            while listens and await look(*support) != int(whole):
                # Until the service is heard, it is asked as if it told nothing.
                pass
        assert {feature: await look(feature) for feature in wanted} == wanted
        assert await look(*support) == int(whole)


def test_how_long_markers_are_believed() -> None:
    """The table of full reads has each bound that there is, and no other one."""
    told = {
        (SLUGS[name], feature): TRUSTED[span]
        for name, cell in table(UPDATES, "Account", "Read in full again")
        for features, span in (part.split(": ") for part in cell.split("; "))
        for feature in features.split(", ")
    }
    assert told == {
        (slug, feature.value): support.trust_marker_for
        for slug, service in SERVICES.items()
        for feature, support in service.capabilities.items()
        if support.trust_marker_for is not None
    }


def test_runs_cost_what_is_told() -> None:
    """The table of whole runs has the limits that are held, route by route."""
    names = ("first sync", "nothing changed", "100 new plays")
    text = section(UPDATES, "Whole runs")
    limits = {
        route.title: {case.name: case for case in route.cases(PLAYS)}
        for route in ROUTES.values()
    }
    assert f"{PLAYS:,} plays" in text
    assert table(text, "Pair", "First run") == [
        [title, *(f"{cases[name].requests:,}" for name in names)]
        for title, cases in limits.items()
    ]
