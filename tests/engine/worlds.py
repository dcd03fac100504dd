"""A tiny notation for what an account holds: "m1 m2:8@2024-05-01 s1e2".

`m1` is a film, `s1` a show, `s1x2` its season 2, `s1x2e3` an episode, and `s1e3` one of
season 1. After it, in this order and all optional:

- `{imdb,tmdb}` shows only these ids, `{}` none, `{tmdb=7}` another one than usual; for
  seasons and episodes what follows a bar is the show's: `s1e2{|tvdb}`
- `#a7` is the native id
- `/kids` is the id of the library that it is in
- `:8.5` is a rating
- `+600` is a position of 600 seconds in a film of 6,000, `+600of30` in one of 30, and
  `+600of0` in one of unknown length; `%50` is one in percent only
- `!` says that it is being played, `*` that it is watched to the end since
- `@2024-01-01,2024-06-01T20:15:30` are dates in UTC; several of them are plays
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
import re
from typing import Final

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Play,
    Progress,
    Rated,
    Record,
    Snapshot,
    Value,
    Watched,
)

READ_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
FILM_SECONDS: Final = 6000

_TOKEN: Final = re.compile(
    r"(?P<kind>[ms])(?P<title>\d+)"
    r"(?:x(?P<season>\d+))?(?:e(?P<number>\d+))?"
    r"(?:\{(?P<ids>[^}]*)\})?"
    r"(?:#(?P<native>\S+?))?"
    r"(?:/(?P<library>\w+))?"
    r"(?::(?P<rating>[\d.]+))?"
    r"(?:\+(?P<position>[\d.]+)(?:of(?P<duration>\d+))?|%(?P<percent>[\d.]+))?"
    r"(?P<playing>!)?(?P<watched>\*)?"
    r"(?:@(?P<dates>\S+))?"
)
_NAME: Final = re.compile(r"(Film|Show) (\d+)")


@dataclass(frozen=True, slots=True)
class Sample:
    """One token of a world."""

    item: Item
    native_id: str
    library: str
    rating: float | None
    progress: Progress
    dates: tuple[datetime, ...]

    def value(self, feature: Feature, *, plays: bool = True) -> Value:
        """Return what an account says of the item; `plays` where it keeps them all."""
        newest = max(self.dates, default=None)
        match feature:
            case Feature.WATCHLIST:
                return Listed(newest)
            case Feature.RATINGS:
                return Rated(self.rating or 0, newest)
            case Feature.PROGRESS:
                return replace(self.progress, at=newest)
            case _ if plays:
                kept = tuple(Play(at) for at in sorted(self.dates))
                return Watched(newest, kept, max(1, len(kept)))
            case _:
                return Watched(newest)


def parse(world: str) -> list[Sample]:
    """Return the samples of a world."""
    return [_sample(token) for token in world.split()]


def records(world: str, feature: Feature, *, plays: bool = True) -> list[Record]:
    """Return the records of a world, with native ids that count up."""
    return [
        Record(
            sample.item,
            sample.value(feature, plays=plays),
            sample.native_id or f"n{position}",
            library=sample.library,
        )
        for position, sample in enumerate(parse(world), 1)
    ]


def snapshot(world: str, feature: Feature, *, plays: bool = True) -> Snapshot:
    """Return a complete snapshot of a world."""
    return Snapshot.of(feature, records(world, feature, plays=plays), READ_AT)


def name_of(item: Item) -> str:
    """Return the token of an item, as far as it names the item."""
    found = _NAME.fullmatch((item.show or item).title)
    if found is None:
        raise ValueError(f"{item.label} is of no world")
    name = found[1][0].lower().replace("f", "m") + found[2]
    if item.season is not None and item.season != 1:
        name += f"x{item.season}"
    if item.kind is MediaKind.SEASON and item.season == 1:
        name += "x1"
    return name if item.number is None else f"{name}e{item.number}"


def shown(items: Iterable[Record], feature: Feature) -> str:
    """Return the records as a world without ids, sorted."""
    return " ".join(sorted(_token(record, feature) for record in items))


def _token(record: Record, feature: Feature) -> str:
    value = record.value
    name = name_of(record.item)
    if isinstance(value, Rated):
        return f"{name}:{value.rating:g}"
    if isinstance(value, Watched):
        moments = [play.at for play in value.plays]
        dates = [_date(at) for at in moments or filter(None, [value.at])]
        return f"{name}@{','.join(dates)}" if dates else name
    if isinstance(value, Progress):
        return name + _position(value)
    return name


def _position(value: Progress) -> str:
    if value.position_ms is None:
        return f"%{value.percent:g}"
    return f"+{value.position_ms / 1000:g}"


def _date(at: datetime) -> str:
    at = at.astimezone(UTC).replace(tzinfo=None)
    text = at.isoformat()
    return text.removesuffix("T00:00:00")


def _sample(token: str) -> Sample:
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise ValueError(f"{token} is no token of a world")
    own, _, of_show = (found["ids"] or "").partition("|")
    chosen = None if found["ids"] is None else own
    chosen_show = of_show if "|" in (found["ids"] or "") else None
    return Sample(
        _item(found, chosen, chosen_show),
        found["native"] or "",
        found["library"] or "",
        float(found["rating"]) if found["rating"] else None,
        _progress(found),
        tuple(map(_moment, found["dates"].split(","))) if found["dates"] else (),
    )


def _progress(found: re.Match[str]) -> Progress:
    position, percent = found["position"], found["percent"]
    seconds = int(found["duration"] or FILM_SECONDS) if position else 0
    return Progress(
        round(float(position) * 1000) if position else None,
        seconds * 1000 or None,
        float(percent) if percent else None,
        playing=bool(found["playing"]),
        watched=bool(found["watched"]),
    )


def _item(found: re.Match[str], own: str | None, of_show: str | None) -> Item:
    title = int(found["title"])
    if found["kind"] == "m":
        ids = {"imdb": f"tt{title:07d}", "tmdb": str(title)}
        return Item(MediaKind.MOVIE, _chosen(ids, own), f"Film {title}", 2000)
    number = int(found["number"]) if found["number"] else None
    season = int(found["season"]) if found["season"] else None
    ids = {"imdb": f"tt1{title:06d}", "tmdb": str(title), "tvdb": str(100 + title)}
    if season is None and number is None:
        return Item(MediaKind.SHOW, _chosen(ids, own), f"Show {title}", 2010)
    show = Item(MediaKind.SHOW, _chosen(ids, of_show), f"Show {title}", 2010)
    season = 1 if season is None else season
    if number is None:
        ids = {"tvdb": str(title * 1000 + season)}
        return Item(
            MediaKind.SEASON, _chosen(ids, own), f"Season {season}", None, show, season
        )
    within = title * 100_000 + season * 1000 + number
    ids = {"imdb": f"tt2{within:07d}", "tvdb": str(within)}
    return Item(
        MediaKind.EPISODE,
        _chosen(ids, own),
        f"Episode {number}",
        None,
        show,
        season,
        number,
    )


def _chosen(ids: Mapping[str, str], wanted: str | None) -> dict[str, str]:
    if wanted is None:
        return dict(ids)
    chosen: dict[str, str] = {}
    for each in filter(None, wanted.split(",")):
        namespace, _, value = each.partition("=")
        chosen[namespace] = value or ids[namespace]
    return chosen


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
