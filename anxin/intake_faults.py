"""Faults of intake itself as device tickets: a gateway that floods, a store of readings that is away.

Stateless but for what it opened: each look compares what stands with the open tickets of these causes.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from anxin.roster import Roster
from api.feed import Change
from core.clock import Clock
from core.concerns import Fact
from core.faults import Fault, FaultCause
from core.ports import ReadingsStore, TicketStore
from ingest.pipeline import Pipeline
from storage.readings_waiting import WaitingReadings

log = logging.getLogger(__name__)

CAUSES = frozenset({FaultCause.STORE_AWAY, FaultCause.DISK_FILLING, FaultCause.GATEWAY_FLOODS})
READINGS = "readings"
PATIENCE = timedelta(minutes=2)
_MEGABYTE = 1024 * 1024


@dataclass
class IntakeFaults:
    """Blocking: call `look` in a worker thread. `announce` tells the pages of a ticket that opened or closed."""

    pipeline: Pipeline
    readings: ReadingsStore
    roster: Roster
    tickets: TicketStore
    clock: Clock
    new_id: Callable[[], str]
    _open: frozenset[str] | None = None

    def look(self) -> list[Change]:
        """Open and close tickets by what stands now; what the pages should hear of it."""
        now = self.clock.now()
        if self._open is None:
            standing = self.tickets.tickets(limit=10_000)
            self._open = frozenset(ticket.key for ticket in standing if ticket.cause in CAUSES)
        faults = {fault.key: fault for fault in self._standing(now)}
        changed = [self.tickets.open_ticket(faults[key], ticket_id=self.new_id()) for key in faults.keys() - self._open]
        changed += [self.tickets.close_ticket(key, at=now) for key in self._open - faults.keys()]
        self._open = frozenset(faults)
        return [Change("ticket", ticket.id, ticket.homes) for ticket in changed if ticket is not None]

    def _standing(self, now: datetime) -> Iterator[Fault]:
        behind = self.roster.inventory.homes_by_gateway
        for flood in self.pipeline.report().floods:
            homes = behind.get(flood.gateway, ())
            facts = (Fact("refused", flood.refused, "count"),)
            yield Fault(FaultCause.GATEWAY_FLOODS, flood.gateway, flood.since, now, homes, facts)
        yield from self._waiting(now)

    def _waiting(self, now: datetime) -> Iterator[Fault]:
        """A store that is away for a moment is nobody's business; one that stays away, or fills the disk, is."""
        backlog = self.readings.backlog() if isinstance(self.readings, WaitingReadings) else None
        if backlog is None:
            return
        facts = (
            Fact("waiting_mb", round(backlog.size / _MEGABYTE), "count"),
            Fact("waiting_most_mb", round(backlog.most / _MEGABYTE), "count"),
        )
        if now - backlog.oldest_at >= PATIENCE:
            yield Fault(FaultCause.STORE_AWAY, READINGS, backlog.oldest_at, now, (), facts)
        if backlog.is_near_its_bound:
            log.error("readings that wait for their store fill their room on disk", extra={"bytes": backlog.size})
            yield Fault(FaultCause.DISK_FILLING, READINGS, now, now, (), facts)
