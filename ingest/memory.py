"""What the gate remembers of a device: the last value of each thing it says, its clock, and what it delivered lately.

Small, plain, and JSON-able: a restart restores it and relearns nothing.
"""

import marshal
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any, TypeAlias, TypeVar

from core.readings import Kind, Value

VERSION = 1
RECENT = 64
"""How many message ids of a device are remembered: more than it says between being stored and being acknowledged, and
while the broker forgets that it was."""
FEW = 8
"""What is kept of them for a device that has been quiet, and of deliveries without an id: those take more room, and
count within one run only."""

_T = TypeVar("_T")
Key: TypeAlias = tuple[str | None, Kind]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Known:
    """The last known value of one (channel, kind).

    `at` orders (before bumping), `issued` is the newest `at` given out, `late` the same for late readings.
    """

    __slots__ = ("at", "device_time", "issued", "late", "late_value", "received_at", "value")

    def __init__(self, value: Value, at: datetime, received_at: datetime, device_time: datetime | None) -> None:
        self.value = value
        self.at = at
        self.issued = at
        self.received_at = received_at
        self.device_time = device_time
        self.late: datetime | None = None
        self.late_value: Value | None = None


class DeviceMemory:
    """All that is remembered of one device. `unsettled` counts admitted readings that are not durable yet."""

    __slots__ = (
        "clock_seen",
        "dirty",
        "heard_at",
        "ids",
        "known",
        "lag",
        "lag_since",
        "prints",
        "restarted_at",
        "unsettled",
    )

    def __init__(self) -> None:
        self.known: dict[Key, Known] = {}
        self.clock_seen: datetime | None = None
        self.heard_at: datetime | None = None
        self.lag: float | None = None
        self.lag_since: datetime | None = None
        self.restarted_at: datetime | None = None
        self.ids: tuple[int, ...] = ()
        self.prints: tuple[tuple[int, int], ...] = ()
        self.unsettled = 0
        self.dirty = False

    def body(self) -> dict[str, Any]:
        """As plain JSON. Prints (what was delivered, on which connection) only mean something within one run."""
        return {
            "v": VERSION,
            "clock": _micros(self.clock_seen),
            "heard": _micros(self.heard_at),
            "lag": self.lag,
            "lag_since": _micros(self.lag_since),
            "up": _micros(self.restarted_at),
            "ids": [f"{one:016x}" for one in self.ids],
            "known": [
                [
                    channel,
                    kind.value,
                    one.value,
                    _micros(one.at),
                    _micros(one.issued),
                    _micros(one.received_at),
                    _micros(one.device_time),
                ]
                for (channel, kind), one in self.known.items()
            ],
        }

    def noted(self) -> dict[str, Any]:
        """The body, after which it is clean."""
        self.dirty = False
        return self.body()

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "DeviceMemory":
        """Raises ValueError for a layout of another version."""
        return cls.unfolded(folded(body))

    def fold(self) -> bytes:
        """All that a quiet device needs, in a sixth of the space. Only to be unfolded within this run."""
        known = [
            (
                channel,
                kind.value,
                one.value,
                _micros(one.at),
                _micros(one.issued),
                _micros(one.received_at),
                _micros(one.device_time),
                _micros(one.late),
                one.late_value,
            )
            for (channel, kind), one in self.known.items()
        ]
        times = (_micros(self.clock_seen), _micros(self.heard_at), _micros(self.lag_since), _micros(self.restarted_at))
        return marshal.dumps((times, self.lag, self.ids[-FEW:], self.prints[-FEW:], known))

    @classmethod
    def unfolded(cls, folded: bytes) -> "DeviceMemory":
        """What was folded. Instants that are the same are one object, as they are while a device speaks."""
        times, lag, ids, prints, known = marshal.loads(folded)  # noqa: S302 - written by this very process
        moment = _Moments().of
        memory = cls()
        memory.clock_seen, memory.heard_at, memory.lag_since, memory.restarted_at = map(moment, times)
        memory.lag, memory.ids, memory.prints = lag, ids, prints
        for channel, kind, value, at, issued, received_at, device_time, late, late_value in known:
            one = Known(value, moment(at), moment(received_at), moment(device_time))
            one.issued, one.late, one.late_value = moment(issued), moment(late), late_value
            memory.known[_key(channel, kind)] = one
        return memory


def folded(body: Mapping[str, Any]) -> bytes:
    """A snapshot's body as `DeviceMemory.fold` would have it. Raises ValueError for a layout of another version."""
    if body.get("v") != VERSION:
        raise ValueError(f"gate memory of version {body.get('v')!r}, {VERSION} is known")
    known = [(*one, None, None) for one in body["known"]]
    times = (body["clock"], body["heard"], body["lag_since"], body["up"])
    return marshal.dumps((times, body["lag"], tuple(int(one, 16) for one in body["ids"]), (), known))


class _Moments:
    """Instants from microseconds since 1970; equal ones are the same object."""

    __slots__ = ("_made",)

    def __init__(self) -> None:
        self._made: dict[int, datetime] = {}

    def of(self, micros: int | None) -> Any:
        if micros is None:
            return None
        made = self._made.get(micros)
        if made is None:
            made = self._made[micros] = _EPOCH + timedelta(microseconds=micros)
        return made


@lru_cache(maxsize=4096)
def _key(channel: str | None, kind: str) -> Key:
    return channel, Kind(kind)


def identity(message_id: str) -> int:
    """A message id as 64 bits: two ids of one device meet by chance once in 10^19."""
    return int.from_bytes(blake2b(message_id.encode(), digest_size=8).digest())


def remembered(recent: tuple[_T, ...], one: _T, *, most: int = RECENT) -> tuple[_T, ...]:
    """The recent ones with one more, the oldest forgotten."""
    return (*recent[1 - most :], one) if len(recent) >= most else (*recent, one)


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND
