"""What the drill holds the service to: the town's own answer to who is asked, the policies of each moment, the pace."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from anxin.drill.town import Town
from core.policies import Policies

LOOKS_EVERY = timedelta(minutes=1)
PoliciesAt = Callable[[datetime], Policies]
Awake = Callable[[datetime, datetime], timedelta]


@dataclass(frozen=True)
class Rules:
    """What the town and its service promise. `awake`: how long somebody could work between two instants.

    `grace`: how long a look at an alert may be old when its message is handed over; nothing, in virtual time.
    """

    town: Town
    policies_at: PoliciesAt
    awake: Awake
    tolerance: timedelta = timedelta(seconds=45)
    grace: timedelta = timedelta(0)

    def is_late(self, due: datetime, at: datetime) -> bool:
        return at > due and self.awake(due, at) > self.tolerance
