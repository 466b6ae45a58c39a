"""A circuit breaker for each channel: while a provider fails for everybody, whoever has another way is reached by that.

After M. Nygard, Release It! (2007): open after several failures in a row, one trial after a while, closed by a success.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.delivery import Accepted, Temporary, Verdict


@dataclass(frozen=True, slots=True)
class Trouble:
    """`channel` has failed `failures` times in a row, since `since`; `said` is what it said last."""

    channel: str
    since: datetime
    failures: int
    said: str


@dataclass
class Breaker:
    """Only passing trouble counts: a refusal is about one number. The only way of a person is tried all the same.

    Opens after `failures` in a row; `trial_after` each failure one message tries whether it works again.
    """

    failures: int = 5
    trial_after: timedelta = timedelta(seconds=30)
    _troubles: dict[str, Trouble] = field(default_factory=dict)
    _tried_at: dict[str, datetime] = field(default_factory=dict)

    def hear(self, channel: str, verdict: Verdict, now: datetime) -> None:
        """What a provider said."""
        match verdict:
            case Temporary(reason=reason):
                before = self._troubles.get(channel)
                since, count = (before.since, before.failures) if before else (now, 0)
                self._troubles[channel] = Trouble(channel, since, count + 1, reason)
                self._tried_at[channel] = now
            case Accepted():
                self._troubles.pop(channel, None)
            case _:
                pass  # it answers, and has an opinion on this message only

    def refuses(self, channel: str, now: datetime) -> Trouble | None:
        """Why this channel should not be tried now by somebody who has another; None: try it."""
        trouble = self._troubles.get(channel)
        if trouble is None or trouble.failures < self.failures:
            return None
        if now - self._tried_at[channel] < self.trial_after:
            return trouble
        self._tried_at[channel] = now  # this one tries; others wait for what comes of it
        return None

    def troubles(self) -> list[Trouble]:
        """Channels that are failing, the longest first."""
        failing = [trouble for trouble in self._troubles.values() if trouble.failures >= self.failures]
        return sorted(failing, key=lambda trouble: trouble.since)
