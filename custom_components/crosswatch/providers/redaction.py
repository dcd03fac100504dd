"""Takes secrets out of texts that a person, a log or a report may see."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
import re
from typing import Final
from urllib.parse import quote

REDACTED: Final = "**"
EXCERPT_LENGTH: Final = 160

# A shorter secret would also be found inside ordinary words.
_SHORT: Final = 4

_NAMES: Final = (
    r"(?:(?:access|refresh|id|auth|x-emby|x-plex|x-mediabrowser|trakt)[-_]?)?"
    r"(?:token|secret|password|passwd|pw|api[-_]?key|session[-_]?id)"
    r"|client[-_]?(?:id|secret)|(?:device|user|auth)[-_]?code|user[-_]?name|email"
)


@cache
def _patterns() -> Sequence[tuple[re.Pattern[str], str]]:
    """Return what looks like a secret, and what stands there instead.

    They take a while to be made, and most of the time nothing goes wrong.
    """
    return (
        # Credentials and queries of addresses.
        (re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/\s\"'@]+@", re.IGNORECASE), r"\1"),
        (
            re.compile(
                r"(\b[a-z][a-z0-9+.-]*://[^\s\"'?#]*)[?#][^\s\"'<>]*", re.IGNORECASE
            ),
            r"\1",
        ),
        (
            re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE),
            rf"\1 {REDACTED}",
        ),
        # "name": "value" as in JSON, name=value as in forms and headers.
        (
            re.compile(
                rf"(?<![\w])([\"']?(?:{_NAMES})[\"']?\s*[:=]\s*)"
                r"(\"(?:[^\"\\]|\\.)*\"?|'[^']*'?|[^\s,;&\"'}]+)",
                re.IGNORECASE,
            ),
            rf"\1{REDACTED}",
        ),
        (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), REDACTED),
        # Anything that looks like a token, whatever it is called.
        (re.compile(r"\b[A-Za-z0-9_-]{32,}\b={0,2}"), REDACTED),
    )


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text without these secrets, and without what looks like one."""
    # The longest first: one secret may be a part of another.
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for form in {secret, quote(secret), quote(secret, safe="")}:
            if len(form) < _SHORT:
                text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", REDACTED, text)
            else:
                text = text.replace(form, REDACTED)
    for pattern, replacement in _patterns():
        text = pattern.sub(replacement, text)
    return text


def excerpt(body: bytes, secrets: Collection[str]) -> str:
    """Return the beginning of a body on one line, without secrets."""
    # A secret that is cut in two would not be found: redact more than is shown.
    text = body[: 8 * EXCERPT_LENGTH].decode(errors="replace")
    text = " ".join(redact(text, secrets).split())
    return text if len(text) <= EXCERPT_LENGTH else f"{text[:EXCERPT_LENGTH]}…"
