"""Where blocking store calls run: threads of our own, so that nobody else's slow query can hold up an alert.

Tests run the calls in line, so that virtual time is all the time there is.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

T = TypeVar("T")


class Runner(Protocol):
    """Runs a blocking call without blocking the event loop, and gives its result or raises its error."""

    async def __call__(self, call: Callable[[], T], /) -> T: ...


class Threads:
    """A few named threads. `close` waits for the calls that are running."""

    def __init__(self, count: int = 4) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="alerts")

    async def __call__(self, call: Callable[[], T], /) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def close(self) -> None:
        self._pool.shutdown(wait=True)


async def inline(call: Callable[[], T], /) -> T:
    """Run it here and now."""
    return call()
