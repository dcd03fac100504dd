"""Which items a request for a list means, and in which order."""

from collections.abc import Callable, Iterable
from http import HTTPStatus

from .model import Item, ItemType, User, plain
from .ordering import ordered
from .parameters import Parameters
from .refusal import Refusal

type Test = Callable[[Item], bool]

TYPES = {kind.lower(): kind for kind in ItemType}
OTHER_TYPES = frozenset({"audio", "collectionfolder", "folder", "musicvideo", "video"})

# Parameters that a real server obeys and this one does not: an answer that ignored
# them would be a lie, so they are refused with a status that no real server has here.
NOT_SIMULATED = frozenset(
    [
        "adjacentto",
        "artists",
        "artistids",
        "albumartistids",
        "albumids",
        "albums",
        "contributingartistids",
        "excludeartistids",
        "genreids",
        "genres",
        "hasofficialrating",
        "hasoverview",
        "hasparentalrating",
        "hasspecialfeature",
        "hassubtitles",
        "hasthemesong",
        "hasthemevideo",
        "hastrailer",
        "is3d",
        "is4k",
        "ishd",
        "iskids",
        "islocked",
        "ismovie",
        "isnews",
        "isplaceholder",
        "isseries",
        "issports",
        "isunaired",
        "maxheight",
        "maxofficialrating",
        "maxpremieredate",
        "maxwidth",
        "mincommunityrating",
        "mincriticrating",
        "minheight",
        "minofficialrating",
        "minpremieredate",
        "minwidth",
        "namelessthan",
        "namestartswithorgreater",
        "officialratings",
        "person",
        "personids",
        "persontypes",
        "seriesstatus",
        "studioids",
        "studios",
        "tags",
        "videotypes",
    ]
)


def refuse_not_simulated(parameters: Parameters) -> None:
    """Refuse parameters that would have to be obeyed."""
    if names := NOT_SIMULATED.intersection(parameters.names()):
        raise Refusal(HTTPStatus.NOT_IMPLEMENTED, f"Not simulated: {sorted(names)}")


def select(
    candidates: Iterable[Item],
    parameters: Parameters,
    user: User | None,
    *,
    mixed: int | None = None,
) -> list[Item]:
    """Return the items that pass all tests of a request, in the order it asks for."""
    tests = [
        *type_tests(parameters),
        *place_tests(parameters),
        *metadata_tests(parameters),
        *user_tests(parameters, user),
    ]
    items = [item for item in candidates if all(test(item) for test in tests)]
    return ordered(items, parameters, user, mixed=mixed)


def type_tests(parameters: Parameters) -> Iterable[Test]:
    """Return the tests of what an item is."""
    if words := parameters.words("includeItemTypes"):
        included = {TYPES[word] for word in words if word in TYPES}
        # A type that this server has none of is asked for in vain; what is no type at
        # all is ignored, as if it had not been asked for.
        if included or OTHER_TYPES.intersection(words):
            yield lambda item: item.type in included
    if words := parameters.words("excludeItemTypes"):
        excluded = {TYPES[word] for word in words if word in TYPES}
        yield lambda item: item.type not in excluded
    if words := parameters.words("mediaTypes"):
        video = "video" in words
        yield lambda item: video and not item.is_folder
    filters = parameters.words("filters")
    if "isfolder" in filters:
        yield lambda item: item.is_folder
    if "isnotfolder" in filters:
        yield lambda item: not item.is_folder


def place_tests(parameters: Parameters) -> Iterable[Test]:
    """Return the tests of where an item is: on disk, in a series, among others."""
    if "virtual" in parameters.words("excludeLocationTypes"):
        yield lambda item: not item.virtual
    if locations := parameters.words("locationTypes"):
        wanted = "virtual" in locations
        yield lambda item: item.virtual == wanted
    if (missing := parameters.boolean("isMissing")) is not None:
        yield lambda item: item.virtual == missing
    if (index := parameters.integer("indexNumber")) is not None:
        yield lambda item: item.index == index
    if (parent_index := parameters.integer("parentIndexNumber")) is not None:
        yield lambda item: item.parent_index == parent_index
    if excluded := set(parameters.ids("excludeItemIds")):
        yield lambda item: item.id not in excluded


def metadata_tests(parameters: Parameters) -> Iterable[Test]:
    """Return the tests of what is known about an item."""
    if term := parameters.text("searchTerm"):
        wanted = plain(term)
        yield lambda item: wanted in plain(item.name)
    if start := parameters.text("nameStartsWith"):
        prefix = start.lower()
        yield lambda item: item.sort_name.startswith(prefix)
    if years := set(parameters.words("years")):
        yield lambda item: str(item.year) in years
    for name, namespace in (
        ("hasImdbId", "imdb"),
        ("hasTmdbId", "tmdb"),
        ("hasTvdbId", "tvdb"),
    ):
        if (wanted_id := parameters.boolean(name)) is not None:
            yield id_test(namespace, wanted_id)
    # Both mean the date of the item's metadata, whatever the second one's name says.
    for name in ("minDateLastSaved", "minDateLastSavedForUser"):
        if (since := parameters.moment(name)) is not None:
            yield saved_test(since)


def id_test(namespace: str, wanted: bool) -> Test:
    """Return the test whether an item has an id of a provider."""
    return lambda item: item.has_id(namespace) == wanted


def saved_test(since: int) -> Test:
    """Return the test whether an item's metadata was saved since a moment."""
    return lambda item: item.saved >= since


def user_tests(parameters: Parameters, user: User | None) -> Iterable[Test]:
    """Return the tests of what the user did with an item."""
    if user is None:
        return
    filters = parameters.words("filters")
    played = parameters.boolean("isPlayed")
    if played is None and {"isplayed", "isunplayed"} & set(filters):
        played = "isplayed" in filters
    if played is not None:
        only_series = parameters.words("includeItemTypes") == ["series"]
        yield played_test(user, played, derived=only_series)
    favourite = parameters.boolean("isFavorite")
    if favourite is None and "isfavorite" in filters:
        favourite = True
    if favourite is not None:
        wanted = favourite
        yield lambda item: user.of(item).favourite == wanted
    if "isresumable" in filters:
        yield lambda item: user.of(item).position > 0
    if "likes" in filters:
        yield lambda item: user.of(item).likes is True
    if "dislikes" in filters:
        yield lambda item: user.of(item).likes is not True
    if "isfavoriteorlikes" in filters:
        yield lambda item: user.of(item).favourite or user.of(item).likes is True


def played_test(user: User, wanted: bool, *, derived: bool) -> Test:
    """Return the test whether an item is played.

    Asked for series alone, the server looks at their episodes; else at the mark of
    the item itself, which a series does not get.
    """
    if not derived:
        return lambda item: user.of(item).played == wanted
    return lambda item: all(user.of(leaf).played for leaf in item.leaves()) == wanted
