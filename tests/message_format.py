"""What stands in braces in a text, as Home Assistant's frontend reads it.

Texts are in the message format of ICU: `{name}`, and for what depends on a number or
on a word `{count, plural, one {…} other {…}}` and `{what, select, one {…} other {…}}`.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Argument:
    """Something that is filled in, and the branches that it chooses from, if any."""

    name: str
    kind: str = ""
    branches: frozenset[str] = frozenset()


def arguments(text: str) -> Iterator[Argument]:
    """Yield what is filled in, in the text and in the branches that it chooses from."""
    for _, inside in _braced(text):
        name, _, rest = inside.partition(",")
        kind, _, rest = rest.partition(",")
        branches = {_last_word(words): each for words, each in _braced(rest)}
        yield Argument(name.strip(), kind.strip(), frozenset(branches))
        for each in branches.values():
            yield from arguments(each)


def _last_word(words: str) -> str:
    """Return the word right before a branch, without an offset that precedes it."""
    return words.rsplit(maxsplit=1)[-1] if words.strip() else ""


def _braced(text: str) -> Iterator[tuple[str, str]]:
    """Yield each part in braces, after what stands before it."""
    depth = start = 0
    before = ""
    for place, letter in enumerate(text):
        if letter == "{":
            if not depth:
                before, start = text[start:place], place + 1
            depth += 1
        elif letter == "}":
            depth -= 1
            if depth < 0:
                break
            if not depth:
                yield before, text[start:place]
                start = place + 1
    if depth:
        msg = f"The braces do not match: {text}"
        raise ValueError(msg)
