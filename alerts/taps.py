"""What one person can answer next to one alert: the same by a link, by SMS and by a key during a call. Pure."""

from enum import StrEnum

from core.alerts import Alert, Handling
from core.policies import Target


class Tap(StrEnum):
    """What somebody can answer with one tap."""

    FINE = "fine"
    TAKE = "take"
    ARRIVE = "arrive"
    CANNOT = "cannot"
    CLOSE = "close"


def taps_of(alert: Alert, person: str, role: Target) -> tuple[Tap, ...]:
    """The next answers. The resident is asked how they are, everybody else whether they go."""
    if not alert.is_open:
        return ()
    if role is Target.RESIDENT:
        return (Tap.FINE,)
    if alert.arrived_by == person:
        return (Tap.CLOSE,)
    if alert.taken_by == person and alert.handling is Handling.ACKNOWLEDGED:
        return (Tap.ARRIVE, Tap.CANNOT)
    if alert.handling is Handling.TRIGGERED or alert.handed_to == person:
        return (Tap.TAKE,)
    return ()
