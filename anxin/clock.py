"""Clocks: the system's for production, a scaled one for demonstrations and drills.

A scaled clock is an affine map of real time, so that several processes given the same epoch agree.
"""

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FASTEST = 100_000.0
_LONGEST_SLEEP = 3600.0


@dataclass(slots=True)
class ScaledClock:
    """simulated = `start` + (real − `real_start`) × `speed`."""

    start: datetime
    real_start: datetime
    speed: float = 1.0

    def restart(self) -> None:
        """Stand at `start` again, now: what took real time before it began does not count."""
        self.real_start = datetime.now(UTC)

    def now(self) -> datetime:
        return self.start + (datetime.now(UTC) - self.real_start) * self.speed

    async def sleep_until(self, when: datetime) -> None:
        """Sleep in real time; a jump of the system's clock is noticed within an hour."""
        while (left := self.real(when - self.now())) > 0:  # noqa: ASYNC110 - a clock has no event to wait for
            await asyncio.sleep(min(left, _LONGEST_SLEEP))

    def real(self, simulated: timedelta) -> float:
        """How many real seconds a simulated span takes."""
        return simulated.total_seconds() / self.speed

    @property
    def epoch(self) -> str:
        """The text that makes another process run in step."""
        return f"{self.start.isoformat()}@{self.real_start.isoformat()}*{self.speed:g}"


def system_clock() -> ScaledClock:
    """Real time at speed 1."""
    now = datetime.now(UTC)
    return ScaledClock(now, now)


def parse_epoch(text: str) -> ScaledClock:
    """`SIMULATED@REAL*SPEED`, both ISO 8601 with an offset. Raises ValueError with what is allowed."""
    clock = _parsed(text)
    if clock is None or clock.start.tzinfo is None or clock.real_start.tzinfo is None or not 0 < clock.speed <= FASTEST:
        raise ValueError(
            f"clock = {text!r}: must be SIMULATED@REAL*SPEED, times with offset, speed above 0, at most {FASTEST:g}, "
            "such as 2026-11-24T01:30:00Z@2026-11-24T02:00:00Z*30"
        )
    return clock


def _parsed(text: str) -> ScaledClock | None:
    match = re.fullmatch(r"\s*(\S+?)@(\S+?)\*([0-9.]+)\s*", text)
    if match is None:
        return None
    try:
        return ScaledClock(datetime.fromisoformat(match[1]), datetime.fromisoformat(match[2]), float(match[3]))
    except ValueError:
        return None
