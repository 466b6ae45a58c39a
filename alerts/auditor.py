"""The auditor: looks at the stores from outside and says where a promise is not kept, whoever broke it.

It repairs nothing and shares no code path with the engine; what it finds goes to metrics, `anxin doctor` and the log.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from core.alerts import Alert, Entry, EntryKind, Handling, Purpose
from core.delivery import Delivery, SendState
from core.ports import AlertStore, StoreUnavailable
from core.timeline import Standing, replay


class Broken(StrEnum):
    """Which promise."""

    STORE_AWAY = "store_away"
    NO_TIMER = "no_timer"  # an open alert without an armed timer (invariant 3)
    STALE_TIMER = "stale_timer"  # its timer has another fence and would do nothing (invariants 3 and 4)
    TIMER_OVERDUE = "timer_overdue"  # the engine is stuck or too slow
    LEVEL_UNEXPLAINED = "level_unexplained"  # a level was entered, and somebody in it neither sent to nor said why (5)
    NOBODY_TO_ASK = "nobody_to_ask"  # the last level is empty and so is every other: a person must look at the rota
    SEND_STUCK = "send_stuck"  # owed for too long
    REPLAY_DIFFERS = "replay_differs"  # the timeline does not tell what is stored (10)


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise. `since` is when it began, as far as can be said."""

    broken: Broken
    alert: str
    detail: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is still in time. On the clock, as the rows are."""

    timer: timedelta = timedelta(seconds=60)
    send: timedelta = timedelta(minutes=3)
    send_age: timedelta = timedelta(minutes=30)


@dataclass
class Auditor:
    """Blocking. Reads every open alert; meant for once a minute."""

    store: AlertStore
    bounds: Bounds = field(default_factory=Bounds)

    def findings(self, now: datetime) -> list[Finding]:
        """Everything that is not as promised at this instant. A store that is away is itself a finding."""
        try:
            return [finding for alert in self.store.open_alerts() for finding in self._of(alert.id, now)]
        except StoreUnavailable as error:
            return [Finding(Broken.STORE_AWAY, "", str(error), now)]

    def _of(self, alert_id: str, now: datetime) -> Iterator[Finding]:
        """An alert that people move while we look is read again, so that no half of a move is judged."""
        for _ in range(3):
            alert = self.store.get(alert_id)
            if alert is None or not alert.is_open:
                return
            found = [*self._timer(alert, now), *self._told(alert, now)]
            again = self.store.get(alert_id)
            if again == alert:
                yield from found
                return

    def _timer(self, alert: Alert, now: datetime) -> Iterator[Finding]:
        timer = self.store.timer(alert.id)
        if timer is None:
            yield Finding(Broken.NO_TIMER, alert.id, f"{alert.handling} at level {alert.level}", alert.opened_at)
        elif timer.fence != alert.fence:
            detail = f"timer of fence {timer.fence}, alert at fence {alert.fence}"
            yield Finding(Broken.STALE_TIMER, alert.id, detail, timer.due_at)
        elif now - timer.due_at > self.bounds.timer:
            yield Finding(Broken.TIMER_OVERDUE, alert.id, timer.kind.value, timer.due_at)

    def _told(self, alert: Alert, now: datetime) -> Iterator[Finding]:
        entries, deliveries = self.store.timeline(alert.id), self.store.deliveries(alert.id)
        if replay(entries) != Standing.of(alert):
            yield Finding(Broken.REPLAY_DIFFERS, alert.id, "the timeline tells another state", alert.opened_at)
        yield from _unexplained(alert, entries, deliveries)
        for delivery in deliveries:
            if delivery.state is SendState.QUEUED and self._is_stuck(delivery, now):
                detail = f"{delivery.send.person}, {len(delivery.attempts)} tries"
                yield Finding(Broken.SEND_STUCK, alert.id, detail, delivery.send.created_at)

    def _is_stuck(self, delivery: Delivery, now: datetime) -> bool:
        """Nobody has touched it since it was due, or it has been tried in vain for far too long."""
        due = delivery.next_attempt_at or delivery.send.created_at
        return now - due > self.bounds.send or now - delivery.send.created_at > self.bounds.send_age


def _unexplained(alert: Alert, entries: Iterable[Entry], deliveries: Iterable[Delivery]) -> Iterator[Finding]:
    """Every level that was entered owes each of its people a message, or a line that says why there is none."""
    owed = {(d.send.fence, d.send.person) for d in deliveries if d.send.purpose is Purpose.ASK}
    empty: set[tuple[int, int]] = set()
    for entry in entries:
        if entry.kind is EntryKind.NO_RECIPIENT:
            empty.add((entry.fence, int(entry.detail["level"])))
        if entry.kind is not EntryKind.LEVEL_ENTERED:
            continue
        level, people = int(entry.detail["level"]), [str(p) for p in entry.detail["people"]]
        missing = [p for p in people if (entry.fence, p) not in owed]
        if missing or (not people and (entry.fence, level) not in empty):
            detail = f"level {level}: nothing sent to {', '.join(missing) or 'anybody'}"
            yield Finding(Broken.LEVEL_UNEXPLAINED, alert.id, detail, entry.at)
        if not people and entry.fence == alert.fence and alert.handling is Handling.TRIGGERED:
            yield Finding(Broken.NOBODY_TO_ASK, alert.id, f"level {level} and all below are empty", entry.at)
