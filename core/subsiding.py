"""An alert that is over before anybody was sent: the resident was asked first, and shows by living on that all is well.

Never red, never what only a person may judge (a button, smoke, gas, carbon monoxide, water), and never once somebody
else was asked.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from core.alerts import Alert, Condition, Handling, Outcome, Recipient, Transition
from core.concerns import ConcernKind, Severity
from core.escalation import close

SENSORS = "system"
"""Who closes it: nobody did."""

SUBSIDES = frozenset(
    {
        ConcernKind.SILENCE,
        ConcernKind.NOT_UP,
        ConcernKind.BATHROOM,
        ConcernKind.NIGHT_OUT,
        ConcernKind.DOOR_OPEN,
        ConcernKind.APPLIANCE_ON,
        ConcernKind.EXPECTED,
        ConcernKind.NO_MEAL,
        ConcernKind.TOO_COLD,
        ConcernKind.TOO_HOT,
    }
)
"""What fresh activity in the home ends, or warmth that is back."""

GOES_ON = frozenset({ConcernKind.TOO_COLD, ConcernKind.TOO_HOT})
"""What a visit does not end: who was well at 14 °C may not be at 8, although somebody has looked."""


NO_LIFE = frozenset({"out"})
"""Why it may be over without anybody having been noticed: a door that moved is not the resident on their feet."""


def subsided(
    alert: Alert, *, reason: str, is_resident: Callable[[str], bool], audience: Sequence[Recipient], now: datetime
) -> Transition | None:
    """Close it as over by itself; None where a person must. Its condition has just been cleared, for this `reason`."""
    quiet = reason not in NO_LIFE and (
        alert.handling is Handling.TRIGGERED
        and alert.condition is Condition.CLEARED
        and alert.severity is not Severity.RED
        and alert.kinds <= SUBSIDES
        and all(is_resident(person) for person in alert.told)
    )
    if not quiet:
        return None
    move = close(alert, by=SENSORS, outcome=Outcome.OVER, note="", audience=audience, now=now)
    return move if isinstance(move, Transition) else None
