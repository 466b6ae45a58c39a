"""When nobody could work: every process down or the store away; and the lease that a dead process leaves behind."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class Asleep:
    """Intervals, in the order in which they began; they may overlap."""

    spans: list[tuple[datetime, datetime]] = field(default_factory=list)
    since: datetime | None = None

    def add(self, start: datetime, end: datetime) -> None:
        self.spans.append((start, end))
        self.spans.sort()

    def note(self, now: datetime, *, asleep: bool) -> None:
        """From now on nobody works, or somebody does again."""
        if asleep and self.since is None:
            self.since = now
        elif not asleep and self.since is not None:
            self.add(self.since, now)
            self.since = None

    def awake(self, since: datetime, until: datetime) -> timedelta:
        """How long between these instants somebody could work."""
        awake, reached = timedelta(0), since
        spans = [*self.spans, *([(self.since, until)] if self.since is not None else [])]
        for start, end in spans:
            if end <= reached or start >= until:
                continue
            awake += max(start - reached, timedelta(0))
            reached = max(reached, end)
        return awake + max(until - reached, timedelta(0))
