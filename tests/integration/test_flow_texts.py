"""Texts of the flows: none is missing, and none is left over."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from custom_components import crosswatch
from custom_components.crosswatch import pair_flow
from custom_components.crosswatch.const import (
    OFFERED_FEATURES,
    SINCE_ALL,
    SINCE_FROM_DATE,
    SINCE_ONLY_NEW,
)
from custom_components.crosswatch.engine.model import MediaKind
from custom_components.crosswatch.engine.policy import Mode, Prefer, RemoveMode
from custom_components.crosswatch.pair_risks import RiskStep
from custom_components.crosswatch.providers.registry import PROVIDERS
from custom_components.crosswatch.providers.sign_in import FormField
from custom_components.crosswatch.providers.spec import ProviderSpec, SignInContext
from custom_components.crosswatch.shared import async_get_limiters
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .flow_scan import calls, constants, sign_in_errors, steps_of_questions
from .flow_texts import TEXTS, all_texts, check_form, placeholders

FOLDER = Path(crosswatch.__path__[0])
CONFIG: Mapping[str, Any] = TEXTS["config"]
OPTIONS: Mapping[str, Any] = TEXTS["options"]
PAIR: Mapping[str, Any] = TEXTS["config_subentries"]["pair"]


def test_scan_finds_keys() -> None:
    """Check the scan itself: it finds keys of every shape that is in use."""
    assert {
        "invalid_auth",  # as it is
        "server_starting",  # if, or else
        "code_denied",  # from a table
        "api_disabled",  # from a function
        "not_emby",  # from an attribute
    } <= set(sign_in_errors())
    assert sign_in_errors()["version_too_old"] == {"version", "minimum"}


def test_sign_in_errors() -> None:
    """Have a text for every error that a sign-in raises, and for no other."""
    raised = sign_in_errors()
    assert set(CONFIG["error"]) == {*raised, "required"}
    for key, given in raised.items():
        assert placeholders(CONFIG["error"][key]) <= given, key


def context(hass: HomeAssistant) -> SignInContext:
    """Return what a sign-in is given."""
    return SignInContext(
        session=lambda verify: async_get_clientsession(hass, verify),
        limiters=async_get_limiters(hass),
        device_id="device",
        folder=Path(hass.config.config_dir),
    )


def check_texts(step: Mapping[str, Any], fields: Iterable[FormField]) -> None:
    """Fail unless a form has exactly the texts of its fields."""
    names = {field.name for field in fields}
    assert set(step) == {"title", "description"} | (
        {"data", "data_description"} if names else set()
    )
    assert set(step.get("data", ())) == names
    assert set(step.get("data_description", ())) == names


@pytest.mark.parametrize("spec", PROVIDERS.values(), ids=PROVIDERS)
async def test_provider_forms(hass: HomeAssistant, spec: ProviderSpec) -> None:
    """Have exactly the texts of each provider's own fields, and of its ways."""
    if spec.load_sign_in().ways:
        menu = CONFIG["step"][spec.slug]
        kinds = {"menu_options", "menu_option_descriptions"}
        assert set(menu) == {"title", "description"} | kinds
        assert all(set(menu[kind]) == set(spec.load_sign_in().ways) for kind in kinds)
    for step, sign_in in (
        spec.load_sign_in().ways or {spec.slug: spec.load_sign_in().sign_in}
    ).items():
        check_texts(CONFIG["step"][step], sign_in(context(hass)).fields)


@pytest.mark.parametrize("spec", PROVIDERS.values(), ids=PROVIDERS)
def test_options(spec: ProviderSpec) -> None:
    """Have exactly the texts of each provider's options, and of what they offer."""
    if not spec.options:
        assert spec.slug not in OPTIONS["step"]
        return
    check_texts(OPTIONS["step"][spec.slug], spec.options)
    assert set(spec.moved_by) <= {field.name for field in spec.options}
    for field in spec.options:
        unnamed = {value for value, name in field.options.items() if not name}
        if unnamed:
            assert set(TEXTS["selector"][field.name]["options"]) >= unnamed


def test_steps_of_accounts() -> None:
    """Have no texts of steps that there are not, nor of providers."""
    ways = {way for spec in PROVIDERS.values() for way in spec.load_sign_in().ways}
    questions = steps_of_questions()
    assert set(CONFIG["step"]) == {"user", *PROVIDERS, *ways, *questions}
    for step in questions:
        texts = CONFIG["step"][step]
        assert set(texts) == {"title", "description", "data", "data_description"}
        assert set(texts["data"]) == set(texts["data_description"])
    assert set(CONFIG["progress"]) <= set(PROVIDERS)
    assert set(OPTIONS["step"]) <= set(PROVIDERS)
    # The others, such as that of a login that was renewed, are Home Assistant's own.
    assert set(CONFIG["abort"]) == {
        "already_configured",
        "not_usable",
        "unique_id_mismatch",
    }


def test_errors_of_options() -> None:
    """Have a text for each error that the form of options shows."""
    assert set(OPTIONS["error"]) == {
        "required",
        "state_unavailable",
        "path_not_allowed",
        "file_not_found",
    }


def test_errors_of_pairs() -> None:
    """Have a text for every error and abort of pairs, and for no other."""
    refused: set[str] = set()
    for name in ("pair_confirm.py", "pair_flow.py", "pair_rules.py"):
        for call in calls(FOLDER / name, "Refusal"):
            refused |= constants(call.args[1])
    assert set(PAIR["error"]) == refused
    aborts: set[str] = set()
    for call in calls(Path(pair_flow.__file__), "async_abort"):
        (reason,) = [each.value for each in call.keywords if each.arg == "reason"]
        aborts |= constants(reason)
    # Home Assistant itself refuses a second pair of the same accounts.
    assert set(PAIR["abort"]) == {*aborts, "already_configured"}


def test_steps_of_pairs() -> None:
    """Have texts for the two forms, the risks, and each field of the sections."""
    assert set(PAIR["step"]) == {"user", "reconfigure", *RiskStep}
    for step in PAIR["step"].values():
        assert set(step["data"]) == set(step["data_description"])
    sections = PAIR["step"]["reconfigure"]["sections"]
    assert set(sections) == {*OFFERED_FEATURES, "guards", "conflicts"}
    for texts in sections.values():
        assert set(texts["data"]) == set(texts["data_description"])


@pytest.mark.parametrize(
    ("selector", "options"),
    [
        ("feature", OFFERED_FEATURES),
        ("kind", MediaKind),
        ("mode", Mode),
        ("prefer", Prefer),
        ("remove_mode", RemoveMode),
        ("since", [SINCE_ALL, SINCE_FROM_DATE, SINCE_ONLY_NEW]),
    ],
)
def test_selectors(selector: str, options: list[str]) -> None:
    """Have a text for each option."""
    assert set(TEXTS["selector"][selector]["options"]) == set(options)


def test_check_fails_where_a_text_is_missing() -> None:
    """Check the check that all tests of flows rely on."""
    with pytest.raises(AssertionError, match="no data for {'name'}"):
        check_form({"data": {}}, {"name": object()}, "step")


def test_texts_hold_no_addresses() -> None:
    """Leave addresses to placeholders, as they are no matter of translation."""
    for text in all_texts({"config": CONFIG, "options": OPTIONS, "pair": PAIR}):
        assert "://" not in text
        assert "www." not in text
