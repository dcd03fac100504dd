"""A real Home Assistant, all services around it, and nothing connected yet."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import override

import aiohttp
from aiohttp import web

from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.providers.http import Limiters

from ..contract.stage import Site, Stage
from ..contract.stages import SERVICES
from ..contract.stages.simkl import SimklStage
from ..contract.stages.trakt import TraktStage
from ..demo.checks import check_log
from ..demo.client import Client, Json
from ..demo.process import PROJECT, HomeAssistant, choose_port
from ..simulators.base import Simulator

BRANDS_HOST = "brands.home-assistant.io"
ICON = PROJECT / "custom_components/crosswatch/brand/icon.png"


class BrandsSimulator(Simulator):
    """Where Home Assistant gets the pictures of its own integrations: all look alike."""

    @override
    def routes(self) -> Iterable[web.RouteDef]:
        """Return the one route."""
        return (web.get("/{path:.*}", self._picture),)

    async def _picture(self, request: web.Request) -> web.FileResponse:
        """Return a picture."""
        return web.FileResponse(ICON)


@dataclass(frozen=True, slots=True)
class House:
    """A Home Assistant that somebody is logged in to, and the services by their names."""

    client: Client
    stages: Mapping[str, Stage]

    async def accounts(self) -> list[Json]:
        """Return the accounts that are connected."""
        entries: list[Json] = await self.client.ask("config_entries/get", domain=DOMAIN)
        return entries

    async def repairs(self) -> list[Json]:
        """Return what Home Assistant asks the person about the integration."""
        told = await self.client.ask("repairs/list_issues")
        return [each for each in told["issues"] if each["domain"] == DOMAIN]

    def files(self) -> list[str]:
        """Return the names of all files that the integration keeps."""
        folder = self.client.server.folder / ".storage" / DOMAIN
        return sorted(each.name for each in folder.rglob("*") if each.is_file())

    def complaints(self) -> list[str]:
        """Return what Home Assistant's log complains of."""
        return list(check_log(self.client))


@asynccontextmanager
async def open_house(folder: Path) -> AsyncIterator[House]:
    """Start all of it for the block; some services keep a file in the folder."""
    async with AsyncExitStack() as stack:
        site = Site(
            await stack.enter_async_context(aiohttp.ClientSession()), Limiters(), folder
        )
        stages = {
            slug: await stack.enter_async_context(service.open(site))
            for slug, service in SERVICES.items()
        }
        _hurry(stages)
        brands = await stack.enter_async_context(BrandsSimulator())
        hosts = {BRANDS_HOST: brands.url}
        for stage in stages.values():
            hosts |= stage.hosts
        server = HomeAssistant(choose_port(None))
        stack.push_async_callback(server.stop)
        await server.start(hosts)
        client = await stack.enter_async_context(Client(server))
        await client.wait_until_up()
        await client.onboard()
        await client.wait_until_running()
        yield House(client, stages)


def _hurry(stages: Mapping[str, Stage]) -> None:
    """Let services be asked every second whether a code was entered."""
    for stage in stages.values():
        if isinstance(stage, TraktStage):
            stage.service.oauth.interval = 1
        elif isinstance(stage, SimklStage):
            stage.service.pins.interval = 1
