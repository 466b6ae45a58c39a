"""What every detector is: it observes without a clock, says when it wants to be asked, and answers without changing.

The same class runs live, in replay and in evaluation; its state is small, plain and versioned.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from core.concerns import Verdict
from core.places import Device
from core.readings import Reading
from detectors.signs import SignKind


class Observation(NamedTuple):
    """A reading as the detectors of a home receive it: once, in order per device, with what it means.

    `t` is `reading.at` in seconds since the epoch. History never becomes an observation.
    """

    reading: Reading
    device: Device
    t: float
    sign: SignKind | None


class Detector(Protocol):
    """One judge of one home. Its verdict depends on nothing but what it observed and `now`."""

    @property
    def name(self) -> str:
        """Unique within a home and stable across restarts."""
        ...

    @property
    def version(self) -> int:
        """Layout of the snapshot."""
        ...

    def observe(self, seen: Observation) -> None:
        """Learn and update. Never reads a clock."""
        ...

    def due(self, after: datetime | None = None) -> datetime | None:
        """The first instant later than `after` at which a concern may begin, worsen or end if nothing is observed."""
        ...

    def assess(self, now: datetime) -> Verdict:
        """What is to be said at `now`. Changes nothing, however often it is asked."""
        ...

    def snapshot(self) -> dict[str, Any]:
        """Plain JSON of the whole state; small."""
        ...

    def restore(self, body: Mapping[str, Any]) -> None:
        """Take up where `snapshot` left off, to the bit."""
        ...
