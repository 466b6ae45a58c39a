"""Pace: no more messages to a provider than its contract allows, with a part that is kept for red.

A token bucket for each channel and process. A short wait is waited here; a longer one is said as a rate limit.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.channels.channel import Channel, OutgoingMessage
from alerts.channels.inbound import Inbound
from core.clock import Clock
from core.concerns import Severity
from core.delivery import Finding, RateLimited, Verdict

_WAITED_HERE = 2.0


@dataclass
class Paced:
    """Stands before a channel. Red may empty the bucket; others leave `reserve` of it. `inbound`: what comes back.
    `bundles`: one message may carry several calls.
    """

    channel: Channel
    clock: Clock
    per_second: float
    burst: int
    reserve: float
    inbound: Inbound | None = None
    bundles: bool = False
    _left: float = field(init=False)
    _at: float | None = None

    def __post_init__(self) -> None:
        self._left = float(self.burst)

    @property
    def kind(self) -> str:
        return self.channel.kind

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        wait = self._take(red=message.severity is Severity.RED)
        if wait > _WAITED_HERE:
            return RateLimited(self.clock.now() + timedelta(seconds=wait), "our own limit for this provider")
        if wait > 0:
            await asyncio.sleep(wait)
        return await self.channel.deliver(message)

    async def find(self, message: OutgoingMessage, since: datetime) -> Finding:
        """Asking is no message, and takes nothing from the bucket."""
        return await self.channel.find(message, since)

    def _take(self, *, red: bool) -> float:
        """Seconds until it may go; taken at once unless that is too long."""
        now = asyncio.get_running_loop().time()
        if self._at is not None:
            self._left = min(float(self.burst), self._left + (now - self._at) * self.per_second)
        self._at = now
        floor = 0.0 if red or self.burst == 1 else self.reserve * self.burst
        wait = max(0.0, (floor + 1.0 - self._left) / self.per_second)
        if wait <= _WAITED_HERE:
            self._left -= 1.0
        return wait

    async def aclose(self) -> None:
        close = getattr(self.channel, "aclose", None)
        if close is not None:
            await close()
