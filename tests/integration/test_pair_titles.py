"""The names of pairs: they follow their accounts, but for those a person chose."""

import pytest

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from . import add_pair, only_pair
from .runs import device_of


@pytest.fixture
async def pairs(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Add a pair from either account to the other."""
    await add_pair(hass, tracker, other_tracker)
    await add_pair(hass, other_tracker, tracker)


def shown(hass: HomeAssistant, source: ConfigEntry) -> tuple[str, str | None]:
    """Return the title of an account's pair, and the name of its device."""
    pair = only_pair(source)
    device = dr.async_get(hass).async_get(device_of(hass, source, pair))
    assert device is not None
    return pair.title, device.name


async def rename(hass: HomeAssistant, entry: ConfigEntry, title: str) -> None:
    """Give an account another name, as a person does on its page."""
    hass.config_entries.async_update_entry(entry, title=title)
    await hass.async_block_till_done()


@pytest.mark.usefixtures("pairs")
async def test_pairs_follow_a_renamed_account(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Name pairs anew on both sides of an account that has a new name."""
    await rename(hass, tracker, "Anna")
    cabin = other_tracker.title
    assert shown(hass, tracker) == (f"Anna → {cabin}", f"Anna → {cabin}")
    assert shown(hass, other_tracker) == (f"{cabin} → Anna", f"{cabin} → Anna")


@pytest.mark.usefixtures("pairs")
async def test_renamed_while_not_loaded(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Catch up with a name that an account got while nobody listened."""
    await hass.config_entries.async_unload(tracker.entry_id)
    await rename(hass, tracker, "Anna")
    await hass.config_entries.async_setup(tracker.entry_id)
    await hass.async_block_till_done()
    assert shown(hass, tracker)[1] == f"Anna → {other_tracker.title}"
    assert shown(hass, other_tracker)[1] == f"{other_tracker.title} → Anna"


@pytest.mark.usefixtures("pairs")
async def test_chosen_title_stays(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Leave a pair alone that a person has named."""
    for source in (tracker, other_tracker):
        hass.config_entries.async_update_subentry(
            source, only_pair(source), title="Backup"
        )
    await hass.async_block_till_done()
    await rename(hass, tracker, "Anna")
    assert shown(hass, tracker) == ("Backup", "Backup")
    assert shown(hass, other_tracker) == ("Backup", "Backup")
