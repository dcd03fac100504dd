"""Home Assistant shows the texts of each language, none of them in English instead."""

import pytest

from custom_components.crosswatch.const import DOMAIN
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from tests.test_translations import LANGUAGES, texts_in

from .runs import add_tracker, entity_of, pair_data, set_up


@pytest.mark.parametrize("language", LANGUAGES)
async def test_all_texts_are_taken(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, language: str
) -> None:
    """Find every text of a file in what Home Assistant gives to its frontend."""
    texts = texts_in(language)
    taken: dict[str, str] = {}
    for category in {key.partition(".")[0] for key in texts}:
        taken |= await async_get_translations(hass, language, category, [DOMAIN])
    assert taken == {f"component.{DOMAIN}.{key}": text for key, text in texts.items()}
    assert "Validation of translation placeholders" not in caplog.text


async def test_form_in_german(hass: HomeAssistant) -> None:
    """Have a German title and label for the first form that a person sees."""
    form = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    texts = await async_get_translations(hass, "de", "config", [DOMAIN])
    step = f"component.{DOMAIN}.config.step.{form['step_id']}"
    assert form["data_schema"] is not None
    (field,) = form["data_schema"].schema
    assert texts[f"{step}.title"] == "Konto verbinden"
    assert texts[f"{step}.data.{field}"] == "Anbieter"


async def test_entities_in_german(hass: HomeAssistant) -> None:
    """Name entities in the language of Home Assistant."""
    hass.config.language = "de"
    home = await add_tracker(hass, "Home", pairs={"pair": pair_data("Cabin")})
    await add_tracker(hass, "Cabin")
    await set_up(hass, home)
    pair = home.subentries["pair"]
    shown = {
        key: state.name
        for platform, key in (
            ("button", "sync"),
            ("sensor", "last_run"),
            ("switch", "dry_run"),
        )
        if (state := hass.states.get(entity_of(hass, platform, pair, key)))
    }
    assert shown == {
        "sync": f"{pair.title} Jetzt synchronisieren",
        "last_run": f"{pair.title} Letzter Lauf",
        "dry_run": f"{pair.title} Nur Probeläufe",
    }
