"""Where messages wait between the connection and the pipeline, and waiting for the first of several things.

The room is bounded from the outside: when it is full the session reads nothing more until half of it is taken.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine
from typing import Any

from ingest.message import Message


class WaitingRoom:
    """Messages in order of receipt. `room` is set while more may come in; `pauses` counts how often it was not."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._messages: deque[Message] = deque()
        self._arrived = asyncio.Event()
        self._finished = False
        self.room = asyncio.Event()
        self.room.set()
        self.pauses = 0

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, message: Message) -> None:
        """Never refuses: what was read from the connection cannot be put back."""
        self._messages.append(message)
        self._arrived.set()

    async def take(self, limit: int) -> list[Message]:
        """At most `limit` messages; waits for one. Empty once finished."""
        while not self._messages and not self._finished:
            self._arrived.clear()
            await self._arrived.wait()
        if self._finished:
            return []
        return [self._messages.popleft() for _ in range(min(limit, len(self._messages)))]

    def shut(self) -> bool:
        """Is it full, so that reading must stop now?"""
        if len(self._messages) < self._most:
            return False
        if self.room.is_set():
            self.room.clear()
            self.pauses += 1
        return True

    def reopen(self) -> bool:
        """Was it full, and is it half empty now?"""
        if self.room.is_set() or len(self._messages) > self._most // 2:
            return False
        self.room.set()
        return True

    def finish(self) -> None:
        self._finished = True
        self._arrived.set()


async def until_one(*waits: Coroutine[Any, Any, object]) -> None:
    """Wait for the first to end, and end the others. Raises what the first raised."""
    tasks = [asyncio.create_task(one, name="mqtt session") for one in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
