"""Items as Trakt and SIMKL write them: an object with ids, a title and a year."""

from ...engine.model import Item, MediaKind
from ..contents import RowError, RowFault
from ..values import JsonObject, ids_in, number_in, object_in, text_in, year_in


class Titles:
    """Makes items, so that the episodes of a show share it."""

    def __init__(self) -> None:
        """Start without any."""
        self._shows: dict[tuple[object, ...], Item] = {}

    def item(self, kind: MediaKind, title: JsonObject) -> Item:
        """Return the film or show in an object; raises RowError where nothing names it."""
        ids = ids_in(title.get("ids"))
        name, year = text_in(title.get("title")), year_in(title.get("year"))
        if not ids and not name:
            raise RowError(
                RowFault.NO_TITLE, f"the {kind.value} has no title and no ID"
            )
        return Item(kind, ids, name, year)

    def show(self, title: JsonObject) -> Item:
        """Return the show in an object, the same one each time."""
        show = self.item(MediaKind.SHOW, title)
        return self.shared(show)

    def shared(self, show: Item) -> Item:
        """Return a show as it was met first."""
        name = (*sorted(show.ids.items()), show.title, show.year)
        return self._shows.setdefault(name, show)

    def season(self, title: JsonObject, show: Item) -> Item:
        """Return a season of a show; raises RowError for one without its number."""
        number = number_in(title.get("number"))
        if number is None:
            raise RowError(RowFault.NO_PLACE, f"a season of {show.label} has no number")
        ids, name = ids_in(title.get("ids")), text_in(title.get("title"))
        return Item(MediaKind.SEASON, ids, name, show=show, season=number)

    def episode(self, title: JsonObject, show: Item, season: object = None) -> Item:
        """Return an episode of a show; raises RowError for one without its place."""
        within = number_in(title.get("season"))
        if within is None and isinstance(season, int):
            within = season
        number = number_in(title.get("number"))
        if within is None or number is None:
            detail = f"an episode of {show.label} has no season or no number"
            raise RowError(RowFault.NO_PLACE, detail)
        ids, name = ids_in(title.get("ids")), text_in(title.get("title"))
        return Item(
            MediaKind.EPISODE, ids, name, show=show, season=within, number=number
        )

    def in_row(self, kind: MediaKind, row: JsonObject) -> Item:
        """Return what a row of Trakt's is about."""
        title = object_in(row.get(kind.value))
        if kind in {MediaKind.MOVIE, MediaKind.SHOW}:
            return (
                self.show(title) if kind is MediaKind.SHOW else self.item(kind, title)
            )
        show = self.show(object_in(row.get("show")))
        if kind is MediaKind.SEASON:
            return self.season(title, show)
        return self.episode(title, show)
