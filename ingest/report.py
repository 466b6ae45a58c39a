"""What intake did so far: counters, and bounded samples of what it could not use, for people to look into.

Samples hold the first bytes of refused messages; they are shown to installers, never logged.
"""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ingest.conventions.decoded import Reason
from ingest.decisions import Decision
from ingest.message import Message

HEAD = 160
SAMPLES = 50
UNKNOWN_KEPT = 500


@dataclass(frozen=True, slots=True)
class Sample:
    """One refused message, or one part of it. `head` is the beginning of its payload."""

    at: datetime
    reason: str
    detail: str
    topic: str
    head: bytes


@dataclass(frozen=True, slots=True)
class UnknownDevice:
    """A device that speaks and is bound to no home."""

    device: str
    count: int
    first_at: datetime
    last_at: datetime
    last_topic: str
    last_head: bytes


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """A snapshot. `staged`: messages judged and not durable yet; `lag`: age in seconds of the oldest of them."""

    messages: int
    acknowledged: int
    readings: int
    alarms: int
    dropped: Mapping[str, int]
    malformed: Mapping[str, int]
    refused: Mapping[str, int]
    unknown_gateways: int
    unknown_devices: tuple[UnknownDevice, ...]
    mismatched: int
    poisoned: int
    set_aside: int
    unheard: int
    staged: int
    lag: float
    store_retries: int
    store_error: str | None
    samples: tuple[Sample, ...]


@dataclass(slots=True)
class Tally:
    """The running counters behind the report."""

    messages: int = 0
    acknowledged: int = 0
    readings: int = 0
    alarms: int = 0
    unknown_gateways: int = 0
    mismatched: int = 0
    poisoned: int = 0
    set_aside: int = 0
    unheard: int = 0
    store_retries: int = 0
    store_error: str | None = None
    dropped: Counter[Decision] = field(default_factory=Counter)
    malformed: Counter[Reason] = field(default_factory=Counter)
    refused: Counter[Reason] = field(default_factory=Counter)
    unknown: dict[str, UnknownDevice] = field(default_factory=dict)
    samples: deque[Sample] = field(default_factory=lambda: deque(maxlen=SAMPLES))

    def sample(self, message: Message, reason: str, detail: str) -> None:
        head = message.payload[:HEAD]
        self.samples.append(Sample(message.received_at, reason, detail[:HEAD], message.topic[:HEAD], head))

    def heard_unknown(self, device: str, message: Message) -> None:
        """Count it by name, while there is room: a hostile gateway may invent names for ever."""
        before = self.unknown.pop(device, None)
        if before is None and len(self.unknown) >= UNKNOWN_KEPT:
            self.unknown.pop(next(iter(self.unknown)))
        self.unknown[device] = UnknownDevice(
            device,
            1 if before is None else before.count + 1,
            message.received_at if before is None else before.first_at,
            message.received_at,
            message.topic[:HEAD],
            message.payload[:HEAD],
        )

    def report(self, *, staged: int, lag: float) -> IntakeReport:
        return IntakeReport(
            self.messages,
            self.acknowledged,
            self.readings,
            self.alarms,
            {decision.value: count for decision, count in self.dropped.items()},
            {reason.value: count for reason, count in self.malformed.items()},
            {reason.value: count for reason, count in self.refused.items()},
            self.unknown_gateways,
            tuple(self.unknown.values()),
            self.mismatched,
            self.poisoned,
            self.set_aside,
            self.unheard,
            staged,
            lag,
            self.store_retries,
            self.store_error,
            tuple(self.samples),
        )
