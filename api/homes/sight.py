"""A home as it is shown: what the watch believes, the open alerts, and the one of three states that follows.

Counts are honest: a home that cannot be seen is never counted as well.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.gathering import listed
from api.access import Viewer
from api.services import Services
from core.alerts import Alert, Handling
from core.people import Bond
from core.places import Area, Home, of_area
from core.states import HomeState, HomeStatus, home_state


@dataclass(frozen=True, slots=True)
class Sight:
    """`alerts` are the home's open ones, most urgent first. `gathered`: its building's, if the home is on that list."""

    home: Home
    status: HomeStatus
    alerts: tuple[Alert, ...] = ()
    gathered: Alert | None = None

    @property
    def cases(self) -> tuple[Alert, ...]:
        """Every open alert that this home is part of."""
        return self.alerts if self.gathered is None else (*self.alerts, self.gathered)

    @property
    def state(self) -> HomeState:
        return home_state(self.status.visibility, has_open_alert=bool(self.cases))


@dataclass(frozen=True, slots=True)
class Count:
    """How many homes are in each state."""

    well: int = 0
    concern: int = 0
    cannot_see: int = 0

    @property
    def homes(self) -> int:
        return self.well + self.concern + self.cannot_see

    @classmethod
    def of(cls, sights: Iterable[Sight]) -> "Count":
        states = [sight.state for sight in sights]
        return cls(states.count(HomeState.WELL), states.count(HomeState.CONCERN), states.count(HomeState.CANNOT_SEE))


def by_urgency(alert: Alert) -> tuple[int, bool, datetime]:
    """Most severe first, unanswered before taken, longest waiting first."""
    return alert.severity.rank, alert.handling is not Handling.TRIGGERED, alert.opened_at


def sights(ports: Services, viewer: Viewer, *, area: str | None = None) -> list[Sight]:
    """Every home that the viewer sees, or those below an area. A home never heard of cannot be seen."""
    inventory = ports.inventory()
    homes = [h for h in viewer.homes_of(inventory) if area is None or inventory.within(h.area, area)]
    return sights_of(ports, homes)


def sight_of(ports: Services, home: Home) -> Sight:
    return sights_of(ports, [home])[0]


def sights_of(ports: Services, homes: list[Home]) -> list[Sight]:
    """These homes, whoever looks."""
    ids = _few([home.id for home in homes])
    statuses = ports.statuses.homes(ids)
    alerts: dict[str, list[Alert]] = {}
    for alert in sorted(ports.alerts.open_alerts(homes=ids), key=by_urgency):
        alerts.setdefault(alert.home, []).append(alert)
    gathered = listed(ports.alerts, {home.area for home in homes})
    live = live_here(ports) if any(status.company is not None for status in statuses.values()) else Counter[str]()

    def status_of(home: Home) -> HomeStatus:
        status = statuses.get(home.id, HomeStatus(home.id))
        return replace(status, company=None) if live[home.id] > 1 else status

    return [Sight(home, status_of(home), tuple(alerts.get(home.id, ())), gathered.get(home.id)) for home in homes]


def live_here(ports: Services) -> Counter[str]:
    """By home, how many people are registered as living there. Where two do, their own history cannot tell one of them
    from a visitor: only the register can.
    """
    residents = {(tie.home, tie.person) for tie in ports.directory().ties if tie.bond is Bond.RESIDENT}
    return Counter(home for home, _ in residents if home is not None)


def of_areas(ports: Services, areas: Iterable[Area]) -> list[Alert]:
    """Open alerts that are for one of these areas as a whole."""
    return ports.alerts.open_alerts(homes=[of_area(area.id) for area in areas])


_WHOLE = 2_000


def _few(ids: list[str]) -> Collection[str] | None:
    """Ask the store for these, or for everything when they are many (one scan is cheaper then)."""
    return ids if len(ids) <= _WHOLE else None
