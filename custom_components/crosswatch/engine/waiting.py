"""Wait for both sides at once, and for what has to be finished whatever happens."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from .applying import reason_of
from .model import Side
from .provider import ProviderError
from .report import Failure


class SideError(Exception):
    """A provider error, with the side that it came from."""

    def __init__(self, side: Side, error: ProviderError) -> None:
        """Remember what the report has to say."""
        super().__init__(str(error))
        self.failure = failure_of(side, error)


def failure_of(side: Side, error: ProviderError) -> Failure:
    """Return what a report says of a provider's error."""
    return Failure(side=side, reason=reason_of(error), message=str(error))


async def both[Answer](
    source: Coroutine[Any, Any, Answer], target: Coroutine[Any, Any, Answer]
) -> list[Answer]:
    """Ask both sides at once and return both answers; raises SideError.

    Wait for both to settle, so that a failed one does not leave the other running
    after the run has ended.
    """
    answers = await asyncio.gather(source, target, return_exceptions=True)
    good: list[Answer] = []
    for side, answer in zip(Side, answers, strict=True):
        if isinstance(answer, ProviderError):
            raise SideError(side, answer) from answer
        if isinstance(answer, BaseException):
            raise answer
        good.append(answer)
    return good


async def to_the_end[Answer](
    work: Coroutine[Any, Any, Answer],
) -> tuple[Answer, bool]:
    """Return the answer, and whether the run was cancelled while it was awaited.

    What was written has to be recorded, whatever happens meanwhile.
    """
    task = asyncio.create_task(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            cancelled = True
    return task.result(), cancelled
