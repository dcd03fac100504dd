"""The JSON that the service shows."""

from .account import Account
from .model import (
    JsonObject,
    Kind,
    Listed,
    Paused,
    Play,
    Rated,
    Title,
    stamp,
    to_seconds,
)

# No service tells where a vote comes from; these only have to differ and to last.
VOTES_STEP = 7919
VOTES_RANGE = 50_000


def votes(title: Title) -> int:
    """Return how many people rated a title."""
    return title.trakt * VOTES_STEP % VOTES_RANGE


def community_rating(title: Title) -> float:
    """Return what people think of a title."""
    return round(5 + votes(title) % 4500 / 1000, 5)


def title_json(title: Title, *, full: bool = False) -> JsonObject:
    """Return a movie, show, season or episode."""
    if not title.short:
        title.short.update(short_json(title))
    return title.short | full_json(title) if full else title.short


def short_json(title: Title) -> JsonObject:
    """Return what is told of a title when nothing more is asked for."""
    match title.kind:
        case Kind.MOVIE | Kind.SHOW:
            return {"title": title.name, "year": title.year, "ids": title.ids}
        case Kind.SEASON:
            return {"number": title.number, "ids": title.ids}
        case Kind.EPISODE:
            return {
                "season": title.season,
                "number": title.number,
                "title": title.name,
                "ids": title.ids,
            }


def full_json(title: Title) -> JsonObject:
    """Return what `extended=full` adds."""
    out = None if title.released is None else stamp(to_seconds(title.released))
    more: JsonObject = {
        "overview": f"What happens in {title.name}.",
        "rating": community_rating(title),
        "votes": votes(title),
    }
    match title.kind:
        case Kind.MOVIE:
            more |= {"released": out and out[:10], "runtime": title.runtime}
        case Kind.SHOW:
            more |= {
                "first_aired": out,
                "runtime": title.runtime,
                "aired_episodes": len(title.episodes()),
            }
        case Kind.SEASON:
            more |= {"title": title.name, "episode_count": len(title.children)}
            if out is not None:
                more["first_aired"] = out
        case Kind.EPISODE:
            more |= {
                "first_aired": out,
                "runtime": title.runtime,
                "number_abs": absolute_number(title),
            }
    return more


def absolute_number(episode: Title) -> int | None:
    """Return the place of an episode among all but the specials."""
    if episode.show is None or not episode.season:
        return None
    before = (
        len(season.children)
        for number, season in episode.show.children.items()
        if 0 < number < episode.season
    )
    return sum(before) + episode.number


def media_json(title: Title, *, full: bool = False) -> JsonObject:
    """Return the part of a row that says what it is about."""
    media: JsonObject = {
        "type": title.kind.value,
        title.kind.value: title_json(title, full=full),
    }
    if title.show is not None:
        media["show"] = title_json(title.show, full=full)
    return media


def play_json(play: Play, *, full: bool = False) -> JsonObject:
    """Return a row of the history."""
    return {
        "id": play.id,
        "watched_at": stamp(play.at),
        "action": play.action,
        **media_json(play.title, full=full),
    }


def listed_json(rank: int, row: Listed, *, full: bool = False) -> JsonObject:
    """Return a row of the watchlist."""
    return {
        "rank": rank,
        "id": row.id,
        "listed_at": stamp(row.at),
        "notes": row.notes,
        **media_json(row.title, full=full),
    }


def rated_json(rated: Rated, *, full: bool = False) -> JsonObject:
    """Return a row of the ratings."""
    return {
        "rated_at": stamp(rated.at),
        "rating": rated.rating,
        **media_json(rated.title, full=full),
    }


def paused_json(paused: Paused, *, full: bool = False) -> JsonObject:
    """Return a row of the playback progress."""
    return {
        "progress": paused.progress,
        "paused_at": stamp(paused.at),
        "id": paused.id,
        **media_json(paused.title, full=full),
    }


def profile_json(account: Account) -> JsonObject:
    """Return what others see of a user."""
    return {
        "username": account.username,
        "private": account.private,
        "deleted": False,
        "name": account.username,
        "vip": account.vip,
        "vip_ep": False,
        "director": False,
        "ids": {"slug": account.slug, "trakt": None},
    }
