"""Checks what flows show against the English texts."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
import json
from pathlib import Path
import string
from typing import Any
from unittest.mock import patch

from custom_components import crosswatch
from custom_components.crosswatch.const import DOMAIN, SUBENTRY_TYPE_PAIR
from custom_components.crosswatch.options_flow import AccountOptionsFlow
from homeassistant.config_entries import ConfigFlow
from homeassistant.data_entry_flow import FlowManager, FlowResultType, section

TEXTS: Mapping[str, Any] = json.loads(
    (Path(crosswatch.__path__[0]) / "translations" / "en.json").read_text()
)

type FlowTexts = Mapping[str, Any]


def placeholders(text: str) -> set[str]:
    """Return the names of what stands in a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def all_texts(texts: object) -> Iterator[str]:
    """Return all texts below a key."""
    if isinstance(texts, str):
        yield texts
    elif isinstance(texts, Mapping):
        for below in texts.values():
            yield from all_texts(below)


def check_form(texts: FlowTexts, fields: Mapping[Any, object], where: str) -> None:
    """Fail unless a form's fields have exactly the texts that they need."""
    sections = {str(key): value for key, value in fields.items() if is_section(value)}
    names = {str(key) for key in fields} - set(sections)
    for kind in ("data", "data_description"):
        known = set(texts.get(kind, {}))
        assert names <= known, f"{where}: no {kind} for {names - known}"
    for name, value in sections.items():
        section_texts = texts["sections"][name]
        assert section_texts["name"]
        assert isinstance(value, section)
        check_form(section_texts, value.schema.schema, f"{where}.{name}")


def is_section(value: object) -> bool:
    """Tell whether a field of a form is a section."""
    return isinstance(value, section)


def check_result(texts: FlowTexts, result: Mapping[str, Any]) -> None:
    """Fail unless all that a result shows has a text, and all that stands in it."""
    given = set(result.get("description_placeholders") or {})
    shown: list[str] = []
    match result["type"]:
        case FlowResultType.FORM:
            step = texts["step"][result["step_id"]]
            assert step["title"]
            assert step["description"]
            check_form(step, result["data_schema"].schema, result["step_id"])
            shown += all_texts(step)
            shown += [texts["error"][key] for key in (result["errors"] or {}).values()]
        case FlowResultType.MENU:
            step = texts["step"][result["step_id"]]
            assert step["title"]
            assert step["description"]
            assert set(result["menu_options"]) == set(step["menu_options"])
            shown += all_texts(step)
        case FlowResultType.SHOW_PROGRESS:
            shown.append(texts["progress"][result["progress_action"]])
        case FlowResultType.CREATE_ENTRY if "create_entry" in texts:
            shown.append(texts["create_entry"][result.get("description") or "default"])
        case FlowResultType.ABORT if "translation_domain" not in result:
            shown.append(texts["abort"][result["reason"]])
    for text in shown:
        assert placeholders(text) <= given, f"{text!r} lacks something in {given}"


@contextmanager
def checked_flow_texts() -> Iterator[None]:
    """Check every result of our flows within the block.

    What repairs show has texts elsewhere, and is checked by who goes through them.
    """
    handle_step = FlowManager._async_handle_step  # noqa: SLF001

    async def checked(manager: Any, flow: Any, *args: Any) -> Any:
        """Handle a step, and check what it shows."""
        result = await handle_step(manager, flow, *args)
        if isinstance(flow, ConfigFlow) and flow.handler == DOMAIN:
            check_result(TEXTS["config"], result)
        elif isinstance(flow, AccountOptionsFlow):
            check_result(TEXTS["options"], result)
        elif isinstance(flow.handler, tuple) and flow.handler[1] == SUBENTRY_TYPE_PAIR:
            check_result(TEXTS["config_subentries"][SUBENTRY_TYPE_PAIR], result)
        return result

    with patch.object(FlowManager, "_async_handle_step", checked):
        yield
