"""The doors to knock at for a building's alert: homes that cannot be seen, or are too cold or too hot; those most at
risk first, and what was found there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.gathering import GATHERS, members
from alerts.wording.facts import facts_of
from api.access import Viewer
from api.homes.sight import Sight, sights_of
from api.services import Services
from core.alerts import Alert, Entry, EntryKind, Found
from core.concerns import ConcernKind, Fact, Severity
from core.places import Area
from core.states import HomeStatus, Presence, Visibility


@dataclass(frozen=True, slots=True)
class Knock:
    """`found`, `by` and `at` are of the last time that somebody knocked. `severity` and `facts`: why it is on the list,
    where that is no alert of its own.
    """

    sight: Sight
    severity: Severity | None = None
    facts: tuple[Fact, ...] = ()
    found: Found | None = None
    by: str = ""
    at: datetime | None = None


_AT_HOME = {Presence.HOME: 0, Presence.UNKNOWN: 1, Presence.OUT: 2}


def knocks(ports: Services, viewer: Viewer, area: Area, alert: Alert, told: Iterable[Entry]) -> tuple[Knock, ...]:
    """Not yet knocked at first. Then: the most severe first; who was at home, before those of whom it is not known,
    before those who were out, but for those who should have been back; of equals, whoever was not noticed for longest.
    """
    entries = tuple(told)
    homes = [home for home in ports.inventory().homes_in(area.id) if viewer.sees(home)]
    done = {str(e.detail["home"]): e for e in entries if e.kind is EntryKind.NOTE and e.detail.get("found")}
    listed = members(entries)
    meant = [s for s in sights_of(ports, homes) if _is_meant(s, alert) or s.home.id in done or s.home.id in listed]
    found = (_knock(sight, listed.get(sight.home.id), done.get(sight.home.id)) for sight in meant)
    return tuple(sorted(found, key=lambda knock: (knock.found is not None, *_risk(knock))))


def _is_meant(sight: Sight, alert: Alert) -> bool:
    """Is this home one of those that the building's alert is about?"""
    if alert.kind is ConcernKind.OUTAGE:
        return sight.status.visibility is Visibility.BLIND
    return any(GATHERS.get(kind) is alert.kind for own in sight.alerts for kind in own.kinds)


def _knock(sight: Sight, listed: Mapping[str, Any] | None, entry: Entry | None) -> Knock:
    severity = None if listed is None else Severity(listed["severity"])
    facts = () if listed is None else facts_of(listed["facts"])
    if entry is None:
        return Knock(sight, severity, facts)
    return Knock(sight, severity, facts, Found(entry.detail["found"]), entry.actor, entry.at)


def _risk(knock: Knock) -> tuple[int, int, float, str]:
    sight = knock.sight
    ranks = [alert.severity.rank for alert in sight.alerts] + ([knock.severity.rank] if knock.severity else [])
    last = sight.status.last_sign_at
    return min(ranks, default=9), _at_home(sight.status), last.timestamp() if last else 0.0, sight.home.address


def _at_home(status: HomeStatus) -> int:
    return _AT_HOME[Presence.UNKNOWN if status.overdue_since else status.presence]
