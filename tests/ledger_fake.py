"""The ledger by hand: counts alert by alert, in plain Python, what the stores count in SQL."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.alerts import Alert, EntryKind, Outcome
from core.ledger import ANSWERS, By, Response, Scope, ServiceLevel, ServiceLevels, Share, Speed, Tally
from core.ports import AlertStore

_EVERYTHING = 100_000


@dataclass
class MemoryLedger:
    """`core.ledger.Ledger` over any alert store."""

    alerts: AlertStore

    def tallies(self, scope: Scope, by: By) -> list[Tally]:
        became = {alert.predecessor for alert in self.alerts.page(limit=_EVERYTHING).alerts}
        counted = [alert for alert in self._within(scope) if alert.id not in became]
        found = Counter((_key(alert, scope, by), alert.outcome) for alert in counted)
        return [Tally(key, outcome, count) for (key, outcome), count in found.items()]

    def responses(self, scope: Scope, by: By, levels: ServiceLevels, *, now: datetime) -> list[Response]:
        grouped: dict[str, list[Alert]] = {}
        for alert in self._within(scope):
            if alert.outcome not in {Outcome.TEST, Outcome.OVER}:
                grouped.setdefault(_key(alert, scope, by), []).append(alert)
        return [self._response(key, alerts, levels, now) for key, alerts in grouped.items()]

    def _within(self, scope: Scope) -> list[Alert]:
        alerts = self.alerts.page(areas=scope.areas, homes=scope.homes, limit=_EVERYTHING).alerts
        return [
            alert
            for alert in alerts
            if scope.bounds[0] <= alert.opened_at < scope.bounds[-1]
            and scope.severity in {None, alert.severity}
            and alert.kind not in scope.without
        ]

    def _response(self, key: str, alerts: list[Alert], levels: ServiceLevels, now: datetime) -> Response:
        on_site = [self._first(alert, (EntryKind.ARRIVED,)) for alert in alerts]
        return Response(
            key,
            len(alerts),
            _speed(alerts, [self._first(alert, ANSWERS) for alert in alerts], levels.answered, now),
            _speed(alerts, on_site, levels.on_site, now),
            sum(not alert.is_open and seconds is None for alert, seconds in zip(alerts, on_site, strict=True)),
        )

    def _first(self, alert: Alert, kinds: tuple[EntryKind, ...]) -> float | None:
        at = min((entry.at for entry in self.alerts.timeline(alert.id) if entry.kind in kinds), default=None)
        return None if at is None else (at - alert.opened_at).total_seconds()


def _key(alert: Alert, scope: Scope, by: By) -> str:
    match by:
        case By.MONTH:
            return str(sum(alert.opened_at >= bound for bound in scope.bounds) - 1)
        case By.KIND:
            return alert.kind.value
        case By.SEVERITY:
            return alert.severity.value
        case By.AREA:
            return alert.area
        case By.HOME:
            return alert.home


def _speed(
    alerts: Sequence[Alert], seconds: Sequence[float | None], promised: Sequence[ServiceLevel], now: datetime
) -> Speed:
    reached = sorted(each for each in seconds if each is not None)
    shares = []
    for level in promised:
        overdue = sum(
            each is None and alert.is_open and alert.opened_at + level.within <= now
            for alert, each in zip(alerts, seconds, strict=True)
        )
        within = sum(each <= level.within.total_seconds() for each in reached)
        shares.append(Share(within, len(reached) + overdue))
    return Speed(tuple(shares), len(reached), _rank(reached, 0.5), _rank(reached, 0.9))


def _rank(rising: Sequence[float], share: float) -> float | None:
    """The nearest rank: the least value that this share does not exceed."""
    return rising[math.ceil(round(share * len(rising), 9)) - 1] if rising else None
