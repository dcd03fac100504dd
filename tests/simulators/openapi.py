"""Checks a simulator's answers against the descriptions that others published.

Stricter than the standard on purpose: a member that the description does not know is a
mistake, and of `oneOf` one has to match, but more than one may.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
import json
from pathlib import Path
import re
from typing import cast

import pytest

type Schema = Mapping[str, object]

FOLDER = Path(__file__).parents[3] / "shared" / "api"

WHOLE_NUMBERS = {"int32": 2**31, "int64": 2**63}
UUID = re.compile(r"[0-9a-f]{8}(-?)([0-9a-f]{4}\1){3}[0-9a-f]{12}", re.IGNORECASE)


class SchemaViolationError(AssertionError):
    """An answer is not as its description says."""


def load_openapi(name: str) -> OpenApi:
    """Return the description of a service; skip the test if there is none here."""
    path = FOLDER / f"{name}.openapi.json"
    if not path.exists():
        pytest.skip(f"{path.name} is not beside this repository")
    return OpenApi(json.loads(path.read_text()))


class OpenApi:
    """The description of one service, OpenAPI 3.0 or 3.1."""

    def __init__(self, document: Schema) -> None:
        """Take the parsed description."""
        self._document = document
        self._paths = schemas(document.get("paths"))

    def template(self, path: str) -> str:
        """Return the path template that a path is an example of; KeyError if none.

        Fixed parts go before variable ones, as in any router.
        """
        for template in sorted(self._paths, key=lambda it: (it.count("{"), it)):
            pattern = re.sub(r"\\\{.+?\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path, re.IGNORECASE):
                return template
        raise KeyError(path)

    def check(self, method: str, path: str, status: int, body: object) -> None:
        """Raise SchemaViolationError unless an answer is as described.

        `path` is a template, or a path without the query. `body` is the parsed JSON,
        or None for an empty body.
        """
        template = path if path in self._paths else self.template(path)
        operation = schemas(self._paths[template]).get(method.lower())
        if operation is None:
            raise SchemaViolationError(f"{method} {template} is not described")
        responses = schemas(operation.get("responses"))
        response = responses.get(str(status)) or responses.get("default")
        if response is None:
            raise SchemaViolationError(
                f"{method} {template} is not described to answer {status}"
            )
        schema = self._body_schema(self._resolve(response))
        if schema is None:
            errors = [] if body is None else ["$: no body is described"]
        else:
            errors = list(self._errors(body, schema, "$"))
        if errors:
            listed = "\n  ".join(errors[:20])
            raise SchemaViolationError(f"{method} {template} {status}:\n  {listed}")

    def _body_schema(self, response: Schema) -> Schema | None:
        """Return the schema of a JSON body, or None if there is to be no body."""
        for kind, content in schemas(response.get("content")).items():
            if "json" in kind:
                return schema_of(content.get("schema"))
        return None

    def _resolve(self, schema: Schema) -> Schema:
        """Return what a schema refers to, or itself."""
        while (target := schema.get("$ref")) is not None:
            found: object = self._document
            for part in str(target).removeprefix("#/").split("/"):
                name = part.replace("~1", "/").replace("~0", "~")
                found = cast(Mapping[str, object], found)[name]
            schema = schema_of(found)
        return schema

    def _errors(
        self, value: object, schema: Schema, place: str, *, closed: bool = True
    ) -> Iterator[str]:
        """Yield what is wrong with a value; `closed` forbids unknown members."""
        schema = self._resolve(schema)
        if value is None and self._nullable(schema):
            return
        yield from type_errors(value, schema, place)
        if "enum" in schema and value not in cast(list[object], schema["enum"]):
            yield f"{place}: {value!r} is none of {schema['enum']}"
        for part in parts(schema, "allOf"):
            yield from self._errors(value, part, place, closed=False)
        for word in ("oneOf", "anyOf"):
            if choices := parts(schema, word):
                yield from self._choice_errors(value, choices, place, closed=closed)
        if isinstance(value, list) and "items" in schema:
            items = schema_of(schema["items"])
            for index, item in enumerate(value):
                yield from self._errors(item, items, f"{place}[{index}]")
        if isinstance(value, dict):
            yield from self._member_errors(value, schema, place, closed=closed)

    def _nullable(self, schema: Schema) -> bool:
        """Return whether a schema itself says that null is fine."""
        return schema.get("nullable") is True or "null" in type_names(schema)

    def _choice_errors(
        self, value: object, choices: list[Schema], place: str, *, closed: bool
    ) -> Iterator[str]:
        """Yield the errors of the choice that fits best, unless one fits."""
        found = [
            list(self._errors(value, choice, place, closed=closed))
            for choice in choices
        ]
        yield from min(found, key=len)

    def _member_errors(
        self, value: dict[str, object], schema: Schema, place: str, *, closed: bool
    ) -> Iterator[str]:
        """Yield what is wrong with the members of an object."""
        for name in cast(list[str], schema.get("required", [])):
            if name not in value:
                yield f"{place}.{name}: missing"
        properties = schemas(schema.get("properties"))
        further = schema.get("additionalProperties")
        known = self._known(schema)
        for name, member in value.items():
            where = f"{place}.{name}"
            if name in properties:
                yield from self._errors(member, properties[name], where)
            elif isinstance(further, Mapping):
                yield from self._errors(member, schema_of(further), where)
            elif closed and known is not None and name not in known:
                yield f"{where}: unknown"

    def _known(self, schema: Schema) -> frozenset[str] | None:
        """Return the names of the members that may be; None if any may.

        `oneOf` and `anyOf` check theirs themselves.
        """
        if schema.get("additionalProperties") is True:
            return None
        if parts(schema, "oneOf") or parts(schema, "anyOf"):
            return None
        names = set(schemas(schema.get("properties")))
        described = "properties" in schema
        described = described or schema.get("additionalProperties") is False
        for part in parts(schema, "allOf"):
            inner = self._known(self._resolve(part))
            if inner is None:
                return None
            described = True
            names |= inner
        return frozenset(names) if described else None


def schema_of(value: object) -> Schema:
    """Return a schema; `true` and a missing one allow everything."""
    return value if isinstance(value, Mapping) else {}


def schemas(value: object) -> Mapping[str, Schema]:
    """Return a mapping of names to schemas or other objects."""
    return cast(Mapping[str, Schema], value) if isinstance(value, Mapping) else {}


def parts(schema: Schema, word: str) -> list[Schema]:
    """Return the schemas in `allOf`, `oneOf` or `anyOf`."""
    return cast(list[Schema], schema.get(word, []))


def type_names(schema: Schema) -> list[str]:
    """Return the types that a schema allows; none means any."""
    names = schema.get("type", [])
    return [names] if isinstance(names, str) else cast(list[str], names)


def type_errors(value: object, schema: Schema, place: str) -> Iterator[str]:
    """Yield what is wrong with the type, the size or the form of a value."""
    names = type_names(schema)
    if not names:
        if value is None and schema and not schema.keys() & {"oneOf", "anyOf"}:
            yield f"{place}: null"
        return
    if not any(is_of_type(value, name) for name in names):
        yield f"{place}: {value!r:.80} is not {' or '.join(names)}"
        return
    form = str(schema.get("format"))
    if isinstance(value, int) and (limit := WHOLE_NUMBERS.get(form)):
        if not -limit <= value < limit:
            yield f"{place}: {value} is too large for {form}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = schema.get("minimum"), schema.get("maximum")
        if isinstance(low, int | float) and value < low:
            yield f"{place}: {value} is below {low}"
        if isinstance(high, int | float) and value > high:
            yield f"{place}: {value} is above {high}"
    if isinstance(value, str) and not has_form(value, form):
        yield f"{place}: {value!r} is no {form}"


def is_of_type(value: object, name: str) -> bool:
    """Return whether a parsed JSON value is of a type."""
    match name:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
    raise ValueError(f"Unknown type {name}")


def has_form(value: str, form: str) -> bool:
    """Return whether a text has the form that its format asks for."""
    match form:
        case "uuid":
            return UUID.fullmatch(value) is not None
        case "date" | "date-time":
            try:
                # Python knows no more than six digits of a second.
                moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value))
            except ValueError:
                return False
            return form == "date" or moment.tzinfo is not None
    return True
