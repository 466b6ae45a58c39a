"""Gatherings: many homes of a building are too cold, or too hot, at once: the heating has failed, or the heat has come.

That is one alert for the building, with a list of doors to knock at. Alerts that homes had before stay as they are,
and whatever is red keeps its own escalation.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.concerns import Concerns
from alerts.gathering import GATHERS, members
from core.alerts import Alert, Condition
from core.clock import Clock
from core.concerns import Concern, ConcernKind, Fact, Severity
from core.places import Inventory, Role, of_area

FEWEST, SHARE = 3, 0.2
"""So many homes, and this share of the building's homes that have thermometers."""
SAME = timedelta(hours=12)
"""Of a building's alerts that began so close together, the later is the earlier: closed by people, it stays closed."""
_FACT = {ConcernKind.TOO_COLD: "cold_homes", ConcernKind.TOO_HOT: "hot_homes"}


@dataclass(frozen=True, slots=True)
class _Member:
    since: datetime
    severity: Severity


@dataclass(frozen=True, slots=True)
class Gatherings:
    """`look` as often as you like: saying the same again changes nothing. Blocking."""

    desk: Concerns
    inventory: Callable[[], Inventory]
    clock: Clock

    def look(self) -> None:
        """Raise what has begun, and say what is over. Raises StoreUnavailable."""
        inventory, standing = self.inventory(), self.desk.store.open_alerts()
        homes = _homes(inventory, standing)
        areas = {(a.home, a.kind): a for a in standing if inventory.area_meant(a.home) is not None}
        equipped = _equipped(inventory)
        for kind, together in GATHERS.items():
            for area, of in equipped.items():
                alert = areas.get((of_area(area), together))
                found = {**self._listed(alert), **homes.get((area, kind), {})}
                needed = max(FEWEST, round(SHARE * of))
                if len(found) >= needed:
                    self._raise(area, kind, found, of, alert)
                elif alert is not None and alert.condition is Condition.ACTIVE and len(found) * 2 < needed:
                    self.desk.clear_concern(alert.home, together, alert.episode, "over")

    def _listed(self, alert: Alert | None) -> Mapping[str, _Member]:
        """Homes that were written on the list and have no alert of their own."""
        if alert is None:
            return {}
        told = members(self.desk.store.timeline(alert.id))
        return {home: _Member(alert.since, Severity(str(each["severity"]))) for home, each in told.items()}

    def _raise(
        self, area: str, kind: ConcernKind, found: Mapping[str, _Member], of: int, standing: Alert | None
    ) -> None:
        now, since = self.clock.now(), min(each.since for each in found.values())
        worst = min((each.severity for each in found.values()), key=lambda severity: severity.rank)
        severity = Severity.YELLOW if worst is Severity.YELLOW else Severity.ORANGE
        facts = (Fact(_FACT[kind], float(len(found)), "count"), Fact("thermometer_homes", float(of), "count"))
        home = of_area(area)
        episode = standing.episode if standing is not None else self._episode(home, GATHERS[kind], since)
        self.desk.raise_concern(Concern(home, GATHERS[kind], severity, episode, now, since, "gatherings", facts))

    def _episode(self, home: str, kind: ConcernKind, since: datetime) -> str:
        latest = (alert for alert in self.desk.store.page(homes=[home], limit=5).alerts if alert.kind is kind)
        same = (alert.episode for alert in latest if abs(alert.since - since) <= SAME)
        return next(same, f"since {since:%Y-%m-%dT%H:%MZ}")


def _homes(inventory: Inventory, alerts: Iterable[Alert]) -> Mapping[tuple[str, ConcernKind], Mapping[str, _Member]]:
    """Homes whose own alert is for such a thing, by area and kind."""
    found: dict[tuple[str, ConcernKind], dict[str, _Member]] = {}
    for alert in alerts:
        home = inventory.homes.get(alert.home)
        if home is None or alert.condition is not Condition.ACTIVE:
            continue
        for part in alert.parts:
            if part.kind in GATHERS:
                found.setdefault((home.area, part.kind), {})[home.id] = _Member(part.since, part.severity)
    return found


def _equipped(inventory: Inventory) -> Mapping[str, int]:
    """How many homes with a thermometer each area has that homes hang on directly."""
    found: dict[str, int] = {}
    for home, devices in inventory.devices_by_home.items():
        if home in inventory.homes and any(device.role is Role.CLIMATE for device in devices):
            area = inventory.homes[home].area
            found[area] = found.get(area, 0) + 1
    return found
