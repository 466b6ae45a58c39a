"""How much one gateway may say: a bucket per gateway, so that one that floods cannot take the others' turn.

Generous: a reconnecting gateway's whole backlog fits. Beyond it only alarms are kept, and the gateway is named.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

QUIET = timedelta(minutes=5)
"""So long after its last refused message a gateway counts as flooding no more."""


@dataclass(frozen=True, slots=True)
class AllowanceLimits:
    """Messages per second that a gateway may send for long: `base`, and `per_device` for each device bound behind it.

    `backlog`: seconds of that rate which it may send at once, and `least_backlog` messages in any case.
    """

    base: float = 20.0
    per_device: float = 2.0
    backlog: float = 600.0
    least_backlog: float = 30_000.0


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime
    refused: int = 0
    since: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Flood:
    """A gateway beyond its allowance: `refused` messages of which only alarms were kept, since `since`."""

    gateway: str
    since: datetime
    refused: int


class Allowances:
    """By gateway. Told the time with each message; forgets gateways that are quiet."""

    def __init__(self, limits: AllowanceLimits | None = None) -> None:
        self._limits = limits or AllowanceLimits()
        self._buckets: dict[str, _Bucket] = {}
        self._devices: Mapping[str, int] = {}

    def use(self, devices: Mapping[str, int]) -> None:
        """How many devices are bound behind each gateway."""
        self._devices = devices
        self._buckets = {gateway: one for gateway, one in self._buckets.items() if gateway in devices}

    def admits(self, gateway: str, now: datetime) -> bool:
        """May it say one more thing?"""
        limits = self._limits
        rate = limits.base + limits.per_device * self._devices.get(gateway, 0)
        most = max(limits.least_backlog, rate * limits.backlog)
        bucket = self._buckets.get(gateway)
        if bucket is None:
            bucket = self._buckets[gateway] = _Bucket(most, now)
        passed = (now - bucket.at).total_seconds()
        if passed > 0:
            bucket.left = min(most, bucket.left + passed * rate)
        bucket.at = now
        if bucket.left >= 1.0:
            bucket.left -= 1.0
            return True
        if bucket.last is None or now - bucket.last > QUIET:
            bucket.since, bucket.refused = now, 0
        bucket.last = now
        bucket.refused += 1
        return False

    def floods(self, now: datetime) -> list[Flood]:
        """Gateways that were beyond their allowance within the last minutes."""
        return [
            Flood(gateway, one.since, one.refused)
            for gateway, one in self._buckets.items()
            if one.since is not None and one.last is not None and now - one.last <= QUIET
        ]
