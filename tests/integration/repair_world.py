"""What tests of repairs need: a pair that removes, and a way through its dialogs."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Self

from pytest_homeassistant_custom_component.common import MockConfigEntry, flush_store
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.crosswatch.account_limits import ACCOUNT_LIMIT
from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import Feature, Side
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.go_live import GO_LIVE
from custom_components.crosswatch.issues import STATE_DAMAGED, TARGET_MISSING
from custom_components.crosswatch.run_issues import REMOVALS_HELD, SHRINK
from custom_components.crosswatch.unresolved import UNRESOLVED
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from .flow_texts import TEXTS, placeholders
from .pair_world import PAIR_ID, PairWorld
from .runs import add_tracker, film, listed, pair_data, put, set_up, settled, titles

REMOVING = {"add": True, "remove": True}
FIXABLE = (
    TARGET_MISSING,
    STATE_DAMAGED,
    REMOVALS_HELD,
    SHRINK,
    ACCOUNT_LIMIT,
    UNRESOLVED,
    GO_LIVE,
)


class Repairs:
    """Goes through repair flows as the frontend does, and checks what they show."""

    def __init__(
        self, hass: HomeAssistant, hass_client: ClientSessionGenerator
    ) -> None:
        """Take a way to sign in."""
        self._hass = hass
        self._hass_client = hass_client
        self._flow_id = ""
        self._issue = ""

    async def start(self, issue_id: str) -> dict[str, Any]:
        """Open an issue."""
        assert await async_setup_component(self._hass, "repairs", {})
        self._issue = next(each for each in FIXABLE if issue_id.startswith(each))
        shown = await self._post(
            "/api/repairs/issues/fix", {"handler": DOMAIN, "issue_id": issue_id}
        )
        self._flow_id = shown["flow_id"]
        return shown

    async def answer(self, **answers: Any) -> dict[str, Any]:
        """Submit what is shown."""
        return await self._post(f"/api/repairs/issues/fix/{self._flow_id}", answers)

    async def choose(self, option: str) -> dict[str, Any]:
        """Choose from the menu that is shown."""
        return await self.answer(next_step_id=option)

    async def look_again(self) -> dict[str, Any]:
        """Ask for what is shown now, as the frontend does after a progress."""
        client = await self._hass_client()
        response = await client.get(f"/api/repairs/issues/fix/{self._flow_id}")
        assert response.status == HTTPStatus.OK, await response.text()
        return self._checked(await response.json())

    async def come_out(self) -> dict[str, Any]:
        """Wait for the runs that a progress shows, and return what comes of them."""
        shown = {"type": "progress"}
        while shown["type"] == "progress":
            await settled(self._hass)
            shown = await self.look_again()
        return shown

    async def close(self) -> None:
        """Close the dialog."""
        client = await self._hass_client()
        response = await client.delete(f"/api/repairs/issues/fix/{self._flow_id}")
        assert response.status == HTTPStatus.OK, await response.text()

    async def _post(self, path: str, data: dict[str, Any]) -> dict[str, Any]:
        """Send a request, and return what is shown next."""
        client = await self._hass_client()
        response = await client.post(path, json=data)
        assert response.status == HTTPStatus.OK, await response.text()
        shown: dict[str, Any] = await response.json()
        await self._hass.async_block_till_done()
        return self._checked(shown)

    def _checked(self, shown: dict[str, Any]) -> dict[str, Any]:
        """Fail unless what is shown has its texts, and all that stands in them."""
        given = set(shown.get("description_placeholders") or {})
        for text in self._texts(shown):
            assert placeholders(text) <= given, f"{text!r} lacks something in {given}"
        return shown

    def _texts(self, shown: dict[str, Any]) -> Iterable[str]:
        """Return the texts that the frontend looks up for what is shown."""
        texts = TEXTS["issues"][self._issue]["fix_flow"]
        match shown["type"]:
            case "menu":
                step = texts["step"][shown["step_id"]]
                assert set(step["menu_options"]) == set(shown["menu_options"])
                described = step.get("menu_option_descriptions", {})
                assert set(described) <= set(shown["menu_options"])
                return [step["title"], step["description"], *described.values()]
            case "form":
                step = texts["step"][shown["step_id"]]
                return [step["title"], step["description"]]
            case "progress":
                return [texts["progress"][shown["progress_action"]]]
            case "abort":
                return [texts["abort"][shown["reason"]]]
        told = shown.get("description")
        return [texts["create_entry"][told]] if told else []


class World(PairWorld):
    """Two trackers, Home and Cabin, and a pair between them that removes."""

    def __init__(
        self, hass: HomeAssistant, home: MockConfigEntry, cabin: MockConfigEntry
    ) -> None:
        """Take the accounts."""
        super().__init__(hass, home)
        self.cabin = cabin

    @classmethod
    async def begin(cls, hass: HomeAssistant, films: int, **data: Any) -> Self:
        """Let both accounts have films on their watchlists, and the pair know it."""
        settings = {
            "features": ["watchlist"],
            "watchlist": REMOVING,
            "interval": 0,
            **data,
        }
        home = await add_tracker(
            hass, "Home", pairs={PAIR_ID: pair_data("Cabin", **settings)}
        )
        cabin = await add_tracker(hass, "Cabin")
        await set_up(hass, home, cabin)
        world = cls(hass, home, cabin)
        await put(home, listed(*range(films)))
        assert (await world.sync())["added"] == films
        # Only what both accounts were seen to have can be missed.
        assert (await world.sync())["status"] == "success"
        return world

    async def left(self, feature: Feature = Feature.WATCHLIST) -> set[str]:
        """Return what the target has."""
        return await titles(self.cabin, feature)


def told(shown: dict[str, Any]) -> set[str]:
    """Return the titles in the list that a dialog shows, as they are read."""
    lines = shown["description_placeholders"]["titles"].splitlines()
    return {line[2:].replace("\\", "") for line in lines if line.startswith("- ")}


async def choose_unloaded(
    world: PairWorld, repairs: Repairs, issue_id: str, option: str
) -> dict[str, Any]:
    """Choose something after the account was unloaded behind the dialog."""
    await repairs.start(issue_id)
    await world.unload()
    return await repairs.choose(option)


async def choose_without_pair(
    world: PairWorld, repairs: Repairs, issue_id: str, option: str
) -> dict[str, Any]:
    """Choose something after the pair was deleted, which took its issue along."""
    await repairs.start(issue_id)
    await world.delete()
    assert not issue_exists(world.hass, issue_id)
    return await repairs.choose(option)


async def take(
    entry: ConfigEntry, *numbers: int, feature: Feature = Feature.WATCHLIST
) -> None:
    """Take films from an account, as a person would there."""
    provider = entry.runtime_data.account.provider
    held = (await provider.read(feature, None)).records.values()
    values = {record.item.ids["imdb"]: record.value for record in held}
    operations = [
        Operation(
            feature=feature,
            side=Side.TARGET,
            action=Action.REMOVE,
            item=film(number),
            reason=Reason.GONE_FROM_SOURCE,
            keys=item_keys(film(number)),
            before=values[film(number).ids["imdb"]],
        )
        for number in numbers
    ]
    outcomes = [outcome async for outcome in provider.write(feature, operations)]
    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.APPLIED}


def issue_of(hass: HomeAssistant, issue_id: str) -> ir.IssueEntry | None:
    """Return an issue that nobody ignored."""
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    return None if issue is None or issue.dismissed_version else issue


def issue_exists(hass: HomeAssistant, issue_id: str) -> bool:
    """Tell whether there is such an issue that nobody ignored."""
    return issue_of(hass, issue_id) is not None


async def restart_issues(hass: HomeAssistant) -> None:
    """Let the issues be saved and loaded again, as a restart does."""
    registry = ir.async_get(hass)
    await flush_store(registry._store)  # noqa: SLF001
    registry.issues.clear()
    await registry._async_load()  # noqa: SLF001


def names(*numbers: int) -> set[str]:
    """Return the titles of films."""
    return {film(number).title for number in numbers}
