"""What repair flows share that send again what waits: the run, and what came of it."""

from abc import abstractmethod
import asyncio
from typing import ClassVar, override

from homeassistant.components.repairs import RepairsFlowResult

from .engine.pair import RunOptions
from .pair_issues import DATA_PAIR_ID, IssueData, async_told, noted_in
from .repair_pair import PairRepairFlow


class RetryFlow(PairRepairFlow):
    """Offers to send again what waits, without waiting for its time."""

    kind: ClassVar[str]

    def __init__(self, data: IssueData) -> None:
        """Start without a run of its own."""
        super().__init__(data)
        self._try_ends: asyncio.Task[None] | None = None

    async def async_step_try_again(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Send all of it again, once the run that is going on has ended."""
        if (pair := self._pair) is not None and pair.settings.dry_run:
            return self.async_abort(
                reason="dry_run", description_placeholders=self._placeholders
            )
        return await self.async_step_wait()

    @override
    async def async_step_decide(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Start a run that reads everything again, and sends what waits."""
        if (pair := self._pair) is None:
            return self._not_there()
        if pair.run is not None:
            # Another one was started just now.
            self._run_ends = None
            return await self.async_step_wait()
        waiting = frozenset(noted_in(self._noted))
        features = waiting.intersection(pair.settings.features)
        if not features:
            return self._done("settled")
        options = RunOptions(dry_run=False, full_refresh=True, features=features)
        self._try_ends = self._until_ended(pair.async_start_run(options))
        return await self.async_step_trying()

    async def async_step_trying(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Wait until the run has ended; closing the dialog does not end it."""
        if self._try_ends is None or self._try_ends.done():
            return self.async_show_progress_done(next_step_id="tried")
        return self.async_show_progress(
            step_id="trying",
            progress_action="trying",
            progress_task=self._try_ends,
            description_placeholders=self._placeholders,
        )

    async def async_step_tried(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Say what came of it, which the run has noted by now."""
        if self._found is None:
            return self._not_there()
        told = async_told(self.hass, self.kind, str(self._noted[DATA_PAIR_ID]))
        if told is None:
            return self._done("tried")
        placeholders = {**self._placeholders, **self._still_waiting(told)}
        return self.async_abort(
            reason="still_waiting", description_placeholders=placeholders
        )

    async def async_step_leave(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Leave it as it is until there is more of it."""
        return self._leave("left")

    @abstractmethod
    def _still_waiting(self, told: IssueData) -> dict[str, str]:
        """Return what stands in the text about what a run has left."""
