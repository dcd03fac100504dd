"""What AniList is asked, in GraphQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..http import JsonValue
from .wire import VIEWER_PART

_MEDIA: Final = "id idMal format title { romaji english } startDate { year } seasonYear"
_ENTRY: Final = "mediaListEntry { id status score progress repeat notes }"

# What clients have always asked, one thing at a time.
_PLAIN_MEDIA: Final = (
    "id idMal title { romaji english native } format seasonYear startDate { year }"
)
PLAIN_COLLECTION: Final = f"""
query ($userId: Int) {{
  MediaListCollection(userId: $userId, type: ANIME) {{
    lists {{
      name isCustomList
      entries {{
        id mediaId status score(format: POINT_10) progress repeat createdAt updatedAt
        media {{ {_PLAIN_MEDIA} }}
      }}
    }}
  }}
}}
"""

# What has to be in the list, if anything is: AniList tells no number to go by.
_WITNESS: Final = "{ id hiddenFromStatusLists }"
_WITNESSES: Final = f"""
  planned: Page(page: 1, perPage: 1) {{
    mediaList(userId: $userId, type: ANIME, status: PLANNING) {_WITNESS}
  }}
  rated: Page(page: 1, perPage: 1) {{
    mediaList(userId: $userId, type: ANIME, sort: [SCORE_DESC]) {_WITNESS}
  }}
"""
WITNESSES: Final = ("planned", "rated")

# Asked without chunk and perChunk, it holds everything at once.
COLLECTION: Final = f"""
query ($userId: Int, $chunk: Int, $perChunk: Int, $sort: [MediaListSort]) {{
  {VIEWER_PART} {_WITNESSES}
  MediaListCollection(
    userId: $userId, type: ANIME, chunk: $chunk, perChunk: $perChunk, sort: $sort
  ) {{
    hasNextChunk
    lists {{
      entries {{
        id mediaId status score createdAt updatedAt
        media {{ {_MEDIA} }}
      }}
    }}
  }}
}}
"""

# The most that a page holds.
PAGE: Final = 50
# Several of AniList's entries may have the same id at MyAnimeList.
FOREIGN: Final = 25


_CONDITIONS: Final = {"named": "id_in", "foreign": "idMal_in"}


def look_up(asked: Collection[str]) -> str:
    """Return the query for media by their ids, here ("named") or elsewhere ("foreign").

    What is not asked is not in it: with an empty list there would be no condition.
    """
    head = ", ".join(f"${name}: [Int]" for name in asked)
    pages = " ".join(
        f"{name}: Page(page: 1, perPage: {PAGE}) {{ pageInfo {{ hasNextPage }} "
        f"media({_CONDITIONS[name]}: ${name}, type: ANIME) {{ {_MEDIA} {_ENTRY} }} }}"
        for name in asked
    )
    return f"query ({head}) {{ {VIEWER_PART} {pages} }}"


def media_by(name: str) -> str:
    """Return the query for one media, by its id or by that at MyAnimeList."""
    return (
        f"query (${name}: Int) {{ Media({name}: ${name}, type: ANIME) "
        f"{{ {_PLAIN_MEDIA} }} }}"
    )


@dataclass(frozen=True, slots=True)
class Field:
    """One part of a mutation, and the variable in it."""

    text: str
    variables: Mapping[str, tuple[str, JsonValue]]

    @property
    def name(self) -> str:
        """Return what it is called where it has no other name."""
        return self.text.partition("(")[0]


def plan(media_id: int) -> Field:
    """Return what puts an entry among those that are planned."""
    return Field(
        "SaveMediaListEntry(mediaId: $mediaId, status: $status) { id mediaId status }",
        {
            "mediaId": ("Int", media_id),
            "status": ("MediaListStatus", "PLANNING"),
        },
    )


def rate(media_id: int, score: float, *, new: bool) -> Field:
    """Return what gives an entry a score.

    What AniList makes of a new entry without a status is not documented: it must not
    become one that is planned.
    """
    status = ", status: CURRENT" if new else ""
    return Field(
        f"SaveMediaListEntry(mediaId: $mediaId, score: $score{status})"
        " { id mediaId score }",
        {"mediaId": ("Int", media_id), "score": ("Float", score)},
    )


def rate_plainly(media_id: int, score: float, *, new: bool) -> Field:
    """Return what gives an entry a score out of 10, or takes it away."""
    variables: dict[str, tuple[str, JsonValue]] = {
        "mediaId": ("Int", media_id),
        "scoreRaw": ("Int", round(score * 10)),
    }
    if new:
        variables["status"] = ("MediaListStatus", "CURRENT")
    arguments = ", ".join(f"{name}: ${name}" for name in variables)
    return Field(
        f"SaveMediaListEntry({arguments}) {{ id mediaId score(format: POINT_10) }}",
        variables,
    )


def unrate(entry_id: int) -> Field:
    """Return what takes the score from an entry, which stays."""
    return Field(
        "SaveMediaListEntry(id: $id, score: $score) { id mediaId score }",
        {"id": ("Int", entry_id), "score": ("Float", 0)},
    )


def delete(entry_id: int) -> Field:
    """Return what deletes an entry."""
    return Field("DeleteMediaListEntry(id: $id) { deleted }", {"id": ("Int", entry_id)})


def mutation(fields: Sequence[Field]) -> tuple[str, dict[str, JsonValue]]:
    """Return one mutation for all of these, each under a name, with its variables.

    One that is alone needs no other names than its own.
    """
    head: list[str] = []
    body: list[str] = []
    variables: dict[str, JsonValue] = {}
    for number, field in enumerate(fields):
        text, end = field.text, str(number) if len(fields) > 1 else ""
        for name, (kind, value) in field.variables.items():
            own = f"{name}{end}"
            text = text.replace(f"${name}", f"${own}")
            head.append(f"${own}: {kind}")
            variables[own] = value
        body.append(f"{alias(number)}: {text}" if end else text)
    return f"mutation ({', '.join(head)}) {{ {' '.join(body)} }}", variables


def names_of(fields: Sequence[Field]) -> list[str]:
    """Return under which names the answer to a mutation tells of its parts."""
    if len(fields) == 1:
        return [fields[0].name]
    return [alias(number) for number in range(len(fields))]


def alias(number: int) -> str:
    """Return the name of a part of a mutation."""
    return f"a{number}"
