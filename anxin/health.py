"""Is it ready? One line per part, in plain words, each with what to do about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from alerts.breaker import Trouble
from alerts.canary import Canary
from anxin.clock import ScaledClock
from anxin.lookout import Lookout
from api.services import HealthReport, PartHealth
from core.ports import AlertStore, ReadingsStore, StoreUnavailable
from ingest.pipeline import Pipeline
from ingest.session import Session
from storage.database import Database

LATE = 15.0
"""Real seconds that a due timer or an owed message may wait before it is said."""
CLOCKS_APART = 5.0
"""Seconds. A lease lasts 30: a clock that is further off takes other processes' messages from them."""


@dataclass(frozen=True, slots=True)
class Checkup:
    """Asks each part. Blocking."""

    session: Session
    pipeline: Pipeline
    lookout: Lookout
    database: Database
    readings: ReadingsStore
    alerts: AlertStore
    clock: ScaledClock
    troubles: Callable[[], Sequence[Trouble]]
    canary: Canary

    def report(self) -> HealthReport:
        return HealthReport(
            (
                self._broker(),
                self._store("database", self.database.ping),
                self._clock(),
                self._store("readings", self.readings.ping),
                self._intake(),
                self._engine(),
                self._channels(),
                PartHealth("canary", ok=not self.canary.trouble, reason=self.canary.trouble),
                self._watch(),
            )
        )

    def _broker(self) -> PartHealth:
        health = self.session.health()
        if health.connected:
            return PartHealth("broker", ok=True)
        why = health.last_error or "not connected yet"
        return PartHealth("broker", ok=False, reason=f"no session with the broker ({why}); check ANXIN_BROKER_URL")

    @staticmethod
    def _store(name: str, ping: Callable[[], object]) -> PartHealth:
        try:
            ping()
        except StoreUnavailable as error:
            return PartHealth(name, ok=False, reason=f"the store is away: {error}")
        return PartHealth(name, ok=True)

    def _clock(self) -> PartHealth:
        """Leases and timers of several processes are compared by their own clocks: these must agree."""
        try:
            theirs = self.database.clock()
        except StoreUnavailable as error:
            return PartHealth("clock", ok=False, reason=f"cannot tell, the database is away: {error}")
        apart = abs((datetime.now(UTC) - theirs).total_seconds()) if theirs is not None else 0.0
        if apart > CLOCKS_APART:
            reason = f"this machine's clock and the database's are {apart:.0f} s apart; set both by NTP"
            return PartHealth("clock", ok=False, reason=reason)
        return PartHealth("clock", ok=True)

    def _intake(self) -> PartHealth:
        report = self.pipeline.report()
        if report.store_error is not None:
            return PartHealth("intake", ok=False, reason=f"readings wait for their store: {report.store_error}")
        return PartHealth("intake", ok=True)

    def _engine(self) -> PartHealth:
        try:
            due = self.alerts.next_due()
        except StoreUnavailable as error:
            return PartHealth("alerts", ok=False, reason=f"cannot tell, the database is away: {error}")
        late = self.clock.real(self.clock.now() - due) if due else 0.0
        if late > LATE:
            waits = timedelta(seconds=round(late))
            return PartHealth("alerts", ok=False, reason=f"a due timer or message has waited for {waits}")
        return PartHealth("alerts", ok=True)

    def _channels(self) -> PartHealth:
        told = "; ".join(f"{t.channel} fails since {t.since:%H:%M} UTC: {t.said}" for t in self.troubles())
        return PartHealth("channels", ok=not told, reason=told)

    def _watch(self) -> PartHealth:
        refused = self.lookout.counts.refused
        if refused:
            return PartHealth("watch", ok=False, reason=f"{refused} events could not be applied: look into the log")
        if not self.lookout.judging:
            return PartHealth("watch", ok=False, reason="still hearing what the broker kept; silence is not judged yet")
        return PartHealth("watch", ok=True)
