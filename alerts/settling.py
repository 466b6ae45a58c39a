"""What becomes of a message after a try: the same way again, the next way, delivered, or failed. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.alerts import Alert, EntryKind, Handling, Purpose, Send
from core.concerns import Severity
from core.delivery import Accepted, Attempt, Permanent, RateLimited, Settlement, Temporary, Verdict

_MAX_SAID = 300


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one way of reaching a person is tried while there is another.

    `tries` on a rung; a provider that asks for more than `wait` (or `wait_red`) is left for the next rung.
    """

    tries: int = 3
    wait: timedelta = timedelta(seconds=60)
    wait_red: timedelta = timedelta(seconds=10)
    shortest: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Fate:
    """`retry_at` is set exactly when the same rung is tried again."""

    settlement: Settlement
    said: str
    retry_at: datetime | None = None
    provider_id: str | None = None


def fate(
    verdict: Verdict, *, tries: int, has_next: bool, severity: Severity, now: datetime, patience: Patience
) -> Fate:
    """Judge a verdict. `tries` counts those on this rung, this one included.

    Red never waits for a provider's rate limit while there is another way.
    """
    red = severity is Severity.RED
    match verdict:
        case Accepted(provider_id=provider_id, said=said):
            return Fate(Settlement.ACCEPTED, said[:_MAX_SAID], provider_id=provider_id)
        case Permanent(reason=reason):
            return _onwards(reason, has_next=has_next)
        case RateLimited(until=until, reason=reason):
            wait, leave = until - now, red
        case Temporary(reason=reason, retry_after=seconds):
            wait, leave = timedelta(seconds=min(seconds, patience.longest.total_seconds())), False
    too_long = wait > (patience.wait_red if red else patience.wait)
    if tries >= patience.tries or (has_next and (leave or too_long)):
        return _onwards(reason, has_next=has_next)
    again = now + min(max(wait, patience.shortest), patience.longest)
    return Fate(Settlement.RETRY, reason[:_MAX_SAID], again)


def _onwards(reason: str, *, has_next: bool) -> Fate:
    return Fate(Settlement.NEXT_RUNG if has_next else Settlement.FAILED, reason[:_MAX_SAID])


def why_not(send: Send, alert: Alert) -> str | None:
    """Why this message must not go out any more; None while it is still wanted.

    "closed": it is over. "taken": somebody is on the way. "snoozed": it is put off.
    "overtaken": what it would say is no longer so.
    """
    if send.event is EntryKind.CLOSED:
        return None
    if not alert.is_open:
        return "closed"
    if send.purpose is Purpose.ASK:
        return _why_not_ask(send, alert)
    if send.event is EntryKind.SNOOZED:
        return None if alert.fence == send.fence else "overtaken"
    return "overtaken" if alert.handling is Handling.TRIGGERED else None


def _why_not_ask(send: Send, alert: Alert) -> str | None:
    """A level asks while nobody has it; a hand-over asks while it stands open."""
    if send.event is EntryKind.HANDED_OVER:
        return None if alert.handed_to == send.person else "taken"
    if alert.snoozed_until is not None:
        return "snoozed"
    return None if alert.handling is Handling.TRIGGERED else "taken"


def tries_on_rung(attempt: int, before: tuple[Attempt, ...]) -> int:
    """Which try of this rung attempt number `attempt` is. Tries that ended without a word count too."""
    left = [a.number for a in before if a.settlement is Settlement.NEXT_RUNG and a.number < attempt]
    return attempt - max(left, default=0)
