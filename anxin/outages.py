"""Outages: many homes of one building go dark together, as in a power cut. That is one alert for the building, with a
list of doors to knock at, and not a call for each home.

The homes' own device tickets stand beside it, and whatever is red in them keeps its own escalation.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.concerns import Concerns
from core.alerts import Alert, Condition
from core.clock import Clock
from core.concerns import Concern, ConcernKind, Fact, Severity
from core.faults import FaultCause, Ticket
from core.places import Inventory, of_area
from core.ports import TicketStore

FEWEST = 3
SHARE = 0.2
"""An outage needs so many homes, and this share of the building's homes that have devices."""
TOGETHER = timedelta(minutes=15)
"""They went dark within so long of each other."""
SAME = timedelta(hours=1)
"""A building that goes dark so soon before or after is in the same outage."""
_DARK = {FaultCause.GATEWAY_SILENT, FaultCause.BRIDGE_OFFLINE}
_ALL = 100_000


@dataclass(frozen=True, slots=True)
class Outages:
    """`look` as often as you like: saying the same again changes nothing. Blocking."""

    tickets: TicketStore
    desk: Concerns
    inventory: Callable[[], Inventory]
    clock: Clock

    def look(self) -> None:
        """Raise what has begun, and say what is over. Raises StoreUnavailable."""
        inventory = self.inventory()
        dark = _dark_since(self.tickets.tickets(limit=_ALL))
        buildings = _by_building(inventory, dark)
        equipped = _equipped(inventory)
        standing = {a.home: a for a in self.desk.store.open_alerts(homes=[of_area(area) for area in inventory.areas])}
        for building in equipped:
            home = of_area(building)
            since, count = _cluster(buildings.get(building, {}).values())
            needed = max(FEWEST, round(SHARE * equipped[building]))
            alert = standing.get(home)
            if since is not None and count >= needed:
                self._raise(home, since, count, equipped[building])
            elif alert is not None and alert.condition is Condition.ACTIVE and count * 2 < needed:
                self.desk.clear_concern(home, ConcernKind.OUTAGE, alert.episode, "seen again")

    def _raise(self, home: str, since: datetime, count: int, of: int) -> None:
        now = self.clock.now()
        facts = (Fact("dark_homes", float(count), "count"), Fact("homes", float(of), "count"))
        episode = self._episode(home, since)
        self.desk.raise_concern(
            Concern(home, ConcernKind.OUTAGE, Severity.ORANGE, episode, now, since, "outages", facts)
        )

    def _episode(self, home: str, since: datetime) -> str:
        """The same for one outage, however the count changes and whatever was closed meanwhile."""
        latest: Iterable[Alert] = self.desk.store.page(homes=[home], limit=1).alerts
        same = (alert.episode for alert in latest if abs(alert.since - since) <= SAME)
        return next(same, f"since {since:%Y-%m-%dT%H:%MZ}")


def _dark_since(tickets: Iterable[Ticket]) -> Mapping[str, datetime]:
    """Since when each home's gateway has not been heard."""
    dark: dict[str, datetime] = {}
    for ticket in tickets:
        if ticket.cause not in _DARK:
            continue
        silent = next((float(fact.value) for fact in ticket.facts if fact.name == "silent_for"), 0.0)
        for home in ticket.homes:
            dark[home] = min(dark.get(home, ticket.opened_at), ticket.opened_at - timedelta(seconds=silent))
    return dark


def _by_building(inventory: Inventory, dark: Mapping[str, datetime]) -> Mapping[str, Mapping[str, datetime]]:
    found: dict[str, dict[str, datetime]] = {}
    for home, since in dark.items():
        if home in inventory.homes:
            found.setdefault(inventory.homes[home].area, {})[home] = since
    return found


def _equipped(inventory: Inventory) -> Mapping[str, int]:
    """How many homes with devices each area has that homes hang on directly."""
    found: dict[str, int] = {}
    for home in inventory.devices_by_home:
        if home in inventory.homes:
            area = inventory.homes[home].area
            found[area] = found.get(area, 0) + 1
    return found


def _cluster(times: Iterable[datetime]) -> tuple[datetime | None, int]:
    """The largest number of these within TOGETHER, and when the first of them was."""
    ordered = sorted(times)
    best: tuple[datetime | None, int] = (None, 0)
    start = 0
    for end, time in enumerate(ordered):
        while time - ordered[start] > TOGETHER:
            start += 1
        if end - start + 1 > best[1]:
            best = ordered[start], end - start + 1
    return best
