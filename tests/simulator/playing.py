"""A clock on which time passes at once, and numbered messages to play on it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from simulator.message import Message
from tests.simulator.street import MORNING


class JumpingClock:
    """Time passes at once; what `at` holds happens before the n-th message."""

    def __init__(self, at: dict[int, Callable[[], Awaitable[object] | object]] | None = None) -> None:
        self.time = MORNING
        self.sleeps = 0
        self.at = at or {}

    def now(self) -> datetime:
        return self.time

    async def sleep_until(self, when: datetime) -> None:
        self.time = max(self.time, when)
        happens = self.at.get(self.sleeps)
        self.sleeps += 1
        if happens is not None:
            result = happens()
            if isinstance(result, Awaitable):
                await result


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 (what another process does has no event to wait for)
        await asyncio.sleep(0.002)


def some(count: int) -> list[Message]:
    """Numbered messages of three gateways."""
    return [
        Message(MORNING + timedelta(seconds=n), f"gw/g-{n % 3}/native/v1/x/reading", str(n).encode())
        for n in range(count)
    ]
