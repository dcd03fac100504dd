"""A user's settings, as the service shows them to an app."""

from uuid import NAMESPACE_URL, uuid5

from .account import Account
from .limits import AccountLimits
from .model import JsonObject, stamp, to_seconds
from .shapes import profile_json


def settings_json(account: Account, *, browsing: bool) -> JsonObject:
    """Return a user's settings; those for browsing only if asked for."""
    user: JsonObject = profile_json(account)
    del user["deleted"]
    user["ids"] = {
        "slug": account.slug,
        "trakt": None,
        "uuid": str(uuid5(NAMESPACE_URL, account.slug)),
    }
    user |= {
        "joined_at": stamp(to_seconds(account.joined)),
        "images": {"avatar": {"full": ""}},
        "vip_og": False,
        "vip_years": 1 if account.vip else 0,
    }
    return {
        "user": user,
        "permissions": {"commenting": True, "liking": True, "following": True},
        "browsing": browsing_json(account) if browsing else None,
        "account": {"timezone": "UTC", "date_format": "mdy", "time_24hr": True},
        "limits": limits_json(account.limits),
    }


def limits_json(limits: AccountLimits) -> JsonObject:
    """Return how much the account may hold, as far as the service tells."""
    return {
        "list": {"count": limits.lists, "item_count": limits.list_items},
        "watchlist": {"item_count": limits.watchlist},
        "favorites": {"item_count": limits.favorites},
    }


def browsing_json(account: Account) -> JsonObject:
    """Return how the user wants things shown; only `watch_only_once` has an effect."""
    off = dict.fromkeys(
        (
            "hide_watching_now",
            "other_site_ratings",
            "release_date_ignore_runtime",
            "display_early_ratings",
            "hide_episode_type_tags",
            "hide_unsaved_filters_prompt",
        ),
        False,
    )
    return {
        "watch_only_once": account.watch_only_once,
        "watch_after_rating": None,
        "watch_popup_action": "now",
        **off,
        "spoilers": dict.fromkeys(("episodes", "shows", "movies", "comments"), "show"),
        "calendar": {"hide_specials": False, "autoscroll": False},
        "progress": progress_json(),
        "watchnow": {"country": "us", "favorites": [], "only_favorites": False},
        "welcome": {"completed_at": None, "exit_step": None},
        "genres": {"favorites": [], "disliked": []},
        "comments": {"blocked_uids": []},
        "recommendations": {"ignore_collected": False, "ignore_watchlisted": False},
        "rewatching": {"adjust_percentage": False},
        "profile": {
            "favorites": {"sort_by": "rank", "sort_how": "asc"},
            "most_watched_shows": {"sort_by": "plays", "tab": "all"},
            "most_watched_movies": {"sort_by": "plays", "tab": "all"},
        },
    }


def progress_json() -> JsonObject:
    """Return how the user wants progress shown."""
    return {
        "on_deck": {
            "sort": "activity",
            "sort_how": "asc",
            "refresh": False,
            "simple_progress": False,
            "only_favorites": False,
        },
        "watched": {
            "refresh": False,
            "simple_progress": False,
            "include_specials": False,
            "include_watchlisted": False,
            "include_collected": False,
            "sort": "activity",
            "sort_how": "asc",
            "use_last_activity": False,
            "grid_view": False,
        },
    }
