"""What the cloud knows of films and shows, and how they are found."""

from collections.abc import Iterable, Sequence

from aiohttp import web

from .call import SIZE, START, TOTAL, whole
from .cloud_call import CloudCall, Surface, unknown
from .model import ItemType
from .titles import Title
from .wire import Json, respond

BOTH = (Surface.DISCOVER, Surface.METADATA)
DEFAULT_PAGE = 20
KINDS = {"1": ItemType.MOVIE, "2": ItemType.SHOW, "movie": ItemType.MOVIE} | {
    "show": ItemType.SHOW
}
SEARCHED = {ItemType.MOVIE: "movies", ItemType.SHOW: "tv"}


def identifier(call: CloudCall) -> str:
    """Return the name of the provider that answers."""
    name = "discover" if call.surface is Surface.DISCOVER else "metadata"
    return f"tv.plex.provider.{name}"


def provider(call: CloudCall) -> web.Response:
    """Say what can be asked here."""
    features = [
        {"type": "metadata", "key": "/library/metadata"},
        {"type": "match", "key": "/library/metadata/matches"},
    ]
    if call.surface is Surface.DISCOVER:
        features.append({"type": "search", "key": "/library/search"})
        features.append({"type": "actions", "key": "/actions"})
    members: Json = {
        "size": 1,
        "friendlyName": call.account.title,
        "identifier": identifier(call),
        "title": identifier(call).rpartition(".")[2].capitalize(),
        "types": "movie,show",
        "Feature": features,
    }
    return respond(call.request, "MediaContainer", members)


def row_of(title: Title, *, guids: bool) -> Json:
    """Return a title as lists have it, on request with its external ids."""
    path = f"/library/metadata/{title.key}"
    is_show = title.kind is ItemType.SHOW
    row: Json = {
        "art": f"https://image.tmdb.org/t/p/original/{title.slug}.jpg",
        "guid": title.guid,
        "key": f"{path}/children" if is_show else path,
        "ratingKey": title.key,
        "type": title.kind.value,
        "title": title.name,
        "slug": title.slug,
        "addedAt": title.added_at,
        "publicPagesURL": f"https://watch.plex.tv/{title.kind}/{title.slug}",
        "userState": False,
        "originallyAvailableAt": title.released,
        "year": title.year,
        "Image": [
            {"alt": title.name, "type": "coverPoster", "url": "https://x.test/p"}
        ],
    }
    if is_show:
        row["leafCount"] = title.episodes
        row["childCount"] = title.seasons
        row["isContinuingSeries"] = False
    if guids and title.guids:
        row["Guid"] = [{"id": each} for each in title.guids]
    return row


def listing(
    call: CloudCall, titles: Iterable[Title], *, guids: bool = False
) -> web.Response:
    """Return titles that are no part of a longer list."""
    rows = [row_of(title, guids=guids) for title in titles]
    members: Json = {
        "offset": 0,
        "totalSize": len(rows),
        "identifier": identifier(call),
        "size": len(rows),
    }
    if rows:
        members["Metadata"] = rows
    return respond(call.request, "MediaContainer", members)


def part_of[Row](
    call: CloudCall, rows: Sequence[Row]
) -> tuple[Sequence[Row], Json, dict[str, str]]:
    """Return the part of a list that was asked for, and what is said of it."""
    behaviour = call.cloud.behaviour
    total = len(rows)
    if behaviour.empty_lists:
        rows = []
    if behaviour.cut_lists is not None:
        rows = rows[: behaviour.cut_lists]
    if not behaviour.honest_total or behaviour.empty_lists:
        total = len(rows)
    first = 0 if behaviour.ignores_paging else whole(call.sent(START), 0)
    most = min(whole(call.sent(SIZE), DEFAULT_PAGE), behaviour.largest_page)
    page = rows[first : first + most]
    members: Json = {"offset": first, "totalSize": total, "size": len(page)}
    return page, members, {START: str(first), TOTAL: str(total)}


def title_in_path(call: CloudCall) -> Title:
    """Return the title that the path names."""
    title = call.cloud.titles.by_key.get(call.in_path("title"))
    if title is None:
        raise unknown("Item not found")
    return title


def metadata(call: CloudCall) -> web.Response:
    """Return one title, always with its external ids."""
    return listing(call, [title_in_path(call)], guids=True)


def user_state(call: CloudCall) -> web.Response:
    """Return what a person did with a title; when it was put on the watchlist."""
    title = title_in_path(call)
    state: Json = {
        "ratingKey": title.key,
        "type": title.kind.value,
        "viewCount": 0,
        "viewOffset": 0,
        "viewState": "",
    }
    put = call.cloud.titles.list_of(call.account).get(title.key)
    if put is not None:
        state["watchlistedAt"] = put
    as_list = call.cloud.behaviour.state_as_list
    members = {"size": 1, "UserState": [state] if as_list else state}
    return respond(call.request, "MediaContainer", members)


def matches(call: CloudCall) -> web.Response:
    """Find titles by an external id, or by what they are called."""
    cloud = call.cloud
    kind = KINDS.get(call.given("type") or "")
    wanted = call.given("title") or ""
    if (guid := call.given("guid")) is not None:
        wanted = guid.replace("://", "-")
    found: list[Title] = []
    if kind is not None and not cloud.behaviour.broken_matches:
        exact = cloud.titles.by_external.get((kind, wanted.lower()))
        found = [exact] if exact else named(call, wanted, {kind})
    if wanted in cloud.behaviour.wrong_matches:
        same = (title for title in cloud.titles.by_key.values() if title.kind is kind)
        found = [next(title for title in same if title not in found)]
    if cloud.behaviour.matches_as_search:
        return results(call, found)
    return listing(call, found)


def named(call: CloudCall, name: str, kinds: Iterable[ItemType]) -> list[Title]:
    """Return the titles with a name in theirs, those of the year asked for first."""
    name = name.casefold()
    year = call.given("year")
    found = [
        title
        for title in call.cloud.titles.by_key.values()
        if name and title.kind in kinds and name in title.name.casefold()
    ]
    found.sort(key=lambda it: (str(it.year) != year, it.name.casefold() != name))
    return found


def search(call: CloudCall) -> web.Response:
    """Search by name."""
    types = (call.given("searchTypes") or "movies,tv").split(",")
    kinds = {kind for kind, name in SEARCHED.items() if name in types}
    found = named(call, call.given("query") or "", kinds)
    return results(call, found[: whole(call.given("limit"), 10)])


def results(call: CloudCall, found: Sequence[Title]) -> web.Response:
    """Return titles as the results of a search, in two groups of which one is empty."""
    rows = [
        {"score": round(1 - place / 100, 2), "Metadata": row_of(title, guids=False)}
        for place, title in enumerate(found)
    ]
    group: Json = {"id": "external", "title": "More Ways To Watch", "size": len(rows)}
    if rows:
        group["SearchResult"] = rows
    empty: Json = {"id": "plex", "title": "On Plex", "size": 0}
    members: Json = {
        "suggestedTerms": [],
        "identifier": identifier(call),
        "size": 2,
        "SearchResults": [empty, group],
    }
    return respond(call.request, "MediaContainer", members)


ROUTES = (
    ("GET", "/", BOTH, provider),
    ("GET", "/library/search", (Surface.DISCOVER,), search),
    ("GET", "/library/metadata/matches", BOTH, matches),
    ("GET", "/library/metadata/{title}", BOTH, metadata),
    ("GET", "/library/metadata/{title}/userState", BOTH, user_state),
)
