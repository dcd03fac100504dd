"""What has to be true after the runs of the demo."""

from collections.abc import Iterable, Iterator

from ..simulators.trakt import Title
from .client import Client, Json
from .runs import FEATURES, Run
from .world import World

COUNT_SENSORS = ("added", "updated", "skipped")
BUTTONS = ("button.sync", "button.dry_run_now")


def check_runs(dry: Run, sync: Run, again: Run, world: World) -> Iterator[str]:
    """Say what is wrong with the runs themselves."""
    for run in (dry, sync, again):
        if run.line != run.composed:
            yield f"{run.name}: the log says “{run.line}”, the response {run.composed}"
        if run.report["status"] != "success":
            yield f"{run.name}: ended as {run.report['status']}, not success"
        if run.jellyfin.writes:
            yield f"{run.name}: {run.jellyfin.writes} writes at Jellyfin, the source"
    for run in (dry, again):
        if run.trakt.writes:
            yield f"{run.name}: {run.trakt.writes} writes at Trakt, none expected"
    if dry.counts != sync.counts:
        yield f"The sync did {sync.counts}, the dry run told {dry.counts}"
    for name in ("added", "updated"):
        wanted = getattr(world.expected, name)
        for feature in FEATURES:
            found = sync.report["features"][feature][name]
            if found != wanted[feature]:
                yield f"Sync: {feature} {name} {found}, not {wanted[feature]}"
        if again.counts[name]:
            yield f"Second sync: {again.counts[name]} {name}, none expected"
    yield from check_skips(sync, world)
    if world.trakt.limiter.refused:
        yield f"Trakt refused {world.trakt.limiter.refused} requests that came too fast"


def check_skips(sync: Run, world: World) -> Iterator[str]:
    """Say which plays were left out that should not be, or the other way round."""
    reasons = [
        item["reason"]
        for item in sync.report["items"]
        if item["feature"] == "history" and item["outcome"] == "skipped"
    ]
    expected = world.expected
    for reason, wanted in (
        ("no_date", expected.undated),
        ("no_ids", expected.without_ids),
    ):
        if (found := reasons.count(reason)) != wanted:
            yield f"Sync: {found} plays skipped as {reason}, not {wanted}"


def check_trakt(world: World) -> Iterator[str]:
    """Say what Trakt holds that it should not, and what it lacks."""
    expected, account = world.expected, world.account
    held: dict[Title, list[int]] = {}
    for play in account.history.shelf.live.values():
        held.setdefault(play.title, []).append(play.at)
    for title, at in expected.plays.items():
        if held.get(title) != [at]:
            yield f"Plays of {name_of(title)}: {held.get(title, [])}, not [{at}]"
    yield from _surplus("history", held, expected.plays)
    yield from _surplus("watchlist", account.watchlist.live, expected.watchlist)
    for title in expected.watchlist - account.watchlist.live.keys():
        yield f"{name_of(title)} is not on the watchlist"
    ratings = {title: row.rating for title, row in account.ratings.live.items()}
    for title, rating in expected.ratings.items():
        if ratings.get(title) != rating:
            yield f"{name_of(title)} is rated {ratings.get(title)}, not {rating}"
    yield from _surplus("ratings", ratings, expected.ratings)


def check_states(run: Run, states: dict[str, Json]) -> Iterator[str]:
    """Say where the entities of the pair do not show what its last run did."""
    for count in COUNT_SENSORS:
        state = states.get(f"sensor.{count}")
        if state is None or state["state"] != str(run.counts[count]):
            found = state and state["state"]
            yield f"{run.name}: sensor {count} shows {found}, not {run.counts[count]}"
        elif state["attributes"]["run_id"] != run.report["run_id"]:
            yield f"{run.name}: sensor {count} is of another run"
    status = states.get("sensor.status")
    if status is None or status["state"] != run.report["status"]:
        found = status and status["state"]
        yield f"{run.name}: sensor status shows {found}, not {run.report['status']}"
    for button in BUTTONS:
        if button not in states:
            yield f"There is no {button} on the device of the pair"


def check_log(client: Client) -> Iterator[str]:
    """Say what Home Assistant's log complains of."""
    for line in client.server.lines():
        serious = " ERROR " in line or " CRITICAL " in line
        # That it does not know a custom integration, Home Assistant says of each.
        ours = " WARNING " in line and "crosswatch" in line and "loader" not in line
        if serious or ours:
            yield f"Home Assistant's log: {line[:300]}"


def name_of(title: Title) -> str:
    """Return how a person calls a title at Trakt."""
    if title.show is None:
        return f"{title.name} ({title.year})"
    return f"{title.show.name} S{title.season:02}E{title.number:02}"


def _surplus(
    what: str, held: Iterable[Title], expected: Iterable[Title]
) -> Iterator[str]:
    for title in set(held) - set(expected):
        yield f"{name_of(title)} is in the {what} of Trakt, and should not be"
