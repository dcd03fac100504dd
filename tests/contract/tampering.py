"""Answers of a service, told again with one field missing, empty or of another type."""

from collections.abc import Callable, Iterator
from copy import replace
from dataclasses import dataclass, field
from typing import Final

import orjson
import pytest

from custom_components.crosswatch.engine.provider import ProtocolError
from custom_components.crosswatch.providers.answer import Answer
from custom_components.crosswatch.providers.http import HttpClient, JsonValue

type JsonList = list[JsonValue]
type Path = tuple[str, ...]
type Key = tuple[str, str, str]
type Change = Callable[[JsonValue], JsonValue]

# Stands in a path for the first one in a list, and is put where a field is to go.
FIRST: Final = "[]"
GONE: Final = "\0gone"
# How many of an answer that is a list itself are changed: it may answer several calls.
IN_BATCH: Final = 5

CHANGES: Final[dict[str, Change]] = {
    "missing": lambda value: GONE,
    "null": lambda value: None,
    "another type": lambda value: (
        {"odd": [1]} if isinstance(value, str | int | float) else "odd"
    ),
    "another value": lambda value: (
        "odd" if isinstance(value, str) else [] if isinstance(value, list) else -1
    ),
}


@dataclass(slots=True)
class Tape:
    """The answers of a service, which can be told again without asking it.

    `path` and `change` say what is changed in all answers that have such a field, or
    `only` in one of them, the first `times` that it is told; `changed` counts these.
    What was not asked before is asked now.
    """

    answers: dict[Key, Answer] = field(default_factory=dict)
    path: Path | None = None
    change: Change | None = None
    more: bool = False
    only: Key | None = None
    times: int = 1_000_000
    changed: int = 0

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stand between all accounts and their services."""
        send = HttpClient._send  # noqa: SLF001
        tape = self

        async def sent(client: HttpClient, call: object) -> Answer:
            """Return what was answered before, changed."""
            key = (
                str(getattr(call, "method", "")),
                f"{getattr(call, 'url', '')} {getattr(call, 'params', '')}",
                str(getattr(call, "body", "")),
            )
            if key not in tape.answers:
                tape.answers[key] = await send(client, call)  # type: ignore[arg-type]
            return tape.told(key)

        monkeypatch.setattr(HttpClient, "_send", sent)

    def told(self, key: Key) -> Answer:
        """Return an answer with the change, if it has such a field."""
        answer = self.answers[key]
        parsed = parse(answer)
        if self.more:
            changed = with_more(parsed)
        elif self.path is None or self.change is None or self.only not in {None, key}:
            return answer
        else:
            changed = with_change(parsed, self.path, self.change)
        if changed == parsed or self.changed >= self.times:
            return answer
        self.changed += 1
        return replace(answer, body=orjson.dumps(changed))

    def lists(self, length: int) -> list[tuple[Key, Path]]:
        """Return the lists of so many objects in all answers so far."""
        return [
            (key, path)
            for key, answer in self.answers.items()
            for path, rows in lists_in(parse(answer))
            if len(rows) == length and all(isinstance(row, dict) for row in rows)
        ]

    def paths(self) -> list[Path]:
        """Return all fields of all answers so far."""
        found = {
            path for answer in self.answers.values() for path in paths_in(parse(answer))
        }
        return sorted(found)


def parse(answer: Answer) -> JsonValue:
    """Return the body of an answer, None where it is no JSON."""
    try:
        return answer.json()
    except ProtocolError:
        return None


def paths_in(value: JsonValue, path: Path = ()) -> Iterator[Path]:
    """Return the fields in a value, of a list those in the first one."""
    match value:
        case dict():
            for key, inner in value.items():
                yield (*path, key)
                yield from paths_in(inner, (*path, key))
        case list() if not path:
            for number, inner in enumerate(value[:IN_BATCH]):
                yield (f"{number}",)
                yield from paths_in(inner, (f"{number}",))
        case [first, *_]:
            yield (*path, FIRST)
            yield from paths_in(first, (*path, FIRST))


def lists_in(value: JsonValue, path: Path = ()) -> Iterator[tuple[Path, JsonList]]:
    """Return the lists in a value, but for those within others."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from lists_in(inner, (*path, key))
        case list():
            yield path, value
            if not path:
                for number, inner in enumerate(value):
                    yield from lists_in(inner, (f"{number}",))


def without_last(value: JsonValue) -> JsonValue:
    """Return a list without its last row."""
    return value[:-1] if isinstance(value, list) else value


def with_change(value: JsonValue, path: Path, change: Change) -> JsonValue:
    """Return a value with a field changed, or as it is without such a field."""
    if not path:
        return change(value)
    head, *rest = path
    match value:
        case dict() if head in value:
            inner = with_change(value[head], tuple(rest), change)
            if inner == GONE:
                return {key: each for key, each in value.items() if key != head}
            return {**value, head: inner}
        case list() if head == FIRST or head.isdecimal():
            place = 0 if head == FIRST else int(head)
            if place < len(value):
                inner = with_change(value[place], tuple(rest), change)
                kept = [] if inner == GONE else [inner]
                return [*value[:place], *kept, *value[place + 1 :]]
    return value


def with_more(value: JsonValue) -> JsonValue:
    """Return a value with fields that nobody knows, wherever there are any."""
    match value:
        case dict():
            known = {key: with_more(each) for key, each in value.items()}
            return {**known, "crosswatchIsNew": {"odd": [None]}}
        case list():
            return [with_more(each) for each in value]
    return value
