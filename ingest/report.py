"""What intake did so far: counters, and bounded samples of what it could not use, for people to look into.

Samples hold the first bytes of refused messages; they are shown to installers, never logged.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.decisions import Decision
from core.inbox import SHOWN, Heard, UnknownDevice
from ingest.allowance import Flood
from ingest.conventions.decoded import Decoded, Reason
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
class IntakeReport:
    """A snapshot. `staged`: messages judged and not durable yet; `lag`: age in seconds of the oldest of them.

    `floods` are the gateways beyond their allowance now, `over_rate` counts what was not kept of them.
    """

    messages: int
    acknowledged: int
    readings: int
    alarms: int
    dropped: Mapping[str, int]
    malformed: Mapping[str, int]
    refused: Mapping[str, int]
    unknown_gateways: int
    over_rate: int
    floods: tuple[Flood, ...]
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
    over_rate: int = 0
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
    unknown_news: dict[str, UnknownDevice] = field(default_factory=dict)
    samples: deque[Sample] = field(default_factory=lambda: deque(maxlen=SAMPLES))

    def sample(self, message: Message, reason: str, detail: str) -> None:
        head = message.payload[:HEAD]
        self.samples.append(Sample(message.received_at, reason, detail[:HEAD], message.topic[:HEAD], head))

    def heard_unknown(self, device: str, convention: str, facts: Iterable[Decoded], message: Message) -> None:
        """Count it by name, while there is room: a hostile gateway may invent names for ever."""
        at = message.received_at
        said = {fact.kind: fact.value for fact in facts}
        heard = Heard(at, message.topic[:SHOWN], _shown(message.payload))
        once = UnknownDevice(device, convention, 1, at, at, said, (heard,))
        for kept in (self.unknown, self.unknown_news):
            before = kept.pop(device, None)
            if before is None and len(kept) >= UNKNOWN_KEPT:
                kept.pop(next(iter(kept)))
            kept[device] = once if before is None else before.and_then(once)

    def know(self, devices: Iterable[str]) -> None:
        """These are bound now."""
        for device in devices:
            self.unknown.pop(device, None)
            self.unknown_news.pop(device, None)

    def take_unknown_news(self) -> list[UnknownDevice]:
        """What unknown devices said since this was last asked."""
        news, self.unknown_news = self.unknown_news, {}
        return list(news.values())

    def report(self, *, staged: int, lag: float, floods: Iterable[Flood] = ()) -> IntakeReport:
        return IntakeReport(
            self.messages,
            self.acknowledged,
            self.readings,
            self.alarms,
            {decision.value: count for decision, count in self.dropped.items()},
            {reason.value: count for reason, count in self.malformed.items()},
            {reason.value: count for reason, count in self.refused.items()},
            self.unknown_gateways,
            self.over_rate,
            tuple(floods),
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


def _shown(payload: bytes) -> str:
    """The beginning of it: as text where it is one, else as hexadecimal digits."""
    text = payload[:SHOWN].decode(errors="replace")
    if "\ufffd" in text[:-1] or "\0" in text:
        return payload[: SHOWN // 2].hex()
    return text
