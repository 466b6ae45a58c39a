"""Endings of the untouched life: nobody in a recording is in need, so whoever was sent was sent in vain and says so;
what life in the home ended before was a question that cost nobody a way.

Once a day the watch is told what that teaches, as the running service is told within the minute.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from anxin.evaluation.calls import Call
from anxin.evaluation.course import Course
from core.alerts import Outcome
from core.lessons import Ending, lessons, taught

CLOSED_AFTER = timedelta(hours=1)
"""So long after they were asked they have been there and written it down."""
_DAY = timedelta(days=1)


class Endings:
    """`budget`: false alarms a month. `answered`: the share of questions that well residents are known to answer."""

    def __init__(self, course: Course, home: str, budget: float, *, answered: float = 0.0) -> None:
        self._course = course
        self._home = home
        self._budget = budget
        self._answered = answered
        self._told_at: datetime | None = None

    def teach(self, calls: Iterable[Call], now: datetime) -> None:
        """If it is time to."""
        if self._told_at is not None and now - self._told_at < _DAY:
            return
        self._told_at = now
        endings = [
            Ending(f"{c.kind}/{c.concern.episode}", self._home, ((c.kind, c.concern.episode),), *ended)
            for c in calls
            if (ended := _ended(c)) is not None and ended[1] <= now
        ]
        days = float(self._course.watch.days_judged(self._home))
        found = lessons(endings, (), days=days, budget=self._budget, now=now, answered=self._answered)
        self._course.watch.use_lessons({self._home: taught(found, endings)})


def _ended(call: Call) -> tuple[Outcome, datetime] | None:
    """How, and when; None as long as nobody knows."""
    if call.sent_somebody:
        return Outcome.WELL_AT_HOME, call.asked_at + CLOSED_AFTER
    return None if call.cleared_at is None else (Outcome.OVER, call.cleared_at)
