"""What can be switched at a simulated Kodi: what goes wrong, or differs by release."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class RpcFault:
    """One error among the answers of a batch: the n-th call of a method is refused.

    `after` lets the call be carried out all the same.
    """

    method: str
    code: int
    on_call: int = 1
    times: int = 1
    after: bool = False
    calls: int = 0

    def due(self, method: str) -> bool:
        """Count a call, and tell whether it is to be refused."""
        if method != self.method:
            return False
        self.calls += 1
        return self.on_call <= self.calls < self.on_call + self.times


@dataclass(slots=True)
class Behaviour:
    """The switches."""

    omits_empty_lists: bool = False
    """A list without rows lacks its array, as some releases send it. [unsure]"""
    shuffles_batches: bool = True
    """Answers come in any order, as the standard allows; the real one keeps it."""
    drops_answers_to: str = ""
    """Calls of this method in a batch get no answer at all."""
    reports_zone: bool = True
    """The setting of the time zone is there, as it is on Linux only."""
    zone_name: str = ""
    """What that setting says where it is not the zone that is used."""
    unknown_methods: frozenset[str] = frozenset()
    """Methods that this release does not know."""
    tells_files: bool = True
    """Entries say in which file they lie; else they lack it, as nothing real does."""
    known_labels: frozenset[str] | None = None
    """The labels that the host has a text for; None for all."""
    halves_of_the_day: tuple[str, str] | None = None
    """The words for them, where its region counts twelve hours."""
    busy_labels: int = 0
    """How often the labels of the host's time are not there yet."""
    ignores_limits: bool = False
    """Each page of a list begins with its first row."""
    cut_lists: int | None = None
    """How many rows of a list are shown at most, though all are counted."""
    scanning: bool = False
    """The library is being scanned."""
    profile: str = "Master user"
    """The profile that is loaded."""
    forgets_writes: bool = False
    """Changes are answered with OK and not made."""
    renumbers_before: str = ""
    """The library is scanned anew just before the next call of this method."""
    rpc_faults: list[RpcFault] = field(default_factory=list)

    def fail(
        self,
        method: str,
        code: int,
        *,
        on_call: int = 1,
        times: int = 1,
        after: bool = False,
    ) -> None:
        """Let calls of a method be refused with an error of JSON-RPC."""
        self.rpc_faults.append(RpcFault(method, code, on_call, times, after))
