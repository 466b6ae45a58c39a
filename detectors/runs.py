"""Runs: how long something that people switch on or open usually stays so, by its own history and a prior."""

from dataclasses import dataclass
from typing import Any

from detectors.instants import NEVER


@dataclass(slots=True)
class Runs:
    """`since`: when the present run began (NEVER: it is not running). Times and lengths in seconds.

    A run enters `longest` when it ends, but never more than three times the longest before it at once: one forgotten
    stove is no custom.
    """

    since: float = NEVER
    longest: float = 0.0
    count: int = 0

    def begin(self, t: float) -> None:
        if self.since == NEVER:
            self.since = t

    def end(self, t: float, *, ceiling: float) -> None:
        """`ceiling`: the most that is learned from a single run while little is known."""
        if self.since == NEVER:
            return
        length = max(0.0, t - self.since)
        self.since = NEVER
        self.count += 1
        self.longest = max(self.longest, min(length, max(ceiling, 3.0 * self.longest)))

    def snapshot(self) -> list[Any]:
        return [None if self.since == NEVER else self.since, self.longest, self.count]

    def restore(self, body: list[Any]) -> None:
        since, longest, count = body
        self.since = NEVER if since is None else float(since)
        self.longest, self.count = float(longest), int(count)
