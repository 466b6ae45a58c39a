"""Device faults: what an installer must mend. They become device tickets, never person alerts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.concerns import Fact


class FaultCause(StrEnum):
    """Outermost first: one cause may explain many silent devices."""

    BROKER_LOST = "broker_lost"
    STORE_AWAY = "store_away"  # readings wait on disk for their store
    DISK_FILLING = "disk_filling"  # and soon there will be no room for more
    GATEWAY_FLOODS = "gateway_floods"
    PLATFORM_SILENT = "platform_silent"  # an operator's: every home behind it
    GATEWAY_SILENT = "gateway_silent"
    BRIDGE_OFFLINE = "bridge_offline"
    DEVICE_SILENT = "device_silent"
    DEVICE_STUCK = "device_stuck"
    READS_WRONG = "reads_wrong"  # a number that cannot be
    BATTERY_LOW = "battery_low"
    PLACE_DOUBTED = "place_doubted"  # this and the next three are questions about how a device was set up
    POLARITY_DOUBTED = "polarity_doubted"
    NEVER_CLEARS = "never_clears"
    UNIT_DOUBTED = "unit_doubted"
    CLOCK_WRONG = "clock_wrong"
    WATCH_FAILED = "watch_failed"  # our own: something in the program failed on this home


@dataclass(frozen=True, slots=True)
class Fault:
    """One cause at one thing. `subject` is a gateway or device id; at most one open ticket exists per key."""

    cause: FaultCause
    subject: str
    since: datetime
    at: datetime
    homes: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.cause.value}/{self.subject}"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A device ticket: open until the fault is over; closes by itself."""

    id: str
    key: str
    cause: FaultCause
    subject: str
    homes: tuple[str, ...]
    opened_at: datetime
    facts: tuple[Fact, ...] = ()
    closed_at: datetime | None = None
