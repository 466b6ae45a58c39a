"""The doors to knock at in an outage: homes that cannot be seen, those most at risk first, and what was found there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from api.access import Viewer
from api.homes.sight import Sight, sights_of
from api.services import Services
from core.alerts import Entry, EntryKind, Found
from core.places import Area
from core.states import Presence, Visibility


@dataclass(frozen=True, slots=True)
class Knock:
    """`found`, `by` and `at` are of the last time that somebody knocked."""

    sight: Sight
    found: Found | None = None
    by: str = ""
    at: datetime | None = None


_AT_HOME = {Presence.HOME: 0, Presence.UNKNOWN: 1, Presence.OUT: 2}


def knocks(ports: Services, viewer: Viewer, area: Area, told: Iterable[Entry]) -> tuple[Knock, ...]:
    """Not yet knocked at first. Then: who has an open alert, the most severe first; who was at home, before those of
    whom it is not known, before those who were out; of equals, whoever was not noticed for longest.
    """
    homes = [home for home in ports.inventory().homes_in(area.id) if viewer.sees(home)]
    done = {str(e.detail["home"]): e for e in told if e.kind is EntryKind.NOTE and e.detail.get("found")}
    dark = [s for s in sights_of(ports, homes) if s.status.visibility is Visibility.BLIND or s.home.id in done]
    found = (_knock(sight, done.get(sight.home.id)) for sight in dark)
    return tuple(sorted(found, key=lambda knock: (knock.found is not None, *_risk(knock.sight))))


def _knock(sight: Sight, entry: Entry | None) -> Knock:
    if entry is None:
        return Knock(sight)
    return Knock(sight, Found(entry.detail["found"]), entry.actor, entry.at)


def _risk(sight: Sight) -> tuple[int, int, float, str]:
    worst = min((alert.severity.rank for alert in sight.alerts), default=9)
    last = sight.status.last_sign_at
    return worst, _AT_HOME[sight.status.presence], last.timestamp() if last else 0.0, sight.home.address
