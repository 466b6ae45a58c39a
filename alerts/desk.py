"""The desk: what people may do with an alert, each as one transaction; what detectors may raise it has from `Concerns`.

Buttons carry the fence that their reader saw; a stale one does nothing and is never tried again in silence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.concerns import Concerns
from core import escalation, passing
from core.alerts import Alert, Entry, EntryKind, Found, Outcome, Refusal, Transition
from core.arrival import Evidence
from core.concerns import Severity
from core.outcomes import Access

MAX_NOTE = 2000
MAX_REASON = 300


@dataclass
class Desk(Concerns):
    """Synchronous and safe from several threads. `announce` is called after each write, with the alert as it now is."""

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

    def knocked(self, alert_id: str, *, by: str, home: str, found: Found, text: str = "") -> Alert | Refusal:
        """Somebody was at a door that this alert is about. NOTE's detail: `home`, `address`, `found`, `text`."""
        detail = {
            "home": home,
            "address": self.reacher.home(home).address,
            "found": found.value,
            "text": text.strip()[:MAX_NOTE],
        }
        return self._move(
            alert_id, None, lambda alert: Entry(alert.id, self.clock.now(), EntryKind.NOTE, alert.fence, by, detail)
        )

    def reopen(self, alert_id: str, *, by: str) -> Alert | Refusal:
        """It was closed wrongly: a new alert, linked to the closed one, which itself never changes."""
        closed = self.store.get(alert_id)
        if closed is None:
            return Refusal.UNKNOWN
        now = self.clock.now()
        policy = self.policies().of(closed.severity, closed.kind)
        opening = escalation.reopen(
            closed,
            alert_id=self.new_id(),
            by=by,
            policy=policy,
            reach=self.reacher.reach(closed.home, now, policy, area=closed.area),
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
        audience = self.reacher.audience(alert, now, EntryKind.ACKNOWLEDGED)
        return escalation.acknowledge(alert, by=by, audience=audience, now=now)

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
        audience = self.reacher.audience(alert, now, EntryKind.CLOSED)
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
        audience = self.reacher.audience(alert, now, EntryKind.CLOSED)
        return escalation.resident_fine(alert, by=by, audience=audience, now=now)

    def _released(self, alert: Alert, by: str, reason: str) -> Transition | Refusal:
        now = self.clock.now()
        reach = self.reacher.reach(alert.home, now, alert.policy, area=alert.area)
        move = passing.release(alert, by=by, reason=reason, reach=reach, now=now)
        return move if isinstance(move, Refusal) else self.reacher.quietly(move, alert, now)

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
