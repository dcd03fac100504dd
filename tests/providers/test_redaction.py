"""Secrets are taken out of texts, ordinary words stay."""

import pytest

from custom_components.crosswatch.providers.redaction import excerpt, redact

TOKEN = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bearer abcdefgh12345", "Bearer **"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic **"),
        ('{"access_token":"abc","x":1}', '{"access_token":**,"x":1}'),
        ('{"refresh_token": "a\\"b", "y": 2}', '{"refresh_token": **, "y": 2}'),
        ("{'api_key': 'abc'}", "{'api_key': **}"),
        ("client_secret=abc&code=1", "client_secret=**&code=1"),
        ('MediaBrowser Client="x", Token="abc"', 'MediaBrowser Client="x", Token=**'),
        ("X-Emby-Token: abc", "X-Emby-Token: **"),
        ("username=ann, password=b", "username=**, password=**"),
        ("https://ann:pass@example.org/x", "https://example.org/x"),
        ("see https://example.org/a?k=v&t=1 now", "see https://example.org/a now"),
        ("mail ann.b@example.org!", "mail **!"),
        (f"id {TOKEN}.", "id **."),
    ],
)
def test_patterns(text: str, expected: str) -> None:
    """What looks like a secret is one."""
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Status code: 404",
        "The basic plan of the token ring",
        "GET /sync/history/movies at api.trakt.tv",
        "Is it a secret? No.",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    """A text without secrets is left alone."""
    assert redact(text) == text


@pytest.mark.parametrize(
    ("secrets", "text", "expected"),
    [
        (["hunter2"], "is hunter2 and HUNTER2", "is ** and HUNTER2"),
        (["p@ss w/rd"], "p%40ss%20w%2Frd p%40ss%20w/rd", "** **"),
        (["abcd", "abcdef"], "abcdef abcd", "** **"),
        (["a"], "a bad a", "** bad **"),
        (["", "long one"], "no long one", "no **"),
        (["a.b*c("], "x a.b*c( y", "x ** y"),
    ],
)
def test_known_secrets(secrets: list[str], text: str, expected: str) -> None:
    """Known secrets are found in every form they may take."""
    assert redact(text, secrets) == expected


def test_excerpt() -> None:
    """An excerpt is short, on one line, and redacted before it is cut."""
    body = b"<p>\n  " + b"x " * 79 + TOKEN.encode() + b"\xff" * 400
    text = excerpt(body, ["hunter2"])
    assert text.endswith("…")
    assert len(text) == 161
    assert TOKEN[:8] not in text
    assert excerpt(b" a\n\tb ", []) == "a b"
