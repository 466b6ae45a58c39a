"""What a history still has to say at its end: days that are learned from in bulk, and hardly anything of them acted on.

A press of long ago was somebody's business then; smoke that was never called off still is ours.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.concerns import Concern, ConcernKind
from core.faults import Fault
from detectors.watch import ConcernCleared, ConcernRaised, FaultCleared, FaultRaised, WatchEvent

FRESH = timedelta(hours=1)
"""A press in the history that is older than this at its end is history."""


@dataclass
class Bygones:
    """Collects what the watch says while a history is observed, and keeps only what is still so at the end."""

    concerns: dict[str, Concern] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)

    def note(self, events: Iterable[WatchEvent]) -> None:
        for event in events:
            self._note(event)

    def _note(self, event: WatchEvent) -> None:
        match event:
            case ConcernRaised(concern=concern):
                self.concerns[concern.key] = concern
            case ConcernCleared():
                self.concerns.pop(f"{event.home}/{event.kind.value}", None)
            case FaultRaised(fault=fault):
                self.faults[fault.key] = fault
            case FaultCleared():
                self.faults.pop(event.key, None)
            case _:
                pass

    def remaining(self, end: datetime) -> list[WatchEvent]:
        """What still holds at the end, to be acted on."""
        standing = [c for c in self.concerns.values() if c.kind is not ConcernKind.SOS or c.at >= end - FRESH]
        return [*map(ConcernRaised, standing), *map(FaultRaised, self.faults.values())]
