"""From the body of a write to the titles it means."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .behaviour import Behaviour, NotFound
from .library import LISTED_IDS, Library
from .model import JsonObject, Kind, Title
from .refusal import Refusal


@dataclass(frozen=True, slots=True)
class Target:
    """A title that a body names, with the objects that name it, inmost first."""

    title: Title
    sent: tuple[JsonObject, ...]

    def own(self, name: str) -> object:
        """Return a value given for the title itself."""
        return self.sent[0].get(name)

    def inherited(self, name: str) -> object:
        """Return a value given for the title, else for its season or show."""
        for each in self.sent:
            if (value := each.get(name)) is not None:
                return value
        return None


def empty_groups() -> dict[str, list[JsonObject]]:
    """Return an empty list for every kind."""
    return {kind.plural: [] for kind in Kind}


@dataclass(slots=True)
class Targets:
    """What a body means: known titles, and what no title was found for."""

    found: list[Target] = field(default_factory=list)
    not_found: dict[str, list[JsonObject]] = field(default_factory=empty_groups)


class TargetReader:
    """Reads the groups `movies`, `shows`, `seasons`, `episodes` of one body.

    What is not found is echoed by its ids (or its title and year) or its number,
    and by the value named `echo`. A show or a season that has parts is meant by
    itself too if it carries that value.
    """

    def __init__(
        self, library: Library, behaviour: Behaviour, echo: str | None = None
    ) -> None:
        """Prepare for one body."""
        self._library = library
        self._behaviour = behaviour
        self._echo = echo
        self._accepted: Mapping[Kind, Sequence[str] | frozenset[str]] = {
            **LISTED_IDS,
            Kind.EPISODE: behaviour.episode_ids,
        }
        self._targets = Targets()

    def read(self, body: JsonObject) -> Targets:
        """Return what the body means."""
        if (status := self._behaviour.undocumented_ids) is not None:
            self._check_episodes(body, status)
        for kind in Kind:
            for item in objects(body, kind.plural):
                title = self._library.resolve(kind, item, self._accepted[kind])
                if title is None:
                    self._targets.not_found[kind.plural].append(self._reference(item))
                elif kind is Kind.SHOW and item.get("seasons"):
                    self._read_show(title, item)
                else:
                    self._targets.found.append(Target(title, (item,)))
        return self._targets

    def _read_show(self, show: Title, item: JsonObject) -> None:
        """Read a show of which seasons are named."""
        if self._carries_value(item):
            self._targets.found.append(Target(show, (item,)))
        missing = list(self._missing_seasons(show, item))
        if missing:
            reference = self._reference(item) | {"seasons": missing}
            elsewhere = self._behaviour.not_found is NotFound.AMONG_EPISODES
            group = Kind.EPISODE if elsewhere else Kind.SHOW
            self._targets.not_found[group.plural].append(reference)

    def _check_episodes(self, body: JsonObject, status: int) -> None:
        """Refuse what the contract does not allow, as a gateway would."""
        for item in objects(body, Kind.EPISODE.plural):
            ids = item.get("ids")
            if not isinstance(ids, dict) or not {"trakt", "tvdb"} & ids.keys():
                raise Refusal(status, "episodes: invalid ids")

    def _missing_seasons(self, show: Title, item: JsonObject) -> Iterator[JsonObject]:
        """Read the seasons of a show and return what is not found of them."""
        for sent in objects(item, "seasons"):
            season = show.children.get(number_of(sent))
            episodes = objects(sent, "episodes") if sent.get("episodes") else ()
            if season is not None and (not episodes or self._carries_value(sent)):
                self._targets.found.append(Target(season, (sent, item)))
            missing = []
            for episode_sent in episodes:
                episode = season and season.children.get(number_of(episode_sent))
                if episode is None:
                    missing.append(self._reference(episode_sent))
                else:
                    path = (episode_sent, sent, item)
                    self._targets.found.append(Target(episode, path))
            if missing:
                yield self._reference(sent) | {"episodes": missing}
            elif season is None:
                yield self._reference(sent)

    def _carries_value(self, item: JsonObject) -> bool:
        """Return whether an object with parts says something of itself."""
        return self._echo is not None and self._echo in item

    def _reference(self, item: JsonObject) -> JsonObject:
        """Return an object as it is echoed."""
        if self._behaviour.not_found is NotFound.NAMELESS:
            return {name: value for name, value in item.items() if name != "ids"}
        names = ("ids",) if "ids" in item else ("number", "title", "year")
        kept = (*names, self._echo) if self._echo is not None else names
        return {name: item[name] for name in kept if name in item}


def objects(body: JsonObject, name: str) -> list[JsonObject]:
    """Return the objects of a list in a body; null is an empty list."""
    items = body.get(name)
    if items is None:
        return []
    if not isinstance(items, list) or not all(isinstance(i, dict) for i in items):
        raise Refusal(422, f"{name} must be an array of objects")
    return items


def number_of(item: JsonObject) -> int:
    """Return the number of a season or an episode; -1 if there is none."""
    number = item.get("number")
    return number if type(number) is int else -1
