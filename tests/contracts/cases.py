"""Alerts to store: short ways to say who is told and what happened."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from core.alerts import Alert, Outcome, Recipient, Transition
from core.concerns import Concern, ConcernKind, Fact, Severity
from core.delivery import Attempt, Claimed, Settlement
from core.escalation import acknowledge, arrive, close, expire, open_alert
from core.levels import Reach
from core.people import Language, Route
from core.places import Room
from core.policies import DEFAULT_POLICIES, Target

T0 = datetime(2026, 5, 1, 3, 14, 15, 926535, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEASE = timedelta(seconds=30)


def recipient(person: str, target: Target) -> Recipient:
    ladder = (Route("webhook", f"https://phones.example/{person}"), Route("console", person))
    return Recipient(person, person.title(), target, Language.CHINESE, ladder)


REACH: Reach = {
    Target.RESIDENT: [recipient("wang", Target.RESIDENT)],
    Target.FAMILY: [recipient("daughter", Target.FAMILY), recipient("son", Target.FAMILY)],
    Target.GRID_WORKER: [recipient("li", Target.GRID_WORKER)],
    Target.COMMUNITY_DESK: [recipient("desk", Target.COMMUNITY_DESK)],
}
EVERYBODY = [person for people in REACH.values() for person in people]


def concern(
    home: str = "h-1",
    *,
    episode: str = "since 09:02",
    severity: Severity = Severity.RED,
    kind: ConcernKind = ConcernKind.SILENCE,
    at: datetime = T0,
) -> Concern:
    facts = (Fact("silent_for", 18_720.0, "s"), Fact("last_seen_place", "bathroom", "place"))
    return Concern(home, kind, severity, episode, at, at - 300 * MINUTE, "silence", facts, Room.BATHROOM)


def opening(
    alert_id: str = "a-1",
    *,
    of: Concern | None = None,
    area: str = "grid-1",
    now: datetime = T0,
    predecessor: str | None = None,
) -> Transition:
    of = of or concern()
    policy = DEFAULT_POLICIES[of.severity]
    return open_alert(of, alert_id=alert_id, area=area, policy=policy, reach=REACH, now=now, predecessor=predecessor)


def moved(transition: object) -> Transition:
    """A move that was not refused."""
    assert isinstance(transition, Transition), transition
    return transition


def taken(alert: Alert, by: str = "li", now: datetime = T0 + MINUTE) -> Transition:
    return moved(acknowledge(alert, by=by, audience=EVERYBODY, now=now))


def arrived(alert: Alert, by: str = "li", now: datetime = T0 + 5 * MINUTE) -> Transition:
    return moved(arrive(alert, by=by, now=now))


def closed(alert: Alert, by: str = "li", now: datetime = T0 + 9 * MINUTE) -> Transition:
    return moved(close(alert, by=by, outcome=Outcome.HELPED, note="摔倒，已扶起", audience=EVERYBODY, now=now))


def climbed(alert: Alert, now: datetime = T0 + MINUTE) -> Transition:
    return moved(expire(alert, reach=REACH, now=now))


HAVE_IT = frozenset((Settlement.ACCEPTED, Settlement.FOUND))
"""The provider has it, from this try or from an earlier one."""


def attempt(claimed: Claimed, settlement: Settlement, *, at: datetime = T0, said: str = "ok") -> Attempt:
    route = claimed.route
    return Attempt(
        claimed.send.id,
        claimed.attempt,
        at,
        route.channel,
        route.address,
        settlement,
        said,
        provider_id="p-7" if settlement in HAVE_IT else None,
        repeat=claimed.repeat,
    )


def people(claims: Sequence[Claimed]) -> list[str]:
    return [claim.send.person for claim in claims]
