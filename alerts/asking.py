"""Asking before repeating: has the provider this very message already, from a try of whose end nothing is known?

Only a plain yes keeps a message from being sent again. No, silence, and whatever cannot be read mean: send it.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from alerts.channels.channel import Channel, OutgoingMessage
from core.delivery import CannotSay, Finding, HasIt, HasNot

log = logging.getLogger(__name__)


@dataclass
class Asking:
    """`within`: real seconds that a repeat waits for an answer at most. `counts`, for metrics: answers by channel and
    kind (`has_it`, `has_not`, `cannot_say`).
    """

    within: float = 1.5
    counts: dict[tuple[str, str], int] = field(default_factory=dict)

    async def ask(self, channel: Channel, message: Callable[[], OutgoingMessage], *, since: datetime) -> HasIt | None:
        """What the provider has from a try made at `since` or later; None where the message must be sent."""
        finding = await self._asked(channel, message, since)
        kind = _kind(finding)
        self.counts[channel.kind, kind] = self.counts.get((channel.kind, kind), 0) + 1
        return finding if isinstance(finding, HasIt) else None

    async def _asked(self, channel: Channel, message: Callable[[], OutgoingMessage], since: datetime) -> Finding:
        try:
            async with asyncio.timeout(self.within):
                return await channel.find(message(), since)
        except TimeoutError:
            return CannotSay(f"no answer within {self.within:g} s")
        except Exception as error:
            log.exception("channel failed when it was asked", extra={"channel": channel.kind})
            return CannotSay(f"the channel failed: {type(error).__name__}")


def _kind(finding: Finding) -> str:
    match finding:
        case HasIt():
            return "has_it"
        case HasNot():
            return "has_not"
        case CannotSay():
            return "cannot_say"
