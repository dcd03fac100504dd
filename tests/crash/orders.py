"""What a process is told to run, as it goes over its standard input."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
import json
from typing import Any, Final, Self

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode, Policy

from .points import Point

FEATURES: Final = (Feature.HISTORY, Feature.WATCHLIST, Feature.RATINGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """An account as Home Assistant keeps it."""

    slug: str
    data: Mapping[str, object]
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A run of the pair in a folder, and where it dies; `undo` is a run to take back.

    `hosts` are the addresses of simulators by the host that they stand in for.
    """

    folder: str
    route: str
    source: Login
    target: Login
    hosts: Mapping[str, str]
    point: Point | None = None
    number: int = 1
    undo: str = ""

    @classmethod
    def from_line(cls, line: str) -> Self:
        """Return the order that stands in a line."""
        told: dict[str, Any] = json.loads(line)
        point = told["point"]
        return cls(
            **{
                **told,
                "source": Login(**told["source"]),
                "target": Login(**told["target"]),
                "point": Point(point) if point else None,
            }
        )

    @property
    def line(self) -> str:
        """Return the order as a line."""
        return json.dumps(asdict(self))


def services(route: str) -> tuple[str, str]:
    """Return the source and the target of a route such as "trakt<>tracker+"."""
    source, _, target = route.removesuffix("+").replace("<>", ">").partition(">")
    return source, target


def policy(route: str) -> Policy:
    """Return what a pair is set to: "<>" is two-way, "+" syncs rewatches.

    Removals are always on.
    """
    rules = FeaturePolicy(remove=True, rewatches=route.endswith("+"))
    return Policy(
        mode=Mode.TWO_WAY if "<>" in route else Mode.ONE_WAY,
        features=dict.fromkeys(FEATURES, rules),
    )
