"""Virtual time: an event loop that jumps to its next deadline whenever it would wait, and a clock that reads it.

Nothing sleeps, nothing depends on the machine, and every run goes the same way.
"""

import asyncio
import selectors
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # Tuesday, 09:00 in Shanghai


class _JumpingSelector(selectors.SelectSelector):
    """Where a real loop would wait, time jumps."""

    def __init__(self) -> None:
        super().__init__()
        self.elapsed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if events or timeout == 0:
            return events
        if timeout is None:
            raise RuntimeError("nothing is ready and nothing is scheduled: the story hangs")
        self.elapsed += max(timeout, 0.0)
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.elapsed


class VirtualClock:
    """`core.clock.Clock` on a virtual loop."""

    def __init__(self, loop: VirtualLoop, start: datetime = START) -> None:
        self._loop = loop
        self._start = start

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._loop.time())

    async def sleep_until(self, when: datetime) -> None:
        while (left := (when - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - a clock has no event to wait for
            await asyncio.sleep(max(left, 1e-6))
