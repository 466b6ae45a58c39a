"""What could not be seen: when, by its device tickets, a device or what it speaks through was not heard.

A line without a sign means nothing there. What no ticket tells of (an outage of minutes) is not known here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from core.faults import FaultCause, Ticket
from core.places import Device
from core.ports import TicketStore

MOST_TICKETS = 500
"""The newest of a home."""
_OF_GATEWAYS = frozenset({FaultCause.PLATFORM_SILENT, FaultCause.GATEWAY_SILENT, FaultCause.BRIDGE_OFFLINE})
_OF_DEVICES = frozenset({FaultCause.DEVICE_SILENT, FaultCause.DEVICE_STUCK})

Spell = tuple[datetime, datetime]


def unseen_by(
    store: TicketStore, home: str, devices: Iterable[Device], *, now: datetime
) -> dict[str, tuple[Spell, ...]]:
    """By device: from when it was last heard until its ticket was closed, or until now; of one that is stuck, from when
    that was found.
    """
    found = (store.tickets(homes=[home], open_only=only, limit=MOST_TICKETS) for only in (True, False))
    tickets = {ticket.id: ticket for some in found for ticket in some}.values()
    return {device.id: tuple(_spells(tickets, device, now)) for device in devices}


def _spells(tickets: Iterable[Ticket], device: Device, now: datetime) -> Iterator[Spell]:
    for ticket in tickets:
        if _hides(ticket, device):
            silent = sum(float(fact.value) for fact in ticket.facts if fact.name == "silent_for")
            yield ticket.opened_at - timedelta(seconds=silent), ticket.closed_at or now


def _hides(ticket: Ticket, device: Device) -> bool:
    if ticket.cause in _OF_GATEWAYS:
        return ticket.subject == device.gateway
    return ticket.cause is FaultCause.BROKER_LOST or (ticket.cause in _OF_DEVICES and ticket.subject == device.id)


def dark_slices(
    unseen: Mapping[str, Sequence[Spell]], span: Spell, slice_of: Callable[[datetime], int], count: int
) -> dict[str, frozenset[int]]:
    """By device: in which of `count` slices of the span it could not be seen."""
    start, end = span
    step = (end - start) / count / 2  # half a slice: none is left out where wall time skips or repeats

    def dark(spells: Iterable[Spell]) -> Iterator[int]:
        for since, until in spells:
            at = max(since, start)
            while at < min(until, end):
                yield slice_of(at)
                at += step

    return {device: frozenset(dark(spells)) for device, spells in unseen.items()}
