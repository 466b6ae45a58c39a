"""What becomes of a message after a try: the same way again, the next way, delivered, or failed. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.concerns import Severity
from core.delivery import Accepted, Attempt, Permanent, RateLimited, Settlement, Temporary, Verdict

_MAX_SAID = 300
_LEAVES = (Settlement.NEXT_RUNG, Settlement.ACCEPTED, Settlement.FOUND)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one way of reaching a person is tried.

    While there is another, the next is tried within `quick` + `quick` + `silence` (10 s): a failure that came quickly
    is tried once more at once, silence never. A rate limit is waited for up to `wait`, by red not at all. On the last
    way: `tries`, with `pauses` between them at least.
    """

    tries: int = 3
    quick: timedelta = timedelta(seconds=2)
    silence: timedelta = timedelta(seconds=6)
    wait: timedelta = timedelta(seconds=60)
    pauses: tuple[timedelta, ...] = (timedelta(seconds=5), timedelta(seconds=15))
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
    verdict: Verdict,
    *,
    tries: int,
    has_next: bool,
    severity: Severity,
    now: datetime,
    patience: Patience,
    took: timedelta = timedelta(0),
) -> Fate:
    """Judge a verdict. `tries` counts those on this rung, this one included, which `took` so long (real time).

    A rate limit alone never makes a message fail: it says when to come back.
    """
    match verdict:
        case Accepted(provider_id=provider_id, said=said):
            return Fate(Settlement.ACCEPTED, said[:_MAX_SAID], provider_id=provider_id)
        case Permanent(reason=reason):
            return _onwards(reason, has_next=has_next)
        case RateLimited(until=until, reason=reason):
            wait = until - now
            leave = has_next and (severity is Severity.RED or wait > patience.wait or tries >= patience.tries)
        case Temporary(reason=reason, retry_after=seconds):
            wait = timedelta(seconds=min(seconds, patience.longest.total_seconds()))
            leave = not _again(wait, tries=tries, has_next=has_next, took=took, patience=patience)
            if not has_next and not leave:
                wait = max(wait, patience.pauses[min(tries, len(patience.pauses)) - 1])
    if leave:
        return _onwards(reason, has_next=has_next)
    return Fate(Settlement.RETRY, reason[:_MAX_SAID], now + min(max(wait, patience.shortest), patience.longest))


def _again(wait: timedelta, *, tries: int, has_next: bool, took: timedelta, patience: Patience) -> bool:
    if not has_next:
        return tries < patience.tries
    return tries == 1 and took <= patience.quick and wait <= patience.quick


def _onwards(reason: str, *, has_next: bool) -> Fate:
    return Fate(Settlement.NEXT_RUNG if has_next else Settlement.FAILED, reason[:_MAX_SAID])


def tries_on_rung(attempt: int, before: tuple[Attempt, ...]) -> int:
    """Which try of this rung attempt number `attempt` is. Tries that ended without a word count too.

    A way that was accepted and is left all the same is one whose provider said later that it did not arrive.
    """
    left = [a.number for a in before if a.settlement in _LEAVES and a.number < attempt]
    return attempt - max(left, default=0)
