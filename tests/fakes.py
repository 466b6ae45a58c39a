"""Fakes by hand: ports in memory that keep their contract exactly, for stories that need no database."""

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.alerts import Alert, Condition, Entry, EntryKind, Handling, Purpose, Send, Timer, Transition
from core.concerns import ConcernKind
from core.delivery import Attempt, Claimed, Delivery, SendState, Settlement
from core.people import Route
from core.phones import PhoneMessage
from core.ports import Page, StoreRefused
from core.proving import ProofHow, Trial, Way
from core.push import MOST_BROWSERS, Subscription
from core.receipts import Onwards, Receipt, ReceiptState, advanced, onwards, undelivered

_CONDITIONS = {EntryKind.CONDITION_CLEARED: Condition.CLEARED, EntryKind.CONDITION_RETURNED: Condition.ACTIVE}


@dataclass
class _Owed:
    """A send with its fate. `next_at` of a leased one is the end of its lease."""

    send: Send
    next_at: datetime | None
    state: SendState = SendState.QUEUED
    rung: int = 0
    tries: int = 0
    lease: str | None = None
    unheard: bool = False
    reason: str = ""
    attempts: dict[int, tuple[Attempt, bool]] = field(default_factory=dict)


class MemoryAlerts:
    """`core.ports.AlertStore` in memory."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._alerts: dict[str, Alert] = {}
        self._timers: dict[str, Timer] = {}
        self._entries: dict[str, list[Entry]] = {}
        self._sends: dict[str, _Owed] = {}
        self._leases = 0
        self._receipts: dict[tuple[str, str], Receipt] = {}

    def open(self, transition: Transition) -> Alert | None:
        with self._lock:
            alert = transition.alert
            same = [a for a in self._alerts.values() if a.key == alert.key]
            standing = [a for a in same if a.is_open]
            if standing:
                return standing[-1]
            known = self.of_episode(alert.key, alert.episode) if alert.predecessor is None else None
            if known is not None:
                return known
            if alert.id in self._alerts:
                raise StoreRefused(f"the alert id {alert.id!r} is taken by another alert")
            self._write(transition, alert)
            return None

    def apply(self, transition: Transition) -> bool:
        with self._lock:
            before = self._alerts.get(transition.alert.id)
            if before is None or not before.is_open or before.fence != transition.expected_fence:
                return False
            said = [_CONDITIONS[e.kind] for e in transition.entries if e.kind in _CONDITIONS]
            condition = said[-1] if said else before.condition
            self._write(transition, replace(transition.alert, condition=condition))
            return True

    def apply_all(self, transitions: Sequence[Transition]) -> list[bool]:
        with self._lock:
            kept = (dict(self._alerts), dict(self._timers), {k: list(v) for k, v in self._entries.items()})
            sends = dict(self._sends)
            try:
                return [self.apply(transition) for transition in transitions]
            except StoreRefused:
                (self._alerts, self._timers, self._entries), self._sends = kept, sends
                raise

    def get_all(self, alerts: Collection[str]) -> dict[str, Alert]:
        return {id_: self._alerts[id_] for id_ in alerts if id_ in self._alerts}

    def exhausted(self) -> list[str]:
        asking = [
            a
            for a in self.open_alerts()
            if a.handed_to or (a.handling is Handling.TRIGGERED and a.snoozed_until is None)
        ]
        return [a.id for a in asking if self.level_exhausted(a.id, a.fence)]

    def _write(self, transition: Transition, alert: Alert) -> None:
        if (transition.timer is None) == alert.is_open:
            raise StoreRefused("an open alert has an armed timer, a closed one has none")
        self._alerts[alert.id] = alert
        self._timers.pop(alert.id, None)
        if transition.timer is not None:
            self._timers[alert.id] = transition.timer
        self._entries.setdefault(alert.id, []).extend(transition.entries)
        for send in transition.sends:
            if send.id in self._sends:
                raise StoreRefused(f"send {send.id!r} is there already")
            self._sends[send.id] = _Owed(send, send.created_at)
        if (alert.handling is not Handling.TRIGGERED or alert.snoozed_until) and transition.entries:
            reason = "snoozed" if alert.snoozed_until else "taken" if alert.is_open else "closed"
            self._withdraw(alert, transition.entries[-1].at, reason)

    def _withdraw(self, alert: Alert, at: datetime, reason: str) -> None:
        for owed in self._of(alert.id):
            asks = owed.send.purpose is Purpose.ASK and owed.send.fence < alert.fence
            if owed.send.event is EntryKind.HANDED_OVER and owed.send.person == alert.handed_to:
                continue
            if asks and owed.state is SendState.QUEUED and owed.lease is None:
                self._end(owed, SendState.CANCELLED, reason)
                self._not_sent(owed, at, reason)

    def remark(self, entry: Entry, *, condition: Condition | None = None) -> bool:
        with self._lock:
            alert = self._alerts.get(entry.alert)
            if alert is None:
                raise StoreRefused(f"there is no alert {entry.alert!r}")
            if condition is not None and _CONDITIONS.get(entry.kind) is not condition:
                raise StoreRefused("line and condition contradict each other")
            if not alert.is_open and entry.kind not in (EntryKind.DELIVERY, EntryKind.NOT_SENT):
                return False
            self._entries[alert.id].append(entry)
            if entry.kind in _CONDITIONS:
                self._alerts[alert.id] = replace(alert, condition=_CONDITIONS[entry.kind])
            return alert.is_open

    def get(self, alert: str) -> Alert | None:
        return self._alerts.get(alert)

    def every(self) -> list[Alert]:
        """Open and closed."""
        with self._lock:
            return list(self._alerts.values())

    def open_alerts(self, *, homes: Collection[str] | None = None) -> list[Alert]:
        with self._lock:
            found = [a for a in self._alerts.values() if a.is_open and (homes is None or a.home in homes)]
        return sorted(found, key=lambda a: (a.opened_at, a.id))

    def of_episode(self, key: str, episode: str) -> Alert | None:
        with self._lock:
            known = [
                a
                for a in self._alerts.values()
                if (a.key, a.episode) == (key, episode)
                or any((f"{a.home}/{part.kind.value}", part.episode) == (key, episode) for part in a.joined)
            ]
        return max(known, key=lambda a: (a.opened_at, a.id), default=None)

    def held(self) -> list[Alert]:
        with self._lock:
            taken = [a for a in self._alerts.values() if a.handling is Handling.ACKNOWLEDGED and a.handed_to is None]
        return sorted(taken, key=lambda a: (a.taken_at or a.opened_at, a.id))

    def page(
        self,
        *,
        areas: Collection[str] | None = None,
        homes: Collection[str] | None = None,
        open_only: bool = False,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page:
        with self._lock:
            found = [
                a
                for a in self._alerts.values()
                if a.kind is not ConcernKind.CANARY
                and ((areas is None and homes is None) or a.area in (areas or ()) or a.home in (homes or ()))
            ]
        found = [a for a in found if a.is_open or not open_only]
        found.sort(key=lambda a: (a.opened_at, a.id), reverse=True)
        if cursor is not None:
            instant, _, alert_id = cursor.partition("|")
            found = [a for a in found if (a.opened_at, a.id) < (datetime.fromisoformat(instant), alert_id)]
        last = found[limit - 1] if len(found) > limit else None
        return Page(tuple(found[:limit]), f"{last.opened_at.isoformat()}|{last.id}" if last else None)

    def timeline(self, alert: str) -> list[Entry]:
        return list(self._entries.get(alert, ()))

    def timer(self, alert: str) -> Timer | None:
        return self._timers.get(alert)

    def due_timers(self, now: datetime, *, limit: int = 100) -> list[Timer]:
        with self._lock:
            due = sorted((t for t in self._timers.values() if t.due_at <= now), key=lambda t: (t.due_at, t.alert))
        return due[:limit]

    def next_due(self) -> datetime | None:
        with self._lock:
            instants = [t.due_at for t in self._timers.values()]
            instants += [o.next_at for o in self._sends.values() if o.next_at is not None]
        return min(instants, default=None)

    def claim_sends(self, now: datetime, *, lease_until: datetime, limit: int = 20, owner: str = "") -> list[Claimed]:
        with self._lock:
            due = [o for o in self._sends.values() if o.next_at is not None and o.next_at <= now]
            due.sort(key=lambda o: (self._alerts[o.send.alert].severity.rank, o.send.created_at))
            return [self._lease(owed, lease_until, owner) for owed in due[:limit]]

    def _lease(self, owed: _Owed, until: datetime, owner: str) -> Claimed:
        self._leases += 1
        owed.unheard = owed.unheard or owed.lease is not None
        owed.lease, owed.next_at, owed.tries = f"{owner}/lease-{self._leases}", until, owed.tries + 1
        severity = self._alerts[owed.send.alert].severity
        return Claimed(owed.send, owed.rung, owed.tries, owed.lease, until, repeat=owed.unheard, severity=severity)

    def end_leases(self, now: datetime, *, owner: str | None = None) -> int:
        with self._lock:
            queued = [o for o in self._sends.values() if o.state is SendState.QUEUED and o.lease is not None]
            left = [o for o in queued if owner is None or (o.lease or "").startswith(f"{owner}/")]
            for owed in left:
                owed.next_at = now
            return len(left)

    def settle(self, claimed: Claimed, attempt: Attempt, *, retry_at: datetime | None = None) -> bool:
        with self._lock:
            owed = self._sends[claimed.send.id]
            if attempt.number in owed.attempts:
                return owed.attempts[attempt.number][1]
            held = owed.lease == claimed.lease
            if held:
                self._after(owed, attempt, retry_at)
            owed.attempts[attempt.number] = (attempt, held)
            self._delivery(owed.send, attempt)
            self._heed(attempt.channel, attempt.provider_id or "")
            return held

    def _after(self, owed: _Owed, attempt: Attempt, retry_at: datetime | None) -> None:
        owed.lease = None
        match attempt.settlement:
            case Settlement.RETRY:
                owed.next_at = retry_at or attempt.at
            case Settlement.NEXT_RUNG:
                if owed.rung + 1 >= len(owed.send.ladder):
                    raise StoreRefused("there is no next rung")
                owed.next_at, owed.rung, owed.unheard = retry_at or attempt.at, owed.rung + 1, False
            case Settlement.ACCEPTED | Settlement.FOUND:
                self._end(owed, SendState.ACCEPTED, "")
            case Settlement.FAILED:
                self._end(owed, SendState.FAILED, attempt.said)
            case Settlement.CANCELLED:
                self._end(owed, SendState.CANCELLED, attempt.said)

    @staticmethod
    def _end(owed: _Owed, state: SendState, reason: str) -> None:
        owed.lease, owed.next_at, owed.state, owed.reason = None, None, state, reason

    def cancel_send(self, claimed: Claimed, *, at: datetime, reason: str) -> bool:
        with self._lock:
            owed = self._sends[claimed.send.id]
            if owed.lease != claimed.lease:
                return False
            self._end(owed, SendState.CANCELLED, reason)
            self._not_sent(owed, at, reason)
            return True

    def receive(self, channel: str, reference: str, receipt: Receipt) -> str | None:
        with self._lock:
            key = channel, reference
            self._receipts[key] = advanced(self._receipts.get(key), receipt)
            return self._heed(channel, reference)

    def _heed(self, channel: str, reference: str) -> str | None:
        tried = [(o, a) for o in self._sends.values() for a, _ in o.attempts.values()]
        theirs = [(o, a) for o, a in tried if (a.channel, a.provider_id) == (channel, reference)]
        if not theirs:
            return None
        owed, attempt = max(theirs, key=lambda one: (one[1].at, one[1].number))
        known = self._receipts.get((channel, reference))
        if known is not None and known.state is ReceiptState.FAILED:
            self._fail(owed, attempt, known)
        return owed.send.alert

    def _fail(self, owed: _Owed, attempt: Attempt, receipt: Receipt) -> None:
        send, then = owed.send, Onwards.NOTHING
        lines = [e.detail for e in self._entries[send.alert] if e.kind is EntryKind.UNDELIVERED]
        if any((line["send"], line["number"]) == (send.id, attempt.number) for line in lines):
            return
        if attempt.number == max(owed.attempts):
            then = onwards(send, self._alerts[send.alert], state=owed.state, rung=owed.rung)
        self._entries[send.alert].append(undelivered(send, attempt, receipt, then))
        if then is Onwards.NEXT_WAY:
            owed.state, owed.next_at, owed.rung, owed.unheard = SendState.QUEUED, receipt.at, owed.rung + 1, False
        if then is Onwards.NO_WAY:
            self._end(owed, SendState.FAILED, receipt.said)

    def receipts(self, alert: str) -> dict[tuple[str, int], Receipt]:
        tried = [a for o in self._of(alert) for a, _ in o.attempts.values()]
        known = {(a.send, a.number): self._receipts.get((a.channel, a.provider_id or "")) for a in tried}
        return {attempt: receipt for attempt, receipt in known.items() if receipt is not None}

    def level_exhausted(self, alert: str, fence: int) -> bool:
        with self._lock:
            asks = [o for o in self._of(alert) if o.send.fence <= fence and o.send.purpose is Purpose.ASK]
            last = max((o.send.fence for o in asks), default=0)
            asks = [o for o in asks if o.send.fence == last]
        return bool(asks) and all(o.state in (SendState.FAILED, SendState.CANCELLED) for o in asks)

    def last_asked(self, people: Collection[str]) -> dict[str, datetime]:
        asks = [
            owed.send
            for owed in self._sends.values()
            if owed.send.purpose is Purpose.ASK and owed.send.person in people
        ]
        return {send.person: send.created_at for send in sorted(asks, key=lambda send: send.created_at)}

    def deliveries(self, alert: str) -> list[Delivery]:
        with self._lock:
            return [
                Delivery(o.send, o.state, tuple(a for _, (a, _held) in sorted(o.attempts.items())), o.next_at, o.reason)
                for o in self._of(alert)
            ]

    def _of(self, alert: str) -> list[_Owed]:
        return [o for o in self._sends.values() if o.send.alert == alert]

    def _delivery(self, send: Send, attempt: Attempt) -> None:
        detail = {
            "send": send.id,
            "person": send.person,
            "name": send.name,
            "target": send.target.value,
            "purpose": send.purpose.value,
            "channel": attempt.channel,
            "settlement": attempt.settlement.value,
            "said": attempt.said,
            "number": attempt.number,
            "repeat": attempt.repeat,
            "provider_id": attempt.provider_id,
        }
        self._entries[send.alert].append(Entry(send.alert, attempt.at, EntryKind.DELIVERY, send.fence, detail=detail))

    def _not_sent(self, owed: _Owed, at: datetime, reason: str) -> None:
        send = owed.send
        detail = {
            "send": send.id,
            "person": send.person,
            "name": send.name,
            "target": send.target.value,
            "purpose": send.purpose.value,
            "channel": send.ladder[owed.rung].channel,
            "reason": reason,
        }
        self._entries[send.alert].append(Entry(send.alert, at, EntryKind.NOT_SENT, send.fence, detail=detail))


class MemoryPhones:
    """`core.ports.PhoneStore` in memory."""

    def __init__(self) -> None:
        self._messages: dict[str, PhoneMessage] = {}

    def deliver(self, message: PhoneMessage) -> bool:
        if message.id in self._messages:
            return False
        self._messages[message.id] = message
        return True

    def inbox(self, person: str | None = None, *, limit: int = 100) -> list[PhoneMessage]:
        found = [m for m in reversed(self._messages.values()) if person is None or m.person == person]
        return found[:limit]


class MemoryProofs:
    """`core.proving.ProofStore` in memory."""

    def __init__(self) -> None:
        self._trials: dict[str, Trial] = {}

    def save(self, trial: Trial) -> None:
        if trial.id in self._trials:
            raise StoreRefused(f"there is a test {trial.id!r} already")
        self._trials[trial.id] = trial

    def trial(self, id_: str) -> Trial | None:
        return self._trials.get(id_)

    def answer(self, id_: str, *, at: datetime, how: ProofHow) -> bool:
        trial = self._trials.get(id_)
        if trial is None or trial.answered_at is not None:
            return False
        self._trials[id_] = replace(trial, answered_at=at, how=how)
        return True

    def latest(self, person: str) -> list[Trial]:
        newest: dict[tuple[str, str], Trial] = {}
        for trial in sorted(self._trials.values(), key=lambda t: (-t.at.timestamp(), t.id)):
            if trial.person == person:
                newest.setdefault((trial.channel, trial.address), trial)
        return list(newest.values())

    def proved(self, since: datetime) -> dict[Way, datetime]:
        found: dict[Way, datetime] = {}
        for trial in self._trials.values():
            way = trial.person, trial.channel, trial.address
            if trial.answered_at is not None and trial.answered_at >= since:
                found[way] = max(trial.answered_at, found.get(way, trial.answered_at))
        return found


class MemoryPush:
    """`core.push.PushStore` in memory."""

    def __init__(self) -> None:
        self._kept: dict[str, Subscription] = {}

    def subscribe(self, subscription: Subscription) -> None:
        self._kept[subscription.endpoint] = subscription
        for old in self.browsers(subscription.person)[MOST_BROWSERS:]:
            del self._kept[old.endpoint]

    def browsers(self, person: str) -> list[Subscription]:
        own = [kept for kept in self._kept.values() if kept.person == person]
        return sorted(own, key=lambda kept: (-kept.at.timestamp(), kept.endpoint))

    def unsubscribe(self, endpoint: str) -> bool:
        return self._kept.pop(endpoint, None) is not None

    def ways(self) -> dict[str, Route]:
        return {kept.person: Route(kept.channel, kept.person) for kept in self._kept.values()}
