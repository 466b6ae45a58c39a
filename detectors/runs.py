"""Runs: how long something that people switch on or open usually stays so, by its own history and a prior."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from detectors.instants import NEVER

_KEPT = 3


class _Run(NamedTuple):
    """As far as it is learned from."""

    length: float
    since: float


@dataclass(slots=True)
class Runs:
    """`since`: when the present run began (NEVER: it is not running). Times and lengths in seconds. `patience`: what
    waiting is multiplied by, as endings have taught.

    A run enters `longest` when it ends, but never more than three times the longest before it at once: one forgotten
    stove is no custom. The longest few are kept, so that one may be taken back.
    """

    since: float = NEVER
    count: int = 0
    patience: float = 1.0
    _kept: list[_Run] = field(default_factory=list)

    @property
    def longest(self) -> float:
        return self._kept[0].length if self._kept else 0.0

    def begin(self, t: float) -> None:
        if self.since == NEVER:
            self.since = t

    def forget(self) -> None:
        """Nobody knows how long the present run was."""
        self.since = NEVER

    def end(self, t: float, *, ceiling: float) -> None:
        """`ceiling`: the most that is learned from a single run while little is known."""
        if self.since == NEVER:
            return
        run = _Run(min(max(0.0, t - self.since), max(ceiling, 3.0 * self.longest)), self.since)
        self.since = NEVER
        self.count += 1
        self._kept = sorted([*self._kept, run], reverse=True)[:_KEPT]

    def take_back(self, since: float) -> None:
        """Somebody was in need in the run that began then: it is no custom."""
        left = [run for run in self._kept if run.since != since]
        self.count -= len(self._kept) - len(left)
        self._kept = left

    def snapshot(self) -> list[Any]:
        kept = [value for run in self._kept for value in run]
        return [None if self.since == NEVER else self.since, self.longest, self.count, kept]

    def restore(self, body: list[Any]) -> None:
        since, longest, count, *rest = body
        self.since = NEVER if since is None else float(since)
        self.count = int(count)
        kept = rest[0] if rest else [longest, 0.0] if longest > 0 else []  # older ones knew the longest alone
        self._kept = [_Run(float(kept[i]), float(kept[i + 1])) for i in range(0, len(kept), 2)]
