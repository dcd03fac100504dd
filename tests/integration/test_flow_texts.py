"""Texts of the flows: none is missing, and none is left over."""

import ast
from collections.abc import Iterator, Mapping
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
from custom_components.crosswatch.providers.sign_in import SignInError
from custom_components.crosswatch.providers.spec import ProviderSpec, SignInContext
from custom_components.crosswatch.shared import async_get_limiters
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .flow_texts import TEXTS, all_texts, check_form, placeholders

FOLDER = Path(crosswatch.__path__[0])
CONFIG: Mapping[str, Any] = TEXTS["config"]
PAIR: Mapping[str, Any] = TEXTS["config_subentries"]["pair"]


def calls(path: Path, name: str) -> Iterator[ast.Call]:
    """Return all calls of something by its name, in one file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(name):
            yield node


def constants(node: ast.AST) -> set[str]:
    """Return all strings in a piece of code."""
    return {
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def tables_of_keys(path: Path) -> set[str]:
    """Return the keys in a module's tables, which are named so."""
    return {
        key
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.AnnAssign | ast.Assign)
        and isinstance(node.value, ast.Dict)
        and any("KEYS" in name for name in assigned_names(node))
        for value in node.value.values
        for key in constants(value)
    }


def assigned_names(node: ast.AST) -> Iterator[str]:
    """Return the names that a statement assigns to."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            yield each.id


def sign_in_errors() -> dict[str, set[str]]:
    """Return the keys of all errors that sign-ins raise, with what stands in them."""
    raised: dict[str, set[str]] = {}
    for path in sorted((FOLDER / "providers").rglob("*.py")):
        for key in tables_of_keys(path):
            raised.setdefault(key, set())
        for call in calls(path, SignInError.__name__):
            given = {keyword.arg for keyword in call.keywords if keyword.arg}
            for key in keys_of(call.args[0]):
                raised.setdefault(key, set()).update(given)
    return raised


def keys_of(argument: ast.expr) -> set[str]:
    """Return the keys that an argument may be: plain, one of two, or with an else."""
    match argument:
        case ast.Constant(value=str(key)):
            return {key}
        case ast.IfExp(body=body, orelse=orelse):
            return keys_of(body) | keys_of(orelse)
        case ast.BoolOp(values=values):
            return set().union(*(keys_of(value) for value in values))
    return set()


def test_scan_finds_keys() -> None:
    """Check the scan itself: it finds keys of every shape that is in use."""
    assert {"invalid_auth", "server_starting", "cannot_connect"} <= set(
        sign_in_errors()
    )
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


@pytest.mark.parametrize("spec", PROVIDERS.values(), ids=PROVIDERS)
async def test_provider_forms(hass: HomeAssistant, spec: ProviderSpec) -> None:
    """Have exactly the texts of each provider's own fields."""
    fields = spec.sign_in(context(hass)).fields
    step = CONFIG["step"][spec.slug]
    assert set(step) == {"title", "description", "data", "data_description"}
    assert set(step["data"]) == {field.name for field in fields}
    assert set(step["data_description"]) == set(step["data"])


def test_steps_of_accounts() -> None:
    """Have no texts of steps that there are not, nor of providers."""
    assert set(CONFIG["step"]) == {"user", *PROVIDERS}
    assert set(CONFIG["progress"]) <= set(PROVIDERS)
    # The others, such as that of a login that was renewed, are Home Assistant's own.
    assert set(CONFIG["abort"]) == {"already_configured", "unique_id_mismatch"}


def test_errors_of_pairs() -> None:
    """Have a text for every error and abort of pairs, and for no other."""
    refused: set[str] = set()
    for name in ("pair_flow.py", "pair_rules.py"):
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
    for text in all_texts({"config": CONFIG, "pair": PAIR}):
        assert "://" not in text
        assert "www." not in text
