"""What the watch says: concerns and faults as they begin and end, and homes whose status changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from core.concerns import Concern, ConcernKind
from core.faults import Fault
from core.states import HomeStatus


@dataclass(frozen=True, slots=True)
class ConcernRaised:
    """Said once per episode, and once more if the same episode becomes more urgent."""

    concern: Concern


@dataclass(frozen=True, slots=True)
class ConcernCleared:
    """The sensors' condition is over; whether the case is, people decide."""

    home: str
    kind: ConcernKind
    episode: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class FaultRaised:
    fault: Fault


@dataclass(frozen=True, slots=True)
class FaultCleared:
    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """Presence or visibility of a home is another than it was."""

    status: HomeStatus


WatchEvent: TypeAlias = ConcernRaised | ConcernCleared | FaultRaised | FaultCleared | StatusChanged
