"""Decline: over weeks somebody gets up later, moves less, goes to the kitchen less, or is up more in the night.

Nobody is rushed for it: it is a reason to talk. What has changed is said in the figures of this home's own days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import isnan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.concerns import CannotTell, Clear, Concern, ConcernKind, Fact, Severity, Verdict
from detectors.change import LEAST_AFTER, LEAST_BEFORE, UNLIKELY, Change, worst_change
from detectors.days import BEGINS, HomeDays, Measure
from detectors.detector import Observation
from detectors.instants import DAY, HOUR, MINUTE, NEVER, instant, next_waking, seconds, wall

TOLD_AT = 10 * HOUR
"""On the home's clock: a change is told in the morning."""
OVER_WITHIN = 0.25
"""Back within this share of the change, it is over."""
USUAL_AFTER = 28
"""Counted days after which a change that stays is how this home lives now."""
_WORSE: Final = {
    Measure.RISING: 1.0, Measure.BREAKFAST: 1.0, Measure.KITCHEN: -1.0, Measure.MOVING: -1.0, Measure.NIGHT: 1.0,
}  # fmt: skip
_LEAST_SPREAD: Final = {
    Measure.RISING: 15.0, Measure.BREAKFAST: 20.0, Measure.KITCHEN: 0.8, Measure.MOVING: 0.5, Measure.NIGHT: 0.7,
}  # fmt: skip
"""Below these a figure of a day is not that exact: minutes, visits, hours, times."""
_MATTERS: Final = {
    Measure.RISING: 30.0, Measure.BREAKFAST: 45.0, Measure.KITCHEN: 1.0, Measure.MOVING: 1.0, Measure.NIGHT: 1.5,
}  # fmt: skip
_SHARE_MATTERS: Final = {Measure.KITCHEN: 0.15, Measure.MOVING: 0.15}
"""What is less than this, in its unit and as a share of what was usual, is no reason to talk, however certain."""
_ENOUGH = LEAST_BEFORE + LEAST_AFTER


@dataclass(frozen=True, slots=True)
class Standing:
    """A change that was found, on the `found`-th counted day. `since`: the number of the day on which it began."""

    measure: Measure
    since: int
    found: int
    before: float
    now: float
    strength: float


class Decline:
    """One home's weeks. `standing`: what was found last; `shown_from`: when that is told; `earlier`: what is said until
    then. `usual_from`: the number of the day since which this home lives as it does now. `patience`: what the evidence
    that it needs is multiplied by, as endings have taught.
    """

    name = ConcernKind.DECLINE.value
    version = 1

    __slots__ = ("_days", "_home", "_timezone", "earlier", "patience", "shown_from", "standing", "usual_from")

    def __init__(self, home: str, days: HomeDays, timezone: str) -> None:
        self._home = home
        self._days = days
        self._timezone = timezone
        self.standing: Standing | None = None
        self.earlier: Standing | None = None
        self.shown_from = NEVER
        self.usual_from = 0
        self.patience = 1.0

    def use_devices(self) -> None:
        """Rooms that are watched otherwise than before begin anew."""
        self._days.use_devices()

    def observe(self, seen: Observation) -> None:
        """After a day was counted: the first sign of the next."""
        if self._days.observe(seen):
            self.earlier, self.standing = self._told(seen.t), self._judged()
            self.shown_from = self._morning(seen.t)

    def _told(self, t: float) -> Standing | None:
        return self.standing if t >= self.shown_from else self.earlier

    def _morning(self, t: float) -> float:
        """The next time that it is `TOLD_AT`, at `t` or later."""
        second = wall(self._timezone, t) % DAY
        return t + (TOLD_AT - second) % DAY

    def _judged(self) -> Standing | None:
        standing = self.standing
        if standing is not None:
            if self._days.count - standing.found >= USUAL_AFTER:
                self.usual_from = standing.since
            elif (lasting := self._lasting(standing)) is not None:
                return lasting
        found = [(measure, change) for measure in Measure if (change := self._change(measure)) is not None]
        if not found:
            return None
        measure, change = max(found, key=lambda each: (each[0] is not Measure.BREAKFAST, each[1].strength))
        return self._begun(measure, change)

    def _change(self, measure: Measure) -> Change | None:
        _, values = self._known(measure)
        if len(values) < _ENOUGH:
            return None
        change = worst_change(_WORSE[measure] * values, _LEAST_SPREAD[measure], partial(_matters, measure))
        return None if change is None or change.strength < UNLIKELY * self.patience else change

    def _known(self, measure: Measure) -> tuple[list[int], NDArray[np.float64]]:
        """The days on which it could be told, and its figure, since what is usual now began."""
        every = zip(self._days.numbers(), self._days.values(measure), strict=True)
        known = [(day, value) for day, value in every if day >= self.usual_from and not isnan(value)]
        return [day for day, _ in known], np.asarray([value for _, value in known], np.float64)

    def _begun(self, measure: Measure, change: Change) -> Standing:
        days, _ = self._known(measure)
        before, now = (_WORSE[measure] * figure for figure in (change.before, change.now))
        return Standing(measure, days[change.began], self._days.count, before, now, change.strength)

    def _lasting(self, standing: Standing) -> Standing | None:
        """The same, unless the last seven days are as it was before."""
        _, values = self._known(standing.measure)
        change = (float(values[-LEAST_AFTER:].mean()) - standing.before) / (standing.now - standing.before)
        return None if change < OVER_WITHIN else standing

    def due(self, after: datetime | None = None) -> datetime | None:
        return next_waking(after, self.shown_from)

    def assess(self, now: datetime) -> Verdict:
        standing = self._told(seconds(now))
        if standing is not None:
            return self._concern(standing, now)
        return Clear() if self._days.known >= _ENOUGH else CannotTell("too_few_days")

    def _concern(self, standing: Standing, now: datetime) -> Concern:
        since = instant(self._begins(standing.since, seconds(now)))
        return Concern(
            home=self._home,
            kind=ConcernKind.DECLINE,
            severity=Severity.YELLOW,
            episode=f"{standing.measure.value}@{instant(standing.since * DAY).date().isoformat()}",
            at=now,
            since=since,
            detector=self.name,
            facts=_facts(standing, since),
        )

    def _begins(self, day: int, t: float) -> float:
        local = day * DAY + BEGINS
        return local - (wall(self._timezone, t) - t)

    def snapshot(self) -> dict[str, Any]:
        return {
            "days": self._days.snapshot(),
            "standing": [_plain(self.standing), _plain(self.earlier)],
            "shown_from": None if self.shown_from == NEVER else self.shown_from,
            "usual_from": self.usual_from,
        }

    def restore(self, body: Mapping[str, Any]) -> None:
        self._days.restore(body["days"])
        self.standing, self.earlier = (_taken_up(each) for each in body["standing"])
        self.shown_from = NEVER if body["shown_from"] is None else float(body["shown_from"])
        self.usual_from = int(body["usual_from"])


def _matters(measure: Measure, before: float, now: float) -> bool:
    return now - before >= max(_MATTERS[measure], _SHARE_MATTERS.get(measure, 0.0) * abs(before))


def _facts(standing: Standing, since: datetime) -> tuple[Fact, ...]:
    """What it was and what it is, each in its own words."""
    name = standing.measure.value
    off = abs(standing.now - standing.before)
    begun = Fact("changed_since", since.isoformat(), "date")
    match standing.measure:
        case Measure.RISING | Measure.BREAKFAST:
            clocks = [Fact(f"{name}_{when}", round(at * MINUTE), "clock") for when, at in _times(standing)]
            return (Fact(f"{name}_later", round(off * MINUTE), "s"), *clocks, begun)
        case Measure.MOVING:
            spans = [Fact(f"moving_{when}", round(hours * HOUR), "s") for when, hours in _times(standing)]
            return (*spans, begun)
        case Measure.KITCHEN | Measure.NIGHT:
            return (*(Fact(f"{name}_{when}", round(times, 1), "count") for when, times in _times(standing)), begun)


def _times(standing: Standing) -> tuple[tuple[str, float], tuple[str, float]]:
    return ("usual", standing.before), ("now", standing.now)


def _plain(standing: Standing | None) -> list[Any] | None:
    if standing is None:
        return None
    return [standing.measure.value, standing.since, standing.found, standing.before, standing.now, standing.strength]


def _taken_up(kept: list[Any] | None) -> Standing | None:
    return None if kept is None else Standing(Measure(kept[0]), *kept[1:])
