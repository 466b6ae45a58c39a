"""The evidence of an alert as shapes: what was sensed around it, and where it began and was raised."""

from dataclasses import dataclass
from datetime import datetime

from api.access import Action, Viewer
from api.homes.activity import SLICES
from api.homes.evidence import evidence_of
from api.homes.unseen import unseen_by
from api.pages.strip import Lane, lanes_of
from api.services import Services
from core.alerts import Alert
from core.ports import StoreUnavailable

_TICKS = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """`lanes` are empty where the readings could not be had. `ticks`: instants at equal distances, first and last too.
    `began_x` and `raised_x` in slices, None outside.
    """

    start: datetime
    end: datetime
    lanes: tuple[Lane, ...]
    ticks: tuple[datetime, ...]
    began_x: float | None
    raised_x: float | None
    complete: bool


def seen_of(ports: Services, viewer: Viewer, alert: Alert) -> Seen | None:
    """None for whoever may not see the home as it is now, and for an alert of many homes."""
    inventory = ports.inventory()
    home, devices = inventory.homes.get(alert.home), inventory.devices_of(alert.home)
    if home is None or not devices or not (viewer.may(Action.SEE_HOMES) and viewer.sees(home)):
        return None
    now = ports.clock.now()
    try:
        unseen = unseen_by(ports.tickets, home.id, devices, now=now)
        found = evidence_of(ports.readings, alert, devices, unseen, now=now)
    except StoreUnavailable:
        return Seen(now, now, (), (), None, None, complete=False)
    span = found.end - found.start
    return Seen(
        start=found.start,
        end=found.end,
        lanes=lanes_of(found.rows, found.start, span / SLICES),
        ticks=tuple(found.start + span * n / _TICKS for n in range(_TICKS + 1)),
        began_x=found.x(alert.since),
        raised_x=found.x(alert.opened_at),
        complete=found.complete,
    )
