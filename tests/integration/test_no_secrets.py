"""No secret of an account is seen anywhere but in its entry, whatever goes wrong."""

import asyncio
from collections.abc import AsyncIterator
import logging
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from yarl import URL

from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.providers.registry import PROVIDERS
from custom_components.crosswatch.providers.sign_in import (
    DeviceCode,
    Progress,
    Question,
)
from custom_components.crosswatch.shared import async_get_limiters, storage_folder
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowContext,
    ConfigFlowResult,
    ConfigSubentry,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from tests.contract.account import adding, write
from tests.contract.cases import some
from tests.contract.stage import Site, Stage
from tests.contract.stages import SERVICES
from tests.contract.values import made
from tests.simulators.routing import route_hosts

from . import PATIENCE, connect, start_flow
from .gleaned import Gleaned
from .planted import Secrets, Shape, Trouble, let_be, plant
from .runs import device_of, settled

# Requests after which trouble is over while somebody signs in.
PATIENT: Final = 5

TROUBLES: Final = {
    "refused": Trouble(401),
    "refused, in words": Trouble(401, Shape.TEXTS),
    "forbidden": Trouble(403, Shape.OBJECTS),
    "not found": Trouble(404, Shape.TEXTS),
    "wrong": Trouble(400, Shape.OBJECTS),
    "slower": Trouble(429),
    "broken": Trouble(500),
    "broken, in words": Trouble(503, Shape.TEXTS),
    "elsewhere": Trouble(302),
    "cut": Trouble(cut=True),
    "nonsense": Trouble(),
    "odd texts": Trouble(shape=Shape.TEXTS),
    "odd objects": Trouble(shape=Shape.OBJECTS),
    "odd list": Trouble(shape=Shape.LIST),
}
# Where no server is, and what is no address at all.
NOWHERE: Final = ("http://127.0.0.1:1/a/b", "https://127.0.0.1:1", "ftp://127.0.0.1")
THOROUGHLY: Final = ("refused", "broken, in words", "odd objects")


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Secrets:
    """Return the secrets that all services work with."""
    secrets = Secrets()
    plant(secrets, monkeypatch)
    return secrets


@pytest.fixture
async def stage(
    hass: HomeAssistant, slug: str, secrets: Secrets
) -> AsyncIterator[Stage]:
    """Return a service that is entered with secrets."""
    folder = storage_folder(hass)
    folder.mkdir(parents=True)
    site = Site(async_get_clientsession(hass), async_get_limiters(hass), folder)
    async with SERVICES[slug].open(site) as stage:
        with route_hosts(stage.hosts):
            yield stage


@pytest.fixture
async def gleaned(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
    secrets: Secrets,
) -> Gleaned:
    """Return what keeps all that is seen, at the lowest level of all logs."""
    caplog.set_level(logging.DEBUG)
    return Gleaned(hass, hass_client, caplog, secrets)


class Person:
    """Signs in at a service, and does with the account whatever can be done."""

    def __init__(self, hass: HomeAssistant, stage: Stage, gleaned: Gleaned) -> None:
        """Start without an account."""
        self.hass = hass
        self.stage = stage
        self.gleaned = gleaned
        self.slug = stage.spec.slug

    def begin(self, trouble: Trouble, *, writes: bool = False) -> None:
        """Let the service be in trouble."""
        secrets = self.gleaned.secrets
        trouble.begin(self.stage.simulators, secrets, writes=writes)

    async def try_in_vain(self) -> None:
        """Sign in with what is wrong, and while the service is in trouble."""
        await self.sign_in(await start_flow(self.hass, self.slug), right=False)
        for address in NOWHERE:
            started = await start_flow(self.hass, self.slug)
            await self.sign_in(started, right=False, address=address)
        for trouble in TROUBLES.values() if self.stage.simulators else ():
            self.begin(trouble)
            await self.sign_in(await start_flow(self.hass, self.slug))
            let_be(self.stage.simulators)
            started = await start_flow(self.hass, self.slug)
            if account := await self.sign_in(started, late=trouble):
                # There was but one form, and no trouble after it.
                await self.hass.config_entries.async_remove(account.entry_id)
            let_be(self.stage.simulators)

    async def sign_in(
        self,
        result: ConfigFlowResult,
        *,
        right: bool = True,
        late: Trouble | None = None,
        address: str = "",
    ) -> ConfigEntry | None:
        """Go through a flow to its end, or to the first form that comes back.

        With `late` the service is in trouble from the first answer on.
        """
        answers = self._answers(address, right=right)
        first = {self.slug, *self.stage.spec.load_sign_in().ways}
        while result["type"] in {
            FlowResultType.MENU,
            FlowResultType.FORM,
            FlowResultType.SHOW_PROGRESS,
        }:
            self._see(result)
            if result.get("errors"):
                break
            if late is not None and result["step_id"] not in first:
                self.begin(late)
            if result["type"] is FlowResultType.FORM:
                fields = result["data_schema"]
                assert fields is not None
                names = {str(field) for field in fields.schema}
                if result["step_id"] not in first:
                    answers = dict(self.stage.reply(_question(result["step_id"])))
                given = {key: answers[key] for key in answers if key in names}
                result = await self._go_on(result, given)
            elif result["type"] is FlowResultType.MENU:
                spec = PROVIDERS[self.slug]
                ways = {
                    sign_in: way for way, sign_in in spec.load_sign_in().ways.items()
                }
                way = ways.get(
                    spec.load_sign_in().sign_in, next(iter(spec.load_sign_in().ways))
                )
                result = await self._go_on(result, {"next_step_id": way})
            else:
                result = await self._enter(result)
        self._see(result)
        if result["type"] is FlowResultType.FORM:
            self.hass.config_entries.flow.async_abort(result["flow_id"])
        await settled(self.hass)
        account: ConfigEntry | None = result.get("result")
        return account

    def _answers(self, address: str, *, right: bool) -> dict[str, Any]:
        """Return the answers to a first form, with secrets in what is an address."""
        answers: dict[str, Any] = dict(self.stage.answers(right=right))
        if "url" in answers:
            make = self.gleaned.secrets.make
            url = URL(address or answers["url"]).with_user(make("user in an address"))
            url = url.with_password(make("password in an address"))
            answers["url"] = str(url % {"key": make("key in an address")})
        return answers

    async def _go_on(
        self, result: ConfigFlowResult, answers: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Submit what a flow asks for."""
        flow_id = result["flow_id"]
        return await self.hass.config_entries.flow.async_configure(flow_id, answers)

    async def _enter(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Enter a code elsewhere, and wait until the flow knows."""
        shown = result["description_placeholders"]
        assert shown is not None
        self.stage.enter(
            DeviceCode(
                code=shown["code"],
                url=shown["url"],
                secret="",
                expires_in=60,
                interval=1,
            )
        )
        async with asyncio.timeout(PATIENCE):
            while result["type"] is FlowResultType.SHOW_PROGRESS:
                await asyncio.sleep(0.01)
                # Nobody waits for ever: trouble passes.
                if sum(each.faults.fired for each in self.stage.simulators) > PATIENT:
                    let_be(self.stage.simulators)
                result = await self._go_on(result)
        return result

    async def sign_in_again(self, account: ConfigEntry) -> None:
        """Sign in again and reconfigure, in trouble and without, and see the options."""
        for source in (SOURCE_REAUTH, SOURCE_RECONFIGURE):
            for trouble in (*TROUBLES.values(), None) if self.stage.simulators else ():
                if trouble is not None:
                    self.begin(trouble)
                context = ConfigFlowContext(source=source, entry_id=account.entry_id)
                started = await self.hass.config_entries.flow.async_init(
                    DOMAIN, context=context, data=dict(account.data)
                )
                await self.sign_in(started)
                let_be(self.stage.simulators)
        if account.supports_options:
            options = self.hass.config_entries.options
            shown = await options.async_init(account.entry_id)
            self._see(shown)
            self._see(await options.async_configure(shown["flow_id"], {}))

    def _see(self, result: ConfigFlowResult) -> None:
        """Keep what a flow shows, though not what the person has just typed there."""
        told = ("errors", "reason", "description_placeholders", "title")
        self.gleaned.keep("form", {key: result.get(key) for key in told})


def _question(step: str) -> Question:
    """Return a question by its name."""

    async def answer(answers: object) -> Progress:
        """Refuse: the flow answers it."""
        raise AssertionError(answers)

    return Question(step=step, fields=(), answer=answer)


class World:
    """An account of a service, and a tracker with a pair to it and from it."""

    def __init__(self, person: Person, account: ConfigEntry, home: ConfigEntry) -> None:
        """Take the accounts, and let pairs copy all that they are good for."""
        self.person = person
        self.hass = person.hass
        self.gleaned = person.gleaned
        self.account = account
        self.home = home
        self._done = 0
        capabilities = person.stage.spec.load().capabilities
        self._pair(account, home, list(capabilities))
        self._pair(
            home, account, [each for each in capabilities if capabilities[each].add]
        )

    def _pair(
        self, source: ConfigEntry, target: ConfigEntry, features: list[Feature]
    ) -> None:
        """Add a pair, unless there is nothing to copy."""
        if not features:
            return
        data = {
            "target": target.entry_id,
            "features": [each.value for each in features],
            "dry_run": False,
            "interval": 0,
            **{each.value: {"add": True} for each in features},
        }
        pair = ConfigSubentry(
            data=MappingProxyType(data),
            subentry_type="pair",
            title=f"{source.title} → {target.title}",
            unique_id=None,
        )
        self.hass.config_entries.async_add_subentry(source, pair)

    @property
    def devices(self) -> list[str]:
        """Return the devices of both pairs."""
        return [
            device_of(self.hass, entry, pair)
            for entry in (self.account, self.home)
            for pair in entry.subentries.values()
        ]

    async def watch_more(self) -> None:
        """Let there be something new to sync, on either side."""
        stage = self.person.stage
        for feature, support in stage.spec.load().capabilities.items():
            items = some(support, 40)
            ours, theirs = (
                items[n % len(items)] for n in (self._done, -1 - self._done)
            )
            await stage.put(feature, ours, made(feature, ours, self._done))
            provider = self.home.runtime_data.account.provider
            await write(
                provider, feature, [adding(feature, theirs, made(feature, theirs, 1))]
            )
        self._done += 1

    async def sync(self) -> list[str]:
        """Run both pairs, and return their statuses."""
        runs = [
            await self.gleaned.act("sync", device_id=device, include_items=True)
            for device in self.devices
        ]
        return [each["status"] for run in runs for each in run["runs"]]

    async def use(self) -> None:
        """Do all else that actions can do with the pairs and the account."""
        act = self.gleaned.act
        for device in self.devices:
            await act("dry_run", device_id=device, full_refresh=True)
            run = await act("get_last_run", device_id=device)
            for feature in self.person.stage.spec.load().capabilities:
                await act("explain", device_id=device, feature=feature, query="a")
            await act("list_blocks", device_id=device)
            for each in run["runs"]:
                await act("undo_run", device_id=device, run_id=each["run_id"])
        path = self.hass.config.path("files", f"all-{self._done}.json")
        of_account = {"device_id": device_of(self.hass, self.account), "path": path}
        await act("export", **of_account)
        await act("import", **of_account, dry_run=True, include_items=True)

    async def reload(self) -> None:
        """Load the account anew."""
        await self.hass.config_entries.async_reload(self.account.entry_id)
        await settled(self.hass)


@pytest.mark.parametrize("slug", SERVICES)
async def test_no_secrets(hass: HomeAssistant, stage: Stage, gleaned: Gleaned) -> None:
    """Find no secret outside of the entries, after all that can go right or wrong."""
    folder = Path(hass.config.path("files"))
    folder.mkdir()
    hass.config.allowlist_external_dirs = {str(folder)}
    person = Person(hass, stage, gleaned)
    await person.try_in_vain()
    account = await person.sign_in(await start_flow(hass, person.slug))
    assert account is not None
    cabin = await connect(hass, "tracker", {"name": "Cabin"})
    world = World(person, account, cabin)
    await settled(hass)
    await world.watch_more()
    assert "failed" not in await world.sync()
    await world.use()
    await gleaned.look()
    for name, trouble in TROUBLES.items() if stage.simulators else ():
        await world.watch_more()
        person.begin(trouble, writes=True)
        await world.sync()
        person.begin(trouble)
        await world.sync()
        if name in THOROUGHLY:
            await world.use()
            await gleaned.look()
        await world.reload()
        await gleaned.look()
        assert let_be(stage.simulators)
        await world.reload()
        assert account.state is ConfigEntryState.LOADED
    await person.sign_in_again(account)
    await gleaned.look()
    for entry in hass.config_entries.async_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)
    assert await gleaned.leaks() == []
