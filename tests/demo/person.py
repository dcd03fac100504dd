"""The person in front of the demo: fills in the forms that Home Assistant shows."""

import asyncio
from collections.abc import Iterable, Mapping
import json
from typing import Any

from custom_components.crosswatch.const import DOMAIN, SUBENTRY_TYPE_PAIR

from .client import Client, Json
from .console import detail, step
from .process import PROJECT, DemoError
from .world import PASSWORD, USER, World

TEXTS = PROJECT / "custom_components/crosswatch/translations/en.json"
ACCOUNT_FLOW = "/api/config/config_entries/flow"
PAIR_FLOW = "/api/config/config_entries/subentries/flow"
PATIENCE = 60
PAUSE = 0.5
HIDDEN = frozenset({"password", "client_secret"})
MAX_WIDTH = 48


class Person:
    """Connects accounts and adds a pair, click by click."""

    def __init__(self, client: Client, world: World) -> None:
        """Sit down in front of Home Assistant."""
        self._client = client
        self._world = world
        self._texts: Json = json.loads(TEXTS.read_text(encoding="utf-8"))
        self._next_flow: str | None = None

    async def connect_trakt(self) -> str:
        """Connect the Trakt account and return the id of its entry."""
        form = await self._begin_account("trakt")
        app = self._world.trakt
        progress = await self._submit(
            ACCOUNT_FLOW,
            form,
            {"client_id": app.CLIENT_ID, "client_secret": app.CLIENT_SECRET},
            expected="progress",
        )
        told = progress["description_placeholders"]
        detail(f"Home Assistant shows the code {told['code']} for {told['url']}")
        detail(f"At Trakt: signed in as {USER}, code entered, access allowed")
        app.approve(told["code"], self._world.account)
        return await self._account_added(
            await self._until_ready(ACCOUNT_FLOW, progress["flow_id"])
        )

    async def connect_jellyfin(self) -> str:
        """Connect the Jellyfin account and return the id of its entry."""
        form = await self._begin_account("jellyfin")
        return await self._account_added(
            await self._submit(
                ACCOUNT_FLOW,
                form,
                {
                    "url": self._world.jellyfin.url,
                    "username": USER,
                    "password": PASSWORD,
                    "verify_ssl": True,
                },
                expected="create_entry",
            )
        )

    async def add_pair(self, source: str, target: str) -> str:
        """Add the pair on the form that follows a new account; return its device."""
        step("Add a pair: the form follows by itself once both accounts are there")
        if self._next_flow is None:
            form = await self._client.post(
                PAIR_FLOW, {"handler": [source, SUBENTRY_TYPE_PAIR]}
            )
        else:
            form = await self._client.get(f"{PAIR_FLOW}/{self._next_flow}")
        created = await self._submit(
            PAIR_FLOW,
            form,
            {
                "target": target,
                "mode": "one_way",
                "features": ["watchlist", "history", "ratings"],
                "dry_run": True,
                "interval": 720,
            },
            expected="create_entry",
        )
        detail(f"Pair added: {created['title']}")
        return await self._device_of_pair(source)

    async def allow_removals(self, source: str) -> None:
        """Switch removals on for all features of the only pair, and dry runs off."""
        step("The pair's menu: Reconfigure")
        (pair,) = await self._client.ask(
            "config_entries/subentries/list", entry_id=source
        )
        form = await self._client.post(
            PAIR_FLOW,
            {
                "handler": [source, SUBENTRY_TYPE_PAIR],
                "subentry_id": pair["subentry_id"],
            },
        )
        answers = _as_shown(form["data_schema"])
        for section in answers.values():
            if isinstance(section, dict) and "remove" in section:
                section["remove"] = True
        risk = await self._submit(
            PAIR_FLOW, form, {**answers, "dry_run": False}, expected="form"
        )
        changed = await self._submit(
            PAIR_FLOW, risk, {"confirm": True}, expected="abort"
        )
        detail(f"Pair changed: {changed['reason']}")

    async def _begin_account(self, provider: str) -> Json:
        """Open the form of a provider."""
        step("Settings → Devices & services → Add integration → CrossWatch")
        form = await self._client.post(ACCOUNT_FLOW, {"handler": DOMAIN})
        return await self._submit(
            ACCOUNT_FLOW, form, {"provider": provider}, expected="form"
        )

    async def _account_added(self, created: Json) -> str:
        """Note the new account, and the form that opens after it."""
        detail(f"Account added: {created['title']}")
        next_flow = created.get("next_flow")
        self._next_flow = next_flow[1] if next_flow else None
        entry_id: str = created["result"]["entry_id"]
        return entry_id

    async def _submit(
        self, flow: str, form: Json, answers: Mapping[str, object], *, expected: str
    ) -> Json:
        """Fill in a form, submit it, and return what comes next."""
        if form["type"] != "form":
            raise DemoError(f"A form was expected, and {_told(form)} came")
        texts = self._texts["config" if flow == ACCOUNT_FLOW else "config_subentries"]
        if flow == PAIR_FLOW:
            texts = texts[SUBENTRY_TYPE_PAIR]
        texts = texts["step"][form["step_id"]]
        detail(f"Form “{texts['title']}”")
        for field in form["data_schema"]:
            name = field["name"]
            if name in answers and name in texts["data"]:
                shown = self._shown(name, answers[name], field)
                detail(f"  {texts['data'][name]}: {shown}")
        answer: Json = await self._client.post(f"{flow}/{form['flow_id']}", answers)
        if answer["type"] != expected:
            raise DemoError(
                f"“{texts['title']}” was submitted, and {_told(answer)} came\n"
                f"{self._client.server.tail()}"
            )
        return answer

    async def _until_ready(self, flow: str, flow_id: str) -> Json:
        """Wait until a flow that shows progress goes on."""
        async with asyncio.timeout(PATIENCE):
            while True:
                answer: Json = await self._client.get(f"{flow}/{flow_id}")
                if answer["type"] == "create_entry":
                    return answer
                if answer["type"] not in {"progress", "progress_done"}:
                    raise DemoError(
                        f"The account was expected, and {_told(answer)} came\n"
                        f"{self._client.server.tail()}"
                    )
                await asyncio.sleep(PAUSE)

    async def _device_of_pair(self, source: str) -> str:
        """Return the id of the device of the only pair, once it is there."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for device in await self._client.ask("config/device_registry/list"):
                    pairs = device["config_entries_subentries"].get(source, [])
                    if any(pairs):
                        device_id: str = device["id"]
                        return device_id
                await asyncio.sleep(PAUSE)

    def _shown(self, name: str, answer: object, field: Mapping[str, Any]) -> str:
        """Return an answer as the person sees it."""
        if name in HIDDEN:
            return "••••••••"
        if isinstance(answer, bool):
            return "on" if answer else "off"
        select = field.get("selector", {}).get("select", {})
        labels = {
            option["value"]: option["label"]
            for option in select.get("options", [])
            if isinstance(option, dict)
        }
        if key := select.get("translation_key"):
            labels |= self._texts["selector"][key]["options"]
        answers = answer if isinstance(answer, list) else [answer]
        text = ", ".join(str(labels.get(each, each)) for each in answers)
        return text if len(text) <= MAX_WIDTH else f"{text[: MAX_WIDTH // 2]}…"


def _as_shown(fields: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what a form sends when nobody changes anything in it."""
    return {
        field["name"]: _as_shown(field["schema"])
        if "schema" in field
        else field["default"]
        for field in fields
        if "schema" in field or "default" in field
    }


def _told(answer: Json) -> str:
    """Return what to say of an answer that was not expected."""
    told = {
        name: answer[name]
        for name in ("step_id", "errors", "reason", "description_placeholders")
        if answer.get(name)
    }
    return f"{answer['type']} {told}"
