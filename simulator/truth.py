"""Truth: what really happened, as JSON lines, to judge detectors by.

Stays (asleep, away, visitor, ill), emergencies and faults, each with its home, start and end.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from math import isinf
from typing import TextIO

import orjson


class Sort(StrEnum):
    STAY = "stay"
    EMERGENCY = "emergency"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Truth:
    """Epoch seconds; `end` is infinite for what nobody ended. `about` says more: the room, the device."""

    home: str
    sort: Sort
    label: str
    start: float
    end: float
    about: dict[str, str] = field(default_factory=dict)

    def line(self) -> bytes:
        """One line of JSON, times in UTC, `end` null if it never ends."""
        return orjson.dumps(
            {
                "home": self.home,
                "sort": self.sort.value,
                "label": self.label,
                "start": _iso(self.start),
                "end": None if isinf(self.end) else _iso(self.end),
                **self.about,
            }
        )


def write_truth(truths: Iterable[Truth], to: TextIO) -> int:
    """Write one JSON object per line; how many."""
    count = 0
    for truth in truths:
        to.write(truth.line().decode() + "\n")
        count += 1
    return count


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
