"""Gathering: one cause in many homes of a building is one alert with a list of doors, and not a call for each home.

While the building's alert is open, what is not red in another of its homes is written on that list. Red is never
gathered: it keeps an alert and an escalation of its own.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from core import worsening
from core.alerts import Alert, Condition, Entry, EntryKind
from core.clock import Clock
from core.concerns import Concern, ConcernKind, Severity
from core.places import Home, of_area
from core.ports import AlertStore

GATHERS: Mapping[ConcernKind, ConcernKind] = MappingProxyType(
    {ConcernKind.TOO_COLD: ConcernKind.MANY_COLD, ConcernKind.TOO_HOT: ConcernKind.MANY_HOT}
)
"""What a home's concern is, where many homes of a building have it."""
_TOGETHER = frozenset(GATHERS.values())
_OVER = "over"


@dataclass(frozen=True, slots=True)
class Gathering:
    """Writes on the list of the building's alert. `home`: what is known of a home by its id."""

    store: AlertStore
    home: Callable[[str], Home]
    clock: Clock

    def host(self, home: str, kind: ConcernKind) -> Alert | None:
        """The alert of this home's building that is open for the same."""
        together = GATHERS.get(kind)
        if together is None:
            return None
        standing = self.store.open_alerts(homes=[of_area(self.home(home).area)])
        return next((a for a in standing if a.kind is together and a.condition is Condition.ACTIVE), None)

    def take(self, host: Alert, concern: Concern) -> bool:
        """Write a home on the list; False where it stands there like this already."""
        known = members(self.store.timeline(host.id)).get(concern.home)
        if known is not None and (known["episode"], known["severity"]) == (concern.episode, concern.severity.value):
            return False
        facts = tuple(fact for fact in concern.facts if fact.unit != "device" and fact.name != "presence")
        return self.store.remark(self._line(host, concern.home, worsening.evidence(replace(concern, facts=facts))))

    def end(self, home: str, kind: ConcernKind, episode: str) -> Alert | None:
        """The sensors say that it is over there. The building's alert, where that was news for it."""
        host = self.host(home, kind)
        known = None if host is None else members(self.store.timeline(host.id)).get(home)
        if host is None or known is None or known["episode"] != episode:
            return None
        told = {"kind": kind.value, "episode": episode, _OVER: True}
        return host if self.store.remark(self._line(host, home, told)) else None

    def _line(self, host: Alert, home: str, told: Mapping[str, object]) -> Entry:
        detail = {**told, "home": home, "address": self.home(home).address}
        return Entry(host.id, self.clock.now(), EntryKind.EVIDENCE, host.fence, detail=detail)


def may_gather(concern: Concern) -> bool:
    return concern.kind in GATHERS and concern.severity is not Severity.RED


def members(told: Iterable[Entry]) -> Mapping[str, Mapping[str, object]]:
    """The homes on the list of a building's alert in which it is not over, with what was said of each last."""
    found: dict[str, Mapping[str, object]] = {}
    for entry in told:
        if entry.kind is EntryKind.EVIDENCE and "home" in entry.detail:
            home = str(entry.detail["home"])
            found.pop(home, None)
            if not entry.detail.get(_OVER):
                found[home] = entry.detail
    return found


def listed(store: AlertStore, areas: Collection[str]) -> Mapping[str, Alert]:
    """Homes that are on the list of an open alert of one of these areas, with that alert."""
    standing = store.open_alerts(homes=[of_area(area) for area in areas])
    together = (alert for alert in standing if alert.kind in _TOGETHER)
    return {home: alert for alert in together for home in members(store.timeline(alert.id))}
