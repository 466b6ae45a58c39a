"""The desk: what detectors may raise and what people may do with an alert, each as one transaction.

Buttons carry the fence that their reader saw; a stale one does nothing and is never tried again in silence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from alerts.reach import Reacher
from core import escalation, passing, worsening
from core.alerts import Alert, Condition, Entry, EntryKind, Outcome, Refusal, Transition
from core.arrival import Evidence
from core.clock import Clock
from core.concerns import Concern, ConcernKind, Severity
from core.outcomes import Access
from core.policies import Policy
from core.ports import AlertStore

MAX_NOTE = 2000
MAX_EVIDENCE = 50
MAX_REASON = 300
_TRIES = 5


class RaisedAs(StrEnum):
    """What raising a concern came to."""

    OPENED = "opened"
    WORSENED = "worsened"
    RETURNED = "returned"  # the sensors say so again
    EVIDENCE = "evidence"
    KNOWN = "known"  # nothing new: nothing written


@dataclass(frozen=True, slots=True)
class Raised:
    alert: Alert
    what: RaisedAs


@dataclass
class Desk:
    """Synchronous and safe from several threads. `announce` is called after each write, with the alert as it now is."""

    store: AlertStore
    reacher: Reacher
    policies: Callable[[], Mapping[Severity, Policy]]
    clock: Clock
    new_id: Callable[[], str]
    announce: Callable[[Alert], None] = lambda _alert: None

    # -- detectors ------------------------------------------------------------------------------------------------

    def raise_concern(self, concern: Concern) -> Raised:
        """Open an alert, or add to the one that is open. Saying the same again changes nothing.

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
        standing = self._open(concern, predecessor=None)
        if isinstance(standing, Raised):
            return standing
        if standing.is_open:
            return self._add(standing, concern)
        if self._must_be_looked_at(standing, concern):
            again = self._open(concern, predecessor=standing.id)
            return again if isinstance(again, Raised) else None
        return Raised(standing, RaisedAs.KNOWN)

    def _open(self, concern: Concern, *, predecessor: str | None) -> Raised | Alert:
        now = self.clock.now()
        opening = escalation.open_alert(
            concern,
            alert_id=self.new_id(),
            area=self.reacher.area_of(concern.home),
            policy=self.policies()[concern.severity],
            reach=self.reacher.reach(concern.home, now),
            now=now,
            predecessor=predecessor,
        )
        standing = self.store.open(opening)
        return Raised(opening.alert, RaisedAs.OPENED) if standing is None else standing

    def _must_be_looked_at(self, closed: Alert, concern: Concern) -> bool:
        """Closed on the resident's word alone, and worse now: nobody has seen them, so their word no longer holds."""
        by_resident = closed.closed_by is not None and self.reacher.is_resident(closed.home, closed.closed_by)
        return by_resident and concern.severity.rank < closed.severity.rank

    def _add(self, alert: Alert, concern: Concern) -> Raised | None:
        now = self.clock.now()
        if concern.severity.rank < alert.severity.rank:
            worse = worsening.worsen(
                alert,
                concern,
                policy=self.policies()[concern.severity],
                reach=self.reacher.reach(alert.home, now, area=alert.area),
                audience=self.reacher.audience(alert, now),
                now=now,
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
        """Numbers grow by themselves; news is another episode, another place, another kind of fact."""
        told = [e for e in self.store.timeline(alert.id) if "episode" in e.detail]
        added = sum(entry.kind is EntryKind.EVIDENCE for entry in told)
        fresh = _gist(worsening.evidence(concern))
        return added < MAX_EVIDENCE and all(_gist(entry.detail) != fresh for entry in told)

    def clear_concern(self, home: str, kind: ConcernKind, episode: str, reason: str) -> Alert | None:
        """The sensors say that it is over. The alert stays with the people; None when no open alert is changed."""
        key = f"{home}/{kind.value}"
        alert = next((a for a in self.store.open_alerts(homes=[home]) if a.key == key), None)
        if alert is None or alert.condition is Condition.CLEARED:
            return None
        episodes = [str(e.detail["episode"]) for e in self.store.timeline(alert.id) if e.detail.get("episode")]
        if episode in episodes and episodes[-1] != episode:
            return None  # an earlier episode ended; the present one goes on
        detail = {"episode": episode, "reason": reason}
        line = Entry(alert.id, self.clock.now(), EntryKind.CONDITION_CLEARED, alert.fence, detail=detail)
        if not self.store.remark(line, condition=Condition.CLEARED):
            return None
        return self._now(alert.id)

    # -- people ---------------------------------------------------------------------------------------------------

    def acknowledge(self, alert_id: str, *, by: str, seen_fence: int | None = None) -> Alert | Refusal:
        """I take it, and will be there."""
        return self._move(alert_id, seen_fence, lambda alert: self._acknowledged(alert, by))

    def arrive(
        self, alert_id: str, *, by: str, evidence: Evidence | None = None, seen_fence: int | None = None
    ) -> Alert | Refusal:
        """I am here. Who has said so before may add the proof that the door's code gives."""
        return self._move(alert_id, seen_fence, lambda alert: self._arrived(alert, by, evidence or Evidence()))

    def close(
        self,
        alert_id: str,
        *,
        by: str,
        outcome: Outcome,
        note: str = "",
        access: Access | None = None,
        seen_fence: int | None = None,
    ) -> Alert | Refusal:
        """This is how it ended. The residents themselves cannot close a red one."""
        return self._move(
            alert_id, seen_fence, lambda alert: self._closed(alert, by, outcome, note[:MAX_NOTE], access=access)
        )

    def close_together(
        self, seen: Mapping[str, int], *, by: str, outcome: Outcome, note: str
    ) -> dict[str, Alert | Refusal]:
        """Several that had one cause (a power cut, a gateway that raved): each by its own fence, each its own fate.

        `seen`: fences by alert. Red ones are refused: each of them needs its own look.
        """
        return {
            alert_id: self._move(
                alert_id,
                fence,
                lambda alert: self._closed(alert, by, outcome, note[:MAX_NOTE], together=len(seen)),
            )
            for alert_id, fence in seen.items()
        }

    def resident_fine(self, alert_id: str, *, by: str, seen_fence: int | None = None) -> Alert | Refusal:
        """The resident says "I am fine": closes an alert, and is only noted on a red one, which is given back open."""
        return self._move(alert_id, seen_fence, lambda alert: self._fine(alert, by))

    def release(self, alert_id: str, *, by: str, reason: str = "", seen_fence: int | None = None) -> Alert | Refusal:
        """I cannot go after all; or the desk takes it from whoever cannot: others are asked at once."""
        return self._move(alert_id, seen_fence, lambda alert: self._released(alert, by, reason[:MAX_REASON]))

    def hand_over(self, alert_id: str, *, by: str, to: str, seen_fence: int | None = None) -> Alert | Refusal:
        """Ask this person to take it. `by` answers for it until they do."""
        return self._move(alert_id, seen_fence, lambda alert: self._handed_over(alert, by, to))

    def snooze(
        self, alert_id: str, *, by: str, until: datetime, reason: str = "", seen_fence: int | None = None
    ) -> Alert | Refusal:
        """Ask nobody before this instant. Never for red, and never beyond what the policy allows."""
        return self._move(alert_id, seen_fence, lambda alert: self._snoozed(alert, by, until, reason[:MAX_REASON]))

    def note(self, alert_id: str, *, by: str, text: str) -> Alert | Refusal:
        """Write something down. NOTE's detail: `text` (at most MAX_NOTE characters). Raises ValueError when empty."""
        words = text.strip()[:MAX_NOTE]
        if not words:
            raise ValueError("a note needs words")
        return self._remarked(alert_id, EntryKind.NOTE, by, {"text": words})

    def photo(self, alert_id: str, *, by: str, photo: str) -> Alert | Refusal:
        """A photo that was kept belongs to this alert. PHOTO's detail: `photo` (its id)."""
        return self._remarked(alert_id, EntryKind.PHOTO, by, {"photo": photo})

    def _remarked(self, alert_id: str, kind: EntryKind, by: str, detail: dict[str, str]) -> Alert | Refusal:
        now = self.clock.now()
        return self._move(alert_id, None, lambda alert: Entry(alert.id, now, kind, alert.fence, by, detail))

    def reopen(self, alert_id: str, *, by: str) -> Alert | Refusal:
        """It was closed wrongly: a new alert, linked to the closed one, which itself never changes."""
        closed = self.store.get(alert_id)
        if closed is None:
            return Refusal.UNKNOWN
        now = self.clock.now()
        opening = escalation.reopen(
            closed,
            alert_id=self.new_id(),
            by=by,
            policy=self.policies()[closed.severity],
            reach=self.reacher.reach(closed.home, now, area=closed.area),
            now=now,
        )
        if isinstance(opening, Refusal) or self.store.open(opening) is not None:
            return Refusal.ALREADY_THERE
        return self._now(opening.alert.id)

    def _arrived(self, alert: Alert, by: str, evidence: Evidence) -> Transition | Entry | Refusal:
        now = self.clock.now()
        if alert.arrived_by == by and evidence.proof is not None:
            return escalation.at_door(alert, by=by, evidence=evidence, now=now)
        return escalation.arrive(alert, by=by, evidence=evidence, now=now)

    def _acknowledged(self, alert: Alert, by: str) -> Transition | Refusal:
        now = self.clock.now()
        return escalation.acknowledge(alert, by=by, audience=self.reacher.audience(alert, now), now=now)

    def _closed(
        self,
        alert: Alert,
        by: str,
        outcome: Outcome,
        note: str,
        *,
        together: int | None = None,
        access: Access | None = None,
    ) -> Transition | Refusal:
        if alert.is_open and together is not None and alert.severity is Severity.RED:
            return Refusal.RED_ONE_BY_ONE
        if alert.is_open and alert.severity is Severity.RED and self.reacher.is_resident(alert.home, by):
            return Refusal.RED_NEEDS_A_PERSON
        now = self.clock.now()
        audience = self.reacher.audience(alert, now)
        return escalation.close(
            alert,
            by=by,
            outcome=outcome,
            note=note,
            audience=audience,
            now=now,
            together=together or 1,
            access=access,
        )

    def _fine(self, alert: Alert, by: str) -> Transition | Entry | Refusal:
        now = self.clock.now()
        return escalation.resident_fine(alert, by=by, audience=self.reacher.audience(alert, now), now=now)

    def _released(self, alert: Alert, by: str, reason: str) -> Transition | Refusal:
        now = self.clock.now()
        reach = self.reacher.reach(alert.home, now, area=alert.area)
        return passing.release(alert, by=by, reason=reason, reach=reach, now=now)

    def _handed_over(self, alert: Alert, by: str, to: str) -> Transition | Refusal:
        now = self.clock.now()
        able = {r.person: r for r in self.reacher.responders_for(alert.home, now, area=alert.area)}
        timer = self.store.timer(alert.id)
        if timer is None or timer.fence != alert.fence:
            return Refusal.STALE if alert.is_open else Refusal.CLOSED
        if to not in able:
            return Refusal.CANNOT_BE_ASKED
        return passing.hand_over(alert, by=by, to=able[to], timer=timer, now=now)

    def _snoozed(self, alert: Alert, by: str, until: datetime, reason: str) -> Transition | Refusal:
        now = self.clock.now()
        audience = self.reacher.audience(alert, now)
        return passing.snooze(alert, by=by, until=until, reason=reason, audience=audience, now=now)

    def _move(
        self, alert_id: str, seen_fence: int | None, move: Callable[[Alert], Transition | Entry | Refusal]
    ) -> Alert | Refusal:
        alert = self.store.get(alert_id)
        if alert is None:
            return Refusal.UNKNOWN
        moved = move(alert)
        if isinstance(moved, Refusal):
            return moved
        if seen_fence is not None and seen_fence != alert.fence:
            return Refusal.STALE
        if isinstance(moved, Transition):
            return self._now(alert_id) if self.store.apply(moved) else Refusal.STALE
        return self._now(alert_id) if self.store.remark(moved) else Refusal.CLOSED

    def _now(self, alert_id: str) -> Alert:
        alert = self.store.get(alert_id)
        assert alert is not None
        self.announce(alert)
        return alert


def _gist(told: Mapping[str, object]) -> tuple[object, ...]:
    facts = told.get("facts")
    names = sorted(str(f["name"]) for f in facts) if isinstance(facts, list) else []
    return told.get("episode"), told.get("place"), *names
