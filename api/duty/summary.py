"""What the next duty must know when a shift ends: what is open and in whose hands, what ended, who holds until when."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from api.access import Viewer
from api.alerts.moves import hand_over, take
from api.areas.overview import POSTS
from api.duty.ahead import home_in
from api.errors import Problem
from api.homes.sight import by_urgency
from api.services import Services
from core.alerts import Alert, Entry, EntryKind, Handling, Recipient, Timer
from core.places import Area, of_area
from core.spells import Spell, spells

BACK = timedelta(hours=12)
AHEAD = timedelta(hours=24)
MOST_ENDED = 100
_TELLING = {EntryKind.NOTE, EntryKind.EVIDENCE, EntryKind.WORSENED, EntryKind.HANDED_OVER, EntryKind.RELEASED}


@dataclass(frozen=True, slots=True)
class OpenCase:
    """`last`: the newest line that tells the next one something. `suggested`: it should be the viewer's from now on."""

    alert: Alert
    timer: Timer | None
    last: Entry | None
    suggested: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """`held`: who holds the area's post in the day ahead, this moment first; a spell without people is a gap."""

    area: Area
    held: tuple[Spell, ...]
    cases: tuple[OpenCase, ...]
    ended: tuple[Alert, ...]
    tickets: int
    able: tuple[Recipient, ...]


def summary(ports: Services, viewer: Viewer, area: Area) -> Summary:
    """Everything below the area that this viewer may see."""
    now, inventory = ports.clock.now(), ports.inventory()
    below = {each for each in inventory.areas if inventory.within(each, area.id)}
    homes = [home.id for home in inventory.homes.values() if home.area in below]
    whole = [of_area(each) for each in below]
    open_ = [alert for alert in ports.alerts.open_alerts(homes=[*homes, *whole]) if viewer.sees_alert(alert)]
    recent = ports.alerts.page(areas=below, limit=MOST_ENDED).alerts
    ended = [a for a in recent if a.closed_at is not None and a.closed_at > now - BACK and viewer.sees_alert(a)]
    tickets = [t for t in ports.tickets.tickets(homes=homes) if viewer.sees_ticket(t, inventory)]
    zone = home_in(inventory, area).zone
    held = tuple(spells(ports.rota(), area=area.id, post=POSTS[area.kind], since=now, until=now + AHEAD, zone=zone))
    return Summary(
        area,
        held,
        tuple(_case(ports, viewer, alert, held[0].people) for alert in sorted(open_, key=by_urgency)),
        tuple(sorted(ended, key=lambda alert: alert.closed_at or now, reverse=True)),
        len(tickets),
        _able(ports, viewer, open_),
    )


def _case(ports: Services, viewer: Viewer, alert: Alert, present: Collection[str]) -> OpenCase:
    telling = [line for line in ports.alerts.timeline(alert.id) if line.kind in _TELLING]
    left = alert.handling is Handling.ACKNOWLEDGED and alert.taken_by not in {viewer.person, *present}
    suggested = left or alert.handling is Handling.TRIGGERED or alert.handed_to == viewer.person
    return OpenCase(alert, ports.alerts.timer(alert.id), telling[-1] if telling else None, suggested)


def _able(ports: Services, viewer: Viewer, alerts: Iterable[Alert]) -> tuple[Recipient, ...]:
    """Everybody to whom some of these may be handed over, but the viewer."""
    now, found = ports.clock.now(), dict[str, Recipient]()
    for home, area in {(alert.home, alert.area) for alert in alerts}:
        for recipient in ports.desk.reacher.responders_for(home, now, area=area):
            if recipient.person != viewer.person and recipient.ladder:
                found.setdefault(recipient.person, recipient)
    return tuple(sorted(found.values(), key=lambda recipient: (recipient.name, recipient.person)))


def pass_on(ports: Services, viewer: Viewer, seen: Mapping[str, int], *, to: str | None) -> list[str]:
    """Take these alerts, each by the fence that was seen, or hand them to `to`; which of them could not be moved."""
    left: list[str] = []
    for alert, fence in seen.items():
        try:
            if to is None:
                take(ports, viewer, alert, fence=fence)
            else:
                hand_over(ports, viewer, alert, fence=fence, to=to)
        except Problem:
            left.append(alert)
    return left
