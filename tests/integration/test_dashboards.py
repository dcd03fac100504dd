"""The dashboards that the documentation shows: each card names entities that exist."""

from pathlib import Path
import re
from typing import Any

import pytest
import yaml

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.template import Template
from homeassistant.util import slugify

from .runs import add_tracker, pair_data, set_up

PAGE = Path(__file__).parents[2] / "docs" / "dashboards.md"
PAIR = slugify("Jellyfin (alex, Living Room) → Trakt (alex)")
ACCOUNT = slugify("Trakt (alex)")
ENTITY = re.compile(rf"\b([a-z_]+\.(?:{PAIR}|{ACCOUNT})_\w+)")

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")


def cards() -> list[str]:
    """Return the cards that the page shows."""
    return re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def templates(card: Any) -> list[str]:
    """Return the templates of a card, and of those within it."""
    own = [card["content"]] if card["type"] == "markdown" else []
    return own + [each for inner in card.get("cards", ()) for each in templates(inner)]


@pytest.mark.parametrize("number", range(len(cards())))
async def test_card_names_what_there_is(hass: HomeAssistant, number: int) -> None:
    """Test that all entities of a card exist, by a pair and an account of our own."""
    features = ["watchlist", "history", "ratings"]
    pairs = {"cabin": pair_data("Cabin", features=features)}
    home = await add_tracker(hass, "Home", pairs=pairs)
    cabin = await add_tracker(hass, "Cabin")
    await set_up(hass, home, cabin)
    ours = {
        PAIR: slugify(home.subentries["cabin"].title),
        ACCOUNT: slugify(cabin.title),
    }
    shown = cards()[number]
    for theirs, our in ours.items():
        shown = re.sub(rf"\b(\w+\.){theirs}_", rf"\g<1>{our}_", shown)
    named = set(re.findall(rf"\b\w+\.(?:{'|'.join(ours.values())})_\w+", shown))

    assert named
    assert not ENTITY.search(shown)
    assert named <= set(er.async_get(hass).entities)
    for content in templates(yaml.safe_load(shown)):
        assert Template(content, hass).async_render().strip()
