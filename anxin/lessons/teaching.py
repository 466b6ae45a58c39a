"""Teaching: the watch is told within a minute what endings have taught, and at once what people chose."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from alerts.workers import Runner
from core.lessons import Taught
from core.ports import StoreUnavailable

log = logging.getLogger(__name__)

LOOK_EVERY = 30.0
"""Real seconds."""


@dataclass
class Teaching:
    """`taught` is blocking, `hear` is called on the loop."""

    taught: Callable[[], Mapping[str, Taught]]
    hear: Callable[[Mapping[str, Taught]], None]
    run_call: Runner = asyncio.to_thread
    _stirred: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None

    async def run(self) -> None:
        """Until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            self._stirred.clear()
            try:
                await self.step()
            except StoreUnavailable as error:
                log.warning("what endings taught waits for the store: %s", error)
            except Exception:
                # Whatever is wrong with it, homes are watched as they were.
                log.exception("what endings taught could not be told")
            try:
                await asyncio.wait_for(self._stirred.wait(), LOOK_EVERY)
            except TimeoutError:
                continue

    async def step(self) -> None:
        """Tell once."""
        self.hear(await self.run_call(self.taught))

    def stir(self) -> None:
        """Something was chosen. From any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stirred.set)
