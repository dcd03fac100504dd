"""Which items a request for a list means: with the filters that only Emby has."""

from collections.abc import Iterable

from ..jellyfin.model import Item, User, plain
from ..jellyfin.ordering import ordered
from ..jellyfin.parameters import Parameters
from ..jellyfin.query import Test, id_test, saved_test, type_tests, user_tests
from .behaviour import SavedFilter
from .state import saved_at


def select(
    candidates: Iterable[Item],
    parameters: Parameters,
    user: User | None,
    saved_filter: SavedFilter,
    *,
    mixed: int | None = None,
) -> list[Item]:
    """Return the items that pass all tests of a request, in the order it asks for."""
    tests = [
        *type_tests(parameters),
        *metadata_tests(parameters),
        *saved_tests(parameters, user, saved_filter),
        *user_tests(parameters, user),
    ]
    items = [item for item in candidates if all(test(item) for test in tests)]
    return ordered(items, parameters, user, mixed=mixed)


def metadata_tests(parameters: Parameters) -> Iterable[Test]:
    """Return the tests of what is known about an item."""
    if wanted := frozenset(parameters.words("anyProviderIdEquals")):
        yield lambda item: not wanted.isdisjoint(provider_words(item))
    if term := parameters.text("searchTerm"):
        part = plain(term)
        yield lambda item: part in plain(item.name)
    if start := parameters.text("nameStartsWith"):
        prefix = start.lower()
        yield lambda item: item.sort_name.startswith(prefix)
    if years := set(parameters.words("years")):
        yield lambda item: str(item.year) in years
    if path := parameters.text("path"):
        yield lambda item: item.path == path
    if (season := parameters.integer("parentIndexNumber")) is not None:
        yield lambda item: item.parent_index == season
    if excluded := set(parameters.ids("excludeItemIds")):
        yield lambda item: item.id not in excluded
    for name, namespace in (
        ("hasImdbId", "imdb"),
        ("hasTmdbId", "tmdb"),
        ("hasTvdbId", "tvdb"),
    ):
        if (has := parameters.boolean(name)) is not None:
            yield id_test(namespace, has)


def provider_words(item: Item) -> Iterable[str]:
    """Return the ids of an item as a request asks for them."""
    return (f"{name}.{value}".lower() for name, value in item.provider_ids.items())


def saved_tests(
    parameters: Parameters, user: User | None, saved_filter: SavedFilter
) -> Iterable[Test]:
    """Return the tests of when something was saved last."""
    if (since := parameters.moment("minDateLastSaved")) is not None:
        yield saved_test(since)
    moment = parameters.moment("minDateLastSavedForUser")
    if moment is None or user is None:
        return
    match saved_filter:
        case SavedFilter.METADATA:
            yield saved_test(moment)
        case SavedFilter.USER_DATA:
            yield lambda item: (saved_at(user, item) or 0) >= moment
        case SavedFilter.IGNORED:
            pass
