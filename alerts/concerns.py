"""What detectors say: a concern opens an alert, joins one of the same home, or adds to the one that is open for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from alerts.gathering import Gathering, may_gather
from alerts.reach import Reacher
from core import escalation, merging, worsening
from core.alerts import Alert, Condition, Entry, EntryKind, Outcome, Refusal
from core.clock import Clock
from core.concerns import Concern, ConcernKind
from core.policies import Policies
from core.ports import AlertStore
from core.subsiding import GOES_ON, subsided

MAX_EVIDENCE = 50
_TRIES = 5


class RaisedAs(StrEnum):
    """What raising a concern came to."""

    OPENED = "opened"
    MERGED = "merged"  # it joined an alert that the home has for something else
    WORSENED = "worsened"
    RETURNED = "returned"  # the sensors say so again
    EVIDENCE = "evidence"
    GATHERED = "gathered"  # it was written on the list of its building's alert
    KNOWN = "known"  # nothing new: nothing written


@dataclass(frozen=True, slots=True)
class Raised:
    alert: Alert
    what: RaisedAs


@dataclass
class Concerns:
    """Synchronous and safe from several threads. `announce` is called after each write, with the alert as it now is."""

    store: AlertStore
    reacher: Reacher
    policies: Callable[[], Policies]
    clock: Clock
    new_id: Callable[[], str]
    announce: Callable[[Alert], None] = lambda _alert: None

    @property
    def _gathering(self) -> Gathering:
        return Gathering(self.store, self.reacher.home, self.clock)

    def raise_concern(self, concern: Concern) -> Raised:
        """Open an alert, or add to one that is open in this home. Saying the same again changes nothing.

        An episode that people have closed stays closed. Raises StoreUnavailable: say it again later.
        """
        for _ in range(_TRIES):
            raised = self._raise(concern)
            if raised is not None:
                if raised.what is not RaisedAs.KNOWN:
                    self.announce(raised.alert)
                return raised
        raise RuntimeError(f"alert {concern.key} moved {_TRIES} times while a concern was being added")

    def _raise(self, concern: Concern) -> Raised | None:
        """None: somebody else moved the alert meanwhile."""
        standing = self.store.open_alerts(homes=[concern.home])
        own = next((alert for alert in standing if concern.kind in alert.kinds), None)
        if own is not None:
            return self._add(own, concern)
        known = self.store.of_episode(concern.key, concern.episode)
        if known is not None and not self._must_be_looked_at(known, concern):
            return Raised(known, RaisedAs.KNOWN)
        host = merging.host_for(standing, concern) if known is None else None
        if host is not None:
            return self._merge(host, concern)
        together = self._gathering.host(concern.home, concern.kind) if may_gather(concern) else None
        if together is not None:
            is_news = self._gathering.take(together, concern)
            return Raised(together, RaisedAs.GATHERED if is_news else RaisedAs.KNOWN)
        opened = self._open(concern, predecessor=None if known is None else known.id)
        return opened if isinstance(opened, Raised) else None

    def _open(self, concern: Concern, *, predecessor: str | None) -> Raised | Alert:
        now = self.clock.now()
        policy = self.policies().of(concern.severity, concern.kind)
        opening = escalation.open_alert(
            concern,
            alert_id=self.new_id(),
            area=self.reacher.area_of(concern.home),
            policy=policy,
            reach=self.reacher.reach(concern.home, now, policy),
            now=now,
            predecessor=predecessor,
        )
        opening = self.reacher.quietly(opening, None, now)
        standing = self.store.open(opening)
        return Raised(opening.alert, RaisedAs.OPENED) if standing is None else standing

    def _must_be_looked_at(self, closed: Alert, concern: Concern) -> bool:
        """Closed on the resident's word alone, and worse now: nobody has seen them, so their word no longer holds. Nor
        does what the sensors took for the end, nor what anybody found before it grew colder or hotter still.
        """
        if closed.outcome is Outcome.OVER:
            return True
        by_resident = closed.closed_by is not None and self.reacher.is_resident(closed.home, closed.closed_by)
        is_worse = concern.severity.rank < closed.severity.rank
        return is_worse and (by_resident or concern.kind in GOES_ON)

    def _merge(self, host: Alert, concern: Concern) -> Raised | None:
        now, timer = self.clock.now(), self.store.timer(host.id)
        if timer is None:
            return None
        policy = self.policies().of(concern.severity, concern.kind)
        move = merging.merge(
            host,
            concern,
            policy=policy,
            reach=self.reacher.reach(host.home, now, policy, area=host.area),
            audience=self.reacher.audience(host, now),
            timer=timer,
            now=now,
        )
        if isinstance(move, Refusal):
            return None
        move = self.reacher.quietly(move, host, now)
        if not self.store.apply(move):
            return None
        self._condition(move.alert, concern)
        return Raised(replace(move.alert, condition=Condition.ACTIVE), RaisedAs.MERGED)

    def _add(self, alert: Alert, concern: Concern) -> Raised | None:
        now = self.clock.now()
        if concern.severity.rank < alert.severity.rank:
            timer = self.store.timer(alert.id)
            if timer is None:
                return None
            policy = self.policies().of(concern.severity, concern.kind)
            worse = worsening.worsen(
                alert,
                concern,
                policy=policy,
                reach=self.reacher.reach(alert.home, now, policy, area=alert.area),
                audience=self.reacher.audience(alert, now),
                now=now,
                timer=timer,
            )
            if isinstance(worse, Refusal) or not self.store.apply(worse):
                return None
            self._condition(worse.alert, concern)
            return Raised(worse.alert, RaisedAs.WORSENED)
        if self._condition(alert, concern):
            return Raised(replace(alert, condition=Condition.ACTIVE), RaisedAs.RETURNED)
        if not self._is_new(alert, concern):
            return Raised(alert, RaisedAs.KNOWN)
        line = Entry(alert.id, now, EntryKind.EVIDENCE, alert.fence, detail=worsening.evidence(concern))
        return Raised(alert, RaisedAs.EVIDENCE) if self.store.remark(line) else None

    def _condition(self, alert: Alert, concern: Concern) -> bool:
        """The sensors had said that it was over: they say it again."""
        if alert.condition is Condition.ACTIVE:
            return False
        detail = worsening.evidence(concern)
        line = Entry(alert.id, self.clock.now(), EntryKind.CONDITION_RETURNED, alert.fence, detail=detail)
        return self.store.remark(line, condition=Condition.ACTIVE)

    def _is_new(self, alert: Alert, concern: Concern) -> bool:
        """Numbers grow by themselves; news is another episode, another place, another kind of fact, or that a part of
        the alert of which the sensors said that it was over is not.
        """
        timeline = self.store.timeline(alert.id)
        told = [e for e in timeline if "episode" in e.detail]
        added = sum(entry.kind is EntryKind.EVIDENCE for entry in told)
        fresh = concern.kind, *_gist(worsening.evidence(concern))
        is_back = concern.kind in merging.over(alert, timeline)
        known = any((merging.kind_of(entry, alert), *_gist(entry.detail)) == fresh for entry in told)
        return added < MAX_EVIDENCE and (is_back or not known)

    def clear_concern(self, home: str, kind: ConcernKind, episode: str, reason: str) -> Alert | None:
        """The sensors say that it is over. The alert stays with the people; None when no open alert is changed.

        CONDITION_CLEARED's detail: `kind`, `episode`, `reason`. Where the alert is for something else that goes on,
        PART_CLEARED says the same, and the condition stays.
        """
        alert = next((a for a in self.store.open_alerts(homes=[home]) if kind in a.kinds), None)
        gathered = self._gathering.end(home, kind, episode) if alert is None else None
        if gathered is not None:
            return self._now(gathered.id)
        if alert is None or alert.condition is Condition.CLEARED:
            return None
        timeline = self.store.timeline(alert.id)
        known = {str(e.detail["episode"]) for e in timeline if e.detail.get("episode")}
        if episode in known and merging.latest_episode(alert, kind, timeline) != episode:
            return None  # an earlier episode ended; the present one goes on
        ended = merging.over(alert, timeline)
        if kind in ended:
            return None
        is_last = alert.kinds <= ended | {kind}
        what = EntryKind.CONDITION_CLEARED if is_last else EntryKind.PART_CLEARED
        detail = {"kind": kind.value, "episode": episode, "reason": reason}
        line = Entry(alert.id, self.clock.now(), what, alert.fence, detail=detail)
        if not self.store.remark(line, condition=Condition.CLEARED if is_last else None):
            return None
        if is_last:
            self._subside(replace(alert, condition=Condition.CLEARED), reason)
        return self._now(alert.id)

    def _subside(self, alert: Alert, reason: str) -> None:
        """Where nobody but the resident was asked, that it is over ends it. Whoever moved it meanwhile is right."""
        now = self.clock.now()
        audience = self.reacher.audience(alert, now, EntryKind.CLOSED)
        move = subsided(
            alert,
            reason=reason,
            is_resident=lambda person: self.reacher.is_resident(alert.home, person),
            audience=audience,
            now=now,
        )
        if move is not None:
            self.store.apply(move)

    def _now(self, alert_id: str) -> Alert:
        alert = self.store.get(alert_id)
        assert alert is not None
        self.announce(alert)
        return alert


def _gist(told: Mapping[str, object]) -> tuple[object, ...]:
    facts = told.get("facts")
    names = sorted(str(f["name"]) for f in facts) if isinstance(facts, list) else []
    return told.get("episode"), told.get("place"), *names
