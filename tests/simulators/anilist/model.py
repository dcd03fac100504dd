"""What the simulated AniList knows: media, users and the entries of their lists."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Media:
    """One anime: a season or a cour of it, or a film."""

    media_id: int
    title: str
    year: int | None = None
    id_mal: int | None = None
    format: str | None = "TV"
    romaji: str = ""
    native: str = ""


@dataclass(slots=True, eq=False)
class Entry:
    """What a user has of a media; `raw` is the score out of 100, 0 for none."""

    entry_id: int
    media: Media
    status: str
    created_at: int
    updated_at: int
    raw: float = 0.0
    progress: int = 0
    repeat: int = 0
    notes: str | None = None
    custom_lists: set[str] = field(default_factory=set)
    hidden: bool = False


@dataclass(slots=True, eq=False)
class User:
    """Somebody with a list."""

    user_id: int
    name: str
    score_format: str = "POINT_10"
    entries: dict[int, Entry] = field(default_factory=dict)

    def entry_of(self, media: Media) -> Entry | None:
        """Return the entry of a media."""
        found = (each for each in self.entries.values() if each.media is media)
        return next(found, None)

    def lists(self) -> Iterator[tuple[str, str | None, list[Entry]]]:
        """Yield the lists: name, status of what is in it (own ones have none), entries."""
        for status in dict.fromkeys(each.status for each in self.entries.values()):
            shown = [
                each
                for each in self.entries.values()
                if each.status == status and not each.hidden
            ]
            if shown:
                yield status.capitalize(), status, shown
        for name in sorted({n for e in self.entries.values() for n in e.custom_lists}):
            yield (
                name,
                None,
                [e for e in self.entries.values() if name in e.custom_lists],
            )
