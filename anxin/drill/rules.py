"""What the drill holds the service to: the town's own answer to who is asked, the policies of each moment, the pace."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from anxin.drill.town import Town
from core.alerts import Entry, EntryKind
from core.policies import Policies

ENDS_BY_ITSELF = {
    *("silence", "not_up", "bathroom", "night_out", "door_open", "appliance_on", "expected"),
    *("too_cold", "too_hot", "no_meal"),
}
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


def is_over(before: Sequence[Entry]) -> bool:
    """Do these lines say that it is over by itself: of kinds of which sensors can say so, and not taken back since?"""
    kinds = {str(kind) for line in before if line.kind is EntryKind.OPENED for kind in line.detail["kinds"]}
    kinds |= {str(line.detail["kind"]) for line in before if line.kind is EntryKind.MERGED}
    said = [line.kind for line in before if line.kind.value.startswith("condition_")]
    return kinds <= ENDS_BY_ITSELF and bool(said) and said[-1] is EntryKind.CONDITION_CLEARED
