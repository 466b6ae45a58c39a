"""What must be so after whatever happened to the service or to the broker: looked at in the stores, from outside."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from alerts.auditor import Auditor, Bounds, Finding
from anxin.settings import load
from anxin.stores import Stores, open_database
from core.alerts import Alert, EntryKind, Handling
from core.concerns import Concern, ConcernKind
from core.delivery import SendState
from core.faults import FaultCause
from core.timeline import Standing, replay
from simulator.truth import Sort
from tests.service import numbers
from tests.service.program import Program, until
from tests.service.scene import SETTLES_WITHIN, SPEED, Scene
from tests.service.street import BLIND, same_case


def settled(scene: Scene) -> list[Concern]:
    """Wait until everything that ought to be raised by now has climbed to its end; what that was."""
    expected = scene.expected(scene.clock.now())
    with open_database(load(data_dir=scene.program.data), migrate=False) as stores:
        until(
            lambda: not _missing(expected, stores) and not _climbing(stores),
            within=SETTLES_WITHIN,
            what=lambda: f"missing {_missing(expected, stores)}, climbing {_climbing(stores)}\n{scene.program.log()}",
        )
    return expected


def all_alerts(stores: Stores) -> Iterator[Alert]:
    cursor = None
    while True:
        page = stores.alerts.page(cursor=cursor)
        yield from page.alerts
        if page.cursor is None:
            return
        cursor = page.cursor


def _cases(stores: Stores, alert: Alert) -> list[datetime]:
    """Since when: of each episode that this alert is about."""
    told = [
        e
        for e in stores.alerts.timeline(alert.id)
        if "episode" in e.detail and e.kind is not EntryKind.CONDITION_CLEARED
    ]
    return [alert.since, *(datetime.fromisoformat(str(e.detail["since"])) for e in told if "since" in e.detail)]


def _missing(expected: list[Concern], stores: Stores) -> list[str]:
    told = [(alert, since) for alert in all_alerts(stores) for since in _cases(stores, alert)]
    return [
        f"{c.key} since {c.since}"
        for c in expected
        if not any(same_case(c, home=a.home, kind=a.kind, since=since) for a, since in told)
    ]


def _climbing(stores: Stores) -> list[str]:
    return [
        f"{a.key} at level {a.level}"
        for a in stores.alerts.open_alerts()
        if a.level < a.policy.last or a.handling is not Handling.TRIGGERED
    ]


def audited(scene: Scene, stores: Stores) -> None:
    """While it runs, an auditor finds every promise kept. Its bounds are real seconds on a fast clock."""
    bounds = Bounds(*(bound * SPEED for bound in (timedelta(seconds=10), timedelta(seconds=45), timedelta(seconds=60))))
    auditor = Auditor(stores.alerts, bounds)

    def found() -> list[Finding]:
        return auditor.findings(scene.clock.now())

    until(lambda: not found(), within=60, what=lambda: f"nothing found by the auditor: {found()}")


def each_number_once(data: Path, sent: int) -> None:
    found = numbers.stored(data)
    lost = [number for number in range(sent) if number not in found]
    twice = {number: count for number, count in found.items() if count > 1}
    assert not lost, f"{len(lost)} numbers lost: {lost[:20]}"
    assert not twice, f"{len(twice)} numbers stored more than once: {dict(list(twice.items())[:20])}"


def nothing_broke(program: Program, *, besides: str = "") -> None:
    """No line of its log tells of a mistake of ours. `besides`: what may be said."""
    lines = program.log(longest=100_000_000).splitlines()
    broken = [
        line for line in lines if "Traceback" in line or (" ERROR " in line and not (besides and besides in line))
    ]
    assert not broken, "\n".join(broken[:20])


def nobody_is_missed(expected: list[Concern], stores: Stores, told: list[Alert]) -> None:
    """One alert for each thing that happened: none lost, none twice."""
    for concern in expected:
        alerts = [
            a for a in told if any(same_case(concern, home=a.home, kind=a.kind, since=s) for s in _cases(stores, a))
        ]
        assert len(alerts) == 1, f"{concern.key} since {concern.since}: {len(alerts)} alerts"


def nobody_is_called_in_vain(scene: Scene, told: list[Alert]) -> None:
    """Whatever was raised would have been raised without us too; and of what really happened, all would have been."""
    undisturbed = scene.expected(scene.clock.now())
    for alert in told:
        assert any(same_case(c, home=alert.home, kind=alert.kind, since=alert.since) for c in undisturbed), (
            f"false: {alert.key} since {alert.since}, opened {alert.opened_at}"
        )
    raised = {(c.home, c.kind) for c in undisturbed}
    for truth in scene.street.truths:
        started = datetime.fromtimestamp(truth.start, UTC)
        if truth.sort is Sort.EMERGENCY and started < scene.clock.now() - timedelta(hours=2):
            kind = ConcernKind.SOS if truth.label == "sos" else ConcernKind.SILENCE
            assert (truth.home, kind) in raised, f"{truth.label} in {truth.home} would not be noticed at all"


def climbed_and_sent(stores: Stores, told: list[Alert]) -> None:
    for alert in told:
        entries, deliveries = stores.alerts.timeline(alert.id), stores.alerts.deliveries(alert.id)
        assert replay(entries) == Standing.of(alert), alert.key
        entered = [int(e.detail["level"]) for e in entries if e.kind is EntryKind.LEVEL_ENTERED]
        assert entered[0] == 0, alert.key
        assert all(after - before in {0, 1} for before, after in pairwise(entered)), alert.key
        for delivery in deliveries:
            fate = f"{alert.key}: {delivery.send.person} {delivery.state} {delivery.reason}"
            recent = alert.is_open and delivery.send.fence == alert.fence
            assert delivery.state is not SendState.FAILED, fate
            assert recent or delivery.state is not SendState.QUEUED, fate
            assert delivery.state is not SendState.CANCELLED or delivery.reason, fate
        if alert.is_open:
            assert alert.level == alert.policy.last, alert.key


def repeats(stores: Stores, told: list[Alert]) -> tuple[int, int]:
    """What may have reached a phone twice is marked as a repeat: how many, and how many really had."""
    attempts = [t for alert in told for d in stores.alerts.deliveries(alert.id) for t in d.attempts]
    shown_before = [t for t in attempts if t.said == "shown before"]
    assert all(t.repeat for t in shown_before)
    return sum(t.repeat for t in attempts), len(shown_before)


def tickets_tell_how_it_is(scene: Scene, stores: Stores) -> None:
    """A gateway that is away is a ticket until it is back; our own absences are nobody's business."""
    tickets = stores.tickets.tickets(limit=1000)
    about = {t.subject for t in tickets if t.cause in {FaultCause.BRIDGE_OFFLINE, FaultCause.GATEWAY_SILENT}}
    now, slack = scene.clock.now().timestamp(), timedelta(minutes=30).total_seconds()
    away = [t for t in scene.street.truths if t.label == "gateway_down" and t.start <= now]
    last = max(away, key=lambda truth: truth.start)
    if last.start + slack < now < last.end:
        assert f"g-{BLIND:04d}" in about
    elif now > last.end + slack:
        assert f"g-{BLIND:04d}" not in about
    assert about <= {f"g-{BLIND:04d}", numbers.GATEWAY}
    assert not [t.key for t in tickets if t.cause is FaultCause.BROKER_LOST]
