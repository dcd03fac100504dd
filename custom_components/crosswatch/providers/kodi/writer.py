"""Writes to a Kodi: proves the addresses, changes them, and believes only its lists."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence

from ...engine.model import Feature, Progress, Rated, Watched
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ...engine.provider import ProviderError
from .changes import (
    TO_START,
    UNRATED,
    Changes,
    RefusedError,
    can_hold,
    is_at_position,
    is_nearly_over,
    position_change,
    turned_back,
    unwatched_change,
    wanted_as,
    wanted_seconds,
    was_rated_since,
    was_watched_since,
    was_watched_to_the_end,
    watched_change,
    went_on,
    whole_rating,
)
from .library import INDEX_LIFETIME, Address, AmbiguousError, Library
from .lists import STATE_FIELDS, change_call, details_call, details_of
from .probe import Moment, Scout
from .rows import State, parse_state
from .rpc import Call, Code, Reply, RpcClient
from .tasks import Task, judged, nowhere


class Writer:
    """Carries out the operations of one call, a request for each step of all."""

    def __init__(self, rpc: RpcClient, scout: Scout, library: Library) -> None:
        """Take whom to ask."""
        self._rpc = rpc
        self._scout = scout
        self._library = library
        self._proven: dict[str, State] = {}

    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Carry out the operations on one feature."""
        tasks = [Task(operation) for operation in operations]
        moment, ambiguous = await self._find(tasks)
        waiting: list[Task] = []
        for task in tasks:
            if task in ambiguous:
                yield Outcome(task.operation, OutcomeKind.UNRESOLVED, Reason.AMBIGUOUS)
            elif (outcome := self._prepare(feature, task, tasks, moment)) is not None:
                yield outcome
            else:
                waiting.append(task)
        if not waiting:
            return
        await self._send(waiting)
        found = await self._read_back(waiting)
        for task in waiting:
            yield judged(feature, task, found, moment)

    async def _find(self, tasks: Sequence[Task]) -> tuple[Moment, list[Task]]:
        """Find the entries of all operations, and tell of which that is doubtful."""
        for task in tasks:
            names = dict.fromkeys(task.operation.native_ids)
            task.keys = [name for name in names if not name.startswith("own:")]
        known = {key for task in tasks for key in task.keys}
        moment = await self._prove(known) if known else None
        missing = [task for task in tasks if self._proven.keys().isdisjoint(task.keys)]
        ambiguous: list[Task] = []
        for task in missing:
            try:
                task.keys = await self._library.find(task.operation)
            except AmbiguousError:
                ambiguous.append(task)
        wanted = {key for task in missing for key in task.keys}
        if wanted or moment is None:
            moment = await self._prove(wanted)
        for task in tasks:
            task.states = [
                self._proven[key] for key in task.keys if key in self._proven
            ]
        return moment, ambiguous

    async def _prove(self, keys: Collection[str]) -> Moment:
        """Read the entries by their keys; what has moved is looked for once more.

        A number proves nothing: after a scan it may be that of another entry. Only
        what lies in the same file is what it was.
        """
        found, moment = await self._read(keys)
        self._proven.update(found)
        if lost := set(keys) - found.keys():
            await self._library.refresh(0 if self._moved(lost) else INDEX_LIFETIME)
            found, moment = await self._read(lost)
            self._proven.update(found)
        return moment

    def _moved(self, keys: Iterable[str]) -> bool:
        """Tell whether some entries were believed to be where they are not."""
        return any(self._library.address(key) is not None for key in keys)

    async def _read(self, keys: Iterable[str]) -> tuple[dict[str, State], Moment]:
        """Return those entries that are where they are believed to be."""
        addresses = {
            key: address
            for key in keys
            if (address := self._library.address(key)) is not None
        }
        calls = [_state_call(address) for address in addresses.values()]
        replies, moment = await self._scout.ask(calls)
        states = [
            _state(address, call, reply)
            for address, call, reply in zip(
                addresses.values(), calls, replies, strict=True
            )
        ]
        found = {state.key: state for state in states if state is not None}
        return {key: found[key] for key in addresses if key in found}, moment

    def _prepare(
        self, feature: Feature, task: Task, tasks: Sequence[Task], moment: Moment
    ) -> Outcome | None:
        """Note what an operation has to set; return its outcome if that is nothing."""
        operation = task.operation
        if not task.states:
            return nowhere(operation)
        try:
            for state in task.states:
                match feature:
                    case Feature.HISTORY:
                        changes = self._plays(task, tasks, state, moment)
                    case Feature.RATINGS:
                        changes = _rating(task, state)
                    case _:
                        changes = self._position(task, state, moment)
                if changes is not None:
                    task.changes.append((state, changes))
        except RefusedError as refused:
            task.changes.clear()
            if refused.reason is Reason.AMBIGUOUS:
                return Outcome(operation, OutcomeKind.UNRESOLVED, refused.reason)
            return Outcome(operation, OutcomeKind.FAILED, refused.reason)
        if task.changes:
            return None
        name = task.states[0].key
        return Outcome(operation, OutcomeKind.ALREADY_THERE, native_id=name)

    def _plays(
        self, task: Task, tasks: Sequence[Task], state: State, moment: Moment
    ) -> Changes | None:
        """Return what makes an entry watched or unwatched."""
        operation, time = task.operation, moment.time
        if not can_hold(state.kind):
            raise RefusedError(Reason.KIND_NOT_SUPPORTED)
        if operation.action is not Action.REMOVE:
            wanted = wanted_as(operation.value, Watched)
            back = turned_back(state, wanted, operation.before, time)
            return back or watched_change(state, wanted, time)
        if not state.play_count:
            return None
        if was_watched_since(state, operation.before, time):
            # The newer play wins; the next run sees it.
            raise RefusedError(Reason.CHANGED_SINCE)
        going = {
            key
            for each in tasks
            if each.operation.action is Action.REMOVE
            for key in each.keys
        }
        if not going.issuperset(self._library.parts(state.key)):
            # Only the file is played or not: the other episodes in it would go too.
            raise RefusedError(Reason.AMBIGUOUS)
        return unwatched_change(state)

    def _position(self, task: Task, state: State, moment: Moment) -> Changes | None:
        """Return what puts an entry at a position."""
        operation = task.operation
        removes = operation.action is Action.REMOVE
        wanted = Progress(0) if removes else wanted_as(operation.value, Progress)
        if not can_hold(state.kind):
            raise RefusedError(Reason.KIND_NOT_SUPPORTED)
        if len(self._library.parts(state.key)) > 1:
            raise RefusedError(Reason.AMBIGUOUS)
        seconds = wanted_seconds(wanted, state)
        if seconds is None:
            raise RefusedError(Reason.REJECTED)
        if is_at_position(state, seconds):
            return None
        if moment.playing == (state.kind, state.id):
            raise RefusedError(Reason.BEING_PLAYED)
        if went_on(task.states, operation.before):
            raise RefusedError(Reason.CHANGED_SINCE)
        if not seconds:
            return TO_START
        if was_watched_to_the_end(state, wanted, moment.time):
            raise RefusedError(Reason.ALREADY_WATCHED)
        if is_nearly_over(seconds, state):
            raise RefusedError(Reason.NEARLY_FINISHED)
        return position_change(state, seconds, wanted, moment.time)

    async def _send(self, tasks: Sequence[Task]) -> None:
        """Set what the operations want, the newest play of a file last."""
        tasks = sorted(tasks, key=_date)
        calls = [
            change_call(state.kind, state.id, changes)
            for task in tasks
            for state, changes in task.changes
        ]
        replies = iter(await self._rpc.tell(calls))
        for task in tasks:
            task.replies = [next(replies) for _ in task.changes]

    async def _read_back(self, tasks: Sequence[Task]) -> dict[str, State | None]:
        """Return what the entries are after the writes, None for one that is gone.

        An entry that is another one now is left out: nobody knows which was written.
        """
        written = {
            state.key: (state.kind, state.id)
            for task in tasks
            for state, _ in task.changes
        }
        calls = [_state_call(address) for address in written.values()]
        try:
            replies = await self._rpc.ask(calls)
            states = [
                _state(address, call, reply)
                for address, call, reply in zip(
                    written.values(), calls, replies, strict=True
                )
            ]
        except ProviderError as err:
            err.maybe_sent = True
            raise
        return {
            key: state
            for key, state in zip(written, states, strict=True)
            if state is None or state.key == key
        }


def _rating(task: Task, state: State) -> Changes | None:
    """Return what gives an entry its rating, or takes it off."""
    operation = task.operation
    if was_rated_since([each.rating for each in task.states], operation):
        raise RefusedError(Reason.CHANGED_SINCE)
    if operation.action is Action.REMOVE:
        return UNRATED if state.rating else None
    rating = whole_rating(wanted_as(operation.value, Rated).rating)
    return None if state.rating == rating else {"userrating": rating}


def _date(task: Task) -> str:
    """Return what orders operations by the date that they set."""
    dates = [str(changes.get("lastplayed", "")) for _, changes in task.changes]
    return max(dates, default="")


def _state_call(address: Address) -> Call:
    """Return the call that reads what was done with an entry."""
    kind, entry_id = address
    return details_call(kind, entry_id, STATE_FIELDS[kind])


def _state(address: Address, call: Call, reply: Reply) -> State | None:
    """Return what was done with an entry, None if there is none of that number."""
    if reply.code == Code.INVALID_PARAMS:
        return None
    return parse_state(address[0], details_of(address[0], call, reply))
