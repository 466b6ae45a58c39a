"""A store of lessons in memory, by hand, over alerts in memory."""

from datetime import datetime

from core.concerns import ConcernKind
from core.lessons import ChoiceVersion, Ending, answered_by
from tests.fakes import MemoryAlerts


class MemoryLessons:
    """`core.lessons.LessonStore` in memory."""

    def __init__(self, alerts: MemoryAlerts) -> None:
        self._alerts = alerts
        self._choices: list[ChoiceVersion] = []

    def endings(self, since: datetime, *, home: str | None = None) -> list[Ending]:
        known = self._alerts.every()
        reopened = {alert.predecessor for alert in known}
        found = [
            Ending(a.id, a.home, tuple((p.kind, p.episode) for p in a.parts), a.outcome, a.closed_at, by)
            for a in known
            for by in [answered_by(a.told, closed_by=a.closed_by, arrived_by=a.arrived_by)]
            if a.closed_at is not None and a.outcome is not None
            if a.closed_at >= since and home in {None, a.home} and a.id not in reopened
            if a.kind is not ConcernKind.CANARY
        ]
        return sorted(found, key=lambda each: (each.closed_at, each.alert))

    def choices(self, *, home: str | None = None) -> list[ChoiceVersion]:
        return [each for each in self._choices[::-1] if home in {None, each.home}]

    def choose(self, version: ChoiceVersion) -> bool:
        this = (version.home, version.kind, version.number)
        if any((each.home, each.kind, each.number) == this for each in self._choices):
            return False
        self._choices.append(version)
        return True
