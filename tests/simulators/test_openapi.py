"""The check of answers against a description finds what is wrong with them."""

import json
from typing import Any

import pytest

from .openapi import OpenApi, SchemaViolationError

DOCUMENT: dict[str, Any] = {
    "paths": {
        "/things/{id}": {
            "get": {
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Thing"}
                            }
                        }
                    },
                    "204": {"description": "Nothing"},
                }
            }
        },
        "/things/all": {
            "get": {
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": ["array"],
                                    "items": {
                                        "oneOf": [
                                            {"$ref": "#/components/schemas/Thing"},
                                            {"type": ["string", "null"]},
                                        ]
                                    },
                                }
                            }
                        }
                    }
                }
            }
        },
    },
    "components": {
        "schemas": {
            "Named": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}},
            },
            "Thing": {
                "allOf": [{"$ref": "#/components/schemas/Named"}],
                "type": "object",
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "at": {"type": "string", "format": "date-time", "nullable": True},
                    "count": {"type": "integer", "format": "int32", "minimum": 0},
                    "kind": {"enum": ["a", "b"], "type": "string"},
                    "inner": {
                        "allOf": [{"$ref": "#/components/schemas/Named"}],
                        "nullable": True,
                    },
                    "tags": {
                        "type": "object",
                        "additionalProperties": {"type": "string"},
                    },
                    "any": {},
                    "free": {"type": "object", "additionalProperties": True},
                },
            },
        }
    },
}

GOOD: dict[str, Any] = {
    "name": "x",
    "id": "f27caa37e5142225cceded48f6553502",
    "at": "2024-05-01T20:11:12.1234567Z",
    "count": 1,
    "kind": "a",
    "inner": {"name": "y"},
    "tags": {"a": "b"},
    "any": [1, None],
    "free": {"x": {}},
}


@pytest.fixture
def api() -> OpenApi:
    """Return a small description."""
    return OpenApi(json.loads(json.dumps(DOCUMENT)))


@pytest.mark.parametrize(
    "change", [{}, {"at": None}, {"inner": None}, {"any": None}, {"tags": {}}]
)
def test_good(api: OpenApi, change: dict[str, object]) -> None:
    """What is as described passes, by template and by path."""
    api.check("GET", "/things/{id}", 200, GOOD | change)
    api.check("get", "/Things/5", 200, GOOD | change)
    api.check("GET", "/things/{id}", 204, None)
    api.check("GET", "/things/all", 200, [GOOD | change, None, "text"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": 5}, r"\$\.name: 5 is not string"),
        ({"name": None}, r"\$\.name: None is not string"),
        ({"id": "5"}, r"\$\.id: '5' is no uuid"),
        ({"at": "yesterday"}, "is no date-time"),
        ({"at": "2024-05-01T20:11:12"}, "is no date-time"),
        ({"count": True}, "is not integer"),
        ({"count": 1.5}, "is not integer"),
        ({"count": 2**31}, "too large"),
        ({"count": -1}, "below 0"),
        ({"kind": "c"}, "is none of"),
        ({"inner": {}}, r"\$\.inner\.name: missing"),
        ({"inner": {"name": "y", "more": 1}}, r"\$\.inner\.more: unknown"),
        ({"tags": {"a": 1}}, r"\$\.tags\.a: 1 is not string"),
        ({"more": 1}, r"\$\.more: unknown"),
    ],
)
def test_bad(api: OpenApi, change: dict[str, object], message: str) -> None:
    """What is not as described fails, alone and in a list."""
    with pytest.raises(SchemaViolationError, match=message):
        api.check("GET", "/things/{id}", 200, GOOD | change)
    with pytest.raises(SchemaViolationError):
        api.check("GET", "/things/all", 200, [GOOD, GOOD | change])


def test_missing_and_undescribed(api: OpenApi) -> None:
    """A required member, a status, a method, a body and a path must be there."""
    with pytest.raises(SchemaViolationError, match=r"\$\.name: missing"):
        api.check("GET", "/things/{id}", 200, {})
    with pytest.raises(SchemaViolationError, match="answer 201"):
        api.check("GET", "/things/{id}", 201, {})
    with pytest.raises(SchemaViolationError, match="no body"):
        api.check("GET", "/things/{id}", 204, {})
    with pytest.raises(SchemaViolationError, match="POST"):
        api.check("POST", "/things/{id}", 200, {})
    with pytest.raises(SchemaViolationError):
        api.check("GET", "/things/{id}", 200, None)
    with pytest.raises(SchemaViolationError):
        api.check("GET", "/things/{id}", 200, [])
    with pytest.raises(KeyError):
        api.check("GET", "/others", 200, {})
    assert api.template("/things/all") == "/things/all"
    assert api.template("/things/5") == "/things/{id}"
