"""The drill's oracle: what was lost, what was not as promised, what came twice. It reads stores and telephones only."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anxin.drill.life import Life
from anxin.drill.providers import Taken, Telephone
from anxin.drill.rules import Rules
from core.alerts import Alert, Entry, EntryKind, Handling, Purpose
from core.concerns import ConcernKind
from core.delivery import Attempt, Delivery, SendState, Settlement
from core.ports import AlertStore

_SETTLES_WITHIN = timedelta(hours=2)
"""How long after its closing an alert's last messages may still be under way."""


@dataclass
class Oracle:
    """`lost`: nobody would ever have come. `violations`: any other broken promise."""

    store: AlertStore
    rules: Rules
    telephone: Telephone
    lost: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    duplicates: int = 0
    judged: int = 0
    _final: dict[str, tuple[Alert, int]] = field(default_factory=dict)

    def raised(self, episode: str, key: str, alert: Alert | None) -> None:
        """A concern was heard, so the service has said: then there is an alert for it."""
        kind = ConcernKind(key.rpartition("/")[2])
        if alert is None or kind not in alert.kinds or self.store.get(alert.id) is None:
            self.lost.append(f"{key} {episode}: heard, and there is no alert")

    def look(self, alerts: Iterable[Alert], now: datetime) -> None:
        """Judge these. One that was closed long enough ago is judged for good."""
        for alert in alerts:
            if alert.id in self._final:
                continue
            self._judge(alert, now)
            if alert.closed_at is not None and now - alert.closed_at > _SETTLES_WITHIN:
                self._settle(alert)

    def at_the_end(self, now: datetime) -> None:
        """Everything once more, together: what was closed has not changed since, no two are open with one key."""
        keys: Counter[str] = Counter()
        known = set()
        for alert in every_alert(self.store):
            known.add(alert.id)
            keys[alert.key] += alert.is_open
            final = self._final.get(alert.id)
            if final is not None and (alert, len(_history(self.store.timeline(alert.id)))) != final:
                self.violations.append(f"{alert.id}: changed after it was closed")
            if alert.predecessor is not None and self._is_open(alert.predecessor):
                self.violations.append(f"{alert.id}: follows {alert.predecessor}, which is open")
        self.look([alert for alert in every_alert(self.store) if alert.id not in self._final], now)
        self.violations += [f"{key}: {count} are open" for key, count in keys.items() if count > 1]
        self.lost += [f"{alert}: was there, and is gone" for alert in self._final if alert not in known]

    def _is_open(self, alert_id: str) -> bool:
        found = self.store.get(alert_id)
        return found is None or found.is_open

    def _judge(self, alert: Alert, now: datetime) -> None:
        entries, deliveries = self.store.timeline(alert.id), self.store.deliveries(alert.id)
        timer = self.store.timer(alert.id)
        if alert.is_open and timer is None:
            self.lost.append(f"{alert.id}: open without a timer")
        life = Life(self.rules, alert).walk(entries)
        life.ends(now, timer.due_at if timer else None, timer.kind if timer else None)
        self._say(*life.broken)
        by_person = {(d.send.fence, d.send.person): d for d in deliveries}
        self._say(*self._levels(life, by_person, entries, now))
        self._say(*self._outcome_told(life, alert, by_person))
        for delivery in deliveries:
            self._say(*self._delivery(life, delivery, now))

    def _settle(self, alert: Alert) -> None:
        self.judged += 1
        self._final[alert.id] = (alert, len(_history(self.store.timeline(alert.id))))
        for delivery in self.store.deliveries(alert.id):
            taken = self.telephone.taken.pop(delivery.send.id, [])
            self.duplicates += len(taken) - len({one.key for one in taken})

    # -- whom a level asks ----------------------------------------------------------------------------------------

    def _levels(
        self, life: Life, by_person: dict[tuple[int, str], Delivery], entries: Sequence[Entry], now: datetime
    ) -> Iterator[str]:
        """Everybody of a level is sent to, or it is said why not; where nobody could be reached, the next is asked."""
        starts = {fence: at for at, _, _, _, fence in life.moves}
        empty = {(e.fence, int(e.detail["level"])) for e in entries if e.kind is EntryKind.NO_RECIPIENT}
        for fence, people in life.asked.items():
            for person in people:
                if (fence, person) not in by_person:
                    self.lost.append(f"{life.alert.id}: {person} of fence {fence} was never written to")
            if not people and (fence, life.alert.policy.last) not in empty:
                yield f"{life.alert.id}: fence {fence} asks nobody and does not say so"
            fates = [by_person[fence, person] for person in people if (fence, person) in by_person]
            gone = _failed_at(fates)
            level = max((d.send.level for d in fates), default=0)
            if gone is not None and level < life.alert.policy.last:
                then = starts.get(fence + 1, now)
                if self.rules.is_late(gone, then):
                    yield f"{life.alert.id}: nobody of level {level} was reached at {gone}; the next was asked {then}"

    def _outcome_told(self, life: Life, alert: Alert, by_person: dict[tuple[int, str], Delivery]) -> Iterator[str]:
        if alert.is_open:
            return
        for person in life.told:
            known = self.rules.town.directory.people.get(person)
            if person != alert.closed_by and known and known.routes and (alert.fence, person) not in by_person:
                yield f"{alert.id}: {person} was asked and never hears how it ended"

    # -- one message ----------------------------------------------------------------------------------------------

    def _delivery(self, life: Life, delivery: Delivery, now: datetime) -> Iterator[str]:
        send, taken = delivery.send, self.telephone.taken.get(delivery.send.id, [])
        if delivery.state is SendState.ACCEPTED and not taken:
            self.lost.append(f"{send.id}: believed sent, and no provider has it")
        if delivery.state in {SendState.FAILED, SendState.CANCELLED} and not delivery.reason:
            yield f"{send.id}: not sent, without a reason"
        if delivery.state is SendState.FAILED and len(_tried(delivery)) < len(send.ladder):
            yield f"{send.id}: failed, and not every way was tried"
        tried = [attempt.at for attempt in delivery.attempts] + [one.asked_at for one in taken]
        if delivery.state is not SendState.CANCELLED and self.rules.is_late(send.created_at, min([*tried, now])):
            yield f"{send.id}: owed at {send.created_at}, first tried {min([*tried, now])}"
        for attempt in delivery.attempts:
            if attempt.settlement is Settlement.FOUND and not _has_it(taken, attempt):
                self.lost.append(f"{send.id}: found with {attempt.channel}, which has no such message")
        seen: set[str] = set()
        for one in taken:
            if one.key in seen and not one.repeat:
                yield f"{send.id}: came twice and does not say so"
            seen.add(one.key)
            if send.purpose is Purpose.ASK and not _is_wanted(life, delivery, one):
                yield f"{send.id}: {one.person} was asked at {one.asked_at}, when it was in other hands"

    def _say(self, *what: str) -> None:
        self.violations += what


def _has_it(taken: Sequence[Taken], attempt: Attempt) -> bool:
    """Had it arrived by this very way when its provider was asked?"""
    return any(one.kind == attempt.channel and one.at <= attempt.at for one in taken)


def _is_wanted(life: Life, delivery: Delivery, taken: Taken) -> bool:
    """Was anybody to be asked when this was handed to the provider? At the very instant of a move, either holds."""
    looked_at = taken.asked_at - life.rules.grace
    meanwhile = [move for move in life.moves if looked_at <= move[0] <= taken.asked_at]
    states = [*[move for move in life.moves if move[0] < looked_at][-1:], *meanwhile]
    for _, handling, snoozed, handed_to, _ in states:
        if delivery.send.event is EntryKind.HANDED_OVER:
            if handed_to == delivery.send.person:
                return True
        elif handling is Handling.TRIGGERED and not snoozed:
            return True
    return False


def _failed_at(fates: Sequence[Delivery]) -> datetime | None:
    """When the last of them had failed; None while one of them has not, and where there is nobody."""
    if not fates or any(d.state is not SendState.FAILED for d in fates):
        return None
    return max((a.at for d in fates for a in d.attempts), default=None)


def _tried(delivery: Delivery) -> set[str]:
    return {a.channel for a in delivery.attempts if a.settlement in {Settlement.NEXT_RUNG, Settlement.FAILED}}


def _history(entries: Iterable[Entry]) -> list[Entry]:
    """What may not change after the closing: all but the fates of messages."""
    return [e for e in entries if e.kind not in {EntryKind.DELIVERY, EntryKind.NOT_SENT, EntryKind.UNDELIVERED}]


def every_alert(store: AlertStore) -> Iterator[Alert]:
    """Newest first, page by page."""
    cursor = None
    while True:
        page = store.page(cursor=cursor, limit=500)
        yield from page.alerts
        cursor = page.cursor
        if cursor is None:
            return
