"""What a write does to a value that a fake account holds; pure functions."""

from collections.abc import Callable
from dataclasses import replace

from custom_components.crosswatch.engine.model import (
    Play,
    Progress,
    Rated,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.provider import FeatureSupport
from custom_components.crosswatch.engine.rating_steps import rounded


def kept(
    value: Value, support: FeatureSupport, name: Callable[[], str], before: Value | None
) -> Value:
    """Return a value as an account keeps it: each play by a name of its own.

    A play that was there `before` keeps its name, all others are given new ones.
    """
    if isinstance(value, Watched):
        if not support.plays:
            return Watched(value.at)
        known = list(before.plays) if isinstance(before, Watched) else []
        named = tuple(_named(play, known, name) for play in value.plays)
        return replace(value, plays=named, count=max(1, len(named)))
    if isinstance(value, Rated) and value.rating > 0:
        return replace(value, rating=rounded(value.rating, support.rating_step))
    return value


def _named(play: Play, known: list[Play], name: Callable[[], str]) -> Play:
    """Return a play with its name: that of a known play of its moment, or a new one."""
    if play.native_id:
        return play
    for each in known:
        if each.at == play.at:
            known.remove(each)
            return each
    return replace(play, native_id=name())


def written(value: Value) -> Value:
    """Return a value that was sent, without the names that its plays have elsewhere."""
    if isinstance(value, Watched):
        return replace(value, plays=tuple(Play(play.at) for play in value.plays))
    if isinstance(value, Progress):
        return replace(value, playing=False, watched=False)
    return value


def updated(held: Value, wanted: Value, support: FeatureSupport) -> Value | None:
    """Return what becomes of a value that is written over, None where nothing does."""
    if isinstance(held, Watched) and isinstance(wanted, Watched):
        if not support.plays:
            return None
        added = wanted.plays or ((Play(wanted.at),) if wanted.at else ())
        plays = tuple(sorted((*held.plays, *added), key=lambda play: play.at))
        return Watched(plays[-1].at, plays, len(plays))
    if isinstance(held, Progress) and isinstance(wanted, Progress):
        as_held = (held.position_ms, held.percent)
        return None if as_held == (wanted.position_ms, wanted.percent) else wanted
    return wanted if isinstance(held, Rated) else None


def left(held: Value, removed: Value | None) -> Value | None:
    """Return what a removal leaves of a value, None where nothing is left.

    Of history it takes the plays that stand in `removed` and no others.
    """
    if not isinstance(held, Watched) or not held.plays:
        return None
    if not isinstance(removed, Watched) or not removed.plays:
        return None
    plays = list(held.plays)
    for gone in removed.plays:
        for play in plays:
            if (
                play.native_id == gone.native_id
                if gone.native_id
                else play.at == gone.at
            ):
                plays.remove(play)
                break
    return Watched(plays[-1].at, tuple(plays), len(plays)) if plays else None


def completes(value: Value, support: FeatureSupport) -> bool:
    """Tell whether a position that is written makes the item watched."""
    if not isinstance(value, Progress) or support.completes_at is None:
        return False
    percent = value.percent
    if value.position_ms is not None and value.duration_ms:
        if value.duration_ms < support.completes_from.total_seconds() * 1000:
            return False
        percent = 100 * value.position_ms / value.duration_ms
    return percent is not None and percent >= support.completes_at
