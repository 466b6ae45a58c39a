"""Standing faults: which homes each fault concerns, so that it is said once when the first has it, and ended when the
last has not.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from core.faults import Fault
from core.places import Inventory
from detectors.events import FaultCleared, FaultRaised, WatchEvent


class StandingFaults:
    """By key of the fault, the homes that have it."""

    __slots__ = ("_homes",)

    def __init__(self) -> None:
        self._homes: dict[str, set[str]] = {}

    def note(self, home: str, keys: Iterable[str]) -> None:
        """They were said before, and this home has them."""
        for key in keys:
            self._homes.setdefault(key, set()).add(home)

    def begin(self, home: str, faults: Iterable[Fault], inventory: Inventory) -> Iterator[WatchEvent]:
        """This home has them now. Those are said that no other has; whom they concern is everybody behind that
        gateway.
        """
        for fault in faults:
            homes = self._homes.setdefault(fault.key, set())
            if not homes:
                behind = inventory.homes_by_gateway.get(fault.subject, fault.homes)
                yield FaultRaised(Fault(fault.cause, fault.subject, fault.since, fault.at, behind, fault.facts))
            homes.add(home)

    def end(self, home: str, keys: Iterable[str], now: datetime) -> list[WatchEvent]:
        """This home has them no more."""
        events: list[WatchEvent] = []
        for key in sorted(keys):
            homes = self._homes.get(key, set())
            homes.discard(home)
            if not homes:
                self._homes.pop(key, None)
                events.append(FaultCleared(key, now))
        return events
